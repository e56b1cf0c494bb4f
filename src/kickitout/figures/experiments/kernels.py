"""Learned kernels, and their responses."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure
from numpy.typing import NDArray

from kickitout.figures.experiments.marks import GRID, PAGE, line_of

DRAFT = {"first": "First doubling layer", "last_doubling": "Last doubling layer", "last": "Last layer"}
FLAGSHIP = {"first": "first layer", "last": "last layer", "click": "head of the click", "tracks": "head of the body"}

GREYS = ListedColormap(np.repeat(np.linspace(0.0, 0.86, 128)[:, None], 3, axis=1), name="greys")
"""Black to light grey: the paper between kernels is lighter than all of it."""


def kernels(figures: Mapping[str, Any]) -> Figure:
    """The draft's kernels with the most energy, one layer beside the other."""
    figure = Figure(figsize=(PAGE, 2.5))
    panels: Any = figure.subplots(1, len(DRAFT), gridspec_kw={"wspace": 0.12})
    shown: Any = None
    for axes, (name, words) in zip(panels, DRAFT.items(), strict=True):
        sheet = _sheet(np.array(figures["draft"][name]["kernels"], dtype=np.float64))
        shown = axes.imshow(sheet, cmap=GREYS, vmin=-1.0, vmax=1.0, interpolation="nearest")
        axes.set_title(words)
        axes.set_axis_off()
    figure.colorbar(shown, ax=panels, label="Tap (share of the largest)", pad=0.02).outline.set_visible(False)
    return figure


def _sheet(taps: NDArray[np.float64]) -> NDArray[np.float64]:
    """Kernels (n, height, width) side by side in rows, with a pixel of nothing between them; time upwards."""
    count, height, width = taps.shape
    columns = int(np.ceil(np.sqrt(count)))
    rows = -(-count // columns)
    sheet = np.full((rows * (height + 1) - 1, columns * (width + 1) - 1), np.nan)
    for place, tap in enumerate(taps):
        top, left = (place // columns) * (height + 1), (place % columns) * (width + 1)
        sheet[top : top + height, left : left + width] = tap[::-1]
    return sheet


def responses(figures: Mapping[str, Any]) -> Figure:
    """The mean power responses: of the draft's layers along frequency, of the flagship's along time."""
    figure = Figure(figsize=(PAGE, 2.5))
    panels: Any = figure.subplots(1, 2, sharey=True)
    sides = (("draft", DRAFT, "frequency", "bin"), ("kickgan", FLAGSHIP, "time", "frame"))
    for axes, (model, layers, along, unit) in zip(panels, sides, strict=True):
        for place, (name, words) in enumerate(layers.items()):
            level = np.array(figures[model][name][f"response_{along}_db"], dtype=np.float64)
            rate = np.arange(len(level)) / (2.0 * (len(level) - 1))
            axes.plot(rate, level, label=words.lower(), linewidth=1.3, **line_of(place))
        axes.set_title("Draft" if model == "draft" else "Flagship")
        axes.set_xlabel(f"Along {along} (cycles a {unit})")
        axes.set_xlim(0.0, 0.5)
        axes.grid(axis="y", **GRID)
        axes.set_axisbelow(True)
        axes.legend(loc="lower left", fontsize=7)
    panels[0].set_ylabel("Mean power (dB)")
    return figure
