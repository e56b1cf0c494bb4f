"""`kick evaluate` from the shell's side: places, floors, tables, JSON, reports, and what is wrong with them."""

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from kickitout.cli.app import run
from kickitout.evaluation import metrics, sets
from kickitout.evaluation import report as reports
from kickitout.library.store import Library
from kickitout.library.synthesis import synthesise_kick
from kickitout.sound import audio
from testing.tiny_bundle import write_tiny_bundle
from testing.tiny_library import make_library

pytestmark = pytest.mark.filterwarnings("error")

QUICK = ("gate", "characteristics", "frechet_infinity", "precision", "copies")


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """A library (24 kicks of train, 22 of validation), a bundle, and a folder of 20 kicks with one bad file."""
    root = tmp_path_factory.mktemp("world")
    make_library(root / "lib", 46, 22)
    write_tiny_bundle(root / "tiny", output="waveform")
    (root / "kicks").mkdir()
    for seed in range(100, 120):
        audio.write(root / "kicks" / f"{seed}.wav", 0.9 * synthesise_kick(seed)[0], 44_100)
    (root / "kicks" / "bad.wav").write_bytes(b"no sound")
    (root / "one.wav").write_bytes((root / "kicks" / "100.wav").read_bytes())
    (root / "empty").mkdir()
    return root


@pytest.fixture(scope="module")
def measured_once():
    """Measures as `sets` does, but the same sound only once: most calls read the same folders and splits."""
    measure, known = sets._measure_one, {}

    def measured(sound):
        given = sound.samples if sound.samples is not None else sound.raw
        if sound.path is not None:
            key = ("file", sound.path.read_bytes())
        else:
            key = (given.dtype.str, given.shape, given.tobytes())
        if key not in known:
            known[key] = measure(sound)
        return replace(known[key], file=sound.file, kit=sound.kit)

    return measured


@pytest.fixture(autouse=True)
def here(world, measured_once, monkeypatch):
    """In the world's folder, and with few figures: all of them are measured in the tests of `metrics`."""
    monkeypatch.setattr(sets, "_measure_one", measured_once)
    monkeypatch.chdir(world)
    # Processes take longer to start than so few kicks to measure.
    monkeypatch.setattr(sets, "available_processors", lambda: 1)
    whole = metrics.evaluate

    def quick(generated, real, training=None):
        return whole(generated, real, training, resamples=20, only=QUICK)

    monkeypatch.setattr(reports, "evaluate", quick)


def evaluated(capsys, *arguments):
    """Exit code, the one JSON object, and the messages."""
    code = run(["evaluate", *arguments, "--json"])
    out, err = capsys.readouterr()
    assert out.count("\n") == 1
    return code, json.loads(out), err


def test_a_folder_is_judged_by_a_split_beside_a_floor(capsys):
    code, data, err = evaluated(capsys, "kicks", "--real", "lib:validation")
    assert code == 0
    assert (data["generated"]["kicks"], data["real"]["kicks"], data["training"]["kicks"]) == (20, 22, 24)
    assert data["training"]["name"] == "lib:train"
    assert data["floor_kicks"] == 20
    assert data["figures"]["precision"]["floor"]["value"] >= 0.0
    assert data["figures"]["precision"]["verdict"] in ("better", "within the floor", "worse")
    assert data["generated"]["refused"] == [{"file": "bad.wav", "reason": "unreadable"}]
    assert "1 file of kicks could not be read: bad.wav (unreadable)" in err
    assert data["missing"]["frechet_infinity"] == "needs 100 generated kicks, there are 20"


def test_real_kicks_in_a_folder_have_no_floor_until_training_kicks_are_named(capsys):
    _, data, err = evaluated(capsys, "lib:train", "--real", "kicks")
    assert data["training"] is None
    assert data["figures"]["gate"]["floor"] is None
    assert "--train" in err
    assert "needs the training set" in data["missing"]["copies"]
    _, data, _ = evaluated(capsys, "kicks", "--real", "kicks", "--train", "lib:train@clean")
    assert data["training"]["name"] == "lib:train@clean"
    assert data["figures"]["gate"]["floor"] is not None


def test_kicks_of_the_training_set_are_copies_of_it(capsys):
    _, data, _ = evaluated(capsys, "lib:train", "--real", "lib:validation")
    assert data["figures"]["copies"]["value"] == 1.0
    assert data["figures"]["copies"]["verdict"] == "worse"


def test_a_bundle_makes_the_kicks_of_its_seeds(capsys, world):
    _, data, _ = evaluated(capsys, "tiny", "--real", "lib:validation", "-n", "12", "--seed", "7")
    assert data["generated"]["kicks"] == 12
    assert "seeds 7 to 18" in data["generated"]["name"]
    folder = world / "made"
    assert (
        run(
            [
                "generate",
                "--no-gate",
                "--model",
                "tiny",
                "-n",
                "12",
                "--seed",
                "7",
                "-o",
                str(folder),
                "--bits",
                "32f",
                "--quiet",
            ]
        )
        == 0
    )
    _, again, _ = evaluated(capsys, "made", "--real", "lib:validation")
    for name, row in data["figures"].items():
        assert again["figures"][name]["value"] == pytest.approx(row["value"], abs=1e-3), name


def test_n_draws_from_what_is_there(capsys):
    _, data, _ = evaluated(capsys, "lib:train", "--real", "lib:validation", "-n", "21")
    assert (data["generated"]["kicks"], data["real"]["kicks"], data["floor_kicks"]) == (21, 22, 21)
    _, again, _ = evaluated(capsys, "lib:train", "--real", "lib:validation", "-n", "21")
    assert again == data


def test_the_order_and_the_names_of_files_change_nothing(capsys, world):
    folder = world / "renamed"
    folder.mkdir()
    for place, path in enumerate(sorted((world / "kicks").glob("1*.wav"), reverse=True)):
        (folder / f"{place:03d}.wav").write_bytes(path.read_bytes())
    _, data, _ = evaluated(capsys, "kicks", "--real", "lib:validation")
    _, again, _ = evaluated(capsys, "renamed", "--real", "lib:validation")
    assert again["figures"] == data["figures"]


def test_the_table_has_every_figure_and_a_verdict(capsys):
    assert run(["evaluate", "kicks", "--real", "lib:validation"]) == 0
    out, _ = capsys.readouterr()
    for name in QUICK:
        assert name in out
    assert "verdict" in out
    assert {"low", "high"} <= set(out.split())
    assert "not measured" in out
    assert max(map(len, out.splitlines())) <= 110
    assert run(["evaluate", "kicks", "--real", "lib:validation", "--quiet"]) == 0
    assert capsys.readouterr() == ("", "")


def test_a_report_is_a_page_and_its_data(capsys, tmp_path):
    _, data, err = evaluated(capsys, "kicks", "--real", "lib:validation", "-o", str(tmp_path / "out"))
    page, written = tmp_path / "out" / "report.html", tmp_path / "out" / "report.json"
    assert sorted((tmp_path / "out").iterdir()) == [page, written]
    assert str(page) in err
    stored = json.loads(written.read_text("utf-8"))
    assert {key: stored[key] for key in data} == data
    assert page.read_text("utf-8").startswith("<!DOCTYPE html>")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nowhere", "--real", "lib:validation"], "generated nowhere: does not exist; give a folder of audio"),
        (["drafd", "--real", "kicks"], "generated drafd: does not exist"),
        (["kicks", "--real", "lib"], "library lib: a library; choose one of its splits: lib:train, lib:validation"),
        (
            ["kicks", "--real", "lib:sibling"],
            "lib:sibling: holds no kicks; the splits of this library are: train, valid",
        ),
        (["kicks", "--real", "lib:train@free"], "'free' is not a licence class; choose clean, attribution"),
        (["kicks", "--real", "nowhere:test"], "nowhere"),
        (["one.wav", "--real", "kicks"], "one.wav"),
        (["empty", "--real", "kicks"], "path empty: holds no audio files"),
        (["kicks", "--real", ""], "--real"),
        (["kicks"], "--real"),
        (["kicks", "--real", "kicks", "-n", "0"], "-n 0: too few"),
        (["kicks", "--real", "kicks", "-n", "1.5"], "1.5"),
        (["tiny", "--real", "kicks", "--seed", "-1"], "--seed -1: out of range"),
        (["kicks", "--real", "kicks", "-o", "one.wav"], "one.wav"),
    ],
)
def test_wrong_input_is_one_line(capsys, arguments, words):
    assert run(["evaluate", *arguments]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert words in err
    assert err.count("\n") == 1


def test_a_report_replaces_no_strange_file_and_says_so_before_the_work(capsys, tmp_path, monkeypatch):
    (tmp_path / "report.html").write_text("mine")
    monkeypatch.setattr(reports, "compare", lambda *a, **k: pytest.fail("the work began"))
    assert run(["evaluate", "kicks", "--real", "lib:validation", "-o", str(tmp_path)]) == 2
    assert "report.html is already there and was not written by an evaluation" in capsys.readouterr().err
    assert (tmp_path / "report.html").read_text() == "mine"


def test_too_few_kicks_for_every_figure_is_said_with_the_number(capsys, monkeypatch, tmp_path):
    monkeypatch.setattr(reports, "evaluate", lambda g, r, t=None: metrics.evaluate(g, r, t, only=("auc_trees",)))
    assert run(["evaluate", "kicks", "--real", "lib:validation", "-o", str(tmp_path / "out")]) == 2
    assert "auc_trees needs 50 generated kicks, there are 20" in capsys.readouterr().err
    assert not (tmp_path / "out" / "report.html").exists()


def test_a_missing_extra_names_the_install_line(world):
    for module in ("scipy", "sklearn", "threadpoolctl"):
        program = f"import sys; sys.modules['{module}'] = None; from kickitout.cli import main; sys.exit(main())"
        done = subprocess.run(
            [sys.executable, "-c", program, "evaluate", "kicks", "--real", "lib:train"],
            cwd=world, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 2
        assert done.stderr.strip() == "kick: kick evaluate needs an optional part: pip install 'kickitout[analysis]'"


@pytest.mark.slow  # nothing is written before the end; what Ctrl-C says is the same for all verbs
@pytest.mark.skipif(sys.platform == "win32", reason="Windows sends Ctrl-C to whole consoles")
def test_ctrl_c_leaves_nothing_half_written(world, tmp_path, hearing_interrupts):
    out = tmp_path / "out"
    process = subprocess.Popen(
        [sys.executable, "-m", "kickitout", "evaluate", "kicks", "--real", "lib:validation", "-o", str(out)],
        cwd=world, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, preexec_fn=hearing_interrupts,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )  # fmt: skip
    line = process.stderr.readline()  # the first step has begun
    assert "judging" in line
    time.sleep(0.2)
    process.send_signal(signal.SIGINT)
    said = process.communicate(timeout=60)[1]
    assert process.returncode == 130
    assert "Traceback" not in said
    assert not out.exists() or list(out.iterdir()) == []


def test_splits_of_the_library_are_what_the_test_thinks(world):
    library = Library.open(Path("lib"))
    assert len(library.select({"train"})) == 24
    assert np.abs(library.audio(0)).max() > 0.5
