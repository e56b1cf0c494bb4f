"""The verbs as functions."""

import re

import numpy as np
import pytest

import kickitout
from kickitout.errors import InputError
from kickitout.instrument import instrument
from kickitout.library.synthesis import synthesise_kick
from kickitout.measure.descriptors import describe
from kickitout.sound.kick import Kick
from testing.tiny_sketch import write_sketch_bundle


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return write_sketch_bundle(tmp_path_factory.mktemp("models") / "sketchy")


def test_a_model_may_be_a_path_or_an_instrument(model):
    from_path = kickitout.generate(2, seed=3, model=model, gate=False)
    player = instrument.load(model)
    from_player = kickitout.generate(2, seed=3, model=player, gate=False, threads=1)
    for one, other in zip(from_path, from_player, strict=True):
        np.testing.assert_array_equal(one.audio, other.audio)
    assert player.gate


def test_notes_controls_and_lengths(model):
    (kick,) = kickitout.generate(1, seed=3, model=model, note="A", length_ms=200.0, gate=False)
    assert kick.audio.shape == (2, 8_820)
    assert describe(kick.audio)["pitch_hz"] == pytest.approx(55.0, rel=0.01)
    with pytest.raises(InputError, match=r"^note A: give either note or pitch, not both$"):
        kickitout.generate(1, model=model, note="A", controls={"pitch": 50.0}, gate=False)
    with pytest.raises(InputError, match=r"^style heavy: needs the control decay"):
        kickitout.generate(1, model=model, style="heavy", gate=False)
    with pytest.raises(InputError, match="none of 16 kicks of sketchy passes the gate"):
        kickitout.generate(1, seed=3, model=model)


def test_kicks_from_kicks(model, tmp_path, short_matches):
    Kick(synthesise_kick(12)[0]).save(tmp_path / "a.wav")
    (ours,) = kickitout.generate(1, seed=3, model=model, gate=False)
    varied = kickitout.vary(ours, 2, seed=1, model=model, gate=False)
    assert [kick.recipe["seed"] for kick in varied] == [1, 2]
    between = kickitout.morph(ours, tmp_path / "a.wav", 3, model=model, gate=False)
    np.testing.assert_array_equal(between[0].audio, ours.audio)
    matched = kickitout.match(tmp_path / "a.wav", model=model)
    assert matched.distance <= matched.before
    matched.kick.save(tmp_path / "b.wav")
    found = kickitout.similar(tmp_path / "a.wav", tmp_path)
    assert found.found[0][0] == tmp_path / "b.wav" or found.refused[0][0] == tmp_path / "b.wav"


@pytest.fixture
def inverted(tmp_path):
    """A kick whose sides cancel each other out: the gate does not let it pass."""
    left, right = 0.8 * synthesise_kick(12)[0]
    Kick(np.stack([left, -right])).save(tmp_path / "my inverted kick.wav")
    return tmp_path / "my inverted kick.wav"


def test_the_gate_refuses_nobody_s_own_kick_but_says_what_it_hears(model, inverted):
    (kick,) = kickitout.vary(inverted, 1, amount=0.0, model=model)
    (plain,) = kickitout.vary(inverted, 1, amount=0.0, seed=kick.recipe["seed"], model=model, gate=False)
    np.testing.assert_array_equal(kick.audio, plain.audio)
    assert kick.recipe == plain.recipe
    *others, remark = kick.remarks
    assert tuple(others) == plain.remarks
    assert remark.startswith("gate: the kick itself does not pass it (left and right disagree below 150 Hz")


def test_what_is_wrong_with_a_file_is_let_pass_in_what_is_made_of_it(model, inverted, tmp_path):
    words = r"^gate: left and right disagree .*; what it is made from does not pass in this either$"
    (kick,) = kickitout.vary(inverted, 1, amount=0.1, seed=3, model=model)
    assert re.search(words, kick.remarks[-1])
    Kick(synthesise_kick(7)[0]).save(tmp_path / "b.wav")
    _, between, _ = kickitout.morph(inverted, tmp_path / "b.wav", 3, model=model)
    assert re.search(words, between.remarks[-1])


def test_a_notebook_shows_a_player_and_a_picture():
    kick = Kick(synthesise_kick(3)[0])
    html = kick._repr_html_()
    assert '<audio controls src="data:audio/wav;base64,UklGR' in html  # RIFF
    assert '<img alt="waveform and spectrogram" src="data:image/png;base64,iVBORw0KGgo' in html
    assert kick.picture().size[0] > 100
