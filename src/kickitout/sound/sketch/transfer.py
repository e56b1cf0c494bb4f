"""What a model changes, done to a kick that it did not make.

A model says a real kick only nearly (`Voice.encode`): played as it says it, the kick would lose what makes it itself.
So a variation of such a kick is not what the model says of the variation, but the kick's own parts
(`kickitout.sound.sketch.parts`), changed as the model's sketch changes from that of the kick, s, to that of the
variation, s':

    log amplitude of the body   + (log amplitude of s' - that of s)
    frequency of the body       * (frequency of s' / that of s)
    rest, side: in each band and frame of the short-time spectrum * sqrt(P' / P)

with P and P' the powers of the rests and sides that s and s' sound like, by the same noise, so that where nothing
changes nothing is done. And each of these stays between what it was in the kick and what it is in s': where the model
lets a kick end sooner than it does, and its variation later, the ratio of the two alone would let it swell. Both
sketches count at full scale, as the kick does.

What lies between two kicks has the body of tracks that lie between theirs, and of rest and side each kick's share,
cos^2 and sin^2 of its power.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kickitout.sound.kick import KICK_SAMPLES
from kickitout.sound.sketch.bands import equalised
from kickitout.sound.sketch.clip import driven
from kickitout.sound.sketch.parts import FLOOR, FREQUENCIES_HZ, Parts, body_wave, made_body
from kickitout.sound.sketch.render import beside_body
from kickitout.sound.sketch.sketch import LEAST_PEAK, Sketch
from kickitout.sound.sketch.view import band_powers

Signal = NDArray[np.float64]

SOFTEST = 1e-8
"""Powers are told apart down to this share of the largest: -80 dB. What is softer in both sketches is left alone."""

MOST = 4.0
"""No band is made softer by more than this, natural log: 35 dB."""

LOUDEST = 1.4
"""Nor louder than by this, 12 dB: a kick's own floor would be heard. What is then lacking comes from the model."""

NOTHING = -20.0
"""The natural log of a gain that leaves nothing."""

OPENING = (36, 43)
"""Rest and side open between these samples; a kick's own may begin with a step at sample 44."""

SMOOTH = np.array([1.0, 2.0, 3.0, 2.0, 1.0]) / 9.0
"""Changes of the body's tracks are smoothed over these points: bends in them would be heard (`parts.made_body`)."""


@dataclass(frozen=True, eq=False)
class Moved:
    """A kick's parts, changed, at its own full scale and with its own polarity and sides.

    Attributes:
        log_amplitude: of the body, (345,), as in `Parts`.
        frequency: of the body in Hz, (345,).
        phase: of the body at its first point, radians.
        beside: rest and side, (2, 22050).
        drive: natural log of the gain into the soft clip, 0 or more.
    """

    log_amplitude: Signal
    frequency: Signal
    phase: float
    beside: Signal
    drive: float

    def render(self) -> Signal:
        """Mid and side, (2, 22050)."""
        mid_side = self.beside.copy()
        mid_side[0] += made_body(self.log_amplitude, self.frequency, self.phase)
        return driven(mid_side, self.drive) if self.drive > 0.0 else mid_side


def as_it_is(parts: Parts) -> Moved:
    """A kick's parts, not changed: rendered they are the kick at full scale.

    What bends in the body's tracks leave above its band counts to the rest, which takes it off again: tracks that are
    changed bend elsewhere, and would be heard as lines every 689 Hz.
    """
    turned = 0.0 if parts.polarity > 0 else np.pi
    tracks = parts.log_amplitude.astype(np.float64), parts.frequency.astype(np.float64), parts.phase + turned
    beside = np.stack([parts.rest, parts.side_sign * parts.side]).astype(np.float64) * parts.polarity
    beside[0] += body_wave(*tracks) - made_body(*tracks)
    return Moved(*tracks, beside, 0.0)


def moved(parts: Parts, before: Sketch, after: Sketch, noise: NDArray[np.floating]) -> Moved:
    """A kick's parts, changed as a model's sketch changes.

    Args:
        parts: of the kick.
        before: what the model says of the kick.
        after: what it says of the variation.
        noise: what both sound by, `sketch.AIR_SHAPE`.
    """
    own = as_it_is(parts)
    if before is after:
        return own
    old, new = _heard(before, noise), _heard(after, noise)
    own_gains, new_gains = _log_gains(band_powers(own.beside), old.powers, new.powers)
    beside = (equalised(own.beside, own_gains) + equalised(new.beside, new_gains)) * _opening()
    if not parts.side.any():
        beside[1] = new.beside[1] * _opening()  # a mono kick has no side to be changed; it gets the model's
    rise = _smoothed(new.log_amplitude - old.log_amplitude)
    turn = _smoothed(new.log_frequency - old.log_frequency)
    return Moved(
        _within(own.log_amplitude + rise, own.log_amplitude, new.log_amplitude),
        np.exp(_within(np.log(own.frequency) + turn, np.log(own.frequency), new.log_frequency)),
        own.phase,
        beside,
        max(float(after.drive[0] - before.drive[0]), 0.0),
    )


@dataclass(frozen=True, eq=False)
class _Heard:
    """What a sketch sounds like at full scale: the body's tracks, rest and side, and their powers in the bands."""

    log_amplitude: Signal
    log_frequency: Signal
    beside: Signal
    powers: Signal


def _heard(sketch: Sketch, noise: NDArray[np.floating]) -> _Heard:
    beside = beside_body(sketch, noise)
    cosine, sine = sketch.phase.astype(np.float64)
    mid = beside[0] + made_body(sketch.log_amplitude, sketch.frequency, float(np.arctan2(sine, cosine)))
    peak = max(float((np.abs(mid) + np.abs(beside[1])).max()), LEAST_PEAK)
    beside /= peak
    amplitude = np.maximum(np.exp(sketch.log_amplitude.astype(np.float64)) - FLOOR, 0.0) / peak
    frequency = np.clip(sketch.frequency.astype(np.float64), *FREQUENCIES_HZ)
    return _Heard(np.log(amplitude + FLOOR), np.log(frequency), beside, band_powers(beside))


def _within(values: Signal, one: Signal, other: Signal) -> Signal:
    return np.clip(values, np.minimum(one, other), np.maximum(one, other))


def between(one: Moved, other: Moved, place: float) -> Moved:
    """What lies between two kicks: the first at place 0, the other at 1."""
    share = np.sin(0.5 * np.pi * place)
    rest_share = np.cos(0.5 * np.pi * place)
    turn = np.angle(np.exp(1j * (other.phase - one.phase)))  # the shorter way round
    return Moved(
        (1.0 - place) * one.log_amplitude + place * other.log_amplitude,
        np.exp((1.0 - place) * np.log(one.frequency) + place * np.log(other.frequency)),
        float(one.phase + place * turn),
        rest_share * one.beside + share * other.beside,
        (1.0 - place) * one.drive + place * other.drive,
    )


def _opening() -> Signal:
    """What is multiplied with sounds whose bands were changed, (22050,): their windows ring before the onset."""
    start, end = OPENING
    return np.asarray(np.clip((np.arange(KICK_SAMPLES) - start) / (end - start), 0.0, 1.0))


def _smoothed(track: Signal) -> Signal:
    half = len(SMOOTH) // 2
    return np.convolve(np.pad(track, half, mode="edge"), SMOOTH, mode="valid")


def _log_gains(own: Signal, before: Signal, after: Signal) -> tuple[Signal, Signal]:
    """Natural logs of gains, (2, 45, 176) each: of a kick's bands, and of those of the sketch that adds what they lack.

    Args:
        own: the kick's powers.
        before, after: those of two sketches.
    """
    least = SOFTEST * max(float(one.max()) for one in (own, before, after)) + 1e-30
    levels = [0.5 * np.log(one + least) for one in (own, before, after)]
    target = _within(levels[0] + levels[2] - levels[1], levels[0], levels[2])
    gains = np.clip(target - levels[0], -MOST, LOUDEST)
    lacking = np.exp(2.0 * target) - np.exp(2.0 * (levels[0] + gains))
    added = np.full_like(gains, NOTHING)
    short = target - levels[0] > LOUDEST
    added[short] = 0.5 * np.log(lacking[short]) - levels[2][short]
    return gains, added
