"""Spectrograms and colour bars: parts that several figures share."""

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from numpy.typing import NDArray

from kickitout.sound.kick import KICK_SAMPLES, SAMPLE_RATE
from kickitout.sound.sheet import HIGHEST_HZ, LOUDEST_DB, LOWEST_HZ, QUIETEST_DB, colour_map, log_spectrogram
from kickitout.sound.spectrogram import (
    HOP_LENGTH,
    first_frame,
)

DURATION_MS = 1000.0 * KICK_SAMPLES / SAMPLE_RATE


def sheet_colours() -> ListedColormap:
    return ListedColormap(colour_map() / 255.0, name="kickitout")


def show_frames(axes: Axes, values: NDArray[np.float32], low: float, high: float) -> AxesImage:
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
        cmap=sheet_colours(),
        vmin=low,
        vmax=high,
        interpolation="nearest",
    )
    axes.set_xlabel("Time (ms)")
    axes.set_xlim(max(start, 0.0), DURATION_MS)
    axes.set_ylim(0.0, SAMPLE_RATE / 2000.0)
    axes.set_yticks([0, 5, 10, 15, 20])
    return shown


def show_log_spectrogram(axes: Axes, audio: NDArray[np.float32]) -> AxesImage:
    """Show a kick (2, n) over ms and octaves, labelled in Hz, on the scale of the sheets."""
    values = log_spectrogram(audio.astype(np.float64), audio.shape[1], 360, 180, SAMPLE_RATE)
    low, high = float(np.log2(LOWEST_HZ)), float(np.log2(HIGHEST_HZ))
    shown = axes.imshow(
        values,
        aspect="auto",
        extent=(0.0, 1000.0 * audio.shape[1] / SAMPLE_RATE, low, high),
        cmap=sheet_colours(),
        vmin=QUIETEST_DB,
        vmax=LOUDEST_DB,
        interpolation="nearest",
    )
    ticks = (50, 200, 1000, 5000)
    axes.set_yticks([float(np.log2(hz)) for hz in ticks], ["50", "200", "1k", "5k"])
    axes.set_ylim(low, high)
    return shown


def colour_bar(figure: Figure, shown: Any, axes: Any, label: str = "") -> None:
    figure.colorbar(shown, ax=axes, label=label, pad=0.02).outline.set_visible(False)
