"""The timbre of a kick above its body: click, brightness over time, and the share that does not repeat with each
cycle."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from kickitout.measure.descriptors.body import STEPS, Body
from kickitout.measure.descriptors.spectrum import LOWEST_HZ, decibels, fft_size

Signal = NDArray[np.float64]

CLICK_HZ = 1000.0
"""The click lies above this, as in the draft's characteristics."""

CLICK_SECONDS = 0.030

SPANS = {
    "brightness_hz": (0.0, 0.05),
    "centroid_early_hz": (0.0, 0.005),
    "centroid_middle_hz": (0.005, 0.05),
    "centroid_late_hz": (0.05, 0.2),
}
"""From where to where, in seconds after the onset."""

LEAD_SECONDS = 0.001
"""A span that begins at the onset begins this much earlier and is not faded in."""

FADE_SECONDS = 0.005
"""Where a span cuts a sound, it fades over this time or a third of the span: a hard cut in the bass would add
brightness."""

SILENT_DB = -80.0
"""A span this far under the loudest has no centroid."""

NOISE_DB = -40.0
"""`noise` is measured until the body has fallen by this much."""

FINE = 4
"""Points that are read for `noise` for each step of the body."""


@dataclass(frozen=True)
class Stretch:
    """The energy spectrum of a stretch of sound, summed over channels, (lines,), the frequencies of its lines in Hz,
    and the mean power."""

    energy: Signal
    frequencies: Signal
    mean_power: float

    @property
    def centroid(self) -> float | None:
        """The mean frequency in Hz from 15 Hz on, weighted by energy; None without energy."""
        first = int(np.searchsorted(self.frequencies, LOWEST_HZ))
        whole = float(self.energy[first:].sum())
        return float((self.energy[first:] * self.frequencies[first:]).sum()) / whole if whole > 0.0 else None

    def above_db(self, hz: float) -> float:
        """The energy above a frequency relative to all, in dB."""
        first = int(np.searchsorted(self.frequencies, hz))
        return decibels(float(self.energy[first:].sum()), float(self.energy.sum()))


@lru_cache(maxsize=16)
def _window(length: int, fade: int, opening: bool) -> Signal:
    """Ones that fade by half a raised cosine at the end, and at the start too unless it opens a sound."""
    result = np.ones(length)
    fall = 0.5 + 0.5 * np.cos(np.pi * (np.arange(fade) + 0.5) / fade)
    result[length - fade :] = fall
    if not opening:
        result[:fade] = fall[::-1]
    result.flags.writeable = False
    return result


def stretch(channels: Signal, onset: int, start: float, end: float, sample_rate: int) -> Stretch | None:
    """The stretch from `start` to `end` seconds after the onset of channels (c, n); None if they have ended."""
    fade = max(1, round(min(FADE_SECONDS, (end - start) / 3.0) * sample_rate))
    opening = start == 0.0
    first = onset - round(LEAD_SECONDS * sample_rate) if opening else onset + round(start * sample_rate) - fade // 2
    last = onset + round(end * sample_rate) + fade - fade // 2
    part = channels[:, max(0, first) : last]
    if part.shape[1] < 2:
        return None
    window = _window(last - first, fade, opening)[max(0, -first) :][: part.shape[1]]
    # The same size wherever the onset is, for the same frequencies.
    size = fft_size(last - first)
    spectrum = np.fft.rfft(part * window, size, axis=1)
    energy = np.asarray((spectrum.real**2 + spectrum.imag**2).sum(axis=0))
    frequencies = np.arange(len(energy), dtype=np.float64) * (sample_rate / size)
    return Stretch(energy, frequencies, float(energy.sum()) / (last - first))


def noise(sound: Signal, body: Body, sample_rate: int) -> float | None:
    """The share of the energy of `sound` (n,), which begins at the onset, that does not repeat with each cycle, 0..1.

    The sound is read at equal steps of the fundamental's phase instead of time, and compared with itself one cycle
    later, at the same level of the fundamental. Fundamental and harmonics are equal there, whatever the sweep; noise
    and inharmonic modes are not. Half the energy of the difference is theirs.
    """
    top = float(body.level.max())
    last = int(np.flatnonzero(body.level >= top * 10.0 ** (NOISE_DB / 20.0))[-1]) + 1
    last = min(last, int(np.searchsorted(body.time, body.end)))
    if last <= 2 * STEPS:
        return None
    cycles = np.maximum.accumulate(body.phase[:last] - body.phase[0]) / (2.0 * np.pi)
    grid = np.arange(int(cycles[-1] * STEPS) * FINE) / (STEPS * FINE)
    turn = STEPS * FINE
    if len(grid) < 2 * turn:
        return None
    time = np.interp(grid, cycles, body.time[:last])
    values = np.interp(time * sample_rate, np.arange(len(sound)), sound)
    level = np.interp(grid, cycles, body.level[:last])
    here, later = values[:-turn], values[turn:] * (level[:-turn] / np.maximum(level[turn:], 1e-9 * top))
    # Energy per second, not per cycle; the later cycle was scaled up, so it is weighted by its original level.
    weight = np.gradient(time)[:-turn] * np.minimum(1.0, level[turn:] / np.maximum(level[:-turn], 1e-9 * top))
    whole = float((weight * (here * here + later * later)).sum())
    return min(1.0, float((weight * (here - later) ** 2).sum()) / whole) if whole > 0.0 else None
