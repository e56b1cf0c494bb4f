"""The warm start: encoder and generator learn to reconstruct kicks by likelihood."""

from torch import Tensor

from kickitout.training.kickgan.analysis import without_snap
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
from kickitout.training.kickgan.networks import NOISE_SHAPE
from kickitout.training.kickgan.sketch import Sketch, Targets
from kickitout.training.kickgan.stages.context import Context, Draws, falling
from kickitout.training.settings.kickgan import ReconstructionSettings

LOSSES = {
    "deterministic": deterministic_loss, "powers": power_loss, "silence": silence_loss, "amplitude": amplitude_loss,
    "frequency": frequency_loss, "drift": drift_loss, "start_phase": start_phase_loss, "attack": attack_loss,
    "wide": wide_loss,
}  # fmt: skip
"""The terms by name; each has a weight of this name in the settings."""


def reconstruction_terms(sketch: Sketch, targets: Targets, settings: ReconstructionSettings) -> dict[str, Tensor]:
    """The auto-encoder's terms by name, each the weighted mean over the batch. Terms of weight 0 are left out."""
    weights = {name: getattr(settings, name) for name in LOSSES}
    left = without_snap(sketch, targets)
    return {name: weights[name] * loss(sketch, left).mean() for name, loss in LOSSES.items() if weights[name] > 0.0}


class WarmStart:
    """Likelihoods of body, click and air. Where a phase can be learned it is learned; elsewhere the likelihood's
    variance becomes noise of the right power.

    Args:
        context: shared by all stages.
    """

    def __init__(self, context: Context) -> None:
        self.context = context

    def step(self, rows: Tensor, draw: Draws, progress: float) -> dict[str, Tensor]:
        """Improve encoder and generator on rows of the material, (share,), with `progress` in [0, 1) of the stage."""
        context, settings = self.context, self.context.settings
        targets = context.material.targets(rows, context.rows_of_rests(rows, draw))
        latent, terms = context.encode(targets, draw)
        noise = draw.normal("warm layers", *NOISE_SHAPE)
        with context.precision():
            sketch = context.networks.generator(latent, noise)
        terms |= reconstruction_terms(sketch, targets, settings.reconstruction)
        rate = falling(settings.reconstruction.rate, progress)
        return context.improve("warm", terms, rate, settings.optimizer.clip)

    def held_out_terms(self, latent: Tensor, targets: Targets) -> dict[str, Tensor]:
        """The terms of the best generator on held-out kicks, without noise in its layers."""
        noise = latent.new_zeros(len(latent), *NOISE_SHAPE)
        with self.context.precision():
            sketch = self.context.networks.best_generator(latent, noise)
        return reconstruction_terms(sketch, targets, self.context.settings.reconstruction)
