"""Requests: what is wrong whatever the model, what a model cannot give, and what each seed gets."""

from dataclasses import FrozenInstanceError, replace

import pytest

import kickitout
from kickitout.errors import InputError
from kickitout.instrument import instrument, styles
from kickitout.instrument.request import MAX_COUNT, Request, seeds_from
from kickitout.library.known import KnownKicks
from kickitout.system import randomness
from testing.tiny_sketch import write_sketch_bundle


@pytest.fixture(scope="module")
def player(tmp_path_factory):
    return instrument.load(write_sketch_bundle(tmp_path_factory.mktemp("models") / "sketchy"), gate=False)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"seeds": []}, "n 0: out of range"),
        ({"seeds": range(MAX_COUNT + 1)}, "n 1000001: out of range"),
        ({"seeds": [1, -1, 2]}, "seed -1: out of range"),
        ({"seeds": range(randomness.MAX_SEED, randomness.MAX_SEED + 2)}, "seed 9223372036854775808: out of range"),
        ({"note": "H"}, "note H: "),
        ({"note": "F1", "controls": {"pitch": 50.0}}, "note F1: give either note or pitch, not both"),
        ({"style": "polka"}, "style polka: "),
    ],
)
def test_what_no_model_can_give_is_refused_at_once(given, words):
    with pytest.raises(InputError, match=words):
        Request(**{"seeds": [0], **given})


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"controls": {"pich": 50.0}}, "pich 50: not a control"),
        ({"controls": {"pitch": 5.0}}, "pitch 5: out of range"),
        ({"note": "C9"}, "pitch .*: out of range"),
        ({"style": "heavy"}, "style heavy: needs the control decay"),
        ({"length_ms": 2001.0}, "give 30 to 2000"),
    ],
)
def test_what_this_model_cannot_give_is_refused_before_a_kick_is_made(player, given, words, monkeypatch):
    request = Request(seeds=[0], **given)
    monkeypatch.setattr(instrument.Instrument, "kick", lambda *given, **more: pytest.fail("a kick was made"))
    with pytest.raises(InputError, match=words):
        request.check(player.voice.panel)
    with pytest.raises(InputError, match=words):
        player.kicks(request)


def test_a_request_does_not_change(player):
    controls = {"brightness": 1, "pitch": 50}
    request = Request(seeds=[0], controls=controls)
    controls["pitch"] = 60
    assert list(request.controls.items()) == [("brightness", 1.0), ("pitch", 50.0)]
    with pytest.raises(TypeError):
        request.controls["pitch"] = 60.0
    with pytest.raises(FrozenInstanceError):
        request.note = "A"
    assert replace(request, seeds=[1]).controls == request.controls


def test_note_and_controls_go_before_the_style():
    model = instrument.load(gate=False)
    panel = model.voice.panel
    request = Request(seeds=[3, 4], style="heavy", note="A1", controls={"drive": 0.1})
    drawn = styles.controls_of("heavy", 4, panel.card.controls)
    assert request.controls_of(panel, 4) == drawn | {"drive": 0.1, "pitch": pytest.approx(55.0)}
    assert request.controls_of(panel, 3) != request.controls_of(panel, 4)


def test_seeds_count_up_from_a_given_one_or_a_fresh_one():
    assert seeds_from(5, 3) == range(5, 8)
    first, second = seeds_from(n=2), seeds_from(n=2)
    assert len(first) == 2
    assert first != second


def test_python_and_the_instrument_make_the_same_of_one_request(player):
    request = Request(seeds=[3, 4], note="A", length_ms=200.0)
    kicks = list(player.kicks(request, threads=2))
    assert [kick.recipe["seed"] for kick in kicks] == [3, 4]
    for other in (
        player.generate(2, seed=3, note="A", length_ms=200.0),
        kickitout.generate(2, seed=3, note="A", length_ms=200.0, model=player, gate=False),
    ):
        assert [kick.encode() for kick in other] == [kick.encode() for kick in kicks]


def test_a_request_has_its_own_gate(player):
    with pytest.raises(InputError, match="none of 16 kicks of sketchy passes the gate"):
        list(player.kicks(Request(seeds=[3], gate=True)))
    assert player.gate is False
    assert list(player.kicks(Request(seeds=[3])))
    assert list(player.accepting(gate=True).kicks(Request(seeds=[3], gate=False)))


def test_kicks_may_be_unlike_those_of_a_folder(player, tmp_path):
    first = player.kick(3)
    first.save(tmp_path / "a.wav")
    for place in (tmp_path, KnownKicks.below(tmp_path)):
        (kick,) = player.kicks(Request(seeds=[3], unique_against=place))
        assert kick.recipe["attempt"] >= 1
    with pytest.raises(InputError, match=r"unique_against .*: not a folder"):
        player.kicks(Request(seeds=[3], unique_against=tmp_path / "absent"))
