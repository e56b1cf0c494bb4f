"""Where a kick is heard, and kicks that stay there."""

from dataclasses import replace

import numpy as np
import pytest

from kickitout.sound.sketch import anchor, edits
from kickitout.sound.sketch.edits import Sweep
from kickitout.sound.sketch.render import render
from kickitout.sound.sketch.sketch import AIR_SHAPE
from tests.unit.sound.sketch.test_edits import a_sketch

AIR = np.random.default_rng(1).standard_normal(AIR_SHAPE)
GLIDING = a_sketch(Sweep(45.0, 1.0, 300.0), fall_db=60.0)
NEAR = 2.0 ** (2.0 * anchor.NEAR_OCTAVES)


def peak_hz(one):
    """The highest peak of a rendered kick's spectrum."""
    power = np.abs(np.fft.rfft(render(one, AIR)[0], 1 << 18)) ** 2
    hz = np.fft.rfftfreq(1 << 18, 1 / 44_100)
    inside = (hz > 25.0) & (hz < 250.0)
    return float(hz[inside][power[inside].argmax()])


@pytest.mark.parametrize("drive", [0.0, 12.0, 30.0])
def test_a_kick_is_heard_at_the_peak_of_its_spectrum(drive):
    one = edits.saturated(GLIDING, drive)
    assert anchor.heard_hz(one, anchor.low_rest(one, AIR)) == pytest.approx(peak_hz(one), rel=0.01)


def test_a_steady_tone_is_heard_at_its_pitch():
    assert anchor.heard_hz(a_sketch(Sweep(61.7, 0.0, 40.0))) == pytest.approx(61.7, rel=1e-3)


@pytest.mark.parametrize("edit", [lambda one: edits.saturated(one, 30.0), lambda one: edits.lasting(one, 0.3)])
def test_a_kick_that_is_driven_or_short_falls_sooner_and_is_heard_where_it_was(edit):
    hz, changed = anchor.heard_hz(GLIDING), edit(GLIDING)
    assert not 1.0 / NEAR < anchor.heard_hz(changed) / hz < NEAR
    kept = anchor.anchored(changed, hz)
    assert 1.0 / NEAR < anchor.heard_hz(kept) / hz < NEAR
    assert kept.frequency[0] == pytest.approx(changed.frequency[0], rel=1e-6)
    assert np.abs(np.log2(kept.frequency[-1] / hz)) < np.abs(np.log2(changed.frequency[-1] / hz))


def test_what_is_heard_there_stays_as_it_is():
    assert anchor.anchored(GLIDING, anchor.heard_hz(GLIDING)) is GLIDING
    assert anchor.moved(GLIDING, anchor.heard_hz(GLIDING)) is GLIDING


def test_all_of_a_track_is_moved():
    hz = 1.3 * anchor.heard_hz(GLIDING)
    kept = anchor.moved(GLIDING, hz)
    assert 1.0 / NEAR < anchor.heard_hz(kept) / hz < NEAR
    ratio = kept.frequency / GLIDING.frequency
    assert ratio == pytest.approx(np.full(345, ratio[0]), rel=1e-5)


def test_a_silent_body_is_heard_somewhere():
    silent = replace(GLIDING, log_amplitude=np.full(345, -30.0, np.float32))
    assert anchor.HEARD_HZ[0] * 0.9 < anchor.heard_hz(silent) < anchor.HEARD_HZ[1] * 1.1
