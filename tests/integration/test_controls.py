"""Controls on the command line: notes, values, and what cannot be."""

import json

import pytest

from kickitout.cli.app import run
from kickitout.instrument.instrument import Recipe
from kickitout.measure.descriptors import describe
from kickitout.sound import audio
from testing.tiny_sketch import write_sketch_bundle


@pytest.fixture
def generate(tmp_path, monkeypatch):
    """Run `kick generate --model sketchy ...` in an empty folder; gives the exit code."""
    bundle = write_sketch_bundle(tmp_path / "sketchy")
    monkeypatch.chdir(tmp_path)
    return lambda *arguments: run(["generate", "--no-gate", "--model", str(bundle), *map(str, arguments)])


def pitches(folder):
    return [describe(audio.read(path)[0])["pitch_hz"] for path in sorted(folder.glob("*.wav"))]


@pytest.mark.parametrize(
    ("asked", "hertz"), [(["--pitch", 60], 60.0), (["--note", "A1"], 55.0), (["--note", "c2"], 65.406)]
)
def test_kicks_have_the_pitch_that_is_asked(generate, tmp_path, asked, hertz, capsys):
    assert generate("-n", 4, "--seed", 3, *asked, "--json") == 0
    recipes = [json.loads(line)["recipe"] for line in capsys.readouterr().out.splitlines()]
    assert [recipe["controls"]["pitch"] for recipe in recipes] == [pytest.approx(hertz, rel=1e-4)] * 4
    assert pitches(tmp_path / "kicks") == [pytest.approx(hertz, rel=0.01)] * 4


def test_a_note_without_an_octave_is_near_the_usual_pitch(generate, tmp_path):
    assert generate("-n", 1, "--seed", 3, "--note", "A") == 0
    recipe = Recipe.read(next((tmp_path / "kicks").glob("*.wav")))
    assert recipe.controls == {"pitch": pytest.approx(55.0)}


def test_a_kick_that_was_asked_for_is_made_again_from_its_file(generate, tmp_path):
    assert generate("-n", 1, "--seed", 9, "--note", "G1", "--brightness", 0.7) == 0
    first = next((tmp_path / "kicks").glob("*.wav"))
    assert generate("--from", first, "-o", "again") == 0
    assert (tmp_path / "again" / first.name).read_bytes() == first.read_bytes()


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (["--note", "H"], "kick: --note H: not a note; give a letter from A to G"),
        (["--note", "F1", "--pitch", "50"], "kick: --note F1: give either --note or --pitch, not both"),
        (["--pitch", "5"], "kick: --pitch 5: out of range for the model sketchy; give"),
        (["--note", "C9"], ": out of range for the model sketchy; give"),
        (["--brightness", "1.2"], "kick: --brightness 1.2: out of range"),
        (["--decay", "200"], "kick: --decay 200: not a control of the model sketchy; it has pitch, brightness"),
    ],
)
def test_what_cannot_be_asked_is_named(generate, tmp_path, capsys, asked, words):
    assert generate("-n", 1, *asked) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert words in err
    assert err.count("\n") == 1
    assert not (tmp_path / "kicks").exists()


def test_a_recipe_takes_no_controls_beside_its_own(generate, tmp_path, capsys):
    assert generate("-n", 1, "--seed", 9) == 0
    capsys.readouterr()
    assert generate("--from", next((tmp_path / "kicks").glob("*.wav")), "--pitch", 50) == 2
    assert (
        "leave out -n, --seed, --style, --length, --bpm, --beats, --stems, --as-drawn and controls"
        in capsys.readouterr().err
    )
