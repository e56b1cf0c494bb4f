"""The networks of the flagship with their optimizers, averages and priors, and how they are stored."""

from pathlib import Path

import torch
from torch import Tensor, nn

from kickitout.errors import DamagedFileError
from kickitout.model import prior as priors
from kickitout.model.prior import Mixture
from kickitout.training.kickgan.critic_networks import build_critics
from kickitout.training.kickgan.networks import KickganEncoder, KickganGenerator
from kickitout.training.run import checkpoint
from kickitout.training.run.averaging import AveragedWeights
from kickitout.training.run.optimizers import Adam
from kickitout.training.run.steps import channels_last
from kickitout.training.settings.kickgan import KickganSettings


class KickganNetworks:
    """Generator, encoder, critics if there are any, their optimizers, averaged weights, and the priors.

    `prior` is over the codes of the training kicks; `wide_prior` also over those of their copies, which the
    critics see: generated kicks are compared with real ones of the same distribution. `start_prior` is that of the
    weights that a run began with.

    Args:
        settings: of the run.
        device: where the networks live.
    """

    def __init__(self, settings: KickganSettings, device: torch.device) -> None:
        self.settings, self.device = settings, device
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(settings.training.seed)
            shape = settings.generator
            generator = KickganGenerator(shape.latent_size, shape.channels, shape.attention, shape.style_size)
            encoder = KickganEncoder(shape.latent_size, settings.encoder.channels)
            # Critics draw their first weights from here on, whenever they are built.
            self._critics_draw = torch.get_rng_state()
        self.generator = channels_last(generator.to(device))
        self.encoder = channels_last(encoder.to(device))
        self.critics: nn.ModuleDict | None = None
        self.averaged: AveragedWeights | None = None
        if settings.averaging.half_life:
            self.averaged = AveragedWeights(self.generator, settings.averaging.half_life)
        self.prior: Mixture | None = None
        self.wide_prior: Mixture | None = None
        self.start_prior: Mixture | None = None
        both = [*self.generator.parameters(), *self.encoder.parameters()]
        self.optimizers: dict[str, torch.optim.Optimizer] = {
            "warm": Adam(both, settings.reconstruction.rate, (0.9, 0.99)),
            # Without momentum: a score of two draws is as noisy as a critic's.
            "energy": Adam(both, settings.energy.rate, (0.0, 0.99)),
        }

    def add_critics(self) -> nn.ModuleDict:
        """The critics; at the first call they are built, with the optimizers of their stage."""
        if self.critics is None:
            shape, optimizer = self.settings.critics, self.settings.optimizer
            with torch.random.fork_rng(devices=[]):
                torch.set_rng_state(self._critics_draw)
                critics = build_critics(shape.channels, shape.parts_channels)
            self.critics = channels_last(critics.to(self.device))
            betas = (optimizer.beta1, optimizer.beta2)
            self.optimizers["generator"] = Adam(self.generator.parameters(), optimizer.generator_rate, betas)
            self.optimizers["critics"] = Adam(self.critics.parameters(), optimizer.critic_rate, betas)
        return self.critics

    def _remove_critics(self) -> None:
        self.critics = None
        for name in ("generator", "critics"):
            self.optimizers.pop(name, None)

    @property
    def best_generator(self) -> KickganGenerator:
        """The averaged generator where there is one."""
        if self.averaged is None:
            return self.generator
        assert isinstance(self.averaged.network, KickganGenerator)
        return self.averaged.network

    def weights(self) -> dict[str, Tensor]:
        """All networks' tensors and the priors' by name."""
        tensors = checkpoint.prefixed("generator", self.generator.state_dict())
        tensors |= checkpoint.prefixed("encoder", self.encoder.state_dict())
        if self.critics is not None:
            tensors |= checkpoint.prefixed("critics", self.critics.state_dict())
        if self.averaged is not None:
            tensors |= checkpoint.prefixed("averaged", self.averaged.network.state_dict())
        priors_by_name = {"prior": self.prior, "wide_prior": self.wide_prior, "start_prior": self.start_prior}
        for name, prior in priors_by_name.items():
            if prior is not None:
                arrays = {"weights": prior.weights, "means": prior.means, "factors": prior.factors}
                # Copies: files of weights hold no tensor twice, and priors may share parts.
                copies = {key: torch.from_numpy(array.copy()) for key, array in arrays.items()}
                tensors |= checkpoint.prefixed(name, copies)
        return tensors

    def load_weights(self, tensors: dict[str, Tensor], source: Path) -> None:
        """Load `weights()`; where there are none of critics, there are no critics.

        Raises:
            InputError: a network of another shape.
            DamagedFileError: a prior of another size.
        """
        checkpoint.load_network(self.generator, checkpoint.part(tensors, "generator"), source)
        checkpoint.load_network(self.encoder, checkpoint.part(tensors, "encoder"), source)
        critics = checkpoint.part(tensors, "critics")
        if critics:
            checkpoint.load_network(self.add_critics(), critics, source)
        else:
            self._remove_critics()
        if self.averaged is not None:
            average = checkpoint.part(tensors, "averaged") or checkpoint.part(tensors, "generator")
            checkpoint.load_network(self.averaged.network, average, source)
        self.prior = self._loaded_prior(tensors, "prior", source)
        self.wide_prior = self._loaded_prior(tensors, "wide_prior", source)
        self.start_prior = self._loaded_prior(tensors, "start_prior", source)

    def _loaded_prior(self, tensors: dict[str, Tensor], name: str, source: Path) -> Mixture | None:
        arrays = checkpoint.part(tensors, name)
        if not arrays:
            return None
        prior = priors.from_arrays({key: array.double().numpy() for key, array in arrays.items()}, str(source))
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
        """Load `moments()`."""
        for name, optimizer in self.optimizers.items():
            checkpoint.load_optimizer(optimizer, checkpoint.part(tensors, f"{name}_optimizer"))
