"""Styles: families of kicks, each as ranges of controls in quantiles of the training kicks.

The names are those that the research draft gives to packs. A kick of a style has, of each control that the style names,
a value from its range, drawn by the kick's seed; the rest follows what real kicks have that have these values.
"""

from collections.abc import Mapping

from kickitout.errors import InputError
from kickitout.model import controls
from kickitout.model.card import Control
from kickitout.system import randomness

UNKNOWN = "unknown; choose {names}"
CONTROL_MISSING = "needs the control {name}, which the model does not have; choose another style"

STYLES: Mapping[str, Mapping[str, tuple[float, float]]] = {
    # A drum machine's oscillator: a long pure tone, a soft click, nothing else, mono.
    "analog": {
        "decay": (0.45, 0.9),
        "click": (0.05, 0.4),
        "brightness": (0.03, 0.35),
        "noise": (0.0, 0.3),
        "width": (0.0, 0.0),
    },
    # For pictures: low, long, wide.
    "cinematic": {"pitch": (0.03, 0.35), "decay": (0.75, 0.98), "brightness": (0.1, 0.5), "width": (0.35, 0.8)},
    # A mouth: short, hardly a fall of pitch, breath and lips as well as the tone.
    "beatbox": {"sweep": (0.03, 0.35), "decay": (0.02, 0.35), "brightness": (0.6, 0.95), "noise": (0.6, 0.97)},
    # Distorted: clipped hard, dense and loud, a hard click, not short.
    "heavy": {"decay": (0.4, 0.85), "click": (0.6, 0.95), "brightness": (0.55, 0.9), "drive": (0.6, 0.9)},
    # For the floor: a deep fast fall, a hard click, a clean tone, over before the bass comes.
    "edm": {"sweep": (0.6, 0.95), "decay": (0.2, 0.6), "click": (0.65, 0.97), "noise": (0.05, 0.6)},
}


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
        share = low + (high - low) * float(randomness.uniform(seed, f"style {name}", 1)[0])
        control = tables[name]
        if control.unit not in controls.OF_ONE:
            share = controls.value(share, controls.QUANTILE, control.quantiles)
        drawn[name] = min(max(share, control.minimum), control.maximum)
    return drawn
