"""Faults of two channels that recordings and exports have: one is silent, one is inverted, one comes late.

They are told from stereo that is meant by how exactly one channel gives the other: of 973 real kicks with two different
channels none comes within 7 dB of one of these limits.
"""

from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from kickitout.sound.reading import notes
from kickitout.sound.reading.notes import Note

SILENT_DB = -50.0
"""A channel whose swing lies this far below the other's is silent."""

INVERTED_DB = -15.0
"""One channel is inverted if the sum of both lies this far below their difference."""

LATE_DB = -10.0
"""One channel is late if, shifted back, the difference lies this far below the sound, as heard in its steepness,"""

LATE_GAIN_DB = 6.0
"""and by this much lower than unshifted."""

LEAST_LATE, MOST_LATE = 0.0005, 0.060
"""Seconds: less is a stereo image, more an echo."""


class Kind(Enum):
    """What is the matter with the channels."""

    LEFT_SILENT = "left silent"
    RIGHT_SILENT = "right silent"
    INVERTED = "inverted"
    LATE = "late"


@dataclass(frozen=True)
class ChannelFault:
    """A fault; `shift`: samples by which the right channel comes after the left (negative: before it)."""

    kind: Kind
    shift: int = 0


def note_of(fault: ChannelFault, sample_rate: int) -> Note:
    """What is to be said of the channels of a file."""
    if fault.kind is Kind.LATE:
        late, other = ("right", "left") if fault.shift > 0 else ("left", "right")
        words = f"the {late} comes {1000.0 * abs(fault.shift) / sample_rate:.1f} ms after the {other}"
        return Note(notes.LATE, words)
    return _NOTES[fault.kind]


_NOTES = {
    Kind.LEFT_SILENT: Note(notes.ONE_SIDED, "nothing is in the left channel"),
    Kind.RIGHT_SILENT: Note(notes.ONE_SIDED, "nothing is in the right channel"),
    Kind.INVERTED: Note(notes.INVERTED, "left and right cancel each other in mono"),
}


def _db(part: float, whole: float) -> float:
    return 10.0 * float(np.log10((part + 1e-30) / (whole + 1e-30)))


def channel_fault(samples: NDArray[np.float32], sample_rate: int) -> ChannelFault | None:
    """The fault of two channels, (2, n), or None: also for silence, and for another number of channels."""
    if samples.shape[0] != 2 or samples.shape[1] < 2 or not np.isfinite(samples).all():
        return None
    swing = np.ptp(samples.astype(np.float64), axis=1)
    if swing.max() == 0.0:
        return None
    for channel, kind in ((0, Kind.LEFT_SILENT), (1, Kind.RIGHT_SILENT)):
        if swing[channel] <= swing.max() * 10.0 ** (SILENT_DB / 20.0):
            return ChannelFault(kind)
    centred = samples.astype(np.float64) / swing.max()
    centred -= centred.mean(axis=1, keepdims=True)
    left, right = centred
    if np.array_equal(left, right):
        return None
    if _db(np.square(left + right).sum(), np.square(left - right).sum()) <= INVERTED_DB:
        return ChannelFault(Kind.INVERTED)
    shift = delay(centred, sample_rate)
    return ChannelFault(Kind.LATE, shift) if shift else None


def delay(samples: NDArray[np.float64], sample_rate: int) -> int:
    """Samples by which the right channel repeats the left later; negative: the left the right; 0: neither does.

    Measured on the differences from sample to sample, in which the attack outweighs the low tone, whose period would
    make it alike at many shifts.
    """
    steep = np.diff(samples, axis=1)
    length = 1 << int(np.ceil(np.log2(2 * steep.shape[1])))
    spectra = np.fft.rfft(steep, length)
    likeness = np.fft.irfft(np.conj(spectra[0]) * spectra[1], length)
    most = min(round(MOST_LATE * sample_rate), steep.shape[1] // 2)
    shifts = np.r_[0 : most + 1, -most:0]
    at = int(shifts[np.argmax(likeness[shifts])])
    if abs(at) < LEAST_LATE * sample_rate:
        return 0
    apart, alone = _rest(steep, at), _rest(steep, 0)
    return at if apart <= LATE_DB and alone - apart >= LATE_GAIN_DB else 0


def _rest(steep: NDArray[np.float64], shift: int) -> float:
    """What is left of the right channel when the left, shifted and at its best gain, is taken from it, dB."""
    first, second = (steep[0], steep[1]) if shift >= 0 else (steep[1], steep[0])
    count = len(first) - abs(shift)
    first, second = first[:count], second[abs(shift) :]
    power = float(first @ first)
    gain = float(first @ second) / power if power else 0.0
    return _db(float(np.square(second - gain * first).sum()), float(second @ second))


def repaired(samples: NDArray[np.float32], fault: ChannelFault) -> NDArray[np.float32]:
    """Two channels without their fault: the silent one is a copy, the right one is turned, the late one shifted.

    (2, n) -> (2, n), or (2, n - shift) for a late one.
    """
    left, right = samples
    if fault.kind is Kind.LEFT_SILENT:
        return np.stack([right, right])
    if fault.kind is Kind.RIGHT_SILENT:
        return np.stack([left, left])
    if fault.kind is Kind.INVERTED:
        return np.stack([left, -right])
    count = len(left) - abs(fault.shift)
    if fault.shift > 0:
        return np.stack([left[:count], right[fault.shift :]])
    return np.stack([left[-fault.shift :], right[:count]])
