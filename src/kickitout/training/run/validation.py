"""Validation during a run: losses on held-out kicks, the spread of generated ones, pictures, and audio examples."""

from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from kickitout.errors import KickItOutError
from kickitout.sound.kick import SAMPLE_RATE
from kickitout.system.files import make_folder
from kickitout.training.blocks.adversarial import AdversarialLoss
from kickitout.training.blocks.base import Generator
from kickitout.training.blocks.representation import Representation
from kickitout.training.run.data import as_float

CHUNK = 64
"""Kicks that pass through the networks at once."""

LEAST_COMPARED = 15
"""Held-out kicks that the Frechet distance needs. Fewer have hardly a covariance, and the distance to them is lowest
for kicks that vary less than half as much as real ones: it would choose a generator that collapses (see
docs/training.md)."""


def too_few(figure: str, least: int, kicks: str, count: int) -> str:
    """Why a figure is left out, in words: it needs `least` of such `kicks`, and there are `count`."""
    return f"the {figure} needs {least} {kicks}, there {'is' if count == 1 else 'are'} {count}: left out"


def spread_figures(generated: float, real: float, kicks: int) -> tuple[dict[str, float | bool], tuple[str, ...]]:
    """The figures of the spread, and which are left out: one kick to train on has none to be compared with.

    Args:
        generated: the spread of generated kicks.
        real: of `kicks` training kicks.
        kicks: how many there are.
    """
    if kicks < 2:
        return {"spread/generated": generated}, (too_few("spread of real kicks", 2, "training kicks", kicks),)
    figures: dict[str, float | bool] = {"spread/generated": generated, "spread/real": real}
    if real > 0.0:
        figures["spread/ratio"] = generated / real
        return figures, ()
    return figures, ("the training kicks are all alike, so the spread of generated ones is not compared: left out",)


@torch.no_grad()
def spread(images: Tensor) -> float:
    """How much kicks differ: the standard deviation over the kicks of each pixel, averaged over the pixels.

    Shape: (kicks, ...). 0 when all are the same: the mark of a collapsed generator.
    """
    return float(images.double().std(0, correction=0).mean())


def frechet(points: NDArray[np.float64], others: NDArray[np.float64]) -> float:
    """The Frechet distance of the Gaussians with the moments of two sets of points, (n, d) and (m, d) (Heusel et al.,
    2017, equation 6). It depends on how many points there are: compare equal numbers only.

    Raises:
        ValueError: a set of fewer than two points: it has no covariance.
    """
    if min(len(points), len(others)) < 2:
        raise ValueError(f"two points of each set at least; got {len(points)} and {len(others)}")
    difference = points.mean(axis=0) - others.mean(axis=0)
    covariance, other_covariance = np.cov(points.T), np.cov(others.T)
    values, vectors = np.linalg.eigh(covariance)
    root = (vectors * np.sqrt(np.maximum(values, 0.0))) @ vectors.T
    shared = np.sqrt(np.maximum(np.linalg.eigvalsh(root @ other_covariance @ root), 0.0)).sum()
    return float(difference @ difference + np.trace(covariance) + np.trace(other_covariance) - 2.0 * shared)


@torch.no_grad()
def encode_all(representation: Representation, waveforms: Tensor, device: torch.device, dtype: torch.dtype) -> Tensor:
    """int16 waveforms (kicks, 2, n) -> images (kicks, *shape) on the device, a chunk at a time."""
    chunks = torch.split(waveforms, CHUNK)
    return torch.cat([representation.encode(as_float(chunk.to(device), dtype)) for chunk in chunks])


@torch.no_grad()
def generate_all(generator: Generator, latents: Tensor) -> Tensor:
    """Latents (kicks, latent_size) -> images (kicks, *shape), in evaluation mode, a chunk at a time."""
    was_training = generator.training
    generator.eval()
    images = torch.cat([generator(chunk) for chunk in torch.split(latents, CHUNK)])
    generator.train(was_training)
    return images


@torch.no_grad()
def validation_losses(
    discriminators: nn.ModuleDict, adversarial: AdversarialLoss, real: Tensor, fake: Tensor
) -> dict[str, float]:
    """Both networks' adversarial losses on held-out and on generated images, in evaluation mode.

    Returns:
        `validation/discriminator` and `validation/generator`, means over the discriminators.
    """
    losses: list[tuple[float, float]] = []
    for discriminator in discriminators.values():
        was_training = discriminator.training
        discriminator.eval()
        real_score, fake_score = _scores(discriminator, real), _scores(discriminator, fake)
        discriminator.train(was_training)
        losses.append(
            (
                float(adversarial.discriminator(real_score, fake_score)),
                float(adversarial.generator(real_score, fake_score)),
            )
        )
    discriminator_loss, generator_loss = np.mean(losses, axis=0)
    return {"validation/discriminator": float(discriminator_loss), "validation/generator": float(generator_loss)}


def _scores(discriminator: nn.Module, images: Tensor) -> Tensor:
    return torch.cat([discriminator(chunk).score for chunk in torch.split(images, CHUNK)])


def save_examples(run: Path, samples: int, waveforms: NDArray[np.float32]) -> list[str]:
    """Write a sheet and WAV files of example kicks, float32 (kicks, 2, n), into the run's folder.

    Returns:
        What could not be written because a part is not installed here (pictures need Pillow, audio soundfile).

    Raises:
        KickItOutError: a sample is not finite: training has diverged.
    """
    if not np.isfinite(waveforms).all():
        raise KickItOutError(
            f"training has diverged: the generator's output is not finite after {samples} samples; "
            "lower optimizer.generator_rate and optimizer.discriminator_rate, or go on from an earlier checkpoint"
        )
    missing: list[str] = []
    label = f"{samples:012d}"
    try:
        from kickitout.sound.sheet import draw_sheet, save_png

        make_folder(run / "sheets")
        named = [(f"kick {index}", audio) for index, audio in enumerate(waveforms)]
        save_png(draw_sheet(named, title=f"{samples} samples shown"), run / "sheets" / f"{label}.png")
    except ImportError:
        missing.append("pictures")
    try:
        from kickitout.sound import audio as audio_files

        folder = make_folder(run / "audio" / label)
        for index, audio in enumerate(waveforms):
            audio_files.write(folder / f"kick_{index:02d}.wav", audio, SAMPLE_RATE, bits="16")
    except ImportError:
        missing.append("audio")
    return missing
