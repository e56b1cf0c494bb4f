"""Functions that several descriptors share: spectra of a sound, soft band edges, ratios in decibels."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

LOWEST_HZ = 15.0
"""The lowest audible frequency."""

NOTHING_DB = -120.0
"""The least level, in decibels."""


def power(x: NDArray[np.floating] | NDArray[np.complexfloating]) -> float:
    """The sum of squares. (Not a dot product: threads of a linear algebra library cost more than they give here.)"""
    return float((x.real**2 + x.imag**2).sum()) if np.iscomplexobj(x) else float((x * x).sum())


def fft_size(n: int) -> int:
    """The least 2^k or 3 * 2^k from n on."""
    size = 1 << max(1, n - 1).bit_length()
    return size * 3 // 4 if size * 3 // 4 >= n else size


def spectrum(x: NDArray[np.float64], sample_rate: int) -> tuple[NDArray[np.complex128], NDArray[np.float64], int]:
    """The spectrum of (c, n), its frequencies in Hz, and its size: padded by 50 ms against wrap-around."""
    size = fft_size(x.shape[1] + sample_rate // 20)
    return np.fft.rfft(x, size, axis=1), lines(size // 2 + 1, sample_rate / size), size


@lru_cache(maxsize=16)
def lines(count: int, spacing: float) -> NDArray[np.float64]:
    """The frequencies of the first lines of a spectrum, so many Hz apart: (count,), read-only."""
    frequencies = np.arange(count, dtype=np.float64) * spacing
    frequencies.flags.writeable = False
    return frequencies


@lru_cache(maxsize=64)
def edge(count: int, spacing: float, low: float, high: float) -> NDArray[np.float64]:
    """`rise` at such lines, read-only: nearly all kicks have the same."""
    found = rise(lines(count, spacing), low, high)
    found.flags.writeable = False
    return found


def distinct_channels(audio: NDArray[np.floating]) -> NDArray[np.float64]:
    """Both channels, or one where they are equal: half the work, the same ratios."""
    one = np.array_equal(audio[0], audio[1])
    return (audio[:1] if one else audio).astype(np.float64)


def decibels(part: float, whole: float) -> float:
    """The ratio of two powers, at least -120 dB and at most 120."""
    if part <= 0.0:
        return NOTHING_DB
    if whole <= 0.0:
        return -NOTHING_DB
    return float(np.clip(10.0 * np.log10(part / whole), NOTHING_DB, -NOTHING_DB))


def rise(x: NDArray[np.float64], low: float, high: float) -> NDArray[np.float64]:
    """0 below `low`, 1 above `high`, half a cosine between."""
    return np.asarray(0.5 - 0.5 * np.cos(np.pi * np.clip((x - low) / (high - low), 0.0, 1.0)))
