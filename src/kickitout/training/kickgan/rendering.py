"""From sketches to sound, in batches and differentiable: the twin of `kickitout.sound.sketch.sketch.render`.

The equations are in `kickitout.training.kickgan.sketch`.
"""

import math
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from kickitout.sound.kick import KICK_SAMPLES, SAMPLE_RATE
from kickitout.sound.sketch.parts import (
    BODY_HOP,
    FLOOR,
    MADE_FFT,
    MADE_LEAD,
    REST_FFT,
)
from kickitout.sound.sketch.sketch import (
    ATTACK_END,
    CLICK_FRAMES,
    GRAINS,
    LEAST_PEAK,
    LOW_BINS,
    SCALE,
    SNAP_START,
)
from kickitout.sound.spectrogram import HOP_LENGTH, N_BINS
from kickitout.training.blocks.transforms import filtered, shaped
from kickitout.training.kickgan.analysis import frame_window
from kickitout.training.kickgan.finishing import finish
from kickitout.training.kickgan.sketch import STEEPNESS, VANISHING, Sketch
from kickitout.training.kickgan.tables import (
    ATTACK_LINES,
    BAND_INTERPOLATION,
    BETWEEN_POINTS,
    GRAIN_LIKENESS,
    GRAIN_LINES,
    MADE_BODY_BAND,
    NOISE_SCALE,
    ONSET_FADE,
    REST_BAND,
    SNAP_END,
    SNAP_WINDOW,
    WAVE,
    WINDOW_SUM,
    complex_constant_like,
    constant_like,
)


def noise_through(noise: Tensor, amplitude: Tensor, start: Tensor, later: Tensor) -> Tensor:
    """The least-squares inverse of `stft` (Griffin and Lim, 1984, equation 6), of the spectrum of noise with the power
    1 a bin, shaped and added to.

    Args:
        noise: white, (b, 2, 22050).
        amplitude: (b, 2, 176, 257).
        start: added to the first frames, complex (b, 2, 28, 257), with phases that refer to the frames' starts.
        later: added to the lowest bins of the others, complex (b, 2, 148, 20).

    Returns:
        (b, 2, 22050).
    """
    window = frame_window(noise)
    sound = shaped(noise, amplitude, start, later, window / NOISE_SCALE, window * SCALE, HOP_LENGTH)
    return sound / constant_like(WINDOW_SUM, sound)


def fade_out(log_amplitude: Tensor) -> Tensor:
    """The soft cut that lets silence be silent: e -> e + log sigmoid(STEEPNESS (e - VANISHING)).

    Likelihoods see nothing below `LEAST_POWER`, so a sketch of silence stays about there; real kicks end in nothing.
    """
    return log_amplitude + F.logsigmoid(STEEPNESS * (log_amplitude - VANISHING))


@dataclass(frozen=True, eq=False)
class Spectra:
    """The spectra X of a sketch, with frames before bins and phases that refer to the frames' starts.

    Attributes:
        noise: amplitude of the noise, E S or E, (b, 2, 176, 257).
        start: E U T of the first frames, complex (b, 2, 28, 257).
        later: the same of the lowest bins of the others, complex (b, 2, 148, 20).
    """

    noise: Tensor
    start: Tensor
    later: Tensor


def spectra(sketch: Sketch) -> Spectra:
    """The parts of X as they sound, the soft cut included."""
    log_envelope = _log_envelope(sketch)
    return Spectra(_noise_amplitude(log_envelope, *_log_share(sketch)), *_predicted(sketch, log_envelope))


def _log_envelope(sketch: Sketch) -> Tensor:
    """log E with the soft cut: (b, 2, 176, 257). The cut is made in the bands, of which there are fewer."""
    return fade_out(sketch.envelope).transpose(2, 3) @ constant_like(BAND_INTERPOLATION, sketch.envelope).T


def _log_share(sketch: Sketch) -> tuple[Tensor, Tensor]:
    """log S of the first frames (b, 2, 28, 257), and of the lowest bins of the later ones (b, 2, 148, 20)."""
    logits = sketch.noise_share.transpose(2, 3)
    spread = constant_like(BAND_INTERPOLATION, logits).T
    start = F.logsigmoid(logits[:, :, :CLICK_FRAMES] @ spread)
    return start, F.logsigmoid(logits[:, :, CLICK_FRAMES:] @ spread[:, :LOW_BINS])


def _noise_amplitude(log_envelope: Tensor, start: Tensor, later: Tensor) -> Tensor:
    """E S in the region and E elsewhere: (b, 2, 176, 257)."""
    log_noise = log_envelope.clone()
    log_noise[:, :, :CLICK_FRAMES] += start
    log_noise[:, :, CLICK_FRAMES:, :LOW_BINS] += later
    return log_noise.exp_()


def _predicted(sketch: Sketch, log_envelope: Tensor) -> tuple[Tensor, Tensor]:
    """`Spectra.start` and `Spectra.later`."""
    low, click = sketch.low.transpose(3, 4), sketch.click.transpose(3, 4)  # (b, 2 parts, 2, frames, bins)
    first = click + F.pad(low[..., :CLICK_FRAMES, :], (0, N_BINS - LOW_BINS))
    start = log_envelope[:, :, :CLICK_FRAMES].exp()
    later = log_envelope[:, :, CLICK_FRAMES:, :LOW_BINS].exp()
    rest = low[..., CLICK_FRAMES:, :]
    wave = complex_constant_like(WAVE, start)
    return (
        torch.complex(start * first[:, 0], start * first[:, 1]) * wave[:CLICK_FRAMES],
        torch.complex(later * rest[:, 0], later * rest[:, 1]) * wave[CLICK_FRAMES:, :LOW_BINS],
    )


def rest_waveforms(sketch: Sketch, noise: Tensor) -> Tensor:
    """Rest and side of a sketch: X of the module's docstring through the inverse transform.

    Args:
        sketch: of the batch.
        noise: standard normal numbers, (b, 3, 22050).

    Returns:
        (b, 2, 22050).
    """
    both = spectra(sketch)
    return noise_through(grained(noise, sketch.grain), both.noise, both.start, both.later)


def grained(noise: Tensor, grain: Tensor) -> Tensor:
    """`kickitout.sound.sketch.sketch.grained` in torch: (b, 3, 22050), (b, 3, 3) -> (b, 2, 22050)."""
    depth = grain @ constant_like(GRAIN_LINES, grain)  # (b, 3, 22050)
    moved = (depth * torch.stack(_swells(noise[:, 2]), dim=1)).sum(1)
    variance = (depth * (constant_like(GRAIN_LIKENESS, grain) @ depth)).sum(1)
    return noise[:, :2] * (moved - variance).exp()[:, None]


def _swells(noise: Tensor) -> list[Tensor]:
    """Sums over as many samples as each of the grains is long, powers of two, scaled to the power of the noise. (b, n)
    -> (b, n) each. Sums of sums: a running mean over 64 samples costs much more."""
    found, summed, length = [], F.pad(noise, (GRAINS[-1] // 2, GRAINS[-1] // 2 - 1)), 1
    for grain in GRAINS:
        while length < grain:
            summed, length = summed[:, :-length] + summed[:, length:], 2 * length
        first = (summed.shape[1] - noise.shape[1]) // 2
        found.append(summed[:, first : first + noise.shape[1]] / math.sqrt(grain))
    return found


def body(sketch: Sketch) -> Tensor:
    """The body of a sketch, (b, 22050): `kickitout.sound.sketch.parts.made_body` in torch.

    The phase is summed in turns in float64, and only its fraction is used in float32.
    """
    exact_steps = _held(sketch.frequency).double() * (BODY_HOP / SAMPLE_RATE)  # turns from point to point
    start = torch.atan2(sketch.phase[:, 1], sketch.phase[:, 0]).double() / (2.0 * math.pi)
    exact = (start - exact_steps[:, :MADE_LEAD].sum(1))[:, None] + exact_steps.cumsum(-1) - exact_steps
    log_amplitude = _held(sketch.log_amplitude)
    amplitude = (log_amplitude.exp() - FLOOR).clamp(min=0.0)
    rise = F.pad(amplitude.diff(dim=-1), (0, 1))
    steps = exact_steps.to(amplitude.dtype)
    at_points = (exact - exact.floor()).to(amplitude.dtype)
    between = constant_like(BETWEEN_POINTS, amplitude)
    turns = at_points[..., None] + steps[..., None] * between  # (b, 409, 64)
    wave = torch.cos(2.0 * math.pi * turns) * (amplitude[..., None] + rise[..., None] * between)
    smooth = filtered(wave.flatten(-2), constant_like(MADE_BODY_BAND, amplitude), MADE_FFT)
    smooth = smooth[:, MADE_LEAD * BODY_HOP :][:, :KICK_SAMPLES]
    return smooth * constant_like(ONSET_FADE, amplitude)


def _held(tracks: Tensor) -> Tensor:
    """Tracks (b, 345) held at both ends: (b, 409)."""
    return torch.cat([tracks[:, :1].expand(-1, MADE_LEAD), tracks, tracks[:, -1:].expand(-1, MADE_LEAD)], dim=1)


def attack_gain(attack: Tensor) -> Tensor:
    """`kickitout.sound.sketch.sketch.attack_gain` in torch: log gains (b, 64) -> gains (b, 22050)."""
    return F.pad(attack @ constant_like(ATTACK_LINES, attack).T, (0, KICK_SAMPLES - ATTACK_END)).exp()


def played_rest(sketch: Sketch, noise: Tensor) -> Tensor:
    """`rest_waveforms` with the snap, without rumble, times the attack's gain: (b, 2, 22050)."""
    snap = F.pad((sketch.snap * constant_like(SNAP_WINDOW, noise))[:, None], (0, 0, 0, 1))  # not in the side
    rest, side = (rest_waveforms(sketch, noise) + F.pad(snap, (SNAP_START, KICK_SAMPLES - SNAP_END))).unbind(1)
    rest = filtered(rest, constant_like(REST_BAND, noise), REST_FFT)[:, :KICK_SAMPLES]
    side = side * (sketch.wide > 0.0)  # a side that is off has no gradient; `wide_loss` has one
    both = torch.stack([rest, side], dim=1)
    return both * attack_gain(sketch.attack)[:, None]


def with_body(rest: Tensor, sketch: Sketch) -> Tensor:
    """Rest and side, (b, 2, 22050), and the body of their sketch -> mid and side, (b, 2, 22050)."""
    return rest + F.pad(body(sketch)[:, None], (0, 0, 0, 1))


def render(sketch: Sketch, noise: Tensor) -> Tensor:
    """Mid and side of a sketch: (b, 2, 22050). `noise` as in `rest_waveforms`."""
    return with_body(played_rest(sketch, noise), sketch)


def full_scale(mid_side: Tensor) -> Tensor:
    """Mid and side (b, 2, n) scaled so that the louder channel's peak is 1; near silence stays near silence."""
    peak = to_stereo(mid_side).abs().amax((1, 2), keepdim=True)
    return mid_side / peak.clamp(min=LEAST_PEAK)


def finished(mid_side: Tensor, sketch: Sketch) -> Tensor:
    """The final sound of a sketch, from the output of `render`: at full scale and driven. (b, 2, n) -> (b, 2, n)."""
    return finish(mid_side, sketch.drive)


def to_stereo(mid_side: Tensor) -> Tensor:
    """(b, 2, n), mid and side -> (b, 2, n), left and right."""
    mid, side = mid_side.unbind(1)
    return torch.stack([mid + side, mid - side], dim=1)
