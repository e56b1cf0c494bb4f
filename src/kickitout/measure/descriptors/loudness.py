"""Loudness of ITU-R BS.1770-4 in NumPy: two biquads, mean squares of 400 ms, two gates.

The recommendation gives the filters for 48 kHz only. Their analogue prototypes (B. De Man, "Evaluation of
implementations of the EBU R128 loudness measurement", 2018) give them for any rate by the bilinear transform; at
48 kHz they are the recommendation's own. They are applied by their response on the grid of an FFT: after 50 ms of
padding the slower of them (38 Hz) has fallen by 100 dB.
"""

import math
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from kickitout.measure.descriptors.spectrum import distinct_channels, spectrum

BLOCK_SECONDS = 0.4
"""Length of a gating block (BS.1770-4, Annex 1)."""

STEP_SECONDS = 0.1
"""From one block to the next: they overlap by three quarters."""

ABSOLUTE_GATE_LUFS = -70.0
RELATIVE_GATE_LU = -10.0
OFFSET_LU = -0.691
"""Brings a full-scale sine of 997 Hz in one channel to -3.01 LUFS."""

SHELF = {"hz": 1681.974450955533, "q": 0.7071752369554196, "db": 3.999843853973347, "band": 0.4996667741545416}
"""The head's shelf as an analogue filter: frequency, quality, gain, and the power of that gain in its band."""

HIGH_PASS = {"hz": 38.13547087602444, "q": 0.5003270373238773}
"""The high-pass, likewise."""

Biquad = tuple[tuple[float, float, float], tuple[float, float, float]]
"""Coefficients b and a, with a[0] = 1."""


def k_weighting(sample_rate: int) -> tuple[Biquad, Biquad]:
    """The head's shelf and the high-pass as digital biquads."""
    k = math.tan(math.pi * SHELF["hz"] / sample_rate)
    q, high = SHELF["q"], 10.0 ** (SHELF["db"] / 20.0)
    band = high ** SHELF["band"]
    a0 = 1.0 + k / q + k * k
    b = ((high + band * k / q + k * k) / a0, 2.0 * (k * k - high) / a0, (high - band * k / q + k * k) / a0)
    shelf = (b, (1.0, 2.0 * (k * k - 1.0) / a0, (1.0 - k / q + k * k) / a0))

    k, q = math.tan(math.pi * HIGH_PASS["hz"] / sample_rate), HIGH_PASS["q"]
    a0 = 1.0 + k / q + k * k
    high_pass = ((1.0, -2.0, 1.0), (1.0, 2.0 * (k * k - 1.0) / a0, (1.0 - k / q + k * k) / a0))
    return shelf, high_pass


@lru_cache(maxsize=4)
def _response(sample_rate: int, size: int) -> NDArray[np.complex128]:
    """The response of both biquads at the bins of an FFT of `size`."""
    z = np.exp(-2j * np.pi * np.arange(size // 2 + 1) / size)
    result = np.ones(len(z), dtype=np.complex128)
    for b, a in k_weighting(sample_rate):
        result *= (b[0] + b[1] * z + b[2] * z * z) / (a[0] + a[1] * z + a[2] * z * z)
    result.flags.writeable = False
    return result


def loudness(spectra: NDArray[np.complex128], size: int, n: int, sample_rate: int, copies: int) -> float | None:
    """Integrated loudness in LUFS.

    Args:
        spectra: of the channels, each `n` samples padded to `size`, (c, size // 2 + 1).
        copies: how many channels each of them stands for: 2 where left and right are equal and only one is given.

    Returns:
        None where no block is above the absolute gate. A sound shorter than a block is one block with silence after it.
    """
    weighted = np.fft.irfft(spectra * _response(sample_rate, size), size, axis=1)[:, :n]
    energy = np.concatenate([[0.0], np.cumsum((weighted * weighted).sum(axis=0))]) * copies
    length = BLOCK_SECONDS * sample_rate
    count = 1 + max(0, round((n - length) / (STEP_SECONDS * sample_rate)))
    starts = [int(i * STEP_SECONDS * sample_rate) for i in range(count)]
    ends = [int((i * STEP_SECONDS + BLOCK_SECONDS) * sample_rate) for i in range(count)]
    blocks = (energy[np.minimum(ends, n)] - energy[np.minimum(starts, n)]) / length
    for gate in (ABSOLUTE_GATE_LUFS, None):
        limit = _lufs(float(blocks.mean())) + RELATIVE_GATE_LU if gate is None else gate
        blocks = blocks[blocks > 10.0 ** ((limit - OFFSET_LU) / 10.0)]
        if not len(blocks):
            return None
    return _lufs(float(blocks.mean()))


def loudness_of(audio: NDArray[np.floating], sample_rate: int) -> float | None:
    """Integrated loudness in LUFS of left and right, (2, n); None where no block is above the absolute gate."""
    channels = distinct_channels(audio)
    spectra, _, size = spectrum(channels, sample_rate)
    return loudness(spectra, size, channels.shape[1], sample_rate, 3 - len(channels))


def _lufs(mean_square: float) -> float:
    return OFFSET_LU + 10.0 * math.log10(mean_square)
