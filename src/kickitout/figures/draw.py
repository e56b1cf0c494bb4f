"""The figures by name, and how each is drawn from the material."""

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure

from kickitout.errors import InputError
from kickitout.figures.characteristics import defining_characteristics
from kickitout.figures.comparison import real_and_generated
from kickitout.figures.loudness import amplitude_and_loudness, average_data_point
from kickitout.figures.material import BuiltinKicks, Material, mean_loudness_image, typical_kick
from kickitout.figures.training import training_curves

FIGURES = {
    "average-data-point": "the mean loudness image of all kicks",
    "amplitude-and-loudness": "one kick as amplitudes and as loudness",
    "defining-characteristics": "a kick with its click, rumble, decay and length marked",
    "training-curves": "losses, their terms, validation figures and spread of a run (needs --run)",
    "real-and-generated": "real and generated kicks side by side (needs --generated)",
}
"""The figures by name, with what they show."""


def check_names(names: Sequence[str]) -> None:
    """Check the names of figures. Raises `InputError` for an unknown one."""
    for name in names:
        if name not in FIGURES:
            raise InputError("only", name, "not a figure; choose {known}", known=", ".join(FIGURES))


def drawable(material: Material, names: Sequence[str] = ()) -> list[str]:
    """The names of the figures to draw, in their order: those requested, or all that the material allows.

    Raises:
        InputError: a figure was requested by name, and its data were not given.
    """
    check_names(names)
    missing = {}
    if material.metrics is None:
        missing["training-curves"] = "needs {run}, the folder of a training run"
    if material.generated is None:
        missing["real-and-generated"] = "needs {generated}, a folder of generated kicks"
    for name in names:
        if name in missing:
            raise InputError("only", name, missing[name])
    return [name for name in FIGURES if (name in names if names else name not in missing)]


def draw(name: str, material: Material) -> Figure:
    """Draw the figure called `name` from the material.

    Raises:
        InputError: there is no such figure, or the material lacks what it needs.
    """
    drawable(material, [name])
    kicks = material.kicks
    if name == "average-data-point":
        return average_data_point(mean_loudness_image(kicks), len(kicks))
    if name == "amplitude-and-loudness":
        return amplitude_and_loudness(kicks.audio(typical_kick(kicks)))
    if name == "defining-characteristics":
        return defining_characteristics(kicks.audio(typical_kick(kicks)))
    if name == "training-curves":
        return training_curves(material.metrics or ())
    generated = list(material.generated or ())
    count = max(1, min(16, len(generated), len(kicks)))
    real = [kicks.audio(int(index)) for index in np.linspace(0, len(kicks) - 1, count).round()]
    left = "Built-in synthesiser" if isinstance(kicks, BuiltinKicks) else "Real"
    return real_and_generated(real, generated[:count], titles=(left, "Generated"))
