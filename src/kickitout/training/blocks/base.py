"""The interfaces of networks."""

from dataclasses import dataclass

from torch import Tensor, nn


@dataclass(frozen=True)
class Verdict:
    """The output of a discriminator for a batch.

    Attributes:
        score: the raw score before any sigmoid, shape (batch,); larger is more real.
        features: the activations behind the blocks, from shallow to deep, each (batch, channels, ...).
    """

    score: Tensor
    features: list[Tensor]


class Generator(nn.Module):
    """From latents of shape (batch, latent_size) to representations of shape (batch, *shape)."""

    latent_size: int

    def forward(self, latent: Tensor) -> Tensor:
        """Make a batch."""
        raise NotImplementedError


class Discriminator(nn.Module):
    """From representations of shape (batch, *shape) to a `Verdict`."""

    def draw_count(self) -> int:
        """How many random whole numbers `forward` takes."""
        return 0

    def forward(self, image: Tensor, draws: list[int] | None = None) -> Verdict:
        """Judge a batch. `draws` are whole numbers >= 0 that stand for the network's own randomness; None for none."""
        raise NotImplementedError


def gradients_wanted(network: nn.Module, wanted: bool) -> None:
    """Switch the gradients of a network's parameters on or off, so that a step computes only what it uses."""
    for parameter in network.parameters():
        parameter.requires_grad_(wanted)
