"""Taste: what changes no verdict, what each rule catches, and how real kits fare."""

import math

import numpy as np
import pytest

from kickitout.library.normalise import normalise
from kickitout.library.synthesis import synthesise_kick
from kickitout.measure.taste import RULES, Taste, keeps, taste
from kickitout.measure.taste.limits import LIMITS
from kickitout.sound import audio as audio_files
from kickitout.sound.audio import resample
from kickitout.system.randomness import normal

RATE = 44_100
N = 22_050
BY_NAME = {rule.name: rule for rule in RULES}


def body(hz=55.0, octaves=1.5, sweep=0.03, decay=0.12, seconds=0.5, start=0.001):
    """A swept tone that decays, with a click: a kick that every rule holds for."""
    time = np.arange(round(seconds * RATE)) / RATE - start
    track = hz * np.exp2(octaves * np.exp(-np.maximum(time, 0.0) / sweep))
    phase = 2.0 * np.pi * np.cumsum(np.where(time > 0.0, track, 0.0)) / RATE
    sound = np.sin(phase + 0.5) * np.exp(-np.maximum(time, 0.0) / decay)
    fade = np.clip((seconds - start - time) / 0.05, 0.0, 1.0)
    return np.where(time > 0.0, sound * fade, 0.0)


def stereo(left, right=None):
    sound = np.stack([left, left if right is None else right])
    return (0.9 * sound / np.abs(sound).max()).astype(np.float32)


def failed(found):
    return {failure.rule for failure in found.failures}


def test_the_short_answer_is_the_long_one():
    said = set()
    for seed in range(40):
        draws = normal(seed, "test/short", (3, N)).astype(np.float64)
        left = (
            body(50.0 + 10.0 * draws[0, 0], decay=0.12 + 0.04 * abs(draws[0, 1]))
            + 10.0 ** (-2.5 + 0.5 * draws[0, 2]) * draws[1]
        )
        sound = stereo(left, left + 1e-3 * draws[2] if seed % 2 else None)
        assert keeps(sound, RATE) == taste(sound, RATE).keeps
        said.add(keeps(sound, RATE))
    assert said == {True, False}
    assert not keeps(np.zeros((2, N), dtype=np.float32), RATE)


PRODUCERS = ("mamalLivecoder__samples", "diegodorado__trap-samples", "mot4i__garden", "ialexmp__Drum-Sound-Classifier")
RECORDED = ("sfzinstruments__DrumGizmo.MuldjordKit", "freepats__muldjordkit", "gruppa-gruppa-nsk__group-drums-nsk2")
"""Sources that lie in `train`, `sibling` and `validation` alone."""


@pytest.fixture(scope="module")
def kicks():
    """Kicks of all kinds, a few of them wide."""
    made = [synthesise_kick(seed)[0] for seed in range(3, 16 * 12, 16)]
    wide = [
        one + 0.05 * np.stack([1.0, -1.0])[:, None] * normal(7, "taste/side", (1, one.shape[1])) for one in made[:3]
    ]
    return made + [one.astype(np.float32) for one in wide]


def close(one, other, within=1e-3):
    assert one.measured.keys() == other.measured.keys()
    for name, value in one.measured.items():
        assert other.measured[name] == pytest.approx(value, rel=within, abs=within), name


def test_a_plain_kick_is_kept():
    found = taste(stereo(body()))
    assert found.keeps
    assert found.failures == ()
    assert 0.5 <= found.typical <= 1.0
    assert found.measured["pitch"] == pytest.approx(55.0, rel=0.1)


def test_level_polarity_and_sides_do_not_matter(kicks):
    for kick in kicks:
        found = taste(kick)
        close(found, taste((0.1 * kick).astype(np.float32)))
        close(found, taste(-kick))
        close(found, taste(kick[::-1].copy()))


def test_where_it_begins_and_what_silence_follows_do_not_matter(kicks):
    for kick in kicks:
        found = taste(kick)
        lead = np.zeros((2, 128), np.float32)  # whole steps of the slower rates that the body is followed at
        shifted = taste(np.concatenate([lead, kick[:, :-128]], axis=1))
        for name in ("quiet", "thin", "rumble", "soft", "late"):
            assert shifted.measured[name] == pytest.approx(found.measured[name], abs=0.3), name
        longer = taste(np.concatenate([kick, np.zeros((2, 8_000), np.float32)], axis=1))
        for name in ("quiet", "thin", "rumble", "soft", "late", "swell"):
            assert longer.measured[name] == pytest.approx(found.measured[name], abs=0.3), name


def test_the_mono_sum_of_two_equal_channels_is_the_same():
    one = stereo(body())
    other = one.copy()
    other[1, 0] += 1e-7  # no longer equal: both channels are transformed
    close(taste(one), taste(other))


@pytest.mark.parametrize(
    ("rule", "sound"),
    [
        ("rumble", body() + 0.7 * body(26.0, 0.0, decay=0.4)),
        ("pitch", body(180.0, 0.3)),
        ("pitch", body(28.0)),
        ("thin", body(decay=0.02) + 0.8 * body(400.0, 0.0, decay=0.1)),
        ("quiet", body(decay=0.01) + 0.02 * body()),
        ("late", body(decay=0.4) * np.clip(np.arange(N) / RATE / 0.15, 0.05, 1.0)),
        ("soft", body(200.0, 0.0, decay=0.15) * np.clip(np.arange(N) / RATE / 0.03, 0.0, 1.0)),
        ("swell", body(decay=0.05) + np.roll(body(decay=0.05) * 0.8, round(0.25 * RATE))),
        ("hiss", body() + 0.25 * normal(1, "taste/hiss", (N,))),
    ],
)
def test_each_rule_catches_its_fault(rule, sound):
    assert rule in failed(taste(stereo(sound)))
    assert not taste(stereo(sound)).keeps


def test_a_pitch_that_rises_again_is_caught():
    time = np.arange(N) / RATE
    hz = 45.0 * np.exp2(np.clip((time - 0.05) / 0.2, 0.0, 1.2))
    sound = np.sin(2.0 * np.pi * np.cumsum(hz) / RATE) * np.exp(-time / 0.3) * np.clip((0.5 - time) / 0.05, 0.0, 1.0)
    assert "rise" in failed(taste(stereo(sound)))


def test_silence_is_not_kept_and_strange_arrays_are_refused():
    silent = taste(np.zeros((2, N), np.float32))
    assert silent.typical == 0.0
    assert failed(silent) == set(BY_NAME)
    assert silent.failures[0].measured is None
    with pytest.raises(ValueError, match="shape"):
        taste(np.zeros(N, np.float32))
    with pytest.raises(ValueError, match="finite"):
        taste(np.full((2, N), np.nan, np.float32))


@pytest.mark.parametrize("seconds", [0.0005, 0.005, 0.02, 0.06, 2.0])
def test_any_length_has_a_verdict(seconds):
    found = taste(stereo(body(seconds=2.0)[: round(seconds * RATE)] + 1e-6))
    assert 0.0 <= found.typical <= 1.0
    assert found.keeps == (not found.failures)


@pytest.mark.parametrize("rate", [22_050, 48_000, 96_000])
def test_the_rate_does_not_matter(rate):
    kick = stereo(body())
    found, other = taste(kick), taste(resample(kick, RATE, rate), rate)
    for name in ("quiet", "thin", "pitch", "late"):
        assert other.measured[name] == pytest.approx(found.measured[name], rel=0.05, abs=1.0), name


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_room_is_one_where_a_kick_is_usual_zero_at_a_limit_and_never_jumps(rule):
    assert rule.room(rule.usual) == 1.0
    assert rule.room(None) == rule.room(math.nan) == -1.0
    for limit in (rule.lowest, rule.highest):
        if limit is not None:
            assert rule.room(limit) == pytest.approx(0.0, abs=1e-9)
            away = 0.01 * (rule.usual - limit)
            assert rule.room(limit + away) > 0.0 > rule.room(limit - away)
            assert rule.room(limit - 300.0 * away) == -1.0
    if rule.lowest is None:
        assert rule.room(rule.usual - 50.0) == 1.0


def test_typical_is_decided_by_the_rule_that_holds_least():
    usual = {rule.name: rule.usual for rule in RULES}
    assert Taste(usual).typical == 1.0
    at_limit = Taste(usual | {"quiet": LIMITS["quiet"][0]})
    assert at_limit.typical == pytest.approx(0.5)
    assert at_limit.keeps
    beyond = Taste(usual | {"quiet": LIMITS["quiet"][0] - 1.0})
    assert failed(beyond) == {"quiet"}
    assert not beyond.keeps


def test_a_failure_says_what_was_measured_and_where_the_limit_is():
    found = taste(stereo(body(28.0)))
    words = next(failure.words for failure in found.failures if failure.rule == "pitch")
    assert words.startswith("it is low: its pitch is 30")
    assert BY_NAME["pitch"].bound in words


def kept(folder, sources):
    found = []
    for path in sorted(path for source in sources for path in (folder / source).rglob("*.flac")):
        samples, rate = audio_files.read(path, max_seconds=4.0)
        found.append(taste(normalise(samples, rate).audio).keeps)
    assert len(found) >= 60
    return np.mean(found)


@pytest.mark.kicks
def test_producers_kicks_are_kept_and_recorded_drums_are_not(kicks_folder):
    assert kept(kicks_folder, PRODUCERS) >= 0.88
    assert kept(kicks_folder, RECORDED) <= 0.1
