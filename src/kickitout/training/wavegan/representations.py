"""What the networks of `wavegan` and `specgan` see of a kick: its waveform, or a normalised spectrogram."""

import math
from typing import Protocol

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from kickitout.sound import spectrogram
from kickitout.sound.kick import KICK_SAMPLES
from kickitout.training.blocks.representation import Representation
from kickitout.training.blocks.transforms import short_time
from kickitout.training.dcgan.loudness_image import LOUDNESS_RANGE, LoudnessImage
from kickitout.training.run.data import as_float
from kickitout.training.run.validation import CHUNK
from kickitout.training.wavegan.networks import IMAGE, WAVEFORM, Layout

N_FFT, HOP_LENGTH = 348, 174
"""SpecGAN's windows overlap by half, and 128 of them make a kick. So 22,050 samples need this hop, of 3.9 ms; the
authors' is 8 ms, of 16,384 samples at 16 kHz."""

DEVIATIONS = 3.0
"""Standard deviations at which an image is clipped."""

LEAST = 1e-6
"""Added to magnitudes before the logarithm, as the authors do: -120 dB."""

ITERATIONS, MOMENTUM = 100, 0.99
"""Griffin-Lim as in `dcgan` (the authors: 16 plain iterations), so that only the networks differ."""

DECIBELS = 20.0 / math.log(10.0)
"""dB of a magnitude over its natural logarithm."""


class Fitted(Representation, Protocol):
    """A representation with numbers that are measured on training kicks, and kept with the weights."""

    @property
    def layout(self) -> Layout:
        """The sizes of the networks."""
        ...

    def fit(self, kicks: Tensor) -> None:
        """Measure on int16 kicks (kicks, 2, n)."""
        ...

    def loudness(self, tensor: Tensor) -> Tensor:
        """(batch, *shape) -> loudness images in [-1, 1], -120 to 40 dB, (batch, 2, frames, bins)."""
        ...

    def heard(self, tensor: Tensor) -> Tensor:
        """What the graph of a bundle ends at: waveforms (batch, 2, 22050), or loudness images."""
        ...


class Waveform(nn.Module):
    """The waveform itself. Its loudness image is that of `dcgan`, so that the spreads of both compare."""

    name = "waveform"
    layout = WAVEFORM
    shape: tuple[int, ...] = (WAVEFORM.channels, *WAVEFORM.sides)

    def fit(self, kicks: Tensor) -> None:
        """Nothing is measured."""

    def encode(self, waveform: Tensor) -> Tensor:
        """(batch, 2, 22050) as it is."""
        return waveform

    def decode(self, tensor: Tensor) -> Tensor:
        """(batch, 2, 22050) as it is."""
        return tensor

    def loudness(self, tensor: Tensor) -> Tensor:
        """(batch, 2, 22050) -> (batch, 2, 176, 257)."""
        return LoudnessImage().encode(tensor)

    def heard(self, tensor: Tensor) -> Tensor:
        """(batch, 2, 22050) as it is."""
        return tensor


class NormalisedSpectrogram(nn.Module):
    """SpecGAN's images of mono kicks. With A = |STFT(mean of left and right)|, and m and s the mean and the standard
    deviation of log(A + 1e-6) in a bin over all frames of all training kicks:

    `encode`: (log(A + 1e-6) - m) / 3 s, clipped to [-1, 1], of the lowest 128 of 175 bins, up to 16.1 kHz.

    `decode`: the inverse up to the phase, which Griffin-Lim finds, and up to the level: the peak is scaled to 1. Both
    channels are the same, and above 16.1 kHz there is nothing.
    """

    name = "normalised-spectrogram"
    layout = IMAGE
    shape: tuple[int, ...] = (IMAGE.channels, *IMAGE.sides)
    mean: Tensor
    deviation: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(IMAGE.sides[1]))
        self.register_buffer("deviation", torch.ones(IMAGE.sides[1]))

    def fit(self, kicks: Tensor) -> None:
        """Mean and deviation of each bin, over int16 kicks (kicks, 2, n); in float64, whatever the weights' type."""
        total, square = self.mean.new_zeros(2, IMAGE.sides[1], dtype=torch.float64)
        for chunk in torch.split(kicks, CHUNK):
            logarithms = self._logarithms(as_float(chunk.to(self.mean.device), self.mean.dtype)).double()
            total += logarithms.sum((0, 1))
            square += logarithms.square().sum((0, 1))
        count = len(kicks) * IMAGE.sides[0]
        mean = total / count
        self.mean.copy_(mean)
        self.deviation.copy_((square / count - mean.square()).clamp(min=LEAST).sqrt())

    def encode(self, waveform: Tensor) -> Tensor:
        """(batch, 2, 22050) -> (batch, 1, 128, 128), frames before bins."""
        normal = (self._logarithms(waveform) - self.mean) / (DEVIATIONS * self.deviation)
        return normal.clamp(-1.0, 1.0)[:, None]

    def loudness(self, tensor: Tensor) -> Tensor:
        """(batch, 1, 128, 128) -> (batch, 2, 128, 175)."""
        decibels = (tensor * (DEVIATIONS * self.deviation) + self.mean) * DECIBELS
        low, high = LOUDNESS_RANGE
        image = ((decibels - low) * (2.0 / (high - low)) - 1.0).clamp(-1.0, 1.0)
        silent = N_FFT // 2 + 1 - IMAGE.sides[1]
        return F.pad(image, (0, silent), value=-1.0).expand(-1, 2, -1, -1)

    def heard(self, tensor: Tensor) -> Tensor:
        """The same as `loudness`: (batch, 2, 128, 175)."""
        return self.loudness(tensor)

    def decode(self, tensor: Tensor) -> Tensor:
        """(batch, 1, 128, 128) -> (batch, 2, 22050), peak 1 (silence stays silence)."""
        images = self.loudness(tensor).float().cpu().numpy()
        sounds = [
            spectrogram.griffin_lim(
                spectrogram.amplitudes(image),
                KICK_SAMPLES,
                iterations=ITERATIONS,
                momentum=MOMENTUM,
                n_fft=N_FFT,
                hop_length=HOP_LENGTH,
            )
            for image in images
        ]
        waveform = torch.stack([torch.from_numpy(sound) for sound in sounds]).to(tensor)
        peak = waveform.abs().amax((1, 2), keepdim=True)
        return waveform / peak.clamp(min=torch.finfo(peak.dtype).tiny)

    def _logarithms(self, waveform: Tensor) -> Tensor:
        """(batch, 2, 22050) -> (batch, 128, 128)."""
        window = torch.hann_window(N_FFT, periodic=True, dtype=waveform.dtype, device=waveform.device)
        magnitude = short_time(waveform.mean(1), window, HOP_LENGTH, *IMAGE.sides).abs()
        return torch.log(magnitude + LEAST)
