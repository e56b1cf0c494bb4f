"""What the loudness image's inverse loses, by window and hop."""

from collections.abc import Mapping
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from kickitout.figures.experiments.marks import GRID, PAGE, SERIES, bar

INVERSES = (
    ("plain_own", "plain, each channel its own"),
    ("plain_same", "plain, same start"),
    ("fast_same", "fast, same"),
)


def by_window(figures: Mapping[str, Any]) -> Figure:
    """Kept pitch, correlation of the channels and spectral convergence, by size and inverse."""
    sizes = list(dict.fromkeys(name.split("_")[0] for name in figures["ways"]))
    figure = Figure(figsize=(PAGE, 2.6))
    panels: Any = figure.subplots(1, 3)
    _panel(panels[0], figures, sizes, "pitch_held_percent", "value", "Pitch kept (%)")
    panels[0].set_ylim(-4.0, 104.0)
    _panel(panels[1], figures, sizes, "low_correlation", "median", "Correlation of left and right")
    _panel(panels[2], figures, sizes, "convergence", "median", "Spectral convergence")
    panels[2].set_ylim(bottom=0.0)
    handles, labels = panels[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper left", ncols=3)
    return figure


def _panel(axes: Axes, figures: Mapping[str, Any], sizes: list[str], measure: str, value: str, label: str) -> None:
    for place, (inverse, words) in enumerate(INVERSES):
        bars = [bar(figures[f"{size}_{inverse}"][measure], value) for size in sizes]
        middle, below, above = zip(*bars, strict=True)
        where = [index + 0.22 * (place - 1) for index in range(len(sizes))]
        style = SERIES[place] | {"linestyle": "none"}
        axes.errorbar(where, middle, yerr=(below, above), label=words, markersize=4, elinewidth=0.9, **style)
    names = [
        f"{figures[f'{size}_true_phase']['n_fft']}\n{figures[f'{size}_true_phase']['hop_length']}" for size in sizes
    ]
    axes.set_xticks(range(len(sizes)), names, fontsize=6)
    axes.set_xlabel("Window over hop (samples)")
    axes.set_ylabel(label)
    axes.grid(axis="y", **GRID)
    axes.set_axisbelow(True)
