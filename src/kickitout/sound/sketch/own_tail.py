"""What a sound that was taken in has of its own after its first 500 ms, joined to what a model makes of these.

A model hears and changes 500 ms. What follows stays the sound's own, changed as the last of these were, so that nobody
hears where it begins:

    body          z, the analytic signal of mid in the body's band (`parts`), becomes Re(z exp(g + i (p + 2 pi d t))):
                  g, p and d are by how much its log level, its phase and its frequency were changed
    rest, side    each band by the gain that it had; and what the model adds where the sound has too little
                  (`transfer`) goes on as its own kicks do

With nothing changed it is the sound itself. It is joined where a sketch's own tail would be, from `tail.JOIN` on.

A model's kicks end with the 500 ms, most of them in a short fade that it has learnt, which is no change to lead on. So
changes are believed until 464 ms, and go over to what they are led on by from 436 ms on: levels and frequencies to
their mean over 93 ms, and a body that was made to fall sooner goes on to do so, along a straight line.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kickitout.sound.kick import SAMPLE_RATE
from kickitout.sound.sketch.bands import at_bins
from kickitout.sound.sketch.parts import BODY_HOP, TURNS_PER_HZ, body_band
from kickitout.sound.sketch.sketch import Signal
from kickitout.sound.sketch.tail import AVERAGED, JOIN, LAST_POINT, TAIL_FFT
from kickitout.sound.spectrogram import N_FFT

LEAD = 1_024
"""Samples before the join that are kept, since the bands' filter looks so far."""

WHOLE_FFT = 131_072
"""Samples of the transform that finds the body: the longest sound, and room for the filter to ring."""

END_SAMPLES = 441
"""What is added fades out over the last 10 ms of the sound."""

LED_POINTS, LED_OVER_POINTS = (256, 320), (300, 325)
"""Points of the body's tracks by which changes are led on, and between which they go over to that,"""

LED_FRAMES, LED_OVER_FRAMES = (128, 160), (150, 162)
"""and frames of rest and side."""

_BELIEVED = slice(LAST_POINT - AVERAGED + 1, LAST_POINT + 1)


class Tracks(NamedTuple):
    """A body: log amplitude and frequency in Hz at its points, (345,), and its phase at the first."""

    log_amplitude: Signal
    frequency: Signal
    phase: float

    @property
    def phase_at_join(self) -> float:
        """Its phase at `tail.JOIN`, radians."""
        point, over = divmod(JOIN, BODY_HOP)
        turns = float(self.frequency[:point].sum() + over / BODY_HOP * self.frequency[point]) * TURNS_PER_HZ
        return self.phase + 2.0 * np.pi * turns


@dataclass(frozen=True, eq=False)
class OwnTail:
    """A sound from LEAD samples before `tail.JOIN` on.

    Attributes:
        body: analytic, complex (m,).
        rest_and_side: (2, m).
    """

    body: NDArray[np.complex128]
    rest_and_side: Signal

    @property
    def samples(self) -> int:
        """The length of the whole sound."""
        return JOIN - LEAD + len(self.body)

    @classmethod
    def of(cls, mid_side: Signal) -> "OwnTail":
        """That of a sound, (2, n), n from 22,050 to 88,200."""
        n, start = mid_side.shape[1], JOIN - LEAD
        gains = body_band(WHOLE_FFT)
        spectrum = np.zeros(WHOLE_FFT, dtype=np.complex128)
        spectrum[: gains.size] = np.fft.rfft(mid_side[0], WHOLE_FFT)[: gains.size] * gains
        body = np.fft.ifft(spectrum)[start:n]
        rest_and_side = mid_side[:, start:].astype(np.float64)
        rest_and_side[0] -= body.real
        return cls(body, rest_and_side)

    def changed(self, before: Tracks, after: Tracks, log_gains: Signal | None = None, slope: float = 0.0) -> "OwnTail":
        """The same behind a body that was changed.

        Args:
            before, after: the body.
            log_gains: of rest and side in the bands, (2, 45), natural logs; None: they stay as they are.
            slope: by how much the body's log level is changed more with each second.
        """
        rise = float((after.log_amplitude[_BELIEVED] - before.log_amplitude[_BELIEVED]).mean())
        shift_hz = float((after.frequency[_BELIEVED] - before.frequency[_BELIEVED]).mean())
        turn = after.phase_at_join - before.phase_at_join
        seconds = (np.arange(len(self.body)) - LEAD) / SAMPLE_RATE
        body = self.body * np.exp(rise + slope * seconds + 1j * (turn + 2.0 * np.pi * shift_hz * seconds))
        return OwnTail(body, self.rest_and_side if log_gains is None else _equalised(self.rest_and_side, log_gains))

    def filled_up(self, sounds: Signal, log_gains: Signal) -> "OwnTail":
        """The same with a share of rest and side of another, (2, at least m - LEAD) from `tail.JOIN` on, by gains in
        the bands; it ends where this one ends."""
        length = len(self.body) - LEAD
        added = _equalised(sounds[:, :length], log_gains)
        added[:, -END_SAMPLES:] *= np.linspace(1.0, 0.0, END_SAMPLES)
        rest_and_side = self.rest_and_side.copy()
        rest_and_side[:, LEAD:] += added
        return OwnTail(self.body, rest_and_side)

    def render(self) -> Signal:
        """Mid and side from `tail.JOIN` on."""
        mid_side = self.rest_and_side[:, LEAD:].copy()
        mid_side[0] += self.body[LEAD:].real
        return mid_side


def led_on(
    change: Signal, fitted: tuple[int, int], over: tuple[int, int], *, falling: bool = False
) -> tuple[Signal, float]:
    """A change, (..., n), that goes over to what it is led on by, and the slope of that from value to value.

    Args:
        change: natural logs.
        fitted: between which of its values it is measured.
        over: between which it goes over.
        falling: whether one that falls goes on to fall; else it is held at its mean.
    """
    at = np.arange(change.shape[-1], dtype=np.float64) - 0.5 * (fitted[0] + fitted[1] - 1)
    stretch = slice(*fitted)
    slope = 0.0
    if falling:
        slope = min(float((change[stretch] * at[stretch]).sum() / np.square(at[stretch]).sum()), 0.0)
    line = change[..., stretch].mean(axis=-1, keepdims=True) + slope * at
    share = np.clip((np.arange(change.shape[-1]) - over[0]) / (over[1] - over[0]), 0.0, 1.0)
    return np.asarray(change + share * (line - change)), slope


def mixed(one: OwnTail, other: OwnTail, bodies: tuple[float, float], others: tuple[float, float]) -> OwnTail:
    """Shares of two tails: of the bodies, and of rest and side."""
    length = max(len(one.body), len(other.body))
    bodies_mixed = sum(share * _padded(end.body, length) for share, end in zip(bodies, (one, other), strict=True))
    rest = sum(share * _padded(end.rest_and_side, length) for share, end in zip(others, (one, other), strict=True))
    return OwnTail(np.asarray(bodies_mixed), np.asarray(rest))


def _padded(values: NDArray[np.inexact], length: int) -> NDArray[np.inexact]:
    return np.concatenate([values, np.zeros((*values.shape[:-1], length - values.shape[-1]), values.dtype)], axis=-1)


def _equalised(rest_and_side: Signal, log_gains: Signal) -> Signal:
    """A tail through filters without delay, whose gains are those of the bands."""
    at = np.arange(TAIL_FFT // 2 + 1) * (N_FFT / TAIL_FFT)
    bins = at_bins(log_gains.astype(np.float32))
    gains = np.exp(np.stack([np.interp(at, np.arange(bins.shape[1]), one) for one in bins]))
    spectrum = np.fft.rfft(rest_and_side, TAIL_FFT) * gains
    return np.fft.irfft(spectrum, TAIL_FFT)[:, : rest_and_side.shape[1]]
