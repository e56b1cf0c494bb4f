"""The classifier two-sample test: chance where there is nothing to see, certainty where there is; kits do not leak."""

import numpy as np
import pytest

from kickitout.evaluation.two_sample import LEARNERS, auc, folds, scores

KITS = tuple(f"kit {number // 5}" for number in range(100))
OTHERS = tuple(f"other {number // 5}" for number in range(100))


def clouds(seed, shift=0.0):
    rng = np.random.Generator(np.random.Philox(key=seed))
    return rng.standard_normal((100, 4)) + shift, rng.standard_normal((100, 4))


def measured(a, b, kits, others, learner):
    return auc(*scores(a, b, kits, others, learner))


@pytest.mark.parametrize("learner", LEARNERS)
def test_a_set_against_itself_is_exactly_chance(learner):
    a, _ = clouds(1)
    assert measured(a, a, KITS, KITS, learner) == 0.5


@pytest.mark.parametrize("learner", LEARNERS)
def test_sets_far_apart_are_told_and_twins_are_not(learner):
    assert measured(*clouds(2, 8.0), KITS, OTHERS, learner) == 1.0
    assert 0.35 < measured(*clouds(2), KITS, OTHERS, learner) < 0.65


def test_trees_see_a_spread_that_a_line_does_not():
    a, b = clouds(3)
    assert measured(3.0 * a, b, KITS, OTHERS, "trees") > 0.8
    assert measured(3.0 * a, b, KITS, OTHERS, "linear") < 0.7


@pytest.mark.parametrize("learner", LEARNERS)
def test_absent_numbers_are_no_error_and_can_be_told(learner):
    a, b = clouds(4)
    a[:, 2] = np.nan
    assert measured(a, b, KITS, OTHERS, learner) > 0.95


def test_a_kit_is_in_one_fold_and_folds_are_even():
    names = [f"kit {number % 23}" for number in range(300)]
    place = folds(names)
    assert all(len({fold for fold, name in zip(place, names, strict=True) if name == kit}) == 1 for kit in set(names))
    sizes = np.bincount(place)
    assert sizes.max() - sizes.min() <= 300 // 23 + 1


def test_the_order_of_kicks_changes_no_fold_and_no_figure():
    order = np.random.Generator(np.random.Philox(key=5)).permutation(100)
    assert np.array_equal(folds([KITS[i] for i in order]), folds(KITS)[order])


def test_siblings_do_not_leak():
    """Each kit is a point with its kicks around it: who has seen a kit knows its set, who has not does not."""
    rng = np.random.Generator(np.random.Philox(key=6))
    a, b = (np.repeat(rng.standard_normal((20, 4)), 5, axis=0) + 0.01 * rng.standard_normal((100, 4)) for _ in "ab")
    alone = tuple(str(number) for number in range(100)), tuple(f"b{number}" for number in range(100))
    assert measured(a, b, *alone, "trees") > 0.9
    assert measured(a, b, KITS, OTHERS, "trees") < 0.75


def test_the_area_counts_ties_half_and_weights_as_repetition():
    high, low = np.array([3.0, 2.0, 2.0]), np.array([1.0, 2.0])
    assert auc(high, low) == pytest.approx((2 + 1.5 + 1.5) / 6)
    w, v = np.array([2.0, 0.0, 1.0]), np.array([1.0, 3.0])
    repeated = auc(np.repeat(high, w.astype(int)), np.repeat(low, v.astype(int)))
    assert auc(high, low, w, v) == pytest.approx(repeated)
    assert auc(low, high) == pytest.approx(1.0 - auc(high, low))
