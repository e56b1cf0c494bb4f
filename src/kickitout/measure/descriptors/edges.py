"""The onset of a kick, the level before it, and how fast it rises."""

import numpy as np
from numpy.typing import NDArray

from kickitout.measure.descriptors.spectrum import decibels

ONSET_SECONDS = 0.0015
"""The onset separates two stretches of this length between which the power rises most."""

ONSET_FLOOR_DB = -50.0
"""Power that counts as silence relative to the loudest such stretch, when rises are compared."""

ATTACK_LEVEL = 0.5
"""The onset lies before the first sample that reaches this share of the peak."""

PEAK_LEVEL = 0.9
"""The attack ends at the first sample that reaches this share of the peak: a flat top has no unique maximum."""

PRE_ECHO_SECONDS = 0.01
PRE_ECHO_FLOOR_DB = -100.0


def find_onset(power: NDArray[np.float64], sample_rate: int) -> int:
    """The sample at which a sound of this power (n,), not all 0, begins.

    Where the power of the next 1.5 ms is the largest multiple of that of the last 1.5 ms, before the attack.
    """
    attack = int(np.argmax(power >= ATTACK_LEVEL**2 * power.max()))
    length = max(1, round(ONSET_SECONDS * sample_rate))
    padded = np.zeros(attack + 1 + 2 * length)
    around_attack = power[: attack + 1 + length]
    padded[length : length + len(around_attack)] = around_attack
    sums = np.concatenate([[0.0], np.cumsum(padded)])
    means = sums[length:] - sums[:-length]
    before, after = means[: attack + 1], means[length : length + attack + 1]
    silence = 10.0 ** (ONSET_FLOOR_DB / 10.0) * float(means.max())
    return int(np.argmax((after + silence) / (np.maximum(before, 0.0) + silence)))


def pre_echo_db(power: NDArray[np.float64], onset: int, sample_rate: int) -> float:
    """Mean power of the 10 ms before the onset (of what there is) against the 10 ms after it; at least -100 dB."""
    length = max(1, round(PRE_ECHO_SECONDS * sample_rate))
    before = power[max(0, onset - length) : onset]
    if not len(before):
        return PRE_ECHO_FLOOR_DB
    return max(PRE_ECHO_FLOOR_DB, decibels(float(before.mean()), float(power[onset : onset + length].mean())))


def attack_samples(size: NDArray[np.float64], onset: int) -> int:
    """From the onset to the first sample of 90 % of the peak or more, at least 1; `size` (n,) of the louder channel."""
    return max(1, int(np.argmax(size >= PEAK_LEVEL * size.max())) - onset)
