"""Batch normalisation whose statistics span all processes, on any device (torch's own SyncBatchNorm refuses CPUs)."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from kickitout.training.blocks.distributed import mean_over_ranks, world_size


class BatchNorm2d(nn.BatchNorm2d):
    """Batch normalisation (Ioffe and Szegedy, 2015) over (batch, height, width) of all processes.

    With one process it is torch's own. With several, every process must hold equally many samples; mean and variance
    are averaged over the processes in a differentiable way, and the running statistics follow the whole batch.
    """

    def forward(self, input: Tensor) -> Tensor:
        """(batch, channels, height, width) -> the same shape."""
        if not self.training or world_size() == 1:
            return super().forward(input)
        mean = mean_over_ranks(input.mean((0, 2, 3)))
        centred = input - mean[:, None, None]
        variance = mean_over_ranks(centred.square().mean((0, 2, 3)))
        self._remember(mean.detach(), variance.detach(), count=input.numel() // input.shape[1] * world_size())
        scale = torch.rsqrt(variance + self.eps)
        normalised = centred * scale[:, None, None]
        return normalised * self.weight[:, None, None] + self.bias[:, None, None]

    def _remember(self, mean: Tensor, variance: Tensor, count: int) -> None:
        if self.running_mean is None or self.running_var is None or self.num_batches_tracked is None:
            return
        momentum = 0.1 if self.momentum is None else self.momentum
        self.num_batches_tracked += 1
        self.running_mean.lerp_(mean, momentum)
        self.running_var.lerp_(variance * (count / max(count - 1, 1)), momentum)


def resize(image: Tensor, size: tuple[int, int]) -> Tensor:
    """Resize (batch, channels, height, width) bilinearly, pixel centres aligned; the identity if it fits already."""
    if tuple(image.shape[-2:]) == size:
        return image
    return F.interpolate(image, size, mode="bilinear", align_corners=False)
