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


def decimated(sound: Tensor) -> Tensor:
    """The band below some 1 kHz of channels (b, c, n): (b, c, n / 16), rounded up."""
    batch, channels, length = sound.shape
    low = F.conv1d(sound.reshape(batch * channels, 1, length), KERNEL.to(sound), stride=DECIMATION, padding=_REACH)
    return low.reshape(batch, channels, -1)
