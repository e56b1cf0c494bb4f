"""The networks of WaveGAN and SpecGAN (Donahue, McAuley and Puckette, "Adversarial Audio Synthesis", 2019): five
(transposed) convolutions between a small map and a sound, in one dimension, or an image, in two.

What is decided here:

- *22,050 samples.* Five layers of stride 4 are a factor of 1,024; the authors begin with 16 positions for 16,384
  samples. We begin with 22, and the generator cuts the last 478 of 22,528 samples, which the critic fills with zeros.
  All layers but the first stay the authors' own, and 2 % is thrown away. Their network for 32,768 samples would be a
  layer deeper, with twice the channels, and throw a third away.
- *Latents* are uniform in [-1, 1], as the authors draw them. Those of a bundle are standard normal, so the generator
  takes such, and their distribution function makes them uniform: erf(z / sqrt 2).
- *Initial weights* are Glorot's (2010), uniform, with biases of zero: what the authors' library does where nothing is
  said.
- *No batch norm*, no post-processing filter: as in the authors' results.
"""

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from kickitout.sound.kick import KICK_SAMPLES
from kickitout.training.blocks.base import Discriminator, Generator, Verdict
from kickitout.training.blocks.phase_shuffle import phase_shuffle, shifts_of

LAYERS = 5
SLOPE = 0.2
"""Of the critic's leaky rectifications, below zero."""


@dataclass(frozen=True)
class Layout:
    """The sizes that do not depend on the number of channels.

    Attributes:
        channels: of the sound or image.
        start: sides of the smallest map.
        sides: of the sound or image, at most `start` times the strides of all layers.
        kernel: length of the kernels along each side.
        stride: of the convolutions along each side.
    """

    channels: int
    start: tuple[int, ...]
    sides: tuple[int, ...]
    kernel: int
    stride: int

    @property
    def padding(self) -> int:
        """With it, and one output row more where a convolution is transposed, lengths grow or shrink by the stride."""
        return (self.kernel - self.stride + 1) // 2

    @property
    def missing(self) -> list[int]:
        """How much shorter the sides are than the layers make them, in the order of `F.pad`."""
        whole = [side * self.stride**LAYERS for side in self.start]
        pairs = [(0, full - side) for full, side in zip(whole, self.sides, strict=True)]
        return [number for pair in reversed(pairs) for number in pair]


WAVEFORM = Layout(channels=2, start=(22,), sides=(KICK_SAMPLES,), kernel=25, stride=4)
IMAGE = Layout(channels=1, start=(4, 4), sides=(128, 128), kernel=5, stride=2)


class WaveganGenerator(Generator):
    """Latents (batch, latent_size), standard normal -> sounds or images (batch, channels, *sides) in [-1, 1].

    Args:
        latent_size: numbers in a latent.
        channels: before the last layer (the authors' d).
        layout: of sounds or of images.
    """

    def __init__(self, latent_size: int, channels: int, layout: Layout) -> None:
        super().__init__()
        self.latent_size, self.layout = latent_size, layout
        widths = [channels << (LAYERS - 1 - index) for index in range(LAYERS)]  # 16 d, 8 d, 4 d, 2 d, d
        self.width = widths[0]
        self.project = nn.Linear(latent_size, self.width * math.prod(layout.start))
        convolution = nn.ConvTranspose1d if len(layout.sides) == 1 else nn.ConvTranspose2d
        self.layers = nn.ModuleList(
            convolution(before, after, layout.kernel, stride=layout.stride, padding=layout.padding, output_padding=1)
            for before, after in zip(widths, [*widths[1:], layout.channels], strict=True)
        )
        self.apply(_draw_weights)

    def forward(self, latent: Tensor) -> Tensor:
        """(batch, latent_size) -> (batch, channels, *sides)."""
        uniform = torch.erf(latent * math.sqrt(0.5))
        maps = self.project(uniform).unflatten(1, (self.width, *self.layout.start))
        for layer in self.layers:
            maps = layer(torch.relu(maps))
        for axis, side in enumerate(self.layout.sides, start=2):
            maps = maps.narrow(axis, 0, side)
        return torch.tanh(maps)


class WaveganCritic(Discriminator):
    """Sounds or images (batch, channels, *sides) -> a `Verdict` without a probability: any score may come out.

    Args:
        channels: behind the first layer (the authors' d).
        layout: of sounds or of images.
        shuffle: largest shift of the phase shuffle behind all layers but the last, in frames of each map.
    """

    def __init__(self, channels: int, layout: Layout, *, shuffle: int) -> None:
        super().__init__()
        self.layout, self.shuffle = layout, shuffle
        widths = [channels << index for index in range(LAYERS)]  # d, 2 d, 4 d, 8 d, 16 d
        convolution = nn.Conv1d if len(layout.sides) == 1 else nn.Conv2d
        self.layers = nn.ModuleList(
            convolution(before, after, layout.kernel, stride=layout.stride, padding=layout.padding)
            for before, after in zip([layout.channels, *widths[:-1]], widths, strict=True)
        )
        self.score = nn.Linear(widths[-1] * math.prod(layout.start), 1)
        self.apply(_draw_weights)

    def draw_count(self) -> int:
        """One number for each layer that is shuffled behind."""
        return LAYERS - 1

    def forward(self, image: Tensor, draws: list[int] | None = None) -> Verdict:
        """(batch, channels, *sides) -> score (batch,) and the five layers' activations."""
        shifts = shifts_of(draws or [], self.shuffle)
        maps = F.pad(image, self.layout.missing)
        features: list[Tensor] = []
        for index, layer in enumerate(self.layers):
            maps = _leaky_relu(layer(maps))
            features.append(maps)
            if index < len(shifts):
                maps = phase_shuffle(maps, shifts[index])
        return Verdict(self.score(maps.flatten(1))[:, 0], features)


def _leaky_relu(maps: Tensor) -> Tensor:
    """Leaky rectification by a factor that autograd takes for a constant. A penalty on gradients is differentiated
    twice, and torch's own passes its second derivative, zeros, back through all layers below."""
    return maps * torch.full_like(maps, SLOPE).masked_fill_(maps > 0, 1.0)


def _draw_weights(module: nn.Module) -> None:
    if isinstance(module, nn.Linear | nn.Conv1d | nn.Conv2d | nn.ConvTranspose1d | nn.ConvTranspose2d):
        nn.init.xavier_uniform_(module.weight)
        assert module.bias is not None
        nn.init.zeros_(module.bias)
