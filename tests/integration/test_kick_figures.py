"""`kick figures` from the shell's side."""

import json
import subprocess
import sys

import pytest

from kickitout.cli.app import run
from kickitout.library.synthesis import synthesise_kick
from kickitout.sound import audio as audio_files


def test_figures_come_without_any_data(tmp_path, capsys):
    assert run(["figures", "-o", str(tmp_path / "out"), "--json", "--quiet"]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    names = ["average-data-point", "amplitude-and-loudness", "defining-characteristics"]
    assert [line["figure"] for line in lines] == names
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == sorted(f"{name}.png" for name in names)


def test_figures_of_a_run_and_its_kicks(tmp_path, capsys):
    rows = [
        {"kind": "train", "samples": 16, "step": 1, "loss/generator": 1.0, "loss/discriminator": 0.7},
        {"kind": "validation", "samples": 16, "step": 1, "spread/generated": 0.1, "spread/real": 0.3},
    ]
    (tmp_path / "metrics.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    audio_files.write(tmp_path / "kick.wav", synthesise_kick(0)[0], 44_100)
    out = tmp_path / "out"
    arguments = ["--run", str(tmp_path), "--generated", str(tmp_path), "-o", str(out), "--format", "svg"]
    assert run(["figures", *arguments, "--only", "training-curves", "real-and-generated"]) == 0
    assert sorted(path.name for path in out.iterdir()) == ["real-and-generated.svg", "training-curves.svg"]
    assert str(out / "training-curves.svg") in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--only", "nonsense"], "--only nonsense: not a figure; choose average-data-point"),
        (["--only", "training-curves"], "--only training-curves: needs --run, the folder of a training run"),
        (["--only", "real-and-generated"], "--only real-and-generated: needs --generated, a folder"),
        (["--run", "missing"], "--run missing: not a training run"),
        (["--generated", "missing"], "--generated missing: not a folder"),
        (["--library", "missing"], "--library missing: holds no library"),
        (["--format", "gif"], "gif"),
    ],
)
def test_wrong_input_is_one_line(arguments, words, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert run(["figures", *arguments]) == 2
    said = capsys.readouterr()
    assert words in said.err
    assert said.err.count("\n") == 1
    assert said.out == ""
    assert list(tmp_path.iterdir()) == []


def test_damaged_metrics_are_one_line(tmp_path, capsys):
    (tmp_path / "metrics.jsonl").write_text("nonsense\n")
    assert run(["figures", "--run", str(tmp_path), "-o", str(tmp_path / "out")]) == 1
    assert "damaged in line 1" in capsys.readouterr().err


def test_a_missing_extra_names_the_install_line(tmp_path):
    program = "import sys; sys.modules['matplotlib'] = None; from kickitout.cli import main; sys.exit(main())"
    done = subprocess.run(
        [sys.executable, "-c", program, "figures", "-o", str(tmp_path / "out")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr.strip() == "kick: kick figures needs an optional part: pip install 'kickitout[analysis]'"
    assert not (tmp_path / "out").exists()
