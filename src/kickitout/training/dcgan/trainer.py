"""The `dcgan` family: a generator and its discriminators on loudness images, as the research draft trains them."""

from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from kickitout.training.blocks.base import Discriminator, Generator, gradients_wanted
from kickitout.training.blocks.distributed import World
from kickitout.training.blocks.representation import Representation
from kickitout.training.dcgan.augmentation import Augmentation
from kickitout.training.dcgan.loudness_image import LoudnessImage
from kickitout.training.dcgan.networks import build_discriminator, build_generator
from kickitout.training.dcgan.objective import Objective
from kickitout.training.run import checkpoint, draws, validation
from kickitout.training.run.averaging import AveragedWeights
from kickitout.training.run.data import as_float
from kickitout.training.run.optimizers import Adam
from kickitout.training.run.steps import DTYPES, channels_last, improve, mixed_precision
from kickitout.training.settings.dcgan import DcganSettings
from kickitout.training.trainer import Validation


class DcganNetworks:
    """Generator and discriminators, their optimizers, averaged weights.

    Args:
        settings: the run's.
        representation: gives the networks their shape.
        device: where they live.
    """

    def __init__(self, settings: DcganSettings, representation: Representation, device: torch.device) -> None:
        dtype = DTYPES[settings.training.precision]
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(settings.training.seed)
            generator: Generator = build_generator(settings.generator, representation.shape)
            discriminator: Discriminator = build_discriminator(settings.discriminator, representation.shape)
        self.generator: Generator = channels_last(generator.to(device, dtype))
        discriminator = channels_last(discriminator.to(device, dtype))
        self.discriminators = nn.ModuleDict({"image": discriminator})
        self.averaged: AveragedWeights | None = None
        if settings.averaging.half_life:
            self.averaged = AveragedWeights(self.generator, settings.averaging.half_life)
        optimizer = settings.optimizer
        betas = (optimizer.beta1, optimizer.beta2)
        self.generator_optimizer = Adam(self.generator.parameters(), optimizer.generator_rate, betas)
        self.discriminator_optimizer = Adam(self.discriminators.parameters(), optimizer.discriminator_rate, betas)

    @property
    def best_generator(self) -> Generator:
        """The averaged generator where there is one."""
        if self.averaged is None:
            return self.generator
        assert isinstance(self.averaged.network, Generator)
        return self.averaged.network

    def weights(self) -> dict[str, Tensor]:
        """All networks' tensors by name."""
        tensors = checkpoint.prefixed("generator", self.generator.state_dict())
        tensors |= checkpoint.prefixed("discriminators", self.discriminators.state_dict())
        if self.averaged is not None:
            tensors |= checkpoint.prefixed("averaged", self.averaged.network.state_dict())
        return tensors

    def load_weights(self, tensors: dict[str, Tensor], source: Path) -> None:
        """Load `weights()`. Raises `InputError` if they do not fit."""
        checkpoint.load_network(self.generator, checkpoint.part(tensors, "generator"), source)
        checkpoint.load_network(self.discriminators, checkpoint.part(tensors, "discriminators"), source)
        if self.averaged is not None:
            # A run without an average starts its average from its weights.
            average = checkpoint.part(tensors, "averaged") or checkpoint.part(tensors, "generator")
            checkpoint.load_network(self.averaged.network, average, source)

    def moments(self) -> dict[str, Tensor]:
        """Both optimizers' tensors by name."""
        return {
            **checkpoint.prefixed("generator_optimizer", checkpoint.optimizer_tensors(self.generator_optimizer)),
            **checkpoint.prefixed(
                "discriminator_optimizer", checkpoint.optimizer_tensors(self.discriminator_optimizer)
            ),
        }

    def load_moments(self, tensors: dict[str, Tensor]) -> None:
        """Load `moments()`."""
        checkpoint.load_optimizer(self.generator_optimizer, checkpoint.part(tensors, "generator_optimizer"))
        checkpoint.load_optimizer(self.discriminator_optimizer, checkpoint.part(tensors, "discriminator_optimizer"))


class DcganTrainer:
    """Trains the networks, one step after the other (see `Trainer`).

    Args:
        settings: the run's.
        world: this process's place.
        device: where the networks live.
    """

    def __init__(self, settings: DcganSettings, world: World, device: torch.device) -> None:
        self.settings = settings
        self.device = device
        self.share = world.share(settings.training.batch_size)
        self.dtype = DTYPES[settings.training.precision]
        self.representation: Representation = LoudnessImage()
        self.networks = DcganNetworks(settings, self.representation, device)
        self.augmentation = Augmentation(settings.augmentation)
        self.objective = Objective(settings.loss, self.augmentation)
        self.samples = 0
        self.step_count = 0

    def prepare(self, kicks: Tensor, held_out: Tensor, weights: NDArray[np.float64] | None = None) -> None:
        """Load int16 kicks (kicks, 2, n) to train on and to validate with; `weights` are the loop's alone."""
        training = self.settings.training
        self.kicks = kicks.to(self.device)
        self.held_out = validation.encode_all(self.representation, held_out, self.device, self.dtype)
        chosen = draws.batch_indices(training.seed, 0, min(training.spread_kicks, len(kicks)), len(kicks))
        real = validation.encode_all(self.representation, self.kicks[chosen], self.device, self.dtype)
        self.real_spread = validation.spread(real)
        # The same latents are looked at through the whole run.
        shape = (training.spread_kicks, self.networks.generator.latent_size)
        self.examples = draws.latents(training.seed, "examples", 0, shape).to(self.device, self.dtype)

    def step(self, indices: Tensor) -> dict[str, Tensor]:
        """Show this process's share of a batch, places in the training kicks (share,), and improve the networks.

        Returns:
            Losses and terms by name, detached, this process's mean.
        """
        training, networks = self.settings.training, self.networks
        batch_size = training.batch_size
        moment = draws.Moment(training.seed, self.samples, self.step_count, batch_size, self.share)
        with torch.no_grad():
            real = self.representation.encode(as_float(self.kicks[indices], self.dtype))
        latent = moment.latents("latent", networks.generator.latent_size, real)
        with mixed_precision(training.precision, self.device):
            fake = networks.generator(latent)

        # Discriminators
        gradients_wanted(networks.discriminators, True)
        with mixed_precision(training.precision, self.device):
            terms, sure = self.objective.discriminator_terms(networks.discriminators, real, fake.detach(), moment)
        figures = improve(networks.discriminator_optimizer, terms, "discriminator")

        # Generator
        gradients_wanted(networks.discriminators, False)
        with mixed_precision(training.precision, self.device):
            terms = self.objective.generator_terms(networks.discriminators, real, fake, latent, moment)
        figures |= improve(networks.generator_optimizer, terms, "generator")

        self.samples += batch_size
        self.step_count += 1
        if self.augmentation.settings.target > 0:
            self.augmentation.adapt(float(sure), batch_size)
            figures["augmentation/strength"] = torch.tensor(self.augmentation.strength)
        if networks.averaged is not None:
            networks.averaged.update(networks.generator, batch_size, self.samples)
        return figures

    @torch.no_grad()
    def validate(self) -> Validation:
        """Losses on held-out kicks, the spread of generated and of real ones, and examples."""
        training, networks = self.settings.training, self.networks
        images = validation.generate_all(networks.best_generator, self.examples)
        losses = validation.validation_losses(
            networks.discriminators, self.objective.adversarial, self.held_out, images[: len(self.held_out)]
        )
        made, real = validation.spread(images), self.real_spread
        figures, left_out = validation.spread_figures(made, real, len(self.kicks))
        ratio = figures.get("spread/ratio")
        collapsed = ratio is not None and ratio < training.alarm_spread
        sentence = (
            f"validation loss generator {losses['validation/generator']:.3f}, "
            f"discriminator {losses['validation/discriminator']:.3f}, spread {made:.3f} of {real:.3f}"
            + (" (alarm: the generator has collapsed, its kicks are nearly all the same)" if collapsed else "")
        )
        return Validation(
            values={**losses, **figures, "alarm/collapse": collapsed},
            sentence=sentence,
            waveforms=self.representation.decode(images[: training.validation_kicks].float()).cpu().numpy(),
            left_out=left_out,
        )

    def weights(self) -> dict[str, Tensor]:
        """All networks' tensors by name."""
        return self.networks.weights()

    def load_weights(self, tensors: dict[str, Tensor], source: Path) -> None:
        """Load `weights()`. Raises `InputError` if they do not fit."""
        self.networks.load_weights(tensors, source)

    def moments(self) -> dict[str, Tensor]:
        """Both optimizers' tensors by name."""
        return self.networks.moments()

    def state(self) -> dict[str, Any]:
        """The counts, and the augmentation's strength."""
        return {
            "samples": self.samples,
            "step": self.step_count,
            "augmentation_strength": self.augmentation.strength,
        }

    def restore(self, tensors: dict[str, Tensor], state: dict[str, Any], source: Path) -> None:
        """Continue from a checkpoint. Raises `InputError` if its tensors do not fit."""
        self.networks.load_weights(tensors, source)
        self.networks.load_moments(tensors)
        self.samples = state["samples"]
        self.step_count = state["step"]
        self.augmentation.strength = state["augmentation_strength"]

    def rescue(self, tensors: dict[str, Tensor], state: dict[str, Any], source: Path) -> bool:
        """Never: the draft's failures are to be seen."""
        return False
