"""Synthesised sounds with known parameters: kicks of two kinds, stereo sines, and sounds that are not kicks.

*Designed* kicks (`design_kick`) are as producers make them, in families fitted to measurements of real kicks: they fill
the built-in library, so that everything runs without data, and they are material to train on. *Plain* kicks
(`synthesise_kick`) are the ruler of tests: few parts, each of which is measured exactly. All come with the parameters
that made them.

A seed gives the same sound for ever; all its numbers come from `kickitout.system.randomness`. Sixteen consecutive seeds
form one *machine* (`machine_of`): its kicks share a family, a click and a stereo image and vary around common values,
as the kicks of one real drum machine or kit do.
"""

from kickitout.library.synthesis.designer import design_kick, render_design
from kickitout.library.synthesis.designs import KickDesign, kick_design
from kickitout.library.synthesis.kicks import render_kick, synthesise_kick
from kickitout.library.synthesis.others import OTHER_KINDS, synthesise_other
from kickitout.library.synthesis.parameters import KICKS_PER_MACHINE, KickParameters, kick_parameters, machine_of
from kickitout.library.synthesis.signals import DECAY_DB, ONSET, SIDE_LOWEST_HZ
from kickitout.library.synthesis.sines import SineParameters, synthesise_sine

__all__ = [
    "DECAY_DB",
    "KICKS_PER_MACHINE",
    "ONSET",
    "OTHER_KINDS",
    "SIDE_LOWEST_HZ",
    "KickDesign",
    "KickParameters",
    "SineParameters",
    "design_kick",
    "kick_design",
    "kick_parameters",
    "machine_of",
    "render_design",
    "render_kick",
    "synthesise_kick",
    "synthesise_other",
    "synthesise_sine",
]
