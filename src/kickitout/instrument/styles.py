"""Styles: families of kicks, each as ranges of what is heard.

A kick of a style has, of each control that the style names, a value from its range, drawn by the kick's seed; the rest
follows what real kicks have that have these values. The ranges are in units that do not depend on a model: those of the
descriptors, and of drive and width from 0 to 1. Where real kicks tell their family, the ranges lie within what these
have (docs/styles.md).
"""

from collections.abc import Mapping

from kickitout.errors import InputError
from kickitout.model import controls
from kickitout.model.card import Control
from kickitout.system import randomness

UNKNOWN = "unknown; choose {names}"
CONTROL_MISSING = "needs the control {name}, which the model does not have; choose another style"

STYLES: Mapping[str, Mapping[str, tuple[float, float]]] = {
    "808": {"pitch": (49.0, 57.0), "decay": (450.0, 850.0), "click": (-40.0, -28.0), "width": (0.0, 0.0)},
    "techno": {
        "sweep": (2.4, 3.3),
        "decay": (260.0, 420.0),
        "click": (-25.0, -20.0),
        "noise": (0.003, 0.012),
        "width": (0.0, 0.0),
    },
    "acoustic": {"sweep": (0.3, 1.0), "decay": (120.0, 280.0), "noise": (0.06, 0.14), "width": (0.15, 0.5)},
    "analog": {
        "pitch": (55.0, 67.0),
        "sweep": (0.4, 1.6),
        "decay": (110.0, 220.0),
        "click": (-31.0, -21.0),
        "width": (0.0, 0.0),
    },
    "cinematic": {"pitch": (30.0, 42.0), "decay": (450.0, 900.0), "width": (0.6, 1.0)},
    "beatbox": {
        "sweep": (0.2, 1.0),
        "decay": (80.0, 150.0),
        "brightness": (250.0, 500.0),
        "noise": (0.09, 0.18),
        "width": (0.0, 0.0),
    },
    "heavy": {"decay": (280.0, 450.0), "click": (-18.0, -11.0), "drive": (0.65, 0.95)},
    "edm": {"sweep": (2.6, 3.7), "decay": (130.0, 210.0), "click": (-22.0, -13.0), "drive": (0.35, 0.6)},
}
"""Of each style, the ranges of its controls: in Hz, octaves and ms, of the descriptors `click_db`, `brightness_hz` and
`noise`, and from 0 to 1 for drive and width."""

ABOUT: Mapping[str, str] = {
    "808": "a drum machine's long low tone: hardly a click, no dirt, mono",
    "techno": "for the floor of a club: a deep fall, saturated, over before the next beat",
    "acoustic": "a drum in a room: skin and beater, hardly a fall of pitch, wide",
    "analog": "an oscillator alone: a pure tone, a soft click, mono",
    "cinematic": "for pictures: very low, long, wide",
    "beatbox": "a mouth: high, short, breath and lips as well as the tone",
    "heavy": "distorted: clipped hard, dense and loud",
    "edm": "for the radio: a very deep fast fall, driven, over before the bass comes",
}
"""What each sounds like."""


def check_style(style: str) -> None:
    """Raise `InputError` unless there is such a style."""
    if style not in STYLES:
        raise InputError("style", style, UNKNOWN, names=", ".join(STYLES))


def controls_of(style: str, seed: int, offered: list[Control]) -> dict[str, float]:
    """The controls that a style gives the kick of a seed, in the units of the model's card.

    Args:
        style: one of STYLES.
        seed: of the kick.
        offered: the controls of a model.

    Raises:
        InputError: there is no such style, or the model lacks a control that it needs.
    """
    check_style(style)
    tables = {control.name: control for control in offered}
    missing = [name for name in STYLES[style] if name not in tables]
    if missing:
        raise InputError("style", style, CONTROL_MISSING, name=missing[0])
    drawn = {}
    for name, (low, high) in STYLES[style].items():
        wanted = low + (high - low) * float(randomness.uniform(seed, f"style {name}", 1)[0])
        control = tables[name]
        if control.unit == controls.QUANTILE:
            wanted = controls.dial(wanted, control.quantiles)
        drawn[name] = min(max(wanted, control.minimum), control.maximum)
    return drawn
