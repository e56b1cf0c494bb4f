"""Times, envelopes, filters and noise for synthesised sounds."""

from collections.abc import Callable
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from kickitout.sound.kick import SAMPLE_RATE
from kickitout.system.randomness import uniform

ONSET = 44
"""Samples of digital silence before every sound: 1 ms."""

DECAY_DB = -30.0
"""`decay_ms` is the time from the body's peak to this level."""

SIDE_LOWEST_HZ = 150.0
"""Below this the side is at least 40 dB under the mid: the low end is mono."""

NEPERS = float(np.log(10.0)) / 20.0
"""One decibel as a natural logarithm."""

Signal = NDArray[np.float64]


def milliseconds(n: int) -> Signal:
    """The times of `n` samples."""
    return np.asarray(np.arange(n, dtype=np.float64) * (1000.0 / SAMPLE_RATE))


def decaying(ms: Signal, decay_ms: float) -> Signal:
    """An exponential envelope: 1 at 0, DECAY_DB at `decay_ms`."""
    return np.asarray(np.exp((NEPERS * DECAY_DB / decay_ms) * ms))


def fade_in(ms: Signal, attack_ms: float) -> Signal:
    """Half a raised cosine from 0 to 1."""
    n = int(np.searchsorted(ms, attack_ms))
    rise = np.ones(ms.size)
    rise[:n] = 0.5 - 0.5 * np.cos(np.pi * ms[:n] / attack_ms)
    return rise


def fade_out(n: int, n_fade: int) -> Signal:
    """Ones that end in half a raised cosine down to 0."""
    n_fade = min(n, n_fade)
    fall = np.ones(n)
    fall[n - n_fade :] = 0.5 + 0.5 * np.cos(np.pi * np.arange(1, n_fade + 1) / n_fade)
    return fall


def to_full_scale(audio: Signal) -> NDArray[np.float32]:
    """The largest sample of both channels becomes 1."""
    return np.asarray(audio / max(audio.max(), -audio.min()), dtype=np.float32)


def band_gain(hz: Signal, centre_hz: float, octaves: float) -> Signal:
    """A bell on the logarithmic frequency axis with a broad foot, 0 at 0 Hz."""
    distance = np.log2(np.maximum(hz, 1.0) / centre_hz) / octaves
    return np.asarray((np.exp(-0.5 * distance**2) + 0.12) * high_pass_gain(hz, 150.0))


def high_pass_gain(hz: Signal, corner_hz: float) -> Signal:
    """Gain of a fourth-order high-pass."""
    ratio = (hz / corner_hz) ** 4
    return np.asarray(ratio / (1.0 + ratio))


def shaped_noise(seed: int, purpose: str, n: int, gain: Callable[[Signal], Signal]) -> Signal:
    """`n` samples of noise with this gain over frequency (Hz), root mean square 0.5.

    Random phases with given magnitudes: one inverse FFT, and no band is weak by chance.
    """
    size = 256
    while size < n:
        size *= 2
    hz = np.arange(size // 2 + 1, dtype=np.float64) * (SAMPLE_RATE / size)
    magnitude = gain(hz)
    magnitude[[0, -1]] = 0.0
    magnitude *= 0.5 * size / np.sqrt(2.0 * np.square(magnitude).sum())
    angle = (uniform(seed, purpose, hz.size) * (2.0 * np.pi)).astype(np.float32)
    spectrum = np.empty(hz.size, dtype=np.complex64)
    spectrum.real = magnitude * np.cos(angle)
    spectrum.imag = magnitude * np.sin(angle)
    return np.fft.irfft(spectrum, n=size)[:n].astype(np.float64)


@lru_cache(maxsize=1)
def _side_filter() -> NDArray[np.complex128]:
    """Response of the side's high-pass, a digital Butterworth of order 8, on the grid of 32,768 samples.

    It is causal, so nothing rings before the onset.
    """
    z = np.exp(2j * np.pi * np.arange(16_385) / 32_768)
    warped = np.tan(np.pi * 1.6 * SIDE_LOWEST_HZ / SAMPLE_RATE)
    response = np.ones(z.size, dtype=np.complex128)
    s = (z - 1.0) / (z + 1.0 + 1e-12) / warped  # the bilinear transform, corner at 1
    for index in range(4):
        damping = 2.0 * np.sin(np.pi * (2 * index + 1) / 16.0)
        response *= s**2 / (s**2 + damping * s + 1.0)
    return np.asarray(response)


def high_passed(signal: Signal) -> Signal:
    spectrum = np.fft.rfft(signal, n=32_768) * _side_filter()
    return np.asarray(np.fft.irfft(spectrum, n=32_768)[: signal.size])
