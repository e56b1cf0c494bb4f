"""What a model changes, done to a kick that it did not make."""

from dataclasses import replace

import numpy as np
import pytest

from kickitout.library.synthesis import synthesise_kick
from kickitout.sound.sketch import transfer
from kickitout.sound.sketch.clip import to_stereo
from kickitout.sound.sketch.parts import put_together, take_apart
from kickitout.sound.sketch.render import render
from kickitout.sound.sketch.sketch import SKETCH_SHAPES, Sketch
from kickitout.sound.sketch.view import band_powers
from kickitout.system import randomness
from testing.tiny_sketch import air


@pytest.fixture(scope="module")
def parts():
    return take_apart(synthesise_kick(12)[0])


def some_sketch(seed=0, wide=1.0):
    """A sketch with a sound in every part."""
    arrays = {name: 0.3 * randomness.normal(seed, f"test/{name}", shape) for name, shape in SKETCH_SHAPES.items()}
    arrays["envelope"] -= 4.0
    arrays["log_amplitude"] -= 1.0
    arrays["frequency"] = np.exp(4.0 + 0.1 * arrays["frequency"]).astype(np.float32)
    arrays["wide"] = np.full(1, wide, np.float32)
    arrays["drive"] = np.zeros(1, np.float32)
    return Sketch(**arrays)


def rendered(parts, before, after):
    return to_stereo(transfer.moved(parts, before, after, air(3)).render())


def test_where_nothing_changes_the_kick_is_itself():
    for seed in range(6):
        for sign, swap in ((1, 1), (-1, 1), (1, -1)):
            kick = sign * synthesise_kick(seed)[0][::swap]
            found = to_stereo(transfer.as_it_is(take_apart(kick)).render())
            np.testing.assert_allclose(found, kick / np.abs(kick).max(), atol=1e-5)
    parts, one = take_apart(synthesise_kick(2)[0]), some_sketch()
    np.testing.assert_allclose(rendered(parts, one, replace(one)), rendered(parts, one, one), atol=2e-4)


def said_exactly():
    """A sketch, and the parts of the kick that it sounds like: what the model says of that kick is the kick."""
    before = some_sketch()
    return before, take_apart(to_stereo(render(before, air(3))).astype(np.float32))


def loudness(stereo):
    """Decibels of mid in the bands, in eighths of the time: (45, 8)."""
    mid = 0.5 * (stereo[0] + stereo[1])
    powers = band_powers(np.stack([mid, mid]) / np.abs(stereo).max())[0]
    return 10.0 * np.log10(powers.reshape(45, 8, 22).mean(axis=2) + 1e-9)


@pytest.mark.parametrize("decibels", [-6.0, 6.0, 20.0])
def test_of_a_kick_that_the_model_says_exactly_a_variation_is_what_the_model_says(decibels):
    before, parts = said_exactly()
    envelope = before.envelope.copy()
    envelope[:, 20:] += np.log(10.0) * decibels / 20.0
    after = replace(before, envelope=envelope)
    expected = loudness(to_stereo(render(after, air(3))))
    found = loudness(rendered(parts, before, after))
    assert np.abs(found - expected)[22:].mean() < 1.5
    assert np.abs(found - loudness(rendered(parts, before, before)))[22:].mean() > 0.5 * min(abs(decibels), 6.0)


def test_nothing_leaves_what_lies_between_the_kick_and_the_sketch(parts):
    for seed in range(5):
        before, after = some_sketch(seed), some_sketch(seed + 5)
        own, new = transfer.as_it_is(parts), transfer._rendered(after, air(3))
        moved = transfer.moved(parts, before, after, air(3))
        for found, one, other in (
            (moved.log_amplitude, own.log_amplitude, new.log_amplitude),
            (np.log(moved.frequency), np.log(own.frequency), new.log_frequency),
        ):
            assert (found >= np.minimum(one, other) - 1e-6).all()
            assert (found <= np.maximum(one, other) + 1e-6).all()


def test_the_body_moves_by_the_ratio_of_the_sketches():
    before, parts = said_exactly()
    after = replace(before, frequency=(before.frequency * 1.1).astype(np.float32))
    moved, own = transfer.moved(parts, before, after, air(3)), transfer.as_it_is(parts)
    loud = parts.log_amplitude > -3.0
    assert np.median(np.log(moved.frequency / own.frequency)[loud]) == pytest.approx(np.log(1.1), abs=0.02)


def test_a_mono_kick_gets_a_side_only_where_the_model_gives_one(parts):
    mono = replace(parts, side=np.zeros_like(parts.side))
    before = some_sketch(wide=-1.0)
    still = transfer.moved(mono, before, replace(before, envelope=before.envelope + np.float32(0.1)), air(3))
    assert not still.render()[1].any()
    assert transfer.moved(mono, before, some_sketch(wide=1.0), air(3)).render()[1].any()


def test_nothing_sounds_before_the_onset(parts):
    before = some_sketch()
    loud = replace(before, envelope=before.envelope + np.float32(2.0))
    assert not rendered(parts, before, loud)[:, :36].any()


def test_what_lies_between_begins_and_ends_with_its_ends():
    one, other = (transfer.as_it_is(take_apart(synthesise_kick(seed)[0])) for seed in (3, 8))
    np.testing.assert_allclose(transfer.between(one, other, 0.0).render(), one.render(), atol=1e-9)
    np.testing.assert_allclose(transfer.between(one, other, 1.0).render(), other.render(), atol=1e-9)
    middle = transfer.between(one, other, 0.5)
    assert middle.log_amplitude == pytest.approx(0.5 * (one.log_amplitude + other.log_amplitude))
    assert middle.frequency == pytest.approx(np.sqrt(one.frequency * other.frequency))


def test_a_kick_put_together_is_what_is_rendered(parts):
    whole = put_together(parts)
    found = parts.gain * to_stereo(transfer.as_it_is(parts).render())
    np.testing.assert_allclose(found, whole, atol=2e-6)
