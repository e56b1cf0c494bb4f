"""Another sweep: the low end of a sketch's sound, shifted by another number of hertz at each time.

A sketch's body ends at 300 Hz. What of a sweep lies above is in its rest, so that no track of it has the whole sweep.
So the sum of both is bent. With z(t) the analytic signal of mid below BENT_HZ, and s(t) the shift in Hz,

    mid'(t) = mid(t) + Re(z(t) (exp(j P(t)) - 1)),    P(t) = -2 pi (integral of s from t to the end)

A shift of nothing changes nothing, and what sounds on behind the 500 ms stays as it is. The change fades in at the
onset, as the body does: an analytic signal begins before its sound.

The sweep that a sound has is fitted to the frequency of z: with p its pitch, d its depth in octaves and T the time
until a tenth of it is left, p 2^(d g(t)), g(t) = 10^(-t / T), moved and scaled so that it is 1 at the onset and 0 at
BENT_SECONDS. To give it the depth d' and the time T', it is shifted by

    s(t) = p (2^(d' g'(t)) - 2^(d g(t)))

so that what is not of that form, a snap at the onset or a drift, stays. At every time the frequency rises with d', and
with T'.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from kickitout.sound.kick import SAMPLE_RATE
from kickitout.sound.sketch.parts import BODY_HOP, BODY_POINTS, ONSET_FADE_SAMPLES
from kickitout.sound.sketch.sketch import ORIGIN

Signal = NDArray[np.float64]

BENT_HZ = (0.0, 12.0, 800.0, 1200.0)
"""What is bent: nothing below the first frequency and above the fourth, all between the second and the third, with half
cosines between."""

BENT_FFT = 24_000
"""Samples of the transform that the analytic signal is taken from."""

BENT_SECONDS = 0.45
"""Sweeps are over by then."""

TIMES_MS = tuple(float(f"{one:.13g}") for one in np.geomspace(4.0, 400.0, 41))
"""The sweep times that a fit tries, to the digits that all processors agree in; between two of them, a parabola through
the errors says where the best one is."""

FROM_SECONDS = 0.002
"""Before, there is the click."""

LEAST_DB = -30.0
"""The sweep is fitted to what is louder than that, against the loudest."""

MOST_WEIGHT = 0.5
"""No amplitude counts for more than this share of the largest."""

SHALLOW = 3e-4
"""The least variance in octaves that an octave of depth must explain: against deep, short sweeps out of noise."""

DEEPEST_OCTAVES = 5.0

LEAST_HZ = 10.0
"""Lower frequencies come of two tones that beat."""

LEAST_POINTS = 8
"""A sound with fewer points has no sweep but STEADY."""

STEADY = (50.0, 0.0, 40.0)
"""Hz, octaves and ms."""


@dataclass(frozen=True)
class Sweep:
    """End pitch in Hz, and depth in octaves and time in ms of the sweep that leads to it."""

    pitch: float
    depth: float
    time: float


@lru_cache(maxsize=4)
def bent_band(size: int, step: int) -> Signal:
    """Gains of the bins of a real transform of `size` of every `step`-th sample, twice as for an analytic signal."""
    hz: Signal = np.arange(size // 2 + 1, dtype=np.float64) * (SAMPLE_RATE / (step * size))
    lowest, low, high, highest = BENT_HZ
    gains: Signal = 2.0 * _rise(hz, lowest, low) * (1.0 - _rise(hz, high, highest))
    gains.flags.writeable = False
    return gains


def _rise(hz: Signal, first: float, last: float) -> Signal:
    return np.asarray(0.5 - 0.5 * np.cos(np.pi * np.clip((hz - first) / (last - first), 0.0, 1.0)))


def low_end(wave: Signal, step: int = 1) -> NDArray[np.complex128]:
    """The analytic signal of what is bent of a sound of every `step`-th sample: (n,)."""
    size = BENT_FFT // step
    lines = np.zeros(size, dtype=np.complex128)
    lines[: size // 2 + 1] = np.fft.rfft(wave, size) * bent_band(size, step)
    return np.asarray(np.fft.ifft(lines)[: len(wave)])


def bent(wave: Signal, shift: NDArray[np.floating], step: int = 1) -> Signal:
    """A sound of every `step`-th sample, (n,), with its low end shifted by Hz at the body's points, (345,)."""
    if not shift.any():
        return wave
    low = low_end(wave, step)
    hz = np.interp(np.arange(len(wave)) * (step / BODY_HOP), np.arange(BODY_POINTS), shift.astype(np.float64))
    turns = np.cumsum(hz) * (step / SAMPLE_RATE)
    phase = 2.0 * np.pi * (turns - turns[-1])
    change = low.real * (np.cos(phase) - 1.0) - low.imag * np.sin(phase)
    return np.asarray(wave + change * _rise(np.arange(len(wave), dtype=np.float64) * step, *ONSET_FADE_SAMPLES))


def left(time: float, seconds: Signal) -> Signal:
    """The share of a sweep that is left: g(t) of the module's docstring."""
    falls = -1000.0 / time
    end = 10.0 ** (falls * BENT_SECONDS)
    return np.asarray(np.maximum(10.0 ** (falls * np.maximum(seconds, 0.0)) - end, 0.0) / (1.0 - end))


def shift_between(found: Sweep, wanted: Sweep) -> NDArray[np.float32]:
    """The shift in Hz at the body's points, (345,), that makes one sweep of another; both end at `found.pitch`."""
    seconds = (np.arange(BODY_POINTS) * BODY_HOP - ORIGIN) / SAMPLE_RATE
    to, of = (np.exp2(one.depth * left(one.time, seconds)) for one in (wanted, found))
    return np.asarray(found.pitch * (to - of), dtype=np.float32)


def sweep_of(wave: Signal, step: int) -> Sweep:
    """The sweep of a sound of every `step`-th sample, (n,)."""
    low = low_end(wave, step)
    rate = SAMPLE_RATE / step
    hz = np.angle(low[1:] * np.conj(low[:-1])) * (rate / (2.0 * np.pi))
    seconds = (np.arange(len(hz)) + 0.5) / rate - ORIGIN / SAMPLE_RATE
    level = np.abs(low[1:] * low[:-1])
    kept = (seconds >= FROM_SECONDS) & (level >= level.max() * 10.0 ** (LEAST_DB / 10.0)) & (hz > LEAST_HZ)
    if kept.sum() < LEAST_POINTS:
        return Sweep(*STEADY)
    weight = np.minimum(np.sqrt(level[kept] / level.max()), MOST_WEIGHT)
    fits = [_fit(left(time, seconds[kept]), np.log2(hz[kept]), weight) for time in TIMES_MS]
    errors = [one[2] for one in fits]
    best = int(np.argmin(errors))
    depth, end, _ = fits[best]
    place = float(best)
    if 0 < best < len(fits) - 1:
        before, here, after = errors[best - 1 : best + 2]
        bow = before - 2.0 * here + after
        place += min(max(0.5 * (before - after) / bow, -0.5), 0.5) if bow > 0.0 else 0.0
    time = TIMES_MS[0] * (TIMES_MS[-1] / TIMES_MS[0]) ** (place / (len(TIMES_MS) - 1))
    return Sweep(float(2.0**end), min(max(depth, 0.0), DEEPEST_OCTAVES), time)


def _fit(fall: Signal, octaves: Signal, weight: Signal) -> tuple[float, float, float]:
    """Depth and end of octaves = end + depth fall, by weighted least squares, and its error."""
    whole = float(weight.sum())
    mean_fall, mean = float((weight * fall).sum()) / whole, float((weight * octaves).sum()) / whole
    off, high = fall - mean_fall, octaves - mean
    depth = float((weight * off * high).sum()) / (float((weight * off * off).sum()) + SHALLOW * whole)
    depth = max(depth, 0.0)
    error = float((weight * (high - depth * off) ** 2).sum()) + SHALLOW * whole * depth * depth
    return depth, mean - depth * mean_fall, error
