"""Levels of samples: true peak, crest, and the level at the end."""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from kickitout.measure.descriptors.spectrum import decibels

OVERSAMPLING = 4
"""True peak: points evaluated per sample (BS.1770-4, Annex 2)."""

_REACH = 32
"""Samples on each side that the interpolation uses."""

_BLOCK = 64
"""Samples among which, and among as many before and behind, the largest curvature is looked for."""

_AT_ONCE = 64
"""Places that are interpolated together."""

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
def interpolation(oversampling: int, reach: int, beta: float) -> NDArray[np.float64]:
    """A sinc under a Kaiser window, (oversampling - 1, 2 reach): values at even places after sample `reach`."""
    places = np.arange(1, oversampling)[:, None] / oversampling + (reach - 1) - np.arange(2 * reach)
    window = np.i0(beta * np.sqrt(np.maximum(0.0, 1.0 - (places / reach) ** 2))) / np.i0(beta)
    taps = np.sinc(places) * window
    return np.asarray(taps / taps.sum(axis=1, keepdims=True))


def highest_true_peak(channels: NDArray[np.float64]) -> float:
    """The highest true peak of (c, n) that several interpolations find, so that no meter finds a higher one."""
    return _highest(channels, [(CLOSELY, reach, beta) for reach, beta in INTERPOLATIONS])


def true_peak(
    channels: NDArray[np.float64], oversampling: int = OVERSAMPLING, reach: int = _REACH, beta: float = _BETA
) -> float:
    """The largest absolute value of (c, n) with points between neighbouring samples: three, if four times oversampled.

    Between two samples a signal deviates little from a straight line if its curvature is small. So a place is skipped
    where the larger of both samples and twice the largest second difference around stay below the highest so far: in a
    kick, nearly all.
    """
    return _highest(channels, [(oversampling, reach, beta)])


def _highest(channels: NDArray[np.float64], interpolations: Sequence[tuple[int, int, float]]) -> float:
    peak = float(np.abs(channels).max(initial=0.0))
    if channels.shape[1] < 2 or peak == 0.0:
        return peak
    for channel in channels:
        most = _highest_between(channel)
        places = np.flatnonzero(most > peak)
        places = places[np.argsort(-most[places], kind="stable")]  # the highest first: it leaves the fewest others
        for form in interpolations:
            peak = _between(channel, places, most[places], interpolation(*form), peak)
    return peak


def _between(
    channel: NDArray[np.float64],
    places: NDArray[np.int64],
    most: NDArray[np.float64],
    between: NDArray[np.float64],
    peak: float,
) -> float:
    """The highest value before the given samples of a channel (n,), or `peak`; `most` is what they do not exceed,
    falling, and `between` an `interpolation`."""
    reach = between.shape[1] // 2
    padded, taps = np.pad(channel, (reach, reach)), np.arange(2 * reach)
    for first in range(0, len(places), _AT_ONCE):
        part = slice(first, first + _AT_ONCE)
        looked_at = places[part][most[part] > peak]
        if not len(looked_at):
            break
        windows = padded[looked_at[:, None] + taps]
        peak = max(peak, float(np.abs(np.einsum("nk,pk->np", windows, between)).max()))
    return peak


def _highest_between(channel: NDArray[np.float64]) -> NDArray[np.float64]:
    """What no value between a sample and the next exceeds, nor before the first: (n,) -> (n + 1,)."""
    beyond = np.pad(np.abs(channel), 1)
    size = np.maximum(beyond[:-1], beyond[1:])
    bend = np.abs(np.diff(np.pad(channel, 2), 2))  # around every sample, and around those before and behind
    blocks = -(-len(bend) // _BLOCK)
    largest = np.pad(np.pad(bend, (0, blocks * _BLOCK - len(bend))).reshape(blocks, _BLOCK).max(axis=1), 1)
    near = np.maximum(largest[1:-1], np.maximum(largest[2:], largest[:-2]))
    return np.asarray(size + 2.0 * np.repeat(near, _BLOCK)[: len(size)])


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
