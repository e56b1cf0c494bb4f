"""A model's changes applied to a kick that it did not make.

A model describes a real kick only approximately (`Voice.encode`): its reconstruction would lose the kick's character.
So a variation of such a kick is not the model's rendering, but the kick's own parts (`kickitout.sound.sketch.parts`),
changed as the model's sketch changes from that of the kick, s, to that of the variation, s':

    log amplitude of the body   + (log amplitude of s' - that of s)
    frequency of the body       * (frequency of s' / that of s)
    rest, side: in each band and frame of the short-time spectrum * sqrt(P' / P)

with P and P' the powers of rest and side of s and s', rendered with the same noise, so that equal sketches change
nothing. Each result stays between its value in the kick and that in s': if the model's kick ends sooner than the real
one, and its variation later, the ratio alone would let the kick swell. Both sketches count at full scale, as the kick
does.

A morph of two kicks has a body with tracks between theirs, and a share of the rest and side of each, cos^2 and sin^2 of
its power.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kickitout.sound.kick import KICK_SAMPLES
from kickitout.sound.sketch.bands import equalised
from kickitout.sound.sketch.clip import clip_of, driven
from kickitout.sound.sketch.parts import FLOOR, FREQUENCIES_HZ, Parts, body_wave, made_body
from kickitout.sound.sketch.render import render_rest_and_side
from kickitout.sound.sketch.sketch import LEAST_PEAK, Sketch
from kickitout.sound.sketch.spread import spread, spread_gain
from kickitout.sound.sketch.view import band_powers

Signal = NDArray[np.float64]

SOFTEST = 1e-8
"""Powers are compared down to this share of the largest: -80 dB. Bands that are softer in both sketches do not
change."""

MOST = 4.0
"""The limit by which a band is made softer, natural log: 35 dB."""

LOUDEST = 1.4
"""The limit by which it is made louder, 12 dB: beyond, a kick's noise floor would be audible. The model adds the
rest."""

NOTHING = -20.0
"""The natural log of a gain that silences."""

OPENING = (36, 43)
"""Rest and side fade in between these samples; those of a kick may begin with a step at sample 44."""

SMOOTH = np.array([1.0, 2.0, 3.0, 2.0, 1.0]) / 9.0
"""Changes of the body's tracks are smoothed over these points: bends in them would be audible (`parts.made_body`)."""


@dataclass(frozen=True, eq=False)
class Moved:
    """A kick's parts, changed, at its own full scale and with its own polarity and sides.

    Attributes:
        log_amplitude: of the body, (345,), as in `Parts`.
        frequency: of the body in Hz, (345,).
        phase: of the body at its first point, radians.
        rest_and_side: (2, 22050).
        drive: natural log of the gain into the soft clip, 0 or more.
        limited, spread, bound: see `Sketch`.
    """

    log_amplitude: Signal
    frequency: Signal
    phase: float
    rest_and_side: Signal
    drive: float
    limited: float = 0.0
    spread: float = 0.0
    bound: float = 0.0

    def render(self) -> Signal:
        """Mid and side, (2, 22050)."""
        mid_side = self.rest_and_side.copy()
        mid_side[0] += made_body(self.log_amplitude, self.frequency, self.phase)
        if self.spread > 0.0:
            side = spread(mid_side[0])
            mid_side[1] += spread_gain(mid_side[0], side, self.spread) * side
        drive, limited = clip_of(self.drive, self.limited, self.bound, float(np.abs(mid_side).sum(axis=0).max()))
        return driven(mid_side * np.exp(self.drive - drive), drive, limited) if drive > 0.0 else mid_side


def as_it_is(parts: Parts) -> Moved:
    """A kick's parts, unchanged: rendered, they give the kick at full scale.

    Artefacts of bends in the body's tracks, above its band, are moved to the rest, which cancels them: changed tracks
    bend elsewhere, and the artefacts would be audible as lines every 689 Hz.
    """
    turned = 0.0 if parts.polarity > 0 else np.pi
    tracks = parts.log_amplitude.astype(np.float64), parts.frequency.astype(np.float64), parts.phase + turned
    rest_and_side = np.stack([parts.rest, parts.side_sign * parts.side]).astype(np.float64) * parts.polarity
    rest_and_side[0] += body_wave(*tracks) - made_body(*tracks)
    return Moved(*tracks, rest_and_side, 0.0)


def moved(parts: Parts, before: Sketch, after: Sketch, noise: NDArray[np.floating]) -> Moved:
    """A kick's parts, changed as a model's sketch changes.

    Args:
        parts: of the kick.
        before: the model's sketch of the kick.
        after: its sketch of the variation.
        noise: the random numbers of both, `sketch.AIR_SHAPE`.
    """
    own = as_it_is(parts)
    if before is after:
        return own
    old, new = _rendered(before, noise), _rendered(after, noise)
    own_gains, new_gains = _log_gains(band_powers(own.rest_and_side), old.powers, new.powers)
    rest_and_side = (equalised(own.rest_and_side, own_gains) + equalised(new.rest_and_side, new_gains)) * _opening()
    if not parts.side.any():
        rest_and_side[1] = new.rest_and_side[1] * _opening()  # a mono kick has no side to change; it gets the model's
    rise = _smoothed(new.log_amplitude - old.log_amplitude)
    turn = _smoothed(new.log_frequency - old.log_frequency)
    return Moved(
        _within(own.log_amplitude + rise, own.log_amplitude, new.log_amplitude),
        np.exp(_within(np.log(own.frequency) + turn, np.log(own.frequency), new.log_frequency)),
        own.phase,
        rest_and_side,
        # What was set is the kick's own drive; else the model's changes by as much as its sketch does.
        float(after.drive[0]) if after.limited[0] > 0.0 else max(float(after.drive[0] - before.drive[0]), 0.0),
        float(after.limited[0]),
        float(after.spread[0]),
        float(after.bound[0] > 0.0),  # of its own, at full scale
    )


@dataclass(frozen=True, eq=False)
class _Rendered:
    """A sketch rendered at full scale: the body's tracks, rest and side, and their powers in the bands."""

    log_amplitude: Signal
    log_frequency: Signal
    rest_and_side: Signal
    powers: Signal


def _rendered(sketch: Sketch, noise: NDArray[np.floating]) -> _Rendered:
    rest_and_side = render_rest_and_side(sketch, noise)
    cosine, sine = sketch.phase.astype(np.float64)
    mid = rest_and_side[0] + made_body(sketch.log_amplitude, sketch.frequency, float(np.arctan2(sine, cosine)))
    peak = max(float((np.abs(mid) + np.abs(rest_and_side[1])).max()), LEAST_PEAK)
    rest_and_side /= peak
    amplitude = np.maximum(np.exp(sketch.log_amplitude.astype(np.float64)) - FLOOR, 0.0) / peak
    frequency = np.clip(sketch.frequency.astype(np.float64), *FREQUENCIES_HZ)
    return _Rendered(np.log(amplitude + FLOOR), np.log(frequency), rest_and_side, band_powers(rest_and_side))


def _within(values: Signal, one: Signal, other: Signal) -> Signal:
    return np.clip(values, np.minimum(one, other), np.maximum(one, other))


def between(one: Moved, other: Moved, place: float) -> Moved:
    """A morph of two kicks: the first at place 0, the second at 1."""
    share = np.sin(0.5 * np.pi * place)
    rest_share = np.cos(0.5 * np.pi * place)
    turn = np.angle(np.exp(1j * (other.phase - one.phase)))  # along the shorter arc
    return Moved(
        (1.0 - place) * one.log_amplitude + place * other.log_amplitude,
        np.exp((1.0 - place) * np.log(one.frequency) + place * np.log(other.frequency)),
        float(one.phase + place * turn),
        rest_share * one.rest_and_side + share * other.rest_and_side,
        (1.0 - place) * one.drive + place * other.drive,
        (1.0 - place) * one.limited + place * other.limited,
        (1.0 - place) * one.spread + place * other.spread,
        (1.0 - place) * one.bound + place * other.bound,
    )


def _opening() -> Signal:
    """The fade-in of sounds with changed bands, (22050,): their windows ring before the onset."""
    start, end = OPENING
    return np.asarray(np.clip((np.arange(KICK_SAMPLES) - start) / (end - start), 0.0, 1.0))


def _smoothed(track: Signal) -> Signal:
    half = len(SMOOTH) // 2
    return np.convolve(np.pad(track, half, mode="edge"), SMOOTH, mode="valid")


def _log_gains(own: Signal, before: Signal, after: Signal) -> tuple[Signal, Signal]:
    """Natural logs of gains, (2, 45, 176) each: for a kick's bands, and for those of the sketch that fills them up.

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
