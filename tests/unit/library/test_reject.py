"""Loops are told from one-shots."""

import numpy as np
import pytest

from kickitout.library.reject import MOST_LATER_HITS, later_hits

RATE = 44_100


def loop(one, per_minute, hits):
    step = round(60 / per_minute * RATE)
    samples = np.zeros((2, step * (hits - 1) + one.shape[1]), dtype=np.float32)
    for number in range(hits):
        samples[:, number * step : number * step + one.shape[1]] += one
    return samples


@pytest.mark.parametrize("seed", [0, 33, 70, 1_000])
def test_a_kick_has_one_hit(kick, seed):
    assert later_hits(kick(seed), RATE) == 0


@pytest.mark.parametrize("per_minute", [90, 120, 150])
@pytest.mark.parametrize("hits", [2, 3, 5])
def test_the_hits_of_a_loop_are_counted(kick, per_minute, hits):
    found = later_hits(loop(kick(0), per_minute, hits), RATE)
    assert found == hits - 1
    assert (found > MOST_LATER_HITS) == (hits > 2)


def test_the_rate_and_the_gain_do_not_matter(kick):
    samples = loop(kick(0), 120, 4)
    assert later_hits(0.01 * samples, RATE) == 3
    assert later_hits(samples[:, ::2], RATE // 2) == 3


@pytest.mark.parametrize("length", [0, 1, 100, 5_000])
def test_silence_and_short_sounds_have_no_later_hit(length):
    assert later_hits(np.zeros((1, length), np.float32), RATE) == 0


@pytest.mark.parametrize("phase", [0.0, 0.8, 1.6])
def test_slow_waves_are_no_hits(kick, phase):
    """Under 5 Hz the level of 20 ms rises by more than 10 dB with each half-wave; one hit is heard."""
    time = np.arange(2 * RATE) / RATE
    waves = np.sin(2.0 * np.pi * 5.0 * time + phase) * np.exp(-time)
    samples = waves.astype(np.float32) * np.ones((2, 1), np.float32)
    samples[:, : kick(0).shape[1]] += kick(0)
    assert later_hits(samples, RATE) == 0
