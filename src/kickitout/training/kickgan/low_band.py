"""The low end of a kick as a waveform of its own: below some 1 kHz, at a sixteenth of the rate."""

import torch
from torch import Tensor
from torch.nn import functional as F

DECIMATION = 16
"""Samples of a kick to one of its low band."""

_REACH = 64  # samples on either side


def _kernel() -> Tensor:
    """A windowed sinc of 129 samples with the sum 1: (1, 1, 129)."""
    times = torch.arange(-_REACH, _REACH + 1)
    kernel = torch.sinc(times / DECIMATION) * torch.hann_window(2 * _REACH + 1, periodic=False)
    return (kernel / kernel.sum())[None, None]


KERNEL = _kernel()
"""The filter of the decimation."""

_BLOCKS = -(-(2 * _REACH + 1) // DECIMATION)  # that the kernel reaches over
_PARTS = F.pad(KERNEL[0, 0], (0, _BLOCKS * DECIMATION - 2 * _REACH - 1)).reshape(_BLOCKS, DECIMATION).T


def decimated(sound: Tensor) -> Tensor:
    """The band below some 1 kHz of channels (b, c, n): (b, c, n / 16), rounded up."""
    count = -(-sound.shape[-1] // DECIMATION)
    blocks = F.pad(sound, (_REACH, (count + _BLOCKS - 1) * DECIMATION - _REACH - sound.shape[-1]))
    # Convolutions of one channel are slow: every block times every part of the kernel, and sums along the diagonals.
    products = blocks.reshape(*sound.shape[:-1], -1, DECIMATION) @ _PARTS.to(sound)  # (b, c, blocks, parts)
    low: Tensor = products[..., :count, 0]
    for part in range(1, _BLOCKS):
        low = low + products[..., part : part + count, part]
    return low
