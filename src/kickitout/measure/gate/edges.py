"""Faults of single samples: an offset, steps at both ends, flat tops. Shares, 0..1."""

import numpy as np
from numpy.typing import NDArray

from kickitout.sound.spectrogram import hann

OFFSET_SECONDS = 0.1
"""Means are taken under Hann windows of this length, which suppress tones from 20 Hz on."""

STEP_SECONDS = 1e-4
"""Length of the first and the last frame, whose maximum counts: a resampled step takes more than one sample."""

FLAT = 0.97
"""Samples between this share of a level and the level are flat: 16 % of each half-wave of a sine."""

FLAT_SECONDS = 0.001
"""Shorter flat tops do not count: those of a click are short, and high tones have few samples per wave."""

LOUD_TOP = 0.25
"""Levels below this share of the channel's peak do not count as tops."""

QUIET_CHANNEL = 0.1
"""Channels below this share of the peak are not searched for flat tops."""


def offset_share(sound: NDArray[np.float64], sample_rate: int) -> float | None:
    """The constant under (c, n), as a share of the peak; None for less than two windows (150 ms).

    A kick is asymmetric for a while, so its mean is not its offset. The offset is what underlies most of it: the median
    of means over 100 ms, every 50 ms.
    """
    length = round(OFFSET_SECONDS * sample_rate)
    if sound.shape[1] < length + length // 2:
        return None
    window = hann(length)
    frames = np.lib.stride_tricks.sliding_window_view(sound, length, axis=1)[:, :: length // 2]
    means = np.einsum("ckn,n->ck", frames, window / window.sum())
    return float(np.abs(np.median(means, axis=1)).max()) / float(np.abs(sound).max())


def step_share(size: NDArray[np.float64], sample_rate: int, *, at_end: bool = False) -> float:
    """The first (or last) frame of a sound as a share of its peak; `size` (n,) is the louder channel's."""
    length = max(1, round(STEP_SECONDS * sample_rate))
    return float((size[-length:] if at_end else size[:length]).max() / size.max())


def flat_share(sound: NDArray[np.float64], sample_rate: int) -> float:
    """The share of its flattest half-wave that a channel of (c, n) spends at one level, 0..1; at least 1 ms.

    From zero to zero: a sine that is clipped by 6, 12 or 18 dB is flat for 68, 84 and 92 % of it, whatever its pitch.
    The level is that of most of the half-wave, not its peak, so a click on top of a clipped body does not hide it.
    """
    peaks = np.abs(sound).max(axis=1)
    loud_channels = sound[peaks >= QUIET_CHANNEL * peaks.max()]
    return max(_flat_share(channel, FLAT_SECONDS * sample_rate) for channel in loud_channels)


def _flat_share(channel: NDArray[np.float64], least: float) -> float:
    bounds = np.concatenate([[0], np.flatnonzero(np.diff(channel > 0.0)) + 1, [len(channel)]])
    size = np.abs(channel)
    loud = LOUD_TOP * size.max()
    highest = np.maximum.reduceat(size, bounds[:-1])
    found = 0.0
    for i in np.flatnonzero((np.diff(bounds) >= least) & (highest >= loud)):
        levels = np.sort(size[bounds[i] : bounds[i + 1]])
        below = np.searchsorted(levels, FLAT * levels)
        flat = int((np.arange(1, len(levels) + 1) - below)[levels >= loud].max())
        if flat >= least:
            found = max(found, flat / len(levels))
    return found
