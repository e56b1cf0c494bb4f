"""Repetitions and copies are found, and kicks that are merely near are not."""

import numpy as np
import pytest

from kickitout.evaluation import copies
from kickitout.evaluation.sets import from_arrays
from kickitout.library.synthesis import synthesise_kick


@pytest.fixture(scope="module")
def sounds():
    return np.stack([synthesise_kick(seed)[0] for seed in range(12)])


@pytest.fixture(scope="module")
def training(sounds):
    return from_arrays(sounds, name="training", workers=1)


def place(kicks, name):
    return kicks.files.index(name)


def test_distinct_kicks_are_no_repetitions(training):
    assert not copies.repeated(training).any()


def test_a_kick_repeated_at_another_gain_and_place_is_found(sounds):
    shifted = np.pad(0.4 * sounds[3], ((0, 0), (20, 0)))[:, : sounds.shape[2]].astype(np.float32)
    kicks = from_arrays(np.concatenate([sounds[:6], shifted[None]]), name="some", workers=1)
    found = copies.repeated(kicks)
    assert found.sum() == 2
    assert found[[place(kicks, "00003"), place(kicks, "00006")]].all()


def test_one_kick_repeats_nothing(training):
    assert not copies.repeated(training.select([0])).any()


def test_exact_copies_of_training_kicks_are_found_and_others_are_not(sounds, training):
    fresh = np.stack([synthesise_kick(seed)[0] for seed in range(100, 104)])
    kicks = from_arrays(np.concatenate([sounds[4:6], 0.5 * sounds[7:8], fresh]), name="some", workers=1)
    found = copies.copied(kicks, training)
    assert [found[place(kicks, f"{number:05d}")] for number in range(7)] == [True] * 3 + [False] * 4


def test_the_nearest_of_points_on_a_line():
    index, apart = copies.nearest(np.array([[0.1], [8.0], [2.0]]), np.array([[0.0], [2.0], [5.0]]))
    assert index.tolist() == [0, 2, 1]
    assert apart == pytest.approx([0.1, 3.0, 0.0])


def test_nearest_does_not_depend_on_the_block(monkeypatch):
    points, others = np.random.Generator(np.random.Philox(key=1)).standard_normal((2, 50, 3))
    whole = copies.nearest(points, others)
    monkeypatch.setattr(copies, "BLOCK", 7)
    for one, other in zip(copies.nearest(points, others), whole, strict=True):
        assert np.array_equal(one, other)


def test_nothing_has_no_nearest():
    index, apart = copies.nearest(np.zeros((0, 3)), np.zeros((4, 3)))
    assert (len(index), len(apart)) == (0, 0)


def test_the_limit_leaves_one_kick_in_twenty_below_it():
    held_out = np.random.Generator(np.random.Philox(key=2)).random(1000)
    assert np.mean(held_out < copies.limit(held_out)) == pytest.approx(0.05, abs=1e-3)
