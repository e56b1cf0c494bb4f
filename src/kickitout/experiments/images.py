"""Measures of loudness images (2, frames, bins), before any phase is found: texture, and lines along frequency.

The sounds' own are in `kickitout.evaluation.spectra`; a generator of images is better looked at before Griffin-Lim adds
a texture of its own. Both channels are measured and averaged.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import median_filter, uniform_filter1d

from kickitout.evaluation.spectra import GRID_BINS, GRID_FRAMES, GRID_LAGS, GRID_NEIGHBOURHOOD, RINGS
from kickitout.experiments.intervals import median_over_kits
from kickitout.experiments.rows import Row
from kickitout.sound.spectrogram import CEILING_DB, FLOOR_DB

Image = NDArray[np.float32]
Values = NDArray[np.float64]

DB_A_UNIT = (CEILING_DB - FLOOR_DB) / 2.0
"""Decibels of loudness that a step of 1 in an image stands for."""

FINEST = 0.75
"""Rings from this share of the largest radius on are fine detail: `fine_db` is their level."""

LINES_OVER = 9
"""Points of the spectrum along frequency whose median a line stands above."""


@cache
def _rings(frames: int, bins: int) -> tuple[NDArray[np.int64], Values, Values]:
    """The ring of each coefficient of an image's half transform, its weight (halves count twice), and the window."""
    down, across = np.fft.fftfreq(frames) * 2.0, np.fft.rfftfreq(bins) * 2.0
    radius = np.hypot(down[:, None], across[None, :])
    ring = np.minimum((radius * (RINGS / np.sqrt(2.0))).astype(np.int64), RINGS - 1)
    weight = np.where(across == 0.0, 1.0, 2.0) * np.ones_like(radius)
    return ring.ravel(), weight.ravel(), np.outer(np.hanning(frames), np.hanning(bins))


def azimuthal_db(image: Image) -> Values:
    """The azimuthally averaged power spectrum, (RINGS,), in dB over the mean power of all coefficients.

    Durall, Keuper and Keuper (2020), equation 4, of a windowed image without its mean. An image of one colour has 0.
    """
    spectra = []
    for channel in image.astype(np.float64):
        ring, weight, window = _rings(*channel.shape)
        spectrum = np.fft.rfft2((channel - channel.mean()) * window)
        power = (spectrum.real**2 + spectrum.imag**2).ravel()
        mean = np.bincount(ring, weight * power, RINGS) / np.bincount(ring, weight, RINGS)
        whole = float(weight @ power / weight.sum())
        spectra.append(mean / whole if whole > 1e-12 else np.ones(RINGS))
    return np.asarray(10.0 * np.log10(np.maximum(np.mean(spectra, axis=0), 1e-9)))


def lines_db(image: Image) -> Values:
    """The spectrum of the rows along frequency after the attack, in dB over its own neighbourhood, (bins // 2 + 1,).

    A layer that doubles leaves lines at simple fractions of the rate: the last one at the end, the one before in the
    middle, and so on.
    """
    rows = image[:, GRID_FRAMES:].astype(np.float64)
    rows = (rows - rows.mean(axis=2, keepdims=True)) * np.hanning(image.shape[2])
    level = 10.0 * np.log10(np.maximum(np.square(np.abs(np.fft.rfft(rows, axis=2))).mean(axis=(0, 1)), 1e-9))
    return np.asarray(level - median_filter(level, LINES_OVER, mode="nearest"))


def grid_db(image: Image) -> float:
    """The periodic-noise index of an image: the decibels by which its mean rows rise and fall at a steady distance."""
    rows = image[:, GRID_FRAMES:, slice(*GRID_BINS)].astype(np.float64).mean(axis=1) * DB_A_UNIT
    rows -= uniform_filter1d(rows, GRID_NEIGHBOURHOOD, axis=1, mode="nearest")
    return float(np.mean([_repeating(row) for row in rows]))


def _repeating(values: Values) -> float:
    """The amplitude of a periodic component: the root of the largest autocovariance at the grid's distances."""
    centred = values - values.mean()
    size = 1 << (len(values) + GRID_LAGS[1]).bit_length()
    lag = np.arange(*GRID_LAGS)
    spectrum = np.fft.rfft(centred, size)
    covariance = np.fft.irfft(np.square(np.abs(spectrum)), size)[lag] / (len(values) - lag)
    return float(np.sqrt(max(0.0, float(covariance.max()))))


def describe_image(image: Image) -> Row:
    """What an experiment keeps of an image."""
    spectrum, lines = azimuthal_db(image), lines_db(image)
    return {
        "azimuthal_db": np.round(spectrum, 3).tolist(),
        "lines_db": np.round(lines, 3).tolist(),
        "fine_db": float(spectrum[round(FINEST * RINGS) :].mean()),
        "grid_db": grid_db(image),
    }


def summarise_images(rows: Sequence[Row], kits: Sequence[str], real: Values | None = None) -> dict[str, Any]:
    """The figures of a set of images.

    Args:
        rows: of `describe_image`.
        kits: the unit of resampling of each.
        real: the mean azimuthal spectrum of real kicks, (RINGS,).
    """
    spectra = np.array([row["azimuthal_db"] for row in rows])
    lines = np.array([row["lines_db"] for row in rows]).mean(axis=0)
    figures: dict[str, Any] = {
        "azimuthal_db": spectra.mean(axis=0),
        "lines_db": lines,
        "highest_line_db": float(lines.max()),
        "fine_db": median_over_kits([row["fine_db"] for row in rows], kits),
        "grid_db": median_over_kits([row["grid_db"] for row in rows], kits),
    }
    if real is not None:
        figures["azimuthal_distance_db"] = float(np.sqrt(np.square(spectra.mean(axis=0) - real).mean()))
    return figures
