"""Self-attention over an image (Zhang et al., "Self-Attention Generative Adversarial Networks", 2019)."""

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class SelfAttention2d(nn.Module):
    """Every pixel may look at every other; starts as the identity (its output is scaled by a learned 0).

    Keys and values are pooled by two in each direction, as the authors' own code does: a quarter of the cost.

    Args:
        channels: channels in and out.
        wrap: applied to each 1 x 1 convolution, e.g. spectral normalisation.
    """

    def __init__(self, channels: int, wrap: Callable[[nn.Module], nn.Module] = lambda module: module) -> None:
        super().__init__()
        inner = max(channels // 8, 1)
        value = max(channels // 2, 1)
        self.query = wrap(nn.Conv2d(channels, inner, 1, bias=False))
        self.key = wrap(nn.Conv2d(channels, inner, 1, bias=False))
        self.value = wrap(nn.Conv2d(channels, value, 1, bias=False))
        self.project = wrap(nn.Conv2d(value, channels, 1, bias=False))
        self.gain = nn.Parameter(torch.zeros(()))

    def forward(self, image: Tensor) -> Tensor:
        """(batch, channels, height, width) -> the same shape."""
        batch, _, height, width = image.shape
        query = self.query(image).flatten(2).transpose(1, 2)  # (batch, height * width, inner)
        key = F.max_pool2d(self.key(image), 2).flatten(2)  # (batch, inner, height * width / 4)
        value = F.max_pool2d(self.value(image), 2).flatten(2)  # (batch, value, height * width / 4)
        weights = torch.softmax(query @ key, dim=-1)
        looked = (value @ weights.transpose(1, 2)).reshape(batch, -1, height, width)
        attended: Tensor = self.project(looked)
        return image + self.gain * attended
