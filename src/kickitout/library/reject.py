"""The reasons for rejecting a file, one stable word or phrase each."""

import numpy as np
from numpy.typing import NDArray

from kickitout.measure.descriptors import rises

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

CHANNELS_FOUND = "{channels} channels"
RATE_FOUND = "a sample rate of {rate} Hz"
SECONDS_FOUND = "{seconds:.1f} s, at most {most:g} s"
MORE_SECONDS = "more than {most:g} s"
NON_FINITE_FOUND = "NaN or infinite samples"
SILENT_FOUND = "no sample moves by more than -80 dB of full scale"
HITS_FOUND = "{hits} hits"
SOUND_FOUND = "{ms:.0f} ms of sound"

LONGEST_SECONDS = 4.0
"""A longer file is not a one-shot."""

READ_SECONDS = LONGEST_SECONDS + 0.1
"""A little more is read than is allowed, in case a header does not know its length."""

SHORTEST_SAMPLES = 882
"""A prepared kick that sounds for less than 20 ms is a click."""

SILENCE = 1e-4
"""A file with a lower peak-to-peak range (-80 dB of full scale) is silent."""

RATES = range(2_000, 1_000_001)
"""Plausible sample rates in Hz."""

HIT_RISE_DB = 10.0
"""A later hit rises by this much within 80 ms,"""

HIT_LEVEL_DB = -12.0
"""up to at least this level against the loudest,"""

HIT_FRAMES = 5
"""and at least this many frames of 20 ms after the hit before it."""

MOST_LATER_HITS = 1
"""A one-shot may have a second hit (an echo, a room); more are a loop."""


def later_hits(samples: NDArray[np.float32], sample_rate: int) -> int:
    """How many hits follow the first, (c, n) without offset."""
    power = (samples.astype(np.float64) ** 2).sum(axis=0)
    length = sample_rate // 50
    count = len(power) // length
    if count == 0:
        return 0
    level = power[: count * length].reshape(count, length).mean(axis=1)
    loud = level > level.max() * 10 ** (HIT_LEVEL_DB / 10)
    hits = np.flatnonzero(loud & (rises(power, sample_rate) >= HIT_RISE_DB))
    return int((np.diff(hits, prepend=-HIT_FRAMES) >= HIT_FRAMES).sum())
