"""Sketches changed in one thing at a time: what is heard of a kick moved to where somebody wants it.

A latent decides a kick as a whole; what a person asks for is one thing. So a control moves the latent roughly to where
such kicks are, and what is then still off is mended here, in the sketch, before anything sounds: the body is two
tracks, the rest an envelope, and each control has a place among them.

With p the end pitch, d the depth in octaves and T the time of a sweep (`descriptors.pitch`), and t the time after the
onset, the body's frequency is taken to be p 2^(d 10^(-t / T)) times what is its own; of another pitch, depth and time,

    f'(t) = f(t) (p' / p) 2^(d' 10^(-t / T') - d 10^(-t / T))

so that what is its own stays. In a kick that lasts r times as long, tracks and envelope have at the time t the values
of HELD + (t - HELD) / r, from HELD on. Click, brightness, drive and width are gains of parts of the envelope.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from kickitout.sound.kick import SAMPLE_RATE
from kickitout.sound.sketch.bands import band_centres
from kickitout.sound.sketch.parts import BODY_HOP, BODY_POINTS, FREQUENCIES_HZ
from kickitout.sound.sketch.sketch import N_BANDS, ORIGIN, Sketch
from kickitout.sound.spectrogram import HOP_LENGTH, N_FFT, N_FRAMES

Array = NDArray[np.float32]
Signal = NDArray[np.float64]

HELD_SECONDS = 0.030
"""The attack, which keeps its length in a kick that is made longer or shorter."""

CLICK_HZ = 1000.0
"""The click lies above, as its descriptor says."""

CLICK_SECONDS = (0.025, 0.045)
"""A click's gain holds up to the first and is gone at the second."""

TILT_HZ = 150.0
"""Brightness tilts the rest about this frequency, the upper edge of the body."""

SLOPE_SECONDS = 0.1
"""Behind its end a track goes on as it did in the last stretch of this length, never upwards."""

LONGEST = 6.0
"""A kick is made longer or shorter by this factor at most."""


@dataclass(frozen=True)
class Sweep:
    """End pitch in Hz, and depth in octaves and time in ms of the sweep that leads to it."""

    pitch: float
    depth: float
    time: float


def _point_seconds() -> Signal:
    """The times of the body's points after the onset, never before it: (345,)."""
    return np.maximum(np.arange(BODY_POINTS) * BODY_HOP - ORIGIN, 0) / SAMPLE_RATE


def _frame_seconds() -> Signal:
    """The times of the frames' centres after the onset: (176,)."""
    return (np.arange(N_FRAMES) * HOP_LENGTH - ORIGIN) / SAMPLE_RATE


def _band_hz() -> Signal:
    """The middles of the bands in Hz: (45,)."""
    return band_centres() * (SAMPLE_RATE / N_FFT)


def resweep(sketch: Sketch, found: Sweep, wanted: Sweep) -> Sketch:
    """A sketch whose sweep, measured as `found`, becomes `wanted`; the module's docstring has the equation.

    The body's frequency stays within FREQUENCIES_HZ: a deep sweep to a high pitch is cut there.
    """
    seconds = _point_seconds()
    octaves = np.log2(wanted.pitch / found.pitch) + sum(
        sign * one.depth * 10.0 ** (-1000.0 * seconds / one.time) for sign, one in ((1.0, wanted), (-1.0, found))
    )
    frequency = np.clip(sketch.frequency * np.exp2(octaves), *FREQUENCIES_HZ)
    return replace(sketch, frequency=frequency.astype(np.float32))


def lasting(sketch: Sketch, ratio: float) -> Sketch:
    """A sketch that lasts `ratio` times as long, from 1 / LONGEST to LONGEST; its first 30 ms stay as they are.

    Raises:
        ValueError: another ratio.
    """
    if not 1.0 / LONGEST <= ratio <= LONGEST:
        raise ValueError(f"a kick is made 1/{LONGEST:g} to {LONGEST:g} times as long; got {ratio}")
    points, frames = _point_seconds(), _frame_seconds()
    return replace(
        sketch,
        log_amplitude=_stretched(sketch.log_amplitude, points, ratio),
        envelope=_stretched(sketch.envelope, frames, ratio),
        noise_share=_stretched(sketch.noise_share, frames, ratio, falls=False),
    )


def _stretched(track: Array, seconds: Signal, ratio: float, *, falls: bool = True) -> Array:
    """A track (..., n) read at other times; behind its end it falls on as before, or is held."""
    source = np.where(seconds > HELD_SECONDS, HELD_SECONDS + (seconds - HELD_SECONDS) / ratio, seconds)
    step = seconds[-1] - seconds[-2]
    place = np.interp(source, seconds, np.arange(len(seconds)))
    below = np.minimum(place.astype(np.int64), len(seconds) - 2)
    share = (place - below).astype(np.float32)
    result = track[..., below] + share * (track[..., below + 1] - track[..., below])
    if falls:
        back = round(SLOPE_SECONDS / step)
        slope = np.minimum((track[..., -1:] - track[..., -1 - back : -back]) / (back * step), 0.0)
        result = result + slope * np.maximum(source - seconds[-1], 0.0)
    return np.asarray(result, dtype=np.float32)


def clicked(sketch: Sketch, decibels: float) -> Sketch:
    """A sketch with a click so much louder: the rest above 1 kHz for 25 ms, and the snap."""
    start, end = CLICK_SECONDS
    early = np.clip((end - _frame_seconds()) / (end - start), 0.0, 1.0)
    gain = np.outer(_band_hz() > CLICK_HZ, early) * _nepers(decibels)
    return replace(
        sketch,
        envelope=(sketch.envelope + gain).astype(np.float32),
        snap=(sketch.snap * np.exp(_nepers(decibels))).astype(np.float32),
    )


def tilted(sketch: Sketch, decibels_an_octave: float) -> Sketch:
    """A sketch whose rest is so much brighter: from 150 Hz on louder by so many decibels with each octave."""
    octaves = np.log2(np.maximum(_band_hz(), TILT_HZ) / TILT_HZ)
    gain = np.broadcast_to(octaves[:, None] * _nepers(decibels_an_octave), (N_BANDS, N_FRAMES))
    return replace(sketch, envelope=(sketch.envelope + gain).astype(np.float32))


def dirtied(sketch: Sketch, decibels: float) -> Sketch:
    """A sketch with so much more beside its body: the rest below 1 kHz, all of it behind the click."""
    late = np.clip((_frame_seconds() - CLICK_SECONDS[0]) / (CLICK_SECONDS[1] - CLICK_SECONDS[0]), 0.0, 1.0)
    high = _band_hz() > CLICK_HZ
    gain = np.where(high[:, None], late, 1.0) * _nepers(decibels)
    return replace(sketch, envelope=(sketch.envelope + gain).astype(np.float32))


def widened(sketch: Sketch, decibels: float) -> Sketch:
    """A sketch with a side that is so much louder; it has one then, if it had none before."""
    envelope = sketch.envelope.copy()
    envelope[1] += np.float32(_nepers(decibels))
    return replace(sketch, envelope=envelope, wide=np.ones_like(sketch.wide))


def folded(sketch: Sketch) -> Sketch:
    """A sketch without a side."""
    return replace(sketch, wide=-np.ones_like(sketch.wide))


def _nepers(decibels: float) -> float:
    return decibels * float(np.log(10.0)) / 20.0
