"""How the figures of a grid of training runs change with the samples shown."""

from collections.abc import Mapping
from typing import Any

from matplotlib.figure import Figure

from kickitout.figures.experiments.marks import GRID, PAGE, SERIES, bar

PANELS = {
    "loss_discriminator": "Discriminator's loss",
    "spread_ratio": "Spread (share of real)",
    "precision_percent": "Precision (%)",
    "recall_percent": "Recall (%)",
    "periodic_db": "Periodic noise (dB)",
    "kept_percent": "Kept by taste (%)",
}


def course(figures: Mapping[str, Any]) -> Figure:
    """Six figures over the samples shown, a line for each variant, with intervals over seeds."""
    figure = Figure(figsize=(PAGE, 4.4))
    panels: Any = figure.subplots(2, 3, sharex=True)
    for axes, (measure, label) in zip(panels.flat, PANELS.items(), strict=True):
        for place, cell in enumerate(figures["cells"]):
            points = figures[cell]["course"].get(measure)
            if points is None:
                continue
            middle, below, above = zip(*(bar(point, "value") for point in points), strict=True)
            words = cell.replace("_", " ")
            style = SERIES[place % len(SERIES)]
            axes.errorbar(
                figures["points"], middle, yerr=(below, above), label=words, markersize=3, elinewidth=0.7, **style
            )
        axes.set_ylabel(label)
        if len(figures["points"]) > 1:  # a single point has no range to be drawn on
            axes.set_xscale("log")
        axes.grid(axis="y", **GRID)
        axes.set_axisbelow(True)
    for axes in panels[1]:
        axes.set_xlabel("Samples shown")
    handles, labels = panels[0, 1].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper left", ncols=4)
    return figure
