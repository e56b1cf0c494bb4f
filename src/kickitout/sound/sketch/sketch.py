"""From a sketch of a kick to its sound, and from a kick to what an encoder looks at, in NumPy.

A generator of the flagship's family says a kick as a `Sketch`: tracks of the body, and of rest and side an envelope, a
share of noise, and what is predicted with its phase. With X the STFT of rest or side (a periodic Hann window of 512,
frame p centred on sample 128 p for p = 0..175, zeros outside of the sound, phases by the frames' centres, over SCALE):

    X = E U T + E S N      in the lowest 20 bins, and in all bins of the first 28 frames
    X = E N                elsewhere

Frames of 12 ms cannot say a click of 1 ms but by agreeing phases in all bins. So to the rest comes the snap, 256
samples at the onset; what it then has below the body is taken off (`parts.without_rumble`); and both are multiplied by
the attack, a gain over the first 24 ms in steps of one sample at the onset to 70 at the end. N is the spectrum of white
noise of power 1, E = exp(B e) the envelope from 45 bands, S = sigmoid(B s) the share of noise, U = low + click what is
predicted, relative to the envelope, and T of bin k in frame p the wave exp(2 pi i k (128 p - ORIGIN) / 512).
`kickitout.training.kickgan.rendering` is the twin of this module
that learns; a test holds them together. (Its soft cut, below which sound fades to nothing, is made before: graphs give
the envelope behind it.)

Left and right x, at full scale, are driven into a soft clip whose gain follows s, which is x smoothed over three
samples by 1/4, 1/2, 1/4; then the peak is 1 again:

    y = x e^d (1 + (e^(8 d) - 1) s^8)^(-1/8)

Real kicks were limited or clipped before anybody shared them: their loudest 50 ms are 1.5 dB nearer to their peak than
those of kicks whose parts just add up. With s = x tops would be flatter than those of real kicks: what is highest in a
sound lies on its tops as elsewhere, and between samples peaks are a little higher than on them.
"""

import threading
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from kickitout.sound.kick import KICK_SAMPLES
from kickitout.sound.sketch.parts import BODY_POINTS, fade_in_window, made_body, without_rumble
from kickitout.sound.spectrogram import HOP_LENGTH, N_BINS, N_FFT, N_FRAMES, hann

Array = NDArray[np.float32]
Signal = NDArray[np.float64]
Spectrum = NDArray[np.complex128]

SCALE = 16.0
"""Spectra are divided by this: noise of power 1 gets about 1 a bin (0.75)."""

LOW_BINS = 20
"""The lowest bins, below 1.7 kHz, described with their phase in all frames."""

CLICK_FRAMES = 28
"""The first frames, 80 ms, described with their phase in all bins."""

BAND_EDGES = (*range(1, 35, 2), *range(35, 257, 8), 257)
"""Band j is the bins from edge j up to, not including, edge j + 1: pairs up to 3 kHz, then eights, six at the end."""

N_BANDS = len(BAND_EDGES) - 1

ORIGIN = 44
"""The sample that predicted phases refer to: a library's kicks begin there (`PRE_ROLL` of its normalising)."""

SNAP_START = 36
"""The sample at which the snap begins: where the gate begins to open."""

SNAP_SAMPLES = 256
"""Samples of the snap: 5.8 ms."""

SNAP_FADE = 64
"""Samples over which it is faded out."""

ATTACK_POINTS = 64
"""Points of the attack's gain."""

ATTACK_END = 1_084
"""The sample at which the attack is over and its gain 1: 24 ms after the onset."""

LEAD_PLACES = (4, 20, 32, 38, 41, 43)
"""The points before the onset, in samples. Many kicks begin with nothing, and many with a little noise."""

AIR_SHAPE = (3, KICK_SAMPLES)
"""The shape of the random numbers that a sketch sounds by: those of the rest, of the side, and of the grain in both."""

GRAINS = (4, 16, 64)
"""Samples over which the noise swells and fades: from a crackle to a flutter. Longer swells are the envelope's."""

GRAIN_PLACES = (44, 400, 1_200)
"""The samples at which the grain's depth is said; straight between, held before."""

GRAIN_END = 3_600
"""From here on noise is even, as the tails of real kicks are: 82 ms."""

HARDNESS = 8
"""How hard the soft clip at the end is: its knee is within the last 3 dB."""

UNBENT = 1e-17
"""What changes nothing when it is added to 1."""

ONSET_STEP = 8
"""Samples of a step in which the onset is looked at: 0.2 ms."""

ONSET_STEPS = 80
"""How many there are; the last ends 13.6 ms behind the onset."""

ONSET_FIRST = ORIGIN - 5 * ONSET_STEP
"""The sample at which the first begins: the onset begins a step."""

LEAST_SLOPE = 1e-10
"""Added to the mean squares of differences: -100 dB. Silence before the onset is to be told from a little noise."""

LEAST_PEAK = 1e-3
"""A sound with a lower peak is not brought to full scale: it is next to silence."""

SKETCH_SHAPES: Mapping[str, tuple[int, ...]] = {
    "envelope": (2, N_BANDS, N_FRAMES),
    "noise_share": (2, N_BANDS, N_FRAMES),
    "low": (2, 2, LOW_BINS, N_FRAMES),
    "click": (2, 2, N_BINS, CLICK_FRAMES),
    "attack": (ATTACK_POINTS,),
    "snap": (SNAP_SAMPLES,),
    "log_amplitude": (BODY_POINTS,),
    "frequency": (BODY_POINTS,),
    "phase": (2,),
    "wide": (1,),
    "grain": (len(GRAINS), len(GRAIN_PLACES)),
    "drive": (1,),
}
"""The shapes of a sketch's arrays by name, in their order."""

_LEFT = N_FFT // 2
_PADDED = (N_FRAMES - 1) * HOP_LENGTH + N_FFT
_NOISE_SCALE = float(np.sqrt(3.0 * N_FFT / 8.0))  # white noise has the sum of the squared window in each bin


@dataclass(frozen=True, eq=False)
class Sketch:
    """What a generator says of one kick. All are float32; axes of length 2 that come first are (rest, side).

    Attributes:
        envelope: natural log of amplitude in the bands, as it sounds, (2, 45, 176): where there is silence it is far
            below any sound.
        noise_share: logit of the share of the amplitude that is noise, (2, 45, 176).
        low: real and imaginary part (axis 0) of the lowest bins over the envelope, (2, 2, 20, 176).
        click: the same for all bins of the first frames, (2, 2, 257, 28).
        attack: natural log of the gain of rest and side at its points (`attack_places`), straight between, (64,).
        snap: a short waveform of its own at the onset, in the rest, (256,), seen through `snap_window`.
        log_amplitude: of the body, log(amplitude + FLOOR), (345,).
        frequency: of the body in Hz, (345,).
        phase: of the body at its first point, as (cosine, sine) of any length but 0, (2,).
        wide: above 0 where there is a side at all, (1,): a mono kick's is not quiet, it is not there.
        grain: how deep the noise's log amplitude moves in each of GRAINS at GRAIN_PLACES, (3, 3).
        drive: natural log of the gain into the soft clip, 0 or more, (1,).
    """

    envelope: Array
    noise_share: Array
    low: Array
    click: Array
    attack: Array
    snap: Array
    log_amplitude: Array
    frequency: Array
    phase: Array
    wide: Array
    grain: Array
    drive: Array

    def __post_init__(self) -> None:
        found = {field.name: getattr(self, field.name).shape for field in fields(self)}
        if found != SKETCH_SHAPES:
            raise ValueError(f"a sketch has the shapes {dict(SKETCH_SHAPES)}; got {found}")


# Constants ---------------------------------------------------------------------------------------------------------


def band_centres() -> Signal:
    """The middles of the bands, in bins: (45,)."""
    edges = np.array(BAND_EDGES, dtype=np.float64)
    return np.asarray(0.5 * (edges[:-1] + edges[1:] - 1.0))


@lru_cache(maxsize=1)
def _bands_around() -> tuple[NDArray[np.int64], Array]:
    """For each bin the band whose centre is the next below, and how far it lies from there to the next above, 0 to 1:
    (257,) each. Beyond the first and the last centre values are held."""
    place = np.interp(np.arange(N_BINS), band_centres(), np.arange(N_BANDS))
    below = np.minimum(place.astype(np.int64), N_BANDS - 2)
    return below, (place - below).astype(np.float32)


def _at_bins(bands: Array, bins: int = N_BINS) -> Array:
    """Values at the lowest bins from values in the bands, linear between their centres: (..., 45) -> (..., bins).

    No product of matrices: how these are summed depends on how many threads a library takes for them, and a seed is to
    be the same bytes everywhere.
    """
    below, share = (one[:bins] for one in _bands_around())
    lower = bands[..., below]
    return np.asarray(lower + share * (bands[..., below + 1] - lower))


@lru_cache(maxsize=1)
def carrier() -> NDArray[np.complex64]:
    """T of the module's docstring: (176, 257)."""
    steps = np.outer(np.arange(N_FRAMES) * HOP_LENGTH - ORIGIN, np.arange(N_BINS)) % N_FFT  # whole turns taken off
    return np.asarray(np.exp((2j * np.pi / N_FFT) * steps), dtype=np.complex64)


@lru_cache(maxsize=1)
def centre_signs() -> Signal:
    """Between phases at the start of a frame and phases at its centre: (257,)."""
    return np.asarray(1.0 - 2.0 * (np.arange(N_BINS) % 2), dtype=np.float64)


@lru_cache(maxsize=1)
def _waves() -> NDArray[np.complex128]:
    """What phases at the frames' centres are multiplied with to be those at their starts: (176, 257)."""
    return np.asarray(carrier() * centre_signs())


@lru_cache(maxsize=1)
def _level() -> Signal:
    """One over the sum of the squared windows over each sample: (22050,). No frame comes before that of sample 0."""
    return 1.0 / _overlap_added(np.tile(hann(N_FFT) ** 2, (N_FRAMES, 1)))


# Transforms --------------------------------------------------------------------------------------------------------


def spectrum_of(sound: NDArray[np.floating], scale: float) -> Spectrum:
    """X before phases refer to the frames' centres: (2, 22050) -> complex (2, 176, 257), over `scale`."""
    padded = np.zeros((2, _PADDED))
    padded[:, _LEFT : _LEFT + KICK_SAMPLES] = sound
    frames = np.lib.stride_tricks.sliding_window_view(padded, N_FFT, axis=1)[:, ::HOP_LENGTH]
    return np.fft.rfft(frames * (hann(N_FFT) / scale))


def _overlap_added(frames: Signal) -> Signal:
    """(..., 176, 512) -> (..., 22050)."""
    per_frame = N_FFT // HOP_LENGTH
    total = np.zeros((*frames.shape[:-2], N_FRAMES + per_frame - 1, HOP_LENGTH))
    for part in range(per_frame):
        total[..., part : part + N_FRAMES, :] += frames[..., part * HOP_LENGTH : (part + 1) * HOP_LENGTH]
    return total.reshape(*frames.shape[:-2], -1)[..., _LEFT : _LEFT + KICK_SAMPLES]


# From a sketch to sound --------------------------------------------------------------------------------------------


def rest_waveforms(sketch: Sketch, noise: NDArray[np.floating]) -> Signal:
    """Rest and side of a sketch, before the gate.

    Args:
        sketch: what a generator says.
        noise: standard normal numbers, (3, 22050).

    Returns:
        (2, 22050).
    """
    amplitude = np.exp(_at_bins(sketch.envelope.transpose(0, 2, 1)))  # E: (2, 176, 257)
    share = sketch.noise_share.transpose(0, 2, 1)
    noisy = amplitude.copy()
    noisy[:, :CLICK_FRAMES] *= _sigmoid(_at_bins(share[:, :CLICK_FRAMES]))
    noisy[:, CLICK_FRAMES:, :LOW_BINS] *= _sigmoid(_at_bins(share[:, CLICK_FRAMES:], LOW_BINS))

    spectrum = _noise_spectrum(noise, sketch.grain) * noisy
    # The noise keeps phases by the frames' starts, which the inverse wants; what is predicted is turned to them.
    low = (sketch.low[0] + 1j * sketch.low[1]).transpose(0, 2, 1)  # (2, 176, 20)
    predicted = (sketch.click[0] + 1j * sketch.click[1]).transpose(0, 2, 1)  # (2, 28, 257)
    predicted[..., :LOW_BINS] += low[:, :CLICK_FRAMES]
    wave = _waves()
    spectrum[:, :CLICK_FRAMES] += amplitude[:, :CLICK_FRAMES] * predicted * wave[:CLICK_FRAMES]
    later = low[:, CLICK_FRAMES:] * wave[CLICK_FRAMES:, :LOW_BINS]
    spectrum[:, CLICK_FRAMES:, :LOW_BINS] += amplitude[:, CLICK_FRAMES:, :LOW_BINS] * later
    return _overlap_added(np.fft.irfft(spectrum, N_FFT) * (hann(N_FFT) * SCALE)) * _level()


_LATEST = threading.local()
"""Of each thread, the noise that it heard last, the grain, and what came of them."""


def _noise_spectrum(noise: NDArray[np.floating], grain: Array) -> Spectrum:
    """The spectrum of `grained` noise, not to be written into: complex (2, 176, 257).

    The last one is kept: a sketch that is mended until it has what is asked keeps its noise.
    """
    known = getattr(_LATEST, "found", None)
    if known is None or not (np.array_equal(known[0], noise) and np.array_equal(known[1], grain)):
        known = noise.copy(), grain.copy(), spectrum_of(grained(noise, grain), _NOISE_SCALE)
        _LATEST.found = known
    found: Spectrum = known[2]
    return found


@lru_cache(maxsize=1)
def grain_lines() -> Array:
    """Values at the samples from values at the grain's places: (3, 22050)."""
    places = (*GRAIN_PLACES, GRAIN_END)
    lines = [np.interp(np.arange(KICK_SAMPLES), places, unit) for unit in np.eye(len(places))[:-1]]
    return np.stack(lines).astype(np.float32)


def grain_likeness() -> Signal:
    """Correlations of the grains: moving sums of L and of M samples of the same numbers, (min / max)^(1/2): (3, 3)."""
    lengths = np.array(GRAINS, dtype=np.float64)
    return np.sqrt(np.minimum.outer(lengths, lengths) / np.maximum.outer(lengths, lengths))


def grained(noise: NDArray[np.floating], grain: Array) -> Signal:
    """Noise that swells and fades as that of real kicks does: (3, 22050) -> (2, 22050), of the same mean power.

    The noise of real kicks, their envelope taken off, has a kurtosis of 5 in the median, Gaussian noise 3. The third
    row of `noise` is summed over L samples for each of GRAINS, brought to the variance 1, and moves the log amplitude
    of the other two by `grain`.
    """
    sums = np.concatenate([[0.0], np.cumsum(noise[2], dtype=np.float64)])
    at = np.arange(KICK_SAMPLES)
    depth = (grain[:, :, None] * grain_lines()).sum(axis=1)  # (3, 22050)
    moved = np.zeros(KICK_SAMPLES)
    for length, of_length in zip(GRAINS, depth, strict=True):
        ends = np.minimum(at + length // 2, KICK_SAMPLES), np.maximum(at - length // 2, 0)
        moved += of_length * (sums[ends[0]] - sums[ends[1]]) / np.sqrt(length)
    variance = np.einsum("in,ij,jn->n", depth, grain_likeness(), depth)
    return np.asarray(noise[:2] * np.exp(moved - variance))


def _sigmoid(logits: Array) -> Array:
    return np.asarray(1.0 / (1.0 + np.exp(-np.maximum(logits, np.float32(-80.0)))), dtype=np.float32)


def snap_window() -> Signal:
    """What the snap is multiplied with, (256,): the gate, and half a cosine down over the last 64 samples."""
    window = fade_in_window()[SNAP_START : SNAP_START + SNAP_SAMPLES].copy()
    window[-SNAP_FADE:] = 0.5 - 0.5 * np.cos(np.pi * np.arange(SNAP_FADE, 0, -1) / SNAP_FADE)
    return window


def attack_places() -> Signal:
    """The points of the attack's gain in samples, (64,): LEAD_PLACES, then from the onset on, each step 7 % longer."""
    growth = 4.0  # the last step is e^4 as long as the first
    even = np.linspace(0.0, 1.0, ATTACK_POINTS - len(LEAD_PLACES) + 1)[:-1]
    return np.concatenate([LEAD_PLACES, ORIGIN + (ATTACK_END - ORIGIN) * np.expm1(growth * even) / np.expm1(growth)])


def attack_gain(attack: NDArray[np.floating]) -> Signal:
    """The gain of all samples of rest and side, (22050,), from its log at the points, (64,).

    Before the first point it is held; behind the last it goes to 1 at ATTACK_END.
    """
    places = np.append(attack_places(), ATTACK_END)
    return np.asarray(np.exp(np.interp(np.arange(KICK_SAMPLES), places, np.append(attack, 0.0))))


def beside_body(sketch: Sketch, noise: NDArray[np.floating]) -> Signal:
    """Rest and side of a sketch as they sound, with snap and attack, before the soft clip: (2, 22050)."""
    rest = rest_waveforms(sketch, noise)
    rest[0, SNAP_START : SNAP_START + SNAP_SAMPLES] += sketch.snap * snap_window()
    rest[0] = without_rumble(rest[0])
    rest *= attack_gain(sketch.attack)
    rest[1] *= sketch.wide > 0.0
    return rest


def render(sketch: Sketch, noise: NDArray[np.floating]) -> Signal:
    """Mid and side of a sketch: body and rest, driven into the soft clip at full scale, so that the louder of left and
    right has the peak 1; what is next to silence stays so. (2, 22050); `noise` as in `rest_waveforms`."""
    mid, side = beside_body(sketch, noise)
    cosine, sine = sketch.phase.astype(np.float64)
    mid = mid + made_body(sketch.log_amplitude, sketch.frequency, float(np.arctan2(sine, cosine)))
    # The larger of |mid + side| and |mid - side| is |mid| + |side|.
    peak = float((np.abs(mid) + np.abs(side)).max())
    return driven(np.stack([mid, side]) / max(peak, LEAST_PEAK), float(sketch.drive[0]))


STEMS = ("body", "click", "air")
"""The parts that a sketch's sound is the sum of: the swept tone, what is said with its phase, and noise."""


def stems(sketch: Sketch, noise: NDArray[np.floating]) -> Signal:
    """Left and right of STEMS, (3, 2, 22050), which sum to `render`: each with the gain that the clip has there."""
    whole = beside_body(sketch, noise)
    silence: Array = np.zeros(AIR_SHAPE, dtype=np.float32)
    click = beside_body(sketch, silence)
    cosine, sine = sketch.phase.astype(np.float64)
    body = np.zeros_like(whole)
    body[0] = made_body(sketch.log_amplitude, sketch.frequency, float(np.arctan2(sine, cosine)))
    mid, side = body + whole
    peak = float((np.abs(mid) + np.abs(side)).max())
    scaled = np.stack([to_stereo(part) for part in (body, click, whole - click)]) / max(peak, LEAST_PEAK)
    whole_stereo, drive = scaled.sum(axis=0), float(sketch.drive[0])
    gain = np.exp(drive) * _bend(whole_stereo, drive)
    loudest = float(np.abs(whole_stereo * gain).max(initial=0.0))
    gain *= float(np.abs(whole_stereo).max(initial=0.0)) / loudest if loudest > 0.0 else 1.0
    return np.asarray(scaled * gain)


def driven(mid_side: Signal, drive: float) -> Signal:
    """Mid and side (2, n) of the soft clip of left and right, with the peak that these had; the module's docstring has
    the equation."""
    stereo = to_stereo(mid_side)
    clipped = stereo * np.exp(drive) * _bend(stereo, drive)
    peak = float(np.abs(clipped).max(initial=0.0))
    clipped *= np.abs(stereo).max(initial=0.0) / peak if peak > 0.0 else 1.0
    return 0.5 * np.stack([clipped[0] + clipped[1], clipped[0] - clipped[1]])


def _bend(stereo: Signal, drive: float) -> Signal:
    """What the soft clip takes off (2, n), a gain of at most 1 for each sample: (2, n), or (1, n) for both."""
    if np.array_equal(stereo[0], stereo[1]):  # mono: powers are what takes time
        stereo = stereo[:1]
    padded = np.pad(stereo, ((0, 0), (1, 1)), mode="edge")
    smooth = 0.5 * stereo + 0.25 * (padded[:, :-2] + padded[:, 2:])
    strength = float(np.expm1(HARDNESS * drive))
    result = np.ones_like(smooth)
    # What is quiet is not bent at all: 1 plus that little is 1. Powers of it would take most of the time.
    quiet = (UNBENT / strength) ** (1.0 / HARDNESS) if strength > UNBENT else 1.0
    loud = ~(np.abs(smooth) <= quiet)
    result[loud] = (1.0 + strength * smooth[loud] ** HARDNESS) ** (-1.0 / HARDNESS)
    return result


def to_stereo(mid_side: Signal) -> Signal:
    """(2, n), mid and side -> (2, n), left and right."""
    mid, side = mid_side
    return np.stack([mid + side, mid - side])


# From a kick to what an encoder looks at ---------------------------------------------------------------------------


def equalised(sounds: NDArray[np.floating], log_gains: Signal) -> Signal:
    """Sounds (2, 22050) whose bands are louder, frame by frame, by natural logs of gains, (2, 45, 176)."""
    gains = np.exp(_at_bins(log_gains.transpose(0, 2, 1).astype(np.float32)))
    spectrum = spectrum_of(sounds, SCALE) * gains
    return np.asarray(_overlap_added(np.fft.irfft(spectrum, N_FFT) * (hann(N_FFT) * SCALE)) * _level())
