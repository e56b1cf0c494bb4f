"""Sketches changed in one thing: nothing asked changes nothing, and each change does what it says and no more."""

from dataclasses import fields, replace

import numpy as np
import pytest

from kickitout.sound.kick import SAMPLE_RATE
from kickitout.sound.sketch import edits
from kickitout.sound.sketch.edits import Sweep
from kickitout.sound.sketch.parts import BODY_HOP, BODY_POINTS, FREQUENCIES_HZ, LOG_FLOOR
from kickitout.sound.sketch.sketch import BAND_EDGES, ORIGIN, SKETCH_SHAPES, Sketch
from kickitout.sound.spectrogram import HOP_LENGTH, N_FFT, N_FRAMES

SECONDS = np.maximum(np.arange(BODY_POINTS) * BODY_HOP - ORIGIN, 0) / SAMPLE_RATE
FRAMES = (np.arange(N_FRAMES) * HOP_LENGTH - ORIGIN) / SAMPLE_RATE
BAND_HZ = 0.5 * (np.array(BAND_EDGES[:-1]) + np.array(BAND_EDGES[1:]) - 1) * SAMPLE_RATE / N_FFT


def swept(sweep):
    return (sweep.pitch * np.exp2(sweep.depth * 10.0 ** (-1000.0 * SECONDS / sweep.time))).astype(np.float32)


USUAL = Sweep(50.0, 1.5, 40.0)


def a_sketch(sweep=USUAL, fall_db=100.0):
    """A kick that falls by `fall_db` decibels a second, body and rest."""
    arrays = {name: np.zeros(shape, np.float32) for name, shape in SKETCH_SHAPES.items()}
    nepers = np.log(10.0) / 20.0
    arrays["frequency"] = swept(sweep)
    arrays["log_amplitude"] = (-fall_db * nepers * SECONDS).astype(np.float32)
    arrays["envelope"] = (np.zeros((2, 45, 1)) - 3.0 - fall_db * nepers * FRAMES).astype(np.float32)
    arrays["phase"] = np.array([1.0, 0.0], np.float32)
    arrays["snap"] = np.ones(256, np.float32)
    arrays["wide"] = -np.ones(1, np.float32)
    return Sketch(**arrays)


def changed(one, other):
    """The arrays that differ."""
    names = [field.name for field in fields(Sketch)]
    return {name for name in names if not np.array_equal(getattr(one, name), getattr(other, name))}


def test_nothing_asked_changes_nothing():
    one = a_sketch()
    for other in (
        edits.resweep(one, USUAL, USUAL), edits.lasting(one, 1.0), edits.clicked(one, 0.0),
        edits.tilted(one, 0.0), edits.dirtied(one, 0.0), edits.folded(one),
    ):  # fmt: skip
        for field in fields(Sketch):
            np.testing.assert_allclose(getattr(other, field.name), getattr(one, field.name), rtol=1e-6, atol=1e-6)


def test_a_body_that_falls_for_good_stays_as_it_is():
    assert changed(a_sketch(), edits.steadied(a_sketch())) == set()


def test_a_steadied_body_never_rises_again_and_keeps_its_peak_and_what_was_before():
    rough = np.random.default_rng(3)
    for _ in range(20):
        one = a_sketch()
        wavers = [rough.normal(0.0, 0.3, BODY_POINTS).cumsum().astype(np.float32) for _ in range(2)]
        one = replace(
            one,
            log_amplitude=one.log_amplitude + wavers[0],
            frequency=np.clip(one.frequency * np.exp2(0.1 * wavers[1]), *FREQUENCIES_HZ),
        )
        other = edits.steadied(one)
        assert changed(one, other) <= {"log_amplitude", "frequency"}
        peak = int(np.argmax(one.log_amplitude))
        for name in ("log_amplitude", "frequency"):
            before, after = getattr(one, name), getattr(other, name)
            np.testing.assert_array_equal(after[:peak], before[:peak])
            assert (np.diff(after[peak:]) <= 0.0).all()
            assert before[peak:].min() <= after[peak:].min()
            assert after[peak:].max() <= before[peak:].max()
        assert other.log_amplitude[peak] == one.log_amplitude[peak] == other.log_amplitude.max()
        again = edits.steadied(other)
        np.testing.assert_allclose(again.log_amplitude, other.log_amplitude, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("wanted", [Sweep(61.0, 1.5, 40.0), Sweep(50.0, 0.3, 40.0), Sweep(38.0, 2.2, 15.0)])
def test_a_sweep_becomes_another_and_keeps_what_is_its_own(wanted):
    own = np.exp2(0.03 * np.sin(40.0 * SECONDS)).astype(np.float32)
    one = replace(a_sketch(), frequency=swept(USUAL) * own)
    other = edits.resweep(one, USUAL, wanted)
    assert changed(one, other) == {"frequency"}
    np.testing.assert_allclose(other.frequency, swept(wanted) * own, rtol=1e-5)


def test_frequencies_stay_where_bodies_have_them():
    high = edits.resweep(a_sketch(), USUAL, Sweep(200.0, 4.0, 40.0))
    low = edits.resweep(a_sketch(), USUAL, Sweep(5.0, 0.0, 40.0))
    assert high.frequency.max() == FREQUENCIES_HZ[1]
    assert low.frequency.min() == FREQUENCIES_HZ[0]


def settling_seconds(one):
    """When SETTLED_SHARE of the body's energy has come."""
    energy = np.cumsum(np.exp(2.0 * one.log_amplitude.astype(np.float64)))
    return SECONDS[np.argmax(energy >= edits.SETTLED_SHARE * energy[-1])]


@pytest.mark.parametrize("sweep", [USUAL, Sweep(50.0, 2.5, 200.0), Sweep(50.0, 0.02, 40.0)])
def test_a_tuned_kick_settles_on_its_pitch_while_it_sounds(sweep):
    one = a_sketch(sweep)
    other = edits.settled(one, edits.middle_hz(one), 44.0)
    assert changed(one, other) == {"frequency"}
    loud = (settling_seconds(one) <= SECONDS) & (one.log_amplitude > np.log(0.01))
    off = np.abs(np.log2(other.frequency[loud] / 44.0))
    assert off.max() <= edits.SETTLED_OCTAVES + 1e-5
    # The fall begins as far above, and never turns round.
    first = np.log2(one.frequency[0] / edits.middle_hz(one))
    assert np.log2(other.frequency[0] / 44.0) == pytest.approx(first, abs=1e-5)
    again = edits.settled(other, 44.0, 44.0)
    np.testing.assert_allclose(again.frequency, other.frequency, rtol=1e-4)


def test_a_kick_that_has_settled_is_only_moved():
    one = a_sketch(Sweep(50.0, 1.5, 5.0), fall_db=60.0)
    middle = edits.middle_hz(one)
    np.testing.assert_allclose(edits.settled(one, middle, 2.0 * middle).frequency, 2.0 * one.frequency, rtol=1e-5)


@pytest.mark.parametrize("ratio", [0.4, 0.8, 1.3, 3.0])
def test_a_longer_kick_falls_as_much_slower_behind_its_attack(ratio):
    one, other = a_sketch(), edits.lasting(a_sketch(), ratio)
    assert changed(one, other) == {"log_amplitude", "envelope"}  # the share of noise is the same everywhere here
    early, late = SECONDS < edits.HELD_SECONDS, SECONDS > 0.04
    np.testing.assert_array_equal(other.log_amplitude[early], one.log_amplitude[early])
    np.testing.assert_allclose(
        np.diff(other.log_amplitude[late]), np.diff(one.log_amplitude[late]) / ratio, rtol=2e-3, atol=1e-6
    )
    later = FRAMES > 0.04
    slopes = np.diff(other.envelope[0, 3, later]), np.diff(one.envelope[0, 3, later]) / ratio
    np.testing.assert_allclose(*slopes, rtol=2e-3, atol=1e-6)


def test_a_shorter_kick_whose_end_was_silence_is_silent_there():
    one = a_sketch()
    silent = one.log_amplitude.copy()
    silent[200:] = LOG_FLOOR
    other = edits.lasting(replace(one, log_amplitude=silent), 0.5)
    assert (other.log_amplitude[120:] <= LOG_FLOOR + 1e-6).all()


def test_a_track_that_rises_at_its_end_does_not_go_on_rising():
    one = a_sketch()
    rising = one.log_amplitude.copy()
    rising[-80:] = np.linspace(-5.0, -1.0, 80)
    assert edits.lasting(replace(one, log_amplitude=rising), 0.5).log_amplitude.max() <= 0.0


@pytest.mark.parametrize("ratio", [0.08, 13.0, float("nan")])
def test_kicks_are_not_made_endlessly_longer_or_shorter(ratio):
    with pytest.raises(ValueError, match="times as long"):
        edits.lasting(a_sketch(), ratio)


def test_a_click_is_what_is_high_and_early():
    one, gain = a_sketch(), np.log(10.0) / 20.0 * 6.0
    other = edits.clicked(one, 6.0)
    assert changed(one, other) == {"envelope", "snap"}
    moved = other.envelope - one.envelope
    high, early, late = BAND_HZ > 1000.0, FRAMES < 0.025, FRAMES > 0.045
    assert moved[:, high][:, :, early] == pytest.approx(gain, rel=1e-4)
    assert not moved[:, ~high].any()
    assert not moved[:, :, late].any()
    assert other.snap == pytest.approx(np.exp(gain))


def test_tilt_is_a_slope_over_octaves():
    moved = edits.tilted(a_sketch(), 2.0).envelope - a_sketch().envelope
    octaves = np.log2(np.maximum(BAND_HZ, 150.0) / 150.0)
    expected = np.broadcast_to((2.0 * np.log(10.0) / 20.0 * octaves)[:, None], moved.shape)
    np.testing.assert_allclose(moved, expected, atol=1e-5)


def test_dirt_and_click_together_are_a_gain_of_all_the_rest_but_where_the_body_is_heard():
    one = a_sketch()
    both = edits.dirtied(edits.clicked(one, 4.0), 4.0)
    moved, above = both.envelope - one.envelope, edits.DIRT_HZ[1] <= BAND_HZ
    np.testing.assert_allclose(moved[:, above], 4.0 * np.log(10.0) / 20.0, rtol=1e-4)
    assert not moved[:, edits.DIRT_HZ[0] >= BAND_HZ].any()


@pytest.mark.parametrize("fall_db", [40.0, 100.0, 300.0])
@pytest.mark.parametrize("wanted", [110.0, 200.0, 700.0])
def test_a_kick_that_decays_in_some_time_does(fall_db, wanted):
    """Also where that is behind its end: by the slope that it has there."""
    one = a_sketch(fall_db=fall_db)
    assert edits.decay_ms(one) == pytest.approx(30_000.0 / fall_db - 10.0, abs=12.0)  # the peak is reached at 0.9
    assert edits.decay_ms(edits.decaying(one, wanted)) == pytest.approx(wanted, rel=0.03)


@pytest.mark.parametrize("wanted", [600.0, 900.0, 1600.0])
def test_a_body_that_stands_and_then_falls_is_over_when_it_was_asked_to_be(wanted):
    """Made longer it stands at the end of its track, and its own slope there is none."""
    falling = np.minimum(200.0 - np.arange(BODY_POINTS), 0.0) / 16.0
    one = replace(a_sketch(), log_amplitude=falling.astype(np.float32))
    longer = edits.decaying(one, wanted)
    assert edits.decay_ms(longer) == pytest.approx(wanted, rel=0.01)
    assert (np.diff(longer.log_amplitude) <= 1e-6).all()
    assert longer.log_amplitude.max() == one.log_amplitude.max()


def test_another_sweep_is_the_sound_s_alone():
    one = a_sketch()
    other = edits.swept(one, USUAL, Sweep(50.0, 3.0, 60.0))
    assert changed(one, other) == {"shift"}
    higher = edits.resweep(other, Sweep(50.0, 0.0, 40.0), Sweep(100.0, 0.0, 40.0))
    np.testing.assert_allclose(higher.shift, 2.0 * other.shift, rtol=1e-6)


def test_width_is_the_side_alone():
    one = a_sketch()
    wide = edits.widened(one, 10.0)
    assert changed(one, wide) == {"envelope", "wide"}
    np.testing.assert_array_equal(wide.envelope[0], one.envelope[0])
    np.testing.assert_allclose(wide.envelope[1] - one.envelope[1], np.log(10.0) / 2.0, rtol=1e-5)
    assert wide.wide[0] > 0.0 > edits.folded(wide).wide[0]
