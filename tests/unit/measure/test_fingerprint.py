"""The fingerprint: size, range, what it hears and what it does not."""

from itertools import pairwise

import numpy as np
import pytest

from kickitout.library.synthesis import synthesise_kick
from kickitout.measure.fingerprint import FINGERPRINT_SIZE, fingerprint


@pytest.fixture(scope="module")
def sounds():
    return [synthesise_kick(seed)[0] for seed in range(0, 320, 16)]


def distance(a, b):
    return float(np.sqrt(((fingerprint(a) - fingerprint(b)) ** 2).mean()))


def test_size_and_range(sounds):
    for sound in sounds:
        vector = fingerprint(sound)
        assert vector.shape == (FINGERPRINT_SIZE,)
        assert vector.dtype == np.float32
        assert vector.min() >= 0.0
        assert vector.max() == pytest.approx(1.0)


def test_gain_changes_nothing(sounds):
    assert distance(sounds[0], (0.05 * sounds[0]).astype(np.float32)) < 1e-4


def test_what_comes_after_the_first_fifth_of_a_second_does_not_count(sounds):
    cut = sounds[0].copy()
    cut[:, 10_000:] = 0
    assert np.array_equal(fingerprint(cut), fingerprint(sounds[0]))
    assert np.array_equal(fingerprint(sounds[0][:, :10_000]), fingerprint(sounds[0]))


def test_mono_has_no_side(sounds):
    mono = np.tile(sounds[0][:1], (2, 1))
    assert not fingerprint(mono)[FINGERPRINT_SIZE // 2 :].any()


def test_a_small_shift_matters_less_than_another_kick(sounds):
    for one, other in pairwise(sounds):
        assert distance(one, np.roll(one, 20, axis=1)) < 0.5 * distance(one, other)


def test_silence_is_the_zero_vector():
    assert not fingerprint(np.zeros((2, 22050), np.float32)).any()
