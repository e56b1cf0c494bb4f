"""All that learns in the flagship: networks, optimizers, averages and priors, and how they are stored."""

from pathlib import Path

import torch
from torch import Tensor

from kickitout.errors import DamagedFileError
from kickitout.model import prior as priors
from kickitout.model.prior import Mixture
from kickitout.training.kickgan.critics import build_critics
from kickitout.training.kickgan.networks import KickganEncoder, KickganGenerator
from kickitout.training.run import checkpoint
from kickitout.training.run.averaging import AveragedWeights
from kickitout.training.run.steps import channels_last
from kickitout.training.settings.kickgan import KickganSettings


class KickganNetworks:
    """All that learns: generator, encoder, critics, their optimizers, averaged weights, and the priors.

    `prior` is over the codes of the training kicks; `wide_prior` over those of their copies as well, which the critics
    see, so that what is generated for them is compared with its like.
    """

    def __init__(self, settings: KickganSettings, device: torch.device) -> None:
        optimizer = settings.optimizer
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(settings.training.seed)
            shape = settings.generator
            generator = KickganGenerator(shape.latent_size, shape.channels, shape.attention, shape.style_size)
            encoder = KickganEncoder(shape.latent_size, settings.encoder.channels)
            critics = build_critics(settings.critics.channels, settings.critics.parts_channels)
        self.generator = channels_last(generator.to(device))
        self.encoder = channels_last(encoder.to(device))
        self.critics = channels_last(critics.to(device))
        self.averaged: AveragedWeights | None = None
        if settings.averaging.half_life:
            self.averaged = AveragedWeights(self.generator, settings.averaging.half_life)
        self.prior: Mixture | None = None
        self.wide_prior: Mixture | None = None
        betas = (optimizer.beta1, optimizer.beta2)
        both = [*self.generator.parameters(), *self.encoder.parameters()]
        self.optimizers = {
            "warm": torch.optim.Adam(both, settings.reconstruction.rate, (0.9, 0.99)),
            # Without momentum: a score of two draws is as noisy as a critic.
            "energy": torch.optim.Adam(both, settings.energy.rate, (0.0, 0.99)),
            "generator": torch.optim.Adam(self.generator.parameters(), optimizer.generator_rate, betas),
            "critics": torch.optim.Adam(self.critics.parameters(), optimizer.critic_rate, betas),
        }

    @property
    def best_generator(self) -> KickganGenerator:
        """The averaged generator where there is one."""
        if self.averaged is None:
            return self.generator
        assert isinstance(self.averaged.network, KickganGenerator)
        return self.averaged.network

    def weights(self) -> dict[str, Tensor]:
        """All networks' tensors and the prior's by name."""
        tensors = checkpoint.prefixed("generator", self.generator.state_dict())
        tensors |= checkpoint.prefixed("encoder", self.encoder.state_dict())
        tensors |= checkpoint.prefixed("critics", self.critics.state_dict())
        if self.averaged is not None:
            tensors |= checkpoint.prefixed("averaged", self.averaged.network.state_dict())
        for name, prior in (("prior", self.prior), ("wide_prior", self.wide_prior)):
            if prior is not None:
                arrays = {"weights": prior.weights, "means": prior.means, "factors": prior.factors}
                tensors |= checkpoint.prefixed(name, {key: torch.from_numpy(one) for key, one in arrays.items()})
        return tensors

    def load_weights(self, tensors: dict[str, Tensor], source: Path) -> None:
        """Take in `weights()`. Raises `InputError` or `DamagedFileError` if they do not fit."""
        checkpoint.load_network(self.generator, checkpoint.part(tensors, "generator"), source)
        checkpoint.load_network(self.encoder, checkpoint.part(tensors, "encoder"), source)
        critics = checkpoint.part(tensors, "critics")
        if critics:  # a bundle has none
            checkpoint.load_network(self.critics, critics, source)
        if self.averaged is not None:
            average = checkpoint.part(tensors, "averaged") or checkpoint.part(tensors, "generator")
            checkpoint.load_network(self.averaged.network, average, source)
        self.prior = self._loaded_prior(tensors, "prior", source)
        self.wide_prior = self._loaded_prior(tensors, "wide_prior", source)

    def _loaded_prior(self, tensors: dict[str, Tensor], name: str, source: Path) -> Mixture | None:
        arrays = checkpoint.part(tensors, name)
        if not arrays:
            return None
        prior = priors.from_arrays({key: one.numpy() for key, one in arrays.items()}, str(source))
        if prior.size != self.generator.latent_size:
            raise DamagedFileError(f"{source} holds a prior of {prior.size} numbers; export it again")
        return prior

    def moments(self) -> dict[str, Tensor]:
        """The optimizers' tensors by name."""
        found: dict[str, Tensor] = {}
        for name, optimizer in self.optimizers.items():
            found |= checkpoint.prefixed(f"{name}_optimizer", checkpoint.optimizer_tensors(optimizer))
        return found

    def load_moments(self, tensors: dict[str, Tensor]) -> None:
        """Take in `moments()`."""
        for name, optimizer in self.optimizers.items():
            checkpoint.load_optimizer(optimizer, checkpoint.part(tensors, f"{name}_optimizer"))
