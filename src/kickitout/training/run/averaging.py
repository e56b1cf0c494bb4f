"""Averaged weights: an exponential moving average over the training of the generator."""

import copy

import torch
from torch import Tensor, nn


def averaging_decay(batch_size: int, half_life: float) -> float:
    """The decay of one step so that a weight's influence halves after `half_life` samples."""
    return float(0.5 ** (batch_size / half_life))


class AveragedWeights:
    """The moving average of a network's parameters and of its floating buffers (running statistics of batch norm).

    Args:
        network: the network to follow; it is copied.
        half_life: samples shown after which a weight's influence has halved.
    """

    def __init__(self, network: nn.Module, half_life: float) -> None:
        self.network = copy.deepcopy(network).eval().requires_grad_(False)
        self.half_life = half_life

    @torch.no_grad()
    def update(self, network: nn.Module, batch_size: int, samples: int) -> None:
        """Move towards `network`; early in training the half-life is at most a twentieth of the samples shown, so that
        the start is forgotten (after Karras et al., 2020)."""
        decay = averaging_decay(batch_size, max(min(self.half_life, samples / 20.0), 1e-8))
        pairs = list(zip(_tensors(self.network), _tensors(network), strict=True))
        floating = [pair for pair in pairs if pair[0].is_floating_point()]
        # All in one go: hundreds of small tensors are a thirtieth of a step on a GPU.
        torch._foreach_lerp_([mine for mine, _ in floating], [theirs for _, theirs in floating], 1.0 - decay)
        for mine, theirs in pairs:
            if not mine.is_floating_point():
                mine.copy_(theirs)


def _tensors(network: nn.Module) -> list[Tensor]:
    return list(network.state_dict().values())
