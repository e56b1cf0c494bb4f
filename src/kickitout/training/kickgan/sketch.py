"""Body, click and air: what a decoder says of a kick, how likely that makes a real one, and how it becomes sound.

The parts of a kick are those of `kickitout.sound.sketch.parts`. The body is given by its tracks. Rest and side are
given by their STFT X: a periodic Hann window of 512, frame p centred on sample 128 p for p = 0..175, zeros outside of
the sound, phases that refer to the frames' centres, all divided by SCALE = 16. It is modelled as

    X = E U T + E S N      in the deterministic region: the lowest 20 bins, and all bins of the first 28 frames
    X = E N                elsewhere

with N complex noise of power 1, the envelope E = exp(B e) from 45 bands (B interpolates between the bands' centres),
the share of noise S = sigmoid(B s), and U = low + click what is predicted with its phase, relative to the envelope.
The click sits at a fixed place and the lowest bins move slowly: there a phase can be learned. Elsewhere is the air.
T of bin k in frame p is exp(2 pi i k (128 p - ORIGIN) / 512), a wave at the bin's own frequency that starts with the
kick: what is left to U moves slowly from frame to frame, for a steady tone as well as for a click. (By the frames'
centres the phase of bin k would advance by a quarter of k turns a frame, which no up-sampling network can follow.)

Sounds here are pairs (rest, side), shape (batch, 2, 22050). Sketches have bins before frames, as convolutions over
time like it; inside, and in `spectra`, frames come before bins, as transforms do.
"""

import math
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from kickitout.sound.kick import KICK_SAMPLES, SAMPLE_RATE
from kickitout.sound.sketch.noise import grain_likeness, grain_lines
from kickitout.sound.sketch.parts import (
    BODY_HOP,
    FLOOR,
    MADE_FFT,
    MADE_LEAD,
    REST_FFT,
    made_body_band,
    onset_fade,
    rest_band,
)
from kickitout.sound.sketch.render import attack_places, snap_window
from kickitout.sound.sketch.sketch import (
    ATTACK_END,
    BAND_EDGES,
    CLICK_FRAMES,
    GRAINS,
    HARDNESS,
    LEAST_PEAK,
    LEAST_SLOPE,
    LOW_BINS,
    N_BANDS,
    ONSET_FIRST,
    ONSET_STEP,
    ONSET_STEPS,
    ORIGIN,
    SCALE,
    SNAP_SAMPLES,
    SNAP_START,
)
from kickitout.sound.spectrogram import HOP_LENGTH, N_BINS, N_FFT, N_FRAMES
from kickitout.training.blocks.transforms import filtered, overlap_added, shaped, short_time

SWING_POINTS = 16
"""Points of the body's first swing: 23 ms. Later phases follow from a pitch that nobody says to the degree."""

LEAST_POWER = 1e-6
"""What every power is likened with at least: the spectrum of white noise 60 dB below the peak."""

VANISHING = -7.0
"""The log amplitude in a spectrum around which sound fades to nothing: that of `LEAST_POWER`, or of a tone at
-79 dB."""

SILENT_POWER = 1e-9
"""A mean power below this is silence: white noise 90 dB below the peak."""

SILENT = -9.5
"""The log amplitude that silence should be below: what the fading leaves of it is some 135 dB below the peak."""

ATTACK_GAINS = (-8.0, 3.0)
"""The attack's log gains that are looked for: -70 to 26 dB."""

LEAST_SIDE = 1e-9
"""A side of a lower mean square is none: 90 dB below the peak."""

STEEPNESS = 2.5
"""How fast it fades: far below VANISHING the amplitude falls with the power 1 + STEEPNESS."""

_NOISE_SCALE = math.sqrt(3.0 * N_FFT / 8.0)  # white noise has the sum of the squared window in each bin


def _band_pooling() -> Tensor:
    pooling = torch.zeros(N_BANDS, N_BINS)
    for band, (start, end) in enumerate(pairwise(BAND_EDGES)):
        pooling[band, start:end] = 1.0 / (end - start)
    return pooling


def _band_interpolation() -> Tensor:
    edges = np.array(BAND_EDGES)
    centres = 0.5 * (edges[:-1] + edges[1:] - 1)
    columns = [np.interp(np.arange(N_BINS), centres, unit) for unit in np.eye(N_BANDS)]
    return torch.from_numpy(np.stack(columns, axis=1).astype(np.float32))


def _deterministic_region() -> Tensor:
    region = torch.zeros(N_BINS, N_FRAMES, dtype=torch.bool)
    region[:LOW_BINS] = True
    region[:, :CLICK_FRAMES] = True
    return region


BAND_POOLING = _band_pooling()
"""Means over the bins of each band: (45, 257). Bin 0 is in no band."""

BAND_INTERPOLATION = _band_interpolation()
"""Values at the bins from values at the bands' centres, linear between, held beyond: (257, 45)."""

BAND_SIZES = torch.tensor(np.diff(BAND_EDGES), dtype=torch.float32)
"""Bins in each band: (45,)."""

DETERMINISTIC = _deterministic_region()
"""Where a spectrum is described with its phase: boolean (257, 176)."""

_GATE = torch.from_numpy(onset_fade().astype(np.float32))
_MADE_BODY_BAND = torch.from_numpy(made_body_band().astype(np.float32))
_REST_BAND = torch.from_numpy(rest_band().astype(np.float32))
_GRAIN_LINES = torch.from_numpy(grain_lines())
_GRAIN_LIKENESS = torch.from_numpy(grain_likeness().astype(np.float32))
_SNAP_WINDOW = torch.from_numpy(snap_window().astype(np.float32))
_SNAP_END = SNAP_START + SNAP_SAMPLES


def _attack_lines() -> Tensor:
    """The log gain of the first samples from that at the attack's points: (ATTACK_END, 64)."""
    places = np.append(attack_places(), ATTACK_END)
    columns = [np.interp(np.arange(ATTACK_END), places, unit) for unit in np.eye(len(places))[:-1]]
    return torch.from_numpy(np.stack(columns, axis=1).astype(np.float32))


def _attack_pools() -> Tensor:
    """Means over the samples nearest to each of the attack's points, eight at least, none across the onset: (64, n)."""
    places = np.append(attack_places(), ATTACK_END)
    middles = np.concatenate([[0.0], 0.5 * (places[:-1] + places[1:])])
    pools = np.zeros((len(places) - 1, ATTACK_END))
    for point, place in enumerate(places[:-1]):
        start = min(middles[point], place - 4.0)
        end = max(middles[point + 1], place + 4.0)
        if place < ORIGIN:
            start, end = max(start, 0.0), min(end, ORIGIN)
        else:
            start = max(start, ORIGIN)
            end = max(end, start + 8.0)
        pools[point, math.floor(start) : math.ceil(end)] = 1.0
    return torch.from_numpy((pools / pools.sum(1, keepdims=True)).astype(np.float32))


def _frame_shares(pools: Tensor) -> Tensor:
    """How much of the inverse transform's power around each of the attack's points comes of each frame: (64, p)."""
    frames = 1 + (ATTACK_END + N_FFT // 2) // HOP_LENGTH
    window = torch.hann_window(N_FFT, dtype=torch.float64).square()
    each = torch.zeros(frames, ATTACK_END, dtype=torch.float64)
    for frame in range(frames):
        first = frame * HOP_LENGTH - N_FFT // 2
        start, end = max(first, 0), min(first + N_FFT, ATTACK_END)
        if start < end:
            each[frame, start:end] = window[start - first : end - first]
    return (pools.double() @ (each / each.sum(0)).T).float()


def _slope_powers() -> Tensor:
    """The mean square of a sound's differences from |X|^2 of a frame: (257,) (Parseval)."""
    bins = torch.arange(N_BINS, dtype=torch.float64)
    twice = torch.where((bins == 0) | (bins == N_FFT // 2), 1.0, 2.0)
    differences = (2.0 * torch.sin(math.pi * bins / N_FFT)).square()
    return (twice * differences * (SCALE**2 / (N_FFT * 3.0 * N_FFT / 8.0))).float()


_ATTACK_LINES = _attack_lines()
_ATTACK_POOLS = _attack_pools()
_FRAME_SHARES = _frame_shares(_ATTACK_POOLS)
_SLOPE_POWERS = _slope_powers()
_SNAP_FRAMES = 1 + (_SNAP_END + N_FFT // 2 - 1) // HOP_LENGTH  # the frames that the snap is in
_BETWEEN = torch.arange(BODY_HOP, dtype=torch.float32) / BODY_HOP
_CENTRE_SIGNS = 1.0 - 2.0 * (torch.arange(N_BINS) % 2).float()  # from phases at the centre to phases at the start


def carrier() -> Tensor:
    """T of the module's docstring, complex (176, 257)."""
    steps = torch.outer(torch.arange(N_FRAMES) * HOP_LENGTH - ORIGIN, torch.arange(N_BINS))
    angle = (2.0 * math.pi / N_FFT) * steps.remainder(N_FFT).double()  # whole turns are taken off exactly
    return torch.polar(torch.ones_like(angle), angle).to(torch.complex64)


_CARRIER = carrier()
_WAVE = _CARRIER * _CENTRE_SIGNS  # T with phases at the frames' starts
_STILL = _WAVE.conj().resolve_conj()  # takes it off


def _weight() -> Tensor:
    """The sum of the squared windows over each sample: (22050,). There is no frame before that of sample 0."""
    window = torch.hann_window(N_FFT, dtype=torch.float64)
    return overlap_added(window.square().expand(N_FRAMES, N_FFT), HOP_LENGTH, KICK_SAMPLES)


@dataclass(frozen=True, eq=False)
class Sketch:
    """What a decoder says of a batch of kicks. Axis 1 of the first two is (rest, side), and so is axis 2 of the next.

    Attributes:
        envelope: natural log of amplitude in the bands, (b, 2, 45, 176).
        noise_share: logit of the share of the amplitude that is noise, (b, 2, 45, 176); seen in the region only.
        low: real and imaginary part of the lowest bins over the envelope, (b, 2, 2, 20, 176).
        click: the same for all bins of the first frames, (b, 2, 2, 257, 28); added to `low` where both are.
        attack: natural log of the gain of rest and side at its points, (b, 64).
        snap: a short waveform of its own at the onset, in the rest, (b, 256).
        log_amplitude: of the body, log(amplitude + FLOOR), (b, 345).
        frequency: of the body in Hz, above 0, (b, 345).
        phase: of the body at its first point, as (cosine, sine) of any length but 0, (b, 2).
        wide: logit of there being a side at all, (b, 1).
        grain: how deep the noise's log amplitude moves in each of the grains at their places, (b, 3, 3).
        drive: natural log of the gain into the soft clip, 0 or more, (b, 1).
    """

    envelope: Tensor
    noise_share: Tensor
    low: Tensor
    click: Tensor
    attack: Tensor
    snap: Tensor
    log_amplitude: Tensor
    frequency: Tensor
    phase: Tensor
    wide: Tensor
    grain: Tensor
    drive: Tensor


@dataclass(frozen=True, eq=False)
class Targets:
    """What sketches are compared with, of a batch of real kicks. Axes as in `Sketch`.

    Attributes:
        low: real and imaginary part of the lowest bins of X over T, (b, 2, 2, 20, 176).
        click: the same for all bins of the first frames, (b, 2, 2, 257, 28).
        powers: mean of |X|^2 over each band, (b, 2, 45, 176).
        onset: see `kickitout.sound.sketch.view.onset`, of the rest, (b, 2, 80).
        attack: the log gain by which the rest's differences are louder than frames of X say, at the points of the
            attack, (b, 64).
        log_amplitude: of the body, (b, 345).
        frequency: of the body in Hz, (b, 345).
        phase: of the body at its first point in radians, (b,).
        wide: 1 where there is a side, 0 where there is none, (b, 1).
    """

    low: Tensor
    click: Tensor
    powers: Tensor
    onset: Tensor
    attack: Tensor
    log_amplitude: Tensor
    frequency: Tensor
    phase: Tensor
    wide: Tensor


# Transforms --------------------------------------------------------------------------------------------------------


def constant_like(constant: Tensor, tensor: Tensor) -> Tensor:
    return _moved(constant, tensor.device, tensor.dtype)


def complex_constant_like(constant: Tensor, tensor: Tensor) -> Tensor:
    """A complex constant for work with a real tensor."""
    return _moved(constant, tensor.device, torch.complex128 if tensor.dtype == torch.float64 else torch.complex64)


_copies: dict[tuple[int, torch.device, torch.dtype], tuple[Tensor, Tensor]] = {}  # constants and their copies


def _moved(constant: Tensor, device: torch.device, dtype: torch.dtype) -> Tensor:
    """One of this module's constants elsewhere; to copy it anew each time would make the device wait."""
    if constant.device == device and constant.dtype == dtype:
        return constant
    if device.type == "cpu":
        return constant.to(device, dtype)
    key = id(constant), device, dtype
    if key not in _copies:
        _copies[key] = constant, constant.to(device, dtype)
    return _copies[key][1]


def stft(sound: Tensor) -> Tensor:
    """The spectrum X of the module's docstring: (b, c, 22050) -> complex (b, c, 176, 257)."""
    return _starting(sound) * constant_like(_CENTRE_SIGNS, sound)


def _window(like: Tensor) -> Tensor:
    return torch.hann_window(N_FFT, dtype=like.dtype, device=like.device)


def _starting(sound: Tensor) -> Tensor:
    """`stft` with phases that refer to the frames' first samples."""
    return short_time(sound, _window(sound) / SCALE, HOP_LENGTH, N_FRAMES, N_BINS)


def noise_through(noise: Tensor, amplitude: Tensor, start: Tensor, later: Tensor) -> Tensor:
    """The least-squares inverse of `stft` (Griffin and Lim, 1984, equation 6), of the spectrum of noise with the power
    1 a bin, shaped and added to.

    Args:
        noise: white, (b, 2, 22050).
        amplitude: (b, 2, 176, 257).
        start: what is added to the first frames, complex (b, 2, 28, 257), with phases that refer to the frames' starts.
        later: what is added to the lowest bins of the others, complex (b, 2, 148, 20).

    Returns:
        (b, 2, 22050).
    """
    window = _window(noise)
    sound = shaped(noise, amplitude, start, later, window / _NOISE_SCALE, window * SCALE, HOP_LENGTH)
    return sound / constant_like(_WEIGHT, sound)


_WEIGHT = _weight()


def targets(rest: Tensor, side: Tensor, log_amplitude: Tensor, frequency: Tensor, phase: Tensor) -> Targets:
    """What a sketch of these parts is compared with: (b, 22050) twice, (b, 345) twice, (b,)."""
    spectrum = _starting(torch.stack([rest, side], dim=1))
    still = complex_constant_like(_STILL, rest)

    def in_order(block: Tensor) -> Tensor:
        """Complex (b, 2, frames, bins), from the first of both on -> (b, 2 parts, 2, bins, frames)."""
        pairs = torch.view_as_real(block * still[: block.shape[-2], : block.shape[-1]])
        return pairs.permute(0, 4, 1, 3, 2).contiguous()

    return Targets(
        low=in_order(spectrum[..., :LOW_BINS]),
        click=in_order(spectrum[:, :, :CLICK_FRAMES]),
        powers=_pooled(spectrum).contiguous(),
        onset=onset(rest),
        attack=_attack_found(rest, spectrum[:, 0, : len(_FRAME_SHARES.T)]),
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
    slope = F.pad(rest[:, : _ATTACK_POOLS.shape[1]].diff(dim=1), (1, 0))
    found = slope.square() @ constant_like(_ATTACK_POOLS, rest).T
    frames = (spectrum.real.square() + spectrum.imag.square()) @ constant_like(_SLOPE_POWERS, rest)
    said = frames @ constant_like(_FRAME_SHARES, rest).T
    gain = 0.5 * torch.log((found + LEAST_SLOPE) / (said + LEAST_SLOPE))
    return gain.clamp(*ATTACK_GAINS)


def pooled_powers(sound: Tensor) -> Tensor:
    """Rest and side (b, 2, 22050) -> mean of |X|^2 over each band, (b, 2, 45, 176)."""
    return _pooled(_starting(sound))


def _pooled(spectrum: Tensor) -> Tensor:
    power = spectrum.real.square() + spectrum.imag.square()
    return (power @ constant_like(BAND_POOLING, power).T).transpose(2, 3)


# From a sketch to sound --------------------------------------------------------------------------------------------


def fade_out(log_amplitude: Tensor) -> Tensor:
    """The soft cut that lets silence be silent: e -> e + log sigmoid(STEEPNESS (e - VANISHING)).

    Likelihoods see nothing below `LEAST_POWER`, so a sketch of silence stays about there; real kicks end in nothing.
    """
    return log_amplitude + F.logsigmoid(STEEPNESS * (log_amplitude - VANISHING))


@dataclass(frozen=True, eq=False)
class Spectra:
    """What a sketch says of X, with frames before bins and phases that refer to the frames' starts.

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
    wave = complex_constant_like(_WAVE, start)
    return (
        torch.complex(start * first[:, 0], start * first[:, 1]) * wave[:CLICK_FRAMES],
        torch.complex(later * rest[:, 0], later * rest[:, 1]) * wave[CLICK_FRAMES:, :LOW_BINS],
    )


def rest_waveforms(sketch: Sketch, noise: Tensor) -> Tensor:
    """Rest and side of a sketch: X of the module's docstring through the inverse transform.

    Args:
        sketch: what a decoder says.
        noise: standard normal numbers, (b, 3, 22050).

    Returns:
        (b, 2, 22050).
    """
    both = spectra(sketch)
    return noise_through(grained(noise, sketch.grain), both.noise, both.start, both.later)


def grained(noise: Tensor, grain: Tensor) -> Tensor:
    """`kickitout.sound.sketch.sketch.grained` in torch: (b, 3, 22050), (b, 3, 3) -> (b, 2, 22050)."""
    depth = grain @ constant_like(_GRAIN_LINES, grain)  # (b, 3, 22050)
    moved = (depth * torch.stack(_swells(noise[:, 2]), dim=1)).sum(1)
    variance = (depth * (constant_like(_GRAIN_LIKENESS, grain) @ depth)).sum(1)
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

    The phase is summed in turns in float64, and only its fraction goes on in float32.
    """
    exact_steps = _held(sketch.frequency).double() * (BODY_HOP / SAMPLE_RATE)  # turns from point to point
    start = torch.atan2(sketch.phase[:, 1], sketch.phase[:, 0]).double() / (2.0 * math.pi)
    exact = (start - exact_steps[:, :MADE_LEAD].sum(1))[:, None] + exact_steps.cumsum(-1) - exact_steps
    log_amplitude = _held(sketch.log_amplitude)
    amplitude = (log_amplitude.exp() - FLOOR).clamp(min=0.0)
    rise = F.pad(amplitude.diff(dim=-1), (0, 1))
    steps = exact_steps.to(amplitude.dtype)
    at_points = (exact - exact.floor()).to(amplitude.dtype)
    between = constant_like(_BETWEEN, amplitude)
    turns = at_points[..., None] + steps[..., None] * between  # (b, 409, 64)
    wave = torch.cos(2.0 * math.pi * turns) * (amplitude[..., None] + rise[..., None] * between)
    smooth = filtered(wave.flatten(-2), constant_like(_MADE_BODY_BAND, amplitude), MADE_FFT)
    smooth = smooth[:, MADE_LEAD * BODY_HOP :][:, :KICK_SAMPLES]
    return smooth * constant_like(_GATE, amplitude)


def swing(frequency: Tensor, phase: Tensor) -> Tensor:
    """Cosine and sine of a body's phase at its first points, from its frequency in Hz (b, 345) and its phase at the
    first of them (b,): (b, 2, SWING_POINTS)."""
    steps = frequency[:, : SWING_POINTS - 1] * (2.0 * math.pi * BODY_HOP / SAMPLE_RATE)
    phases = phase[:, None] + F.pad(steps.cumsum(1), (1, 0))
    return torch.stack([phases.cos(), phases.sin()], dim=1)


def _held(tracks: Tensor) -> Tensor:
    """Tracks (b, 345) held at both ends: (b, 409)."""
    return torch.cat([tracks[:, :1].expand(-1, MADE_LEAD), tracks, tracks[:, -1:].expand(-1, MADE_LEAD)], dim=1)


def attack_gain(attack: Tensor) -> Tensor:
    """`kickitout.sound.sketch.sketch.attack_gain` in torch: log gains (b, 64) -> gains (b, 22050)."""
    return F.pad(attack @ constant_like(_ATTACK_LINES, attack).T, (0, KICK_SAMPLES - ATTACK_END)).exp()


def played_rest(sketch: Sketch, noise: Tensor) -> Tensor:
    """`rest_waveforms` with the snap, without rumble, times the attack's gain: (b, 2, 22050)."""
    snap = F.pad((sketch.snap * constant_like(_SNAP_WINDOW, noise))[:, None], (0, 0, 0, 1))  # not in the side
    rest, side = (rest_waveforms(sketch, noise) + F.pad(snap, (SNAP_START, KICK_SAMPLES - _SNAP_END))).unbind(1)
    rest = filtered(rest, constant_like(_REST_BAND, noise), REST_FFT)[:, :KICK_SAMPLES]
    side = side * (sketch.wide > 0.0)  # what is not there teaches nothing; `wide_loss` does
    both = torch.stack([rest, side], dim=1)
    return both * attack_gain(sketch.attack)[:, None]


def without_snap(sketch: Sketch, targets: Targets) -> Targets:
    """What is left for the rest of a sketch to say of real kicks when its snap has been taken off them.

    The lowest bins of the first frames stay as they are: the click's are looked at there.
    """
    gated = sketch.snap * constant_like(_SNAP_WINDOW, sketch.snap)
    placed = F.pad(gated, (SNAP_START, 0))
    spectrum = short_time(placed, _window(gated) / SCALE, HOP_LENGTH, _SNAP_FRAMES, N_BINS)  # (b, frames, 257)
    pairs = torch.view_as_real(spectrum * complex_constant_like(_STILL, gated)[:_SNAP_FRAMES]).permute(0, 3, 2, 1)
    start = targets.click[:, :, 0, :, :_SNAP_FRAMES] - pairs  # (b, 2 parts, 257, frames)
    left = torch.cat([start, targets.click[:, :, 0, :, _SNAP_FRAMES:]], dim=3)
    powers = constant_like(BAND_POOLING, gated) @ start.square().sum(1)
    of_rest = torch.cat([powers, targets.powers[:, 0, :, _SNAP_FRAMES:]], dim=2)
    return replace(
        targets,
        click=torch.stack([left, targets.click[:, :, 1]], dim=2),
        powers=torch.stack([of_rest, targets.powers[:, 1]], dim=1),
    )


def with_body(rest: Tensor, sketch: Sketch) -> Tensor:
    """Rest and side, (b, 2, 22050), and the body of their sketch -> mid and side, (b, 2, 22050)."""
    return rest + F.pad(body(sketch)[:, None], (0, 0, 0, 1))


def render(sketch: Sketch, noise: Tensor) -> Tensor:
    """Mid and side of a sketch: (b, 2, 22050). `noise` as in `rest_waveforms`."""
    return with_body(played_rest(sketch, noise), sketch)


def full_scale(mid_side: Tensor) -> Tensor:
    """Mid and side (b, 2, n) scaled so that the louder channel's peak is 1; what is nearly silent stays so."""
    peak = to_stereo(mid_side).abs().amax((1, 2), keepdim=True)
    return mid_side / peak.clamp(min=LEAST_PEAK)


def driven(mid_side: Tensor, drive: Tensor) -> Tensor:
    """`kickitout.sound.sketch.sketch.driven` in torch: (b, 2, n), (b, 1) -> (b, 2, n)."""
    stereo, gain = to_stereo(mid_side), drive[..., None]
    padded = F.pad(stereo, (1, 1), mode="replicate")
    eighth = (0.5 * stereo + 0.25 * (padded[..., :-2] + padded[..., 2:])).square().square().square()
    clipped = stereo * gain.exp() * (1.0 + torch.expm1(HARDNESS * gain) * eighth).pow(-1.0 / HARDNESS)
    before, after = (sound.abs().amax((1, 2), keepdim=True) for sound in (stereo, clipped))
    return 0.5 * to_stereo(clipped * (before / after.clamp(min=1e-12)))  # silence stays so


def finished(mid_side: Tensor, sketch: Sketch) -> Tensor:
    """What `render` made of a sketch, as it sounds: at full scale and driven. (b, 2, n) -> (b, 2, n)."""
    return driven(full_scale(mid_side), sketch.drive)


def to_stereo(mid_side: Tensor) -> Tensor:
    """(b, 2, n), mid and side -> (b, 2, n), left and right."""
    mid, side = mid_side.unbind(1)
    return torch.stack([mid + side, mid - side], dim=1)


# How likely a sketch makes a real kick -----------------------------------------------------------------------------
