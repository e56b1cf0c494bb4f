"""Numbers from a seed: laws. The values themselves are held in tests/golden/test_seeds.py."""

import hashlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kickitout.system import randomness

SEEDS = st.integers(0, randomness.MAX_SEED)
PURPOSES = st.text(max_size=12)


@given(SEEDS, PURPOSES, st.integers(0, 50), st.integers(0, 50))
def test_asking_for_more_bits_does_not_change_the_first(seed, purpose, few, more):
    np.testing.assert_array_equal(
        randomness.raw_bits(seed, purpose, few), randomness.raw_bits(seed, purpose, few + more)[:few]
    )


@given(SEEDS, PURPOSES)
def test_neighbours_and_purposes_have_streams_of_their_own(seed, purpose):
    streams = [
        randomness.raw_bits(s, p, 4).tobytes()
        for s, p in ((seed, purpose), (seed + 1, purpose), (seed, purpose + "x"), (seed + 1, purpose + "x"))
    ]
    assert len(set(streams)) == 4


def test_a_stream_is_numpys_own_of_its_key():
    digest = hashlib.blake2b(b"5\x1fair", digest_size=16).digest()
    key = np.frombuffer(digest, dtype="<u8").astype(np.uint64)
    np.testing.assert_array_equal(randomness.raw_bits(5, "air", 99), np.random.Philox(key=key).random_raw(99))


def test_seed_and_purpose_do_not_run_together():
    assert randomness.raw_bits(1, "2x", 1) != randomness.raw_bits(12, "x", 1)


@given(SEEDS, PURPOSES, st.integers(1, 200))
def test_uniform_numbers_lie_in_their_range(seed, purpose, count):
    numbers = randomness.uniform(seed, purpose, count)
    assert numbers.dtype == np.float64
    assert numbers.shape == (count,)
    assert numbers.min() >= 0.0
    assert numbers.max() < 1.0


def kolmogorov_distance(numbers, cumulative):
    """The largest gap between the shares of the numbers and of the distribution."""
    return np.abs(np.arange(len(numbers)) / len(numbers) - cumulative(np.sort(numbers))).max()


LIMIT = 2.4 / np.sqrt(100_000)
"""Of 50,000 honest samples of 100,000 one lies beyond (Kolmogorov's distribution)."""


@pytest.mark.parametrize("seed", [0, 1, 2**63 - 1])
def test_uniform_numbers_are_evenly_spread(seed):
    assert kolmogorov_distance(randomness.uniform(seed, "law", 100_000), lambda x: x) < LIMIT


@pytest.mark.parametrize("seed", [0, 1, 2**63 - 1])
def test_normal_numbers_are_normal(seed):
    from scipy.stats import norm

    assert kolmogorov_distance(randomness.normal(seed, "law", (100_000,)), norm.cdf) < LIMIT


def test_normal_numbers_do_not_follow_each_other():
    # Box-Muller makes two of each pair: neither they nor neighbours may be related.
    numbers = randomness.normal(3, "law", (100_000,)).astype(np.float64)
    for lag in (1, 2, 50_000):
        assert abs(np.corrcoef(numbers[:-lag], numbers[lag:])[0, 1]) < 5.0 / np.sqrt(50_000)


@given(SEEDS, st.lists(st.integers(0, 5), max_size=3))
def test_the_shape_only_arranges_the_numbers(seed, shape):
    numbers = randomness.normal(seed, "law", tuple(shape))
    assert numbers.shape == tuple(shape)
    assert numbers.dtype == np.float32
    assert np.isfinite(numbers).all()
    np.testing.assert_array_equal(numbers.ravel(), randomness.normal(seed, "law", (numbers.size,)))


@given(SEEDS, st.integers(0, 300))
def test_a_permutation_holds_every_number_once(seed, count):
    assert sorted(randomness.permutation(seed, "law", count)) == list(range(count))


@given(st.text(max_size=20))
def test_a_fraction_depends_on_the_text_alone(text):
    assert 0.0 <= randomness.fraction(text) < 1.0
    assert randomness.fraction(text) == randomness.fraction(text)


def test_fractions_are_evenly_spread():
    numbers = np.array([randomness.fraction(f"kit {index}") for index in range(100_000)])
    assert kolmogorov_distance(numbers, lambda x: x) < LIMIT
