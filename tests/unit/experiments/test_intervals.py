"""Intervals over kits and over seeds."""

import math

import numpy as np
import pytest

from kickitout.experiments.intervals import median_over_kits, over_seeds, share_over_kits, weighted_median


def test_the_interval_over_seeds_is_students():
    found = over_seeds([1.0, 2.0, 3.0])
    assert found["value"] == 2.0
    assert found["high"] - found["value"] == pytest.approx(4.302653 / math.sqrt(3.0), rel=1e-5)


def test_one_seed_has_no_interval():
    found = over_seeds([1.5])
    assert (found["value"], found["seeds"]) == (1.5, 1)
    assert math.isnan(found["low"])
    assert over_seeds([])["seeds"] == 0


def test_kicks_of_one_kit_tell_less_than_kicks_of_many():
    values = list(np.random.default_rng(0).normal(size=60))
    many = median_over_kits(values, [str(place) for place in range(60)])
    few = median_over_kits(
        [value + 2.0 * (place // 20) for place, value in enumerate(values)], ["a"] * 20 + ["b"] * 20 + ["c"] * 20
    )
    assert many["low"] <= many["median"] <= many["high"]
    assert few["high"] - few["low"] > 2.0 * (many["high"] - many["low"])


def test_weights_move_a_median():
    values = np.array([3.0, 1.0, 2.0])
    assert weighted_median(values, np.ones(3)) == 2.0
    assert weighted_median(values, np.array([5.0, 1.0, 1.0])) == 3.0


def test_shares_leave_nothing_out_and_nothing_gives_nothing():
    assert share_over_kits([True, False, True, True], list("abcd"))["value"] == 75.0
    assert math.isnan(median_over_kits([float("nan")], ["a"])["median"])
