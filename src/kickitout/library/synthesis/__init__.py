"""Synthesised sounds with known parameters: kicks, stereo sines, and sounds that are not kicks.

They fill the built-in library, so that everything runs without data, and they are the ground truth of tests: each kick
comes with the parameters that made it.

A seed gives the same sound for ever; all its numbers come from `kickitout.system.randomness`. Sixteen consecutive seeds
form one *machine* (`machine_of`): its kicks share a family, a click and a stereo image and vary around common values,
as the kicks of one real drum machine or kit do. The spread of pitch, decay and width over many machines follows 1,748
real kicks (end pitch 29, 53 and 108 Hz at the 5th, 50th and 95th percentile; about 60 % mono).
"""

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
    "KickParameters",
    "SineParameters",
    "kick_parameters",
    "machine_of",
    "render_kick",
    "synthesise_kick",
    "synthesise_other",
    "synthesise_sine",
]
