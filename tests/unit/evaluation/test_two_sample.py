"""The classifier two-sample test: chance where there is nothing to see, certainty where there is; kits do not leak."""

import numpy as np
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier

from kickitout.evaluation import two_sample
from kickitout.evaluation.two_sample import BINS, LEARNERS, auc, auc_within, edges, folds, scores

KITS = tuple(f"kit {number // 5}" for number in range(100))
OTHERS = tuple(f"other {number // 5}" for number in range(100))


def clouds(seed, shift=0.0):
    rng = np.random.Generator(np.random.Philox(key=seed))
    return rng.standard_normal((100, 4)) + shift, rng.standard_normal((100, 4))


def measured(a, b, kits, others, learner):
    weights = np.ones(len(a)), np.ones(len(b))
    return auc_within(*scores(a, b, kits, others, learner), *folds(kits, others), *weights)


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


@pytest.mark.parametrize("seed", range(3))
def test_trees_say_what_they_say_of_features_that_scikit_learn_bins(seed):
    """Of weighted features with ties, few values, and absent ones; scores are rounded to nine digits."""
    rng = np.random.Generator(np.random.Philox(key=seed))
    x = rng.standard_normal((260, 6)) + 0.3 * (np.arange(260) < 100)[:, None]
    x[:, 1], x[:, 2], x[:, 3] = np.round(x[:, 1]), np.round(x[:, 2], 1), np.maximum(x[:, 3], 0.3)
    x[rng.random(260) < 0.3, 4] = np.nan
    y = (np.arange(260) < 100).astype(np.int64)
    seen = rng.random(260) < 0.8
    weight = (260 / (2.0 * np.bincount(y[seen])))[y[seen]]
    learner = HistGradientBoostingClassifier(
        max_iter=100, max_leaf_nodes=15, min_samples_leaf=10, max_bins=BINS, early_stopping=False, random_state=0
    )
    wanted = learner.fit(x[seen], y[seen], weight).decision_function(x[~seen])
    assert two_sample._trees(x[seen], y[seen], weight, x[~seen]) == pytest.approx(wanted, abs=1e-8)


def test_edges_halve_the_weight_of_what_lies_between():
    values = np.arange(1.0, 65.0)
    assert edges(values, np.ones(64)) == pytest.approx(np.arange(2.5, 64.0, 2.0))
    heavy = np.where(values == 7.0, 64.0 * 63.0, 1.0)  # holds all but one of the shares
    assert set(edges(values, heavy)) <= {7.0, 7.5}
    assert edges(np.array([3.0, np.nan, 1.0, 3.0]), np.ones(4)) == pytest.approx([2.0])


@pytest.mark.parametrize("learner", LEARNERS)
def test_absent_numbers_are_no_error_and_can_be_told(learner):
    a, b = clouds(4)
    a[:, 2] = np.nan
    assert measured(a, b, KITS, OTHERS, learner) > 0.95


def test_a_kit_is_in_one_fold_and_both_sets_are_even():
    names, others = [f"kit {number % 23}" for number in range(300)], [f"kit {number % 31}" for number in range(124)]
    place, other_place = folds(names, others)
    fold_of = dict(zip(names, place.tolist(), strict=True)) | dict(zip(others, other_place.tolist(), strict=True))
    assert all(fold_of[name] == fold for name, fold in zip(names + others, [*place, *other_place], strict=True))
    for part, kit_size in ((place, 300 / 23), (other_place, 124 / 31)):
        sizes = np.bincount(part)
        assert len(sizes) == 5
        assert sizes.max() - sizes.min() <= 2.0 * kit_size + 1.0


def test_the_order_of_kicks_changes_no_fold():
    order = np.random.Generator(np.random.Philox(key=5)).permutation(100)
    turned = [KITS[i] for i in order]
    assert np.array_equal(folds(turned, OTHERS)[0], folds(KITS, OTHERS)[0][order])
    assert np.array_equal(folds(turned, OTHERS)[1], folds(KITS, OTHERS)[1])


def test_folds_with_scales_of_their_own_do_not_tell_the_sets_apart():
    """Within a fold nothing tells them; the fold with more of one set scores lower: pooled, that is a difference."""
    high, low = np.array([0.0, 0.0, 0.0, 5.0]), np.array([0.0, 5.0, 5.0, 5.0])
    a, b = np.array([0, 0, 0, 1]), np.array([0, 1, 1, 1])
    assert auc(high, low) < 0.3
    assert auc_within(high, low, a, b, np.ones(4), np.ones(4)) == 0.5
    assert auc_within(high, low, np.zeros(4, int), np.zeros(4, int), np.ones(4), np.ones(4)) == auc(high, low)
    assert np.isnan(auc_within(high, low, np.zeros(4, int), np.ones(4, int), np.ones(4), np.ones(4)))


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
