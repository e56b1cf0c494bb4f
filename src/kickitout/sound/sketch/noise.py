"""The noise of a sketch: white noise that swells and fades, and its spectrum."""

import threading
from functools import lru_cache
from itertools import product

import numpy as np
from numpy.typing import NDArray

from kickitout.sound.kick import KICK_SAMPLES
from kickitout.sound.sketch.bands import spectrum_of
from kickitout.sound.sketch.sketch import GRAIN_END, GRAIN_PLACES, GRAINS, Float32Array, Signal, Spectrum
from kickitout.sound.spectrogram import N_FFT

NOISE_SCALE = float(np.sqrt(3.0 * N_FFT / 8.0))  # white noise has the sum of the squared window in each bin

_LATEST = threading.local()
"""For each thread the last noise, the last grain, and their spectrum."""


def noise_spectrum(noise: NDArray[np.floating], grain: Float32Array, channels: int = 2) -> Spectrum:
    """The spectrum of `grained` noise, read-only by convention: complex (channels, 176, 257).

    The last one is cached: a sketch that is edited until it meets a request keeps its noise.
    """
    known = getattr(_LATEST, "found", None)
    if (
        known is None
        or len(known[2]) < channels
        or not (np.array_equal(known[0], noise) and np.array_equal(known[1], grain))
    ):
        known = noise.copy(), grain.copy(), spectrum_of(grained(noise, grain, channels), NOISE_SCALE)
        _LATEST.found = known
    found: Spectrum = known[2][:channels]
    return found


@lru_cache(maxsize=1)
def grain_lines() -> Float32Array:
    """Weights from values at the grain's places to values at the samples: (3, 22050)."""
    places = (*GRAIN_PLACES, GRAIN_END)
    lines = [np.interp(np.arange(KICK_SAMPLES), places, unit) for unit in np.eye(len(places))[:-1]]
    return np.stack(lines).astype(np.float32)


def grain_likeness() -> Signal:
    """Correlations of the grains, which are moving sums of L and of M samples of the same numbers: (min / max)^(1/2):
    (3, 3)."""
    lengths = np.array(GRAINS, dtype=np.float64)
    return np.sqrt(np.minimum.outer(lengths, lengths) / np.maximum.outer(lengths, lengths))


def grained(noise: NDArray[np.floating], grain: Float32Array, channels: int = 2) -> Signal:
    """Noise that swells and fades as that of real kicks does: (3, 22050) -> (channels, 22050), of the same mean power.

    The noise of real kicks, divided by its envelope, has a median kurtosis of 5, Gaussian noise of 3. The third
    row of `noise` is summed over L samples for each of GRAINS, brought to the variance 1, and moves the log amplitude
    of the other two by `grain`.
    """
    sums = np.concatenate([[0.0], np.cumsum(noise[2], dtype=np.float64)])
    depth = (grain[:, :, None] * grain_lines()).sum(axis=1).astype(np.float64)  # (3, 22050)
    moved = np.zeros(KICK_SAMPLES)
    for length, of_length in zip(GRAINS, depth, strict=True):
        part = _moving_sums(sums, length // 2)
        part *= of_length
        part /= np.sqrt(length)
        moved += part
    moved -= _variance(depth)
    return np.asarray(noise[:channels] * np.exp(moved, out=moved))


def _moving_sums(sums: Signal, reach: int) -> Signal:
    """Sums over so many samples before each and behind, cut at both ends, of running `sums` (n + 1,): (n,)."""
    n = len(sums) - 1
    found = np.empty(n)
    found[: n - reach] = sums[reach:n]
    found[n - reach :] = sums[n]
    found[reach:] -= sums[: n - reach]
    found[:reach] -= sums[0]
    return found


def _variance(depth: Signal) -> Signal:
    """The variance of what moves the log amplitude, of the grains' depths (3, n): (n,). Row by row, in one order."""
    likeness = grain_likeness()
    result = np.zeros(depth.shape[1])
    for i, j in product(range(len(GRAINS)), repeat=2):
        part = depth[i] * likeness[i, j]
        part *= depth[j]
        result += part
    return result
