"""The draft's networks: a DCGAN (Radford, Metz and Chintala, 2016) of nine blocks.

The draft's numbers cannot all hold, so these are decided here:

- *Nine doublings of one pixel are 512, not 256.* Eight blocks double (1 -> 256), the ninth keeps the size and maps to
  the two channels. The discriminator mirrors it: eight blocks halve (256 -> 1), the ninth gives the score.
- *"Each block: transposed convolution, batch norm, ReLU."* In the ninth a ReLU before the tanh would leave only the
  upper half of the range (-40..40 dB: no silence), and batch norm would fix the output's mean; so the ninth is the
  transposed convolution alone, as in the DCGAN paper.
- *"Upsamples the output ... and applies tanh."* The 256 x 256 map is resized bilinearly to 176 frames x 257 bins, then
  tanh. The first axis is time throughout.
- *Phase shuffle* stands behind the discriminator's blocks whose maps are at least 16 frames long: the reflection at
  the edge would be longer than the shorter maps.
- *The widths* are not in the draft: see the preset.
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn.utils.parametrizations import spectral_norm

from kickitout.training.blocks.attention import SelfAttention2d
from kickitout.training.blocks.base import Discriminator, Generator, Verdict
from kickitout.training.blocks.normalisation import BatchNorm2d, resize
from kickitout.training.blocks.phase_shuffle import phase_shuffle, shifts_of
from kickitout.training.settings.dcgan import TRANSPOSED, DiscriminatorSettings, GeneratorSettings

MAP_SIDE = 256
"""Pixels along each side of the square map between the blocks and the representation."""

SHORTEST_SHUFFLED = 16
"""Frames a map must have to be phase-shuffled."""


class DcganGenerator(Generator):
    """Latents (batch, latent_size) -> images (batch, channels, frames, bins) in [-1, 1].

    Args:
        latent_size: numbers in a latent.
        channels: channels behind each of the eight doubling blocks.
        attention: sides of the maps behind whose block self-attention stands.
        shape: (channels, frames, bins) of the representation.
        upsampling: how blocks double (`GeneratorSettings.upsampling`).
    """

    def __init__(
        self,
        latent_size: int,
        channels: Sequence[int],
        attention: Sequence[int],
        shape: tuple[int, ...],
        upsampling: str = TRANSPOSED,
    ) -> None:
        super().__init__()
        self.latent_size = latent_size
        self.size = (shape[1], shape[2])
        blocks: list[nn.Module] = []
        before, side = latent_size, 1
        for width in channels:
            side *= 2
            block: list[nn.Module] = [
                *_doubling(before, width, upsampling if side > 2 else TRANSPOSED),
                BatchNorm2d(width),
                nn.ReLU(),
            ]
            if side in attention:
                block.append(SelfAttention2d(width))
            blocks.append(nn.Sequential(*block))
            before = width
        blocks.append(nn.ConvTranspose2d(before, shape[0], 3, stride=1, padding=1))
        self.blocks = nn.Sequential(*blocks)
        self.apply(_draw_weights)

    def forward(self, latent: Tensor) -> Tensor:
        """(batch, latent_size) -> (batch, channels, frames, bins)."""
        square = self.blocks(latent[:, :, None, None])  # (batch, 2, 256, 256)
        return torch.tanh(resize(square, self.size))


def _doubling(before: int, width: int, upsampling: str) -> list[nn.Module]:
    """Layers that double both sides of a map: (batch, before, s, s) -> (batch, width, 2 s, 2 s)."""
    if upsampling == TRANSPOSED:
        return [nn.ConvTranspose2d(before, width, 4, stride=2, padding=1, bias=False)]
    return [
        nn.Upsample(scale_factor=2, mode="bilinear", align_corners=False),
        nn.Conv2d(before, width, 3, padding=1, bias=False),
    ]


class DcganDiscriminator(Discriminator):
    """Images (batch, channels, frames, bins) -> a `Verdict`; the probability is the sigmoid of its score.

    Args:
        channels: channels behind each of the eight halving blocks.
        attention: sides of the maps behind whose block self-attention stands.
        spectral: spectral normalisation of all convolutions.
        batch_norm: batch normalisation behind the eight halving blocks' convolutions.
        shuffle: largest shift of the phase shuffle, in frames of each map.
        image_channels: channels of the representation.
    """

    def __init__(
        self,
        channels: Sequence[int],
        attention: Sequence[int],
        *,
        spectral: bool,
        batch_norm: bool,
        shuffle: int,
        image_channels: int,
    ) -> None:
        super().__init__()
        self.shuffle = shuffle
        blocks: list[nn.Module] = []
        before, side = image_channels, MAP_SIDE
        for width in channels:
            side //= 2
            block: list[nn.Module] = [nn.Conv2d(before, width, 4, stride=2, padding=1, bias=not batch_norm)]
            if batch_norm:
                block.append(BatchNorm2d(width))
            block.append(nn.LeakyReLU(0.2))
            if side in attention:
                block.append(SelfAttention2d(width))
            blocks.append(nn.Sequential(*block))
            before = width
        self.blocks = nn.ModuleList(blocks)
        self.score = nn.Conv2d(before, 1, 1)
        self.apply(_draw_weights)
        if spectral:
            for module in [module for module in self.modules() if isinstance(module, nn.Conv2d)]:
                spectral_norm(module)

    def draw_count(self) -> int:
        """One number for each block that is shuffled."""
        return sum(MAP_SIDE >> (index + 1) >= SHORTEST_SHUFFLED for index in range(len(self.blocks)))

    def forward(self, image: Tensor, draws: list[int] | None = None) -> Verdict:
        """(batch, channels, frames, bins) -> score (batch,) and the eight blocks' activations."""
        shifts = shifts_of(draws or [], self.shuffle)
        maps = resize(image, (MAP_SIDE, MAP_SIDE))
        features: list[Tensor] = []
        for index, block in enumerate(self.blocks):
            maps = block(maps)
            features.append(maps)
            if index < len(shifts):
                maps = phase_shuffle(maps, shifts[index])
        return Verdict(self.score(maps).flatten(), features)


def _draw_weights(module: nn.Module) -> None:
    """The DCGAN paper's start: normal with deviation 0.02; scales of batch norm around 1."""
    if isinstance(module, nn.Conv2d | nn.ConvTranspose2d):
        nn.init.normal_(module.weight, 0.0, 0.02)
        if module.bias is not None:
            nn.init.zeros_(module.bias)
    elif isinstance(module, nn.BatchNorm2d):
        nn.init.normal_(module.weight, 1.0, 0.02)
        nn.init.zeros_(module.bias)


def build_generator(settings: GeneratorSettings, shape: tuple[int, ...]) -> DcganGenerator:
    """The generator that `settings` describe, for a representation of `shape`."""
    return DcganGenerator(settings.latent_size, settings.channels, settings.attention, shape, settings.upsampling)


def build_discriminator(settings: DiscriminatorSettings, shape: tuple[int, ...]) -> DcganDiscriminator:
    """The discriminator that `settings` describe, for a representation of `shape`."""
    return DcganDiscriminator(
        settings.channels,
        settings.attention,
        spectral=settings.spectral_norm,
        batch_norm=settings.batch_norm,
        shuffle=settings.phase_shuffle,
        image_channels=shape[0],
    )
