"""Artefacts of up-sampling and of a missing phase: lines, combs and a wrong texture of spectrograms.

`profile` measures one kick; the figures of sets are computed from the profiles of their kicks, with weights:

- the azimuthally averaged power spectrum of the draft's loudness image (Durall, Keuper and Keuper, "Watch your
  Up-Convolution: CNN Based Generative Deep Neural Networks are Failing to Reproduce Spectral Distributions", CVPR 2020,
  eq. 4): how much detail of each coarseness the image has;
- lines: how far narrow lines stand above their neighbourhood in the average spectrum after the attack. Lines at the
  same frequency in all kicks come from the generator;
- periodic noise: how evenly lines or clicks repeat within one kick, in frequency or in time (the draft's own failure).
"""

from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import median_filter, uniform_filter1d

from kickitout.sound.kick import KICK_SAMPLES, SAMPLE_RATE
from kickitout.sound.spectrogram import CEILING_DB, FLOOR_DB, count_frames, loudness_image

RINGS = 96
"""Rings of the azimuthal average: from no detail to the finest, which changes from pixel to pixel on both axes."""

LINE_FFT = 4096
"""Window of the average spectrum: bins of 10.77 Hz; frame rates of 128, 256 and 512 samples fall on whole bins."""

LINE_HOP = 2048
LINE_START = 2048
"""The average spectrum begins after the attack, at 46 ms."""

LINE_BINS = (28, 1858)
"""The bins that are searched: 300 Hz to 20 kHz."""

LINE_FLOOR_DB = -100.0
"""Anything quieter than this, relative to the loudest bin of its kick, does not count as a line."""

NEIGHBOURHOOD = 33
"""Bins whose median a line is compared with: 355 Hz."""

FRAME_SPACINGS = (8, 16, 32, 64)
"""Distances of lines in bins that hops of 512, 256, 128 and 64 samples leave: 86, 172, 345, 689 Hz."""

PERIODIC_HZ = 1000.0
"""Periodic noise is searched for above this: below, tones are part of a kick."""

GRID_BINS = (12, 240)
"""The bins of the loudness image that are searched for a grid: 1 to 20.7 kHz."""

GRID_FRAMES = 16
"""The image's frames before this belong to the attack."""

GRID_NEIGHBOURHOOD = 33
"""Bins of the loudness image whose mean a grid stands above and below: 2.8 kHz."""

GRID_LAGS = (17, 120)
"""Distances at which a grid repeats, in bins of 86 Hz: beyond the neighbourhood's own reach. Finer grids repeat there
too."""

COMB_LAGS = (17, 600)
"""The same for a comb of lines, in bins of 10.77 Hz."""

PROFILE_SIZE = RINGS + (LINE_BINS[1] - LINE_BINS[0]) + 1

_LINES = slice(RINGS, PROFILE_SIZE - 1)
_FRAMES, _BINS = count_frames(KICK_SAMPLES), 257

Float64Array = NDArray[np.float64]


@cache
def _rings() -> tuple[NDArray[np.int64], Float64Array, Float64Array]:
    """The ring of each coefficient of the image's half transform, its weight (halves count twice), and the window."""
    down, across = np.fft.fftfreq(_FRAMES) * 2.0, np.fft.rfftfreq(_BINS) * 2.0
    radius = np.hypot(down[:, None], across[None, :])
    ring = np.minimum((radius * (RINGS / np.sqrt(2.0))).astype(np.int64), RINGS - 1)
    weight = np.where(across == 0.0, 1.0, 2.0) * np.ones_like(radius)
    return ring.ravel(), weight.ravel(), np.outer(np.hanning(_FRAMES), np.hanning(_BINS))


def _azimuthal(image: Float64Array) -> Float64Array:
    """Mean power of each ring of the loudness image's transform in dB, (RINGS,). The image's mean is taken out."""
    ring, weight, window = _rings()
    spectrum = np.fft.rfft2((image - image.mean()) * window)
    power = (spectrum.real**2 + spectrum.imag**2).ravel()
    mean = np.bincount(ring, weight * power, RINGS) / np.bincount(ring, weight, RINGS)
    return np.asarray(10.0 * np.log10(np.maximum(mean, 1e-6)))


def _lines(audio: NDArray[np.float32]) -> Float64Array:
    """How far each bin of the average log spectrum after the attack stands above its neighbourhood, dB.

    The mean of logarithms, each frame alike: a steady comb under a loud body is as visible as after it.
    """
    frames = np.lib.stride_tricks.sliding_window_view(audio[:, LINE_START:], LINE_FFT, axis=1)[:, ::LINE_HOP]
    spectrum = np.fft.rfft(frames * np.hanning(LINE_FFT + 1)[:-1].astype(np.float32), axis=2)
    power = (spectrum.real**2 + spectrum.imag**2).sum(axis=0)
    loudest = float(power.max())
    if loudest <= 0.0:
        return np.zeros(LINE_BINS[1] - LINE_BINS[0])
    level = 10.0 * np.log10(np.maximum(power / loudest, 10.0 ** (LINE_FLOOR_DB / 10.0))).mean(axis=0)
    over = level - median_filter(level, NEIGHBOURHOOD, mode="nearest")
    return np.asarray(over[slice(*LINE_BINS)], dtype=np.float64)


def _repeating(values: Float64Array, lags: tuple[int, int]) -> float:
    """The amplitude of a periodic component: the root of the largest autocovariance, in the unit of the values."""
    centred = values - values.mean()
    size = 1 << (len(values) + lags[1]).bit_length()
    spectrum = np.fft.rfft(centred, size)
    lag = np.arange(*lags)
    covariance = np.fft.irfft(spectrum.real**2 + spectrum.imag**2)[lag] / (len(values) - lag)
    return float(np.sqrt(max(0.0, float(covariance.max()))))


def _periodic(image: Float64Array, lines: Float64Array) -> float:
    """Decibels by which the spectrum after the attack rises and falls at a steady distance.

    In the loudness image's own coarse bins (a grid of its rows, as up-sampling leaves) or in fine ones (a comb: clicks
    at a steady rate are one too), whichever is more.
    """
    rows = image[GRID_FRAMES:, slice(*GRID_BINS)].mean(axis=0) * ((CEILING_DB - FLOOR_DB) / 2.0)
    rows -= uniform_filter1d(rows, GRID_NEIGHBOURHOOD, mode="nearest")
    first = round(PERIODIC_HZ * LINE_FFT / SAMPLE_RATE) - LINE_BINS[0]
    return max(_repeating(rows, GRID_LAGS), _repeating(lines[first:], COMB_LAGS))


def profile(audio: NDArray[np.float32]) -> NDArray[np.float32]:
    """The measurements of a kick at 44.1 kHz that this module's figures need, (2, n) -> (PROFILE_SIZE,); blind to
    gain."""
    padded = np.zeros((2, KICK_SAMPLES), dtype=np.float32)
    kept = audio[:, :KICK_SAMPLES]
    padded[:, : kept.shape[1]] = kept
    mid = np.asarray(0.5 * (padded[0] + padded[1]), dtype=np.float32)
    if not mid.any():
        mid = padded[0]
    image = loudness_image(mid[None])[0].astype(np.float64)
    lines = _lines(padded)
    return np.concatenate([_azimuthal(image), lines, [_periodic(image, lines)]]).astype(np.float32)


def weighted_mean(values: Float64Array, weights: Float64Array) -> Float64Array:
    """The mean of rows (n, p) for each row of weights (r, n), (r, p)."""
    return np.asarray(weights @ values / weights.sum(axis=1, keepdims=True))


def azimuthal_distance(
    generated: Float64Array, real: Float64Array, weights: Float64Array, real_weights: Float64Array
) -> Float64Array:
    """How far the mean azimuthal power spectra of two sets lie apart: root mean square over the rings, dB, (r,).

    Args:
        generated, real: profiles (n, PROFILE_SIZE) and (m, PROFILE_SIZE).
        weights, real_weights: how often each kick counts, (r, n) and (r, m).
    """
    means = [weighted_mean(p[:, :RINGS], w) for p, w in ((generated, weights), (real, real_weights))]
    return np.asarray(np.sqrt(((means[0] - means[1]) ** 2).mean(axis=1)))


def _line_excess(
    generated: Float64Array, real: Float64Array, weights: Float64Array, real_weights: Float64Array
) -> Float64Array:
    means = [weighted_mean(p[:, _LINES], w) for p, w in ((generated, weights), (real, real_weights))]
    return np.asarray(means[0] - means[1])


def highest_line(
    generated: Float64Array, real: Float64Array, weights: Float64Array, real_weights: Float64Array
) -> Float64Array:
    """The up-sampling line index: how far the highest line of the average generated spectrum stands above the real one.

    In dB, (r,), at least 0; arguments as in `azimuthal_distance`.
    """
    return np.asarray(np.maximum(_line_excess(generated, real, weights, real_weights).max(axis=1), 0.0))


def frame_lines(
    generated: Float64Array, real: Float64Array, weights: Float64Array, real_weights: Float64Array
) -> Float64Array:
    """The same for lines at all multiples of a frame rate (86, 172, 345 or 689 Hz) together, against all other bins."""
    over = _line_excess(generated, real, weights, real_weights)
    places = np.arange(*LINE_BINS)
    strengths = []
    for spacing in FRAME_SPACINGS:
        on = places % spacing == 0
        strengths.append(over[:, on].mean(axis=1) - over[:, ~on].mean(axis=1))
    return np.asarray(np.maximum(np.max(strengths, axis=0), 0.0))


def periodic(profiles: Float64Array) -> Float64Array:
    """The periodic-noise index of each kick in dB, from profiles (n, PROFILE_SIZE), (n,)."""
    return np.asarray(profiles[:, -1], dtype=np.float64)
