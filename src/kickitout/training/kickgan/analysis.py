"""From real kicks to the targets of sketches: spectra, pooled powers, onset, attack.

Each function works on batches and is differentiable; the equations are in `kickitout.training.kickgan.sketch`.
"""

import math
from dataclasses import replace

import torch
from torch import Tensor
from torch.nn import functional as F

from kickitout.sound.kick import SAMPLE_RATE
from kickitout.sound.sketch.parts import (
    BODY_HOP,
)
from kickitout.sound.sketch.sketch import (
    CLICK_FRAMES,
    LEAST_SLOPE,
    LOW_BINS,
    ONSET_FIRST,
    ONSET_STEP,
    ONSET_STEPS,
    SCALE,
    SNAP_START,
)
from kickitout.sound.spectrogram import HOP_LENGTH, N_BINS, N_FFT, N_FRAMES
from kickitout.training.blocks.transforms import short_time
from kickitout.training.kickgan.sketch import ATTACK_GAINS, LEAST_SIDE, SWING_POINTS, Sketch, Targets
from kickitout.training.kickgan.tables import (
    ATTACK_POOLS,
    BAND_POOLING,
    CENTRE_SIGNS,
    FRAME_SHARES,
    SLOPE_POWERS,
    SNAP_FRAMES,
    SNAP_WINDOW,
    STILL,
    complex_constant_like,
    constant_like,
)


def stft(sound: Tensor) -> Tensor:
    """The spectrum X of the module's docstring: (b, c, 22050) -> complex (b, c, 176, 257)."""
    return short_time_spectrum(sound) * constant_like(CENTRE_SIGNS, sound)


def frame_window(like: Tensor) -> Tensor:
    """The window of the frames, (512,), with the type and device of a tensor."""
    return torch.hann_window(N_FFT, dtype=like.dtype, device=like.device)


def short_time_spectrum(sound: Tensor) -> Tensor:
    """`stft` with phases that refer to the frames' first samples."""
    return short_time(sound, frame_window(sound) / SCALE, HOP_LENGTH, N_FRAMES, N_BINS)


def targets(rest: Tensor, side: Tensor, log_amplitude: Tensor, frequency: Tensor, phase: Tensor) -> Targets:
    """The targets of a sketch of these parts: (b, 22050) twice, (b, 345) twice, (b,)."""
    spectrum = short_time_spectrum(torch.stack([rest, side], dim=1))
    still = complex_constant_like(STILL, rest)

    def in_order(block: Tensor) -> Tensor:
        """Complex (b, 2, frames, bins), from the first of both on -> (b, 2 parts, 2, bins, frames)."""
        pairs = torch.view_as_real(block * still[: block.shape[-2], : block.shape[-1]])
        return pairs.permute(0, 4, 1, 3, 2).contiguous()

    return Targets(
        low=in_order(spectrum[..., :LOW_BINS]),
        click=in_order(spectrum[:, :, :CLICK_FRAMES]),
        powers=_pooled(spectrum).contiguous(),
        onset=onset(rest),
        attack=_attack_found(rest, spectrum[:, 0, : len(FRAME_SHARES.T)]),
        log_amplitude=log_amplitude,
        frequency=frequency,
        phase=phase,
        wide=has_side(side),
    )


def has_side(side: Tensor) -> Tensor:
    """1 where a side (b, 22050) sounds, louder than `LEAST_SIDE`, and 0 where it does not, (b, 1)."""
    return (side.square().mean(1, keepdim=True) > LEAST_SIDE).to(side.dtype)


def onset(sound: Tensor) -> Tensor:
    """`kickitout.sound.sketch.view.onset` in torch: (b, n) -> (b, 2, 80)."""
    slope = sound[:, ONSET_FIRST - 2 : ONSET_FIRST + ONSET_STEPS * ONSET_STEP].diff(dim=1)
    return step_levels(torch.stack([slope[:, 1:], slope.diff(dim=1)], dim=1), LEAST_SLOPE)


def step_levels(differences: Tensor, floor: float) -> Tensor:
    """Natural log of the amplitude in steps of `ONSET_STEP` samples, (..., n) -> (..., n / ONSET_STEP); `floor` is
    added to the mean squares."""
    power = differences.square().reshape(*differences.shape[:-1], -1, ONSET_STEP).mean(-1)
    return 0.5 * torch.log(power + floor)


def _attack_found(rest: Tensor, spectrum: Tensor) -> Tensor:
    """`Targets.attack` from the rest (b, 22050) and its first frames (b, p, 257)."""
    slope = F.pad(rest[:, : ATTACK_POOLS.shape[1]].diff(dim=1), (1, 0))
    found = slope.square() @ constant_like(ATTACK_POOLS, rest).T
    frames = (spectrum.real.square() + spectrum.imag.square()) @ constant_like(SLOPE_POWERS, rest)
    implied = frames @ constant_like(FRAME_SHARES, rest).T
    gain = 0.5 * torch.log((found + LEAST_SLOPE) / (implied + LEAST_SLOPE))
    return gain.clamp(*ATTACK_GAINS)


def pooled_powers(sound: Tensor) -> Tensor:
    """Rest and side (b, 2, 22050) -> mean of |X|^2 over each band, (b, 2, 45, 176)."""
    return _pooled(short_time_spectrum(sound))


def _pooled(spectrum: Tensor) -> Tensor:
    power = spectrum.real.square() + spectrum.imag.square()
    return (power @ constant_like(BAND_POOLING, power).T).transpose(2, 3)


def swing(frequency: Tensor, phase: Tensor) -> Tensor:
    """Cosine and sine of a body's phase at its first points, from its frequency in Hz (b, 345) and its phase at the
    first of them (b,): (b, 2, SWING_POINTS)."""
    steps = frequency[:, : SWING_POINTS - 1] * (2.0 * math.pi * BODY_HOP / SAMPLE_RATE)
    phases = phase[:, None] + F.pad(steps.cumsum(1), (1, 0))
    return torch.stack([phases.cos(), phases.sin()], dim=1)


def without_snap(sketch: Sketch, targets: Targets) -> Targets:
    """The targets of the rest of a sketch: those of the real kicks after its snap is subtracted.

    The lowest bins of the first frames stay as they are: the click's are looked at there.
    """
    gated = sketch.snap * constant_like(SNAP_WINDOW, sketch.snap)
    placed = F.pad(gated, (SNAP_START, 0))
    spectrum = short_time(placed, frame_window(gated) / SCALE, HOP_LENGTH, SNAP_FRAMES, N_BINS)  # (b, frames, 257)
    pairs = torch.view_as_real(spectrum * complex_constant_like(STILL, gated)[:SNAP_FRAMES]).permute(0, 3, 2, 1)
    start = targets.click[:, :, 0, :, :SNAP_FRAMES] - pairs  # (b, 2 parts, 257, frames)
    left = torch.cat([start, targets.click[:, :, 0, :, SNAP_FRAMES:]], dim=3)
    powers = constant_like(BAND_POOLING, gated) @ start.square().sum(1)
    of_rest = torch.cat([powers, targets.powers[:, 0, :, SNAP_FRAMES:]], dim=2)
    return replace(
        targets,
        click=torch.stack([left, targets.click[:, :, 1]], dim=2),
        powers=torch.stack([of_rest, targets.powers[:, 1]], dim=1),
    )
