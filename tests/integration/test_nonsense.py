"""Each verb with nonsense for each of its options: one line, never a bug."""

import json
import re
import signal
import sys
from pathlib import Path

import numpy as np
import pytest

from kickitout.cli.app import VERBS, build_app, run
from kickitout.sound.kick import Kick
from testing.tiny_library import make_library
from testing.tiny_sketch import write_sketch_bundle

NONSENSE = (
    *("", " ", "nan", "inf", "-inf", "1e999", "1e-320", "-1", "0", "0x10", "9" * 400, "a,b", "a=b", "{}"),
    *("[" * 2000, "x" * 5000, "\x1b[31mred\x9b2J", "\u202egpj", "\udcff", "[bold]x[/bold]"),
    *("/dev/null", ".", "nowhere/x"),
)

QUICK = ("generate", "train", "export", "collect", "models")
"""Verbs that take a hundredth of a second to find a mistake. The others are tried by `make slow`."""

SECONDS = 30


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A folder with a model, a library and two kicks."""
    folder = tmp_path_factory.mktemp("nonsense")
    write_sketch_bundle(folder / "model")
    make_library(folder / "library", 6, 2)
    (folder / "kicks").mkdir()
    for name, frequency in (("a", 50.0), ("b", 60.0)):
        time = np.arange(22_050) / 44_100.0
        wave = 0.9 * np.sin(2.0 * np.pi * frequency * time) * np.exp(-12.0 * time)
        Kick(np.stack([wave, wave]).astype(np.float32), 44_100).save(folder / "kicks" / f"{name}.wav")
    return folder


MODEL = ("--model", "model", "-o", "out")
SENSE = {
    "generate": ("-n", "1", "--no-gate", *MODEL),
    "vary": ("kicks/a.wav", "-n", "1", *MODEL),
    "morph": ("kicks/a.wav", "kicks/b.wav", "--steps", "3", *MODEL),
    "match": ("kicks/a.wav", *MODEL),
    "similar": ("kicks/a.wav", "kicks"),
    "pack": ("--name", "x", "-n", "1", *MODEL),
    "inspect": ("kicks/a.wav",),
    "prepare": ("kicks", "-o", "other"),
    "collect": ("nowhere.csv", "-o", "collected"),
    "train": ("library", "-o", "run", "--dry-run"),
    "export": ("nowhere", "-o", "bundle"),
    "evaluate": ("kicks", "--real", "kicks"),
    "figures": ("-o", "pictures"),
    "experiment": ("nowhere", "-o", "results"),
    "models": (),
    "doctor": (),
}
"""Arguments that mean something: one of them is replaced, or one added. `ui` would wait for a browser."""


def options(verb):
    """The first word of each option of a verb; "" for what has none."""
    arguments = build_app(verb)[verb].assemble_argument_collection()
    return sorted({next((name for name in one.names if name.startswith("--")), "") for one in arguments})


def said(capfd, arguments):
    """Run `kick`; its exit code and what it printed, after a look at how it did that."""
    capfd.readouterr()
    code = run(arguments)
    out, err = capfd.readouterr()
    assert code in (0, 1, 2)
    assert "a bug" not in err
    assert "Traceback" not in err
    assert not re.search("[\0-\x09\x0b-\x1f\x7f-\x9f\u202e]", out + err)
    assert len(err) < 3000
    if code:
        assert len([line for line in err.splitlines() if line.startswith("kick: ")]) == 1
    return code, out, err


def try_all(verb, capfd, of_each):
    """Nonsense for each option of a verb: `of_each` of the list, others for each option."""
    for place, option in enumerate(options(verb)):
        for turn in range(of_each):
            value = NONSENSE[(place * of_each + turn) % len(NONSENSE)]
            sense = SENSE[verb]
            said(capfd, [verb, *sense, f"{option}={value}"] if option else [verb, value, *sense[1:]])


@pytest.fixture
def within_time():
    """A test of this length hangs."""
    if sys.platform == "win32":
        yield
        return

    def stop(number, frame):
        raise AssertionError("it hangs")

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(20 * SECONDS)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


def test_every_verb_is_tried():
    assert {*SENSE, "ui"} == {name for name, _, _ in VERBS}


@pytest.mark.parametrize("verb", QUICK)
def test_nonsense_is_one_line(verb, place, monkeypatch, capfd, within_time):
    monkeypatch.chdir(place)
    try_all(verb, capfd, 2)


@pytest.mark.slow
@pytest.mark.parametrize("verb", SENSE)
def test_all_nonsense_is_one_line(verb, place, monkeypatch, capfd, within_time):
    monkeypatch.chdir(place)
    try_all(verb, capfd, len(NONSENSE))


# Recipes of strangers -------------------------------------------------------------------------------------------------

EVIL = "\x1b[2J\x1b]0;owned\x07\u202e[bold]"


def kick_with(folder, recipe):
    path = folder / "stranger.wav"
    wave = np.zeros((2, 22_050), np.float32)
    wave[:, 100] = 0.5
    Kick(wave, 44_100, recipe).save(path)
    return path


@pytest.mark.parametrize(
    "recipe",
    [
        {"kickitout": "1", "model": ["a", "list"]},
        {"kickitout": "1", "model": EVIL, "seed": EVIL},
        {"kickitout": "1", "model": {"name": EVIL, "version": [EVIL] * 9}, "seed": {"a": EVIL}},
        {"kickitout": EVIL, "format": 99},
        {"kickitout": "1", "format": True},
        {"kickitout": "1", "format": 10**30},
        {"kickitout": ["x" * 100] * 100, "format": 99},
        {"kickitout": None},
        {"kickitout": "1", "format": 1, "seed": float("nan")},
        {"kickitout": "1", "format": 1, "seed": float("inf"), "model": {}},
        {"kickitout": "1", "format": 1, "model": json.loads("[" * 600 + "]" * 600)},
        {"kickitout": "1", "format": 1, "model": {"name": EVIL, "version": "1", "checksum": EVIL}, "seed": 1},
    ],
    ids=lambda recipe: json.dumps(recipe)[:40],
)
def test_a_recipe_of_nonsense_is_one_line_and_moves_no_cursor(place, recipe, tmp_path, monkeypatch, capfd):
    monkeypatch.chdir(place)
    path = kick_with(tmp_path, recipe)
    assert said(capfd, ["inspect", str(path)])[0] == 0
    assert said(capfd, ["inspect", "--json", str(path)])[0] == 0
    assert said(capfd, ["generate", "--from", str(path), "--model", "model", "-o", str(tmp_path / "out")])[0] != 0


@pytest.mark.skipif(sys.platform == "win32", reason="no such names")
def test_a_name_of_a_file_moves_no_cursor_and_is_no_markup(place, tmp_path, capfd):
    path = tmp_path / f"{EVIL}.wav"
    path.write_bytes(Path(place / "kicks" / "a.wav").read_bytes())
    _, out, _ = said(capfd, ["inspect", str(path)])
    assert "\\u001b[2J" in out
    assert "[bold]" in out
    _, _, err = said(capfd, ["inspect", str(tmp_path / f"no{EVIL}.wav")])
    assert "[bold]" in err
