"""The flagship's training in stages, each in a file of its own in `stages`.

1. *Warm start.* Encoder and generator learn to reconstruct kicks by likelihood.
2. *Energy.* Two draws of each code are scored against the kick.
3. *Prior.* A mixture of Gaussians is fitted to the codes of the training kicks; the encoder is frozen.
4. *Critics*, if the budget reaches that far. Kicks from the prior are judged against real ones.

All random numbers are functions of (seed, purpose, samples shown); the prior is part of the weights.
"""

from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from kickitout.measure.embedding import embed
from kickitout.model.prior import Mixture
from kickitout.sound.kick import KICK_SAMPLES
from kickitout.sound.sketch.sketch import AIR_SHAPE
from kickitout.training.blocks.distributed import World
from kickitout.training.kickgan.material import take_all_apart
from kickitout.training.kickgan.networks import NOISE_SHAPE
from kickitout.training.kickgan.rendering import finished, full_scale, render, to_stereo
from kickitout.training.kickgan.stages.context import Context, Draws
from kickitout.training.kickgan.stages.critics import CriticStage
from kickitout.training.kickgan.stages.energy import EnergyStage
from kickitout.training.kickgan.stages.prior import PriorStage, latents
from kickitout.training.kickgan.stages.warm_start import WarmStart
from kickitout.training.kickgan.weights import KickganNetworks
from kickitout.training.run import draws, validation
from kickitout.training.run.validation import CHUNK
from kickitout.training.settings.kickgan import KickganSettings
from kickitout.training.trainer import Validation

HEAD_START = 10**12
"""Samples that weights of an earlier run are counted as trained for, where their average is concerned."""


class KickganTrainer:
    """Trains the networks, one step after the other (see `Trainer`).

    Args:
        settings: of the run.
        world: this process's place.
        device: where the networks live.
    """

    def __init__(self, settings: KickganSettings, world: World, device: torch.device) -> None:
        self.settings, self.device = settings, device
        self.share = world.share(settings.training.batch_size)
        self.networks = KickganNetworks(settings, device)
        self.context = Context(settings, self.networks, device)
        self.warm_start = WarmStart(self.context)
        self.energy = EnergyStage(self.context)
        self.priors = PriorStage(self.context)
        self.critics = CriticStage(self.context, self.energy, self.priors, self.share)
        self.samples = 0
        self.step_count = 0
        self.head_start = 0

    @property
    def rescues(self) -> int:
        """How often the run went back to its best state."""
        return self.context.rescues

    def prepare(self, kicks: Tensor, held_out: Tensor, weights: NDArray[np.float64] | None = None) -> None:
        """Load int16 kicks (kicks, 2, n) to train on and to validate with; priors count kicks by `weights`, (kicks,).

        The kicks are taken apart, with copies at other speeds, which takes some milliseconds each. Weights that hold a
        prior get a new one here, of the codes of these kicks.
        """
        training = self.settings.training
        material = take_all_apart(kicks, self.settings.augmentation.speeds).to(self.device)
        self.context.material, self.context.kicks, self.context.weights = material, len(kicks), weights
        self.held_out = take_all_apart(held_out).to(self.device)
        chosen = draws.batch_indices(training.seed, 0, min(training.spread_kicks, len(kicks)), len(kicks))
        self.real_points = _embedded(to_stereo(full_scale(material.mid_side(torch.tensor(chosen)))))
        self.held_out_points = _embedded(to_stereo(full_scale(self.held_out.mid_side(torch.arange(len(held_out))))))
        if self.stage == "critics" and (self.samples == 0 or self.networks.wide_prior is None):
            self.priors.settle()

    @property
    def stage(self) -> str:
        """ "warm", "energy" or "critics"; a run that starts from weights with a prior has no warm start."""
        if self.samples < self._warm_end:
            return "warm"
        return "energy" if self.samples < self._warm_end + self.settings.energy.samples else "critics"

    @property
    def _warm_end(self) -> int:
        """Samples after which the warm start is over."""
        return 0 if self.head_start else self.settings.reconstruction.warm_samples

    def step(self, indices: Tensor) -> dict[str, Tensor]:
        """Improve the networks on this process's share of a batch, given as places in the training kicks (share,).

        Returns:
            Losses and terms by name, detached, this process's mean.
        """
        batch = self.settings.training.batch_size
        draw = self.context.draws(self.samples, batch, self.share)
        rows = self._rows(indices.to(self.device), draw)
        if self.stage == "warm":
            figures = self.warm_start.step(rows, draw, self.samples / self.settings.reconstruction.warm_samples)
        elif self.stage == "energy":
            progress = (self.samples - self._warm_end) / self.settings.energy.samples
            figures = self.energy.step(rows, draw, progress)
        else:
            figures = self.critics.step(rows, draw, self.step_count)
        self.samples += batch
        self.step_count += 1
        if self.networks.averaged is not None:
            self.networks.averaged.update(self.networks.generator, batch, self.samples + self.head_start)
        if self.stage == "critics" and self.networks.wide_prior is None:
            self.priors.settle()
        return figures

    def _rows(self, indices: Tensor, draw: Draws) -> Tensor:
        """A row of the material for each kick: the kick itself, or one of its copies at another speed."""
        versions = len(self.context.material) // self.context.kicks
        return indices + self.context.kicks * (draw.uniform("copy") * versions).long()

    # Validation

    @torch.no_grad()
    def generate(self, count: int, purpose: str, prior: Mixture | None = None) -> Tensor:
        """Kicks of the best generator from a prior (its own if none is given), left and right, (count, 2, 22050), the
        same for the same purpose and weights."""
        draw = Draws(self.settings.training.seed, 0, count, slice(None), self.device)
        generator = self.networks.best_generator
        normal = draw.normal(f"{purpose} latent", generator.latent_size)
        latent = latents(prior or self.networks.prior, draw.uniform(f"{purpose} component"), normal)
        noise = draw.normal(f"{purpose} layers", *NOISE_SHAPE)
        kicks = []
        for first in range(0, count, CHUNK):
            rows = slice(first, first + CHUNK)
            with self.context.precision():
                sketch = generator(latent[rows], noise[rows])
            air = Draws(draw.key, first, len(latent[rows]), slice(None), self.device)
            kicks.append(to_stereo(finished(render(sketch, air.normal(f"{purpose} air", *AIR_SHAPE)), sketch)))
        return torch.cat(kicks)

    @torch.no_grad()
    def validate(self) -> Validation:
        """The terms of the stage on held-out kicks, the distance of generated kicks from these in the embedding (if
        they are enough for that), and the spread of generated kicks."""
        training = self.settings.training
        prior = self.networks.prior if self.stage == "critics" else self.priors.passing()
        values: dict[str, float | bool] = {f"validation/{name}": term for name, term in self._held_out_terms().items()}
        sentence = f"{self.stage}: held-out kicks reconstructed with a loss of {sum(values.values()):.2f}"
        kicks = self.generate(training.spread_kicks, "examples", prior).float().cpu()
        if not torch.isfinite(kicks).all():
            alarm = "training has diverged: the generator's output is not finite"
            silence = np.zeros((training.validation_kicks, 2, KICK_SAMPLES), np.float32)
            return Validation(values, f"{sentence} ({alarm})", silence, alarm=alarm)
        points = _embedded(kicks)
        spread = validation.spread(torch.from_numpy(points))
        real = validation.spread(torch.from_numpy(self.real_points))
        figures, left_out = validation.spread_figures(spread, real, len(self.real_points))
        values |= figures
        ratio = figures.get("spread/ratio")
        warm, held_out = self.stage == "warm", len(self.held_out_points)
        collapsed = not warm and ratio is not None and not ratio >= training.alarm_spread
        distance = None
        if held_out >= validation.LEAST_COMPARED:
            distance = values["distance"] = validation.frechet(points, self.held_out_points)
            sentence += f", distance {distance:.1f}"
        else:
            few = validation.too_few("distance", validation.LEAST_COMPARED, "held-out kicks", held_out)
            left_out = (few + ", and the last state of the run is the best", *left_out)
        values["alarm/collapse"] = collapsed
        if ratio is not None:
            sentence += f", spread {ratio:.2f} of the real one"
        if collapsed:
            sentence += " (alarm: the generator has collapsed, its kicks are nearly all the same)"
        return Validation(
            values=values,
            sentence=sentence,
            waveforms=kicks[: training.validation_kicks].numpy(),
            figure=None if warm else distance,
            # Where states are not compared there is none to go back to: that it is said has to do.
            alarm="the generator has collapsed" if collapsed and distance is not None else "",
            left_out=left_out,
        )

    def _held_out_terms(self) -> dict[str, float]:
        """The terms of the averaged generator on the held-out kicks, from the means of their codes: likelihoods in the
        warm start, energy scores later."""
        sums: dict[str, float] = {}
        for rows in torch.split(torch.arange(len(self.held_out), device=self.device), CHUNK):
            targets = self.held_out.targets(rows)
            with self.context.precision():
                mean, _ = self.networks.encoder(targets)
            if self.stage == "warm":
                terms = self.warm_start.held_out_terms(mean, targets)
            else:
                terms = self.energy.held_out_terms(self.held_out, mean, rows)
            for name, term in terms.items():
                sums[name] = sums.get(name, 0.0) + float(term.detach()) * len(rows) / len(self.held_out)
        return sums

    # Checkpoints

    def weights(self) -> dict[str, Tensor]:
        """All networks' tensors and the priors' by name.

        Before the critics' stage the prior is of the codes at this moment, so that every checkpoint can be played.
        """
        if self.stage != "critics":
            self.networks.prior = self.priors.passing()
        return self.networks.weights()

    def load_weights(self, tensors: dict[str, Tensor], source: Path) -> None:
        """Start from `weights()`. Raises `InputError` or `DamagedFileError` if they do not fit."""
        self.networks.load_weights(tensors, source)
        if self.networks.prior is not None:
            # The average of trained weights is not to be forgotten, as that of first steps is.
            self.head_start = HEAD_START
            # What kicks are like at all, for a prior of few.
            self.networks.start_prior = self.networks.prior

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
        """Continue from a checkpoint. Raises `InputError` or `DamagedFileError` if its tensors do not fit."""
        self.networks.load_weights(tensors, source)
        self.networks.load_moments(tensors)
        self.samples, self.step_count, self.context.rescues = state["samples"], state["step"], state["rescues"]
        self.head_start = state["head_start"]

    def rescue(self, tensors: dict[str, Tensor], state: dict[str, Any], source: Path) -> bool:
        """Go back to a checkpoint, and on from there with other random numbers and lower learning rates."""
        if self.rescues >= self.settings.rescue.attempts:
            return False
        rescues = self.rescues + 1
        self.restore(tensors, state, source)
        self.context.rescues = rescues
        return True


def _embedded(kicks: Tensor) -> NDArray[np.float64]:
    """Left and right (n, 2, 22050) -> points (n, d) of the embedding."""
    return np.stack([embed(kick) for kick in kicks.cpu().numpy()])
