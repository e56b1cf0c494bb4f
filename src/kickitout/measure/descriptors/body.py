"""The body of a kick: one swept low tone, tracked from cycle to cycle.

A first guess of its end pitch comes from the phase of the low band, a first guess of its sweep from the frequency of a
wider one. Then the sound is read at equal steps of that phase, demodulated by it and averaged over one cycle. That
average is zero for an offset and for every harmonic except the first, whatever the sweep: the result is the
fundamental's amplitude, and an angle that corrects the phase. This is done twice.
"""

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from kickitout.measure.descriptors.spectrum import edge

Signal = NDArray[np.float64]

NARROW_HZ = (5.0, 25.0, 150.0, 250.0)
"""The band of the first guess of the end pitch: nothing below the first frequency, all from the second to the third,
nothing above the fourth, with soft edges, which ring less."""

WIDE_HZ = (5.0, 20.0, 700.0, 1000.0)
"""The band of the first guess of the sweep."""

HIGHEST_HZ = (800.0, 1200.0)
"""The body is tracked below this: soft edges again."""

RATE_HZ = 5000.0
"""The low end is kept at the lowest rate above this that is the sound's divided by a power of two."""

GUESS_SECONDS = 0.05
"""Length of the end on which the first guess is made."""

GUESS_DB = -30.0

GUESS_EVERY = 4
"""Fits of a sweep to frequencies use every fourth of them: they are smooth."""

STEPS = 32
"""Steps in a cycle."""

ROUNDS = 2

PITCHES_HZ = (20.0, 300.0)
"""The end pitch of a kick lies between."""

END_SECONDS = 0.030
"""A level within this time, or within one cycle, of the end of the file is not used: it is faded or half averaged."""

SWEEP_TIMES = np.geomspace(0.004, 0.3, 36)
"""The sweep times in seconds that a first fit tries."""

DEEPEST_OCTAVES = 5.0

SHALLOW = 3e-4
"""The least variance in octaves that an octave of depth must explain: against deep, short sweeps out of noise."""

_CYCLE = np.concatenate([[0.5], np.ones(STEPS - 1), [0.5]]) / STEPS


@dataclass(frozen=True)
class Body:
    """The fundamental over time, from the onset on.

    Attributes:
        time: seconds after the onset, rising, (m,): 32 per cycle, or even steps if no pitch was found.
        level: its amplitude there, (m,).
        phase: in radians there, (m,); empty if there is no pitch.
        end: seconds up to which it is reliable.
        guess_hz: first guess of the end pitch; 0 if there is none.
        signal: the sound's low end from the onset on at `rate`.
        rate: Hz.
    """

    time: Signal
    level: Signal
    phase: Signal
    end: float
    guess_hz: float
    signal: Signal
    rate: float


def narrow_level(spectrum: NDArray[np.complex128], size: int, n: int, onset: int, sample_rate: int) -> float:
    """The highest level of the narrow band from the onset on, in the spectrum of one channel of `n` samples padded to
    `size`: from it the first guess of the end pitch is made, where it is at least GUESS_DB under this. 0 for less than
    20 ms of sound."""
    factor = decimation(sample_rate, RATE_HZ)
    small, first, last = size // factor, math.ceil(onset / factor), math.ceil(n / factor)
    if last - first < 0.02 * sample_rate / factor:
        return 0.0
    band = spectrum[: small // 2] * _gains(small // 2, sample_rate / size, NARROW_HZ)
    return float(np.abs(np.fft.ifft(2.0 * band, small)[first:last]).max()) / factor


@lru_cache(maxsize=16)
def _gains(count: int, spacing: float, band: tuple[float, float, float, float]) -> Signal:
    """A band's gains at lines that are so many Hz apart: (count,), read-only."""
    gains = edge(count, spacing, *band[:2]) * (1.0 - edge(count, spacing, *band[2:]))
    gains.flags.writeable = False
    return gains


def find_body(spectrum: NDArray[np.complex128], size: int, n: int, onset: int, sample_rate: int) -> Body | None:
    """The body in the spectrum of one channel of `n` samples padded to `size`; None for less than 20 ms of sound."""
    factor = decimation(sample_rate, RATE_HZ)
    rate, small = sample_rate / factor, size // factor
    first, last = math.ceil(onset / factor), math.ceil(n / factor)
    if (last - first) < 0.02 * rate:
        return None
    kept = spectrum[: small // 2]
    bands = np.stack([kept * _gains(small // 2, sample_rate / size, band) for band in (NARROW_HZ, WIDE_HZ)])
    narrow, wide = np.fft.ifft(2.0 * bands, small, axis=1)[:, first:last] / factor
    signal, _ = low_signal(spectrum, size, n, onset, sample_rate)
    whole = (n - onset) / sample_rate
    level = np.abs(narrow)
    guess = _guess_pitch(narrow, level, rate)
    if guess is None:
        time = np.arange(len(level)) / rate
        return Body(time, level, np.zeros(0), whole - END_SECONDS, 0.0, signal, rate)
    time, phase = _guess_phase(wide, guess, rate)
    offset = first / rate - onset / sample_rate
    for _ in range(ROUNDS):
        time, phase, level = _follow(time, phase, signal, rate)
    end = whole - max(END_SECONDS, 1.0 / guess)
    return Body(time + offset, level, phase, end, guess, signal, rate)


def decimation(sample_rate: float, least_rate: float) -> int:
    """The largest power of two by which a rate is divided without falling below another; at least 1."""
    return 1 << max(0, math.floor(math.log2(sample_rate / least_rate)))


def low_signal(
    spectrum: NDArray[np.complex128], size: int, n: int, onset: int, sample_rate: int
) -> tuple[Signal, float]:
    """What lies below 1 kHz in the spectrum of one channel, from the onset on, and its rate in Hz."""
    factor = decimation(sample_rate, RATE_HZ)
    small = size // factor
    kept = spectrum[: small // 2] * (1.0 - edge(small // 2, sample_rate / size, *HIGHEST_HZ))
    sound = np.fft.irfft(np.append(kept, 0.0), small) / factor
    return sound[math.ceil(onset / factor) : math.ceil(n / factor)], sample_rate / factor


def _guess_pitch(narrow: NDArray[np.complex128], level: Signal, rate: float) -> float | None:
    """The mean frequency in Hz before the low band has fallen by 30 dB; None if it is outside the range of kicks."""
    top = float(level.max())
    if top <= 0.0:
        return None
    last = int(np.flatnonzero(level >= top * 10.0 ** (GUESS_DB / 20.0))[-1])
    last = max(8, min(last, len(level) - round(END_SECONDS * rate)))
    end = narrow[max(int(np.argmax(level)), last - round(GUESS_SECONDS * rate)) : last]
    if len(end) < 8:
        end = narrow[:last]
    phase = np.unwrap(np.angle(end))
    hz = line(np.arange(len(end)) / rate, phase, np.hanning(len(end) + 2)[1:-1])[0] / (2.0 * np.pi)
    return hz if PITCHES_HZ[0] / 2.0 <= hz <= PITCHES_HZ[1] else None


def line(x: Signal, y: Signal, weight: Signal) -> tuple[float, float]:
    """Slope and intercept of the straight line through points, by weighted least squares."""
    whole = float(weight.sum())
    middle, mean = float((weight * x).sum()) / whole, float((weight * y).sum()) / whole
    variance = float((weight * (x - middle) ** 2).sum())
    slope = float((weight * (x - middle) * (y - mean)).sum()) / variance if variance > 0.0 else 0.0
    return slope, mean - slope * middle


def fit_octaves(time: Signal, octaves: Signal, weight: Signal) -> tuple[float, float]:
    """Depth and time (s) of the sweep depth 10^(-t / time) nearest to octaves above an end: weighted least squares.

    Robust in three rounds; points 0.3 octaves off count half.
    """
    shapes = 10.0 ** (-time / SWEEP_TIMES[:, None])
    depth, best = 0.0, 0
    counted = weight
    for _ in range(3):
        share = counted / max(float(counted.sum()), 1e-300)
        power = np.einsum("pt,pt,t->p", shapes, shapes, share) + SHALLOW
        common = np.einsum("pt,t->p", shapes, share * octaves)
        depths = np.clip(common / power, 0.0, DEEPEST_OCTAVES)
        best = int(np.argmax(2.0 * depths * common - depths * depths * power))
        depth = float(depths[best])
        counted = weight / (1.0 + ((octaves - depth * shapes[best]) / 0.3) ** 2)
    return depth, float(SWEEP_TIMES[best])


def _guess_phase(wide: NDArray[np.complex128], pitch: float, rate: float) -> tuple[Signal, Signal]:
    """The phase of a sweep down to `pitch` fitted to the frequency of the wide band, and its times."""
    step = np.convolve(wide[1:] * wide[:-1].conj(), np.hanning(17)[1:-1], mode="same")[: len(wide) - 1]
    hz = np.angle(step) * (rate / (2.0 * np.pi))
    time = np.arange(len(wide)) / rate
    octaves = np.log2(np.maximum(hz, 0.25 * pitch) / pitch)
    depth, period = fit_octaves(time[1::GUESS_EVERY], octaves[::GUESS_EVERY], np.abs(step)[::GUESS_EVERY] + 1e-300)
    # A tracked frequency must not exceed half the rate.
    track = np.minimum(pitch * np.exp2(depth * 10.0 ** (-time / period)), 0.4 * rate)
    return time, np.concatenate([[0.0], np.cumsum(0.5 * (track[1:] + track[:-1]))]) * (2.0 * np.pi / rate)


def _follow(time: Signal, phase: Signal, signal: Signal, rate: float) -> tuple[Signal, Signal, Signal]:
    """The fundamental at equal steps of a guessed phase: times, corrected phase, amplitude."""
    cycles = np.maximum.accumulate(phase - phase[0]) / (2.0 * np.pi)
    grid = np.arange(max(2, math.floor(cycles[-1] * STEPS))) / STEPS
    at = np.interp(grid, cycles, time)
    sound = np.interp(at, np.arange(len(signal)) / rate, signal)
    turned = 2.0 * sound * np.exp(-2j * np.pi * grid)
    mean = np.convolve(turned, _CYCLE)[STEPS // 2 : STEPS // 2 + len(grid)]
    return at, 2.0 * np.pi * grid + np.unwrap(np.angle(mean)), np.abs(mean)
