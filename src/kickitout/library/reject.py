"""The reasons for rejecting a file, one stable word or phrase each."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from kickitout.errors import InputError
from kickitout.measure.descriptors import rises
from kickitout.sound import audio
from kickitout.system.files import describe_os_error

NOT_READ = audio.NOT_READ
"""No verdict on a file: the machine did not give its bytes, and it is tried again next time."""

UNREADABLE = "unreadable"
EMPTY = "empty"
NON_FINITE = "non-finite"
SILENT = "silent"
TOO_SHORT = "too short"
TOO_LONG = "too long"
LOOP = "loop"
CHANNELS = "more than two channels"
NOT_A_KICK = "not a kick"
EXACT_DUPLICATE = "exact duplicate"
NEAR_DUPLICATE = "near duplicate"

REASONS = (
    UNREADABLE,
    EMPTY,
    NON_FINITE,
    SILENT,
    TOO_SHORT,
    TOO_LONG,
    LOOP,
    CHANNELS,
    NOT_A_KICK,
    EXACT_DUPLICATE,
    NEAR_DUPLICATE,
)

NOT_TAKEN = "not usable as a kick ({reason}: {detail}); give another"

LACKING = "not usable as a kick ({reason}: {detail}); give another, or take it all the same with {keep_all:on}"

CHANNELS_FOUND = "{channels} channels"
SECONDS_FOUND = "{seconds:.1f} s, at most {most:g} s"
MORE_SECONDS = "more than {most:g} s"
LOUD_SECONDS_FOUND = "{seconds:.1f} s without its quiet end, at most {most:g} s"
LONG_FOUND = "{seconds:.2f} s; the model hears the first {heard:g} ms, and the rest is joined to what it makes of them"
LONGER_FOUND = LONG_FOUND + ", up to {most:g} ms"
NON_FINITE_FOUND = "NaN or infinite samples"
SILENT_FOUND = "no sample moves by more than -80 dB of full scale"
HITS_FOUND = "{hits} hits"
SOUND_FOUND = "{ms:.0f} ms of sound"
SAMPLES_FOUND = "{n} samples at {rate} Hz"

LONGEST_SECONDS = 4.0
"""What is loud for longer is not a one-shot."""

QUIET_DB = -20.0
"""What is quieter than this, against the loudest 20 ms, before and after does not count: silence, a room, a tail."""

LONGEST_FILE_SECONDS = 30.0
"""A longer file is not decoded."""

READ_SECONDS = LONGEST_FILE_SECONDS + 0.1
"""A little more is read than is allowed, in case a header does not know its length."""

READ_FRAMES = 6_000_000
"""And never more than so many samples of each channel, whatever the rate: 31 s at 192 kHz."""

SHORTEST_SAMPLES = 882
"""A prepared kick that sounds for less than 20 ms is a click."""

SILENCE = 1e-4
"""A file with a lower peak-to-peak range (-80 dB of full scale) is silent."""

RATES = audio.RATES
"""Plausible sample rates in Hz."""

HIT_RISE_DB = 10.0
"""A later hit rises by this much within 80 ms,"""

HIT_LEVEL_DB = -12.0
"""up to at least this level against the loudest,"""

HIT_FRAMES = 5
"""and at least this many frames of 20 ms after the hit before it. It does so also without what is too low to be
heard: the level of such frames rises with each half-wave of 5 Hz."""

MOST_LATER_HITS = 1
"""A one-shot may have a second hit (an echo, a room); more are a loop."""


class RejectedError(Exception):
    """A sound is rejected: one of `REASONS`, and a detail in words. Never leaves the library."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(reason, detail)
        self.reason = reason
        self.detail = detail


def why(error: Exception) -> str:
    """Why a file among others is left out, in words, by what reading it or working on it raised."""
    if not isinstance(error, InputError):
        return fault(error)
    if error.remedy in (NOT_TAKEN, LACKING):
        return "{reason}: {detail}".format(**error.facts)
    return error.problem()


def fault(error: Exception) -> str:
    """What went wrong with a file, where it need not be the file's doing, in words."""
    if isinstance(error, MemoryError):
        return "not enough memory"
    words = describe_os_error(error) if isinstance(error, OSError) else f"{type(error).__name__}: {error}"
    return f"it could not be worked on: {' '.join(words.split())[:200]}"


def _power(samples: NDArray[np.floating[Any]]) -> NDArray[np.float64]:
    """The power of each sample, summed over channels. (c, n) -> (n,)."""
    return np.asarray((samples.astype(np.float64) ** 2).sum(axis=0))


def _levels(power: NDArray[np.float64], sample_rate: int) -> NDArray[np.float64]:
    """The mean of whole frames of 20 ms. (n,) -> (frames,)."""
    length = sample_rate // 50
    count = len(power) // length
    return np.asarray(power[: count * length].reshape(count, length).mean(axis=1))


def loud_seconds(samples: NDArray[np.float32], sample_rate: int) -> float:
    """How long a sound lasts from its first to its last loud 20 ms, (c, n) without offset."""
    level = _levels(_power(samples), sample_rate)
    loud = np.flatnonzero(level > level.max(initial=0.0) * 10 ** (QUIET_DB / 10))
    return 0.02 * float(loud[-1] - loud[0] + 1) if len(loud) else 0.0


def peak_to_peak(samples: NDArray[np.float32]) -> float:
    """The largest peak-to-peak range of the channels, (c, n); 0 of no samples. In float64: float32 may overflow."""
    if samples.shape[1] == 0:
        return 0.0
    return float((samples.max(axis=1).astype(np.float64) - samples.min(axis=1)).max())


def _risen(samples: NDArray[np.floating[Any]], sample_rate: int) -> NDArray[np.bool_]:
    """Which frames of 20 ms are loud and have risen as with a hit. (c, n) -> (frames,)."""
    power = _power(samples)
    level = _levels(power, sample_rate)
    loud = level > level.max(initial=0.0) * 10 ** (HIT_LEVEL_DB / 10)
    return np.asarray(loud & (rises(power, sample_rate) >= HIT_RISE_DB))


def _without_subsonics(samples: NDArray[np.float32], sample_rate: int) -> NDArray[np.float64]:
    """Each sample less the mean of the 20 ms around it: 5 Hz at -36 dB, 25 Hz at -9 dB, 50 Hz as it was. (c, n)."""
    length, count = sample_rate // 50, samples.shape[1]
    sums = np.cumsum(np.pad(samples.astype(np.float64), ((0, 0), (1, 0))), axis=1)
    first = np.arange(count) - length // 2
    last = np.minimum(first + length, count)
    first = np.maximum(first, 0)
    return np.asarray(samples - (sums[:, last] - sums[:, first]) / (last - first))


def later_hits(samples: NDArray[np.float32], sample_rate: int) -> int:
    """How many hits follow the first, (c, n) without offset."""
    risen = _risen(samples, sample_rate) & _risen(_without_subsonics(samples, sample_rate), sample_rate)
    # A hit has risen for some frames: what counts is where that begins.
    count, last = 0, -HIT_FRAMES
    for begins in np.flatnonzero(risen & ~np.roll(risen, 1)).tolist():
        if begins - last >= HIT_FRAMES:
            count, last = count + 1, begins
    return count
