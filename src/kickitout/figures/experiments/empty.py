"""Images that should be empty, and what a discriminator looks at."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from kickitout.figures.experiments.marks import GRID, PAGE, line_of
from kickitout.sound.kick import KICK_SAMPLES, SAMPLE_RATE

KINDS = {"one": "Sines of one frequency", "many": "Sines of many", "band": "Kicks, middle band"}
SETS = {"narrow": "Narrow decays", "long": "One long decay", "mixed": "Mixed decays"}


def rows(figures: Mapping[str, Any]) -> Figure:
    """The mean loudness of each bin, in the training images and in generated ones, for each kind of sound."""
    figure = Figure(figsize=(PAGE, 2.5))
    panels: Any = figure.subplots(1, len(figures["kinds"]), sharey=True, squeeze=False)[0]
    for axes, kind in zip(panels, figures["kinds"], strict=True):
        series = {"training": figures[kind]["real"]["rows_db"], "generated": figures[kind]["generated_rows_db"]}
        for place, (name, level) in enumerate(series.items()):
            khz = np.arange(len(level)) * figures["bin_hz"] / 1000.0
            axes.plot(khz, level, label=name, linewidth=1.0, **line_of(2 * place))
        axes.set_title(KINDS[kind], fontsize=9)
        axes.set_xlabel("Frequency (kHz)")
        axes.grid(axis="y", **GRID)
        axes.set_axisbelow(True)
    panels[0].set_ylabel("Mean loudness (dB)")
    panels[-1].legend(loc="upper right")
    return figure


def saliency(figures: Mapping[str, Any]) -> Figure:
    """Where the discriminator's score depends on the image, for each set that it learned."""
    figure = Figure(figsize=(PAGE, 2.5))
    panels: Any = figure.subplots(1, len(figures["sets"]), sharey=True, squeeze=False)[0]
    shown: Any = None
    for axes, name in zip(panels, figures["sets"], strict=True):
        parts = np.array(figures[name]["saliency"], dtype=np.float64)
        extent = (0.0, 1000.0 * KICK_SAMPLES / SAMPLE_RATE, 0.0, SAMPLE_RATE / 2000.0)
        shown = axes.imshow(parts.T, origin="lower", aspect="auto", extent=extent, cmap="gray_r", vmin=0.0, vmax=1.0)
        axes.set_title(SETS[name], fontsize=9)
        axes.set_xticks((0, 200, 400))
        axes.set_xlabel("Time (ms)")
    panels[0].set_ylabel("Frequency (kHz)")
    figure.colorbar(shown, ax=panels, label="Share of the largest", pad=0.02).outline.set_visible(False)
    return figure
