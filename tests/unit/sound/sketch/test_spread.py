"""A kick that is spread to its side: wide, mono in its low end, over when the kick is, and the same kick in mono."""

from dataclasses import replace

import numpy as np
import pytest

from kickitout.sound.sketch import edits
from kickitout.sound.sketch.clip import NEPERS, clip_of
from kickitout.sound.sketch.render import full_scale, render, render_longest, stems
from kickitout.sound.sketch.sketch import AIR_SHAPE, MOST_DB, TAIL_SHAPE
from kickitout.sound.sketch.spread import FALL_SECONDS, LONGEST_FFT, REFLECTIONS, SPREAD_FFT, response, spread
from kickitout.sound.sketch.tail import JOIN
from tests.unit.sound.sketch.test_edits import a_sketch

AIR = np.random.default_rng(1).standard_normal(AIR_SHAPE)


def power_db(sound, over):
    return 10.0 * np.log10((sound**2).sum() / (over**2).sum())


@pytest.mark.parametrize("ratio", [0.05, 0.5])
def test_a_side_is_as_loud_as_given_and_mid_stays_the_same(ratio):
    one = replace(a_sketch(), drive=np.zeros(1, np.float32))
    mid, side = render(edits.spread_by(one, ratio), AIR)
    assert power_db(side, mid) == pytest.approx(20.0 * np.log10(ratio), abs=0.01)
    own = render(one, AIR)[0]
    assert mid / np.abs(mid).max() == pytest.approx(own / np.abs(own).max(), abs=1e-12)


def test_the_low_end_stays_mono():
    mid, side = np.abs(np.fft.rfft(render(edits.spread_by(a_sketch(), 0.5), AIR))) ** 2
    low = np.fft.rfftfreq(22_050, 1 / 44_100) < 120.0
    assert side[low].sum() < 1e-3 * mid[low].sum()


def test_what_is_not_in_the_kick_is_not_in_its_side():
    """A side begins after the kick, and is over 62 ms after it: there is no noise behind."""
    mid = np.zeros(22_050)
    mid[2000:2100] = np.sin(2.0 * np.pi * 1000.0 / 44_100 * np.arange(100))
    side = spread(mid)
    last = 2100 + abs(REFLECTIONS[-1])
    assert power_db(side[: 2000 + REFLECTIONS[0] - 200], side) < -40.0
    assert power_db(side[last + 200 :], side) < -40.0
    assert power_db(side[2100 + 1500 :], side) == pytest.approx(-8.686 * 1500 / (FALL_SECONDS * 44_100), abs=6.0)


def test_a_delay_is_the_same_in_both_transforms():
    """The filter of the longest kicks is that of short ones, read at other lines: both at 441 Hz."""
    short, long = response(SPREAD_FFT), response(LONGEST_FFT)
    assert short[250] == pytest.approx(np.interp(250 * LONGEST_FFT / SPREAD_FFT, np.arange(len(long)), long), abs=0.02)


def test_a_wide_kick_sounds_on_and_is_the_sum_of_its_stems():
    one = edits.bounded(edits.spread_by(a_sketch(), 0.5), full_scale(a_sketch(), AIR))
    more = np.random.default_rng(2).standard_normal(TAIL_SHAPE)
    longest, whole = render_longest(one, AIR, more), render(one, AIR)
    assert np.array_equal(longest[:, :JOIN], whole[:, :JOIN])
    left, right = stems(one, AIR).sum(axis=0)
    assert 0.5 * (left + right) == pytest.approx(whole[0], abs=1e-9)
    assert 0.5 * (left - right) == pytest.approx(whole[1], abs=1e-9)
    left, right = stems(one, AIR, more).sum(axis=0)
    assert 0.5 * (left - right) == pytest.approx(longest[1], abs=1e-3)


@pytest.mark.parametrize(
    ("peak_db", "more_db"),
    [(0.0, 0.0), (3.0, 3.0), (30.0, MOST_DB), (-1.0, -1.0), (-9.0, -2.0)],
)
def test_what_has_grown_is_driven_by_as_much_more(peak_db, more_db):
    """And what has shrunk by less, down to no drive."""
    drive, limited = clip_of(2.0 * NEPERS, 0.0, 0.5, 2.0 * 10.0 ** (peak_db / 20.0))
    assert drive == pytest.approx((2.0 + more_db) * NEPERS, abs=1e-9)
    assert (limited > 0.0) == (more_db > 0.0)
    assert clip_of(2.0 * NEPERS, 0.0, 0.0, 5.0) == (2.0 * NEPERS, 0.0)


def test_a_louder_click_leaves_a_bounded_body_as_loud():
    one = replace(a_sketch(), snap=np.full(256, 0.2, np.float32))
    clicky = edits.clicked(one, 24.0)
    held = edits.bounded(clicky, full_scale(one, AIR))
    own, turned_down, kept = (10.0 * np.log10((render(each, AIR)[0, 4410:] ** 2).sum()) for each in (one, clicky, held))
    assert turned_down < own - 5.0
    assert kept > turned_down + 0.5 * MOST_DB
