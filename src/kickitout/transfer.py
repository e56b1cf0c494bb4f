"""What a model changes, done to a kick that it did not make.

A model says a real kick only nearly (`Voice.encode`): played as it says it, the kick would lose what makes it itself.
So a variation of such a kick is not what the model says of the variation, but the kick's own parts (`kickitout.parts`),
changed as the model's sketch changes from that of the kick, s, to that of the variation, s':

    log amplitude of the body   + (log amplitude of s' - that of s)
    frequency of the body       * (frequency of s' / that of s)
    rest, side: in each band and frame of the short-time spectrum * sqrt(P' / P)

with P and P' the powers of the rests and sides that s and s' sound like, by the same noise, so that where nothing
changes nothing is done. What lies between two kicks has the body of tracks that lie between theirs, and of rest and
side each kick's share, cos^2 and sin^2 of its power.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kickitout.kick import KICK_SAMPLES
from kickitout.parts import FREQUENCIES_HZ, Parts, body_wave
from kickitout.sketch import Sketch, band_powers, beside_body, driven, equalised

Signal = NDArray[np.float64]

SOFTEST = 1e-8
"""Powers are told apart down to this share of the largest: -80 dB. What is softer in both sketches is left alone."""

MOST = 4.0
"""No band is made louder or softer by more than this, natural log: 35 dB."""

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
        mid_side[0] += body_wave(self.log_amplitude, self.frequency, self.phase)
        return driven(mid_side, self.drive) if self.drive > 0.0 else mid_side


def as_it_is(parts: Parts) -> Moved:
    """A kick's parts, not changed: rendered they are the kick at full scale."""
    turned = 0.0 if parts.polarity > 0 else np.pi
    beside = np.stack([parts.rest, parts.side_sign * parts.side]).astype(np.float64) * parts.polarity
    return Moved(
        parts.log_amplitude.astype(np.float64),
        parts.frequency.astype(np.float64),
        parts.phase + turned,
        beside,
        0.0,
    )


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
    rise = _smoothed(after.log_amplitude.astype(np.float64) - before.log_amplitude)
    turn = _smoothed(np.log(after.frequency.astype(np.float64) / before.frequency))
    sounds = beside_body(before, noise), beside_body(after, noise)
    beside = equalised(own.beside, _log_gains(*sounds)) * _opening()
    if not parts.side.any():
        # A mono kick has no side to be changed; it gets the model's, as loud beside its rest as there.
        loudness = np.linalg.norm(own.beside[0]) / max(float(np.linalg.norm(sounds[0][0])), 1e-9)
        beside[1] = float(loudness) * sounds[1][1] * _opening()
    return Moved(
        own.log_amplitude + rise,
        np.clip(own.frequency * np.exp(turn), *FREQUENCIES_HZ),
        own.phase,
        beside,
        max(float(after.drive[0] - before.drive[0]), 0.0),
    )


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


def _log_gains(before: Signal, after: Signal) -> Signal:
    """Natural logs of gains (2, 45, 176) that make the bands of sounds (2, 22050) as loud as those of others."""
    powers = band_powers(before), band_powers(after)
    least = SOFTEST * max(float(one.max()) for one in powers) + 1e-30
    gains = 0.5 * (np.log(powers[1] + least) - np.log(powers[0] + least))
    return np.clip(gains, -MOST, MOST)
