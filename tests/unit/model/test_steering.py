"""Steering: latents that move as Matheron's rule says, and sketches that are mended until they have what is asked."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kickitout.model import steering
from kickitout.model.controls import percentiles, scores
from kickitout.model.prior import Mixture
from kickitout.model.steering import Joint
from kickitout.sound.sketch import anchor, bend
from kickitout.sound.sketch.render import render
from kickitout.sound.sketch.sketch import AIR_SHAPE, SKETCH_SHAPES, Sketch
from kickitout.system import randomness

TABLES = {
    "pitch": percentiles(np.geomspace(30.0, 90.0, 1_001)),
    "decay": percentiles(np.geomspace(80.0, 600.0, 1_001)),
}


def some_joint(seed=0, components=3):
    """Three latents, two scores, in a mixture."""
    numbers = np.random.Generator(np.random.Philox(key=seed))
    factors = np.tril(numbers.standard_normal((components, 5, 5)) * 0.3)
    factors[:, range(5), range(5)] = 0.5 + numbers.random((components, 5))
    means = 0.5 * numbers.standard_normal((components, 5))
    return Joint.of(Mixture(np.full(components, 1 / components), means, factors), TABLES)


def values(**found):
    return found


def plain_sketch():
    arrays = {name: np.zeros(shape, np.float32) for name, shape in SKETCH_SHAPES.items()}
    arrays["frequency"] = np.full(345, 50.0, np.float32)
    arrays["wide"] = -np.ones(1, np.float32)
    return Sketch(**arrays)


# --- latents


def test_what_is_measured_already_moves_nothing():
    joint, latent = some_joint(), np.array([0.3, -0.2, 0.9])
    found = values(pitch=52.0, decay=200.0)
    assert joint.moved(latent, found, found) == pytest.approx(latent)


def test_draws_moved_to_a_value_are_draws_given_that_value():
    """Matheron's rule, with a joint that is one Gaussian: the moments are those of the conditional distribution."""
    joint = some_joint(components=1)
    numbers = np.random.Generator(np.random.Philox(key=4))
    draws = numbers.multivariate_normal(joint.mean, joint.covariance, size=40_000)
    table = np.array(TABLES["pitch"])
    asked = values(pitch=float(np.quantile(table, 0.7)))
    wish = scores(np.array([asked["pitch"]]), TABLES["pitch"])[0]
    at, across = joint.covariance[3, 3], joint.covariance[:3, 3]
    moved = draws[:, :3] + np.outer(wish - draws[:, 3], across / at)
    # `moved` works on measured values; their scores are those of the draw.
    place = np.interp(draws[:5, 3], scores(table, TABLES["pitch"]), table)
    for draw, hertz, expected in zip(draws[:5], place, moved[:5], strict=True):
        assert joint.moved(draw[:3], values(pitch=hertz), asked) == pytest.approx(expected, abs=0.02)
    mean = joint.mean[:3] + across / at * (wish - joint.mean[3])
    assert moved.mean(axis=0) == pytest.approx(mean, abs=0.03)
    assert np.cov(moved.T) == pytest.approx(joint.covariance[:3, :3] - np.outer(across, across) / at, abs=0.05)


def test_what_a_kick_lacks_is_what_its_latents_have_in_the_mean():
    joint, latent = some_joint(), np.array([0.3, -0.2, 0.9])
    asked = values(pitch=60.0)
    score = joint.expected(latent)[0]
    table = np.array(TABLES["pitch"])
    hertz = float(np.interp(score, scores(table, TABLES["pitch"]), table))
    assert joint.moved(latent, values(decay=99.0), asked) == pytest.approx(
        joint.moved(latent, values(pitch=hertz), asked), abs=0.02
    )


# --- sketches


def ear(one, bend=1.0, has_pitch=True):
    """What is heard of a plain sketch: its tracks read off, through a bent scale."""
    heard = {
        "decay": float(100.0 * np.exp(0.2 * one.log_amplitude[-1])),
        "click": float(-20.0 + bend * 20.0 * np.log10(one.snap[0] + 1e-9)),
        "width": -60.0 if one.wide[0] < 0.0 else float(-20.0 + one.envelope[1, 0, 0] * 20.0 / np.log(10.0)),
    }
    return heard | ({"pitch": float(50.0 * (one.frequency[-1] / 50.0) ** bend)} if has_pitch else {})


@pytest.mark.parametrize("bend", [0.6, 1.0, 1.7])
def test_a_sketch_is_mended_until_it_is_there(bend):
    one = replace(plain_sketch(), snap=np.full(256, 0.5, np.float32))
    asked = {"pitch": ear(one, bend)["pitch"] * 1.4, "click": ear(one, bend)["click"] + 5.0}
    steered = steering.correct(one, asked, lambda sketch: ear(sketch, bend))
    assert steered.miss <= 1.0
    assert abs(np.log2(steered.values["pitch"] / asked["pitch"])) <= steering.TOLERANCES["pitch"]
    assert steered.sketch.wide[0] < 0.0  # nobody asked for a side


def test_the_best_is_kept_where_mends_lead_away():
    heard = iter([52.0, 50.5, 70.0, 30.0, 90.0, 20.0])
    steered = steering.correct(plain_sketch(), {"pitch": 50.0}, lambda sketch: {"pitch": next(heard)})
    assert steered.values == {"pitch": 50.5}


def test_nothing_more_is_done_to_what_is_there():
    calls = []

    def hear(sketch):
        calls.append(sketch)
        return {"pitch": 50.0}

    one = plain_sketch()
    assert steering.correct(one, {"pitch": 50.0}, hear).sketch is one
    assert len(calls) == 1


def test_a_kick_without_a_pitch_is_lost_and_not_broken():
    steered = steering.correct(plain_sketch(), {"pitch": 50.0}, lambda sketch: ear(sketch, has_pitch=False))
    assert steered.miss == steering.LOST
    assert "pitch" not in steered.values


def falling_sketch():
    """A kick that falls by two octaves to 50 Hz in 40 ms, and is 30 dB softer after 230 ms."""
    seconds = np.arange(345) * 64 / 44_100
    one = replace(plain_sketch(), frequency=(50.0 * 2.0 ** (2.0 * 10.0 ** (-seconds / 0.04))).astype(np.float32))
    return replace(one, log_amplitude=(-15.0 * seconds).astype(np.float32))


def swept_to(targets):
    """A falling kick with another sweep: the sketch, and its frequency in octaves every 5.8 ms."""
    one = falling_sketch()
    found = steering.steer(np.zeros(3), targets, some_joint(), lambda _: one, lambda _: {"pitch": 50.0})
    assert found.miss < 0.5
    low = bend.low_end(anchor.low_wave(found.sketch), anchor.STEP)
    hz = np.angle(low[1:] * np.conj(low[:-1])) * 44_100 / anchor.STEP / (2.0 * np.pi)
    return found.sketch, np.log2(hz[16:320:16])


def test_a_long_glide_is_over_as_soon_as_is_asked_and_leaves_no_hole():
    """From 300 Hz down to 50 over all of the kick, which is heard in the middle of it: bent alone, it was torn."""
    seconds = np.arange(345) * 64 / 44_100
    one = replace(falling_sketch(), frequency=(50.0 * 2.0 ** (2.6 * 10.0 ** (-seconds / 0.4))).astype(np.float32))
    found = steering.steer(np.zeros(3), {"sweep_time": 12.0}, some_joint(), lambda _: one, lambda _: {})
    low = bend.low_end(anchor.low_wave(found.sketch), anchor.STEP)
    hz = np.angle(low[1:] * np.conj(low[:-1])) * 44_100 / anchor.STEP / (2.0 * np.pi)
    heard, level = anchor.heard_hz(one), np.abs(low)
    assert np.abs(np.log2(hz[110:320] / heard)).max() < 0.1  # from 40 ms on it stays where it is heard
    assert level[60:200].min() > 0.25 * level[60:200].max()


@pytest.mark.parametrize(
    ("name", "values"), [("sweep", (0.5, 1.3, 2.0, 2.8)), ("sweep_time", (12.0, 25.0, 40.0, 55.0))]
)
def test_a_kick_with_more_of_a_sweep_is_nowhere_lower_and_heard_at_the_same_pitch(name, values):
    courses = []
    for value in values:
        sketch, octaves = swept_to({name: value})
        assert anchor.heard_hz(sketch) == pytest.approx(anchor.heard_hz(falling_sketch()), rel=0.01)
        courses.append(octaves)
    steps = np.diff(np.array(courses), axis=0)
    # The whole is moved by a little, to be heard where it was; what falls sooner settles there, just above its own end.
    assert steps.min() > -0.03
    assert (steps.mean(axis=1) > 0.02).all()


def test_a_sweep_that_outlasts_the_kick_is_shallow_unless_a_depth_is_asked():
    deep = bend.sweep_of(anchor.low_wave(swept_to({"sweep_time": 150.0, "sweep": 3.5})[0]), anchor.STEP)
    own = bend.sweep_of(anchor.low_wave(swept_to({"sweep_time": 150.0})[0]), anchor.STEP)
    assert own.depth < 2.1 < 3.0 < deep.depth


def rendered_width(one):
    mid, side = render(one, randomness.normal(1, "air", AIR_SHAPE))
    return {"width": max(10.0 * np.log10((side**2).sum() / (mid**2).sum() + 1e-9), -40.0)}


@pytest.mark.parametrize("width", [-27.0, -6.0])
def test_a_mono_kick_gets_a_side_of_any_width_above_its_low_end_and_loses_it_again(width):
    one = replace(plain_sketch(), log_amplitude=np.linspace(0.0, -8.0, 345).astype(np.float32))
    wide = steering.correct(one, {"width": width}, rendered_width)
    assert wide.values["width"] == pytest.approx(width, abs=0.3)
    mid, side = np.abs(np.fft.rfft(render(wide.sketch, randomness.normal(1, "air", AIR_SHAPE)))) ** 2
    low = np.fft.rfftfreq(22_050, 1 / 44_100) < 150.0
    assert side[low].sum() < 0.01 * mid[low].sum()
    mono = steering.correct(wide.sketch, {"width": -40.0}, rendered_width)
    assert mono.sketch.wide[0] < 0.0
    assert mono.miss <= 1.0


def test_a_kick_that_is_made_longer_stays_itself():
    own = plain_sketch()

    def say(latent):
        return replace(own, frequency=np.full(345, 50.0 + latent[0], np.float32))

    def hear(one):
        return ear(one) | {"decay": 200.0}

    latent = np.array([0.3, -0.2, 0.9])
    longer = steering.steer(latent, {"decay": 300.0}, some_joint(), say, hear)
    assert np.array_equal(longer.latent, latent)
    assert (longer.sketch.frequency == say(latent).frequency).all()


def test_steering_moves_the_latent_first_and_mends_what_is_left():
    joint, said = some_joint(), []

    def say(latent):
        said.append(latent)
        return replace(plain_sketch(), frequency=np.full(345, 50.0 + latent[0], np.float32))

    steered = steering.steer(np.zeros(3), {"pitch": 64.0}, joint, say, lambda one: ear(one) | {"decay": 200.0})
    assert len(said) == 2
    heard = steering.rounded({"pitch": 50.0})
    assert said[1] == pytest.approx(joint.moved(np.zeros(3), heard, {"pitch": 64.0}, steering.SHARES))
    whole = joint.moved(np.zeros(3), heard, {"pitch": 64.0})
    assert said[1] == pytest.approx(steering.SHARES["pitch"] * whole)
    assert steered.miss <= 1.0


@given(st.floats(-38.0, -0.5), st.floats(20.0, 2_000.0), st.floats(0.001, 0.97))
def test_what_is_measured_is_read_to_half_a_tolerance(decibels, positive, share):
    found = dict.fromkeys(("pitch", "sweep_time", "decay", "brightness", "sweep", "loudness"), positive)
    found |= {"click": decibels, "width": decibels, "noise": share}
    read = steering.rounded(found)
    assert max(steering.misses(read, found).values()) <= 0.5 * steering.READ_TO + 1e-6
    again = steering.rounded(read)
    assert max(steering.misses(again, read).values()) < 1e-6


def test_last_digits_of_what_is_heard_do_not_decide():
    """Another machine hears the same kick a little differently; it is steered to the same sketch, to the bit."""
    joint, latent = some_joint(), np.array([0.3, -0.2, 0.9])
    asked = {"pitch": 61.0, "click": -9.0}

    def steered(digits):
        heard = []

        def hear(one):
            found = ear(one, 0.6) | {"decay": 200.0}
            heard.append(found)
            return {name: value * (1.0 + digits * (-1.0) ** len(heard)) for name, value in found.items()}

        def say(one):
            return replace(
                plain_sketch(), frequency=np.full(345, 50.0 + one[0], np.float32), snap=np.full(256, 0.5, np.float32)
            )

        return steering.steer(latent, asked, joint, say, hear), len(heard)

    (one, trials), (other, others) = steered(0.0), steered(1e-6)
    assert trials == others > 2
    assert np.array_equal(one.latent, other.latent)
    assert all(np.array_equal(vars(one.sketch)[name], vars(other.sketch)[name]) for name in vars(one.sketch))


# --- how wild


@pytest.mark.parametrize("times", [1.0, 1.7, 2.5])
def test_a_wilder_kick_lies_so_many_times_as_far_from_the_mean_and_keeps_its_fall(times):
    joint, said = some_joint(), []
    latent = joint.mean[:3] + np.array([1.0, -1.0, 0.5])

    def say(one):
        said.append(one)
        level = np.full(345, one[2], np.float32)
        return replace(plain_sketch(), frequency=np.full(345, 50.0 + one[0], np.float32), log_amplitude=level)

    found = steering.steer(latent, values(wild=times), joint, say, lambda one: ear(one, 0.6))
    assert found.latent - joint.mean[:3] == pytest.approx(times * (latent - joint.mean[:3]))
    assert said[-1] is found.latent
    assert found.sketch.frequency == pytest.approx(50.0 + latent[0], rel=1e-6)
    assert found.sketch.log_amplitude == pytest.approx(said[-1][2], rel=1e-6)
    assert found.values["wild"] == times
    assert found.miss <= 0.5 * steering.READ_TO + 1e-9


# --- a longer kick with another sweep


def test_a_kick_that_glides_for_as_long_as_it_sounds_settles_before_it_gets_another_sweep():
    """Else all of its track, which ends far below, is moved up until it is heard where it was: its beginning is then
    above what a body can sound, and there is a hole."""
    joint, air = some_joint(), np.zeros(AIR_SHAPE, np.float32)
    seconds = np.arange(345) * 64 / 44_100
    glides = (20.0 + 170.0 * 10.0 ** (-seconds / 0.08)).astype(np.float32)
    level = (-1.0 - 40.0 * np.maximum(seconds - 0.04, 0.0)).astype(np.float32)
    one = replace(plain_sketch(), frequency=glides, log_amplitude=level)
    hz = anchor.heard_hz(one, anchor.low_rest(one, air))

    asked = values(decay=380.0, sweep=2.0)
    found = steering.steer(joint.mean[:3], asked, joint, lambda _: one, lambda _: asked, air=air)
    track = found.sketch.frequency
    assert track.max() <= 1.02 * glides.max()
    assert track[200:] == pytest.approx(hz, rel=0.05)
    assert anchor.heard_hz(found.sketch, anchor.low_rest(found.sketch, air)) == pytest.approx(hz, rel=0.01)


# --- as loud as it was


def loud(one):
    """What an ear hears of the loudness of a sketch: as many LU as the bound says that it is driven, up to 6."""
    return ear(one, 0.6) | {"loudness": -20.0 + min(20.0 * float(np.log10(max(one.bound[0], 1e-9))), 6.0)}


@pytest.mark.parametrize(("wanted", "reached"), [(-20.0, -20.0), (-16.0, -16.0), (-25.0, -25.0), (-5.0, -14.0)])
def test_a_kick_is_pushed_until_it_is_as_loud_as_it_was_or_as_far_as_that_goes(wanted, reached):
    one = replace(plain_sketch(), bound=np.ones(1, np.float32))
    asked = values(width=-12.0)
    found = steering.correct(one, asked, lambda each: loud(each) | asked, loudness=wanted)
    assert found.values["loudness"] == pytest.approx(reached, abs=steering.TOLERANCES["loudness"])
    assert found.miss == 0.0
    left = steering.correct(one, asked, lambda each: loud(each) | asked)
    assert left.sketch is one


@pytest.mark.parametrize(
    ("asked", "kept"),
    [({"brightness": 90.0}, True), ({"sweep": 2.0}, True), ({"wild": 1.5}, False), ({"click": -9.0}, False)],
)
def test_loudness_is_kept_where_no_target_is_about_it(asked, kept):
    """A drive that was set is kept, too."""
    joint, air = some_joint(), np.zeros(AIR_SHAPE, np.float32)
    snap = np.full(256, 0.5, np.float32)

    def say(latent):
        return replace(plain_sketch(), snap=snap, log_amplitude=np.full(345, -1.0 - 0.1 * abs(latent[0]), np.float32))

    def hear(one):
        return ear(one, 0.6) | asked | {"loudness": -20.0}

    latent = joint.mean[:3] + 1.0
    found = steering.steer(latent, asked, joint, say, hear, air=air)
    assert (found.sketch.bound[0] > 0.0) == kept
    set_drive = steering.steer(
        latent, {"sweep": 2.0}, joint, lambda one: replace(say(one), limited=np.ones(1, np.float32)), hear, air=air
    )
    assert set_drive.sketch.bound[0] == 0.0


def test_misses_count_tolerances_and_what_is_missing_most():
    found = steering.misses(values(pitch=50.0, drive=3.0), values(pitch=50.0 * 2**0.005, decay=200.0, drive=3.05))
    assert found == pytest.approx({"pitch": 2.0, "decay": steering.LOST, "drive": 0.5})
