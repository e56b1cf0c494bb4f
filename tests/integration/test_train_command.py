"""`kick train` and `kick export` as a person types them."""

import json
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from kickitout.cli.app import run
from kickitout.errors import MissingExtraError
from kickitout.instrument.models import models_at_hand
from kickitout.model.bundle import Bundle, write_bundle
from kickitout.training.run.folder import SETTINGS_FILE, RunRecord, read_record, settings_for, write_record
from kickitout.training.settings.presets import load_preset, settings_from
from testing.tiny_bundle import write_tiny_bundle
from testing.tiny_library import KICKGAN, SMALL, make_library


@pytest.fixture(scope="module")
def library(tmp_path_factory) -> Path:
    return make_library(tmp_path_factory.mktemp("library"), kicks=40).folder


def small() -> list[str]:
    return ["--preset", "dcgan", *(word for change in SMALL for word in ("--set", change))]


def test_no_data_at_hand_from_nothing_to_a_kick(tmp_path, capsys):
    """The README's three lines, with fewer kicks, a smaller network and less time."""
    library, folder, bundle = tmp_path / "library", tmp_path / "run", tmp_path / "bundle"
    assert run(["prepare", "--builtin", "kicks", "-n", "24", "-o", str(library), "--quiet"]) == 0
    assert run(["train", str(library), "-o", str(folder), "--minutes", "0.01", *small(), "--json"]) == 0
    outcome = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert outcome["finished"]
    assert outcome["samples"] > 0
    assert list((folder / "sheets").glob("*.png"))
    assert list((folder / "audio").rglob("*.wav"))
    assert run(["export", str(folder), "-o", str(bundle), "--name", "mine", "--quiet"]) == 0
    assert (
        run(["generate", "--no-gate", "-n", "2", "--seed", "1", "--model", str(bundle), "-o", str(tmp_path / "kicks")])
        == 0
    )
    assert len(list((tmp_path / "kicks").glob("*.wav"))) == 2


def test_without_a_preset_a_run_goes_on_a_start_says_it_or_it_is_the_flagship(library, tmp_path):
    nothing, old = tmp_path / "nothing", tmp_path / "old"
    assert settings_for(nothing, None) == load_preset("kickgan")
    assert settings_for(nothing, None, ("training.seed=5",)) == load_preset("kickgan", ("training.seed=5",))
    assert run(["train", str(library), "-o", str(old), "--samples", "16", *small(), "--quiet"]) == 0
    begun = read_record(old).settings
    assert settings_for(old, None) == begun
    assert settings_for(nothing, None, start=old) == load_preset("dcgan")
    assert settings_for(nothing, "kickgan", start=old) == load_preset("kickgan")
    bundle = write_tiny_bundle(tmp_path / "bundle", preset="dcgan")
    assert settings_for(nothing, None, start=bundle) == load_preset("dcgan")
    assert run(["train", str(library), "-o", str(old), "--samples", "32", "--quiet"]) == 0
    assert read_record(old).settings.generator == begun.generator


def as_written_before(folder: Path, name: str) -> None:
    """Give a run's settings the name that their preset had before."""
    path = folder / SETTINGS_FILE
    data = json.loads(path.read_text())
    data["settings"]["preset"] = name
    path.write_text(json.dumps(data))


def test_runs_with_former_preset_names_go_on_and_can_be_started_from(library, tmp_path):
    old, following, large = tmp_path / "old", tmp_path / "following", tmp_path / "large"
    changes = [word for change in (*KICKGAN, "training.alarm_spread=0") for word in ("--set", change)]
    assert run(["train", str(library), "-o", str(old), "--preset", "kickgan", *changes, "--samples", "8"]) == 0
    for again in ([], ["--preset", "kickgan-cpu", *changes], ["--preset", "kickgan", *changes]):
        as_written_before(old, "kickgan-cpu")
        assert run(["train", str(library), "-o", str(old), *again, "--samples", "12"]) == 0
        assert read_record(old).settings.preset == "kickgan"
    as_written_before(old, "kickgan-cpu")
    assert settings_for(following, None, start=old) == load_preset("kickgan")
    assert run(["train", str(library), "-o", str(following), "--from", str(old), *changes, "--samples", "4"]) == 0
    shipped = Bundle.open(models_at_hand()["kickgan"])
    exported = tmp_path / "exported"
    files = {name: (shipped.path / name).read_bytes() for name in shipped.card.files}
    write_bundle(exported, shipped.card.model_copy(update={"preset": "kickgan-cpu"}), files)
    assert settings_for(following.with_name("new"), None, start=exported) == load_preset("kickgan")
    # What is `kickgan-large` now was called `kickgan`: its runs mean their own widths, not those of today's `kickgan`.
    large.mkdir()
    write_record(large, RunRecord(load_preset("kickgan-large"), read_record(old).data))
    as_written_before(large, "kickgan")
    assert settings_for(large, None) == load_preset("kickgan-large")
    assert settings_for(following.with_name("new"), None, start=large) == load_preset("kickgan-large")


def test_dry_run_prints_a_complete_preset_and_makes_nothing(library, tmp_path, capsys):
    code = run(["train", str(library), "-o", str(tmp_path / "run"), "--dry-run", "--set", "training.seed=5"])
    assert code == 0
    assert settings_from(tomllib.loads(capsys.readouterr().out), source="printed") == load_preset(
        "kickgan", ["training.seed=5"]
    )
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["train", "{library}"], 2, "--out"),
        (["train", "{tmp}/nothing", "-o", "{tmp}/run"], 2, "nothing: holds no library; make one with kick prepare"),
        (["train", "{library}", "-o", "{tmp}/run", "--preset", "stylegan"], 2, "--preset stylegan: unknown; choose"),
        (["train", "{library}", "-o", "{tmp}/run", "--samples", "0"], 2, "--samples 0: would train nothing"),
        (["train", "{library}", "-o", "{tmp}/run", "--minutes", "-3"], 2, "--minutes -3: would train nothing"),
        (["train", "{library}", "-o", "{tmp}/run", "--epochs", "nan"], 2, "--epochs nan: would train nothing"),
        (["train", "{library}", "-o", "{tmp}/run", "--set", "x"], 2, "--set x: not of the form section.key=value"),
        (["train", "{library}", "-o", "{tmp}/run", "--set", "training.device=cuda"], 2, "torch sees no CUDA device"),
        (["train", "{library}", "-o", "{tmp}/file"], 2, "file: there is already a file of this name"),
        (["train", "{library}", "-o", "{tmp}/other"], 2, "is not empty and holds no run"),
        (["train", "{library}", "-o", "{tmp}/run", "--from", "{tmp}/none"], 2, "there is no such run or file"),
        (["train", "{library}", "-o", "{tmp}/run", "--set", 'data.licence_classes=["unknown"]'], 2, "to train on"),
        (["train", "{library}", "-o", "/proc/run"], 1, "cannot make the folder /proc/run"),
        (["export", "{tmp}/other", "-o", "{tmp}/bundle"], 2, "not a training run"),
        (["export", "{tmp}/nothing", "-o", "{tmp}/bundle"], 2, "not a training run"),
        (
            ["export", "{library}", "-o", "{tmp}/bundle", "--name", "No Name!"],
            2,
            "--name 'No Name!': not a model's name",
        ),
        (["export", "{library}"], 2, "--out"),
    ],
)
def test_bad_input_is_one_line_and_leaves_nothing(arguments, code, words, library, tmp_path, capsys):
    (tmp_path / "file").write_text("mine")
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "thesis.txt").write_text("mine")
    before = sorted(tmp_path.rglob("*"))
    assert run([word.format(library=library, tmp=tmp_path) for word in arguments]) == code
    err = capsys.readouterr().err
    assert words in err
    assert len(err.strip().splitlines()) == 1
    assert sorted(tmp_path.rglob("*")) == before


def test_a_full_disk_stops_training_with_one_line(library, tmp_path, capsys, monkeypatch):
    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("kickitout.system.files.os.fsync", full)
    assert run(["train", str(library), "-o", str(tmp_path / "run"), "--samples", "16", *small()]) == 1
    err = capsys.readouterr().err
    assert "no space left on device" in err
    assert "Traceback" not in err


def test_a_run_of_a_newer_version_and_a_damaged_one(library, tmp_path, capsys):
    folder = tmp_path / "run"
    folder.mkdir()
    (folder / "settings.json").write_text('{"format_version": 99}')
    assert run(["train", str(library), "-o", str(folder), "--samples", "16", *small()]) == 1
    assert "has format 99, this version reads up to 1" in capsys.readouterr().err
    (folder / "settings.json").write_text('{"format_version": 1, "sett')
    assert run(["train", str(library), "-o", str(folder), "--samples", "16", *small()]) == 1
    assert "is damaged" in capsys.readouterr().err


def test_training_needs_nothing_but_torch_numpy_and_safetensors(library, tmp_path):
    """On rented GPUs nothing else is installed: no soundfile, pydantic, cyclopts, Pillow, TensorBoard."""
    missing = [
        "soundfile",
        "soxr",
        "pydantic",
        "cyclopts",
        "rich",
        "PIL",
        "onnx",
        "onnxruntime",
        "scipy",
        "tensorboard",
    ]
    program = (
        f"import sys\nfor name in {missing}: sys.modules[name] = None\n"
        "from kickitout.training.__main__ import main\nsys.exit(main())"
    )
    arguments = [str(library), str(tmp_path / "run"), "--samples", "16", *small()]
    done = subprocess.run([sys.executable, "-c", program, *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "not installed here, so not written: pictures, audio" in done.stdout
    assert list((tmp_path / "run" / "checkpoints").glob("weights_*16.safetensors"))


WITHOUT_TORCH = "import sys\nfor name in ('torch', 'safetensors', 'onnx'): sys.modules[name] = None\n"


@pytest.mark.parametrize(
    "module",
    [
        "kickitout.figures",
        "kickitout.web.train",
        "kickitout.training.run.folder",
        "kickitout.training.settings.presets",
        "kickitout.training.settings.kickgan",
        "kickitout.cli.train",
        "kickitout.cli.export",
    ],
)
def test_what_reads_runs_and_settings_needs_no_torch(module):
    program = f"{WITHOUT_TORCH}import {module}"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("verb", ["train", "export"])
def test_without_torch_the_verbs_of_training_give_the_install_command(verb, library, tmp_path):
    program = f"{WITHOUT_TORCH}from kickitout.cli import main; sys.exit(main())"
    arguments = [verb, str(library), "-o", str(tmp_path / "out")]
    done = subprocess.run([sys.executable, "-c", program, *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == MissingExtraError.exit_code, done.stderr
    assert done.stderr.count("\n") == 1
    assert f"kick {verb} needs an optional part: pip install 'kickitout[train]'" in done.stderr
    assert not (tmp_path / "out").exists()


def test_without_torch_settings_are_still_printed(library, tmp_path):
    program = f"{WITHOUT_TORCH}from kickitout.cli import main; sys.exit(main())"
    arguments = ["train", str(library), "-o", str(tmp_path / "run"), "--dry-run"]
    done = subprocess.run([sys.executable, "-c", program, *arguments], capture_output=True, text=True, check=False)
    assert settings_from(tomllib.loads(done.stdout), source="printed") == load_preset("kickgan")


# Two at one place -------------------------------------------------------------------------------------------------

TRAINS = """
import sys, time
from pathlib import Path
from kickitout.training.run.folder import open_folder
held = open_folder(Path(sys.argv[1]))
print("trains", flush=True)
time.sleep(120)
"""


def contents(folder: Path) -> dict[str, tuple[bytes, int]]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path): (path.read_bytes(), path.stat().st_mtime_ns) for path in files}


@pytest.mark.skipif(sys.platform == "win32", reason="no such signal")
def test_a_folder_in_which_another_run_trains_is_left_alone_until_that_has_ended(library, tmp_path, capsys):
    folder = tmp_path / "run"
    assert run(["train", str(library), "-o", str(folder), "--samples", "16", *small(), "--quiet"]) == 0
    process = subprocess.Popen([sys.executable, "-c", TRAINS, str(folder)], stdout=subprocess.PIPE)
    try:
        assert process.stdout.readline() == b"trains\n"
        before = contents(folder)
        assert run(["train", str(library), "-o", str(folder), "--samples", "32"]) == 2
        (words,) = capsys.readouterr().err.splitlines()
        assert words.startswith(f"kick: -o {folder}: another run trains there (process {process.pid}, since ")
        assert "choose another folder" in words
        assert contents(folder) == before
        assert run(["export", str(folder), "-o", str(tmp_path / "bundle"), "--name", "mine", "--quiet"]) == 0
    finally:
        process.kill()
        process.communicate()
    assert run(["train", str(library), "-o", str(folder), "--samples", "32", "--quiet"]) == 0


def test_a_start_that_is_refused_leaves_no_lock_behind(library, tmp_path):
    folder = tmp_path / "run"
    words = ["train", str(library), "-o", str(folder), "--samples", "16", *small(), "--quiet"]
    assert run([*words, "--from", str(tmp_path / "missing")]) == 2
    assert run(words) == 0  # in the same process
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "notes.txt").touch()
    assert run(["train", str(library), "-o", str(tmp_path / "notes"), "--samples", "16", *small()]) == 2
    assert [path.name for path in (tmp_path / "notes").iterdir()] == ["notes.txt"]
