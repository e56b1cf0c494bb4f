"""The critics: networks that judge kicks as spectra, waveforms and parts."""

import math
from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from kickitout.sound.sketch.sketch import (
    ORIGIN,
)
from kickitout.training.blocks.base import Verdict
from kickitout.training.kickgan import knots
from kickitout.training.kickgan.low_band import decimated
from kickitout.training.kickgan.networks import KERNEL, PARTS, SLOPE, Attention, convolution, looked_at_parts


class SpectrumCritic(nn.Module):
    """Judges mid and side by their complex STFT: log magnitude, real and imaginary part, and the position of each bin.

    Args:
        n_fft, hop_length: of the STFT.
        n_bins, n_frames: the lowest bins and first frames, which are looked at.
        channels: behind each halving convolution.
        attention: whether self-attention stands behind the last of them.
        spread: whether it also sees how much the kicks of a group of four differ (Karras et al., "Progressive Growing
            of GANs", 2018): what a collapsed generator cannot hide.
    """

    window: Tensor
    still: Tensor

    def __init__(
        self,
        n_fft: int,
        hop_length: int,
        n_bins: int,
        n_frames: int,
        channels: Sequence[int],
        *,
        attention: bool = False,
        spread: bool = False,
    ) -> None:
        super().__init__()
        self.n_fft, self.hop_length, self.n_bins, self.n_frames = n_fft, hop_length, n_bins, n_frames
        self.spread = spread
        self.register_buffer("window", torch.hann_window(n_fft), persistent=False)
        # Phases that refer to the onset: a tone or a click looks the same from frame to frame.
        places = torch.outer(torch.arange(n_bins), torch.arange(n_frames) * hop_length - n_fft // 2 - ORIGIN)
        angle = -2.0 * math.pi / n_fft * places.remainder(n_fft)
        self.register_buffer("still", torch.polar(torch.ones_like(angle), angle), persistent=False)
        widths = [7, *channels]
        self.halve = nn.ModuleList(
            nn.Conv2d(before, after, 4, stride=2, padding=1) for before, after in pairwise(widths)
        )
        self.attention = Attention(channels[-1]) if attention else nn.Identity()
        self.join = nn.Conv2d(channels[-1] + spread, channels[-1], 3, padding=1)
        self.score = nn.Conv2d(channels[-1], 1, 1)

    def see(self, mid_side: Tensor) -> Tensor:
        """Its input: (batch, 2, n) -> (batch, 7, bins, frames)."""
        batch = len(mid_side)
        spectrum = torch.stft(
            mid_side.flatten(0, 1), self.n_fft, self.hop_length, window=self.window.to(mid_side),
            center=True, pad_mode="constant", return_complex=True,
        )[:, : self.n_bins, : self.n_frames]  # fmt: skip
        spectrum = spectrum.reshape(batch, 2, *spectrum.shape[1:]) * self.still / math.sqrt(self.n_fft)
        size = (spectrum.real.square() + spectrum.imag.square() + 1e-9).sqrt()
        log_size = 0.25 * torch.log(size + 1e-4) + 1.3
        shrink = 2.0 * (size + 1e-4).pow(-0.6)
        bins = torch.linspace(-1.0, 1.0, self.n_bins, device=size.device)[None, None, :, None]
        bins = bins.expand(batch, 1, -1, size.shape[-1])
        return torch.cat([log_size, spectrum.real * shrink, spectrum.imag * shrink, bins], dim=1)

    def forward(self, seen: Tensor) -> Verdict:
        """(batch, 7, bins, frames) -> a verdict."""
        image, features = seen, []
        for layer in self.halve:
            image = F.leaky_relu(layer(image), SLOPE)
            features.append(image)
        image = self.attention(image)
        if self.spread:
            image = torch.cat([image, _spread(image)], dim=1)
        return Verdict(self.score(F.leaky_relu(self.join(image), SLOPE)).float().mean((1, 2, 3)), features)


def _spread(image: Tensor) -> Tensor:
    """The mean standard deviation in groups of four (or of all, where fours do not come out even), as a map:
    (b, c, h, w) -> (b, 1, h, w)."""
    batch, _, height, width = image.shape
    size = 4 if batch % 4 == 0 else batch
    groups = F.avg_pool2d(image.float(), (min(2, height), 2)).reshape(batch // size, size, -1)
    deviation = (groups.var(1, correction=0) + 1e-6).sqrt().mean(1)
    return deviation.repeat_interleave(size).to(image)[:, None, None, None].expand(batch, 1, height, width)


class _WaveCritic(nn.Module):
    """Judges sequences: convolutions with strides, and the mean score along the last of them.

    Args:
        inputs: channels that it looks at.
        channels: behind each convolution.
        stride: of all of them.
    """

    def __init__(self, inputs: int, channels: Sequence[int], stride: int) -> None:
        super().__init__()
        self.halve = nn.ModuleList(
            nn.Conv1d(before, after, 9, stride=stride, padding=4) for before, after in pairwise([inputs, *channels])
        )
        self.score = nn.Conv1d(channels[-1], 1, 3, padding=1)

    def forward(self, seen: Tensor) -> Verdict:
        """(batch, inputs, n) -> a verdict."""
        wave, features = seen, []
        for layer in self.halve:
            wave = F.leaky_relu(layer(wave), SLOPE)
            features.append(wave)
        return Verdict(self.score(wave).float().mean((1, 2)), features)


class LowBandCritic(_WaveCritic):
    """Judges the waveform below some 1 kHz, 16 times decimated: the body's swing, its phase and its decay.

    Args:
        channels: behind each halving convolution.
    """

    def __init__(self, channels: Sequence[int]) -> None:
        super().__init__(3, channels, stride=2)

    def see(self, mid_side: Tensor) -> Tensor:
        """Its input: (batch, 2, n) -> (batch, 3, n / 16): mid, side, and mid compressed so that tails count."""
        low = decimated(mid_side)
        mid = low[:, :1]
        return torch.cat([2.0 * low, mid.sign() * (mid.abs() + 1e-4).pow(0.4)], dim=1)


class ClickCritic(_WaveCritic):
    """Judges the waveform of the first 46 ms, sample by sample: how sharply a kick begins.

    Args:
        channels: behind each halving convolution.
    """

    SAMPLES = 2_048

    def __init__(self, channels: Sequence[int]) -> None:
        super().__init__(5, channels, stride=4)

    def see(self, mid_side: Tensor) -> Tensor:
        """Its input: (batch, 2, n) -> (batch, 5, 2048): mid, side, the differences of both, which lift the
        highs, and those of mid compressed."""
        start = mid_side[..., : self.SAMPLES]
        slope = F.pad(start.diff(dim=-1), (1, 0))
        mid = slope[:, :1]
        return torch.cat([start, 4.0 * slope, mid.sign() * (mid.abs() + 1e-4).pow(0.4)], dim=1)


class PartsCritic(nn.Module):
    """Judges the parts of kicks: the powers of rest and side in bands, and the body's amplitude and frequency.

    A tenth of the work of a waveform's critic, and it sees the pitch as a number.

    Args:
        channels: of all layers.
    """

    LEVELS = 4
    smooth: Tensor

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.enter = convolution(PARTS, channels)
        self.layers = nn.ModuleList(convolution(channels, channels, KERNEL) for _ in range(2 * self.LEVELS))
        self.attention = Attention(channels)
        self.join = convolution(channels + 1, channels, 3)
        self.score = nn.Conv2d(channels, 1, 1)
        self.register_buffer("smooth", knots.smoothing(), persistent=False)

    def see(self, powers: Tensor, log_amplitude: Tensor, frequency: Tensor) -> Tensor:
        """Its input: `looked_at_parts`, with the tracks as lines between knots.

        Measured tracks shake where something else sounds near the body; that is no more of the body's than of the
        rest's, and the critics of waveforms see it.
        """
        smooth = self.smooth.to(frequency)
        return looked_at_parts(powers, log_amplitude @ smooth, (frequency.log() @ smooth).exp())

    def forward(self, seen: Tensor) -> Verdict:
        """(batch, PARTS, 1, 176) -> a verdict."""
        image, features = self.enter(seen), []
        for level in range(self.LEVELS):
            for layer in self.layers[2 * level : 2 * level + 2]:
                image = image + 0.5 * layer(F.leaky_relu(image, SLOPE))
            if level == 2:
                image = self.attention(image)
            features.append(image)
            image = F.avg_pool2d(image, (1, 2))
        image = torch.cat([image, _spread(image)], dim=1)
        return Verdict(self.score(F.leaky_relu(self.join(image), SLOPE)).float().mean((1, 2, 3)), features)


ALWAYS = ("parts", "click")
"""The critics that take part in every step: both cost little. The others may take turns."""


def build_critics(channels: Sequence[int], parts_channels: int) -> nn.ModuleDict:
    """The critics by name: of the parts, of the click, of the waveform at three resolutions, and of its low band.

    Args:
        channels: four widths, for all critics of waveforms alike.
        parts_channels: of the critic of the parts; 0 for none.
    """
    parts = {"parts": PartsCritic(parts_channels)} if parts_channels else {}
    return nn.ModuleDict(
        {
            **parts,
            "click": ClickCritic(channels),
            "long": SpectrumCritic(2048, 512, 513, 44, channels),
            "middle": SpectrumCritic(512, 128, 257, 173, channels, attention=True, spread=True),
            "short": SpectrumCritic(128, 32, 65, 152, channels),  # the first 110 ms
            "low": LowBandCritic(channels),
        }
    )
