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

_AT_ONCE = (4, 64)
"""Places that are interpolated together: few at first, which leave hardly any others, then twice as many each time."""

CREST_SECONDS = 0.05
"""`crest_db` compares the peak with the loudest stretch of this length."""

TAIL_SECONDS = 0.01
TAIL_FLOOR_DB = -100.0

NEARLY = 1.0 - 1e-9
"""Two orders of summation are far less apart."""

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
        if not len(places):
            continue
        widest = max(reach for _, reach, _ in interpolations)
        padded = _padded(channel, widest)
        for oversampling, reach, beta in interpolations:
            part = padded[widest - reach :]
            peak = _between(part, places, most[places], interpolation(oversampling, reach, beta), peak)
    return peak


def _padded(values: NDArray[np.float64], count: int) -> NDArray[np.float64]:
    """So many zeros on both sides of (n,): (n + 2 count,)."""
    found = np.zeros(len(values) + 2 * count)
    found[count : count + len(values)] = values
    return found


def _between(
    padded: NDArray[np.float64],
    places: NDArray[np.int64],
    most: NDArray[np.float64],
    between: NDArray[np.float64],
    peak: float,
) -> float:
    """The highest value before the given samples of a channel, or `peak`.

    Args:
        padded: the channel behind as many zeros as the interpolation reaches, and with as many or more at its end.
        places: of the samples.
        most: what the values there do not exceed, falling.
        between: an `interpolation`.
        peak: the highest so far.
    """
    windows = np.lib.stride_tricks.sliding_window_view(padded, between.shape[1])
    first, (count, largest) = 0, _AT_ONCE
    while first < len(places):
        part = slice(first, first + count)
        looked_at = places[part][most[part] > peak]
        if not len(looked_at):
            break
        peak = max(peak, _highest_of(windows[looked_at], between, peak))
        first, count = first + count, min(2 * count, largest)
    return peak


def _highest_of(windows: NDArray[np.float64], between: NDArray[np.float64], peak: float) -> float:
    """The highest value of interpolated windows, (n, 2 reach), where it is above `peak`; else something that is not.

    A matrix product is made in a quarter of the time, but its order of summation is the library's own: so it says only
    which windows come near the highest, and these are summed in ours. (64 windows of 256 are too few for it to start
    threads.)
    """
    near = np.abs(windows @ between.T).max(axis=1)
    windows = windows[near >= NEARLY * max(peak, float(near.max()))]
    return float(np.abs(np.einsum("nk,pk->np", windows, between)).max(initial=0.0))


def _highest_between(channel: NDArray[np.float64]) -> NDArray[np.float64]:
    """What no value between a sample and the next exceeds, nor before the first: (n,) -> (n + 1,)."""
    padded = _padded(channel, 2)
    heights = np.abs(padded)
    size = np.maximum(heights[1:-2], heights[2:-1])
    slope = padded[1:] - padded[:-1]
    blocks = -(-(len(slope) - 1) // _BLOCK)
    bend = np.zeros(blocks * _BLOCK)  # around every sample, and around those before and behind
    np.subtract(slope[1:], slope[:-1], out=bend[: len(slope) - 1])
    largest = _padded(np.abs(bend, out=bend).reshape(blocks, _BLOCK).max(axis=1), 1)
    near = np.maximum(largest[1:-1], np.maximum(largest[2:], largest[:-2]))
    size += 2.0 * np.repeat(near, _BLOCK)[: len(size)]
    return size


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
