"""Shared by the training steps of all families: precision, the layout of weights, and one step of an optimizer."""

import math
from contextlib import AbstractContextManager, nullcontext
from typing import TypeVar

import torch
from torch import Tensor, nn

from kickitout.training.blocks.distributed import average_gradients

DTYPES = {"float32": torch.float32, "float64": torch.float64, "bfloat16": torch.float32}
"""Precision settings to the type of weights and data; "bfloat16" is mixed precision over float32."""

Network = TypeVar("Network", bound=nn.Module)


def channels_last(network: Network) -> Network:
    """Lay a network's weights out channels last: the fastest layout for convolutions on CPUs and GPUs."""
    network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # torch's stubs lack it
    return network


def mixed_precision(setting: str, device: torch.device) -> AbstractContextManager[None]:
    """The context in which networks compute: bfloat16 products if that is `training.precision`."""
    if setting == "bfloat16":
        return torch.autocast(device.type, torch.bfloat16)
    return nullcontext()


def improve(
    optimizer: torch.optim.Optimizer, terms: dict[str, Tensor], name: str, clip: float = math.inf
) -> dict[str, Tensor]:
    """One optimizer step on the sum of `terms`, with the gradients' mean over all processes.

    Args:
        optimizer: of the parameters that are improved.
        terms: scalars by name.
        name: of the improved networks, for the figures.
        clip: the gradient is scaled down to this norm where it is larger.

    Returns:
        The loss and its terms by name, detached, this process's.
    """
    parameters = [parameter for group in optimizer.param_groups for parameter in group["params"]]
    total = torch.stack(list(terms.values())).sum()
    optimizer.zero_grad(set_to_none=True)
    total.backward()  # type: ignore[no-untyped-call]
    average_gradients(parameters)
    if clip < math.inf:
        nn.utils.clip_grad_norm_(parameters, clip)
    optimizer.step()
    figures = {f"term/{name}_{term}": value.detach() for term, value in terms.items()}
    return {f"loss/{name}": total.detach(), **figures}
