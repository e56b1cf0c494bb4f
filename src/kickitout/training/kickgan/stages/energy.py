"""The energy stage: two draws of each code are scored against the kick. What likelihoods blur becomes variety, and the
noise in the layers learns its purpose (see `kickitout.training.kickgan.energy_score`)."""

import torch
from torch import Tensor
from torch.nn import functional

from kickitout.sound.sketch.sketch import AIR_SHAPE
from kickitout.training.kickgan import energy_score
from kickitout.training.kickgan.analysis import has_side
from kickitout.training.kickgan.material import Material
from kickitout.training.kickgan.networks import NOISE_SHAPE, KickganGenerator
from kickitout.training.kickgan.rendering import finished, full_scale, render
from kickitout.training.kickgan.stages.context import Context, Draws, falling, with_pitch_gradient


class EnergyStage:
    """Energy scores, alone in their stage; the critics' stage adds them to its own terms.

    Args:
        context: shared by all stages.
    """

    def __init__(self, context: Context) -> None:
        self.context = context

    def step(self, rows: Tensor, draw: Draws, progress: float) -> dict[str, Tensor]:
        """Improve encoder and generator on rows of the material, (share,), with `progress` in [0, 1) of the stage."""
        context, settings = self.context, self.context.settings
        rests = context.rows_of_rests(rows, draw)
        latent, terms = context.encode(context.material.targets(rows, rests), draw)
        terms |= self.scores(context.networks.generator, context.material, latent, (rows, rests), draw)
        return context.improve("energy", terms, falling(settings.energy.rate, progress), settings.optimizer.clip)

    def scores(
        self,
        generator: KickganGenerator,
        material: Material,
        latent: Tensor,
        rows: tuple[Tensor, Tensor],
        draw: Draws,
        places: Tensor | slice = slice(None),
    ) -> dict[str, Tensor]:
        """The energy score of two draws of each latent, and the term of there being a side, by name.

        Args:
            generator: draws the kicks.
            material: has the real kicks.
            latent: (k, latent_size).
            rows: of the material, for the bodies of the real kicks and for their rests, (k,) each.
            draw: the random numbers of the batch.
            places: of these kicks in the batch.
        """
        log_amplitude, frequency = material.log_amplitude[rows[0]], material.frequency[rows[0]]
        with torch.no_grad():
            waves = full_scale(material.mid_side(*rows))
            real = energy_score.look(waves, log_amplitude, frequency, material.phase[rows[0]])
        # Both draws in one go: larger products are faster.
        noise = torch.cat([draw.normal(f"{turn} layers", *NOISE_SHAPE)[places] for turn in ("first", "second")])
        air = torch.cat([draw.normal(f"{turn} air", *AIR_SHAPE)[places] for turn in ("first", "second")])
        with self.context.precision():
            sketch = generator(latent.repeat(2, 1), noise)
        # The pitch is learned from the tracks: the gradient of a waveform, summed to a phase, is huge and no guide.
        sound = finished(render(with_pitch_gradient(sketch, 0.0), air), sketch)
        start = torch.atan2(sketch.phase[:, 1], sketch.phase[:, 0])
        drawn = energy_score.look(sound, sketch.log_amplitude, sketch.frequency, start)
        weights = energy_score.pitch_weights(log_amplitude)
        scores = energy_score.energy_score(real, drawn, weights)
        wide = has_side(material.side[rows[1]].float()).repeat(2, 1)
        unsure = functional.binary_cross_entropy_with_logits(sketch.wide, wide)
        return scores | {"wide": self.context.settings.reconstruction.wide * unsure}

    def held_out_terms(self, held_out: Material, latent: Tensor, rows: Tensor) -> dict[str, Tensor]:
        """The scores of the best generator on rows of the held-out kicks."""
        context = self.context
        draw = Draws(context.settings.training.seed, int(rows[0]), len(rows), slice(None), context.device)
        return self.scores(context.networks.best_generator, held_out, latent, (rows, rows), draw)
