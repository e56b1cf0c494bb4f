"""Azimuthal power spectra of loudness images, and their lines along frequency."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from kickitout.figures.experiments.marks import GRID, PAGE, line_of

TRAINED = {
    "real": "real kicks",
    "griffin_lim": "real, after Griffin-Lim",
    "draft": "draft",
    "kickgan": "flagship",
}
UNTRAINED = {
    "real": "real kicks",
    "untrained_transposed": "untrained, transposed",
    "untrained_interpolated": "untrained, interpolated",
}


def azimuthal(figures: Mapping[str, Any]) -> Figure:
    """The spectra of real kicks and of trained generators, and of untrained ones."""
    figure = Figure(figsize=(PAGE, 2.7))
    panels: Any = figure.subplots(1, 2, sharey=True)
    for axes, sets in zip(panels, (TRAINED, UNTRAINED), strict=True):
        for place, (name, words) in enumerate(sets.items()):
            level = np.array(figures[name]["azimuthal_db"], dtype=np.float64)
            axes.plot(np.arange(len(level)) / (len(level) - 1), level, label=words, linewidth=1.3, **line_of(place))
        _finish(axes, "Detail (share of the finest)")
        axes.legend(loc="lower left")
    panels[0].set_ylabel("Power over the mean (dB)")
    return figure


def lines(figures: Mapping[str, Any]) -> Figure:
    """The lines along frequency of real kicks, of the draft and of the untrained generators, one below the other."""
    shown = {"real": "real kicks", "draft": "draft", **{name: UNTRAINED[name] for name in list(UNTRAINED)[1:]}}
    figure = Figure(figsize=(PAGE, 3.9))
    panels: Any = figure.subplots(len(shown), 1, sharex=True, sharey=True)
    for axes, (name, words) in zip(panels, shown.items(), strict=True):
        over = np.array(figures[name]["lines_db"], dtype=np.float64)
        axes.plot(np.arange(len(over)) / (2.0 * (len(over) - 1)), over, **line_of(0), linewidth=0.9)
        axes.set_title(words, fontsize=8, pad=2)
        axes.grid(axis="y", **GRID)
        axes.set_axisbelow(True)
    panels[-1].set_xticks((0.0, 0.125, 0.25, 0.375, 0.5))
    panels[-1].set_xlim(0.0, 0.502)
    panels[-1].set_xlabel("Frequency along the bins (cycles a bin)")
    figure.supylabel("Over its neighbourhood (dB)", fontsize=9)
    return figure


def _finish(axes: Axes, label: str) -> None:
    axes.set_xlabel(label)
    axes.set_xlim(0.0, 1.0)
    axes.grid(axis="y", **GRID)
    axes.set_axisbelow(True)
