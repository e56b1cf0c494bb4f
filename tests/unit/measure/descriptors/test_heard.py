"""The heard pitch: laws that hold for any way of hearing, and numbers that must not move."""

import math

import numpy as np
import pytest

from kickitout.library.synthesis import synthesise_kick
from kickitout.measure.descriptors import describe, heard_note, note_of

RATE = 44_100
TIME = np.arange(22_050) / RATE


def both(mono):
    return np.tile(np.asarray(mono, dtype=np.float32), (2, 1))


def swept(end=50.0, octaves=2.0, sweep_ms=12.0, decay_ms=350.0, semitones=0.0):
    """A sine that falls by so many octaves to `end` and by 30 dB in its decay, all of it transposed."""
    hz = end * 2.0 ** (octaves * 10.0 ** (-1000.0 * TIME / sweep_ms) + semitones / 12.0)
    level = np.minimum(TIME / 0.002, 1.0) * 10.0 ** (-1.5 * TIME / (decay_ms / 1000.0))
    return 0.9 * level * np.sin(2.0 * np.pi * np.cumsum(hz) / RATE)


def heard(mono):
    return describe(both(mono))["pitch_hz"]


def cents(one, other):
    return 1200.0 * math.log2(one / other)


@pytest.mark.parametrize("hz", [24.0, 43.65, 80.0, 160.0])
def test_a_steady_sine_is_heard_at_its_frequency(hz):
    assert abs(cents(heard(0.5 * np.sin(2.0 * np.pi * hz * TIME)), hz)) < 2.0


@pytest.mark.parametrize("end", [40.0, 50.0, 65.0])
def test_a_sweep_that_settles_early_is_heard_where_it_settles(end):
    assert abs(cents(heard(swept(end)), end)) < 15.0


def test_a_sweep_that_settles_late_is_heard_above_its_end():
    found = describe(both(swept(40.0, octaves=0.5, sweep_ms=150.0)))
    assert found["end_pitch_hz"] < 0.95 * found["pitch_hz"]


@pytest.mark.parametrize("semitones", [-5.0, 3.5, 7.0])
def test_a_transposed_kick_is_heard_as_much_higher(semitones):
    """Time stays as it is, so that a kick has fewer cycles further down: the interval holds to a few cents."""
    assert cents(heard(swept(semitones=semitones)), heard(swept())) == pytest.approx(100.0 * semitones, abs=12.0)


def test_a_kick_played_faster_is_heard_by_the_same_ratio():
    sound = swept(48.0)
    faster = np.interp(np.arange(22_050) * 1.25, np.arange(22_050), sound, right=0.0)
    assert heard(faster) / heard(sound) == pytest.approx(1.25, rel=0.002)


def test_gain_channels_and_silence_before_it_do_not_matter():
    sound = synthesise_kick(3)[0]
    pitch = describe(sound)["pitch_hz"]
    assert describe(0.05 * sound)["pitch_hz"] == pytest.approx(pitch, rel=1e-5)
    assert describe(-sound[::-1])["pitch_hz"] == pytest.approx(pitch, rel=1e-9)
    later = np.pad(sound, ((0, 0), (3_001, 0)))
    assert describe(later)["pitch_hz"] == pytest.approx(pitch, rel=0.002)


def test_noise_and_a_glide_without_end_have_no_pitch():
    numbers = np.random.Generator(np.random.Philox(key=5))
    fall = 10.0 ** (-1.5 * TIME / 0.25)
    pitched = ["pitch_hz" in describe(both(0.1 * fall * numbers.standard_normal(22_050))) for _ in range(40)]
    assert np.mean(pitched) <= 0.1
    assert "pitch_hz" not in describe(both(swept(30.0, octaves=3.0, sweep_ms=600.0)))


def test_a_pitch_too_low_for_a_melody_has_no_note():
    assert heard_note(None) is heard_note(29.9) is None
    assert heard_note(30.1) == note_of(30.1)


GOLDEN = {3: 107.76556800647383, 53: 0.0}


@pytest.mark.parametrize("seed", GOLDEN)
def test_golden_numbers(seed):
    found = describe(synthesise_kick(seed)[0])
    assert found.get("pitch_hz", 0.0) == pytest.approx(GOLDEN[seed], rel=1e-6)
