"""How the figures of training runs change with the samples shown."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from kickitout.figures.experiments.marks import GRID, PAGE, SERIES, bar, line_of, number
from kickitout.figures.style import GREY

PANELS = {
    "spread_ratio": "Spread (share of real)",
    "precision_percent": "Precision (%)",
    "recall_percent": "Recall (%)",
    "diversity": "Diversity (kinds)",
    "periodic_db": "Periodic noise (dB)",
    "kept_percent": "Kept by taste (%)",
}

NAMES = {"dcgan": "draft (DCGAN)", "wavegan": "WaveGAN", "specgan": "SpecGAN"}
"""Variants that are called otherwise than their words."""

EPOCH = 6285
"""Kicks of one of the draft's epochs: four fifths of its 7,856, rounded as its ten epochs are."""

UNDECIDED = math.log(2.0)
"""The discriminator's loss where it gives every image one half."""

THOUSANDS = 1000.0


def course(figures: Mapping[str, Any]) -> Figure:
    """Six figures over the samples shown, a line for each variant, with intervals over seeds, and what real kicks
    reach."""
    figure = Figure(figsize=(PAGE, 4.4))
    panels: Any = figure.subplots(2, 3, sharex=True)
    for axes, (measure, label) in zip(panels.flat, PANELS.items(), strict=True):
        _real(axes, figures, measure)
        for place, cell in enumerate(figures["cells"]):
            points = figures[cell]["course"].get(measure)
            if points is not None:
                _line(axes, figures["points"], points, NAMES.get(cell, cell.replace("_", " ")), place)
        axes.set_ylabel(label)
        if len(figures["points"]) > 1:  # a single point has no range to be drawn on
            axes.set_xscale("log")
        _finish(axes)
    for axes in panels[1]:
        axes.set_xlabel("Kicks shown (thousands)")
        axes.set_xticks([point / THOUSANDS for point in figures["points"]])
        axes.set_xticklabels([f"{point / THOUSANDS:.3g}" for point in figures["points"]])
        axes.minorticks_off()
    handles, labels = panels[0, 1].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper left", ncols=5)
    return figure


def draft_course(figures: Mapping[str, Any], cell: str = "dcgan") -> Figure:
    """The course of the draft's training by its own epochs: losses, spread, precision and recall, periodic noise."""
    figure = Figure(figsize=(PAGE, 3.9))
    panels: Any = figure.subplots(2, 2, sharex=True)
    epochs = [point / EPOCH for point in figures["points"]]
    found = figures[cell]
    _losses(panels[0, 0], found, EPOCH)
    panels[0, 0].set_ylabel("Loss (nats)")
    panels[0, 0].legend(loc="best")
    for axes, measures, label in (
        (panels[0, 1], {"spread_ratio": "draft"}, "Spread (share of real)"),
        (panels[1, 0], {"precision_percent": "precision", "recall_percent": "recall"}, "Share (%)"),
        (panels[1, 1], {"periodic_db": "draft"}, "Periodic noise (dB)"),
    ):
        for place, (measure, words) in enumerate(measures.items()):
            if measure in found["course"]:
                _line(axes, [THOUSANDS * epoch for epoch in epochs], found["course"][measure], words, place)
            if len(measures) == 1:
                _real(axes, figures, measure)
        axes.set_ylabel(label)
        axes.legend(loc="best")
    for axes in panels.flat:
        axes.set_ylim(bottom=min(0.0, axes.get_ylim()[0]))
        _finish(axes)
    for axes in panels[1]:
        axes.set_xlabel("Epochs of the draft")
    return figure


def losses(figures: Mapping[str, Any]) -> Figure:
    """Both losses of each variant over the kicks shown, means over seeds, a panel each."""
    cells = [cell for cell in figures["cells"] if "losses" in figures[cell]]
    columns = 4
    rows = max(1, math.ceil(len(cells) / columns))
    figure = Figure(figsize=(PAGE, 0.6 + 1.45 * rows))
    panels: Any = figure.subplots(rows, columns, sharex=True, sharey=True, squeeze=False)
    for axes in panels.flat[len(cells) :]:
        axes.axis("off")
    for axes, cell in zip(panels.flat, cells, strict=False):
        _losses(axes, figures[cell], THOUSANDS)
        axes.set_title(cell.replace("_", " "), fontsize=8)
        _finish(axes)
    for place, axes in enumerate(panels.flat[: len(cells)]):
        if place % columns == 0:
            axes.set_ylabel("Loss (nats)")
        if place + columns >= len(cells):
            axes.set_xlabel("Kicks shown (thousands)")
            axes.tick_params(labelbottom=True)
    handles, labels = panels[0, 0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper left", ncols=3)
    return figure


def _line(axes: Axes, points: Sequence[float], values: Sequence[Mapping[str, Any]], words: str, place: int) -> None:
    middle, below, above = zip(*(bar(value, "value") for value in values), strict=True)
    style = SERIES[place % len(SERIES)]
    thousands = [point / THOUSANDS for point in points]
    axes.errorbar(thousands, middle, yerr=(below, above), label=words, markersize=3, elinewidth=0.7, **style)


def _real(axes: Axes, figures: Mapping[str, Any], measure: str) -> None:
    """What real kicks reach: a wide grey line behind the others. Of the spread it is one."""
    level = 1.0 if measure == "spread_ratio" else number(figures.get("real", {}).get(measure, {}).get("value"))
    if level == level:
        axes.axhline(level, color=GREY, linewidth=2.6, alpha=0.45, label="real kicks", zorder=0)


def _losses(axes: Axes, found: Mapping[str, Any], unit: float) -> None:
    axes.axhline(UNDECIDED, color=GREY, linewidth=2.6, alpha=0.45, label="log two", zorder=0)
    if "losses" not in found:
        return
    for place, name in enumerate(("discriminator", "generator")):
        values = [number(part["value"]) for part in found["losses"][f"loss_{name}"]]
        places = [samples / unit for samples in found["losses"]["samples"]]
        axes.plot(places, values, label=name, linewidth=1.2, **line_of(place))


def _finish(axes: Axes) -> None:
    axes.grid(axis="y", **GRID)
    axes.set_axisbelow(True)
