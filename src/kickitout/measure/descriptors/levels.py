"""Levels of samples: true peak, crest, and the level at the end."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from kickitout.measure.descriptors.spectrum import decibels

OVERSAMPLING = 4
"""True peak: points evaluated per sample (BS.1770-4, Annex 2)."""

_REACH = 32
"""Samples on each side that the interpolation uses."""

_BLOCK = 64
"""Samples that are interpolated or skipped together."""

CREST_SECONDS = 0.05
"""`crest_db` compares the peak with the loudest stretch of this length."""

TAIL_SECONDS = 0.01
TAIL_FLOOR_DB = -100.0


_BETA = 6.0
"""Of the Kaiser window."""

CLOSELY = 16
INTERPOLATIONS = ((10, 5.0), (32, 6.0), (128, 9.0))
"""Points per sample, and reach and window of interpolations, of which the highest counts where nobody is to find a
higher peak: four points miss up to 0.15 dB of a bright click, and meters with short filters and long ones are up to
0.2 dB apart where it reaches up to half the sample rate."""


@lru_cache(maxsize=8)
def _interpolation(oversampling: int, reach: int, beta: float) -> NDArray[np.float64]:
    """A sinc under a Kaiser window, (oversampling - 1, 2 reach): values at even places after sample `reach`."""
    places = np.arange(1, oversampling)[:, None] / oversampling + (reach - 1) - np.arange(2 * reach)
    window = np.i0(beta * np.sqrt(np.maximum(0.0, 1.0 - (places / reach) ** 2))) / np.i0(beta)
    taps = np.sinc(places) * window
    return np.asarray(taps / taps.sum(axis=1, keepdims=True))


def highest_true_peak(channels: NDArray[np.float64]) -> float:
    """The highest true peak of (c, n) that several interpolations find, so that no meter finds a higher one."""
    peak = 0.0
    for reach, beta in INTERPOLATIONS:
        peak = true_peak(channels, CLOSELY, reach, beta, known=peak)
    return peak


def true_peak(
    channels: NDArray[np.float64],
    oversampling: int = OVERSAMPLING,
    reach: int = _REACH,
    beta: float = _BETA,
    *,
    known: float = 0.0,
) -> float:
    """The largest absolute value of (c, n) with points between neighbouring samples: three, if four times oversampled.

    Between two samples a signal deviates little from a straight line if its curvature is small. So blocks in which the
    largest sample and twice the largest second difference stay below the highest so far are skipped: in a kick, nearly
    all. `known` is a peak that was found already: only a higher one is looked for.
    """
    peak = max(float(np.abs(channels).max(initial=0.0)), known)
    if channels.shape[1] < 2 or peak == 0.0:
        return peak
    blocks = -(-channels.shape[1] // _BLOCK)
    for channel in channels:
        padded = np.zeros(blocks * _BLOCK + 2 * reach)
        padded[reach : reach + len(channel)] = channel
        size = np.abs(padded[reach : reach + blocks * _BLOCK]).reshape(blocks, _BLOCK).max(axis=1)
        bend = np.abs(np.diff(padded, 2))[reach - 1 : reach - 1 + blocks * _BLOCK].reshape(blocks, _BLOCK).max(axis=1)
        near = np.maximum(bend, np.maximum(np.append(bend[1:], 0.0), np.append(0.0, bend[:-1])))
        most = np.maximum(size, np.append(size[1:], 0.0)) + 2.0 * near
        for block in np.argsort(-most, kind="stable"):  # the highest first: it leaves the fewest others
            if most[block] <= peak:
                break
            part = padded[block * _BLOCK : (block + 1) * _BLOCK + 2 * reach]
            windows = np.lib.stride_tricks.sliding_window_view(part, 2 * reach)
            peak = max(
                peak, float(np.abs(np.einsum("nk,pk->np", windows, _interpolation(oversampling, reach, beta))).max())
            )
    return peak


def running_means(power: NDArray[np.float64], length: int) -> NDArray[np.float64]:
    """Means over each stretch of `length` samples (at least 1) that fits; over everything where none does."""
    length = min(length, len(power))
    sums = np.concatenate([[0.0], np.cumsum(power)])
    return np.asarray(np.maximum(sums[length:] - sums[:-length], 0.0) / length)


def crest_db(peak: float, power: NDArray[np.float64], channels: int, sample_rate: int) -> float:
    """The peak over the root mean square of the loudest 50 ms, `power` (n,) being summed over the channels."""
    loudest = float(running_means(power, max(1, round(CREST_SECONDS * sample_rate))).max())
    return decibels(peak * peak, loudest / channels)


def tail_db(power: NDArray[np.float64], sample_rate: int) -> float:
    """The mean power of the last 10 ms against that of the loudest 10 ms; at least -100 dB."""
    means = running_means(power, max(1, round(TAIL_SECONDS * sample_rate)))
    return max(TAIL_FLOOR_DB, decibels(float(means[-1]), float(means.max())))
