"""The flagship's training: an auto-encoder that learns to draw, then critics.

1. *Warm start.* Encoder and generator learn to say kicks again: likelihoods of body, click and air. Phase is learned
   where it can be; elsewhere the likelihood's variance becomes noise of the right power.
2. *Energy.* Two draws from each code are scored against the kick (`losses.energy`): what likelihoods blur becomes
   variety, and the noise in the layers learns what to do.
3. *Prior.* The codes of the training kicks become a mixture of Gaussians; the encoder is frozen.
4. *Critics.* Kicks from the prior are judged beside real ones by critics of six views, as pairs (relativistic), with
   penalties on their gradients at both; a share of each step stays with energy, so that the encoder stays true.

All random numbers are functions of (seed, purpose, samples shown); the prior is part of the weights.
"""

import math
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from kickitout.measure.embedding import embed
from kickitout.model import prior as priors
from kickitout.model.prior import Mixture
from kickitout.sound.kick import KICK_SAMPLES
from kickitout.sound.sketch.sketch import AIR_SHAPE
from kickitout.training.blocks import terms
from kickitout.training.blocks.adversarial import AdversarialLoss, BinaryCrossEntropy, Relativistic, Wasserstein
from kickitout.training.blocks.base import Verdict, gradients_wanted
from kickitout.training.blocks.distributed import World
from kickitout.training.kickgan import energy
from kickitout.training.kickgan.critics import ALWAYS, PartsCritic
from kickitout.training.kickgan.likelihood import (
    amplitude_loss,
    attack_loss,
    deterministic_loss,
    drift_loss,
    frequency_loss,
    power_loss,
    silence_loss,
    start_phase_loss,
    wide_loss,
)
from kickitout.training.kickgan.material import Material, take_all_apart
from kickitout.training.kickgan.networks import NOISE_SHAPE, KickganGenerator
from kickitout.training.kickgan.sketch import (
    Sketch,
    Targets,
    finished,
    full_scale,
    has_side,
    played_rest,
    pooled_powers,
    render,
    to_stereo,
    with_body,
    without_snap,
)
from kickitout.training.kickgan.weights import KickganNetworks
from kickitout.training.run import draws, validation
from kickitout.training.run.steps import improve, mixed_precision
from kickitout.training.run.validation import CHUNK
from kickitout.training.settings.kickgan import KickganSettings, ReconstructionSettings
from kickitout.training.trainer import Validation

LOSSES = {"relativistic": Relativistic, "bce": BinaryCrossEntropy, "wasserstein": Wasserstein}

LONG_AGO = 10**12
"""Samples that weights from elsewhere count as having seen."""

LAST_RATE = 0.1
"""The learning rate at the end of the warm start, and of the time of energy scores, over that at its beginning."""


# Losses ------------------------------------------------------------------------------------------------------------


def reconstruction_terms(sketch: Sketch, found: Targets, settings: ReconstructionSettings) -> dict[str, Tensor]:
    """The auto-encoder's terms by name, each the weighted mean over the batch."""
    measures = {
        "deterministic": deterministic_loss, "powers": power_loss, "silence": silence_loss, "amplitude": amplitude_loss,
        "frequency": frequency_loss, "drift": drift_loss, "start_phase": start_phase_loss, "attack": attack_loss,
        "wide": wide_loss,
    }  # fmt: skip
    weights = {name: getattr(settings, name) for name in measures}
    found = without_snap(sketch, found)
    return {name: weights[name] * one(sketch, found).mean() for name, one in measures.items() if weights[name] > 0.0}


def divergence(mean: Tensor, log_variance: Tensor) -> Tensor:
    """Kullback-Leibler divergence of N(mean, variance) from N(0, 1), summed over the code, mean over the batch (Kingma
    and Welling, 2014, appendix B)."""
    return 0.5 * (mean.square() + log_variance.exp() - 1.0 - log_variance).sum(1).mean()


def slope(score: Tensor, seen: Tensor) -> Tensor:
    """mean |d score / d seen|^2 over the batch: the zero-centred gradient penalty (Mescheder et al., 2018, equation 9),
    differentiable."""
    (gradient,) = torch.autograd.grad(score.sum(), seen, create_graph=True)
    return gradient.square().flatten(1).sum(1).mean()


# Networks ----------------------------------------------------------------------------------------------------------


# Training ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Draw:
    """The random numbers of one step: drawn for the whole batch, of which this process takes its share.

    Attributes:
        key: what the run's numbers are keyed by, beside purpose and samples.
        samples: shown before the step.
        batch: kicks a step, over all processes.
        share: this process's part of them.
        device: where the numbers are wanted.
    """

    key: int
    samples: int
    batch: int
    share: slice
    device: torch.device

    def normal(self, purpose: str, *shape: int) -> Tensor:
        """Standard normal numbers for each kick, (share, *shape)."""
        return draws.latents(self.key, purpose, self.samples, (self.batch, *shape))[self.share].to(self.device)

    def uniform(self, purpose: str) -> Tensor:
        """A number in [0, 1) for each kick, (share,)."""
        generator = draws.generator_at(self.key, purpose, self.samples)
        return torch.rand(self.batch, generator=generator)[self.share].to(self.device)


@dataclass(frozen=True, eq=False)
class Shown:
    """A batch as critics are shown it.

    Attributes:
        mid_side: waveforms, (b, 2, 22050).
        parts: pooled powers (b, 2, 45, 176), the body's log amplitude and frequency (b, 345).
    """

    mid_side: Tensor
    parts: tuple[Tensor, Tensor, Tensor]

    def to(self, critic: nn.Module) -> Tensor:
        """What a critic looks at."""
        if isinstance(critic, PartsCritic):
            return critic.see(*self.parts)
        seen: Tensor = critic.see(self.mid_side)  # type: ignore[operator]  # every critic sees
        return seen


class KickganTrainer:
    """Trains the networks, one step after the other (see `Trainer`).

    Args:
        settings: the run's.
        world: this process's place.
        device: where the networks live.
    """

    def __init__(self, settings: KickganSettings, world: World, device: torch.device) -> None:
        self.settings, self.device = settings, device
        self.share = world.share(settings.training.batch_size)
        self.networks = KickganNetworks(settings, device)
        self.adversarial: AdversarialLoss = LOSSES[settings.loss.kind]()
        self.samples = 0
        self.step_count = 0
        self.rescues = 0
        self.head_start = 0
        self._codes: tuple[Tensor, Tensor] | None = None

    def prepare(self, kicks: Tensor, held_out: Tensor) -> None:
        """Take in int16 kicks (kicks, 2, n): what to train on, and what to validate with.

        The kicks are taken apart, with copies at other speeds, which takes some milliseconds each. Weights that hold a
        prior get a new one here, of the codes of these kicks.
        """
        training = self.settings.training
        self.kicks = len(kicks)
        self.material = take_all_apart(kicks, self.settings.augmentation.speeds).to(self.device)
        self.held_out = take_all_apart(held_out).to(self.device)
        some = draws.batch_indices(training.seed, 0, min(training.spread_kicks, len(kicks)), len(kicks))
        self.real_points = _embedded(to_stereo(full_scale(self.material.mid_side(torch.tensor(some)))))
        self.held_out_points = _embedded(to_stereo(full_scale(self.held_out.mid_side(torch.arange(len(held_out))))))
        if self.stage == "critics" and (self.samples == 0 or self.networks.wide_prior is None):
            self.settle_prior()

    @property
    def stage(self) -> str:
        """ "warm", "energy" or "critics"; weights from elsewhere that hold a prior are past the warm start."""
        if self.samples < self._warm_end:
            return "warm"
        return "energy" if self.samples < self._warm_end + self.settings.energy.samples else "critics"

    @property
    def _warm_end(self) -> int:
        """Samples after which the warm start is over."""
        return 0 if self.head_start else self.settings.reconstruction.warm_samples

    def step(self, indices: Tensor) -> dict[str, Tensor]:
        """Show this process's share of a batch, places in the training kicks (share,), and improve the networks.

        Returns:
            Losses and terms by name, detached, this process's mean.
        """
        batch = self.settings.training.batch_size
        draw = self._draw(self.samples, batch, self.share)
        rows = self._copies(indices.to(self.device), draw)
        step = {"warm": self._warm_step, "energy": self._energy_step, "critics": self._adversarial_step}[self.stage]
        figures = step(rows, draw)
        self.samples += batch
        self.step_count += 1
        if self.networks.averaged is not None:
            self.networks.averaged.update(self.networks.generator, batch, self.samples + self.head_start)
        if self.stage == "critics" and self.networks.wide_prior is None:
            self.settle_prior()
        return figures

    def _draw(self, samples: int, batch: int, share: slice) -> _Draw:
        # After a rescue other numbers are drawn: the same ones would lead to the same end.
        return _Draw(self.settings.training.seed + 2**32 * self.rescues, samples, batch, share, self.device)

    def _copies(self, indices: Tensor, draw: _Draw) -> Tensor:
        """A row of the material for each kick: itself, or one of its copies at another speed."""
        count = len(self.material) // self.kicks
        return indices + self.kicks * (draw.uniform("copy") * count).long()

    def _rate(self, rate: float) -> float:
        return rate * self.settings.rescue.slowing**self.rescues

    def _precision(self) -> AbstractContextManager[None]:
        return mixed_precision(self.settings.training.precision, self.device)

    def _sketch(self, latent: Tensor, draw: _Draw, purpose: str) -> Sketch:
        noise = draw.normal(f"{purpose} layers", *NOISE_SHAPE)
        with self._precision():
            sketch: Sketch = self.networks.generator(latent, noise)
        return sketch

    # The auto-encoder

    def _warm_step(self, rows: Tensor, draw: _Draw) -> dict[str, Tensor]:
        settings = self.settings.reconstruction
        found = self.material.targets(rows, self._exchanged(rows, draw))
        latent, found_terms = self._coded(found, draw)
        found_terms |= reconstruction_terms(self._sketch(latent, draw, "warm"), found, settings)
        return self._improve("warm", found_terms, _falling(settings.rate, self.samples / settings.warm_samples))

    def _energy_step(self, rows: Tensor, draw: _Draw) -> dict[str, Tensor]:
        settings = self.settings.energy
        others = self._exchanged(rows, draw)
        latent, found_terms = self._coded(self.material.targets(rows, others), draw)
        generator = self.networks.generator
        found_terms |= self._energy_terms(generator, self.material, latent, (rows, others), draw, slice(None))
        progress = (self.samples - self._warm_end) / settings.samples
        return self._improve("energy", found_terms, _falling(settings.rate, progress))

    def _exchanged(self, rows: Tensor, draw: _Draw) -> Tensor:
        """The rows that rest and side are taken from: some get those of another kick."""
        swapped = draw.uniform("exchange") < self.settings.augmentation.exchange
        others = (draw.uniform("partner") * len(self.material)).long()
        return torch.where(swapped, others, rows)

    def _coded(self, found: Targets, draw: _Draw) -> tuple[Tensor, dict[str, Tensor]]:
        """Latents drawn from the codes of a batch, and what the codes cost."""
        encoder = self.networks.encoder
        gradients_wanted(encoder, True)
        with self._precision():
            mean, log_variance = encoder(found)
        latent = mean + (0.5 * log_variance).exp() * draw.normal("code", mean.shape[1])
        return latent, {"divergence": self.settings.encoder.divergence * divergence(mean, log_variance)}

    def _energy_terms(
        self,
        generator: KickganGenerator,
        material: Material,
        latent: Tensor,
        rows: tuple[Tensor, Tensor],
        draw: _Draw,
        chosen: Tensor | slice,
    ) -> dict[str, Tensor]:
        """The energy score of two draws of each latent.

        Args:
            generator: what draws.
            material: where the real kicks are.
            latent: (k, latent_size).
            rows: where the bodies of the real kicks come from, and where their rests do, (k,) each.
            draw: the random numbers.
            chosen: the places of these kicks in the batch.
        """
        log_amplitude, frequency = material.log_amplitude[rows[0]], material.frequency[rows[0]]
        with torch.no_grad():
            waves = full_scale(material.mid_side(*rows))
            real = energy.look(waves, log_amplitude, frequency, material.phase[rows[0]])
        # Both draws in one go: larger products are the faster ones.
        noise = torch.cat([draw.normal(f"{one} layers", *NOISE_SHAPE)[chosen] for one in ("first", "second")])
        air = torch.cat([draw.normal(f"{one} air", *AIR_SHAPE)[chosen] for one in ("first", "second")])
        with self._precision():
            sketch = generator(latent.repeat(2, 1), noise)
        # The tracks teach the pitch. A waveform's gradient has no good to say of it: summed to a phase, it is huge.
        sound = finished(render(_with_gradient(sketch, 0.0), air), sketch)
        start = torch.atan2(sketch.phase[:, 1], sketch.phase[:, 0])
        drawn = energy.look(sound, sketch.log_amplitude, sketch.frequency, start)
        scores = energy.energy_score(real, *energy.halves(drawn), energy.pitch_weights(log_amplitude))
        wide = has_side(material.side[rows[1]].float()).repeat(2, 1)
        unsure = functional.binary_cross_entropy_with_logits(sketch.wide, wide)
        return scores | {"wide": self.settings.reconstruction.wide * unsure}

    @torch.no_grad()
    def codes(self) -> tuple[Tensor, Tensor]:
        """Means and log variances of the codes of all rows of the material, (rows, latent_size) each."""
        if self._codes is None:
            self._codes = self._codes_of(torch.arange(len(self.material), device=self.device))
        return self._codes

    @torch.no_grad()
    def _codes_of(self, rows: Tensor) -> tuple[Tensor, Tensor]:
        """Means and log variances of the codes of rows of the material, (k, latent_size) each."""
        parts = []
        for some in torch.split(rows, CHUNK):
            with self._precision():
                parts.append(self.networks.encoder(self.material.targets(some)))
        return torch.cat([one[0] for one in parts]), torch.cat([one[1] for one in parts])

    def settle_prior(self) -> None:
        """Make the priors of the codes of the training kicks; from now on the encoder is as it is."""
        self._codes = None
        means = self.codes()[0].double().cpu().numpy()
        self.networks.prior = self._fitted(means[: self.kicks])
        self.networks.wide_prior = self._fitted(means)

    def _passing_prior(self) -> Mixture:
        """A prior of the codes as they are now, of the training kicks without their copies."""
        means, _ = self._codes_of(torch.arange(self.kicks, device=self.device))
        return self._fitted(means.double().cpu().numpy())

    def _fitted(self, points: NDArray[np.float64]) -> Mixture:
        prior = self.settings.prior
        components = max(1, min(prior.components, self.kicks // 4))
        seed = self.settings.training.seed
        return priors.fit(points, components, ridge=prior.ridge, shrinkage=prior.shrinkage, seed=seed)

    # The critics

    def latents(self, prior: Mixture | None, choice: Tensor, normal: Tensor) -> Tensor:
        """Latents from a prior: (n,) in [0, 1), (n, latent_size) -> (n, latent_size)."""
        if prior is None:
            return normal
        points = prior.points(choice.double().cpu().numpy(), normal.double().cpu().numpy())
        return torch.from_numpy(points.astype(np.float32)).to(self.device)

    def _adversarial_step(self, rows: Tensor, draw: _Draw) -> dict[str, Tensor]:
        networks, rates = self.networks, self.settings.optimizer
        gradients_wanted(networks.encoder, False)
        normal = draw.normal("latent", networks.generator.latent_size)
        latent = self.latents(networks.wide_prior or networks.prior, draw.uniform("component"), normal)
        sketch = _with_gradient(self._sketch(latent, draw, "fake"), self.settings.loss.pitch_gradient)
        rest = played_rest(sketch, draw.normal("air", *AIR_SHAPE))
        real = Shown(self._presented(self.material.mid_side(rows), draw, "real"), self._real_parts(rows))
        made = (pooled_powers(rest), sketch.log_amplitude, sketch.frequency)
        fake = Shown(self._presented(finished(with_body(rest, sketch), sketch), draw, "fake"), made)

        gradients_wanted(networks.critics, True)
        figures = self._improve("critics", self._critic_terms(real, fake), rates.critic_rate)
        gradients_wanted(networks.critics, False)
        found_terms = self._generator_terms(real, fake)
        kept = self._kept()
        if len(kept) and self.settings.energy.weight > 0.0:
            found_terms |= self._kept_terms(rows, kept, draw)
        return figures | self._improve("generator", found_terms, rates.generator_rate)

    def _presented(self, mid_side: Tensor, draw: _Draw, purpose: str) -> Tensor:
        """What critics are shown: polarity and side turned by lot, and a gain. (b, 2, n)."""
        polarity = torch.where(draw.uniform(f"{purpose} polarity") < 0.5, 1.0, -1.0)
        side = polarity * torch.where(draw.uniform(f"{purpose} side") < 0.5, 1.0, -1.0)
        gain_db = self.settings.augmentation.gain_db * (2.0 * draw.uniform(f"{purpose} gain") - 1.0)
        gain = 10.0 ** (gain_db / 20.0)
        return mid_side * (torch.stack([polarity, side], dim=1) * gain[:, None])[:, :, None]

    def _real_parts(self, rows: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        rest = torch.stack([self.material.rest[rows], self.material.side[rows]], dim=1).float()
        return pooled_powers(rest), self.material.log_amplitude[rows], self.material.frequency[rows]

    def _asked(self) -> list[tuple[str, nn.Module, int]]:
        """The critics that are asked in this step: name, network, and how often it was asked before."""
        critics = self.networks.critics
        in_turns = [name for name in critics if name not in ALWAYS]
        period = len(in_turns) // self.settings.critics.at_once
        round_, turn = divmod(self.step_count, period)
        always = [(name, critics[name], self.step_count) for name in critics if name in ALWAYS]
        return always + [(name, critics[name], round_) for name in in_turns[turn::period]]

    def _critic_terms(self, real: Shown, fake: Shown) -> dict[str, Tensor]:
        loss = self.settings.loss
        result: dict[str, Tensor] = {}
        for name, critic, before in self._asked():
            penalised = loss.gradient_penalty > 0.0 and before % loss.gradient_penalty_every == 0
            with torch.no_grad():
                seen, made = real.to(critic), fake.to(critic)
            if penalised:
                seen, made = seen.requires_grad_(), made.requires_grad_()
                # Second derivatives of half precision are too coarse.
                real_score, fake_score = critic(seen).score, critic(made).score
                weight = 0.5 * loss.gradient_penalty * loss.gradient_penalty_every
                result[f"penalty_{name}"] = weight * (slope(real_score, seen) + slope(fake_score, made))
            else:
                with self._precision():
                    real_score, fake_score = critic(seen).score, critic(made).score
            result[name] = self.adversarial.discriminator(real_score, fake_score)
        return result

    def _generator_terms(self, real: Shown, fake: Shown) -> dict[str, Tensor]:
        matching = self.settings.loss.feature_matching
        result: dict[str, Tensor] = {}
        for name, critic, _ in self._asked():
            truth: Verdict | None = None
            if self.adversarial.needs_real or matching > 0.0:
                with torch.no_grad(), self._precision():
                    truth = critic(real.to(critic))
            seen = fake.to(critic)
            with self._precision():
                verdict: Verdict = critic(seen)
            result[name] = self.adversarial.generator(None if truth is None else truth.score, verdict.score)
            if truth is not None and matching > 0.0:
                result[f"matching_{name}"] = matching * terms.feature_matching(truth.features, verdict.features)
        return result

    def _kept(self) -> Tensor:
        """Which kicks of this process's batch are said again beside the critics: places spread evenly over the whole
        batch, so that processes have alike many."""
        share, whole = self.settings.energy.share, self.settings.training.batch_size
        places = torch.arange(whole + 1, dtype=torch.float64)
        chosen = torch.floor(places[1:] * share) > torch.floor(places[:-1] * share)
        return torch.nonzero(chosen[self.share])[:, 0].to(self.device)

    def _kept_terms(self, rows: Tensor, kept: Tensor, draw: _Draw) -> dict[str, Tensor]:
        """Energy scores beside the critics: of draws from the frozen encoder's codes."""
        means, log_variances = self.codes()
        mean, spread = means[rows[kept]], (0.5 * log_variances[rows[kept]]).exp()
        latent = mean + spread * draw.normal("kept code", mean.shape[1])[kept]
        both = rows[kept], rows[kept]
        terms_now = self._energy_terms(self.networks.generator, self.material, latent, both, draw, kept)
        return {f"kept_{name}": self.settings.energy.weight * term for name, term in terms_now.items()}

    def _improve(self, name: str, found_terms: dict[str, Tensor], rate: float) -> dict[str, Tensor]:
        clip = math.inf if name == "critics" else self.settings.optimizer.clip
        optimizer = self.networks.optimizers[name]
        for group in optimizer.param_groups:
            group["lr"] = self._rate(rate)
        return improve(optimizer, found_terms, name, clip)

    # Looking

    @torch.no_grad()
    def generate(self, count: int, purpose: str, prior: Mixture | None = None) -> Tensor:
        """Kicks of the best generator from a prior (its own if none is given), left and right, (count, 2, 22050), the
        same for the same purpose and weights."""
        draw = _Draw(self.settings.training.seed, 0, count, slice(None), self.device)
        generator = self.networks.best_generator
        normal = draw.normal(f"{purpose} latent", generator.latent_size)
        latent = self.latents(prior or self.networks.prior, draw.uniform(f"{purpose} component"), normal)
        noise = draw.normal(f"{purpose} layers", *NOISE_SHAPE)
        made = []
        for first in range(0, count, CHUNK):
            rows = slice(first, first + CHUNK)
            with self._precision():
                sketch = generator(latent[rows], noise[rows])
            air = _Draw(draw.key, first, len(latent[rows]), slice(None), self.device)
            made.append(to_stereo(finished(render(sketch, air.normal(f"{purpose} air", *AIR_SHAPE)), sketch)))
        return torch.cat(made)

    @torch.no_grad()
    def validate(self) -> Validation:
        """The terms of the stage on held-out kicks, how far what is generated is from these in the embedding, and how
        much it differs."""
        training = self.settings.training
        prior = self.networks.prior if self.stage == "critics" else self._passing_prior()
        values: dict[str, float | bool] = {f"validation/{name}": one for name, one in self._held_out_terms().items()}
        sentence = f"{self.stage}: held-out kicks said again with a loss of {sum(values.values()):.2f}"
        kicks = self.generate(training.spread_kicks, "examples", prior).float().cpu()
        if not torch.isfinite(kicks).all():
            alarm = "training has diverged: the generator's output is not finite"
            silence = np.zeros((training.validation_kicks, 2, KICK_SAMPLES), np.float32)
            return Validation(values, f"{sentence} ({alarm})", silence, alarm=alarm)
        points = _embedded(kicks)
        made, real = validation.spread(torch.from_numpy(points)), validation.spread(torch.from_numpy(self.real_points))
        ratio = made / real if real > 0 else math.nan
        distance = validation.frechet(points, self.held_out_points)
        values |= {"spread/generated": made, "spread/real": real, "spread/ratio": ratio, "distance": distance}
        warm = self.stage == "warm"
        collapsed = not warm and not ratio >= training.alarm_spread
        values["alarm/collapse"] = collapsed
        sentence += f", distance {distance:.1f}, spread {ratio:.2f} of the real one"
        if collapsed:
            sentence += " (alarm: the generator has collapsed, its kicks are nearly all the same)"
        return Validation(
            values=values,
            sentence=sentence,
            waveforms=kicks[: training.validation_kicks].numpy(),
            figure=None if warm else distance,
            alarm="the generator has collapsed" if collapsed else "",
        )

    def _held_out_terms(self) -> dict[str, float]:
        """What the averaged generator makes of the held-out kicks, from the means of their codes: the likelihoods'
        terms in the warm start, energy scores later."""
        generator = self.networks.best_generator
        sums: dict[str, float] = {}
        for rows in torch.split(torch.arange(len(self.held_out), device=self.device), CHUNK):
            found = self.held_out.targets(rows)
            with self._precision():
                mean, _ = self.networks.encoder(found)
            if self.stage == "warm":
                with self._precision():
                    sketch = generator(mean, torch.zeros(len(rows), *NOISE_SHAPE).to(mean))
                found_terms = reconstruction_terms(sketch, found, self.settings.reconstruction)
            else:
                draw = _Draw(self.settings.training.seed, int(rows[0]), len(rows), slice(None), self.device)
                found_terms = self._energy_terms(generator, self.held_out, mean, (rows, rows), draw, slice(None))
            for name, term in found_terms.items():
                sums[name] = sums.get(name, 0.0) + float(term.detach()) * len(rows) / len(self.held_out)
        return sums

    # Keeping

    def weights(self) -> dict[str, Tensor]:
        """All networks' tensors and the prior's by name.

        Before the critics, that is a prior of the codes as they are: such weights can be played.
        """
        if self.stage != "critics":
            self.networks.prior = self._passing_prior()
        return self.networks.weights()

    def load_weights(self, tensors: dict[str, Tensor], source: Path) -> None:
        """Take in `weights()`. Raises `InputError` or `DamagedFileError` if they do not fit."""
        self.networks.load_weights(tensors, source)
        if self.networks.prior is not None:
            # The average of weights that were trained before is not to be forgotten, as that of first steps is.
            self.head_start = LONG_AGO

    def moments(self) -> dict[str, Tensor]:
        """The optimizers' tensors by name."""
        return self.networks.moments()

    def state(self) -> dict[str, Any]:
        """The counts."""
        return {
            "samples": self.samples,
            "step": self.step_count,
            "rescues": self.rescues,
            "head_start": self.head_start,
        }

    def restore(self, tensors: dict[str, Tensor], state: dict[str, Any], source: Path) -> None:
        """Become what a checkpoint says. Raises `InputError` or `DamagedFileError` if its tensors do not fit."""
        self.networks.load_weights(tensors, source)
        self.networks.load_moments(tensors)
        self.samples, self.step_count, self.rescues = state["samples"], state["step"], state["rescues"]
        self.head_start = state["head_start"]

    def rescue(self, tensors: dict[str, Tensor], state: dict[str, Any], source: Path) -> bool:
        """Go back to a checkpoint, and on from there with other random numbers and lower learning rates."""
        if self.rescues >= self.settings.rescue.attempts:
            return False
        rescues = self.rescues + 1
        self.restore(tensors, state, source)
        self.rescues = rescues
        return True


def _embedded(kicks: Tensor) -> NDArray[np.float64]:
    """Left and right (n, 2, 22050) -> points (n, d) of the embedding."""
    return np.stack([embed(kick) for kick in kicks.cpu().numpy()])


def _falling(rate: float, progress: float) -> float:
    """A learning rate that falls in a line to a tenth."""
    return rate * (1.0 - (1.0 - LAST_RATE) * progress)


def _with_gradient(sketch: Sketch, share: float) -> Sketch:
    """The same sketch, of whose frequency only a share of the gradient comes back."""
    return replace(sketch, frequency=sketch.frequency.detach().lerp(sketch.frequency, share))
