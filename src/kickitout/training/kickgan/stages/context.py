"""Shared by all stages: settings, networks, training kicks, and the random numbers of a step."""

import math
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from kickitout.training.blocks.base import gradients_wanted
from kickitout.training.kickgan.likelihood import divergence
from kickitout.training.kickgan.material import Material
from kickitout.training.kickgan.sketch import Sketch, Targets
from kickitout.training.kickgan.weights import KickganNetworks
from kickitout.training.run import draws
from kickitout.training.run.steps import improve, mixed_precision
from kickitout.training.settings.kickgan import KickganSettings

LAST_RATE = 0.1
"""The learning rate at the end of the warm start, and of the energy stage, over that at its beginning."""


@dataclass(frozen=True)
class Draws:
    """The random numbers of one step: drawn for the whole batch, of which this process takes its share.

    Attributes:
        key: of all numbers of the run; purpose and samples are added to it.
        samples: shown to the networks before the step.
        batch: kicks a step, over all processes.
        share: this process's part of them.
        device: where the numbers are needed.
    """

    key: int
    samples: int
    batch: int
    share: slice
    device: torch.device

    def normal(self, purpose: str, *shape: int) -> Tensor:
        """Standard normal numbers for each kick, (share, *shape)."""
        return draws.latents(self.key, purpose, self.samples, (self.batch, *shape), self.device)[self.share]

    def uniform(self, purpose: str) -> Tensor:
        """A number in [0, 1) for each kick, (share,)."""
        generator = draws.generator_at(self.key, purpose, self.samples)
        return torch.rand(self.batch, generator=generator)[self.share].to(self.device)


@dataclass(eq=False)
class Context:
    """Shared by all stages.

    Attributes:
        settings: of the run.
        networks: which the stages improve.
        device: where the networks live.
        rescues: how often the run went back to its best state.
        material: the training kicks, with their copies at other speeds.
        kicks: how many training kicks there are, without copies.
        weights: how often each of these is shown, (kicks,); None for all alike.
    """

    settings: KickganSettings
    networks: KickganNetworks
    device: torch.device
    rescues: int = 0
    material: Material = field(init=False)
    kicks: int = field(init=False)
    weights: NDArray[np.float64] | None = None

    def draws(self, samples: int, batch: int, share: slice) -> Draws:
        """The random numbers of the step after `samples` samples."""
        # After a rescue other numbers are drawn: the same ones would lead to the same end.
        return Draws(self.settings.training.seed + 2**32 * self.rescues, samples, batch, share, self.device)

    def precision(self) -> AbstractContextManager[None]:
        """The precision that networks compute in."""
        return mixed_precision(self.settings.training.precision, self.device)

    def improve(self, name: str, terms: dict[str, Tensor], rate: float, clip: float = math.inf) -> dict[str, Tensor]:
        """One step of the optimizer `name` on the sum of `terms`; after rescues the learning rate is lower."""
        optimizer = self.networks.optimizers[name]
        for group in optimizer.param_groups:
            group["lr"] = rate * self.settings.rescue.slowing**self.rescues
        return improve(optimizer, terms, name, clip)

    def rows_of_rests(self, rows: Tensor, draw: Draws) -> Tensor:
        """The rows of the material that rest and side are taken from: some get those of another kick."""
        swapped = draw.uniform("exchange") < self.settings.augmentation.exchange
        partners = (draw.uniform("partner") * len(self.material)).long()
        return torch.where(swapped, partners, rows)

    def encode(self, targets: Targets, draw: Draws) -> tuple[Tensor, dict[str, Tensor]]:
        """Latents drawn from the codes of a batch, and the divergence term of these codes."""
        encoder = self.networks.encoder
        gradients_wanted(encoder, True)
        with self.precision():
            mean, log_variance = encoder(targets)
        latent = mean + (0.5 * log_variance).exp() * draw.normal("code", mean.shape[1])
        return latent, {"divergence": self.settings.encoder.divergence * divergence(mean, log_variance)}


def falling(rate: float, progress: float) -> float:
    """A learning rate that falls linearly to a tenth while `progress` goes from 0 to 1."""
    return rate * (1.0 - (1.0 - LAST_RATE) * progress)


def with_pitch_gradient(sketch: Sketch, share: float) -> Sketch:
    """The same sketch; of the gradient of its frequency only a share flows back."""
    return replace(sketch, frequency=sketch.frequency.detach().lerp(sketch.frequency, share))
