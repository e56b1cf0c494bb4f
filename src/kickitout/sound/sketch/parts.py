"""A kick taken apart into body, rest and side, and put together again, in NumPy.

With left and right L and R, scaled to the peak 1, and two signs that bring all kicks to one orientation:

    mid  = polarity (L + R) / 2             the body's first strong swing is positive
    side = polarity side_sign (L - R) / 2   goes with the rest of mid over the first 100 ms, not against it
    mid  = body + rest

The body is the low end as one swept tone: z, the analytic signal of mid in the band BODY_HZ, is read every 64 samples
as an amplitude a_k and a frequency f_k that holds from point k to the next,

    body(n) = gate(n) A(n) cos P(n),    A, P: linear between the points,    P_(k+1) = P_k + 2 pi 64 f_k / 44100,

so that summing the frequency gives the phase, and pitch and decay are two smooth curves. The rest is what remains,
body and all errors of the tracks subtracted: the inverse is exact whatever the tracks are.

Amplitudes are kept as log(a + FLOOR) and come back as exp(.) - FLOOR, never below 0: far above the floor of -80 dB
that is the log amplitude, and digital silence has a finite one that comes back as silence.
"""

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kickitout.sound.kick import KICK_SAMPLES, SAMPLE_RATE

Signal = NDArray[np.float64]
Float32Array = NDArray[np.float32]

BODY_HZ = (0.0, 12.0, 150.0, 250.0)
"""The gain of the body's band in mid is 0 up to the first frequency, 1 from the second to the third, and 0 above the
fourth, with half a cosine between. With a hard lower edge the analytic signal of a decaying tone falls with one over
time: it would sound on, 60 dB down, where the kick is silent."""

BODY_HOP = 64
"""Samples from one point of the body's tracks to the next, 1.45 ms."""

BODY_POINTS = 345
"""Points of the tracks, at the samples 0, 64, ..., 22016."""

FLOOR = 1e-4
"""The amplitude, against a peak of 1, that counts as silence: -80 dB."""

LOG_FLOOR = math.log(FLOOR)
"""The log amplitude of silence."""

FOLLOWED = 1e-3
"""Below this amplitude (-60 dB) a frequency is meaningless: the mean of the last meaningful ones is held."""

MEMORY = 0.9
"""In that mean a point is weighted by its amplitude, and by MEMORY with each point that follows: the last ones before
it gets quiet are half noise."""

FREQUENCIES_HZ = (10.0, 340.0)
"""The body's frequency lies between: above 0, as its logarithm is what is learned, and below 344.5 Hz, where the phase
would advance by half a turn from point to point. A low end with an overtone can be lower for some points."""

USUAL_HZ = 55.0
"""The frequency of a body that is never loud enough to have one."""

ONSET_FADE_SAMPLES = (43, 59)
"""The fade at the onset is 0 up to the first and 1 from the second on. Kicks begin at sample 44, and the ringing of the
band's filter must not sound before: in a kick that is taken apart the rest cancels it, in a synthesised one nothing
does."""

SIDE_SAMPLES = SAMPLE_RATE // 10
"""The sign of the side is judged on the first 100 ms."""

MADE_BODY_HZ = (200.0, 300.0)
"""A synthesised body passes a filter of gain 1 below the first and 0 above the second, with half a cosine between.
Measured tracks are smooth, as they come from a narrow band; bends in synthesised ones are audible as lines every
689 Hz."""

MADE_LEAD = 32
"""Points for which the tracks of a synthesised body are held at both ends: 46 ms, longer than the low pass rings."""

MADE_FFT = 27_000
"""Samples of the transform of that low pass: a kick and the held ends."""

REST_HZ = (35.0, 90.0)
"""A synthesised rest passes a filter of gain 0 below the first and 1 above the second, with half a cosine between. Real
ones have next to nothing down there (-42 dB), where the body is complete; short frames, whose bins are 86 Hz wide,
leave -14 dB. In the body's own band the rest stays: smooth tracks do not describe all of it."""

REST_FFT = 25_000
"""Samples of the transform that removes the rumble from a rest: a kick and room for the filter to ring."""

_FFT_SIZE = 32_768
_PADDING = 2_048  # samples; the filter rings for some 500
_STEP = 8  # samples between the values of the low band that are computed
TURNS_PER_HZ = BODY_HOP / SAMPLE_RATE  # from one point to the next


def _rise(values: NDArray[Any], start: float, end: float) -> Signal:
    """Half a cosine from 0 at `start` to 1 at `end`, 0 before and 1 after."""
    return np.asarray(0.5 - 0.5 * np.cos(np.pi * np.clip((values - start) / (end - start), 0.0, 1.0)))


@lru_cache(maxsize=1)
def onset_fade() -> Signal:
    """The fade-in at the onset of synthesised body, rest and side: (22050,), read-only."""
    values = _rise(np.arange(KICK_SAMPLES), *ONSET_FADE_SAMPLES)
    values.flags.writeable = False
    return values


@lru_cache(maxsize=2)
def body_band(size: int = _FFT_SIZE) -> Signal:
    """Gains of the bins of a transform of `size` up to the band's upper edge; twice, for the analytic signal."""
    lowest, low, high, highest = BODY_HZ
    n_bins = math.ceil(highest * size / SAMPLE_RATE)
    hz = np.arange(n_bins) * (SAMPLE_RATE / size)
    rise = _rise(hz, lowest, low)
    fall = 0.5 + 0.5 * np.cos(np.pi * np.clip((hz - high) / (highest - high), 0.0, 1.0))
    return np.asarray(2.0 * rise * fall)


@lru_cache(maxsize=2)
def rest_band(size: int = REST_FFT) -> Signal:
    """Gains of the bins of a real transform of `size`: 0 below REST_HZ[0], 1 above REST_HZ[1]."""
    gains = _rise(np.arange(size // 2 + 1) * (SAMPLE_RATE / size), *REST_HZ)
    gains.flags.writeable = False
    return gains


@lru_cache(maxsize=2)
def made_body_band(size: int = MADE_FFT) -> Signal:
    """Gains of the bins of a real transform of `size`: 1 below MADE_BODY_HZ[0], 0 above MADE_BODY_HZ[1]."""
    gains = 1.0 - _rise(np.arange(size // 2 + 1) * (SAMPLE_RATE / size), *MADE_BODY_HZ)
    gains.flags.writeable = False
    return gains


def made_body(
    log_amplitude: NDArray[np.floating], frequency: NDArray[np.floating], phase: NDArray[np.floating] | float
) -> Signal:
    """`body_wave` of synthesised tracks, low-passed: bends in them leave artefacts above the body's band.

    The tracks are held for MADE_LEAD points before the first and after the last: a tone that started or stopped
    abruptly there would ring in the low pass.
    """
    tracks = [
        np.concatenate([np.repeat(one[..., :1], MADE_LEAD, -1), one, np.repeat(one[..., -1:], MADE_LEAD, -1)], axis=-1)
        for one in (log_amplitude, frequency)
    ]
    lead = 2.0 * np.pi * TURNS_PER_HZ * MADE_LEAD * frequency[..., 0].astype(np.float64)
    spectrum = np.fft.rfft(swept_tone(tracks[0], tracks[1], np.asarray(phase, np.float64) - lead), MADE_FFT)
    start = MADE_LEAD * BODY_HOP
    smooth = np.fft.irfft(spectrum * made_body_band(), MADE_FFT)[..., start : start + KICK_SAMPLES]
    return np.asarray(smooth * onset_fade())


def without_rumble(rest: Signal) -> Signal:
    """A synthesised rest without its content below the body: (22050,) -> (22050,)."""
    return np.fft.irfft(np.fft.rfft(rest, REST_FFT) * rest_band(), REST_FFT)[:KICK_SAMPLES]


def _low_band(mid: Signal) -> NDArray[np.complex128]:
    """The analytic low band of mid (22050,) at every eighth sample, from sample 0 on.

    The band is far narrower than the rate, so a short inverse transform gives every eighth sample exactly.
    """
    padded = np.zeros(_FFT_SIZE)
    padded[_PADDING : _PADDING + mid.size] = mid
    gains = body_band()
    spectrum = np.zeros(_FFT_SIZE // _STEP, dtype=np.complex128)
    spectrum[: gains.size] = np.fft.rfft(padded)[: gains.size] * gains
    return np.asarray(np.fft.ifft(spectrum)[_PADDING // _STEP :] / _STEP)


@dataclass(frozen=True, eq=False)
class Parts:
    """A kick taken apart; the module's docstring has the equations.

    Attributes:
        log_amplitude: of the body, float32 (345,): natural log of amplitude plus FLOOR, the kick's peak being 1.
        frequency: of the body in Hz, float32 (345,): from each point to the next.
        phase: of the body at its first point, radians from 0 to 2 pi.
        rest: mid without the body, float32 (22050,).
        side: float32 (22050,); zero in a mono kick.
        gain: the peak of the kick; 0 for silence.
        polarity: 1, or -1 where the kick was turned over.
        side_sign: 1, or -1 where left and right were swapped.
    """

    log_amplitude: Float32Array
    frequency: Float32Array
    phase: float
    rest: Float32Array
    side: Float32Array
    gain: float
    polarity: int
    side_sign: int


def take_apart(audio: NDArray[np.floating]) -> Parts:
    """The parts of a kick at 44.1 kHz, (2, 22050).

    Gain, polarity and a swap of left and right change nothing but `gain`, `polarity` and `side_sign`.

    Raises:
        ValueError: another shape, or samples that are not finite.
    """
    if audio.shape != (2, KICK_SAMPLES):
        raise ValueError(f"a kick has the shape (2, {KICK_SAMPLES}); got {audio.shape}")
    scaled = audio.astype(np.float64)
    gain = float(np.abs(scaled).max())
    if not math.isfinite(gain):
        raise ValueError("a kick's samples are finite; got one that is not a number or infinite")
    if gain > 0.0:
        scaled /= gain
    mid, side = 0.5 * (scaled[0] + scaled[1]), 0.5 * (scaled[0] - scaled[1])

    low = _low_band(mid)
    points = low[
        : (BODY_POINTS + 1) * BODY_HOP // _STEP : BODY_HOP // _STEP
    ]  # one more: the end of the last point's span
    log_amplitude, frequency, phase = _tracks(points)
    wave = body_wave(log_amplitude, frequency, phase)
    polarity = _polarity(wave if np.abs(points[:BODY_POINTS]).max() > FOLLOWED else mid)
    if polarity < 0:  # from the start, so that a kick and its inversion give the same bits
        mid, side = -mid, -side
        log_amplitude, frequency, phase = _tracks(-points)
        wave = body_wave(log_amplitude, frequency, phase)
    rest = mid - wave
    side_sign = _side_sign(side, rest)
    return Parts(
        log_amplitude=log_amplitude,
        frequency=frequency,
        phase=phase,
        rest=rest.astype(np.float32),
        side=(side_sign * side).astype(np.float32),
        gain=gain,
        polarity=polarity,
        side_sign=side_sign,
    )


def _polarity(swings: Signal) -> int:
    """The sign of the first strong swing: one that reaches half the height of the largest."""
    heights = np.abs(swings)
    first = int(np.argmax(heights >= 0.5 * heights.max()))
    return -1 if swings[first] < 0.0 else 1


def _side_sign(side: Signal, rest: Signal) -> int:
    likeness = float((side[:SIDE_SAMPLES] * rest[:SIDE_SAMPLES]).sum())
    if likeness == 0.0:  # the rest is silent there: the side's own largest swing decides
        likeness = float(side[np.argmax(np.abs(side))])
    return -1 if likeness < 0.0 else 1


def _tracks(points: NDArray[np.complex128]) -> tuple[Float32Array, Float32Array, float]:
    """Log amplitude, frequency and start phase from the analytic low band at the points and one more."""
    amplitude = np.abs(points[:BODY_POINTS])
    log_amplitude = np.log(amplitude + FLOOR).astype(np.float32)
    followed = amplitude > FOLLOWED
    if not followed.any():
        return log_amplitude, np.full(BODY_POINTS, USUAL_HZ, dtype=np.float32), 0.0
    first = int(np.argmax(followed))
    turns = np.angle(points) / (2.0 * np.pi)
    low, high = FREQUENCIES_HZ[0] * TURNS_PER_HZ, FREQUENCIES_HZ[1] * TURNS_PER_HZ
    steps = np.empty(BODY_POINTS)
    # From point to point towards the measured phase. Errors left by the limits or by a held frequency are corrected at
    # the next point, so they do not stay in the phase.
    phase, total, weight = float(turns[first]), 0.0, 0.0
    points_left = zip(amplitude[first:].tolist(), turns[first + 1 :].tolist(), strict=True)
    for k, (loudness, target) in enumerate(points_left, start=first):
        if loudness > FOLLOWED:
            step = target - phase
            step = min(max(step - math.floor(step + 0.5), low), high)
            total, weight = MEMORY * total + loudness * step, MEMORY * weight + loudness
        else:
            step = total / weight
        steps[k] = step
        phase += step
    # Before the first point with a frequency, that frequency is held, and the start phase leads to its phase.
    steps[:first] = steps[first]
    frequency = (steps / TURNS_PER_HZ).astype(np.float32)
    start = float(turns[first]) - float(frequency[0]) * TURNS_PER_HZ * first
    return log_amplitude, frequency, 2.0 * math.pi * (start - math.floor(start))


def body_wave(
    log_amplitude: NDArray[np.floating], frequency: NDArray[np.floating], phase: NDArray[np.floating] | float
) -> Signal:
    """The body's waveform: tracks (..., 345), phase (...) in radians -> float64 (..., 22050).

    The phase is summed in float64. After the last point the amplitude is held and the phase continues.

    Raises:
        ValueError: tracks of another length.
    """
    if log_amplitude.shape[-1] != BODY_POINTS or frequency.shape[-1] != BODY_POINTS:
        raise ValueError(
            f"the body's tracks have {BODY_POINTS} points; got {log_amplitude.shape[-1]} and {frequency.shape[-1]}"
        )
    return np.asarray(swept_tone(log_amplitude, frequency, phase)[..., :KICK_SAMPLES] * onset_fade())


def swept_tone(
    log_amplitude: NDArray[np.floating], frequency: NDArray[np.floating], phase: NDArray[np.floating] | float
) -> Signal:
    """The swept tone of tracks (..., points), before the fade-in: (..., points * BODY_HOP)."""
    amplitude = np.maximum(np.exp(log_amplitude.astype(np.float64)) - FLOOR, 0.0)
    rise = np.diff(amplitude, axis=-1, append=amplitude[..., -1:])
    steps = frequency.astype(np.float64) * (2.0 * np.pi * TURNS_PER_HZ)
    at_points = np.asarray(phase, dtype=np.float64)[..., None] + np.cumsum(steps, axis=-1) - steps
    between = np.arange(BODY_HOP) / BODY_HOP  # (64,)
    wave = np.cos(at_points[..., None] + steps[..., None] * between)  # (..., points, 64)
    wave *= amplitude[..., None] + rise[..., None] * between
    return wave.reshape(*wave.shape[:-2], -1)


def put_together(parts: Parts) -> Float32Array:
    """The kick that consists of these parts: float32 (2, 22050). Inverse of `take_apart` within 1e-6 of the peak."""
    mid = body_wave(parts.log_amplitude, parts.frequency, parts.phase) + parts.rest
    side = parts.side_sign * parts.side
    return (parts.gain * parts.polarity * np.stack([mid + side, mid - side])).astype(np.float32)
