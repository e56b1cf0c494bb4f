"""Levels, filters and magnitudes for damages."""

import math
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from kickitout.evaluation.damage.damage import Signal
from kickitout.sound.kick import SAMPLE_RATE

PADDED = 65_536  # samples of the filters' transforms: long enough that nothing audible wraps around


def amplitude_of(decibels: float) -> float:
    return float(10.0 ** (decibels / 20.0))


@lru_cache(maxsize=1)
def padded_hz() -> Signal:
    """The frequencies of the padded transforms, (32769,)."""
    return np.asarray(np.fft.rfftfreq(PADDED, 1.0 / SAMPLE_RATE))


def filtered(kick: Signal, response: NDArray[np.complex128] | Signal) -> Signal:
    """A kick (2, n) through a frequency response (32769,) or (2, 32769)."""
    return np.asarray(np.fft.irfft(np.fft.rfft(kick, PADDED) * response, PADDED)[:, : kick.shape[1]])


def butterworth(corner_hz: float, order: int, *, high: bool = False) -> NDArray[np.complex128]:
    """The analogue filter's response with its phase: it is causal, so nothing rings before the onset.

    Butterworth, "On the theory of filter amplifiers" (1930): poles evenly spread over the left half of a circle.
    """
    hz = padded_hz()
    s = 1j * (corner_hz / np.maximum(hz, 1e-6) if high else hz / corner_hz)
    if high:
        s = -s  # s -> 1 / s
    poles = np.exp(1j * np.pi * (2.0 * np.arange(order) + order + 1.0) / (2.0 * order))
    response = np.ones(hz.size, dtype=np.complex128)
    for pole in poles:
        response /= s - pole
    return response


def peak_of(kick: Signal) -> float:
    return float(np.abs(kick).max())


def sample_times(count: int) -> Signal:
    return np.asarray(np.arange(count) / SAMPLE_RATE)


def envelope_of(kick: Signal) -> Signal:
    """The level of both channels over time, (n,): the root of the mean square around each sample, Hann over 11.6 ms."""
    weights = np.hanning(513)
    square = np.convolve((kick**2).mean(axis=0), weights / weights.sum(), mode="same")
    return np.asarray(np.sqrt(np.maximum(square, 0.0)))


def gaussian_weights(sigma: float) -> Signal:
    reach = math.ceil(3.0 * sigma)
    weights = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma) ** 2)
    return np.asarray(weights / weights.sum())


def smoothed(values: Signal, weights: Signal) -> Signal:
    """`values` smoothed over the last axis, held at the edges."""
    reach = weights.size // 2
    padded = np.pad(values, [(0, 0)] * (values.ndim - 1) + [(reach, reach)], mode="edge")
    return np.asarray(np.lib.stride_tricks.sliding_window_view(padded, weights.size, axis=-1) @ weights)


_QUIETEST_DB = -120.0


def magnitudes_db(spectrum: NDArray[np.complex64]) -> Signal:
    return np.asarray(20.0 * np.log10(np.maximum(np.abs(spectrum), amplitude_of(_QUIETEST_DB))), dtype=np.float64)


def with_magnitudes_db(spectrum: NDArray[np.complex64], decibels: Signal) -> NDArray[np.complex128]:
    """A spectrum with these magnitudes and its own phases."""
    return np.asarray(10.0 ** (decibels / 20.0) * np.exp(1j * np.angle(spectrum)))
