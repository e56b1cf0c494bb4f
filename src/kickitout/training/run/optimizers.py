"""Adam without the seconds in which torch loads its compiler."""

import inspect
from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch.optim import Optimizer


class Adam(torch.optim.Adam):
    """torch's own Adam, to the bit.

    The methods that torch keeps from its compiler, nearly all of an optimizer's, load the compiler to do so: 2 to 7 s
    at the start of every training, for what nothing here uses. Here they are as torch wrote them, below what keeps
    them apart.

    Args:
        parameters: what it improves.
        rate: the learning rate.
        betas: how much it remembers of the gradient and of its square.
    """

    def __init__(self, parameters: Iterable[torch.Tensor], rate: float, betas: tuple[float, float]) -> None:
        super().__init__(parameters, rate, betas)

    @torch.no_grad()
    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Improve the parameters by their gradients."""
        return inspect.unwrap(torch.optim.Adam.step)(self, closure)

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forget the gradients."""
        inspect.unwrap(Optimizer.zero_grad)(self, set_to_none)

    def add_param_group(self, param_group: dict[str, Any]) -> None:
        """More parameters."""
        inspect.unwrap(Optimizer.add_param_group)(self, param_group)

    def state_dict(self) -> dict[str, Any]:
        """Its state, as torch's Adam gives it."""
        state: dict[str, Any] = inspect.unwrap(Optimizer.state_dict)(self)
        return state

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """A state that torch's Adam gave."""
        inspect.unwrap(Optimizer.load_state_dict)(self, state_dict)
