"""Constants of sketches as tensors: bands, windows, filters, attack and grains; and copies of them on other devices.

Most are the arrays of `kickitout.sound.sketch`, some are transposed or turned into matrices for batches.
"""

import math
from itertools import pairwise

import numpy as np
import torch
from torch import Tensor

from kickitout.sound.kick import KICK_SAMPLES
from kickitout.sound.sketch.noise import grain_likeness, grain_lines
from kickitout.sound.sketch.parts import (
    BODY_HOP,
    made_body_band,
    onset_fade,
    rest_band,
)
from kickitout.sound.sketch.render import attack_places, snap_window
from kickitout.sound.sketch.sketch import (
    ATTACK_END,
    BAND_EDGES,
    CLICK_FRAMES,
    LOW_BINS,
    N_BANDS,
    ORIGIN,
    SCALE,
    SNAP_SAMPLES,
    SNAP_START,
)
from kickitout.sound.spectrogram import HOP_LENGTH, N_BINS, N_FFT, N_FRAMES
from kickitout.training.blocks.transforms import overlap_added

NOISE_SCALE = math.sqrt(3.0 * N_FFT / 8.0)
"""The amplitude of white noise in each bin: its square is the sum of the squared window."""


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

ONSET_FADE = torch.from_numpy(onset_fade().astype(np.float32))
"""`parts.onset_fade`: (22050,)."""

MADE_BODY_BAND = torch.from_numpy(made_body_band().astype(np.float32))
"""`parts.made_body_band`: a gain for each bin."""

REST_BAND = torch.from_numpy(rest_band().astype(np.float32))
"""`parts.rest_band`: a gain for each bin."""

GRAIN_LINES = torch.from_numpy(grain_lines())
"""`sketch.grain_lines`: depths at the samples from depths at the grains' places."""

GRAIN_LIKENESS = torch.from_numpy(grain_likeness().astype(np.float32))
"""`sketch.grain_likeness`: (3, 3)."""

SNAP_WINDOW = torch.from_numpy(snap_window().astype(np.float32))
"""`sketch.snap_window`: (256,)."""

SNAP_END = SNAP_START + SNAP_SAMPLES
"""The sample after the snap."""


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


ATTACK_LINES = _attack_lines()
"""See `_attack_lines`."""

ATTACK_POOLS = _attack_pools()
"""See `_attack_pools`."""

FRAME_SHARES = _frame_shares(ATTACK_POOLS)
"""See `_frame_shares`."""

SLOPE_POWERS = _slope_powers()
"""See `_slope_powers`."""

SNAP_FRAMES = 1 + (SNAP_END + N_FFT // 2 - 1) // HOP_LENGTH
"""Frames that the snap is in."""

BETWEEN_POINTS = torch.arange(BODY_HOP, dtype=torch.float32) / BODY_HOP
"""Places of the samples between two points of the body\'s tracks, in [0, 1): (64,)."""

CENTRE_SIGNS = 1.0 - 2.0 * (torch.arange(N_BINS) % 2).float()
"""From phases that refer to the frames\' starts to phases that refer to their centres, and back: (257,)."""


def carrier() -> Tensor:
    """T of the module's docstring, complex (176, 257)."""
    steps = torch.outer(torch.arange(N_FRAMES) * HOP_LENGTH - ORIGIN, torch.arange(N_BINS))
    angle = (2.0 * math.pi / N_FFT) * steps.remainder(N_FFT).double()  # whole turns are taken off exactly
    return torch.polar(torch.ones_like(angle), angle).to(torch.complex64)


_CARRIER = carrier()

WAVE = _CARRIER * CENTRE_SIGNS
"""T with phases that refer to the frames\' starts: complex (176, 257)."""

STILL = WAVE.conj().resolve_conj()
"""Takes T off: the conjugate of `WAVE`."""


def _window_sum() -> Tensor:
    """The sum of the squared windows over each sample: (22050,). There is no frame before that of sample 0."""
    window = torch.hann_window(N_FFT, dtype=torch.float64)
    return overlap_added(window.square().expand(N_FRAMES, N_FFT), HOP_LENGTH, KICK_SAMPLES)


def constant_like(constant: Tensor, tensor: Tensor) -> Tensor:
    """A constant with the type and device of a tensor."""
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


WINDOW_SUM = _window_sum()
"""See `_window_sum`."""
