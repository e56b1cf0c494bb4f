"""Known faults that are added to a sound at a known level, to calibrate and test the gate.

Levels are in the fault's own unit, and go from harmless to gross.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kickitout.measure.descriptors.levels import running_means
from kickitout.system.randomness import normal, uniform

Float32Array = NDArray[np.float32]

SAMPLE_RATE = 44_100
"""Hz; faults are added to sounds of this rate."""

FRAME_HZ = SAMPLE_RATE / 128
"""The frame rate of the draft's spectrogram."""

WHINE_HZ = 15_734.0
"""The line frequency of a television."""

LOW_HZ = 150.0

CLICK_SAMPLES = 22
"""0.5 ms."""


@dataclass(frozen=True)
class KnownFault:
    """A fault that can be added to a sound.

    Attributes:
        rule: the rule that should catch it.
        words: a description for people.
        unit: of the level.
        levels: from harmless to gross, for calibration.
        stated: the level at which at least 95 % of kicks are to be caught.
        inject: (audio (2, n), level, seed) -> the sound with the fault, float32 (2, m).
    """

    rule: str
    words: str
    unit: str
    levels: tuple[float, ...]
    stated: float
    inject: Callable[[Float32Array, float, int], Float32Array]


def _peak(audio: Float32Array) -> float:
    return float(np.abs(audio).max())


def _gain(db: float) -> float:
    return float(10.0 ** (db / 20.0))


def _added(audio: Float32Array, extra: NDArray[np.floating], level: float) -> Float32Array:
    """`extra`, of the power of a sine of full scale, at `level` dB against the peak of the sound."""
    return (audio + extra * (_gain(level) * _peak(audio))).astype(np.float32)


def not_a_number(audio: Float32Array, level: float, seed: int) -> Float32Array:
    """`level` samples become NaN."""
    result = audio.copy()
    result.reshape(-1)[(uniform(seed, "fault/nan", int(level)) * audio.size).astype(int)] = np.nan
    return result


def turned_down(audio: Float32Array, level: float, seed: int) -> Float32Array:
    """A peak of `level` dBFS."""
    return (audio * (_gain(level) / _peak(audio))).astype(np.float32)


def offset(audio: Float32Array, level: float, seed: int) -> Float32Array:
    """A constant of `level` % of the peak."""
    return (audio + 0.01 * level * _peak(audio)).astype(np.float32)


def cut_into(audio: Float32Array, level: float, seed: int) -> Float32Array:
    """Cut before the first sample of `level` % of the peak."""
    first = int(np.argmax(np.abs(audio).max(axis=0) >= 0.01 * level * _peak(audio)))
    return audio[:, first:].copy()


def delayed(audio: Float32Array, level: float, seed: int) -> Float32Array:
    """`level` ms of silence before."""
    lead = np.zeros((2, round(level * SAMPLE_RATE / 1000.0)), dtype=np.float32)
    return np.asarray(np.concatenate([lead, audio], axis=1), dtype=np.float32)


def clipped(audio: Float32Array, level: float, seed: int) -> Float32Array:
    """Amplified by `level` dB and clipped at its former peak."""
    peak = _peak(audio)
    return np.asarray(np.clip(audio * _gain(level), -peak, peak), dtype=np.float32)


def clipped_below_a_click(audio: Float32Array, level: float, seed: int) -> Float32Array:
    """Clipped as above; then 0.5 ms of noise, up to as high again, is added to the first loud half-wave."""
    found = clipped(audio, level, seed)
    first = int(np.argmax(np.abs(found).max(axis=0) >= 0.5 * _peak(found)))
    click = found[:, first : first + CLICK_SAMPLES]
    heights = _peak(audio) * (0.5 + 0.5 * uniform(seed, "fault/click", click.shape[1]))
    click += (heights * np.sign(click)).astype(np.float32)
    return found


def over_full_scale(audio: Float32Array, level: float, seed: int) -> Float32Array:
    """Amplified to a peak `level` dB over full scale, in a file of floats."""
    return turned_down(audio, level, seed)


def low_end_turned(audio: Float32Array, level: float, seed: int) -> Float32Array:
    """The phase of the right channel below 150 Hz is rotated by `level` degrees."""
    return _low_end_right(audio, np.exp(1j * np.radians(level)))


def low_end_one_sided(audio: Float32Array, level: float, seed: int) -> Float32Array:
    """The right channel below 150 Hz is `level` dB softer."""
    return _low_end_right(audio, _gain(-level))


def _low_end_right(audio: Float32Array, factor: complex) -> Float32Array:
    n = audio.shape[1]
    spectrum = np.fft.rfft(audio[1].astype(np.float64), 2 * n)
    spectrum[np.fft.rfftfreq(2 * n, 1.0 / SAMPLE_RATE) < LOW_HZ] *= factor
    return np.stack([audio[0], np.fft.irfft(spectrum, 2 * n)[:n].astype(np.float32)])


def cut_off(audio: Float32Array, level: float, seed: int) -> Float32Array:
    """Silence after the last sample of `level` % of the peak."""
    loud = np.flatnonzero(np.abs(audio).max(axis=0) >= 0.01 * level * _peak(audio))
    result = audio.copy()
    result[:, int(loud[-1]) + 1 :] = 0.0
    return result


def ended_early(audio: Float32Array, level: float, seed: int) -> Float32Array:
    """The file ends with the last 10 ms that are at least at `level` dB against the loudest, the last 1 ms faded."""
    length = SAMPLE_RATE // 100
    power = running_means((audio.astype(np.float64) ** 2).sum(axis=0), length)
    last = int(np.flatnonzero(power >= power.max() * 10.0 ** (level / 10.0))[-1])
    result = audio[:, : last + length].copy()
    fade = SAMPLE_RATE // 1000
    result[:, -fade:] *= np.linspace(1.0, 0.0, fade, dtype=np.float32)
    return result


def noisy(audio: Float32Array, level: float, seed: int) -> Float32Array:
    """White noise, its own in each channel, at `level` dB against a sine of the peak."""
    return _added(audio, normal(seed, "fault/noise", audio.shape) * 0.5**0.5, level)


def humming(audio: Float32Array, level: float, seed: int) -> Float32Array:
    """50 or 60 Hz, second and third harmonic half as large, together at `level` dB against a sine of the peak."""
    draws = uniform(seed, "fault/hum", 4)
    time = np.arange(audio.shape[1]) / SAMPLE_RATE
    hz = 50.0 if draws[0] < 0.5 else 60.0
    parts = zip((1.0, 0.5, 0.5), (1, 2, 3), draws[1:], strict=True)
    hum = sum(size * np.sin(2.0 * np.pi * (k * hz * time + turn)) for size, k, turn in parts)
    return _added(audio, np.asarray(hum) / 1.5**0.5, level)


def humming_alone(audio: Float32Array, level: float, seed: int) -> Float32Array:
    """The same under a kick that is faded out within 250 ms: no body masks it."""
    time = np.arange(audio.shape[1]) / SAMPLE_RATE
    fade = np.clip(5.0 - time / 0.05, 0.0, 1.0).astype(np.float32)
    extra = humming(audio, level, seed) - audio
    return audio * fade + extra


def whining(audio: Float32Array, level: float, seed: int) -> Float32Array:
    """A sine of 15,734 Hz at `level` dB against a sine of the peak."""
    turn = float(uniform(seed, "fault/whine", 1)[0])
    time = np.arange(audio.shape[1]) / SAMPLE_RATE
    return _added(audio, np.sin(2.0 * np.pi * (WHINE_HZ * time + turn)), level)


def frame_ringing(audio: Float32Array, level: float, seed: int) -> Float32Array:
    """Lines of equal size at all multiples of 344.5 Hz, together `level` dB against a sine of the peak."""
    count = int(0.5 * SAMPLE_RATE / FRAME_HZ)
    turns = uniform(seed, "fault/frames", count)
    period = np.arange(128) / 128
    lines = sum(np.sin(2.0 * np.pi * (k * period + turn)) for k, turn in enumerate(turns, 1))
    ring = np.resize(np.asarray(lines), audio.shape[1])
    return _added(audio, ring / count**0.5, level)


def frame_modulated(audio: Float32Array, level: float, seed: int) -> Float32Array:
    """The sound times one plus lines at all multiples of 344.5 Hz, which are `level` dB against a sine of size 1."""
    ring = frame_ringing(np.zeros_like(audio) + np.float32(1.0), 0.0, seed) - np.float32(1.0)
    return (audio * (1.0 + ring * _gain(level))).astype(np.float32)


def _steps(first: float, last: float, step: float) -> tuple[float, ...]:
    return tuple(float(x) for x in np.arange(first, last + 0.5 * step, step))


KNOWN_FAULTS: tuple[KnownFault, ...] = (
    KnownFault("finite", "samples that are NaN", "samples", (1.0,), 1.0, not_a_number),
    KnownFault("sound", "turned down to", "dBFS", (-79.0, -81.0, -90.0), -81.0, turned_down),
    KnownFault("offset", "a constant, of the peak", "%", _steps(1, 4, 0.5), 3.0, offset),
    KnownFault("start", "cut where it first has, of the peak", "%", (0.5, 1.0, 1.5, 2.0, 5.0), 2.0, cut_into),
    KnownFault("onset", "silence before it", "ms", _steps(4, 7, 0.5), 5.0, delayed),
    KnownFault("clipping", "turned up into clipping by", "dB", _steps(3, 24, 3), 15.0, clipped),
    KnownFault("clipping", "the same below a click that stands out", "dB", _steps(3, 24, 3), 15.0,
               clipped_below_a_click),
    KnownFault("true_peak", "turned up over full scale by", "dB", _steps(2, 4, 0.5), 3.5, over_full_scale),
    KnownFault("low_correlation", "the low end of one channel turned by", "degrees", _steps(30, 90, 5), 60.0,
               low_end_turned),
    KnownFault("mono_loss", "the low end of one channel softer by", "dB", _steps(3, 18, 3), 12.0, low_end_one_sided),
    KnownFault("end", "cut where it last has, of the peak", "%", (2.0, 3.0, 4.0, 5.0, 10.0), 5.0, cut_off),
    KnownFault("tail", "ended where it last has, against the loudest", "dB", _steps(-18, -6, 3), -9.0, ended_early),
    KnownFault("noise", "white noise, against a sine of the peak", "dB", _steps(-45, -25, 5), -30.0, noisy),
    KnownFault("hum", "50 or 60 Hz and harmonics, against a sine of the peak", "dB", _steps(-39, -21, 3), -27.0,
               humming),
    KnownFault("hum", "the same under a kick of 250 ms", "dB", _steps(-51, -33, 3), -39.0, humming_alone),
    KnownFault("line", "a sine of 15.7 kHz, against one of the peak", "dB", _steps(-70, -45, 5), -55.0, whining),
    KnownFault("frame_lines", "lines every 344.5 Hz, against a sine of the peak", "dB", _steps(-75, -50, 5), -60.0,
               frame_ringing),
    KnownFault("frame_lines", "modulated by lines every 344.5 Hz", "dB", _steps(-40, -10, 5), -20.0, frame_modulated),
)  # fmt: skip
"""Each rule's own fault."""
