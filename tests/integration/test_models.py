"""`kick models`."""

import json

from kickitout.cli.app import run
from kickitout.instrument import instrument, models
from kickitout.model.bundle import Bundle
from testing.tiny_bundle import write_tiny_bundle
from testing.tiny_sketch import write_sketch_bundle


def test_models_are_listed_the_default_first(shelf, capsys):
    write_tiny_bundle(shelf / "aaa")
    write_tiny_bundle(shelf / "draft", version="2")
    assert run(["models", "--json"]) == 0
    draft, other = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert (draft["name"], draft["version"], draft["default"]) == ("draft", "2", True)
    assert (other["name"], other["default"]) == ("aaa", False)
    bundle = Bundle.open(shelf / "draft")
    assert draft["checksum"] == bundle.checksum
    assert draft["size"] == bundle.size
    assert draft["trained_on"]["by_licence"] == {"CC0-1.0": 3, "Public-Domain": 2}
    assert run(["models"]) == 0
    text = capsys.readouterr().out
    assert "draft 2 (default): Noise for tests." in text
    assert "preset tiny, trained on 5 kicks (3 CC0-1.0, 2 Public-Domain)" in text
    assert "licence CC0-1.0" in text


def test_what_a_model_can_be_asked_for_is_listed(shelf, capsys):
    card = Bundle.open(write_sketch_bundle(shelf / "sketchy")).card
    assert run(["models", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)["controls"]
    assert [one["name"] for one in listed] == ["pitch", "brightness"]
    assert (listed[0]["minimum"], listed[0]["unit"]) == (card.controls[0].minimum, "Hz")
    assert run(["models"]) == 0
    assert f"pitch {card.controls[0].minimum:.4g} to {card.controls[0].maximum:.4g} Hz" in capsys.readouterr().out


def test_a_broken_model_is_told_beside_the_others(shelf, capsys):
    write_tiny_bundle(shelf / "aaa")
    (write_tiny_bundle(shelf / "bbb") / "generator.onnx").unlink()
    assert run(["models", "--json"]) == 1
    good, bad = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert good["name"] == "aaa"
    assert bad["name"] == "bbb"
    assert "lacks generator.onnx" in bad["error"]


def test_no_model_is_said_in_words(shelf, capsys):
    assert run(["models"]) == 0
    assert "no model is installed; give a bundle as --model" in capsys.readouterr().err


def test_every_shipped_model_is_whole_and_may_be_shipped():
    from kickitout.model.card import FREE_LICENCES
    from kickitout.model.wording import model_card

    for name, path in models.models_at_hand().items():
        bundle = Bundle.open(path)
        assert bundle.card.name == name
        assert set(bundle.card.trained_on.by_licence) <= FREE_LICENCES
        assert bundle.size <= 22e6
        assert path.joinpath("MODEL_CARD.md").read_text(encoding="utf-8") == model_card(bundle.card)
        assert instrument.load(path, gate=False).kick(0).audio.any()
