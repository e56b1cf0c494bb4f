"""Known damage: what may be wrong with a set of kicks, done to real ones by known amounts.

A metric is worth showing if it orders damage that an ear orders (see `ladder`). Each damage here has at least six
levels, from one that is barely there to one that nobody misses, and says in words what a level is. Two kinds:

- on the sound: `Damage.apply(audio, level, seed)` turns kicks, float32 (n, 2, 22050), into as many damaged ones. Unless
  the docstring says that it looks at the whole set, what becomes of a kick depends on it, the level and the seed alone,
  not on its neighbours: random numbers are keyed by the seed and the kick's own samples. They do not depend on the
  level, so that the levels of one seed differ in the amount alone.
- by replacement: a share of the set gives way to kicks of another set, named by `Damage.pool`; `replaced` says which.

Nothing is clipped or normalised here: damaged kicks go through the same preparation as anybody's files. It takes an
offset away, so that only what looks at a sound as it came (the gate) can see that one.
"""

import hashlib
import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from kickitout.library.synthesis import synthesise_other
from kickitout.sound.kick import SAMPLE_RATE
from kickitout.sound.spectrogram import griffin_lim, istft, stft
from kickitout.system.randomness import normal, permutation, uniform

Audio = NDArray[np.float32]
"""Kicks, (n, 2, 22050)."""

Signal = NDArray[np.float64]
"""One kick, (2, 22050)."""

ITERATIONS = 100
"""Rounds of Griffin-Lim where the level is something else."""

_PADDED = 65_536  # samples of the transforms that filter: nothing wraps around that is not silent by then


@dataclass(frozen=True)
class Damage:
    """One way to damage a set of kicks.

    Attributes:
        name: lower case and hyphens.
        words: what is done, for people.
        unit: of a level.
        levels: from barely to grossly damaged.
        rung: words of one level, to stand after "as far from real as".
        apply: (audio, level, seed) -> damaged audio of the same shape; None where kicks are replaced.
        pool: where the replacements come from: "training" (kicks that a generator has seen) or "other" (sounds that
            are no kicks); empty where `apply` does it.
    """

    name: str
    words: str
    unit: str
    levels: tuple[float, ...]
    rung: str
    apply: Callable[[Audio, float, int], Audio] | None = None
    pool: str = ""

    def describe(self, level: float) -> str:
        """Words of a level."""
        return self.rung.format(level=level, percent=100.0 * level)


# Randomness and filters --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Draws:
    """Random numbers of one kick and one damage."""

    seed: int
    purpose: str

    def uniform(self, count: int) -> Signal:
        """Evenly spread over [0, 1), (count,)."""
        return uniform(self.seed, self.purpose, count)

    def turns(self, *shape: int) -> Signal:
        """Random phases in radians."""
        return 2.0 * np.pi * self.uniform(math.prod(shape)).reshape(shape)

    def normal(self, *shape: int) -> Signal:
        """Standard normal numbers."""
        return normal(self.seed, self.purpose, shape).astype(np.float64)


def _of_kick(name: str, seed: int, kick: Audio) -> _Draws:
    digest = hashlib.blake2b(np.ascontiguousarray(kick, dtype="<f4").tobytes(), digest_size=16).hexdigest()
    return _Draws(seed, f"damage/{name}/{digest}")


def _each(name: str, one: Callable[[Signal, float, _Draws], Signal]) -> Callable[[Audio, float, int], Audio]:
    """A damage that treats kicks one by one, from what it does to one in float64."""

    def apply(audio: Audio, level: float, seed: int) -> Audio:
        damaged = np.empty_like(audio)
        for kick, result in zip(audio, damaged, strict=True):
            result[:] = one(kick.astype(np.float64), level, _of_kick(name, seed, kick))
        return damaged

    return apply


def _amplitude(decibels: float) -> float:
    return float(10.0 ** (decibels / 20.0))


@lru_cache(maxsize=1)
def _hz() -> Signal:
    """The frequencies of the padded transforms, (32769,)."""
    return np.asarray(np.fft.rfftfreq(_PADDED, 1.0 / SAMPLE_RATE))


def _filtered(kick: Signal, response: NDArray[np.complex128] | Signal) -> Signal:
    """A kick (2, n) through a frequency response (32769,) or (2, 32769)."""
    return np.asarray(np.fft.irfft(np.fft.rfft(kick, _PADDED) * response, _PADDED)[:, : kick.shape[1]])


def _butterworth(corner_hz: float, order: int, *, high: bool = False) -> NDArray[np.complex128]:
    """The analogue filter's response with its phase, so that nothing rings before it is struck.

    Butterworth, "On the theory of filter amplifiers" (1930): poles evenly spread over the left half of a circle.
    """
    hz = _hz()
    s = 1j * (corner_hz / np.maximum(hz, 1e-6) if high else hz / corner_hz)
    if high:
        s = -s  # s -> 1 / s
    poles = np.exp(1j * np.pi * (2.0 * np.arange(order) + order + 1.0) / (2.0 * order))
    response = np.ones(hz.size, dtype=np.complex128)
    for pole in poles:
        response /= s - pole
    return response


def _peak(kick: Signal) -> float:
    return float(np.abs(kick).max())


def _seconds(count: int) -> Signal:
    return np.asarray(np.arange(count) / SAMPLE_RATE)


# Phase -------------------------------------------------------------------------------------------------------------


def _lose_phase(kick: Signal, n_fft: int, iterations: int, draws: _Draws) -> Signal:
    """True magnitudes, phases found by Griffin-Lim from random ones, each channel on its own, as the draft does."""
    sizes = {"n_fft": n_fft, "hop_length": n_fft // 4}
    magnitudes = np.abs(stft(kick, **sizes)).astype(np.float32)
    phase = draws.turns(*magnitudes.shape)
    return np.asarray(
        griffin_lim(magnitudes, kick.shape[1], iterations=iterations, initial_phase=phase, **sizes), dtype=np.float64
    )


def _griffin_lim_window(kick: Signal, level: float, draws: _Draws) -> Signal:
    return _lose_phase(kick, int(level), ITERATIONS, draws)


def _griffin_lim_iterations(kick: Signal, level: float, draws: _Draws) -> Signal:
    return _lose_phase(kick, 512, int(level), draws)


def _turn_right(kick: Signal, degrees: float, share: Signal | float) -> Signal:
    """The right channel with its phase turned; `share` says by how much of the angle at each frequency."""
    response = np.ones((2, _hz().size), dtype=np.complex128)
    response[1] = np.exp(1j * np.deg2rad(degrees) * share)
    return _filtered(kick, response)


PHASE_LOW_HZ = 150.0
"""Below this `wrong-phase-low` turns the phase wholly, an octave above it not at all."""


def _wrong_phase(kick: Signal, level: float, draws: _Draws) -> Signal:
    return _turn_right(kick, level, 1.0)


def _wrong_phase_low(kick: Signal, level: float, draws: _Draws) -> Signal:
    octaves = np.log2(np.maximum(_hz(), 1.0) / PHASE_LOW_HZ)
    return _turn_right(kick, level, 0.5 + 0.5 * np.cos(np.pi * np.clip(octaves, 0.0, 1.0)))


# Time --------------------------------------------------------------------------------------------------------------

_SMEAR_LOWEST_HZ, _SMEAR_PER_OCTAVE = 20.0, 3


def _smear(kick: Signal, level: float, draws: _Draws) -> Signal:
    """An all-pass filter, the same for both channels, that delays each third of an octave by 0 to `level` ms."""
    hz = _hz()
    octaves = np.log2(np.maximum(hz, _SMEAR_LOWEST_HZ) / _SMEAR_LOWEST_HZ)
    places = np.arange(math.ceil(octaves[-1] * _SMEAR_PER_OCTAVE) + 1) / _SMEAR_PER_OCTAVE
    delay = np.interp(octaves, places, 0.001 * level * draws.uniform(places.size))
    return _filtered(kick, np.exp(-2j * np.pi * np.cumsum(delay) * hz[1]))


_PRE_ECHO_SAMPLES = 882  # 20 ms


def _pre_echo(kick: Signal, level: float, draws: _Draws) -> Signal:
    """Noise of the first 20 ms' spectrum that swells over the 20 ms before the onset, `level` dB under the kick."""
    head = np.fft.rfft(kick[:, :_PRE_ECHO_SAMPLES])
    swell = np.fft.irfft(np.abs(head) * np.exp(1j * draws.turns(head.shape[1])), _PRE_ECHO_SAMPLES)
    swell *= 0.5 - 0.5 * np.cos(np.pi * np.arange(_PRE_ECHO_SAMPLES) / _PRE_ECHO_SAMPLES)
    swell *= _amplitude(level) * _peak(kick) / max(_peak(swell), 1e-12)
    late = np.concatenate([np.zeros((2, _PRE_ECHO_SAMPLES)), kick[:, :-_PRE_ECHO_SAMPLES]], axis=1)
    late[:, :_PRE_ECHO_SAMPLES] += swell
    return late


_CUT_FADE = 441  # 10 ms, as where preparation cuts


def _cut_tail(kick: Signal, level: float, draws: _Draws) -> Signal:
    keep = round(0.001 * level * SAMPLE_RATE)
    gain = np.zeros(kick.shape[1])
    gain[:keep] = 1.0
    gain[keep - _CUT_FADE : keep] = 0.5 + 0.5 * np.cos(np.pi * np.arange(1, _CUT_FADE + 1) / (_CUT_FADE + 1))
    return kick * gain


def _varispeed(kick: Signal, level: float, draws: _Draws) -> Signal:
    """Played faster, `level` semitones up: eight times oversampled, then straight between samples."""
    ratio = 2.0 ** (level / 12.0)
    spectrum = np.fft.rfft(kick, _PADDED)
    spectrum[:, _hz() > 0.5 * SAMPLE_RATE / ratio] = 0.0  # what would alias
    fine = np.fft.irfft(spectrum, 8 * _PADDED) * 8.0
    places = np.arange(kick.shape[1]) * (8.0 * ratio)
    inside = places < 8 * kick.shape[1] - 1
    result = np.zeros_like(kick)
    for channel, source in zip(result, fine, strict=True):
        channel[inside] = np.interp(places[inside], np.arange(source.size), source)
    return result


_GLIDE_S = 0.03
"""Time in which a glide of `_swept` falls to a third of its octaves."""


def _swept(kick: Signal, level: float, draws: _Draws) -> Signal:
    """Played `level` octaves too fast at first, gliding to the right speed: 8 times oversampled, read 4 times so."""
    fine = np.fft.irfft(np.fft.rfft(kick, _PADDED), 8 * _PADDED) * 8.0
    count = kick.shape[1]
    speed = 2.0 ** (level * np.exp(-np.arange(4 * count) / (4.0 * SAMPLE_RATE * _GLIDE_S)))
    places = 2.0 * np.concatenate([[0.0], np.cumsum(speed[:-1])])
    read = np.stack([np.interp(places, np.arange(8 * count), source[: 8 * count], right=0.0) for source in fine])
    spectrum = np.fft.rfft(read, 4 * _PADDED)[:, : _PADDED // 2 + 1]
    return np.asarray(np.fft.irfft(spectrum, _PADDED)[:, :count] / 4.0)


# Spectrum ----------------------------------------------------------------------------------------------------------


def _low_pass(kick: Signal, level: float, draws: _Draws) -> Signal:
    return _filtered(kick, _butterworth(level, 8))


def _high_pass(kick: Signal, level: float, draws: _Draws) -> Signal:
    return _filtered(kick, _butterworth(level, 4, high=True))


BAND_EDGE_HZ = SAMPLE_RATE / 8.0
"""5,512.5 Hz: where networks that double their rate three times from a quarter of it leave a tone."""

FRAME_RATE_HZ = SAMPLE_RATE / 128.0
"""344.5 Hz: frames a second of the draft's spectrogram, whose multiples its periodic noise lies on."""


def _tone(kick: Signal, level: float, draws: _Draws) -> Signal:
    phase = 2.0 * np.pi * BAND_EDGE_HZ * _seconds(kick.shape[1]) + float(draws.turns(1)[0])
    return np.asarray(kick + _amplitude(level) * _peak(kick) * np.sin(phase))


def _envelope(kick: Signal) -> Signal:
    """The level of both channels over time, (n,): the root of the mean square around each sample, Hann over 11.6 ms."""
    weights = np.hanning(513)
    square = np.convolve((kick**2).mean(axis=0), weights / weights.sum(), mode="same")
    return np.asarray(np.sqrt(np.maximum(square, 0.0)))


def _lines(kick: Signal, level: float, draws: _Draws) -> Signal:
    """A comb of lines at all multiples of the frame rate that swells and dies with the kick."""
    count = int(0.5 * SAMPLE_RATE / FRAME_RATE_HZ) - 1
    harmonics = np.arange(1, count + 1)
    period = 128  # samples: one turn of the comb
    turns = 2.0 * np.pi * np.outer(harmonics, np.arange(period)) / period
    comb = np.sin(turns + draws.turns(count, 1)).sum(axis=0)
    comb /= np.sqrt((comb**2).mean())
    whole = np.tile(comb, -(-kick.shape[1] // period))[: kick.shape[1]]
    return np.asarray(kick + _amplitude(level) * _envelope(kick) * whole)


def _hum(kick: Signal, level: float, draws: _Draws) -> Signal:
    """50 Hz and its second and third harmonic, 6 and 12 dB under it, from the first sample to the last."""
    seconds = _seconds(kick.shape[1])
    phases = draws.turns(3)
    hum = sum(0.5**index * np.sin(2.0 * np.pi * 50.0 * (index + 1) * seconds + phases[index]) for index in range(3))
    return np.asarray(kick + _amplitude(level) * _peak(kick) * hum)


def _offset(kick: Signal, level: float, draws: _Draws) -> Signal:
    return np.asarray(kick + _amplitude(level) * _peak(kick))


def _noise(kick: Signal, level: float, draws: _Draws) -> Signal:
    """Noise that has the kick's own spectrum: its transform with random phases, the same for both channels."""
    spectrum = np.fft.rfft(kick)
    noise = np.fft.irfft(spectrum * np.exp(1j * draws.turns(spectrum.shape[1])), kick.shape[1])
    return np.asarray(kick + _amplitude(level) * noise)


def _gaussian(sigma: float) -> Signal:
    reach = math.ceil(3.0 * sigma)
    weights = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma) ** 2)
    return np.asarray(weights / weights.sum())


def _along(values: Signal, weights: Signal) -> Signal:
    """`values` smoothed over the last axis, held at the edges."""
    reach = weights.size // 2
    padded = np.pad(values, [(0, 0)] * (values.ndim - 1) + [(reach, reach)], mode="edge")
    return np.asarray(np.lib.stride_tricks.sliding_window_view(padded, weights.size, axis=-1) @ weights)


def _blur(kick: Signal, level: float, draws: _Draws) -> Signal:
    """Magnitudes in dB at 512/128 smoothed over bins and frames by a Gaussian; the phases stay."""
    spectrum = stft(kick)
    decibels = _decibels(spectrum)
    weights = _gaussian(level)
    smooth = _along(_along(decibels, weights).swapaxes(1, 2), weights).swapaxes(1, 2)
    return istft(_with_decibels(spectrum, smooth), kick.shape[1]).astype(np.float64)


_QUIETEST_DB = -120.0


def _decibels(spectrum: NDArray[np.complex64]) -> Signal:
    return np.asarray(20.0 * np.log10(np.maximum(np.abs(spectrum), _amplitude(_QUIETEST_DB))), dtype=np.float64)


def _with_decibels(spectrum: NDArray[np.complex64], decibels: Signal) -> NDArray[np.complex128]:
    """A spectrum with these magnitudes and its own phases."""
    return np.asarray(10.0 ** (decibels / 20.0) * np.exp(1j * np.angle(spectrum)))


# Samples and channels ----------------------------------------------------------------------------------------------


def _quantise(kick: Signal, level: float, draws: _Draws) -> Signal:
    """Rounded to `level` bits of the range from -peak to peak, zero among the values."""
    steps = (2.0 ** (level - 1.0) - 1.0) / max(_peak(kick), 1e-12)
    return np.asarray(np.rint(kick * steps) / steps)


def _clip(kick: Signal, level: float, draws: _Draws) -> Signal:
    limit = _peak(kick) * _amplitude(-level)
    return np.asarray(np.clip(kick, -limit, limit))


def _narrow(kick: Signal, level: float, draws: _Draws) -> Signal:
    mid, side = 0.5 * (kick[0] + kick[1]), 0.5 * (kick[0] - kick[1])
    side = side * (1.0 - level)
    return np.stack([mid + side, mid - side])


# The whole set -----------------------------------------------------------------------------------------------------


def _towards_average(audio: Audio, level: float, seed: int) -> Audio:
    """Looks at the whole set: each kick's magnitudes in dB (2048/256) moved by `level` of the way to the mean of all
    kicks and channels, its phases kept. What a generator does that has learnt the average kick."""
    sizes = {"n_fft": 2048, "hop_length": 256}
    total: Signal | None = None
    for kick in audio:
        decibels = _decibels(stft(kick, **sizes)).mean(axis=0)
        total = decibels if total is None else total + decibels
    damaged = np.empty_like(audio)
    for kick, result in zip(audio, damaged, strict=True):
        assert total is not None
        spectrum = stft(kick, **sizes)
        moved = (1.0 - level) * _decibels(spectrum) + level * (total / len(audio))
        result[:] = istft(_with_decibels(spectrum, moved), kick.shape[1], **sizes)
    return damaged


def _repeat(audio: Audio, level: float, seed: int) -> Audio:
    """Looks at the whole set: only one kick in `level` is kept, and repeated as often, each time a little different:
    a decay that is up to 0.5 dB longer or shorter by the end, and noise 66 dB under the kick while it sounds, the
    same in both channels, as width is no part of this damage."""
    kept = permutation(seed, "damage/few-modes", len(audio))[: math.ceil(len(audio) / level)]
    damaged = np.empty_like(audio)
    for index, result in enumerate(damaged):
        kick = audio[kept[index % len(kept)]].astype(np.float64)
        slope_db = float(_Draws(seed, f"damage/few-modes/{index}").uniform(1)[0]) - 0.5
        noise = _Draws(seed, f"damage/few-modes/noise/{index}").normal(kick.shape[1])
        gain = 10.0 ** (np.linspace(0.0, slope_db, kick.shape[1]) / 20.0)
        result[:] = kick * gain + _amplitude(-66.0) * _envelope(kick) * noise
    return damaged


def _repeat_some(audio: Audio, level: float, seed: int) -> Audio:
    """Looks at the whole set: a share of the kicks give way to one and the same kick of the set, at gains of their
    own. The rest stays."""
    out, _ = replaced(len(audio), len(audio), level, seed)
    damaged = audio.copy()
    for index in out:
        # Not a round number of decibels: equal bytes would be too easy to find.
        damaged[index] = audio[out[0]] * np.float32(_amplitude(-0.37 * (1 + index % 7)))
    return damaged


def _some_mono(audio: Audio, level: float, seed: int) -> Audio:
    """Looks at the whole set: a share of the kicks lose what their channels differ in."""
    out, _ = replaced(len(audio), len(audio), level, seed)
    damaged = audio.copy()
    damaged[out] = audio[out].mean(axis=1, keepdims=True)
    return damaged


def replaced(count: int, pool: int, share: float, seed: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Which of `count` kicks give way, and to which of the `pool`: two arrays of equal length, without repetition.

    At least one kick gives way, and what a small share takes, a larger one takes too.

    Raises:
        ValueError: the pool is too small.
    """
    taken = max(1, round(share * count))
    if taken > pool:
        raise ValueError(f"{taken} kicks are to be replaced; the pool holds {pool}")
    return permutation(seed, "damage/out", count)[:taken], permutation(seed, "damage/in", pool)[:taken]


def other_sounds(count: int, seed: int) -> Audio:
    """`count` sounds that are not kicks, (count, 2, 22050)."""
    return np.stack([synthesise_other(seed * 100_000 + index)[0] for index in range(count)])


# The table ---------------------------------------------------------------------------------------------------------

_SHARES = (0.02, 0.05, 0.1, 0.2, 0.5, 1.0)

DAMAGES: tuple[Damage, ...] = (
    Damage(
        "griffin-lim-window",
        "only the magnitudes are kept; Griffin-Lim (100 rounds) finds phases again, for each channel on its own",
        "samples of the window (hop a quarter)",
        (2048, 1024, 768, 512, 384, 256, 128),
        "Griffin-Lim with a window of {level:.0f}",
        _each("griffin-lim-window", _griffin_lim_window),
    ),
    Damage(
        "griffin-lim-rounds",
        "the same at 512/128, as the draft does, stopped early",
        "rounds",
        (100, 30, 10, 3, 1, 0),
        "Griffin-Lim at 512/128 after {level:.0f} rounds",
        _each("griffin-lim-rounds", _griffin_lim_iterations),
    ),
    Damage(
        "wrong-phase",
        "the right channel's phase is turned at all frequencies; magnitudes stay",
        "degrees",
        (5, 15, 30, 60, 90, 135, 180),
        "a right channel turned by {level:.0f} degrees",
        _each("wrong-phase", _wrong_phase),
    ),
    Damage(
        "wrong-phase-low",
        "the same below 150 Hz alone",
        "degrees",
        (5, 15, 30, 60, 90, 135, 180),
        "a right channel turned by {level:.0f} degrees below 150 Hz",
        _each("wrong-phase-low", _wrong_phase_low),
    ),
    Damage(
        "time-smear",
        "an all-pass filter delays each third of an octave by its own time",
        "ms, the longest delay",
        (0.5, 1, 2, 4, 8, 16, 32),
        "a time smear of {level:g} ms",
        _each("time-smear", _smear),
    ),
    Damage(
        "pre-echo",
        "noise with the attack's spectrum swells over the 20 ms before the onset",
        "dB against the kick's peak",
        (-40, -34, -28, -22, -16, -10),
        "a pre-echo at {level:.0f} dB",
        _each("pre-echo", _pre_echo),
    ),
    Damage(
        "short-tail",
        "cut, with a fade of 10 ms",
        "ms that are left",
        (400, 300, 200, 120, 60, 30),
        "tails cut after {level:.0f} ms",
        _each("short-tail", _cut_tail),
    ),
    Damage(
        "detuned",
        "played faster: higher and shorter",
        "semitones",
        (0.5, 1, 2, 4, 8, 16),
        "a detuning by {level:g} semitones",
        _each("detuned", _varispeed),
    ),
    Damage(
        "swept",
        "played too fast at first, gliding to the right speed within some 60 ms",
        "octaves at the start",
        (0.25, 0.5, 1.0, 2.0, 3.0, 4.0),
        "an added sweep of {level:g} octaves",
        _each("swept", _swept),
    ),
    Damage(
        "low-pass",
        "Butterworth of order 8",
        "Hz",
        (16_000, 12_000, 8_000, 4_000, 2_000, 1_000, 500),
        "a low-pass at {level:.0f} Hz",
        _each("low-pass", _low_pass),
    ),
    Damage(
        "high-pass",
        "Butterworth of order 4: the body goes",
        "Hz",
        (20, 30, 45, 70, 110, 200),
        "a high-pass at {level:.0f} Hz",
        _each("high-pass", _high_pass),
    ),
    Damage(
        "tone",
        "a steady tone at 5,512 Hz, an edge of the bands that up-sampling makes",
        "dB against the kick's peak",
        (-80, -70, -60, -50, -40, -30, -20),
        "a tone at {level:.0f} dB",
        _each("tone", _tone),
    ),
    Damage(
        "frame-lines",
        "lines at all multiples of 344.5 Hz, the frame rate of the draft's image, which swell and die with the kick",
        "dB against the kick's envelope",
        (-60, -50, -40, -30, -20, -10),
        "frame-rate lines at {level:.0f} dB",
        _each("frame-lines", _lines),
    ),
    Damage(
        "hum",
        "50, 100 and 150 Hz",
        "dB against the kick's peak",
        (-70, -60, -50, -40, -30, -20),
        "a hum at {level:.0f} dB",
        _each("hum", _hum),
    ),
    Damage(
        "offset",
        "a constant is added",
        "dB against the kick's peak",
        (-60, -50, -40, -30, -20, -10),
        "an offset at {level:.0f} dB",
        _each("offset", _offset),
    ),
    Damage(
        "noise",
        "noise with each kick's own spectrum is added",
        "dB against the kick's energy",
        (-50, -40, -30, -20, -10, 0, 30),
        "noise of the right spectrum at {level:+.0f} dB",
        _each("noise", _noise),
    ),
    Damage(
        "blur",
        "magnitudes at 512/128 are smoothed over bins and frames; phases stay",
        "bins and frames (sigma)",
        (0.5, 1, 2, 4, 8, 16),
        "spectrograms blurred over {level:g} bins and frames",
        _each("blur", _blur),
    ),
    Damage(
        "quantisation",
        "samples are rounded",
        "bits",
        (12, 10, 8, 7, 6, 5, 4),
        "{level:.0f} bits",
        _each("quantisation", _quantise),
    ),
    Damage(
        "clipping",
        "samples beyond a limit are cut off",
        "dB from the peak to the limit",
        (1, 3, 6, 12, 18, 24),
        "clipping by {level:.0f} dB",
        _each("clipping", _clip),
    ),
    Damage(
        "narrow",
        "the difference of the channels is made smaller",
        "share of the side that is lost",
        (0.1, 0.3, 0.5, 0.75, 0.9, 0.97),
        "a width less {percent:.0f} %",
        _each("narrow", _narrow),
    ),
    Damage(
        "mono",
        "a share of the set lose the difference of the channels",
        "share",
        (0.1, 0.25, 0.4, 0.6, 0.8, 1.0),
        "{percent:.0f} % folded to mono",
        _some_mono,
    ),
    Damage(
        "average",
        "each kick's magnitudes move towards the mean of all",
        "share of the way",
        (0.1, 0.2, 0.35, 0.5, 0.75, 1.0),
        "kicks {percent:.0f} % on the way to their average",
        _towards_average,
    ),
    Damage(
        "few-modes",
        "few kicks are repeated with tiny changes",
        "kicks that are one kick",
        (2, 4, 8, 16, 32, 64),
        "every kick {level:.0f} times",
        _repeat,
    ),
    Damage(
        "repeats",
        "a share of the set are one and the same kick of it, at gains of their own",
        "share",
        _SHARES,
        "{percent:.0f} % one and the same kick",
        _repeat_some,
    ),
    Damage(
        "copies",
        "a share of the set are exact training kicks",
        "share",
        _SHARES,
        "{percent:.0f} % exact training kicks",
        pool="training",
    ),
    Damage(
        "other-sounds",
        "a share of the set are sounds that are not kicks",
        "share",
        _SHARES,
        "{percent:.0f} % other sounds",
        pool="other",
    ),
)


BY_NAME = {damage.name: damage for damage in DAMAGES}
