"""The terms apart from the adversarial loss, each a function of batches.

None of them compares a generated kick with a real one element by element: such a loss has the average kick as its
optimum, a built-in collapse. All compare statistics over the batch, and over all processes. Images have the shape
(batch, channels, frames, bins) and values in [-1, 1].
"""

from functools import cache

import torch
from torch import Tensor
from torch.nn import functional as F

from kickitout.training.blocks.distributed import mean_over_ranks


def batch_statistics(values: Tensor) -> tuple[Tensor, Tensor]:
    """Mean and standard deviation over the batch of all processes: (batch, ...) -> two tensors (...)."""
    moments = mean_over_ranks(torch.stack([values.mean(0), values.square().mean(0)]))
    mean, square = moments
    return mean, (square - mean.square()).clamp(min=1e-8).sqrt()


def feature_matching(real: list[Tensor], fake: list[Tensor]) -> Tensor:
    """Distance between the batch means of the discriminator's features (Salimans et al., 2016, section 3.1), as
    a mean over layers of mean absolute differences of the maps' spatial means and deviations.

    Args:
        real: features of real kicks, each (batch, channels, ...); no gradient flows into them.
        fake: features of generated kicks, alike.
    """
    distances: list[Tensor] = []
    for real_map, fake_map in zip(real, fake, strict=True):
        real_mean, real_deviation = batch_statistics(real_map.detach().flatten(2).mean(2))
        fake_mean, fake_deviation = batch_statistics(fake_map.flatten(2).mean(2))
        distances.append(F.l1_loss(fake_mean, real_mean) + F.l1_loss(fake_deviation, real_deviation))
    return torch.stack(distances).mean()


def diversity(latent: Tensor, image: Tensor) -> Tensor:
    """The mode-seeking term (Mao et al., 2019, equation 2): distance of latents over distance of images, for the pairs
    (0, 1), (2, 3), ... of the batch; small when different latents give different kicks.

    Args:
        latent: (batch, latent_size).
        image: (batch, ...).
    """
    pairs = latent.shape[0] // 2
    first, second = slice(0, 2 * pairs, 2), slice(1, 2 * pairs, 2)
    latent_distance = (latent[first] - latent[second]).abs().mean(1)
    image_distance = (image[first] - image[second]).abs().flatten(1).mean(1)
    return (latent_distance / (image_distance + 1e-5)).mean()


@cache
def _rings(height: int, width: int) -> tuple[Tensor, Tensor]:
    """The ring of each coefficient of a real 2-D FFT (radius in steps of the lower resolution), and all sizes."""
    vertical = torch.fft.fftfreq(height)[:, None]
    horizontal = torch.fft.rfftfreq(width)[None, :]
    count = min(height, width) // 2
    radius = torch.sqrt(vertical.square() + horizontal.square())
    ring = (radius * 2 * count).round().long().clamp(max=count)
    return ring.flatten(), torch.bincount(ring.flatten(), minlength=count + 1)


def azimuthal_profile(image: Tensor) -> Tensor:
    """The azimuthally averaged power spectrum (Durall et al., 2020, equation 3), in log, scaled to [0, 1] a kick.

    Shape: (batch, channels, height, width) -> (batch, channels, rings).
    """
    exact = image if image.dtype == torch.float64 else image.float()  # no FFT in half precision
    power = torch.fft.rfft2(exact, norm="ortho").abs().square().flatten(2)
    ring, sizes = _rings(image.shape[2], image.shape[3])
    ring, sizes = ring.to(image.device), sizes.to(image.device)
    sums = torch.zeros(*power.shape[:2], len(sizes), dtype=power.dtype, device=power.device)
    profile = torch.log(sums.index_add(2, ring, power) / sizes + 1e-8)
    low, high = profile.amin(2, keepdim=True), profile.amax(2, keepdim=True)
    return (profile - low) / (high - low).clamp(min=1e-6)


def spectral_regularisation(real: Tensor, fake: Tensor) -> Tensor:
    """Cross-entropy between the azimuthal profiles of generated kicks and the mean profile of real ones (Durall et al.,
    "Watch your Up-Convolution", 2020, equation 5)."""
    target = mean_over_ranks(azimuthal_profile(real).mean(0)).detach()
    profile = azimuthal_profile(fake).clamp(1e-6, 1 - 1e-6)
    return F.binary_cross_entropy(profile, target.expand_as(profile))


def roughness(image: Tensor) -> Tensor:
    """Mean absolute step between neighbours, along time and along frequency: (batch, channels, h, w) -> (batch, 2)."""
    along_time = image.diff(dim=2).abs().flatten(1).mean(1)
    along_frequency = image.diff(dim=3).abs().flatten(1).mean(1)
    return torch.stack([along_time, along_frequency], dim=1)


def smoothness(real: Tensor, fake: Tensor) -> Tensor:
    """How far the roughness of generated kicks is from that of real ones, in mean and deviation over the batch: not
    smooth for its own sake, but as smooth as real kicks are."""
    return _statistics_distance(roughness(real), roughness(fake))


def decay_envelope(image: Tensor) -> Tensor:
    """Mean over the bins of each frame: (batch, channels, frames, bins) -> (batch, channels, frames)."""
    return image.mean(3)


def decay_envelope_distance(real: Tensor, fake: Tensor) -> Tensor:
    """How far the decay envelopes of generated kicks are from real ones, in mean and deviation over the batch."""
    return _statistics_distance(decay_envelope(real), decay_envelope(fake))


def _statistics_distance(real: Tensor, fake: Tensor) -> Tensor:
    real_mean, real_deviation = batch_statistics(real.detach())
    fake_mean, fake_deviation = batch_statistics(fake)
    return F.l1_loss(fake_mean, real_mean) + F.l1_loss(fake_deviation, real_deviation)


def gradient_penalty(score: Tensor, image: Tensor) -> Tensor:
    """The zero-centred gradient penalty R1 (Mescheder, Geiger and Nowozin, 2018, equation 9), without its half gamma:
    the mean squared norm of d score / d image, of shape (batch, ...), over the batch."""
    (gradient,) = torch.autograd.grad(score.sum(), image, create_graph=True)
    return gradient.square().flatten(1).sum(1).mean()


def unit_gradient_penalty(score: Tensor, image: Tensor) -> Tensor:
    """The gradient penalty of WGAN-GP (Gulrajani et al., "Improved Training of Wasserstein GANs", 2017, equation 3),
    without its lambda: the mean squared distance from 1 of the norm of d score / d image, of shape (batch, ...)."""
    (gradient,) = torch.autograd.grad(score.sum(), image, create_graph=True)
    norm: Tensor = torch.linalg.vector_norm(gradient.flatten(1), dim=1)
    return (norm - 1.0).square().mean()
