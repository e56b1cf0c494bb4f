"""Figures for the paper, reports and documentation: the only door to matplotlib.

Each figure is a function of data that returns a `matplotlib.figure.Figure`; none touches files or global state. The
house style is in one place (`STYLE`): colours that colour-blind readers tell apart (Okabe and Ito, 2008), the colour
map of the sheets, axes with units. `draw` gathers a figure's data from where it lies, `save_figure` writes it. The same
data give the same bytes.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from kickitout.errors import InputError, MissingExtraError
from kickitout.sound.kick import KICK_SAMPLES, SAMPLE_RATE
from kickitout.sound.sheet import HIGHEST_HZ, LOUDEST_DB, LOWEST_HZ, QUIETEST_DB, colour_map, log_spectrogram
from kickitout.sound.spectrogram import (
    CEILING_DB,
    FLOOR_DB,
    HOP_LENGTH,
    N_BINS,
    N_FRAMES,
    amplitudes,
    first_frame,
    image_to_decibels,
    loudness_image,
)
from kickitout.system.files import describe_os_error, replacing
from kickitout.training.run.folder import METRICS_FILE
from kickitout.training.run.folder import read_metrics as read_run_metrics

try:
    from matplotlib import rc_context
    from matplotlib.axes import Axes
    from matplotlib.colors import ListedColormap
    from matplotlib.figure import Figure
    from matplotlib.image import AxesImage
    from matplotlib.ticker import FuncFormatter
except ImportError as error:
    raise MissingExtraError("kick figures", "analysis") from error

FIGURES = {
    "average-data-point": "the mean loudness image of all kicks",
    "amplitude-and-loudness": "one kick as amplitudes and as loudness",
    "defining-characteristics": "a kick with its click, rumble, decay and length marked",
    "training-curves": "losses, their terms, validation figures and spread of a run (needs --run)",
    "real-and-generated": "real kicks beside generated ones (needs --generated)",
}
"""The figures by name, with what they show."""

FORMATS = ("png", "svg", "pdf")

BLUE, ORANGE, GREEN, RED, PURPLE, SKY = "#0072B2", "#E69F00", "#009E73", "#D55E00", "#CC79A7", "#56B4E9"
GREY, INK = "#8A8A94", "#24242C"
_DARKEST = "#0D0C21"  # the colour map's first

STYLE: Any = {
    "figure.facecolor": "white",
    "figure.constrained_layout.use": True,
    "savefig.dpi": 160,
    "font.family": "DejaVu Sans",  # comes with matplotlib: the same everywhere
    "font.size": 9.0,
    "axes.titlesize": 10.0,
    "axes.titlelocation": "left",
    "axes.titlepad": 7.0,
    "axes.labelcolor": INK,
    "axes.edgecolor": GREY,
    "axes.linewidth": 0.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": False,
    "xtick.color": INK,
    "ytick.color": INK,
    "xtick.labelsize": 8.0,
    "ytick.labelsize": 8.0,
    "text.color": INK,
    "legend.frameon": False,
    "legend.fontsize": 8.0,
    "lines.linewidth": 1.4,
    "svg.hashsalt": "kickitout",  # the same names inside the same picture
}

_WIDTH = 7.2  # inches: the text of a page
_DURATION_MS = 1000.0 * KICK_SAMPLES / SAMPLE_RATE


class Kicks(Protocol):
    """Kicks that a figure can be drawn of: a `Library` is one."""

    def __len__(self) -> int: ...

    def audio(self, index: int, samples: int = KICK_SAMPLES) -> NDArray[np.float32]:
        """One kick, float32 (2, samples)."""
        ...


class BuiltinKicks:
    """The first kicks of the built-in synthesiser: figures with no data at hand."""

    def __init__(self, count: int = 64) -> None:
        self._count = count

    def __len__(self) -> int:
        return self._count

    def audio(self, index: int, samples: int = KICK_SAMPLES) -> NDArray[np.float32]:
        """The kick of a seed far enough from the last one's to come from another machine."""
        from kickitout.library.synthesis import KICKS_PER_MACHINE, synthesise_kick

        audio, _ = synthesise_kick(index * (KICKS_PER_MACHINE + 1))
        return _fit_length(audio, samples)


@dataclass(frozen=True)
class Material:
    """What figures are drawn from; what is None was not given."""

    kicks: Kicks
    metrics: Sequence[dict[str, Any]] | None = None
    generated: Sequence[NDArray[np.float32]] | None = None


def check_names(names: Sequence[str]) -> None:
    """Raises `InputError` for a name that is no figure's."""
    for name in names:
        if name not in FIGURES:
            raise InputError(f"--only {name} is no figure; choose from {', '.join(FIGURES)}")


def drawable(material: Material, names: Sequence[str] = ()) -> list[str]:
    """The names of the figures to draw, in their order: those asked for, or all that the material allows.

    Raises:
        InputError: a figure was asked for by name and what it needs was not given.
    """
    check_names(names)
    missing = {}
    if material.metrics is None:
        missing["training-curves"] = "--run RUN, the folder of a training run"
    if material.generated is None:
        missing["real-and-generated"] = "--generated DIR, a folder of generated kicks"
    for name in names:
        if name in missing:
            raise InputError(f"--only {name} needs {missing[name]}")
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


def save_figure(figure: Figure, path: Path, format: str = "png") -> None:
    """Write a figure, whole or not at all, with no date in it.

    Raises:
        InputError: an unknown format.
        OutputError: the file cannot be written.
    """
    if format not in FORMATS:
        raise InputError(f"--format {format} is unknown; choose one of {', '.join(FORMATS)}")
    metadata = {"png": {"Software": None}, "svg": {"Date": None}, "pdf": {"CreationDate": None, "ModDate": None}}
    with rc_context(STYLE), replacing(path) as temporary, temporary.open("wb") as stream:
        figure.savefig(stream, format=format, metadata=metadata[format])


# Where the data come from ------------------------------------------------------------------------------------------


def gather(library: Path | None, run: Path | None, generated: Path | None) -> Material:
    """Open what was given: a library (None: the built-in kicks), a training run, a folder of generated kicks.

    Raises:
        InputError: something is not there, or empty.
        DamagedFileError, VersionError: as `Library.open` and `read_metrics`.
    """
    kicks: Kicks = BuiltinKicks()
    if library is not None:
        from kickitout.library.store import Library

        kicks = Library.open(library)
        if not len(kicks):
            raise InputError(f"--library {library} holds no kicks; add some with kick prepare DIR -o {library}")
    return Material(
        kicks=kicks,
        metrics=None if run is None else read_metrics(run),
        generated=None if generated is None else read_kicks(generated),
    )


def read_metrics(run: Path) -> list[dict[str, Any]]:
    """The lines of a run's metrics.jsonl. A last line that was cut short is left out: the run may be writing it.

    Raises:
        InputError: no run there, or one that has written nothing yet.
        DamagedFileError: a line that is no JSON object.
    """
    try:
        rows = read_run_metrics(run)
    except OSError as error:
        raise InputError(
            f"--run {run} is no training run: {METRICS_FILE}, {describe_os_error(error)}; name a folder of kick train"
        ) from error
    if not rows:
        raise InputError(f"--run {run} has no metrics yet: {METRICS_FILE} holds no lines; let it train for a while")
    return rows


def read_kicks(folder: Path, limit: int = 16) -> list[NDArray[np.float32]]:
    """The first audio files of a folder by name, each float32 (2, 22050): mono doubled, cut or padded to 500 ms.

    Raises:
        InputError: no such folder, or no audio in it.
        AudioFileError: one of the files cannot be read.
    """
    from kickitout.sound.audio import AUDIO_SUFFIXES, read, resample

    if not folder.is_dir():
        raise InputError(f"--generated {folder} is no folder; make one with kick generate -o {folder}")
    files = sorted(path for path in folder.iterdir() if path.suffix.lower() in AUDIO_SUFFIXES)
    if not files:
        raise InputError(f"--generated {folder} holds no audio files; make some with kick generate -o {folder}")
    kicks = []
    for path in files[:limit]:
        samples, rate = read(path, max_seconds=2.0)
        stereo = np.repeat(samples, 2, axis=0) if samples.shape[0] == 1 else samples[:2]
        kicks.append(_fit_length(resample(stereo, rate, SAMPLE_RATE), KICK_SAMPLES))
    return kicks


def _fit_length(audio: NDArray[np.float32], samples: int) -> NDArray[np.float32]:
    """(2, n) cut or padded with zeros to (2, samples)."""
    result = np.zeros((2, samples), dtype=np.float32)
    n = min(samples, audio.shape[1])
    result[:, :n] = audio[:, :n]
    return result


def mean_loudness_image(kicks: Kicks) -> NDArray[np.float32]:
    """The mean of all kicks' loudness images, (2, 176, 257): the draft's "average data point"."""
    total = np.zeros((2, N_FRAMES, N_BINS))
    for index in range(len(kicks)):
        total += loudness_image(kicks.audio(index))
    return (total / max(1, len(kicks))).astype(np.float32)


def typical_kick(kicks: Kicks, among: int = 32) -> int:
    """The index of the kick whose loudness image is nearest to the mean, among `among` spread over all."""
    candidates = np.unique(np.linspace(0, len(kicks) - 1, min(among, len(kicks))).round().astype(int))
    images = np.stack([loudness_image(kicks.audio(int(index))) for index in candidates])
    distances = np.square(images - images.mean(axis=0)).sum(axis=(1, 2, 3))
    return int(candidates[np.argmin(distances)])


# The figures -------------------------------------------------------------------------------------------------------


def average_data_point(image: NDArray[np.float32], n_kicks: int) -> Figure:
    """The mean loudness image (2, 176, 257) of `n_kicks` kicks, both channels."""
    with rc_context(STYLE):
        figure = Figure(figsize=(_WIDTH, 3.0))
        panels = figure.subplots(1, 2, sharey=True)
        shown = None
        for axes, channel, title in zip(panels, image, ("Left", "Right"), strict=True):
            shown = _show_frames(axes, image_to_decibels(channel), FLOOR_DB, CEILING_DB)
            axes.set_title(title)
        panels[0].set_ylabel("Frequency (kHz)")
        _colour_bar(figure, shown, panels, f"Mean loudness of {n_kicks:,} kicks (dB)")
    return figure


def amplitude_and_loudness(audio: NDArray[np.float32]) -> Figure:
    """The left channel of one kick (2, 22050) as the transform gives it, and as the network sees it."""
    image = loudness_image(audio)
    with rc_context(STYLE):
        figure = Figure(figsize=(_WIDTH, 3.0))
        left, right = figure.subplots(1, 2, sharey=True)
        linear = _show_frames(left, amplitudes(image)[0], 0.0, 100.0)
        left.set_title("Amplitude, the loudest 100")
        left.set_ylabel("Frequency (kHz)")
        _colour_bar(figure, linear, [left])
        loudness = _show_frames(right, image_to_decibels(image)[0], FLOOR_DB, CEILING_DB)
        right.set_title("Loudness in dB")
        _colour_bar(figure, loudness, [right])
    return figure


def defining_characteristics(audio: NDArray[np.float32]) -> Figure:
    """The draft's defining characteristics, marked on one kick (2, 22050): click, rumble, decay, 500 ms."""
    ms, level_db = level_curve(audio)
    peak = int(np.argmax(level_db))
    below = np.flatnonzero(level_db[peak:] <= level_db[peak] - 30.0)
    end = peak + int(below[0]) if below.size else ms.size - 1
    click_ms = (_onset_ms(audio), _onset_ms(audio) + 10.0)
    with rc_context(STYLE):
        figure = Figure(figsize=(_WIDTH, 4.6))
        top, bottom = figure.subplots(2, 1, sharex=True, height_ratios=(1.0, 2.0))
        times = np.arange(audio.shape[1]) * 1000.0 / SAMPLE_RATE
        top.axvspan(*click_ms, color=ORANGE, alpha=0.35, linewidth=0)
        top.plot(times, audio.mean(axis=0), color=BLUE, linewidth=0.8)
        envelope = float(np.abs(audio).max()) * 10.0 ** ((level_db - level_db[peak]) / 20.0)
        top.plot(ms[peak:], envelope[peak:], color=RED, linestyle="--", linewidth=1.2)
        fallen = f"30 dB in {ms[end] - ms[peak]:.0f} ms" if below.size else "less than 30 dB in 500 ms"
        top.text(0.98, 0.86, f"overall decay: {fallen}", color=RED, ha="right", transform=top.transAxes)
        top.set_ylabel("Amplitude")
        top.set_ylim(-1.15, 1.15)

        shown = _show_log_spectrogram(bottom, audio)
        marks: dict[str, Any] = {"color": "white", "linewidth": 1.0, "linestyle": (0, (3, 2))}
        line = {"arrowstyle": "-", "color": "white", "linewidth": 0.8}
        words: Any = {"color": "white", "bbox": {"facecolor": _DARKEST, "alpha": 0.6, "linewidth": 0, "pad": 1.5}}
        bottom.axvline(click_ms[1], **marks)
        bottom.annotate(
            "click: atonal, most of the spectrum",
            (click_ms[1], np.log2(6000.0)),
            (70.0, np.log2(6000.0)),
            va="center",
            arrowprops=line,
            **words,
        )
        bottom.hlines(np.log2(150.0), click_ms[1], ms[end], **marks)
        bottom.vlines(ms[end], np.log2(LOWEST_HZ), np.log2(150.0), **marks)
        bottom.annotate(
            "rumble: low, sustained, decaying",
            (click_ms[1] + 0.25 * (ms[end] - click_ms[1]), np.log2(150.0)),
            (70.0, np.log2(700.0)),
            va="center",
            arrowprops=line,
            **words,
        )
        bottom.annotate(
            "",
            (click_ms[0], np.log2(15_500.0)),
            (_DURATION_MS - 1.0, np.log2(15_500.0)),
            arrowprops={"arrowstyle": "<->", "color": "white", "linewidth": 0.8, "shrinkA": 0, "shrinkB": 0},
        )
        bottom.text(0.5 * _DURATION_MS, np.log2(13_500.0), "length: 500 ms", ha="center", va="top", **words)
        bottom.set_ylabel("Frequency (Hz)")
        bottom.set_xlabel("Time (ms)")
        bottom.set_xlim(0.0, _DURATION_MS)
        _colour_bar(figure, shown, [bottom], "Level (dB)")
    return figure


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
        raise InputError("the run has no training lines in metrics.jsonl yet; let it train for a while")
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
        figure = Figure(figsize=(_WIDTH, 2.1 * len(panels)))
        # Stages follow each other: on an axis of its own each of them fills its panel.
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
"""Terms of a stage that are drawn each for itself; the smaller ones are drawn as their sum."""

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
        axes.set_yscale("symlog", linthresh=1.0)  # the first steps would press all others flat
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


def real_and_generated(
    real: Sequence[NDArray[np.float32]],
    generated: Sequence[NDArray[np.float32]],
    *,
    titles: tuple[str, str] = ("Real", "Generated"),
    columns: int = 4,
) -> Figure:
    """Spectrograms of real kicks on the left, of generated ones on the right; each kick (2, 22050).

    Raises:
        InputError: one of the sides is empty.
    """
    if not real or not generated:
        raise InputError("the figure real-and-generated needs at least one real and one generated kick")
    n_rows = -(-max(len(real), len(generated)) // columns)
    with rc_context(STYLE):
        figure = Figure(figsize=(2 * _WIDTH, 0.9 + 1.45 * n_rows))
        sides: Any = figure.subfigures(1, 3, wspace=0.03, width_ratios=(1.0, 1.0, 0.11))
        shown = None
        for side, kicks, title in zip(sides[:2], (real, generated), titles, strict=True):
            side.suptitle(title, x=0.02, ha="left", fontsize=12)
            grid = side.subplots(n_rows, columns, sharex=True, sharey=True, squeeze=False)
            for place, axes in enumerate(grid.flat):
                if place < len(kicks):
                    shown = _show_log_spectrogram(axes, kicks[place])
                else:
                    axes.set_axis_off()
            grid[0, 0].set_xticks([0, 250, 500])
            for axes in grid[:, 0]:
                axes.set_ylabel("Hz")
            for axes in grid[-1, :]:
                axes.set_xlabel("ms")
        bar = sides[2].colorbar(shown, cax=sides[2].subplots(), label="Level (dB)")
        bar.outline.set_visible(False)
    return figure


# Parts of figures --------------------------------------------------------------------------------------------------


def _map() -> ListedColormap:
    return ListedColormap(colour_map() / 255.0, name="kickitout")


def _show_frames(axes: Axes, values: NDArray[np.float32], low: float, high: float) -> AxesImage:
    """Show (frames, bins) of the draft's transform over ms and kHz."""
    hop_ms = 1000.0 * HOP_LENGTH / SAMPLE_RATE
    start = (first_frame() - 0.5) * hop_ms
    bin_khz = SAMPLE_RATE / 2000.0 / (values.shape[1] - 1)
    extent = (start, start + values.shape[0] * hop_ms, -0.5 * bin_khz, SAMPLE_RATE / 2000.0 + 0.5 * bin_khz)
    shown = axes.imshow(
        values.T,
        origin="lower",
        aspect="auto",
        extent=extent,
        cmap=_map(),
        vmin=low,
        vmax=high,
        interpolation="nearest",
    )
    axes.set_xlabel("Time (ms)")
    axes.set_xlim(max(start, 0.0), _DURATION_MS)
    axes.set_ylim(0.0, SAMPLE_RATE / 2000.0)
    axes.set_yticks([0, 5, 10, 15, 20])
    return shown


def _show_log_spectrogram(axes: Axes, audio: NDArray[np.float32]) -> AxesImage:
    """Show a kick (2, n) over ms and octaves, labelled in Hz, on the scale of the sheets."""
    values = log_spectrogram(audio.astype(np.float64), audio.shape[1], 360, 180, SAMPLE_RATE)
    low, high = float(np.log2(LOWEST_HZ)), float(np.log2(HIGHEST_HZ))
    shown = axes.imshow(
        values,
        aspect="auto",
        extent=(0.0, 1000.0 * audio.shape[1] / SAMPLE_RATE, low, high),
        cmap=_map(),
        vmin=QUIETEST_DB,
        vmax=LOUDEST_DB,
        interpolation="nearest",
    )
    ticks = (50, 200, 1000, 5000)
    axes.set_yticks([float(np.log2(hz)) for hz in ticks], ["50", "200", "1k", "5k"])
    axes.set_ylim(low, high)
    return shown


def _colour_bar(figure: Figure, shown: Any, axes: Any, label: str = "") -> None:
    figure.colorbar(shown, ax=axes, label=label, pad=0.02).outline.set_visible(False)


def level_curve(audio: NDArray[np.float32], window_ms: float = 20.0) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Level of both channels together, root mean square in windows of `window_ms`: (times in ms, dB)."""
    n_window = round(window_ms * SAMPLE_RATE / 1000.0)
    hop = n_window // 4
    power = np.square(audio.astype(np.float64)).mean(axis=0)
    summed = np.concatenate([[0.0], np.cumsum(power)])
    starts = np.arange(0, max(1, audio.shape[1] - n_window), hop)
    level = (summed[np.minimum(starts + n_window, power.size)] - summed[starts]) / n_window
    return (starts + n_window / 2) * 1000.0 / SAMPLE_RATE, 10.0 * np.log10(np.maximum(level, 1e-12))


def _onset_ms(audio: NDArray[np.float32]) -> float:
    """Where the sound first reaches a hundredth of its peak."""
    loud = np.abs(audio).max(axis=0)
    return float(np.argmax(loud >= 0.01 * loud.max())) * 1000.0 / SAMPLE_RATE


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
