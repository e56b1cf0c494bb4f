"""The curves of a training run."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter
from numpy.typing import NDArray

from kickitout.errors import InputError
from kickitout.figures.style import BLUE, GREEN, GREY, INK, ORANGE, PURPLE, RED, SKY, STYLE, WIDTH
from kickitout.training.run.folder import METRICS_FILE


def training_curves(rows: Sequence[dict[str, Any]]) -> Figure:
    """A run's losses, their terms, validation figures and sample spread over the samples shown to the network.

    A run with a discriminator has one panel for both losses and one for their terms; a run in stages has a panel for
    each loss of a stage, with its largest terms. Stages that the run has not reached have no panel.

    Args:
        rows: the lines of metrics.jsonl, of the kinds "train" and "validation".

    Raises:
        InputError: there is no line of the kind "train".
    """
    train = [row for row in rows if row.get("kind") == "train"]
    validation = [row for row in rows if row.get("kind") == "validation"]
    losses = list(dict.fromkeys(key for row in train for key in row if key.startswith("loss/")))
    if not losses:
        remedy = "has no training lines in {file} yet; let it train for a while"
        raise InputError("run", None, remedy, file=METRICS_FILE)
    panels: list[Callable[[Axes], None]] = []
    if "loss/discriminator" in losses:
        panels.append(lambda axes: _show_adversarial_losses(axes, train, validation))
        if any(key.startswith("term/") for row in train for key in row):
            panels.append(lambda axes: _show_adversarial_terms(axes, train))
    else:
        panels += [partial(_show_stage, key=key, train=train, validation=validation) for key in losses]
    if any("distance" in row for row in validation):
        panels.append(lambda axes: _show_distance(axes, validation))
    if any("spread/generated" in row for row in validation):
        panels.append(lambda axes: _show_spread(axes, validation))
    with rc_context(STYLE):
        figure = Figure(figsize=(WIDTH, 2.1 * len(panels)))
        # Stages follow each other: with its own axis each fills its panel.
        shared = "loss/discriminator" in losses
        for axes, show in zip(figure.subplots(len(panels), 1, sharex=shared, squeeze=False).flat, panels, strict=True):
            show(axes)
            axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
            axes.grid(axis="y", color="#E6E6EA", linewidth=0.8)
            axes.set_axisbelow(True)
            if axes.get_legend_handles_labels()[0]:
                axes.legend(loc="center left", bbox_to_anchor=(1.01, 0.5))
        figure.axes[-1].set_xlabel("Samples shown")
    return figure


STAGE_TITLES = {
    "warm": ("Warm start: likelihoods and errors of the auto-encoder", "Weighted terms"),
    "energy": ("Energy: scores of two draws against the real kick", "Weighted scores"),
    "critics": ("Critics: losses of the critics, with gradient penalties", "Weighted losses"),
    "generator": ("Critics: losses of the generator, with energy scores", "Weighted losses"),
}
"""The title and the axis of each loss of a run in stages."""

LARGEST_TERMS = 5
"""Number of a stage's terms that are drawn individually; the smaller ones are drawn as their sum."""

_TERM_COLOURS = (GREEN, PURPLE, ORANGE, SKY, BLUE, RED)


def _show_adversarial_losses(axes: Axes, train: Sequence[dict[str, Any]], validation: Sequence[dict[str, Any]]) -> None:
    for role, colour in (("generator", BLUE), ("discriminator", RED)):
        _plot_smoothed(axes, *_series(train, f"loss/{role}"), colour, f"{role}, training")
        _plot_points(axes, *_series(validation, f"validation/{role}"), colour, f"{role}, validation", "--")
    axes.set_title("Losses")
    axes.set_ylabel("Loss")


def _show_adversarial_terms(axes: Axes, train: Sequence[dict[str, Any]]) -> None:
    terms = sorted({key for row in train for key in row if key.startswith("term/")})
    for index, term in enumerate(terms):
        name = term.removeprefix("term/").replace("_", " ")
        _plot_smoothed(axes, *_series(train, term), _TERM_COLOURS[index % len(_TERM_COLOURS)], name)
    axes.set_title("Terms of the losses")
    axes.set_ylabel("Value")


def _show_stage(axes: Axes, key: str, train: Sequence[dict[str, Any]], validation: Sequence[dict[str, Any]]) -> None:
    """One loss of a stage: the whole, the whole on held-out kicks, and its terms."""
    loss = key.removeprefix("loss/")
    title, unit = STAGE_TITLES.get(loss, (f"Loss: {loss}", "Weighted terms"))
    rows = [row for row in train if key in row]
    prefix = f"term/{loss}_"
    names = list(dict.fromkeys(name for row in rows for name in row if name.startswith(prefix)))
    names.sort(key=lambda name: -float(np.abs(_series(rows, name)[1]).mean()))
    largest = names if len(names) <= LARGEST_TERMS + 1 else names[:LARGEST_TERMS]
    smaller = names[len(largest) :]
    _plot_smoothed(axes, *_series(rows, key), INK, "all, training")
    held_out = [
        {"samples": row["samples"], "all": sum(terms.values())}
        for row in validation
        if row["samples"] <= rows[-1]["samples"]
        and (terms := _held_out_terms(row))
        and all(f"{prefix}{name}" in names for name in terms)
    ]
    _plot_points(axes, *_series(held_out, "all"), INK, "all, held-out kicks", "--")
    for name, colour in zip(largest, _TERM_COLOURS, strict=False):
        words = name.removeprefix(prefix).replace("kept_", "energy: ").replace("_", " ")
        _plot_smoothed(axes, *_series(rows, name), colour, words)
    if smaller:
        summed = [{"samples": row["samples"], "sum": sum(row.get(name, 0.0) for name in smaller)} for row in rows]
        _plot_smoothed(axes, *_series(summed, "sum"), GREY, f"{len(smaller)} smaller terms, summed")
    whole = np.abs(_series(rows, key)[1])
    if whole.size and whole.max() > 10.0 * max(float(np.median(whole)), 1e-9):
        axes.set_yscale("symlog", linthresh=1.0)  # the first steps would flatten all others
    axes.set_title(title)
    axes.set_ylabel(unit)


def _held_out_terms(row: dict[str, Any]) -> dict[str, float]:
    """The terms on held-out kicks in a validation line, by their names in the loss."""
    start = "validation/"
    return {name.removeprefix(start): float(value) for name, value in row.items() if name.startswith(start)}


def _show_distance(axes: Axes, validation: Sequence[dict[str, Any]]) -> None:
    _plot_points(axes, *_series(validation, "distance"), BLUE, "generated to held-out")
    axes.set_title("Distance of generated kicks from held-out ones, in the embedding")
    axes.set_ylabel("Fréchet distance")
    axes.set_ylim(bottom=0.0)


def _show_spread(axes: Axes, validation: Sequence[dict[str, Any]]) -> None:
    for key, colour, words in (("spread/real", INK, "real kicks"), ("spread/generated", BLUE, "generated")):
        _plot_points(axes, *_series(validation, key), colour, words)
    axes.set_title("Spread of samples: how much kicks differ from each other")
    axes.set_ylabel("Spread")
    axes.set_ylim(bottom=0.0)


def _series(rows: Sequence[dict[str, Any]], key: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Samples shown and values of the rows that have `key`."""
    pairs = [(row["samples"], row[key]) for row in rows if isinstance(row.get(key), int | float)]
    table = np.array(pairs, dtype=np.float64).reshape(-1, 2)
    return table[:, 0], table[:, 1]


def _plot_smoothed(axes: Axes, x: NDArray[np.float64], y: NDArray[np.float64], colour: str, label: str) -> None:
    """A faint line as it is, and its running median over a fortieth of its length."""
    if not x.size:
        return
    axes.plot(x, y, color=colour, alpha=0.25, linewidth=0.7)
    width = max(1, x.size // 40) | 1
    padded = np.pad(y, width // 2, mode="edge")
    smooth = np.median(np.lib.stride_tricks.sliding_window_view(padded, width), axis=-1)
    axes.plot(x, smooth, color=colour, label=label)


def _plot_points(
    axes: Axes, x: NDArray[np.float64], y: NDArray[np.float64], colour: str, label: str, line: str = "-"
) -> None:
    """Points with a line between them; nothing, and no line in the legend, where there are none."""
    if x.size:
        axes.plot(x, y, color=colour, marker="o", markersize=4, linestyle=line, label=label)
