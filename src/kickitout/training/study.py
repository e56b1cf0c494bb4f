"""The insides of networks as NumPy arrays: what the experiments of the paper look at. Nothing here trains."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from kickitout.errors import InputError
from kickitout.model.bundle import Bundle
from kickitout.model.card import GENERATOR
from kickitout.sound.sketch.sketch import AIR_SHAPE
from kickitout.training.blocks.base import Discriminator
from kickitout.training.dcgan.loudness_image import LoudnessImage
from kickitout.training.dcgan.networks import build_generator
from kickitout.training.dcgan.trainer import DcganNetworks
from kickitout.training.export.export import load_trained
from kickitout.training.kickgan.networks import NOISE_SHAPE
from kickitout.training.kickgan.rendering import finished, render, to_stereo
from kickitout.training.kickgan.stages.context import Draws
from kickitout.training.kickgan.stages.prior import latents
from kickitout.training.kickgan.weights import KickganNetworks
from kickitout.training.run import draws, validation
from kickitout.training.run.graphs import weights_of
from kickitout.training.settings.dcgan import DcganSettings
from kickitout.training.wavegan.trainer import WaveganNetworks

Array = NDArray[np.float32]

ORIGINAL = "parametrizations.weight.original"
"""How torch calls a weight that spectral normalisation divides."""

CHUNK = 32
"""Kicks that pass through a network at once."""


@contextmanager
def _alone(threads: int = 1) -> Iterator[None]:
    """Without gradients, with so many threads, and with numbers next to nothing taken for nothing."""
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    torch.set_flush_denormal(True)
    try:
        with torch.no_grad():
            yield
    finally:
        torch.set_num_threads(before)
        torch.set_flush_denormal(False)


def untrained_images(settings: DcganSettings, count: int, seed: int) -> Array:
    """Images of a generator as it is before training, (count, 2, 176, 257).

    Its batch norm uses the statistics of the batch, as in training: its own are not yet any.
    """
    representation = LoudnessImage()
    with torch.random.fork_rng(devices=[]), _alone():
        torch.manual_seed(seed)
        generator = build_generator(settings.generator, representation.shape)
        latent = draws.latents(seed, "study", 0, (count, settings.generator.latent_size))
        generator.train()
        return np.concatenate([generator(part).numpy() for part in torch.split(latent, CHUNK)])


def kicks_of_run(run: Path, count: int, seed: int = 0) -> Array:
    """Kicks of a run's last or best networks, as they are, peak at most 1: (count, 2, 22050).

    Raises:
        InputError, DamagedFileError, VersionError: see `load_trained`.
    """
    networks = load_trained(run).networks
    with _alone():
        if isinstance(networks, KickganNetworks):
            return _kickgan_kicks(networks, count, seed)
        images = _images(networks, count, seed)
        return np.concatenate([_decoded(networks, part) for part in torch.split(images, CHUNK)])


def kernels_of_bundle(place: Path) -> dict[str, Array]:
    """The weights of a bundle's generator by the names of its layers, those with a kernel: four axes."""
    graph = Bundle.open(place).graph(GENERATOR)
    return {name: weight.numpy() for name, weight in weights_of(graph).items() if weight.ndim == 4}


def kernels_of_run(run: Path) -> dict[str, Array]:
    """The same of all networks of a run, the discriminator among them; spectral norm is part of the weights."""
    tensors = load_trained(run).networks.weights()
    found = {}
    for name, weight in tensors.items():
        kernel = _normalised(name, tensors) if name.endswith(ORIGINAL) else weight
        if kernel.ndim in (3, 4) and not name.startswith("averaged"):
            found[name.replace(ORIGINAL, "weight")] = kernel.detach().float().numpy()
    return found


def _normalised(name: str, tensors: dict[str, Tensor]) -> Tensor:
    """A weight over its largest singular value, as spectral normalisation has it from its two vectors."""
    weight = tensors[name]
    left, right = (tensors[name.replace("original", f"0.{vector}")] for vector in ("_u", "_v"))
    return weight / (left @ weight.flatten(1) @ right)


def discriminator_scores(run: Path, kicks: Array) -> Array:
    """How real the discriminator of a `dcgan` run takes kicks (n, 2, 22050) for, (n,): the probability, 0 to 1."""
    discriminator, representation = _discriminator(run)
    with _alone():
        scores = [
            discriminator(representation.encode(part)).score for part in torch.split(torch.from_numpy(kicks), CHUNK)
        ]
        return torch.sigmoid(torch.cat(scores)).numpy()


def saliency(run: Path, kicks: Array) -> Array:
    """Where the score of a `dcgan` run's discriminator depends on the image: the mean over kicks (n, 2, 22050) of
    |d score / d pixel| times the pixel's deviation over these kicks, (2, 176, 257), at most 1."""
    discriminator, representation = _discriminator(run)
    images = representation.encode(torch.from_numpy(kicks))
    total = torch.zeros(images.shape[1:])
    for part in torch.split(images, CHUNK):
        seen = part.clone().requires_grad_(True)
        (gradient,) = torch.autograd.grad(discriminator(seen).score.sum(), seen)
        total += gradient.abs().sum(0)
    weighted = total / len(images) * images.std(0, correction=0)
    return (weighted / weighted.max().clamp(min=1e-12)).numpy()


def _discriminator(run: Path) -> tuple[Discriminator, LoudnessImage]:
    networks = load_trained(run).networks
    if not isinstance(networks, DcganNetworks):
        raise InputError("run", run, "has no discriminator of loudness images; give a run of the preset dcgan")
    discriminator = networks.discriminators["image"].float().eval()
    assert isinstance(discriminator, Discriminator)
    return discriminator, LoudnessImage()


def images_of_run(run: Path, count: int, seed: int = 0) -> Array:
    """The loudness images that a run of the family `dcgan` makes, (count, 2, 176, 257)."""
    networks = load_trained(run).networks
    if not isinstance(networks, DcganNetworks):
        raise InputError("run", run, "makes no loudness images; give a run of the preset dcgan")
    with _alone():
        return _images(networks, count, seed).numpy()


def _images(networks: DcganNetworks | WaveganNetworks, count: int, seed: int) -> Tensor:
    generator = networks.best_generator.float()
    return validation.generate_all(generator, draws.latents(seed, "study", 0, (count, generator.latent_size)))


def _decoded(networks: DcganNetworks | WaveganNetworks, images: Tensor) -> Array:
    """What the networks generate as waveforms, (n, 2, 22050)."""
    representation = LoudnessImage() if isinstance(networks, DcganNetworks) else networks.representation
    return representation.decode(images).float().numpy()


def _kickgan_kicks(networks: KickganNetworks, count: int, seed: int) -> Array:
    generator = networks.best_generator.float().eval()
    prior = networks.prior
    assert prior is not None  # every checkpoint holds one
    draw = Draws(seed, 0, count, slice(None), torch.device("cpu"))
    latent = latents(prior, draw.uniform("study component"), draw.normal("study latent", generator.latent_size))
    noise = draw.normal("study layers", *NOISE_SHAPE)
    kicks = []
    for first in range(0, count, CHUNK):
        rows = slice(first, first + CHUNK)
        sketch = generator(latent[rows], noise[rows])
        air = Draws(draw.key, first, len(latent[rows]), slice(None), torch.device("cpu"))
        kicks.append(to_stereo(finished(render(sketch, air.normal("study air", *AIR_SHAPE)), sketch)))
    return torch.cat(kicks).float().numpy()
