"""`kick vary`, `kick morph`, `kick match` and `kick similar`, from the command line to the files."""

import json
import re

import numpy as np
import pytest

from kickitout.cli.app import run
from kickitout.errors import InputError
from kickitout.instrument import morphing
from kickitout.library.synthesis import synthesise_kick, synthesise_other
from kickitout.sound.kick import Kick
from testing.tiny_sketch import write_sketch_bundle


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return str(write_sketch_bundle(tmp_path_factory.mktemp("models") / "sketchy"))


@pytest.fixture(autouse=True)
def place(tmp_path, monkeypatch):
    """An empty folder with two kicks and a sound that is none."""
    monkeypatch.chdir(tmp_path)
    Kick(synthesise_kick(12)[0]).save("a.wav")
    Kick(synthesise_kick(7)[0]).save("b.flac")
    Kick(synthesise_other(3)[0]).save("snare.wav")
    Kick(np.tile(synthesise_kick(12)[0], (1, 4))).save("loop.wav")
    return tmp_path


NOTE_AND_MARK = re.compile(r"(_[A-G]#?)?_[0-9a-f]{4}(?=\.wav$)")


def one_error(capsys):
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("kick: ")
    assert err.count("\n") == 1
    return err


def test_variations_are_written_drawn_and_made_again(model, place, capsys):
    options = ["--model", model, "--no-gate"]
    assert run(["vary", "a.wav", "-n", "3", "--seed", "4", "--keep", "pitch", "--sheet", "-o", "v", *options]) == 0
    out, err = capsys.readouterr()
    *files, sheet = out.split()
    assert [re.sub(NOTE_AND_MARK, "", file) for file in files] == [f"v/a_vary_{seed}.wav" for seed in (4, 5, 6)]
    assert sheet == "v/sheet.png"
    assert "3 variations of a.wav by 0.3, seeds 4 to 6" in err
    assert run(["generate", "--from", files[1], "--original", "a.wav", "--model", model, "-o", "again"]) == 0
    (again,) = (place / "again").iterdir()
    assert again.name == (place / files[1]).name
    before = {file: (place / file).read_bytes() for file in files}
    assert again.read_bytes() == before[files[1]]
    for more in ([], ["--amount", "0.9"], ["--level", "lufs:-30"]):
        assert run(["vary", "a.wav", "-n", "3", "--seed", "4", "--keep", "pitch", "-o", "v", *more, *options]) == 0
    assert {file: (place / file).read_bytes() for file in files} == before
    assert len(list((place / "v").glob("a_vary_*.wav"))) == 9


def test_a_morph_is_numbered_and_a_match_tells_its_distance(model, short_matches, capsys):
    assert run(["morph", "a.wav", "b.flac", "--steps", "3", "--model", model, "--no-gate", "--json"]) == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    names = [re.sub(NOTE_AND_MARK, "", row["file"]) for row in rows]
    assert names == [f"kicks/a_to_b_{number}.wav" for number in (1, 2, 3)]
    assert [row["recipe"]["derivation"]["amount"] for row in rows][::2] == [0.0, 1.0]
    assert run(["match", "a.wav", "--model", model, "--json"]) == 0
    (row,) = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert re.sub(NOTE_AND_MARK, "", row["file"]) == "kicks/a_match.wav"
    assert row["distance"] <= row["encoder_distance"]
    assert row["others_5_percent"] <= row["others_median"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["vary", "none.wav"], "none.wav"),
        (["vary", "loop.wav"], "file loop.wav: not usable as a kick (loop: 4 hits)"),
        (["vary", "a.wav", "--note", "H"], "--note H: not a note"),
        (["vary", "a.wav", "--note", "A", "--pitch", "55"], "not both"),
        (["vary", "a.wav", "--decay", "-1"], "--decay -1"),
        (["vary", "a.wav", "--style", "polka"], "--style polka"),
        (["vary", "a.wav", "--amount", "2"], "--amount 2: out of range"),
        (["vary", "a.wav", "--keep", "pitch,reverb"], "--keep reverb: not a control"),
        (["vary", "a.wav", "-n", "0"], "-n 0: out of range"),
        (["vary", "a.wav", "--seed", "-1"], "--seed -1: out of range"),
        (["vary", "a.wav", "--bits", "32f", "--format", "flac"], "32"),
        (["morph", "a.wav", "loop.wav"], "file loop.wav: not usable as a kick"),
        (["morph", "a.wav", "b.flac", "--steps", "1"], "--steps 1: out of range"),
        (["match", "loop.wav"], "file loop.wav: not usable as a kick"),
    ],
)
def test_bad_input_is_one_line_and_leaves_nothing(model, place, capsys, arguments, words):
    assert run([*arguments, "--model", model, "-o", "new"]) == 2
    assert words in one_error(capsys)
    assert not (place / "new").exists()


def test_a_snare_is_taken_by_every_verb_with_a_remark(model, place, short_matches, capsys):
    options = ["--model", model, "-o", "new"]
    for arguments in (
        ["vary", "snare.wav", "-n", "1", "--seed", "1"],
        ["morph", "a.wav", "snare.wav", "--steps", "2"],
        ["match", "snare.wav"],
    ):
        assert run([*arguments, *options]) == 0
        assert "unlike a kick: snare.wav: no low rumble" in capsys.readouterr().err
    assert run(["similar", "snare.wav", "."]) == 0
    assert "unlike a kick: snare.wav: no low rumble" in capsys.readouterr().err


def test_wishes_move_a_file_and_are_in_its_recipe(model, place, capsys):
    options = ["-n", "1", "--seed", "1", "--model", model, "--json", "--amount", "0"]
    assert run(["vary", "a.wav", "--note", "A1", "--brightness", "0.5", "-o", "moved", *options]) == 0
    (row,) = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert row["recipe"]["controls"] == {"brightness": 0.5, "pitch": 55.0}
    assert (
        run(["generate", "--from", row["file"], "--original", "a.wav", "--model", model, "-o", "again", "--json"]) == 0
    )
    (again,) = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert (place / again["file"]).read_bytes() == (place / row["file"]).read_bytes()


@pytest.mark.parametrize("end", [InputError("step", 3, "fails"), KeyboardInterrupt()], ids=["refused", "Ctrl-C"])
def test_what_ends_before_the_last_kick_writes_none(model, place, capsys, monkeypatch, end):
    real, made = morphing.render_kick, []

    def failing(*given):
        made.append(given)
        if len(made) == 4:
            raise end
        return real(*given)

    monkeypatch.setattr(morphing, "render_kick", failing)
    assert run(["morph", "a.wav", "b.flac", "--steps", "5", "--model", model, "--no-gate", "-o", "new"]) != 0
    out, err = capsys.readouterr()
    assert out == ""
    assert "fails" in err or "no kick is written" in err
    assert list((place / "new").iterdir()) == []


def test_a_file_that_is_not_the_kick_of_its_name_is_not_replaced(model, place, capsys):
    (place / "kicks").mkdir()
    (place / "kicks/a_vary_4_F#_3fa2.wav").write_bytes((place / "a.wav").read_bytes())
    assert run(["vary", "a.wav", "-n", "1", "--seed", "4", "--model", model, "--no-gate"]) == 2
    assert "a_vary_4_F#_3fa2.wav is already there" in one_error(capsys)
    assert run(["vary", "b.flac", "-n", "1", "--seed", "4", "-o", "kicks", "--model", model, "--no-gate"]) == 0


def test_originals_belong_to_a_recipe(model, capsys):
    assert run(["generate", "--original", "a.wav", "--model", model]) == 2
    assert "--original a.wav: goes with --from, which is missing" in one_error(capsys)


def test_the_nearest_come_first_and_the_same_sound_has_no_distance(place, capsys):
    (place / "kit").mkdir()
    for seed in (1, 2, 12):
        Kick(0.5 * synthesise_kick(seed)[0]).save(place / f"kit/{seed}.wav", bits="16")
    Kick(synthesise_other(3)[0]).save(place / "kit/snare.wav")
    (place / "kit/text.wav").write_text("no audio")
    assert run(["similar", "a.wav", "kit", "--json"]) == 0
    out, err = capsys.readouterr()
    rows = [json.loads(line) for line in out.splitlines()]
    assert rows[0]["file"] == "kit/12.wav"
    assert rows[0]["distance"] < 0.5 < rows[1]["distance"] <= rows[2]["distance"]
    assert "1 files are not one sound" in err
    assert any(row["file"] == "kit/snare.wav" for row in rows if "distance" in row)
    assert run(["similar", "kit/12.wav", "kit", "-n", "1"]) == 0
    assert "kit/12.wav" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["loop.wav", "."], "file loop.wav: not usable as a kick"),
        (["a.wav", "nowhere"], "folder nowhere: not a folder"),
        (["a.wav", "empty"], "folder empty: holds no sound other than a.wav"),
        (["a.wav", ".", "-n", "0"], "-n 0: too few; give at least 1"),
    ],
)
def test_what_cannot_be_searched_is_named(place, capsys, arguments, words):
    (place / "empty").mkdir()
    assert run(["similar", *arguments]) == 2
    assert words in one_error(capsys)
