"""Adaptive augmentation of the discriminator's input (Karras et al., "Training Generative Adversarial Networks with
Limited Data", 2020): real and generated kicks pass through the same random transforms, so that the generator learns
none of them while they are not always on."""

import torch
from torch import Tensor
from torch.nn import functional as F

from kickitout.training.settings.dcgan import AugmentationSettings


class Augmentation:
    """Random transforms of images (batch, 2, frames, bins): channel swap, time shift, gain, cut-out of a band in time.

    `strength`, the probability of each, is state: it follows how sure the discriminator is of real kicks.

    Args:
        settings: start, target and speed.
    """

    def __init__(self, settings: AugmentationSettings) -> None:
        self.settings = settings
        self.strength = settings.strength

    @property
    def active(self) -> bool:
        """Whether augmentation is or may come on."""
        return self.settings.strength > 0 or self.settings.target > 0

    def apply(self, image: Tensor, generator: torch.Generator, share: slice, batch_size: int) -> Tensor:
        """Transform a process's `share` of a batch of `batch_size`; differentiable."""
        if not self.active:
            return image
        chance = torch.rand(4, batch_size, generator=generator)
        amount = torch.rand(4, batch_size, generator=generator)
        on = (chance < self.strength)[:, share].to(image.device)
        by = amount[:, share].to(image.device, image.dtype)
        image = _swap(image, on[0])
        image = _shift(image, on[1], by[1])
        image = _gain(image, on[2], by[2])
        return _cut_out(image, on[3], by[3])

    def adapt(self, sure: float, batch_size: int) -> None:
        """Follow the discriminator: `sure` is the mean sign of its scores of real kicks over the whole batch."""
        if self.settings.target > 0:
            step = batch_size / self.settings.speed
            self.strength = min(max(self.strength + (step if sure > self.settings.target else -step), 0.0), 1.0)


def _only(on: Tensor, changed: Tensor, image: Tensor) -> Tensor:
    return torch.where(on[:, None, None, None], changed, image)


def _swap(image: Tensor, on: Tensor) -> Tensor:
    return _only(on, image.flip(1), image)


def _shift(image: Tensor, on: Tensor, by: Tensor, most: int = 4) -> Tensor:
    """Later by 0..`most` frames, silence before."""
    frames = image.shape[2]
    shift = (by * (most + 1)).long().clamp(max=most)
    source = torch.arange(frames, device=image.device)[None, :] + most - shift[:, None]  # (batch, frames)
    padded = F.pad(image, (0, 0, most, 0), value=-1.0)
    index = source[:, None, :, None].expand(-1, image.shape[1], -1, image.shape[3])
    return _only(on, padded.gather(2, index), image)


def _gain(image: Tensor, on: Tensor, by: Tensor, most: float = 0.1) -> Tensor:
    """Softer by up to 8 dB (0.1 of the image's range of 160 dB is 8 dB)."""
    return _only(on, (image - most * by[:, None, None, None]).clamp(min=-1.0), image)


def _cut_out(image: Tensor, on: Tensor, by: Tensor, share: float = 0.15) -> Tensor:
    """Silence over a span of 15 % of the frames."""
    frames = image.shape[2]
    start = by[:, None] * (1 - share) * frames
    position = torch.arange(frames, device=image.device)[None, :]
    inside = (position >= start) & (position < start + share * frames)
    return _only(on, image.masked_fill(inside[:, None, :, None], -1.0), image)
