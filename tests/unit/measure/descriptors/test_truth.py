"""Descriptors of the body against sounds whose truth is known; bench/check_descriptors.py does it with more of them."""

import math
from dataclasses import replace

import numpy as np
import pytest

from kickitout.library.synthesis import kick_parameters, render_kick, synthesise_kick
from kickitout.measure.descriptors import describe
from kickitout.sound import audio as audio_files

RATE = 44_100
N = 22_050
TIME = np.arange(N) / RATE

SEEDS = range(7, 4_807, 24)
"""200 kicks of 200 machines."""

SWEPT_SEEDS = (200, 400, 800, 1_200, 1_600)
STABLE_CENTS = 2.0
STABLE_PLACE = 0.75
"""A tail is stable if less than 2 cents of the sweep are left after three quarters of the decay (about -22 dB)."""


def tone(hz, decay_ms=None, level=1.0):
    """A sine of two equal channels, falling by 30 dB in `decay_ms`."""
    envelope = 1.0 if decay_ms is None else 10 ** (-1.5 * TIME / (decay_ms / 1000))
    return np.tile((level * envelope * np.sin(2 * np.pi * hz * TIME)).astype(np.float32), (2, 1))


def cents(measured, true):
    return 1200 * math.log2(measured / true)


def left_of_sweep(p):
    """Cents of the sweep that are left where STABLE_PLACE says."""
    return 1200 * p.sweep_octaves * 10 ** (-(p.attack_ms + STABLE_PLACE * p.decay_ms) / p.sweep_ms)


def spearman(x, y):
    return np.corrcoef(np.argsort(np.argsort(x)), np.argsort(np.argsort(y)))[0, 1]


@pytest.fixture(scope="module")
def measured():
    kicks = [synthesise_kick(seed) for seed in SEEDS]
    return [(truth, describe(sound)) for sound, truth in kicks]


@pytest.mark.parametrize("hz", [30.0, 43.65, 55.0, 80.0, 120.0])
@pytest.mark.parametrize("decay_ms", [120.0, 200.0, 300.0])
def test_the_pitch_of_a_decaying_sine(hz, decay_ms):
    found = describe(tone(hz, decay_ms))
    assert abs(cents(found["end_pitch_hz"], hz)) < 1.0
    assert found["sweep_octaves"] < 0.1


@pytest.mark.parametrize("hz", [30.0, 60.0, 110.0])
@pytest.mark.parametrize("decay_ms", [80.0, 150.0, 250.0, 400.0])
def test_the_decay_of_a_decaying_sine(hz, decay_ms):
    found = describe(tone(hz, decay_ms))
    assert found["decay_ms"] == pytest.approx(decay_ms, rel=0.1)
    assert found["decay_extrapolated"] == 0.0


@pytest.mark.parametrize("decay_ms", [600.0, 900.0, 1_500.0])
def test_a_decay_beyond_the_end_is_extrapolated(decay_ms):
    found = describe(tone(60.0, decay_ms))
    assert found["decay_ms"] == pytest.approx(decay_ms, rel=0.02)
    assert found["length_ms"] == pytest.approx(2 * decay_ms, rel=0.02)
    assert found["decay_extrapolated"] == found["length_extrapolated"] == 1.0


def test_a_sine_that_does_not_decay_has_no_decay():
    found = describe(tone(60.0))
    assert "decay_ms" not in found
    assert found["end_pitch_hz"] == pytest.approx(60.0, rel=1e-4)
    assert found["last_ms"] == pytest.approx(500, abs=1)


def test_pitch_of_built_in_kicks_with_a_stable_tail(measured):
    stable = [(p, found) for p, found in measured if left_of_sweep(p) < STABLE_CENTS and "end_pitch_hz" in found]
    assert len(stable) >= 90
    assert np.mean([abs(cents(found["end_pitch_hz"], p.pitch_hz)) < 5.0 for p, found in stable]) >= 0.95


def test_nearly_all_built_in_kicks_have_a_pitch(measured):
    assert np.mean(["end_pitch_hz" in found for _, found in measured]) >= 0.97


def test_decay_of_built_in_kicks(measured):
    ratios = np.array([found["decay_ms"] / p.decay_ms for p, found in measured])
    extrapolated = np.array([found["decay_extrapolated"] == 1.0 for _, found in measured])
    assert np.mean(np.abs(ratios - 1) < 0.1) >= 0.9
    assert extrapolated.sum() >= 10
    assert np.mean(np.abs(ratios[extrapolated] - 1) < 0.1) >= 0.9


def test_sweeps_over_kicks_that_differ_in_all(measured):
    found = [(p, d) for p, d in measured if "sweep_octaves" in d]
    assert spearman([p.sweep_octaves for p, _ in found], [d["sweep_octaves"] for _, d in found]) >= 0.85


@pytest.mark.parametrize("seed", SWEPT_SEEDS)
def test_the_depth_of_a_sweep_alone(seed):
    base = kick_parameters(seed)
    truth = np.linspace(0.4, min(3.0, math.log2(600 / base.pitch_hz)), 8)
    found = [describe(render_kick(replace(base, sweep_octaves=float(x)))).get("sweep_octaves", 0.0) for x in truth]
    assert spearman(truth, found) >= 0.95


def test_the_time_of_a_sweep_alone():
    found = []
    for seed in SWEPT_SEEDS:
        base = replace(kick_parameters(seed), sweep_octaves=1.5)
        truth = np.geomspace(12.0, max(40.0, 0.4 * base.decay_ms), 8)
        times = [describe(render_kick(replace(base, sweep_ms=float(x))))["sweep_ms"] for x in truth]
        found.append(spearman(truth, times))
    # Seed 1200 ends at 39 Hz: sweeps of 12 to 20 ms are over within its first cycle.
    assert np.mean(np.array(found) >= 0.95) >= 0.8


@pytest.mark.parametrize("seed", SWEPT_SEEDS)
def test_the_click_alone(seed):
    base = replace(kick_parameters(seed), click_kind="noise", click_ms=8.0, click_hz=3_000.0)
    truth = np.geomspace(0.06, 1.1, 8)
    found = [describe(render_kick(replace(base, click_level=float(x))))["click_db"] for x in truth]
    assert spearman(truth, found) >= 0.95


def test_brightness_follows_the_click():
    base = replace(kick_parameters(0), click_kind="noise", click_ms=8.0, click_hz=3_000.0)
    found = [describe(render_kick(replace(base, click_level=x))) for x in (0.1, 0.4, 1.0)]
    for name in ("brightness_hz", "centroid_early_hz"):
        assert found[0][name] < found[1][name] < found[2][name]


@pytest.mark.parametrize("name", ["air_level", "mode_level"])
def test_noise_hears_noise_and_modes(name):
    base = replace(kick_parameters(800), click_level=0.0, air_level=0.0, mode_level=0.0, room_level=0.0, air_ms=300.0)
    found = [describe(render_kick(replace(base, **{name: x})))["noise"] for x in (0.0, 0.05, 0.2, 0.5)]
    assert found == sorted(found)
    assert found[0] < 0.02


def test_noise_does_not_count_harmonics():
    envelope = 10 ** (-1.5 * TIME / 0.3)
    clean = tone(55.0, 300.0)
    square = np.tile((envelope * np.tanh(8 * np.sin(2 * np.pi * 55 * TIME))).astype(np.float32), (2, 1))
    assert describe(clean)["noise"] < 0.01
    assert describe(square)["noise"] < 0.05


def test_noise_has_no_pitch():
    noise = np.random.default_rng(0).standard_normal((2, N)) * np.exp(-10 * TIME)
    found = describe(noise.astype(np.float32))
    assert "pitch_hz" not in found
    assert "sweep_octaves" not in found


def test_another_rate_measures_the_same():
    sound = synthesise_kick(5)[0]
    for rate in (48_000, 96_000, 32_000):
        there = audio_files.resample(np.ascontiguousarray(sound), RATE, rate)
        found = describe(there, rate)
        for name, value in describe(sound).items():
            if name != "pre_echo_db":  # a linear-phase resampler puts one there
                assert found[name] == pytest.approx(value, rel=0.1, abs=3.0), (name, rate)
