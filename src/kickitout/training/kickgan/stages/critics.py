"""The critics' stage, which is optional: kicks from the prior and real ones are judged by critics of six views.

Judged in pairs (relativistic), with penalties on the critics' gradients at both. A share of each step stays with energy
scores, so that the generator stays true to the frozen encoder. The critics and their optimizers are built by the first
step of this stage: a run that ends before it has none.
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from kickitout.sound.sketch.sketch import AIR_SHAPE
from kickitout.training.blocks import terms
from kickitout.training.blocks.adversarial import AdversarialLoss, BinaryCrossEntropy, Relativistic, Wasserstein
from kickitout.training.blocks.base import Verdict, gradients_wanted
from kickitout.training.kickgan.analysis import pooled_powers
from kickitout.training.kickgan.critic_networks import ALWAYS, PartsCritic
from kickitout.training.kickgan.networks import NOISE_SHAPE
from kickitout.training.kickgan.rendering import finished, played_rest, with_body
from kickitout.training.kickgan.stages.context import Context, Draws, with_pitch_gradient
from kickitout.training.kickgan.stages.energy import EnergyStage
from kickitout.training.kickgan.stages.prior import PriorStage, latents

LOSSES = {"relativistic": Relativistic, "bce": BinaryCrossEntropy, "wasserstein": Wasserstein}
"""The adversarial losses by `loss.kind`."""


@dataclass(frozen=True, eq=False)
class Views:
    """A batch of kicks in all forms that critics look at.

    Attributes:
        mid_side: waveforms, (b, 2, 22050).
        parts: pooled powers (b, 2, 45, 176), the body's log amplitude and frequency (b, 345).
    """

    mid_side: Tensor
    parts: tuple[Tensor, Tensor, Tensor]

    def of(self, critic: nn.Module) -> Tensor:
        """The input of a critic."""
        if isinstance(critic, PartsCritic):
            return critic.see(*self.parts)
        view: Tensor = critic.see(self.mid_side)  # type: ignore[operator]  # every critic has `see`
        return view


@dataclass(frozen=True)
class Turn:
    """A critic that takes part in a step.

    Attributes:
        name: of the critic.
        critic: the network.
        earlier: steps that it took part in before.
    """

    name: str
    critic: nn.Module
    earlier: int


class CriticStage:
    """Adversarial training of the generator against the critics.

    Args:
        context: shared by all stages.
        energy: scores a share of each batch.
        priors: has the codes of the frozen encoder.
        share: this process's part of a batch.
    """

    def __init__(self, context: Context, energy: EnergyStage, priors: PriorStage, share: slice) -> None:
        self.context, self.energy, self.priors = context, energy, priors
        self.share = share
        self.adversarial: AdversarialLoss = LOSSES[context.settings.loss.kind]()

    def step(self, rows: Tensor, draw: Draws, steps: int) -> dict[str, Tensor]:
        """Improve the critics, then the generator.

        Args:
            rows: of the material, (share,).
            draw: the random numbers of the step.
            steps: of the run before this one.
        """
        context, settings = self.context, self.context.settings
        networks, material = context.networks, context.material
        critics = networks.add_critics()
        gradients_wanted(networks.encoder, False)
        normal = draw.normal("latent", networks.generator.latent_size)
        latent = latents(networks.wide_prior or networks.prior, draw.uniform("component"), normal)
        noise = draw.normal("fake layers", *NOISE_SHAPE)
        with context.precision():
            sketch = networks.generator(latent, noise)
        sketch = with_pitch_gradient(sketch, settings.loss.pitch_gradient)
        rest = played_rest(sketch, draw.normal("air", *AIR_SHAPE))
        real = Views(self._augmented(material.mid_side(rows), draw, "real"), self._real_parts(rows))
        sound = finished(with_body(rest, sketch), sketch)
        parts = pooled_powers(rest), sketch.log_amplitude, sketch.frequency
        fake = Views(self._augmented(sound, draw, "fake"), parts)

        turns = self._turns(critics, steps)
        gradients_wanted(critics, True)
        figures = context.improve("critics", self._critic_terms(turns, real, fake), settings.optimizer.critic_rate)
        gradients_wanted(critics, False)
        generator_terms = self._generator_terms(turns, real, fake)
        places = self._scored_places()
        if len(places) and settings.energy.weight > 0.0:
            generator_terms |= self._energy_terms(rows[places], places, draw)
        rates = settings.optimizer
        return figures | context.improve("generator", generator_terms, rates.generator_rate, rates.clip)

    def _augmented(self, mid_side: Tensor, draw: Draws, purpose: str) -> Tensor:
        """Waveforms (b, 2, n) with random polarity, random sign of the side, and a random gain."""
        polarity = torch.where(draw.uniform(f"{purpose} polarity") < 0.5, 1.0, -1.0)
        side = polarity * torch.where(draw.uniform(f"{purpose} side") < 0.5, 1.0, -1.0)
        gain_db = self.context.settings.augmentation.gain_db * (2.0 * draw.uniform(f"{purpose} gain") - 1.0)
        gain = 10.0 ** (gain_db / 20.0)
        return mid_side * (torch.stack([polarity, side], dim=1) * gain[:, None])[:, :, None]

    def _real_parts(self, rows: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        material = self.context.material
        rest = torch.stack([material.rest[rows], material.side[rows]], dim=1).float()
        return pooled_powers(rest), material.log_amplitude[rows], material.frequency[rows]

    def _turns(self, critics: nn.ModuleDict, steps: int) -> list[Turn]:
        """The critics that take part in this step: those of little cost always, the others in turns."""
        in_turns = [name for name in critics if name not in ALWAYS]
        period = len(in_turns) // self.context.settings.critics.at_once
        round_, place = divmod(steps, period)
        always = [Turn(name, critics[name], steps) for name in critics if name in ALWAYS]
        return always + [Turn(name, critics[name], round_) for name in in_turns[place::period]]

    def _critic_terms(self, turns: list[Turn], real: Views, fake: Views) -> dict[str, Tensor]:
        loss = self.context.settings.loss
        found: dict[str, Tensor] = {}
        for turn in turns:
            penalised = loss.gradient_penalty > 0.0 and turn.earlier % loss.gradient_penalty_every == 0
            with torch.no_grad():
                real_view, fake_view = real.of(turn.critic), fake.of(turn.critic)
            if penalised:
                real_view, fake_view = real_view.requires_grad_(), fake_view.requires_grad_()
                # Second derivatives of half precision are too coarse.
                real_score, fake_score = turn.critic(real_view).score, turn.critic(fake_view).score
                weight = 0.5 * loss.gradient_penalty * loss.gradient_penalty_every
                found[f"penalty_{turn.name}"] = weight * (
                    terms.gradient_penalty(real_score, real_view) + terms.gradient_penalty(fake_score, fake_view)
                )
            else:
                with self.context.precision():
                    real_score, fake_score = turn.critic(real_view).score, turn.critic(fake_view).score
            found[turn.name] = self.adversarial.discriminator(real_score, fake_score)
        return found

    def _generator_terms(self, turns: list[Turn], real: Views, fake: Views) -> dict[str, Tensor]:
        matching = self.context.settings.loss.feature_matching
        found: dict[str, Tensor] = {}
        for turn in turns:
            truth: Verdict | None = None
            if self.adversarial.needs_real or matching > 0.0:
                with torch.no_grad(), self.context.precision():
                    truth = turn.critic(real.of(turn.critic))
            view = fake.of(turn.critic)
            with self.context.precision():
                verdict: Verdict = turn.critic(view)
            found[turn.name] = self.adversarial.generator(None if truth is None else truth.score, verdict.score)
            if truth is not None and matching > 0.0:
                distance = terms.feature_matching(truth.features, verdict.features)
                found[f"matching_{turn.name}"] = matching * distance
        return found

    def _scored_places(self) -> Tensor:
        """The places of this process's batch that get energy scores: spread evenly over the whole batch, so that all
        processes have equally many."""
        settings = self.context.settings
        whole = settings.training.batch_size
        places = torch.arange(whole + 1, dtype=torch.float64)
        chosen = torch.floor(places[1:] * settings.energy.share) > torch.floor(places[:-1] * settings.energy.share)
        return torch.nonzero(chosen[self.share])[:, 0].to(self.context.device)

    def _energy_terms(self, rows: Tensor, places: Tensor, draw: Draws) -> dict[str, Tensor]:
        """Energy scores of draws from the frozen encoder's codes of `rows`, which are at `places` of the batch."""
        context = self.context
        means, log_variances = self.priors.codes()
        mean, deviation = means[rows], (0.5 * log_variances[rows]).exp()
        latent = mean + deviation * draw.normal("kept code", mean.shape[1])[places]
        generator, material = context.networks.generator, context.material
        scores = self.energy.scores(generator, material, latent, (rows, rows), draw, places)
        return {f"kept_{name}": context.settings.energy.weight * score for name, score in scores.items()}
