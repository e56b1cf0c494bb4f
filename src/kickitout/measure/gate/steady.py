"""Steady components, which a kick itself does not have: hum, noise, single lines, lines of a frame rate. Decibels.

All are measured from the first to the last audible sample, so that silence after a short sound does not hide them.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from kickitout.sound.spectrogram import hann

MAINS_HZ = (50.0, 60.0)
HARMONICS = 6

HUM_SECONDS = 0.1
"""Hum is measured under Hann windows of this length,"""

HUM_WINDOWS = 3
"""this many, each half a window later, at the end of the sound,"""

HUM_REST_SECONDS = 0.012
"""except for its last 12 ms, which may be faded."""

HUM_STEADINESS = 5.0
"""Weight of the unsteady part against the steady one."""

WINDOW = 2048
"""Samples at 44.1 kHz of a window of the spectrum (46 ms); at other rates the number that gives the same bins of 21.5
Hz."""

BIN_HZ = 44_100 / WINDOW

LEAST_FRAMES = 4
"""A sound of fewer half-overlapping windows (of less than 116 ms) is too short to have steady components."""

FLOOR_DB = -85.0
"""Anything quieter, relative to a sine of the sound's peak, is inaudible and does not count."""

NOISE_HZ = (2000.0, 16_000.0)
"""The band of noise: a body's content there decays first."""

LINE_HZ = 1000.0
"""Steady lines count above; below, a kick may have a tone."""

NEIGHBOURS = (4, 11)
"""A line is compared with the bins at these distances, from the first to the last, on both sides."""

FRAME_BINS = 16
"""The frame rate of a hop of 128 samples at 44.1 kHz, 344.5 Hz, in bins."""

FRAME_WIDTH = 4
"""A line of the frame rate has its sidebands (those of the body) within so many bins."""

FRAME_HZ = (1000.0, 16_000.0)
"""Where lines of the frame rate are counted."""

NOTHING_DB = -120.0


def _decibels(power: float) -> float:
    return max(NOTHING_DB, 10.0 * float(np.log10(max(power, 1e-30))))


@lru_cache(maxsize=8)
def _mains(sample_rate: int) -> tuple[NDArray[np.float64], NDArray[np.complex128], NDArray[np.complex128]]:
    """The frequencies of both mains (h,), and the factors that demodulate them within a window (h, n) and by window (h,
    k)."""
    length, step = round(HUM_SECONDS * sample_rate), round(0.5 * HUM_SECONDS * sample_rate)
    hz = np.unique(np.outer(MAINS_HZ, np.arange(1, HARMONICS + 1)))
    window = hann(length)
    turns = np.exp(-2j * np.pi * hz[:, None] * (np.arange(length) / sample_rate)) * (2.0 / window.sum() * window)
    starts = np.exp(-2j * np.pi * hz[:, None] * (np.arange(HUM_WINDOWS) * step / sample_rate))
    return hz, turns, starts


def hum_db(sound: NDArray[np.float64], sample_rate: int) -> float | None:
    """The level of steady 50 or 60 Hz and its harmonics in (c, n), in dB against a sine of the sound's peak.

    The body of a kick lies at the same frequencies; but it decays, and is hardly ever exactly 50 or 60 Hz. Demodulated
    by the exact frequency, hum is the same complex number in each window at the end of the sound. So its level is that
    of the mean of the three numbers, less five times their spread. None for a sound of less than 212 ms.
    """
    length, step = round(HUM_SECONDS * sample_rate), round(0.5 * HUM_SECONDS * sample_rate)
    needed, end = length + (HUM_WINDOWS - 1) * step, sound.shape[1] - round(HUM_REST_SECONDS * sample_rate)
    if end < needed:
        return None
    frames = np.lib.stride_tricks.sliding_window_view(sound[:, end - needed : end], length, axis=1)[:, ::step]
    hz, turns, starts = _mains(sample_rate)
    phasors = np.einsum("ckn,hn->chk", frames, turns) * starts
    mean = phasors.mean(axis=2)
    spread = np.sqrt((np.abs(phasors - mean[:, :, None]) ** 2).mean(axis=2))
    steady = (np.maximum(0.0, np.abs(mean) - HUM_STEADINESS * spread) ** 2).max(axis=0)
    loudest = max(float(steady[hz % base == 0.0].sum()) for base in MAINS_HZ)
    return _decibels(loudest / float(np.abs(sound).max()) ** 2)


@dataclass(frozen=True)
class Steady:
    """The steady part of the upper spectrum, in dB; see `steady_spectrum`."""

    noise_db: float
    line_db: float
    line_hz: float
    frame_lines_db: float


def _levels(sound: NDArray[np.float64], sample_rate: int) -> NDArray[np.float64] | None:
    """The power of (c, n) in half-overlapping windows and bins of 21.5 Hz, (frames, bins), a sine of its peak being 1.

    The louder channel counts in each bin; the windows are spread so that the last one ends with the sound. None if too
    short.
    """
    length = round(WINDOW * sample_rate / 44_100)
    steps = int(np.ceil((sound.shape[1] - length) / (length // 2)))
    if steps < LEAST_FRAMES - 1:
        return None
    places = np.linspace(0, sound.shape[1] - length, steps + 1).round().astype(np.int64)
    window = hann(length)
    window = window * (2.0 / (window.sum() * float(np.abs(sound).max())))
    frames = np.lib.stride_tricks.sliding_window_view(sound, length, axis=1)[:, places] * window
    spectrum = np.fft.rfft(frames, axis=2)
    return np.asarray((spectrum.real**2 + spectrum.imag**2).max(axis=0))


def _over_neighbours(levels: NDArray[np.float64]) -> NDArray[np.float64]:
    """By how much each of the levels (n,) exceeds the mean of those around it, first and last ones aside (-inf)."""
    near, far = NEIGHBOURS
    sums = np.concatenate([[0.0], np.cumsum(levels)])
    middle = np.arange(far, len(levels) - far)
    below = sums[middle - near + 1] - sums[middle - far]
    above = sums[middle + far + 1] - sums[middle + near]
    result = np.full(len(levels), -np.inf)
    result[far : len(levels) - far] = levels[middle] - (below + above) / (2 * (far - near + 1))
    return result


def _frame_lines(levels: NDArray[np.float64]) -> float:
    """By how much the levels (n,) near multiples of the frame rate exceed those halfway between, on average."""
    first, last = (round(hz / BIN_HZ / FRAME_BINS) for hz in FRAME_HZ)
    last = min(last, (len(levels) - 1 - FRAME_BINS // 2) // FRAME_BINS)
    if last - first < 4:
        return 0.0
    cells = levels[first * FRAME_BINS - FRAME_BINS // 2 : last * FRAME_BINS - FRAME_BINS // 2]
    around = np.abs(np.arange(FRAME_BINS) - FRAME_BINS // 2)
    mean = cells.reshape(-1, FRAME_BINS).mean(axis=0)
    return float(mean[around <= FRAME_WIDTH].mean() - mean[around > FRAME_WIDTH + 1].mean())


def steady_spectrum(sound: NDArray[np.float64], sample_rate: int) -> Steady | None:
    """Steady noise and lines of (c, n); None for a sound of less than 116 ms.

    Noise: the level between 2 and 16 kHz in the quietest window, against a sine of the sound's peak.
    Line: the largest excess of a bin above 1 kHz over its neighbours, levels in dB averaged over all windows, so that
    only constant components count; and its frequency.
    Frame lines: the same for all multiples of 344.5 Hz together, relative to the bins between them.
    """
    power = _levels(sound, sample_rate)
    if power is None:
        return None
    low, high = (round(hz / BIN_HZ) for hz in NOISE_HZ)
    noise = power[:, low:high].sum(axis=1).min() / 1.5  # a Hann window is 1.5 bins wide
    levels = 10.0 * np.log10(power + 10.0 ** (FLOOR_DB / 10.0)).mean(axis=0)
    first = round(LINE_HZ / BIN_HZ)
    excess = _over_neighbours(levels)[first:]
    line = int(np.argmax(excess)) if len(excess) else 0
    line_db = max(0.0, float(excess[line])) if len(excess) else 0.0
    return Steady(_decibels(float(noise)), line_db, (first + line) * BIN_HZ, _frame_lines(levels))
