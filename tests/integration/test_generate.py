"""`kick generate`, from the command line to the files."""

import errno
import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from kickitout.cli.app import run
from kickitout.instrument import exports, instrument, models
from kickitout.sound import audio
from kickitout.sound.kick import read_recipe
from testing.tiny_bundle import tiny_graph, write_tiny_bundle
from testing.tiny_sketch import write_sketch_bundle


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return write_tiny_bundle(tmp_path_factory.mktemp("models") / "tiny")


@pytest.fixture
def generate(model, tmp_path, monkeypatch):
    """Run `kick generate --model tiny ...` in an empty folder; gives the exit code."""
    monkeypatch.chdir(tmp_path)
    return lambda *arguments: run(["generate", "--no-gate", "--model", str(model), *map(str, arguments)])


def contents(folder):
    return {path.name: path.read_bytes() for path in sorted(Path(folder).iterdir())}


def one_error(capsys):
    """The one line on standard error; nothing on standard output."""
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("kick: ")
    assert err.count("\n") == 1
    assert "Traceback" not in err
    return err


def only(folder, seed):
    """The file of a seed of which nothing was asked."""
    (path,) = (path for path in Path(folder).iterdir() if re.fullmatch(rf"\w+_kick_{seed}(_[A-G]#?)?", path.stem))
    return path


# --- what it makes


def test_sixteen_kicks_as_producers_want_them(generate, capsys):
    assert generate() == 0
    paths = sorted(Path("kicks").iterdir())
    assert len(paths) == 16
    for path in paths:
        info = audio.probe(path)
        assert (info.sample_rate, info.channels, info.frames) == (44_100, 2, 22_050)
        assert (info.format, info.subtype) == ("WAV", "PCM_24")
        recipe = read_recipe(path)
        assert re.fullmatch(rf"tiny_kick_{recipe['seed']}(_[A-G]#?)?\.wav", path.name)
    out, err = capsys.readouterr()
    assert sorted(out.split()) == sorted(str(path) for path in paths)
    # The seed that nobody chose is said, and brings the same kicks back.
    first = min(read_recipe(path)["seed"] for path in paths)
    assert f"seeds {first} to {first + 15}" in err
    assert generate("--seed", first, "-o", "again") == 0
    assert contents("again") == contents("kicks")


@pytest.mark.parametrize(("count", "first"), [(10, 28), pytest.param(64, 0, marks=pytest.mark.slow)])
def test_a_seed_gives_the_same_bytes_alone_in_a_batch_at_any_thread_count_and_from_its_file(generate, count, first):
    assert generate("-n", count, "--seed", first, "-o", "batch") == 0
    batch = contents("batch")
    for threads in (1, 3):
        assert generate("-n", 5, "--seed", 30, "--threads", threads, "-o", f"few{threads}") == 0
        assert contents(f"few{threads}").items() <= batch.items()
    assert generate("-n", 1, "--seed", 31, "-o", "alone") == 0
    assert contents("alone").items() <= batch.items()
    assert generate("--from", only("batch", 31), "-o", "replayed") == 0
    assert contents("replayed") == contents("alone")


@pytest.mark.parametrize("format", ["wav", "flac", "aiff"])
@pytest.mark.parametrize("bits", ["16", "24", "32f"])
def test_every_encoding_is_replayed_from_its_file(generate, format, bits, capsys):
    code = generate("-n", 1, "--seed", 9, "--format", format, "--bits", bits, "--rate", 48_000, "-o", "one")
    if (format, bits) == ("flac", "32f"):
        assert code == 2
        assert "FLAC" in one_error(capsys)
        assert not Path("one").exists()
        return
    assert code == 0
    path = only("one", 9)
    assert path.suffix == f".{format}"
    info = audio.probe(path)
    assert (info.sample_rate, info.frames) == (48_000, 24_000)
    assert generate("--from", path, "-o", "two") == 0
    assert contents("two") == contents("one")
    assert generate("--from", path, "--bits", "16", "--format", "wav", "--rate", 44_100, "-o", "three") == 0
    assert audio.probe(only("three", 9).with_suffix(".wav")).subtype == "PCM_16"


def test_one_channel_has_no_width(generate, capsys):
    assert generate("-n", 1, "--mono", "--width", 0.5) == 2
    assert capsys.readouterr().err == (
        "kick: --width 0.5: one channel has no width; leave --width out, or ask for two: --no-mono\n"
    )


def test_a_zipped_model_makes_the_same_kicks(generate, model, tmp_path):
    import shutil

    zipped = shutil.make_archive(str(tmp_path / "tiny"), "zip", model.parent, model.name)
    assert generate("-n", 2, "--seed", 1, "-o", "a") == 0
    assert run(["generate", "--no-gate", "--model", zipped, "-n", "2", "--seed", "1", "-o", "b"]) == 0
    assert contents("a") == contents("b")


def test_json_is_one_object_a_line_and_quiet_is_quiet(generate, capsys):
    assert generate("-n", 3, "--seed", 2, "--sheet", "--json", "--quiet") == 0
    out, err = capsys.readouterr()
    lines = [json.loads(line) for line in out.splitlines()]
    assert [line.get("recipe", {}).get("seed") for line in lines] == [2, 3, 4, None]
    assert lines[3] == {"sheet": str(Path("kicks/sheet.png"))}
    assert read_recipe(Path(lines[0]["file"])).items() >= lines[0]["recipe"].items()
    assert err == ""
    assert generate("-n", 1, "--seed", 2, "--quiet") == 0
    assert capsys.readouterr() == ("", "")


def test_the_sheet_is_a_picture_and_is_drawn_anew(generate):
    from PIL import Image

    assert generate("-n", 5, "--seed", 2, "--sheet") == 0
    with Image.open("kicks/sheet.png") as picture:
        wide = picture.size
    assert generate("-n", 1, "--seed", 2, "--sheet") == 0
    with Image.open("kicks/sheet.png") as picture:
        assert picture.size < wide
        assert picture.format == "PNG"


def test_the_shipped_model_plays_when_none_is_named(model, tmp_path, monkeypatch):
    monkeypatch.setattr(models, "MODELS_FOLDER", model.parent)
    monkeypatch.chdir(tmp_path)
    assert run(["generate", "--no-gate", "-n", "1", "--seed", "3"]) == 0
    assert run(["generate", "--no-gate", "-n", "1", "--seed", "3", "--model", "tiny", "-o", "named"]) == 0
    assert run(["generate", "--from", str(only("kicks", 3)), "-o", "replayed"]) == 0
    assert contents("kicks") == contents("named") == contents("replayed")


def test_strange_folder_names_work(generate):
    for name in ("with space", "ключ/замок", "x" * 200 + "/" + "y" * 200, "-dash"):
        assert generate("-n", 1, "--seed", 1, f"--out={name}") == 0
        assert list(contents(name)) == [only(name, 1).name]


# --- what it does not replace


def test_its_own_kick_is_replaced_and_repaired(generate):
    assert generate("-n", 2, "--seed", 5) == 0
    before = contents("kicks")
    assert generate("-n", 2, "--seed", 5, "--bits", "16") == 0
    assert generate("-n", 2, "--seed", 5) == 0
    assert contents("kicks") == before


def test_versions_of_a_seed_stand_side_by_side_and_each_is_replaced_by_itself(generate):
    asked = ([], ["--length", 120], ["--level", "lufs:-30"], ["--level", "peak:-6"])
    for count, options in enumerate(asked, 1):
        assert generate("-n", 1, "--seed", 5, *options) == 0
        assert len(contents("kicks")) == count
    before = contents("kicks")
    for options in asked:
        assert generate("-n", 1, "--seed", 5, *options) == 0
    assert contents("kicks") == before
    for path in Path("kicks").iterdir():
        assert generate("--from", path, "-o", "again") == 0
    assert contents("again") == before


def test_a_file_that_comes_while_kicks_are_made_is_not_replaced(generate, capsys, monkeypatch):
    assert generate("-n", 2, "--seed", 5, "-o", "other") == 0
    stranger = Path("kicks") / only("other", 6).name
    checked = exports.prepare_folder

    def then_a_file_comes(*arguments, **options):
        found = checked(*arguments, **options)
        stranger.write_text("mine")
        return found

    monkeypatch.setattr(exports, "prepare_folder", then_a_file_comes)
    assert generate("-n", 2, "--seed", 5) == 2
    assert f"{stranger.name} is already there and is another kick" in capsys.readouterr().err
    assert stranger.read_text() == "mine"


@pytest.mark.parametrize(
    ("level", "words"),
    [("loud", "loud: not a level"), ("lufs:3", "out of range; give -60 to 0"), ("peak:0.1", "range")],
)
def test_what_is_no_level_is_refused_before_any_work(generate, capsys, level, words):
    assert generate("-n", 1, "--level", level) == 2
    error = one_error(capsys)
    assert error.startswith(f"kick: --level {level}")
    assert words in error
    assert not Path("kicks").exists()


@pytest.mark.parametrize("kind", ["foreign audio", "no audio", "other model", "a folder", "no recipe"])
def test_what_another_made_is_not_replaced(generate, model, tmp_path, capsys, kind):
    target = Path("kicks/tiny_kick_6_A.wav")
    target.parent.mkdir()
    if kind == "a folder":
        target.mkdir()
    elif kind == "no audio":
        target.write_text("my notes")
    elif kind == "other model":
        other = write_tiny_bundle(tmp_path / "tiny", graph=tiny_graph((1, 2, 176, 257), seed=4))
        instrument.load(other, gate=False).kick(6).save(target)
    else:
        audio.write(target, np.zeros((2, 9), np.float32), 44_100)
    before = target.read_bytes() if target.is_file() else None
    assert generate("-n", 4, "--seed", 5) == 2
    assert "tiny_kick_6_A.wav is already there" in one_error(capsys)
    assert [path.name for path in target.parent.iterdir()] == [target.name]
    assert before is None or target.read_bytes() == before


def test_a_sheet_that_it_did_not_draw_is_not_replaced(generate, capsys):
    from PIL import Image

    Path("kicks").mkdir()
    Image.new("RGB", (9, 9)).save("kicks/sheet.png")
    before = contents("kicks")
    assert generate("-n", 1, "--seed", 1, "--sheet") == 2
    assert "sheet.png is already there" in one_error(capsys)
    assert contents("kicks") == before
    assert generate("-n", 1, "--seed", 1) == 0


# --- wrong input: one line, exit code 2, nothing made


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["-n", "0"], "-n 0: out of range"),
        (["-n", "-3"], "-n -3: out of range"),
        (["-n", "1000001"], "-n 1000001: out of range"),
        (["-n", "x"], '"x" is not a whole number'),
        (["-n", "1.5"], '"1.5" is not a whole number'),
        (["-n", "9" * 100], "is not a whole number"),
        (["-n"], "-n requires an argument"),
        (["-n", "1", "-n", "2"], "-n specified multiple times"),
        (["--seed", "-1"], "--seed -1: out of range"),
        (["--seed", str(2**63)], f"--seed {2**63}: out of range"),
        (["--seed", str(2**63 - 1), "-n", "2"], f"--seed {2**63 - 1}: the last of 2 kicks would be out of range"),
        (["--bits", "12"], 'Invalid value "12" for --bits. Choose from: "16", "24", "32f"'),
        (["--format", "mp3"], 'Invalid value "mp3" for --format'),
        (
            ["--format", "flac", "--bits", "32f"],
            "--bits 32f: FLAC has no floating-point samples; choose --bits 24 or --format wav",
        ),
        (["--rate", "5"], "--rate 5: out of range"),
        (["--rate", "192001"], "--rate 192001: out of range"),
        (["--threads", "0"], "--threads 0: out of range"),
        (["--unknown"], "Unknown option: --unknown"),
        (["--notes", "F#"], "Unknown option: --notes"),
        (["--note", "F#"], "not a control of the model tiny; it has none"),
        (["more"], "'more' is too much"),
        (["--json=3"], "--json"),
        (["--from", "gone.wav"], "file gone.wav: cannot be read (no such file or directory)"),
        (["--from", "text.wav"], "file text.wav: cannot be read as audio"),
        (["--from", "plain.wav"], "file plain.wav: holds no recipe"),
        (
            ["--from", "plain.wav", "-n", "2"],
            "--from plain.wav: makes one kick",
        ),
        (
            ["--from", "plain.wav", "--seed", "2"],
            "--from plain.wav: makes one kick",
        ),
        (["-o", "text.wav"], "-o text.wav: there is already a file of this name; choose another name"),
        (["-o", "text.wav/below"], "below: there is already a file of this name"),
    ],
)
def test_wrong_input_is_named_in_one_line(generate, capsys, arguments, words):
    Path("text.wav").write_text("text")
    audio.write(Path("plain.wav"), np.zeros((2, 9), np.float32), 44_100)
    before = contents(".")
    assert generate(*arguments) == 2
    assert words in one_error(capsys)
    assert contents(".") == before


@pytest.mark.parametrize(
    ("model", "words"),
    [
        ("drat", "did you mean draft?"),
        ("gone/model.zip", "installed models: draft"),
        ("text.zip", "--model text.zip: not a bundle: neither a folder nor a zip"),
        ("folder", "--model folder: not a bundle: it holds no card.json"),
        ("", "--model '': neither a model nor a bundle"),
    ],
)
def test_a_wrong_model_is_named(tmp_path, monkeypatch, capsys, model, words):
    write_tiny_bundle(tmp_path / "shelf" / "draft")
    monkeypatch.setattr(models, "MODELS_FOLDER", tmp_path / "shelf")
    monkeypatch.chdir(tmp_path)
    Path("text.zip").write_text("text")
    Path("folder").mkdir()
    assert run(["generate", "--model", model, "-n", "1"]) == 2
    assert words in one_error(capsys)
    assert not Path("kicks").exists()


def test_a_recipe_whose_model_is_not_at_hand_is_wrong_input(generate, model, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(models, "MODELS_FOLDER", tmp_path / "shelf")
    assert generate("-n", 1, "--seed", 1, "--quiet") == 0
    made = str(only("kicks", 1))
    assert run(["generate", "--from", made, "-o", "x"]) == 2
    assert "made by tiny 1" in one_error(capsys)
    other = write_tiny_bundle(tmp_path / "shelf" / "tiny", version="2")
    for options in ([], ["--model", str(other)]):
        assert run(["generate", "--from", made, "-o", "x", *options]) == 2
        assert "not by tiny 2" in one_error(capsys)
    assert not Path("x").exists()


# --- the machine's faults: one line, exit code 1, nothing half-written


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        ("wrong checksum", "generator.onnx"),
        ("truncated graph", "generator.onnx"),
        ("missing card", "lacks card.json"),
        ("newer", "format 99, this Kick It Out reads up to format 1"),
    ],
)
def test_a_broken_model_is_named(tmp_path, monkeypatch, capsys, damage, words):
    folder = write_tiny_bundle(tmp_path / "tiny")
    card, graph = folder / "card.json", folder / "generator.onnx"
    if damage == "wrong checksum":
        graph.write_bytes(graph.read_bytes() + b"\0")
    elif damage == "truncated graph":
        graph.write_bytes(graph.read_bytes()[:500])
    elif damage == "missing card":
        card.unlink()
    else:
        card.write_text(json.dumps(json.loads(card.read_text()) | {"format_version": 99}))
    monkeypatch.chdir(tmp_path)
    assert run(["generate", "--model", str(folder), "-n", "1"]) == 1
    assert words in one_error(capsys)
    assert not Path("kicks").exists()


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="the superuser may write anywhere")
def test_a_read_only_folder_is_named_before_anything_is_made(generate, capsys):
    Path("locked").mkdir(mode=0o500)
    assert generate("-n", 1, "-o", "locked") == 1
    assert "cannot write into locked: permission denied" in one_error(capsys)
    assert generate("-n", 1, "-o", "locked/below") == 1
    assert "permission denied" in one_error(capsys)


@pytest.mark.parametrize("number", [errno.EACCES, errno.EROFS, errno.ENOSPC])
def test_a_folder_that_refuses_is_named_before_anything_is_made(generate, capsys, monkeypatch, number):
    Path("locked").mkdir()

    def refuse(self, *arguments, **options):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(Path, "touch", refuse)
    monkeypatch.setattr(instrument.Instrument, "kick", lambda *_: pytest.fail("a kick was made"))
    assert generate("-n", 1, "-o", "locked") == 1
    assert f"cannot write into locked: {os.strerror(number).lower()}" in one_error(capsys)
    assert contents("locked") == {}


@pytest.mark.skipif(sys.platform != "linux", reason="/proc is Linux's")
def test_a_place_where_no_folder_can_be_is_named(generate, capsys):
    assert generate("-n", 1, "-o", "/proc/kicks") == 1
    assert "cannot make the folder /proc/kicks" in one_error(capsys)


def test_a_disk_too_small_is_named_before_anything_is_made(generate, capsys, monkeypatch):
    import shutil
    from types import SimpleNamespace

    monkeypatch.setattr(shutil, "disk_usage", lambda path: SimpleNamespace(total=10**9, used=0, free=10**6))
    assert generate("-n", 1000, "--seed", 1) == 1
    assert "1.0 MB free, 1,000 kicks need 132.3 MB" in one_error(capsys)
    assert contents("kicks") == {}
    assert generate("-n", 2, "--seed", 1) == 0


def test_a_disk_that_fills_up_keeps_the_whole_kicks(generate, capsys, monkeypatch):
    write = Path.write_bytes
    calls = []

    def fills_up(self, data):
        calls.append(self)
        if len(calls) == 3:
            write(self, data[:1000])
            raise OSError(errno.ENOSPC, "No space left on device")
        return write(self, data)

    monkeypatch.setattr(Path, "write_bytes", fills_up)
    assert generate("-n", 5, "--seed", 1, "--sheet") == 1
    assert re.search(r"tiny_kick_3\S*\.wav: no space left on device", capsys.readouterr().err.splitlines()[-1])
    assert sorted(contents("kicks")) == [only("kicks", seed).name for seed in (1, 2)]


def test_ctrl_c_keeps_the_whole_kicks_and_says_how_many(model, tmp_path, hearing_interrupts):
    slow = write_tiny_bundle(tmp_path / "slow", iterations=20)
    command = [
        sys.executable,
        "-m",
        "kickitout",
        "generate",
        "--no-gate",
        "--model",
        str(slow),
        "-n",
        "5000",
        "--seed",
        "0",
    ]
    options = {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP} if sys.platform == "win32" else {}
    process = subprocess.Popen(
        command,
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        preexec_fn=hearing_interrupts,
        **options,
    )
    for _ in range(3):
        process.stdout.readline()
    process.send_signal(signal.CTRL_BREAK_EVENT if sys.platform == "win32" else signal.SIGINT)
    out, err = process.communicate(timeout=60)
    made = sorted((tmp_path / "kicks").iterdir())
    assert process.returncode == 130
    assert "Traceback" not in err
    assert f"kick: stopped; {len(made)} of 5,000 kicks are finished and stay in kicks" in err.splitlines()[-1]
    assert len(made) >= 3 + out.count("\n") - 1
    for path in made:
        assert audio.probe(path).frames == 22_050
        assert path.name.startswith(f"slow_kick_{read_recipe(path)['seed']}")


def test_the_reader_of_the_output_may_go(model, tmp_path):
    command = [
        sys.executable,
        "-m",
        "kickitout",
        "generate",
        "--no-gate",
        "--model",
        str(model),
        "-n",
        "50",
        "--seed",
        "0",
    ]
    process = subprocess.Popen(
        command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8"
    )
    process.stdout.readline()
    process.stdout.close()
    err = process.stderr.read()
    assert process.wait(timeout=60) == 0
    assert err.splitlines() == ["tiny 1: 50 kicks, seeds 0 to 49"]
    process.stderr.close()


def test_as_drawn_takes_the_first_kick_of_each_seed_and_else_the_recipe_names_which(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    bundle = str(write_sketch_bundle(tmp_path / "sketchy"))
    common = ["generate", "--no-gate", "--model", bundle, "-n", "6", "--seed", "0"]
    assert run([*common, "-o", "chosen"]) == 0
    assert "were untypical or did not pass the gate at first and were drawn again" in capsys.readouterr().err
    assert run([*common, "-o", "bare", "--as-drawn"]) == 0
    assert "drawn again" not in capsys.readouterr().err
    recipes = {folder: [read_recipe(path) for path in sorted(Path(folder).iterdir())] for folder in ("chosen", "bare")}
    assert not any("attempt" in recipe for recipe in recipes["bare"])
    assert any("attempt" in recipe for recipe in recipes["chosen"])
    for path in sorted(Path("chosen").iterdir()):
        assert run(["generate", "--from", str(path), "--model", bundle, "-o", "again", "--quiet"]) == 0
        assert Path("again", path.name).read_bytes() == path.read_bytes()
