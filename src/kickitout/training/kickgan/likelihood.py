"""How likely a sketch makes a real kick: the losses of the auto-encoder."""

import math

import torch
from torch import Tensor
from torch.nn import functional as F

from kickitout.sound.kick import SAMPLE_RATE
from kickitout.sound.sketch.parts import (
    BODY_HOP,
    FLOOR,
    LOG_FLOOR,
)
from kickitout.sound.sketch.sketch import (
    CLICK_FRAMES,
    LOW_BINS,
)
from kickitout.sound.spectrogram import HOP_LENGTH, N_BINS, N_FFT, N_FRAMES
from kickitout.training.kickgan.emphasis import emphasis
from kickitout.training.kickgan.sketch import LEAST_POWER, SILENT, SILENT_POWER, Sketch, Targets
from kickitout.training.kickgan.tables import BAND_INTERPOLATION, BAND_POOLING, BAND_SIZES, DETERMINISTIC, constant_like

_EMPHASIS = emphasis(torch.arange(N_FRAMES) * (HOP_LENGTH / SAMPLE_RATE), torch.arange(N_BINS) * (SAMPLE_RATE / N_FFT))
_POWER_WEIGHTS = BAND_SIZES[:, None] * (BAND_POOLING @ _EMPHASIS)  # (45, 176)
_POWER_WEIGHTS /= _POWER_WEIGHTS.mean()


def deterministic_loss(sketch: Sketch, targets: Targets) -> Tensor:
    """Complex Gaussian negative log likelihood in the deterministic region, without its constant, (b,):

        mean of log v + |X - E U T|^2 / v,    v = (E S)^2 + LEAST_POWER

    over channels, bins and frames, but for the side where there is none. The share S is how far the phase could not be
    predicted.
    """
    channels = _channel_weights(targets)
    spread = constant_like(BAND_INTERPOLATION, sketch.envelope)
    first, later = slice(0, CLICK_FRAMES), slice(CLICK_FRAMES, N_FRAMES)
    start = sketch.click + F.pad(sketch.low[..., first], (0, 0, 0, N_BINS - LOW_BINS))
    click = _gaussian(sketch, first, spread, start, targets.click, channels)
    low = _gaussian(sketch, later, spread[:LOW_BINS], sketch.low[..., later], targets.low[..., later], channels)
    count = 2.0 * float((_EMPHASIS * DETERMINISTIC).sum())
    return (click + low) / count


def _channel_weights(targets: Targets) -> Tensor:
    """1 for the rest, and for the side where there is one: (b, 2, 1, 1)."""
    return torch.stack([torch.ones_like(targets.wide), targets.wide], dim=1)[..., None]


def _gaussian(
    sketch: Sketch, frames: slice, spread: Tensor, predicted: Tensor, found: Tensor, channels: Tensor
) -> Tensor:
    """The sum in `deterministic_loss` over some frames and the bins that `spread` leads to; `predicted` and `found` are
    U and X, (b, 2 parts, 2, bins, frames)."""
    log_envelope = spread @ sketch.envelope[..., frames]  # (b, 2, bins, frames)
    log_noise = log_envelope + F.logsigmoid(spread @ sketch.noise_share[..., frames])
    variance = (2.0 * log_noise).exp() + LEAST_POWER
    error = (found - log_envelope.exp()[:, None] * predicted).square().sum(1)
    weights = constant_like(_EMPHASIS, variance)[: len(spread), frames] * channels
    return ((variance.log() + error / variance) * weights).sum((1, 2, 3))


def power_loss(sketch: Sketch, targets: Targets) -> Tensor:
    """Negative log likelihood of the pooled powers, without its constant, (b,):

        mean of c (log v + P / v),    v = exp(2 e) + LEAST_POWER

    over channels, bands and frames, but for the side where there is none, with P the mean of c powers |X|^2. Each power
    of a complex Gaussian is exponential, so the sum of c has a gamma (half a chi-square) distribution of shape c. The
    mean of c is scaled to 1.
    """
    variance = (2.0 * sketch.envelope).exp() + LEAST_POWER
    weights = constant_like(_POWER_WEIGHTS, variance)
    each = variance.log() + targets.powers / variance
    return (each * weights * _channel_weights(targets)).mean((1, 2, 3))


def silence_loss(sketch: Sketch, targets: Targets) -> Tensor:
    """mean of max(e - SILENT, 0) where there is silence, 0 elsewhere, over channels, bands and frames, but for the side
    where there is none, (b,).

    Likelihoods see nothing below `LEAST_POWER`. But behind a kick's end it is not quiet, there is nothing.
    """
    silent = (targets.powers < SILENT_POWER) * _channel_weights(targets)
    return (silent * (sketch.envelope - SILENT).clamp(min=0.0)).mean((1, 2, 3))


def wide_loss(sketch: Sketch, targets: Targets) -> Tensor:
    """Binary cross-entropy of there being a side, (b,)."""
    return F.binary_cross_entropy_with_logits(sketch.wide, targets.wide, reduction="none").mean(1)


def attack_loss(sketch: Sketch, targets: Targets) -> Tensor:
    """mean |g' - g| over the attack's points, with g the log gain, (b,)."""
    return (sketch.attack - targets.attack).abs().mean(1)


def amplitude_loss(sketch: Sketch, targets: Targets) -> Tensor:
    """mean |l' - l| over the body's points, with l the log amplitude, (b,). At the floor, lower is no error."""
    return (sketch.log_amplitude.clamp(min=LOG_FLOOR) - targets.log_amplitude.clamp(min=LOG_FLOOR)).abs().mean(1)


def frequency_loss(sketch: Sketch, targets: Targets) -> Tensor:
    """mean sqrt(w) |log f' - log f| over the body's points, (b,), with w the true amplitude (1e-3 at least), scaled to
    the mean 1: the pitch matters where the body is loud."""
    return (loudness(targets.log_amplitude).sqrt() * (sketch.frequency.log() - targets.frequency.log()).abs()).mean(1)


def drift_loss(sketch: Sketch, targets: Targets) -> Tensor:
    """mean min(w, 3) |d| / (1 + |d|) over the body's points, (b,), with d the phase in radians by which the sketch's
    body has run ahead, from equal starts, and w as in `frequency_loss`.

    Bounded: a waveform's own error would have huge gradients after some cycles.
    """
    steps = (sketch.frequency - targets.frequency) * (2.0 * math.pi * BODY_HOP / SAMPLE_RATE)
    drift = (steps.cumsum(1) - steps).abs()
    return (loudness(targets.log_amplitude).clamp(max=3.0) * drift / (1.0 + drift)).mean(1)


def start_phase_loss(sketch: Sketch, targets: Targets) -> Tensor:
    """1 - cos(p' - p) of the phase at the body's first point, (b,)."""
    cosine, sine = F.normalize(sketch.phase, dim=1).unbind(1)
    return 1.0 - (cosine * targets.phase.cos() + sine * targets.phase.sin())


def loudness(log_amplitude: Tensor) -> Tensor:
    """How much a real body counts at each point: its amplitude (1e-3 at least), scaled to the mean 1. (b, 345)."""
    amplitude = (log_amplitude.exp() - FLOOR).clamp(min=1e-3)
    return amplitude / amplitude.mean(1, keepdim=True)


def divergence(mean: Tensor, log_variance: Tensor) -> Tensor:
    """Kullback-Leibler divergence of N(mean, variance) from N(0, 1), summed over the code, mean over the batch (Kingma
    and Welling, 2014, appendix B)."""
    return 0.5 * (mean.square() + log_variance.exp() - 1.0 - log_variance).sum(1).mean()
