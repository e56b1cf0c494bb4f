"""One process or many: the few collective operations that training needs.

With one process every function is the identity, so the same code runs alone and under `torchrun`. Statistics over
the batch must span all processes, or the result would depend on their number; `mean_over_ranks` is differentiable,
so that gradients flow through such statistics.
"""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import torch
import torch.distributed as dist
from torch import Tensor, nn

from kickitout.errors import InputError


@dataclass(frozen=True)
class World:
    """This process's place among all: its rank from 0, and how many there are."""

    rank: int
    size: int

    @property
    def leads(self) -> bool:
        """Whether this process writes files and speaks."""
        return self.rank == 0

    def share(self, batch_size: int) -> slice:
        """This process's part of a batch that is drawn alike on all. Raises `InputError` if it cannot be divided."""
        if batch_size % self.size:
            remedy = "cannot be divided among {size} processes; give a multiple of {size}"
            raise InputError("training.batch_size", batch_size, remedy, size=self.size)
        each = batch_size // self.size
        return slice(self.rank * each, (self.rank + 1) * each)


def join_world(device: torch.device) -> World:
    """Join the processes that `torchrun` started (gloo on the CPU, NCCL on CUDA); alone if it started none."""
    if "RANK" not in os.environ or "WORLD_SIZE" not in os.environ:
        return World(0, 1)
    if not dist.is_initialized():
        dist.init_process_group("nccl" if device.type == "cuda" else "gloo")
    return World(dist.get_rank(), dist.get_world_size())


def leave_world() -> None:
    """Take leave of the other processes, if there are any."""
    if dist.is_initialized():
        dist.destroy_process_group()


def world_size() -> int:
    """How many processes train together."""
    return dist.get_world_size() if dist.is_initialized() else 1


class _SumOverRanks(torch.autograd.Function):
    """Sum over all processes; the gradient of each process's input is the sum of all processes' gradients."""

    @staticmethod
    def forward(ctx: Any, value: Tensor) -> Tensor:
        total = value.clone()
        dist.all_reduce(total)
        return total

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> Tensor:
        # Through `apply`, so that a gradient penalty can differentiate the gradient.
        total: Tensor = _SumOverRanks.apply(gradients[0])  # type: ignore[no-untyped-call]
        return total


def mean_over_ranks(value: Tensor) -> Tensor:
    """The mean of `value` over all processes, differentiable: d(sum of all losses) / d(this process's value)."""
    if world_size() == 1:
        return value
    total: Tensor = _SumOverRanks.apply(value)  # type: ignore[no-untyped-call]
    return total / world_size()


def average_gradients(parameters: Iterable[nn.Parameter]) -> None:
    """Replace every gradient by its mean over all processes, in one message."""
    if world_size() == 1:
        return
    gradients = [parameter.grad for parameter in parameters if parameter.grad is not None]
    flat = torch.cat([gradient.reshape(-1) for gradient in gradients])
    dist.all_reduce(flat)
    flat /= world_size()
    start = 0
    for gradient in gradients:
        gradient.copy_(flat[start : start + gradient.numel()].view_as(gradient))
        start += gradient.numel()


def agree(flag: bool, device: torch.device) -> bool:
    """Whether the answer of any process is yes, so that all stop at the same step."""
    if world_size() == 1:
        return flag
    votes = torch.tensor(float(flag), device=device)
    dist.all_reduce(votes)
    return bool(votes.item() > 0)
