"""The energy score: it teaches a decoder with noise the distribution, where likelihoods and errors teach the average.

A decoder with noise draws many kicks y from one code; the kick x that the code came from should be one of them.
With a distance d,

    score = E d(x, y) - E d(y, y') / 2

is lowest exactly when the draws are distributed as the kicks of that code are (Gneiting and Raftery, "Strictly Proper
Scoring Rules, Prediction, and Estimation", 2007, section 4.3): the first part asks for likeness, the second for as
much variety as there is. No critic is needed. Gritsenko et al. ("A Spectral Energy Distance for Parallel Speech
Synthesis", 2020) train speech so, with distances of spectrograms.

A Euclidean distance of two vectors sees how their numbers vary together. So d is a mean of Euclidean distances of
patches, from single cells of a spectrum to whole stretches of it, at several resolutions, of log powers everywhere and
of complex values where phases can be known: at the onset and in the low end. Cells count by `kickgan.emphasis`:
the early and the low ones most. The body's tracks are compared too, early points most, the pitch
as lines and what shakes about them, and the phase of its first swing.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from functools import lru_cache

import torch
from torch import Tensor
from torch.nn import functional as F

from kickitout.sound.kick import SAMPLE_RATE
from kickitout.sound.sketch.parts import LOG_FLOOR
from kickitout.sound.sketch.sketch import ONSET_STEP, ORIGIN
from kickitout.training.blocks.transforms import Compression, compressed_short_time
from kickitout.training.kickgan import knots, patches
from kickitout.training.kickgan.analysis import onset, step_levels, swing
from kickitout.training.kickgan.emphasis import emphasis
from kickitout.training.kickgan.likelihood import loudness
from kickitout.training.kickgan.low_band import DECIMATION, decimated
from kickitout.training.kickgan.patches import ROUND, pooled, three_apart
from kickitout.training.kickgan.sketch import SWING_POINTS

LEAST_POWER = 1e-8
"""Powers below that of white noise 80 dB under the peak count as this. This must reach further down than
`LEAST_BEND` lets through: a total that no single band answers for is put where it costs least."""

PATCH_SIZES = 3

STRETCHES = (1, 8, 64)
"""Points of the patches of a track."""

_SMOOTHING = knots.smoothing()
_EARLY = 0.5 + 0.5 * knots.density()  # a kick's first 20 ms are 14 of its 345 points: alike, they would hardly count
_PHASE_POWER = 0.4  # of the sizes of complex values
_PHASE_SCALE = 3.0


@dataclass(frozen=True)
class Resolution:
    """A short-time spectrum that is compared.

    Attributes:
        n_fft, hop: window and step, in samples of the compared sound.
        samples: how much of the kick is looked at, from its first sample.
        bins: the lowest bins.
        low: whether it is of the band below some 1 kHz, 16 times decimated.
        sizes: weight of log powers.
        phases: weight of complex values.
    """

    n_fft: int
    hop: int
    samples: int
    bins: int
    low: bool
    sizes: float
    phases: float


RESOLUTIONS: Mapping[str, Resolution] = {
    "long": Resolution(2048, 1024, 22_050, 512, False, 2.0, 0.0),
    "middle": Resolution(512, 256, 22_050, 257, False, 2.0, 0.0),
    "short": Resolution(128, 32, 4_096, 65, False, 1.0, 0.5),
    "click": Resolution(32, 8, 1_024, 17, False, 1.0, 0.7),
    "low": Resolution(256, 32, 22_050, 110, True, 2.0, 1.0),
    "swing": Resolution(64, 16, 22_050, 28, True, 1.0, 1.0),
}
"""Spectra by name. Weights bring the terms to like sizes at the end of a warm start."""

AMPLITUDE, FREQUENCY = 1.0, 8.0
"""Weights of the body's log amplitude and log frequency: the pitch of a kick is to be right to the cent."""

SHAKE = 2.0
"""Weight of the shake of the log frequency about its lines, and of its steps: apart from the lines, since only the
shake is left to chance. Judged together, chance would shake the more the less sure the lines are."""

SWING = 2.0
"""Weight of the body's first swing."""

ONSET = 3.0
"""Weight of the log amplitude of the onset."""

GRAIN = 1.0
"""Weight of how loud second differences are, step by step: whether noise is even or crackles."""

LEAST_BEND = 1e-6
"""Added to the mean squares of second differences: -60 dB, those of white noise at -68 dB. The rounding to 16 bits, in
the tails of real kicks, has 5e-10, and is nothing to be learned."""

GRAIN_STEPS = 1_024
"""Steps of `ONSET_STEP` samples in which that is compared: 186 ms."""


@dataclass(frozen=True, eq=False)
class Looks:
    """The compared features of a batch of kicks.

    Attributes:
        spectra: by name, weighted: log powers (b, 1, 2, frames, bins), or complex values as pairs
            (b, 2, 2, frames, bins); the axis before frames is (mid, side).
        onset: how sharply mid begins, see `kickitout.sound.sketch.sketch.onset`, (b, 2, 80).
        grain: log amplitude of the second differences of mid and of side, (b, 2, GRAIN_STEPS).
        log_amplitude: of the body, (b, 345).
        log_frequency: (b, 345).
        swing: cosine and sine of the body's phase at its first points, (b, 2, SWING_POINTS).
    """

    spectra: dict[str, Tensor]
    onset: Tensor
    grain: Tensor
    log_amplitude: Tensor
    log_frequency: Tensor
    swing: Tensor


def look(mid_side: Tensor, log_amplitude: Tensor, frequency: Tensor, phase: Tensor) -> Looks:
    """Waveforms (b, 2, 22050), the body's tracks (b, 345) and its phase at the first point in radians, (b,)."""
    low = decimated(mid_side)
    spectra: dict[str, Tensor] = {}
    for name, resolution in RESOLUTIONS.items():
        sizes, phases = _compressed(low if resolution.low else mid_side[..., : resolution.samples], resolution)
        if sizes is not None:
            spectra[f"{name}_sizes"] = sizes
        if phases is not None:
            spectra[f"{name}_phases"] = phases
    tracks = log_amplitude.clamp(min=LOG_FLOOR), torch.log(frequency)
    return Looks(spectra, onset(mid_side[:, 0]), _grain(mid_side), *tracks, swing(frequency, phase))


def _grain(mid_side: Tensor) -> Tensor:
    """(b, 2, n) -> (b, 2, GRAIN_STEPS)."""
    bend = mid_side[..., ORIGIN - 2 : ORIGIN + GRAIN_STEPS * ONSET_STEP].diff(n=2, dim=-1)
    return step_levels(bend, LEAST_BEND)


def _compressed(sound: Tensor, resolution: Resolution) -> tuple[Tensor | None, Tensor | None]:
    """(b, 2, n) -> two of `Looks.spectra`, of a spectrum in which white noise of power 1 has the power 1 a bin."""
    window = _window(resolution.n_fft, sound.device)
    frames = 1 + sound.shape[-1] // resolution.hop
    how = Compression(LEAST_POWER, resolution.sizes, _PHASE_SCALE * resolution.phases, _PHASE_POWER)
    return compressed_short_time(sound, window, resolution.hop, frames, resolution.bins, how)


@lru_cache
def _window(n_fft: int, device: torch.device) -> Tensor:
    """Of power 1, (n_fft,)."""
    window = torch.hann_window(n_fft, device=device)
    return window / window.square().sum().sqrt()


def pitch_weights(log_amplitude: Tensor) -> Tensor:
    """How much a real body's frequency matters at each point: its loudness, 3 at most. (b, 345)."""
    return loudness(log_amplitude).clamp(max=3.0)


def distances(first: Looks, second: Looks, weights: Tensor) -> dict[str, Tensor]:
    """The parts of d by name, each (b,); `weights` are `pitch_weights`."""
    return _sizes(_compared(torch.sub, first, second), weights)


def _compared(compare: Callable[[Tensor, Tensor], Tensor], first: Looks, second: Looks) -> Looks:
    """A function of two tensors over all that looks have."""
    spectra = {name: compare(spectrum, second.spectra[name]) for name, spectrum in first.spectra.items()}
    others = [field.name for field in fields(Looks) if field.name != "spectra"]
    return Looks(spectra, *(compare(getattr(first, name), getattr(second, name)) for name in others))


def _sizes(apart: Looks, weights: Tensor) -> dict[str, Tensor]:
    """`distances` from differences."""
    found = {
        name: patches.sizes(spectrum, _emphasis(name, spectrum.device)) for name, spectrum in apart.spectra.items()
    }
    found["onset"] = ONSET * _of_stretches(apart.onset.square().flatten(0, 1)).reshape(-1, 2).mean(1)
    found["grain"] = GRAIN * _of_stretches(apart.grain.square().flatten(0, 1)).reshape(-1, 2).mean(1)
    found["swing"] = SWING * _of_stretches(weights[:, :SWING_POINTS] * apart.swing.square().sum(1))
    early = _EARLY.to(weights).square()  # under the root
    found["amplitude"] = AMPLITUDE * _of_stretches(early * apart.log_amplitude.square())
    weights = early * weights
    lines = apart.log_frequency @ _SMOOTHING.to(weights)
    shake = apart.log_frequency - lines
    found["frequency"] = FREQUENCY * _of_stretches(weights * lines.square())
    steps = _of_stretches(weights[:, 1:] * shake.diff(dim=1).square())
    found["shake"] = SHAKE * (_of_stretches(weights * shake.square()) + steps)
    return found


@lru_cache
def _emphasis(name: str, device: torch.device) -> tuple[Tensor, ...]:
    """Weights of the patches of each size of one of the spectra of `Looks`, (frames, bins) each, with the mean 1."""
    resolution = RESOLUTIONS[name.rpartition("_")[0]]
    rate = SAMPLE_RATE / DECIMATION if resolution.low else SAMPLE_RATE
    frames = 1 + (-(-resolution.samples // DECIMATION) if resolution.low else resolution.samples) // resolution.hop
    weights = emphasis(
        torch.arange(frames) * (resolution.hop / rate), torch.arange(resolution.bins) * (rate / resolution.n_fft)
    ).T.contiguous()
    found = [weights]
    for _ in range(PATCH_SIZES - 1):
        weights = pooled(weights[None, None])[0, 0]
        found.append(weights / weights.mean())
    return tuple(each.to(device) for each in found)


def _of_stretches(squares: Tensor) -> Tensor:
    """The same along a track: (b, 345) -> (b,)."""
    total = torch.zeros(len(squares), device=squares.device)
    for points in STRETCHES:
        total = total + (F.avg_pool1d(squares[:, None], points, ceil_mode=True) + ROUND).sqrt().mean((1, 2))
    return total / len(STRETCHES)


def energy_score(real: Looks, drawn: Looks, weights: Tensor) -> dict[str, Tensor]:
    """The score's parts by name, means over the batch.

    Args:
        real: of b kicks.
        drawn: of two independent draws of each kick's code, 2 b: the first ones of all, then the second ones.
        weights: `pitch_weights` of the real kicks, (b, 345).
    """
    found = _sizes(_compared(three_apart, real, drawn), weights.repeat(3, 1))
    near_also_apart = weights.new_tensor([0.5, 0.5, -0.5])
    return {name: part.reshape(3, -1).mean(1) @ near_also_apart for name, part in found.items()}
