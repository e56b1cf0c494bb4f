"""Where a kick is heard, and kicks that stay there when they are driven, made longer or shorter, or swept otherwise.

A kick falls while it sounds, and is heard where most of its energy is: at the peak of its spectrum. A clip makes its
end as loud as its beginning, a shorter decay leaves the beginning alone, a deeper sweep passes by. So what changes when
a body is loud changes where it is heard, although its track stays. A track that was f(t), with o(t) = log2(f(t) / h)
for the frequency h at which the kick was heard before, becomes

    f'(t) = h 2^(o(t) 10^(-k t))

with the least k >= 0 of LADDER for which it is heard there again: it begins as far above as it did, and falls to h
sooner. Where the time of the sweep itself is asked for, all of the track is moved instead.

What is heard is read from the body's tracks and the low end of the rest: at every sixteenth sample, driven into the
soft clip as the sketch is (`kickitout.sound.sketch.clip`).
"""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from kickitout.sound.kick import SAMPLE_RATE
from kickitout.sound.sketch.bend import bent
from kickitout.sound.sketch.parts import BODY_HOP, BODY_POINTS, FLOOR, FREQUENCIES_HZ
from kickitout.sound.sketch.render import render_rest_and_side
from kickitout.sound.sketch.sketch import HARDNESS, ORIGIN, Float32Array, Sketch

Signal = NDArray[np.float64]

REST = ("envelope", "noise_share", "low", "click", "attack", "snap", "grain")
"""What of a sketch the low end of its rest is made of."""

STEP = 16
"""Samples from one that is looked at to the next."""

REST_LINES_FFT = 24_000
"""Samples of the transform that the rest's low end is taken from."""

LINES_FFT = 8192
"""Samples of the transform of those: 0.34 Hz a line."""

HEARD_HZ = (22.0, 260.0)
"""Between these the peak is looked for."""

LADDER = (0.0, *(float(2.0 ** (0.5 * step)) for step in range(-6, 17)))
"""How much quicker a track may fall, in powers of ten a second."""

NEAR_OCTAVES = 0.008
"""What is so near is heard there: 10 cents."""

MOVES = 8
"""How often all of a track is moved until it is heard where it was."""


def low_rest(sketch: Sketch, noise: NDArray[np.floating]) -> Signal:
    """The low end of a sketch's rest at every sixteenth sample, (1380,); `noise` as in `render`."""
    mono = replace(sketch, wide=np.zeros_like(sketch.wide))  # the side is not looked at
    lines = np.fft.rfft(render_rest_and_side(mono, noise)[0], REST_LINES_FFT)
    count = REST_LINES_FFT // STEP
    return np.fft.irfft(lines[: count // 2 + 1] / STEP, count)[: BODY_POINTS * BODY_HOP // STEP]


class Rests:
    """The low ends of the rests of sketches that are edited, with one noise: most edits leave the last as it is.

    Args:
        noise: as in `render`; None: no rest is looked at.
    """

    def __init__(self, noise: NDArray[np.floating] | None) -> None:
        self.noise = noise
        self._last: tuple[list[Float32Array], Signal] | None = None

    def of(self, sketch: Sketch) -> Signal | None:
        """The `low_rest` of a sketch."""
        if self.noise is None:
            return None
        made_of = [getattr(sketch, name) for name in REST]
        if self._last is None or any(one is not other for one, other in zip(made_of, self._last[0], strict=True)):
            self._last = made_of, low_rest(sketch, self.noise)
        return self._last[1]

    def heard_hz(self, sketch: Sketch) -> float:
        """Where a sketch is heard, in Hz."""
        return heard_hz(sketch, self.of(sketch))


def heard_hz(sketch: Sketch, rest: Signal | None = None) -> float:
    """Where a sketch is heard: the peak of its spectrum, in Hz. `rest` is its `low_rest`; without, its body alone."""
    wave = low_wave(sketch, rest)
    peak, drive = float(np.abs(wave).max()), float(sketch.drive[0])
    if peak > 0.0 and drive > 0.0:
        wave = wave / peak * (1.0 + np.expm1(HARDNESS * drive) * (wave / peak) ** HARDNESS) ** (-1.0 / HARDNESS)
    lines = np.fft.rfft(wave, LINES_FFT)
    powers = lines.real**2 + lines.imag**2
    width = SAMPLE_RATE / (STEP * LINES_FFT)
    low, high = (round(one / width) for one in HEARD_HZ)
    at = low + int(np.argmax(powers[low:high]))
    before, here, after = np.log(np.maximum(powers[at - 1 : at + 2], 1e-300)).tolist()
    bend = before - 2.0 * here + after
    return (at + (min(max(0.5 * (before - after) / bend, -0.5), 0.5) if bend < 0.0 else 0.0)) * width


def low_wave(sketch: Sketch, rest: Signal | None = None) -> Signal:
    """The low end of a sketch at every sixteenth sample, before the clip: (1380,)."""
    return bent(_body(sketch) + (0.0 if rest is None else rest), sketch.shift, STEP)


def _body(sketch: Sketch) -> Signal:
    """The body at every sixteenth sample: (1380,)."""
    amplitude = np.maximum(np.exp(sketch.log_amplitude.astype(np.float64)) - FLOOR, 0.0)
    between = np.arange(0, BODY_HOP, STEP) / BODY_HOP
    steps = sketch.frequency.astype(np.float64) * (2.0 * np.pi * BODY_HOP / SAMPLE_RATE)
    cosine, sine = sketch.phase.astype(np.float64)
    starts = float(np.arctan2(sine, cosine)) + np.cumsum(steps) - steps
    level = amplitude[:, None] + np.diff(amplitude, append=amplitude[-1:])[:, None] * between
    wave = (level * np.cos(starts[:, None] + steps[:, None] * between)).ravel()
    wave[: -(-ORIGIN // STEP)] = 0.0
    return np.asarray(wave)


def anchored(sketch: Sketch, hz: float, rest: Signal | None = None) -> Sketch:
    """A sketch that is heard at `hz` as its track falls there sooner; the module's docstring has the equation."""
    best, least = sketch, np.inf
    for by in LADDER:
        one = quicker(sketch, hz, by) if by > 0.0 else sketch
        off = abs(np.log2(heard_hz(one, rest) / hz))
        if off < least:
            best, least = one, off
        if off <= NEAR_OCTAVES:
            break
    return best


def quicker(sketch: Sketch, hz: float, by: float) -> Sketch:
    """A sketch whose track falls to `hz` the sooner, `by` powers of ten a second: the module's equation, with k = by. A
    fall whose time is T, until a tenth of it is left, then has the time T' with 1 / T' = 1 / T + k."""
    seconds = np.maximum(np.arange(BODY_POINTS) * BODY_HOP - ORIGIN, 0) / SAMPLE_RATE
    octaves = np.log2(sketch.frequency.astype(np.float64) / hz) * 10.0 ** (-by * seconds)
    return replace(sketch, frequency=np.clip(hz * np.exp2(octaves), *FREQUENCIES_HZ).astype(np.float32))


def moved(sketch: Sketch, hz: float, rest: Signal | None = None) -> Sketch:
    """A sketch that is heard at `hz` as all of its track is moved there."""
    best, least, octaves = sketch, np.inf, 0.0
    for move in range(MOVES):
        one = _higher(sketch, octaves) if move else sketch
        off = float(np.log2(hz / heard_hz(one, rest)))
        if abs(off) < least:
            best, least = one, abs(off)
        if least <= NEAR_OCTAVES:
            break
        # Where a glide is as loud early as late, its peak leaps from one to the other: smaller steps end between.
        octaves += off if move < MOVES // 2 else 0.5 * off
    return best


def _higher(sketch: Sketch, octaves: float) -> Sketch:
    ratio = 2.0**octaves
    frequency = np.clip(sketch.frequency * ratio, *FREQUENCIES_HZ)
    return replace(sketch, frequency=frequency.astype(np.float32), shift=(sketch.shift * ratio).astype(np.float32))
