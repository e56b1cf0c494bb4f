"""The training of `wavegan` and `specgan`: WGAN-GP, several steps of the critic for one of the generator."""

from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from kickitout.training.blocks.adversarial import Wasserstein
from kickitout.training.blocks.base import gradients_wanted
from kickitout.training.blocks.distributed import World
from kickitout.training.blocks.terms import unit_gradient_penalty
from kickitout.training.run import checkpoint, draws, validation
from kickitout.training.run.data import as_float
from kickitout.training.run.optimizers import Adam
from kickitout.training.run.steps import DTYPES, improve
from kickitout.training.settings.wavegan import SPECGAN, WaveganSettings
from kickitout.training.trainer import Validation
from kickitout.training.wavegan.networks import WaveganCritic, WaveganGenerator
from kickitout.training.wavegan.representations import Fitted, NormalisedSpectrogram, Waveform


class WaveganNetworks:
    """Generator and critic, their optimizers, and the representation, which may hold numbers of the training kicks.

    Args:
        settings: the run's.
        device: where they live.
    """

    def __init__(self, settings: WaveganSettings, device: torch.device) -> None:
        dtype = DTYPES[settings.training.precision]
        self.kept: nn.Module = NormalisedSpectrogram() if settings.generator.kind == SPECGAN else Waveform()
        self.kept.to(device, dtype)
        assert isinstance(self.kept, NormalisedSpectrogram | Waveform)
        self.representation: Fitted = self.kept
        layout = self.representation.layout
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(settings.training.seed)
            generator = WaveganGenerator(settings.generator.latent_size, settings.generator.channels, layout)
            critic = WaveganCritic(settings.critic.channels, layout, shuffle=settings.critic.phase_shuffle)
        self.generator = generator.to(device, dtype)
        self.critic = critic.to(device, dtype)
        optimizer = settings.optimizer
        betas = (optimizer.beta1, optimizer.beta2)
        self.generator_optimizer = Adam(self.generator.parameters(), optimizer.generator_rate, betas)
        self.critic_optimizer = Adam(self.critic.parameters(), optimizer.critic_rate, betas)

    @property
    def best_generator(self) -> WaveganGenerator:
        """The generator: the authors average no weights."""
        return self.generator

    def weights(self) -> dict[str, Tensor]:
        """All networks' tensors and the representation's by name."""
        return {
            **checkpoint.prefixed("generator", self.generator.state_dict()),
            **checkpoint.prefixed("critic", self.critic.state_dict()),
            **checkpoint.prefixed("representation", self.kept.state_dict()),
        }

    def load_weights(self, tensors: dict[str, Tensor], source: Path) -> None:
        """Load `weights()`. Raises `InputError` if they do not fit."""
        checkpoint.load_network(self.generator, checkpoint.part(tensors, "generator"), source)
        checkpoint.load_network(self.critic, checkpoint.part(tensors, "critic"), source)
        checkpoint.load_network(self.kept, checkpoint.part(tensors, "representation"), source)

    def moments(self) -> dict[str, Tensor]:
        """Both optimizers' tensors by name."""
        return {
            **checkpoint.prefixed("generator_optimizer", checkpoint.optimizer_tensors(self.generator_optimizer)),
            **checkpoint.prefixed("critic_optimizer", checkpoint.optimizer_tensors(self.critic_optimizer)),
        }

    def load_moments(self, tensors: dict[str, Tensor]) -> None:
        """Load `moments()`."""
        checkpoint.load_optimizer(self.generator_optimizer, checkpoint.part(tensors, "generator_optimizer"))
        checkpoint.load_optimizer(self.critic_optimizer, checkpoint.part(tensors, "critic_optimizer"))


class WaveganTrainer:
    """Trains the networks, one step after the other (see `Trainer`).

    A step is one of the critic, which sees a batch of real kicks; `loss.critic_steps` of them are followed by one of
    the generator, which sees none.

    Args:
        settings: the run's.
        world: this process's place.
        device: where the networks live.
    """

    def __init__(self, settings: WaveganSettings, world: World, device: torch.device) -> None:
        self.settings = settings
        self.device = device
        self.share = world.share(settings.training.batch_size)
        self.dtype = DTYPES[settings.training.precision]
        self.networks = WaveganNetworks(settings, device)
        self.representation = self.networks.representation
        self.adversarial = Wasserstein()
        self.samples = 0
        self.step_count = 0

    def prepare(self, kicks: Tensor, held_out: Tensor, weights: NDArray[np.float64] | None = None) -> None:
        """Load int16 kicks (kicks, 2, n) to train on and to validate with; `weights` are the loop's alone."""
        training = self.settings.training
        self.kicks = kicks.to(self.device)
        self.representation.fit(self.kicks)
        self.held_out = validation.encode_all(self.representation, held_out, self.device, self.dtype)
        chosen = draws.batch_indices(training.seed, 0, min(training.spread_kicks, len(kicks)), len(kicks))
        real = validation.encode_all(self.representation, self.kicks[chosen], self.device, self.dtype)
        self.real_spread = self._spread(real)
        # The same latents are looked at through the whole run.
        shape = (training.spread_kicks, self.networks.generator.latent_size)
        self.examples = draws.latents(training.seed, "examples", 0, shape).to(self.device, self.dtype)

    def step(self, indices: Tensor) -> dict[str, Tensor]:
        """Show this process's share of a batch, places in the training kicks (share,), to the critic and improve it;
        from time to time, improve the generator as well.

        Returns:
            Losses and terms by name, detached, this process's mean.
        """
        training = self.settings.training
        moment = draws.Moment(training.seed, self.samples, self.step_count, training.batch_size, self.share)
        with torch.no_grad():
            real = self.representation.encode(as_float(self.kicks[indices], self.dtype))
        figures = self._improve_critic(real, moment)
        if (self.step_count + 1) % self.settings.loss.critic_steps == 0:
            figures |= self._improve_generator(real, moment)
        self.samples += training.batch_size
        self.step_count += 1
        return figures

    def _improve_critic(self, real: Tensor, moment: draws.Moment) -> dict[str, Tensor]:
        networks = self.networks
        gradients_wanted(networks.critic, True)
        with torch.no_grad():
            fake = networks.generator(moment.latents("latent", networks.generator.latent_size, real))
        share = moment.uniform("interpolation", real).view(-1, *(1 for _ in real.shape[1:]))
        between = torch.lerp(real, fake, share).requires_grad_(True)
        real_score = self._score(real, moment, "real")
        fake_score = self._score(fake, moment, "fake")
        penalty = unit_gradient_penalty(self._score(between, moment, "between"), between)
        terms = {
            "adversarial": self.adversarial.discriminator(real_score, fake_score),
            "gradient_penalty": self.settings.loss.gradient_penalty * penalty,
        }
        return improve(networks.critic_optimizer, terms, "discriminator")

    def _improve_generator(self, real: Tensor, moment: draws.Moment) -> dict[str, Tensor]:
        networks = self.networks
        gradients_wanted(networks.critic, False)
        latent = moment.latents("latent generator", networks.generator.latent_size, real)
        score = self._score(networks.generator(latent), moment, "generator")
        terms = {"adversarial": self.adversarial.generator(None, score)}
        return improve(networks.generator_optimizer, terms, "generator")

    def _score(self, tensor: Tensor, moment: draws.Moment, purpose: str) -> Tensor:
        critic = self.networks.critic
        score: Tensor = critic(tensor, moment.whole_numbers(purpose, critic.draw_count())).score
        return score

    def _spread(self, tensors: Tensor) -> float:
        chunks = torch.split(tensors, validation.CHUNK)
        return validation.spread(torch.cat([self.representation.loudness(chunk) for chunk in chunks]))

    @torch.no_grad()
    def validate(self) -> Validation:
        """Losses on held-out kicks, the spread of generated and of real ones, and examples."""
        training, networks = self.settings.training, self.networks
        made = validation.generate_all(networks.best_generator, self.examples)
        losses = validation.validation_losses(
            nn.ModuleDict({"critic": networks.critic}), self.adversarial, self.held_out, made[: len(self.held_out)]
        )
        spread, real = self._spread(made), self.real_spread
        figures, left_out = validation.spread_figures(spread, real, len(self.kicks))
        ratio = figures.get("spread/ratio")
        collapsed = ratio is not None and ratio < training.alarm_spread
        sentence = (
            f"validation loss generator {losses['validation/generator']:.3f}, "
            f"critic {losses['validation/discriminator']:.3f}, spread {spread:.3f} of {real:.3f}"
            + (" (alarm: the generator has collapsed, its kicks are nearly all the same)" if collapsed else "")
        )
        return Validation(
            values={**losses, **figures, "alarm/collapse": collapsed},
            sentence=sentence,
            waveforms=self.representation.decode(made[: training.validation_kicks].float()).cpu().numpy(),
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
        """The counts."""
        return {"samples": self.samples, "step": self.step_count}

    def restore(self, tensors: dict[str, Tensor], state: dict[str, Any], source: Path) -> None:
        """Continue from a checkpoint. Raises `InputError` if its tensors do not fit."""
        self.networks.load_weights(tensors, source)
        self.networks.load_moments(tensors)
        self.samples, self.step_count = state["samples"], state["step"]

    def rescue(self, tensors: dict[str, Tensor], state: dict[str, Any], source: Path) -> bool:
        """Never: a baseline's failures are to be seen."""
        return False
