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

A kick that sounds for longer than 500 ms keeps its own end: `kickitout.sound.sketch.own_tail` has how it is joined.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from kickitout.sound.kick import KICK_SAMPLES, SAMPLE_RATE
from kickitout.sound.sketch.bands import equalised
from kickitout.sound.sketch.bend import bent
from kickitout.sound.sketch.clip import clip_of, driven
from kickitout.sound.sketch.own_tail import (
    LED_FRAMES,
    LED_OVER_FRAMES,
    LED_OVER_POINTS,
    LED_POINTS,
    OwnTail,
    Tracks,
    led_on,
    mixed,
)
from kickitout.sound.sketch.parts import BODY_HOP, BODY_POINTS, FLOOR, FREQUENCIES_HZ, Parts, body_wave, made_body
from kickitout.sound.sketch.render import render_rest_and_side
from kickitout.sound.sketch.sketch import LEAST_PEAK, Sketch
from kickitout.sound.sketch.spread import spread, spread_gain
from kickitout.sound.sketch.tail import joined, rest_tail
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
        limited, spread, bound, shift: see `Sketch`.
        tail: what it has of its own after the 500 ms, changed, too; None: nothing.
    """

    log_amplitude: Signal
    frequency: Signal
    phase: float
    rest_and_side: Signal
    drive: float
    limited: float = 0.0
    spread: float = 0.0
    bound: float = 0.0
    tail: OwnTail | None = None
    shift: Signal = field(default_factory=lambda: np.zeros(BODY_POINTS))

    @property
    def tracks(self) -> Tracks:
        """Its body."""
        return Tracks(self.log_amplitude, self.frequency, self.phase)

    def render(self) -> Signal:
        """Mid and side, (2, 22050), or longer with a tail."""
        mid_side = self.rest_and_side.copy()
        mid_side[0] += made_body(self.log_amplitude, self.frequency, self.phase)
        mid_side[0] = bent(mid_side[0], self.shift)
        if self.tail is not None:
            mid_side = joined(mid_side, self.tail.render())
        if self.spread > 0.0:
            side = spread(mid_side[0])
            mid_side[1] += spread_gain(mid_side[0], side, self.spread) * side
        drive, limited = clip_of(self.drive, self.limited, self.bound, float(np.abs(mid_side).sum(axis=0).max()))
        return driven(mid_side * np.exp(self.drive - drive), drive, limited) if drive > 0.0 else mid_side


def as_it_is(parts: Parts, tail: OwnTail | None = None) -> Moved:
    """A kick's parts, unchanged: rendered, they give the kick at full scale, followed by its tail.

    Artefacts of bends in the body's tracks, above its band, are moved to the rest, which cancels them: changed tracks
    bend elsewhere, and the artefacts would be audible as lines every 689 Hz.
    """
    turned = 0.0 if parts.polarity > 0 else np.pi
    tracks = parts.log_amplitude.astype(np.float64), parts.frequency.astype(np.float64), parts.phase + turned
    rest_and_side = np.stack([parts.rest, parts.side_sign * parts.side]).astype(np.float64) * parts.polarity
    rest_and_side[0] += body_wave(*tracks) - made_body(*tracks)
    return Moved(*tracks, rest_and_side, 0.0, tail=tail)


def moved(
    parts: Parts,
    before: Sketch,
    after: Sketch,
    noise: NDArray[np.floating],
    tail: OwnTail | None = None,
    more: NDArray[np.floating] | None = None,
) -> Moved:
    """A kick's parts, changed as a model's sketch changes.

    Args:
        parts: of the kick.
        before: the model's sketch of the kick.
        after: its sketch of the variation.
        noise: the random numbers of both, `sketch.AIR_SHAPE`.
        tail: what the kick has of its own after the 500 ms.
        more: with a tail, the random numbers that follow `noise`, `sketch.TAIL_SHAPE`.
    """
    own = as_it_is(parts, tail)
    if before is after:
        return own
    old, new = _rendered(before, noise), _rendered(after, noise)
    own_gains, new_gains = _log_gains(band_powers(own.rest_and_side), old.powers, new.powers)
    if tail is not None:
        own_gains, new_gains = (led_on(one, LED_FRAMES, LED_OVER_FRAMES)[0] for one in (own_gains, new_gains))
    rest_and_side = (equalised(own.rest_and_side, own_gains) + equalised(new.rest_and_side, new_gains)) * _opening()
    is_mono = not parts.side.any()
    if is_mono:
        rest_and_side[1] = new.rest_and_side[1] * _opening()  # a mono kick has no side to change; it gets the model's
    rise = _smoothed(new.log_amplitude - old.log_amplitude)
    rise = _within(own.log_amplitude + rise, own.log_amplitude, new.log_amplitude) - own.log_amplitude
    turn, own_frequency = _smoothed(new.log_frequency - old.log_frequency), np.log(own.frequency)
    turn = _within(own_frequency + turn, own_frequency, new.log_frequency) - own_frequency
    slope = 0.0
    if tail is not None:
        rise, slope = led_on(rise, LED_POINTS, LED_OVER_POINTS, falling=True)
        turn, _ = led_on(turn, LED_POINTS, LED_OVER_POINTS)
    tracks = Tracks(own.log_amplitude + rise, np.exp(own_frequency + turn), own.phase)
    if tail is not None and more is not None:
        added = new_gains[..., -1].copy()
        if is_mono:
            added[1] = 0.0
        tail = tail.changed(own.tracks, tracks, own_gains[..., -1], slope * SAMPLE_RATE / BODY_HOP)
        tail = tail.filled_up(rest_tail(after, noise, more) / new.peak, added)
    return Moved(
        *tracks,
        rest_and_side,
        # What was set is the kick's own drive; else the model's changes by as much as its sketch does.
        float(after.drive[0]) if after.limited[0] > 0.0 else max(float(after.drive[0] - before.drive[0]), 0.0),
        float(after.limited[0]),
        float(after.spread[0]),
        float(after.bound[0] > 0.0),  # of its own, at full scale
        tail,
        (after.shift - before.shift).astype(np.float64),
    )


@dataclass(frozen=True, eq=False)
class _Rendered:
    """A sketch rendered at full scale: the body's tracks, rest and side, their powers in the bands, and its peak."""

    log_amplitude: Signal
    log_frequency: Signal
    rest_and_side: Signal
    powers: Signal
    peak: float


def _rendered(sketch: Sketch, noise: NDArray[np.floating]) -> _Rendered:
    rest_and_side = render_rest_and_side(sketch, noise)
    cosine, sine = sketch.phase.astype(np.float64)
    mid = rest_and_side[0] + made_body(sketch.log_amplitude, sketch.frequency, float(np.arctan2(sine, cosine)))
    peak = max(float((np.abs(mid) + np.abs(rest_and_side[1])).max()), LEAST_PEAK)
    rest_and_side /= peak
    amplitude = np.maximum(np.exp(sketch.log_amplitude.astype(np.float64)) - FLOOR, 0.0) / peak
    frequency = np.clip(sketch.frequency.astype(np.float64), *FREQUENCIES_HZ)
    return _Rendered(np.log(amplitude + FLOOR), np.log(frequency), rest_and_side, band_powers(rest_and_side), peak)


def _within(values: Signal, one: Signal, other: Signal) -> Signal:
    return np.clip(values, np.minimum(one, other), np.maximum(one, other))


def between(one: Moved, other: Moved, place: float) -> Moved:
    """A morph of two kicks: the first at place 0, the second at 1."""
    share = np.sin(0.5 * np.pi * place)
    rest_share = np.cos(0.5 * np.pi * place)
    turn = np.angle(np.exp(1j * (other.phase - one.phase)))  # along the shorter arc
    tracks = Tracks(
        (1.0 - place) * one.log_amplitude + place * other.log_amplitude,
        np.exp((1.0 - place) * np.log(one.frequency) + place * np.log(other.frequency)),
        float(one.phase + place * turn),
    )
    tail = None
    if one.tail is not None and other.tail is not None:
        tails = [end.tail.changed(end.tracks, tracks) for end in (one, other) if end.tail is not None]
        tail = mixed(tails[0], tails[1], (1.0 - place, place), (float(rest_share), float(share)))
    return Moved(
        *tracks,
        rest_share * one.rest_and_side + share * other.rest_and_side,
        (1.0 - place) * one.drive + place * other.drive,
        (1.0 - place) * one.limited + place * other.limited,
        (1.0 - place) * one.spread + place * other.spread,
        (1.0 - place) * one.bound + place * other.bound,
        tail,
        (1.0 - place) * one.shift + place * other.shift,
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
