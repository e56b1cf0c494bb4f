"""A kick as a short vector that is robust to copying, in NumPy: the first step of the search for near duplicates.

The mean power of the first 200 ms in bands and times, in decibels under the loudest, for mid and for side. For
perceptual similarity and for distances between sets there is `kickitout.measure.embedding`.
"""

import numpy as np
from numpy.typing import NDArray

WINDOW = 1024
HOP = 512
FRAMES = 17
"""Frames of 23 ms every 12 ms: the first 205 ms."""

BAND_BINS = (1, 2, 3, 4, 5, 6, 8, 10, 13, 17, 22, 29, 38, 50, 66, 88, 117, 155, 205)
"""Band edges in bins of 43 Hz, from 43 Hz to 8.8 kHz."""

TIME_FRAMES = (0, 1, 2, 3, 5, 7, 10, 13, 17)
"""Edges of the times in frames: fine at the attack, coarse in the body."""

FLOOR_DB = -60.0
"""Floor relative to the loudest band: quieter bands count as this."""

FINGERPRINT_SIZE = 2 * (len(BAND_BINS) - 1) * (len(TIME_FRAMES) - 1)


def fingerprint(audio: NDArray[np.float32]) -> NDArray[np.float32]:
    """The vector of a kick at 44.1 kHz that begins at its onset. (2, n) -> (288,), values in [0, 1].

    It is independent of gain; silence is the zero vector.
    """
    needed = WINDOW + HOP * (FRAMES - 1)
    sides = np.stack([audio[0] + audio[1], audio[0] - audio[1]]).astype(np.float32)[:, :needed]
    sides = np.pad(sides, ((0, 0), (0, needed - sides.shape[1])))
    frames = np.lib.stride_tricks.sliding_window_view(sides, WINDOW, axis=1)[:, ::HOP]
    spectrum = np.fft.rfft(frames * np.hanning(WINDOW).astype(np.float32), axis=2)
    power = (spectrum.real**2 + spectrum.imag**2)[:, :, : BAND_BINS[-1]]
    widths = np.diff(BAND_BINS)
    bands = np.add.reduceat(power, BAND_BINS[:-1], axis=2) / widths
    cells = np.add.reduceat(bands, TIME_FRAMES[:-1], axis=1) / np.diff(TIME_FRAMES)[:, None]
    loudest = float(cells.max())
    if loudest <= 0.0:
        return np.zeros(FINGERPRINT_SIZE, dtype=np.float32)
    decibels = 10.0 * np.log10(np.maximum(cells / loudest, 10.0 ** (FLOOR_DB / 10.0)))
    return np.asarray(1.0 - decibels / FLOOR_DB, dtype=np.float32).ravel()
