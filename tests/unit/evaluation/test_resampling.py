"""The bootstrap over kits: what is drawn, and intervals that hold the truth as often as they say."""

import numpy as np
import pytest

from kickitout.evaluation.resampling import estimate, interval, kit_weights

KITS = [f"kit {number}" for number in (0, 0, 1, 2, 2, 2, 3, 4)]


def test_as_many_kits_are_drawn_as_there_are_and_siblings_together():
    weights = kit_weights(KITS, 50, "test")
    assert weights.shape == (50, len(KITS))
    firsts = [KITS.index(kit) for kit in sorted(set(KITS))]
    assert (weights[:, firsts].sum(axis=1) == len(firsts)).all()
    for index, kit in enumerate(KITS):
        assert np.array_equal(weights[:, index], weights[:, KITS.index(kit)])


def test_the_order_of_kicks_changes_nothing():
    order = np.array([5, 2, 7, 0, 1, 6, 4, 3])
    shuffled = kit_weights([KITS[i] for i in order], 20, "test")
    assert np.array_equal(shuffled, kit_weights(KITS, 20, "test")[:, order])


def test_every_kit_is_drawn_as_often_as_another_in_the_long_run():
    weights = kit_weights([str(number) for number in range(10)], 4000, "test")
    assert weights.mean(axis=0) == pytest.approx(np.ones(10), abs=0.08)


def test_no_resamples_leave_the_value_itself():
    one = estimate(lambda g, r: float(g.sum() - r.sum()), kit_weights(KITS, 0, "a"), kit_weights(KITS, 0, "b"))
    assert (one.low, one.value, one.high) == (0.0, 0.0, 0.0)


def test_an_interval_is_centred_and_stays_within_bounds():
    draws = 10.0 + np.linspace(-1.0, 1.0, 201)
    low, high = interval(3.0, draws)
    assert (low, high) == (pytest.approx(2.05), pytest.approx(3.95))
    assert interval(0.5, draws, (0.0, 1.0)) == (0.0, 1.0)


def test_draws_without_a_value_are_left_out():
    draws = np.array([np.nan, 1.0, 2.0, 3.0, np.nan])
    assert interval(2.0, draws) == interval(2.0, draws[1:4])
    assert interval(2.0, np.full(3, np.nan)) == (2.0, 2.0)


def test_intervals_cover_the_truth_where_kits_differ():
    """The mean of kicks whose kits have means of their own: 95 % intervals from 40 kits hold the truth 9 times in 10;
    drawing kicks instead would hold it far less often."""
    rng = np.random.Generator(np.random.Philox(key=7))
    kits = np.repeat(np.arange(40), 6)
    by_kit, by_kick = (
        kit_weights([str(k) for k in kits], 200, "cover"),
        kit_weights([str(k) for k in range(240)], 200, "x"),
    )
    held = np.zeros(2)
    for _ in range(200):
        values = np.repeat(rng.standard_normal(40), 6) + 0.3 * rng.standard_normal(240)
        for place, weights in enumerate((by_kit, by_kick)):
            one = estimate(lambda g, r, values=values: float(g @ values / g.sum()), weights, weights)
            held[place] += one.low <= 0.0 <= one.high
    assert held[0] >= 0.89 * 200
    assert held[1] < 0.75 * 200
