"""What every representation offers."""

from typing import Protocol

from torch import Tensor


class Representation(Protocol):
    """A pair of maps between waveforms (batch, 2, n) in [-1, 1] and tensors (batch, *shape)."""

    @property
    def name(self) -> str:
        """The word for it in settings and cards."""
        ...

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of one kick's tensor."""
        ...

    def encode(self, waveform: Tensor) -> Tensor:
        """(batch, 2, n) -> (batch, *shape)."""
        ...

    def decode(self, tensor: Tensor) -> Tensor:
        """(batch, *shape) -> (batch, 2, n)."""
        ...
