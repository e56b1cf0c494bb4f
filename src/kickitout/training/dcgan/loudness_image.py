"""The draft's representation: stereo loudness images of 2 x 176 x 257, in torch.

The NumPy twin for the instrument is `kickitout.sound.spectrogram`; a test holds them equal.
"""

import torch
from torch import Tensor
from torch.nn import functional as F

from kickitout.sound.kick import KICK_SAMPLES
from kickitout.sound.spectrogram import HOP_LENGTH, N_BINS, N_FFT, N_FRAMES

LARGEST_AMPLITUDE = 100.0
"""The largest amplitude over both channels after scaling."""

LOUDNESS_RANGE = (-120.0, 40.0)
"""dB; 40 dB is the amplitude 100, and anything below the lower end is silence."""

LEFT_PADDING = N_FFT - HOP_LENGTH
"""Zeros before the first sample: frame 0 is the first that meets the signal, as in SciPy's `ShortTimeFFT`."""


class LoudnessImage:
    """`encode`: A = |STFT(x)|, a = 100 A / max A over both channels, L = 20 log10(max(a, 1e-6)) dB, and the image is
    (L + 120) / 80 - 1, in [-1, 1]; silence is -1 everywhere.

    `decode`: the inverse up to the phase, which Griffin-Lim (1984) finds, fast variant (Perraudin et al., 2013), and up
    to the level: the peak is scaled to 1. A pixel at -1 is an amplitude of exactly 0. The draft's noise gate of
    "10e-10" lies below the range's own floor of 1e-6, which therefore decides.

    Args:
        iterations: Griffin-Lim iterations of `decode`.
        momentum: 0 is plain Griffin-Lim; 0.99 the fast variant.
    """

    name = "loudness-image"
    shape: tuple[int, ...] = (2, N_FRAMES, N_BINS)

    def __init__(self, iterations: int = 100, momentum: float = 0.99) -> None:
        self.iterations = iterations
        self.momentum = momentum

    def encode(self, waveform: Tensor) -> Tensor:
        """(batch, 2, 22050) -> (batch, 2, 176, 257), in the waveform's type.

        Computed in float64: in float32 the loudest bin's rounding would drown the bins near the floor.
        """
        amplitude = self._stft(waveform.double()).abs()
        largest = amplitude.amax((1, 2, 3), keepdim=True)
        scaled = LARGEST_AMPLITUDE * (amplitude / largest.clamp(min=torch.finfo(amplitude.dtype).tiny))
        low, high = LOUDNESS_RANGE
        loudness = 20.0 * torch.log10(scaled.clamp(min=10.0 ** (low / 20.0)))
        return ((loudness - low) * (2.0 / (high - low)) - 1.0).to(waveform.dtype)

    def decode(self, tensor: Tensor) -> Tensor:
        """(batch, 2, 176, 257) -> (batch, 2, 22050), peak 1 (silence stays silence)."""
        low, high = LOUDNESS_RANGE
        amplitude = 10.0 ** (((tensor + 1.0) * ((high - low) / 2.0) + low) / 20.0)
        amplitude = torch.where(tensor > -1.0, amplitude, torch.zeros_like(amplitude))
        waveform = self._griffin_lim(amplitude)
        peak = waveform.abs().amax((1, 2), keepdim=True)
        return waveform / peak.clamp(min=torch.finfo(peak.dtype).tiny)

    def _window(self, like: Tensor) -> Tensor:
        return torch.hann_window(N_FFT, periodic=True, dtype=like.dtype, device=like.device)

    def _stft(self, waveform: Tensor) -> Tensor:
        """(batch, channels, n) -> complex (batch, channels, frames, bins)."""
        right = (N_FRAMES - 1) * HOP_LENGTH + N_FFT - LEFT_PADDING - waveform.shape[-1]
        frames = F.pad(waveform, (LEFT_PADDING, right)).unfold(-1, N_FFT, HOP_LENGTH)
        spectrum: Tensor = torch.fft.rfft(frames * self._window(waveform), dim=-1)
        return spectrum

    def _istft(self, spectrum: Tensor) -> Tensor:
        """The least-squares inverse (Griffin and Lim, equation 6): complex (b, c, frames, bins) -> (b, c, 22050)."""
        window = self._window(spectrum.real)
        frames = torch.fft.irfft(spectrum, n=N_FFT, dim=-1) * window
        summed = self._overlap_add(frames)
        weight = self._overlap_add(window.square().expand(1, 1, N_FRAMES, N_FFT))
        inside = slice(LEFT_PADDING, LEFT_PADDING + KICK_SAMPLES)
        return summed[..., inside] / weight[..., inside]

    def _overlap_add(self, frames: Tensor) -> Tensor:
        """(batch, channels, frames, n_fft) -> (batch, channels, (frames - 1) * hop + n_fft)."""
        batch, channels = frames.shape[:2]
        length = (N_FRAMES - 1) * HOP_LENGTH + N_FFT
        columns = frames.reshape(batch * channels, N_FRAMES, N_FFT).transpose(1, 2)
        return F.fold(columns, (1, length), (1, N_FFT), stride=(1, HOP_LENGTH)).reshape(batch, channels, length)

    def _griffin_lim(self, amplitude: Tensor) -> Tensor:
        """Real amplitudes (batch, 2, frames, bins) -> (batch, 2, n), from a fixed start of random phases."""
        generator = torch.Generator().manual_seed(0)
        phase = torch.rand(amplitude.shape[1:], generator=generator, dtype=torch.float64) * (2.0 * torch.pi)
        phase = phase.to(device=amplitude.device, dtype=amplitude.dtype)
        estimate = torch.polar(amplitude, phase.expand_as(amplitude).contiguous())
        previous = torch.zeros_like(estimate)
        for _ in range(self.iterations):
            consistent = self._stft(self._istft(estimate))
            ahead = consistent + self.momentum * (consistent - previous)
            previous = consistent
            size = ahead.abs()
            unit = torch.where(size > 0, ahead / size.clamp(min=torch.finfo(size.dtype).tiny), torch.ones_like(ahead))
            estimate = amplitude * unit
        return self._istft(estimate)
