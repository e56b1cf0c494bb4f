"""Controls: scores of measured features, what ties mean, and what is measured."""

from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from kickitout.library.synthesis import synthesise_kick
from kickitout.measure.descriptors import DESCRIPTORS, describe
from kickitout.model import controls

SAMPLES = np.random.Generator(np.random.Philox(key=1)).lognormal(4.0, 0.5, 2000)
TABLE = controls.percentiles(SAMPLES)
HALF_MONO = [-40.0] * 71 + [-30.0 + 0.5 * step for step in range(30)]


def test_every_control_is_a_descriptor_with_its_unit():
    units = {one.name: one.unit for one in DESCRIPTORS}
    for kind in controls.KINDS:
        assert kind.unit in (units[kind.descriptor], controls.QUANTILE, controls.SIDE)
    assert len({kind.name for kind in controls.KINDS}) == len(controls.KINDS)


def test_scores_of_what_the_table_is_of_are_standard_normal():
    found = controls.scores(SAMPLES, TABLE)
    assert found.mean() == pytest.approx(0.0, abs=0.01)
    assert found.std() == pytest.approx(1.0, abs=0.02)


def score(asked, unit, table):
    return controls.scores(np.array([controls.value(asked, unit, table)]), table)[0]


def test_scores_are_the_normal_distributions_of_quantiles():
    normal = NormalDist()
    for percent in (5, 50, 80):
        assert controls.scores(np.array([TABLE[percent]]), TABLE)[0] == pytest.approx(normal.inv_cdf(percent / 100))
    outside = controls.scores(np.array([-1e9, TABLE[0], TABLE[-1], 1e9]), TABLE)
    assert outside == pytest.approx([-2.5758, -2.5758, 2.5758, 2.5758], abs=1e-4)


@given(hnp.arrays(np.float64, 20, elements=st.floats(0, 1000)))
def test_scores_keep_the_order(values):
    order = np.argsort(values)
    assert (np.diff(controls.scores(values, TABLE)[order]) >= 0).all()


def test_what_is_missing_stays_missing():
    found = controls.scores(np.array([np.nan, 50.0]), TABLE)
    assert np.isnan(found[0])
    assert np.isfinite(found[1])


def test_values_that_many_share_have_the_middle_of_their_quantiles():
    mono = NormalDist().inv_cdf(0.35)
    assert controls.scores(np.array([-40.0]), HALF_MONO)[0] == pytest.approx(mono)
    for asked in (0.0, 0.1, 0.5, 0.7):
        assert score(asked, controls.QUANTILE, HALF_MONO) == pytest.approx(mono)
    assert score(1.0, controls.QUANTILE, HALF_MONO) == pytest.approx(NormalDist().inv_cdf(0.9))


@given(st.floats(0.0, 1.0))
def test_a_place_between_0_and_1_is_a_quantile_within_reach(place):
    low, high = controls.REACH
    quantile = low + place * (high - low)
    found = score(place, controls.QUANTILE, TABLE)
    assert found == pytest.approx(NormalDist().inv_cdf(quantile), abs=1e-6)
    # Between two values of the table both are straight lines, which the truth is not quite.
    value = float(np.quantile(SAMPLES, quantile))
    between = NormalDist().inv_cdf(min(quantile + 0.005, 0.995)), NormalDist().inv_cdf(max(quantile - 0.005, 0.005))
    assert between[1] <= score(value, "Hz", TABLE) <= between[0]


def test_a_table_ascends_and_passes_over_what_is_missing():
    values = np.array([3.0, np.nan, 1.0, 2.0])
    table = controls.percentiles(values)
    assert len(table) == controls.PERCENTILES
    assert (table[0], table[50], table[100]) == (1.0, 2.0, 3.0)
    assert np.diff(table).min() >= 0.0
    with pytest.raises(ValueError, match="no values"):
        controls.percentiles(np.array([np.nan]))


def test_what_is_measured_is_described():
    audio = synthesise_kick(3)[0]
    found = describe(audio)
    for kind, value in zip(controls.KINDS, controls.measure(audio), strict=True):
        if kind.name != "width":
            assert value == found[kind.descriptor]


@pytest.mark.parametrize(("side", "width"), [(0.0, -40.0), (1e-3, -40.0), (0.1, -20.0)])
def test_mono_is_what_nobody_hears_the_side_of(side, width):
    mid = synthesise_kick(0)[0].mean(axis=0)
    audio = np.stack([mid * (1 + side), mid * (1 - side)]).astype(np.float32)
    assert controls.measure(audio)[-1] == pytest.approx(width, abs=0.01)


def test_noise_has_no_pitch_and_silence_has_nothing():
    noise = np.random.default_rng(0).standard_normal((2, 22_050)).astype(np.float32)
    found = dict(zip([kind.name for kind in controls.KINDS], controls.measure(noise), strict=True))
    assert np.isnan(found["pitch"])
    assert np.isfinite(found["brightness"])
    assert np.isnan(controls.measure(np.zeros((2, 22_050), np.float32))).all()


@given(st.sampled_from(controls.OF_ONE), st.floats(0.0, 1.0))
def test_a_value_is_shown_at_the_place_that_asks_for_it(unit, place):
    assert controls.shown(controls.value(place, unit, TABLE), unit, TABLE) == pytest.approx(place, abs=1e-9)


def test_the_width_is_mono_at_0_and_from_there_on_even_in_decibels():
    places = np.linspace(0.0, 1.0, 11)
    widths = [controls.value(place, controls.SIDE, []) for place in places]
    assert widths[0] == controls.MONO_DB
    assert widths[-1] == -6.0
    assert np.diff(widths[1:]) == pytest.approx(np.diff(widths[1:])[0])
    assert controls.value(1e-9, controls.SIDE, []) == pytest.approx(controls.NARROWEST_DB)
    assert controls.shown(-33.0, controls.SIDE, []) == 0.0


def test_the_drive_is_clean_at_0_and_grows_faster_and_faster():
    gains = [controls.value(place, controls.GAIN, []) for place in np.linspace(0.0, 1.0, 11)]
    assert (gains[0], gains[-1]) == (0.0, controls.HARDEST_DB)
    assert (np.diff(gains, 2) > 0.0).all()


def test_a_unit_of_its_own_is_taken_and_shown_as_it_is():
    assert controls.value(55.0, "Hz", TABLE) == controls.shown(55.0, "Hz", TABLE) == 55.0


def test_what_is_far_from_real_kicks_is_wild():
    from kickitout.library.synthesis import synthesise_kick

    kicks = [synthesise_kick(seed)[0] for seed in range(8)]
    usual = np.median([controls.wildness(kick) for kick in kicks])
    noise = np.random.Generator(np.random.Philox(key=1)).standard_normal((2, 22_050)).astype(np.float32)
    assert controls.wildness(0.1 * noise) > 1.5 * usual
    assert controls.wildness(0.5 * kicks[0]) == pytest.approx(controls.wildness(kicks[0]), abs=1e-3)
