"""Sounds whose low end is shifted: sweeps that were known are found, and become others."""

from dataclasses import replace

import numpy as np
import pytest

from kickitout.sound.sketch import bend, edits
from kickitout.sound.sketch.bend import Sweep
from kickitout.sound.sketch.render import render, render_longest, stems
from kickitout.sound.sketch.sketch import AIR_SHAPE, ORIGIN, TAIL_SHAPE
from kickitout.sound.sketch.tail import JOIN
from tests.unit.sound.sketch.test_edits import a_sketch

NUMBERS = np.random.default_rng(2)
AIR, MORE = NUMBERS.standard_normal(AIR_SHAPE), NUMBERS.standard_normal(TAIL_SHAPE)
SECONDS = (np.arange(22_050) - ORIGIN) / 44_100


def a_kick(sweep, fall_db=90.0):
    """A tone that falls as the sweep says from the onset on, by `fall_db` a second."""
    octaves = sweep.depth * bend.left(sweep.time, SECONDS)
    phase = np.cumsum(sweep.pitch * np.exp2(octaves)) * 2.0 * np.pi / 44_100
    return np.where(SECONDS >= 0.0, np.sin(phase - phase[ORIGIN]) * 10.0 ** (-fall_db * SECONDS / 20.0), 0.0)


@pytest.mark.parametrize("step", [1, 16])
@pytest.mark.parametrize("sweep", [Sweep(50.0, 2.0, 40.0), Sweep(45.0, 3.2, 60.0), Sweep(60.0, 1.0, 120.0)])
def test_a_known_sweep_is_found(sweep, step):
    found = bend.sweep_of(a_kick(sweep)[::step], step)
    assert found.pitch == pytest.approx(sweep.pitch, rel=0.05)
    assert found.depth == pytest.approx(sweep.depth, rel=0.15)
    assert found.time == pytest.approx(sweep.time, rel=0.15)


def test_silence_and_a_steady_tone_have_no_sweep():
    assert bend.sweep_of(np.zeros(22_050), 1) == Sweep(*bend.STEADY)
    assert bend.sweep_of(a_kick(Sweep(50.0, 0.0, 40.0)), 1).depth < 0.2


@pytest.mark.parametrize("wanted", [Sweep(50.0, 0.5, 40.0), Sweep(50.0, 3.5, 40.0), Sweep(50.0, 2.0, 90.0)])
def test_a_sweep_becomes_another(wanted):
    """As if it had been made so: the same frequency at all times from 10 ms on, within a semitone."""
    own = Sweep(50.0, 2.0, 40.0)
    bent, made = bend.bent(a_kick(own), bend.shift_between(own, wanted)), a_kick(wanted)
    octaves = []
    for kick in (bent, made):
        low = bend.low_end(kick)
        hz = (
            np.convolve(np.angle(low[1:] * np.conj(low[:-1])), np.ones(441) / 441.0, mode="same")
            * 44_100
            / (2.0 * np.pi)
        )
        octaves.append(np.log2(hz[485 : 44_100 // 4]))
    np.testing.assert_allclose(octaves[0], octaves[1], atol=1.0 / 12.0)


def test_a_deeper_or_slower_sweep_is_nowhere_lower():
    own = Sweep(50.0, 2.0, 40.0)
    by_depth = [bend.shift_between(own, replace(own, depth=depth)) for depth in (0.0, 1.0, 2.0, 3.0, 5.0)]
    by_time = [bend.shift_between(own, replace(own, time=time)) for time in (3.0, 20.0, 40.0, 100.0, 400.0)]
    for shifts in (by_depth, by_time):
        assert not shifts[2].any()
        assert (np.diff(np.array(shifts), axis=0) >= -1e-4).all()
        assert np.abs(np.array(shifts)[:, -25:]).max() < 1e-3  # over when the file ends


def test_no_shift_changes_nothing_and_none_changes_what_is_before_the_onset_and_at_the_end():
    own, wanted = Sweep(50.0, 2.0, 40.0), Sweep(50.0, 3.5, 90.0)
    kick = a_kick(own)
    assert bend.bent(kick, np.zeros(345)) is kick
    bent = bend.bent(kick, bend.shift_between(own, wanted))
    assert np.array_equal(bent[:43], kick[:43])
    assert np.abs(bent - kick)[-1_000:].max() < 1e-6 < np.abs(bent - kick).max()


def test_a_bent_sketch_is_the_sum_of_its_stems_and_sounds_on():
    own, wanted = Sweep(50.0, 1.5, 40.0), Sweep(50.0, 3.0, 60.0)
    one = edits.swept(a_sketch(), own, wanted)
    mid, side = render(one, AIR)
    assert np.abs(stems(one, AIR).sum(axis=0) - np.stack([mid + side, mid - side])).max() < 1e-9
    longest = render_longest(one, AIR, MORE)
    assert np.array_equal(longest[:, :JOIN], np.stack([mid, side])[:, :JOIN])
