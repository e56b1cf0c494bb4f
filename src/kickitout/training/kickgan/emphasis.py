"""How much each cell of a spectrum counts in a loss.

On even axes of time and frequency the attack's lows and mids, by which kicks are told apart first, are a handful of
cells among tens of thousands: no loss depends on them. The ear's axes are near to logarithmic in both (Glasberg
and Moore, "Derivation of auditory filter shapes from notched-noise data", 1990, for frequency), so a cell weighs

    1 / ((t + EARLY_S) (f + LOW_HZ)),    scaled to the mean 1

with t the time since a kick's first sample and f the frequency: even steps up to EARLY_S and LOW_HZ, even ratios from
there.
"""

from collections.abc import Sequence

import torch
from torch import Tensor

EARLY_S = 0.012
"""Up to this time since a kick's first sample all moments count alike, in seconds: about a frame."""

LOW_HZ = 600.0
"""Up to this frequency all bins count alike, in Hz."""


def emphasis(seconds: Sequence[float] | Tensor, hertz: Sequence[float] | Tensor) -> Tensor:
    """Weights of cells, float32 (bins, frames), with the mean 1.

    Args:
        seconds: the frames' centres since a kick's first sample, (frames,); earlier ones count as 0.
        hertz: the bins' centres, (bins,).
    """
    late = 1.0 / (torch.as_tensor(seconds, dtype=torch.float64).clamp(min=0.0) + EARLY_S)
    high = 1.0 / (torch.as_tensor(hertz, dtype=torch.float64) + LOW_HZ)
    return torch.outer(high / high.mean(), late / late.mean()).float()
