"""The flagship's networks: a deep convolutional decoder of kicks, and an encoder.

The generator makes a `Sketch` (body, click and air) at 344 frames a second: a start of 11 frames, doubled four times to
176, with two convolutions at each level. From the literature:

- styles: the latent goes through a small mapping network and scales and shifts each layer (Karras et al., "A
  Style-Based Generator Architecture for Generative Adversarial Networks", 2019);
- noise in each layer, its strength learned, from zero; given from outside;
- linear up-sampling, no transposed convolution: no lines at multiples of a frame rate (Pons et al., "Upsampling
  Artifacts in Neural Audio Synthesis", 2021);
- self-attention over frames, in generator and encoder;
- no batch normalisation: a kick must not depend on its company.

Maps are (batch, channels, 1, frames), channels last: two-dimensional convolutions are the faster ones on CPUs.
"""

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from kickitout.sound.sketch.parts import BODY_POINTS, LOG_FLOOR, USUAL_HZ
from kickitout.sound.sketch.render import attack_places
from kickitout.sound.sketch.sketch import (
    ATTACK_POINTS,
    CLICK_FRAMES,
    GRAIN_PLACES,
    GRAINS,
    LOW_BINS,
    N_BANDS,
    ONSET_STEPS,
    ORIGIN,
    SNAP_SAMPLES,
)
from kickitout.sound.spectrogram import N_BINS, N_FRAMES
from kickitout.training.kickgan import knots
from kickitout.training.kickgan.analysis import swing
from kickitout.training.kickgan.sketch import ATTACK_GAINS, SWING_POINTS, Sketch, Targets
from kickitout.training.settings.kickgan import FRAMES, HEADS, LEVELS

LAYERS = 2
"""Layers at each level, each with a noise of its own."""

NOISE_CHANNELS = 8
"""Numbers of noise a layer gets in each frame: what happens in bands and tracks is not one thing."""

NOISE_SHAPE = (LAYERS * NOISE_CHANNELS, sum(FRAMES))
"""The shape of one kick's layer noise: the layers of a level one below the other, the levels one after the other."""

KERNEL = 5
SLOPE = 0.2

_CLICK_REACH = CLICK_FRAMES + 1  # the click's head looks one frame ahead
_PHASE_POWER = 0.3  # of the size of complex spectra that the encoder and the critics look at: 60 dB become 18


def convolution(before: int, after: int, kernel: int = 1) -> nn.Conv2d:
    return nn.Conv2d(before, after, (1, kernel), padding=(0, kernel // 2))


def _normalised(image: Tensor) -> Tensor:
    """Each frame's channels brought to the mean square 1 (Zhang and Sennrich, "Root Mean Square Layer Normalization",
    2019)."""
    return image * (image.square().mean(1, keepdim=True) + 1e-4).rsqrt()


class Attention(nn.Module):
    """Every frame may look at every other, with several heads; starts as the identity.

    Written with products and a softmax: fused attention has no second derivative, which gradient penalties need, and
    does not export.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.look = nn.Conv2d(channels, 3 * channels, 1)
        self.project = nn.Conv2d(channels, channels, 1)
        nn.init.zeros_(self.project.weight)
        nn.init.zeros_(_bias(self.project))

    def forward(self, image: Tensor) -> Tensor:
        """(batch, channels, height, width) -> the same shape."""
        batch, channels, height, width = image.shape
        depth = channels // HEADS
        looked = self.look(_normalised(image)).reshape(batch, 3, HEADS, depth, height * width)
        query, key, value = looked.transpose(-1, -2).unbind(1)  # (batch, heads, places, depth)
        weights = torch.softmax(query @ key.transpose(-1, -2) / math.sqrt(depth), dim=-1)
        seen = (weights @ value).transpose(-1, -2).reshape(batch, channels, height, width)
        result: Tensor = image + self.project(seen)
        return result


def _bias(layer: nn.Conv2d | nn.Linear) -> Tensor:
    assert layer.bias is not None
    return layer.bias


class _StyledLayer(nn.Module):
    """Normalise, scale and shift by the style, add noise, convolve, add to what came in."""

    def __init__(self, channels: int, style_size: int) -> None:
        super().__init__()
        self.style = nn.Linear(style_size, 2 * channels)
        nn.init.zeros_(_bias(self.style))
        self.noise = nn.Conv2d(NOISE_CHANNELS, channels, 1, bias=False)
        nn.init.zeros_(self.noise.weight)
        self.convolve = convolution(channels, channels, KERNEL)

    def forward(self, image: Tensor, style: Tensor, noise: Tensor) -> Tensor:
        """(b, c, 1, t), (b, style_size), (b, NOISE_CHANNELS, 1, t) -> (b, c, 1, t)."""
        scale, shift = self.style(style)[:, :, None, None].chunk(2, dim=1)
        styled = _normalised(image) * (1.0 + scale) + shift + self.noise(noise)
        result: Tensor = image + 0.5 * self.convolve(F.leaky_relu(styled, SLOPE))
        return result


class KickganGenerator(nn.Module):
    """Latents and layer noise to a `Sketch`.

    Args:
        latent_size: numbers in a latent.
        channels: of every level, from 11 to 176 frames.
        attention: numbers of frames at which self-attention stands: of 11, 22, 44, 88, 176.
        style_size: numbers in a style.
    """

    def __init__(
        self, latent_size: int, channels: Sequence[int], attention: Sequence[int] = (44, 88), style_size: int = 256
    ) -> None:
        super().__init__()
        if len(channels) != LEVELS:
            raise ValueError(f"the generator has {LEVELS} levels, got {len(channels)} numbers of channels")
        self.between: Tensor
        self.onto: Tensor
        self.lead: Tensor
        self.latent_size = latent_size
        self.channels = tuple(channels)
        self.enter = nn.Linear(latent_size, style_size)
        # A code leaves more open than detail: the first level's noise may move the style as well.
        self.chance = nn.Linear(NOISE_SHAPE[0] * FRAMES[0], style_size, bias=False)
        nn.init.zeros_(self.chance.weight)
        self.mapping = nn.Sequential(nn.LeakyReLU(SLOPE), nn.Linear(style_size, style_size), nn.LeakyReLU(SLOPE))
        self.start = nn.Linear(style_size, channels[0] * FRAMES[0])
        self.layers = nn.ModuleList(
            nn.ModuleList(_StyledLayer(width, style_size) for _ in range(LAYERS)) for width in channels
        )
        self.widen = nn.ModuleList(
            nn.Identity() if before == after else nn.Conv2d(before, after, 1)
            for before, after in zip((channels[0], *channels), channels, strict=False)
        )
        self.attention = nn.ModuleList(
            Attention(width) if frames in attention else nn.Identity()
            for frames, width in zip(FRAMES, channels, strict=True)
        )
        last = channels[-1]
        self.bands = convolution(last, 2 * 2 * N_BANDS)
        self.low = convolution(last, 2 * 2 * LOW_BINS, 3)
        self.click = convolution(last, 2 * 2 * N_BINS, 3)
        self.attack = nn.Sequential(
            nn.Linear(style_size, style_size), nn.LeakyReLU(SLOPE), nn.Linear(style_size, ATTACK_POINTS)
        )
        self.snap = nn.Sequential(
            nn.Linear(style_size, 2 * style_size), nn.LeakyReLU(SLOPE), nn.Linear(2 * style_size, SNAP_SAMPLES)
        )
        for last_layer in (self.attack[-1], self.snap[-1]):
            assert isinstance(last_layer, nn.Linear)
            nn.init.zeros_(last_layer.weight)
            nn.init.zeros_(_bias(last_layer))
        # Straight from the style, so that the pitch is steady; the convolution's part starts at zero.
        self.loudness = nn.Linear(style_size, knots.COUNT)
        self.pitch = nn.Linear(style_size, knots.COUNT)
        lines = knots.interpolation()
        # Kept with the weights, as they are in a graph: so a graph has all tensors of the network, by name.
        self.register_buffer("between", lines)
        self.register_buffer("onto", torch.linalg.pinv(lines))  # the lines nearest to a track
        # Nothing before the onset, to begin with.
        before = torch.from_numpy(attack_places()) < ORIGIN
        self.register_buffer("lead", torch.where(before, ATTACK_GAINS[0], 0.0).float())
        self.tracks = convolution(last, 2 * 2, 3)
        nn.init.zeros_(self.tracks.weight)
        nn.init.zeros_(_bias(self.tracks))
        self.phase = nn.Linear(style_size, 2)
        self.wide = nn.Linear(style_size, 1)
        self.grain = nn.Linear(style_size, len(GRAINS) * len(GRAIN_PLACES))
        self.drive = nn.Linear(style_size, 1)

    def forward(self, latent: Tensor, noise: Tensor) -> Sketch:
        """(batch, latent_size), (batch, *NOISE_SHAPE) -> a sketch of float32."""
        entered = self.enter(latent)
        style = self.mapping(entered + self.chance(noise[..., : FRAMES[0]].flatten(1)))
        image = self.start(style).reshape(-1, self.channels[0], 1, FRAMES[0])
        place = 0
        for level, frames in enumerate(FRAMES):
            if level:
                image = F.interpolate(image, size=(1, frames), mode="bilinear")
            image = self.widen[level](image)
            for layer, module in enumerate(_list(self.layers[level])):
                rows = slice(layer * NOISE_CHANNELS, (layer + 1) * NOISE_CHANNELS)
                image = module(image, style, noise[:, rows, None, place : place + frames])
            image = self.attention[level](image)
            place += frames
        return self._sketch(F.leaky_relu(_normalised(image), SLOPE), style, self.mapping(entered))

    def _sketch(self, image: Tensor, style: Tensor, sure: Tensor) -> Sketch:
        bands = self.bands(image).float().reshape(-1, 2, 2, N_BANDS, N_FRAMES)
        low = self.low(image).float().reshape(-1, 2, 2, LOW_BINS, N_FRAMES)
        click = self.click(image[..., :_CLICK_REACH])[..., :CLICK_FRAMES].float()
        # Two points of the body's tracks a frame.
        tracks = self.tracks(image).float().reshape(-1, 2, 2, N_FRAMES).transpose(2, 3)
        tracks = tracks.reshape(-1, 2, 2 * N_FRAMES)[..., :BODY_POINTS]
        # The pitch is the code's alone: a note that depends on chance cannot be requested. What the convolution adds
        # to it shakes about the lines.
        level, shake = tracks.unbind(1)
        shake = shake - (shake @ self.onto.T) @ self.between.T
        at_knots = torch.stack([self.loudness(style), self.pitch(sure)], dim=1).float()
        tracks = torch.stack([level, shake], dim=1) + at_knots @ self.between.T
        # Offsets and factors bring the output of an untrained network to the middle of real kicks.
        return Sketch(
            envelope=2.0 * bands[:, 0] - 4.0,
            noise_share=bands[:, 1] + 1.0,
            low=low,
            click=click.reshape(-1, 2, 2, N_BINS, CLICK_FRAMES),
            attack=self.attack(style).float() + self.lead,
            snap=0.1 * self.snap(style).float(),
            log_amplitude=2.0 * tracks[:, 0] - 3.0,
            frequency=USUAL_HZ * torch.exp(0.5 * tracks[:, 1]),
            phase=self.phase(style).float(),
            wide=4.0 * self.wide(style).float(),
            grain=torch.sigmoid(self.grain(style).float() - 1.5).reshape(-1, len(GRAINS), len(GRAIN_PLACES)),
            drive=F.softplus(self.drive(style).float() - 2.0),
        )


def _list(module: nn.Module) -> nn.ModuleList:
    assert isinstance(module, nn.ModuleList)
    return module


class KickganEncoder(nn.Module):
    """A kick's `Targets` to the mean and log variance of its latent (Kingma and Welling, "Auto-Encoding Variational
    Bayes", 2014).

    Args:
        latent_size: numbers in a latent.
        channels: of all layers.
    """

    def __init__(self, latent_size: int, channels: int) -> None:
        super().__init__()
        self.whole = convolution(PARTS + 2 * 2 * LOW_BINS, channels)
        self.click = convolution(2 * 2 * N_BINS, channels)
        self.layers = nn.ModuleList(convolution(channels, channels, KERNEL) for _ in range(LAYERS * LEVELS))
        self.attention = Attention(channels)
        # Where in a frame something happens is hard to see in its spectrum's phases.
        self.onset = nn.Sequential(
            nn.Linear(2 * ONSET_STEPS + 2 * SWING_POINTS, channels), nn.LeakyReLU(SLOPE), nn.Linear(channels, channels)
        )
        self.last = nn.Linear(channels * (FRAMES[0] + 1), 2 * latent_size)

    def forward(self, targets: Targets) -> tuple[Tensor, Tensor]:
        """-> means and log variances (batch, latent_size)."""
        whole, click = _looked_at(targets)
        image = self.whole(whole) + F.pad(self.click(click), (0, N_FRAMES - CLICK_FRAMES))
        for number, layer in enumerate(self.layers):
            image = image + 0.5 * layer(F.leaky_relu(_normalised(image), SLOPE))
            level, ends = divmod(number + 1, LAYERS)
            if not ends and level == LEVELS // 2 + 1:
                image = self.attention(image)
            if not ends and level < LEVELS:
                image = F.avg_pool2d(image, (1, 2))
        # All else that it looks at is blind to the phase of the body, which is its polarity and its first swing.
        turning = swing(targets.frequency, targets.phase)
        onset = self.onset(torch.cat([0.4 * targets.onset.flatten(1) + 2.0, turning.flatten(1)], dim=1))
        seen = torch.cat([image.flatten(1), F.leaky_relu(onset, SLOPE)], dim=1)
        mean, log_variance = self.last(seen).float().chunk(2, dim=1)
        return mean, log_variance.clamp(-8.0, 4.0)


def _looked_at(targets: Targets) -> tuple[Tensor, Tensor]:
    """The encoder's input: (b, channels, 1, 176) of the whole kick, and (b, channels, 1, 28) of its click."""
    parts = looked_at_parts(targets.powers, targets.log_amplitude, targets.frequency)
    whole = torch.cat([parts, _compressed(targets.low).flatten(1, 3)[:, :, None]], dim=1)
    return whole, _compressed(targets.click).flatten(1, 3)[:, :, None]


PARTS = 2 * N_BANDS + 2 * 2
"""Channels of `looked_at_parts`."""


def looked_at_parts(powers: Tensor, log_amplitude: Tensor, frequency: Tensor) -> Tensor:
    """Pooled powers (b, 2, 45, 176) and the body's tracks (b, 345) as networks like them: (b, PARTS, 1, 176)."""
    level = 0.5 * (log_amplitude.clamp(min=LOG_FLOOR) + 3.0)
    pitch = 2.0 * torch.log(frequency / USUAL_HZ)
    tracks = F.pad(torch.stack([level, pitch], dim=1), (0, 2 * N_FRAMES - BODY_POINTS))
    tracks = tracks.reshape(-1, 2, N_FRAMES, 2).transpose(2, 3)  # two points a frame
    logs = 0.25 * torch.log(powers + 1e-6) + 2.0
    return torch.cat([logs.flatten(1, 2), tracks.flatten(1, 2)], dim=1)[:, :, None]


def _compressed(pairs: Tensor) -> Tensor:
    """Complex numbers as real pairs along axis 1, their sizes to the power `_PHASE_POWER`."""
    size = (pairs.square().sum(1, keepdim=True) + 1e-10).sqrt()
    return pairs * size.pow(_PHASE_POWER - 1.0)
