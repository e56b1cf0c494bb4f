"""A run that is stopped, killed or moved ends where the uninterrupted run ends, to the bit."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch

from kickitout.errors import DamagedFileError, InputError
from kickitout.library.store import Library
from kickitout.training.loop import train
from kickitout.training.run import folder as run_folder
from kickitout.training.run import threads
from kickitout.training.run.checkpoint import load_checkpoint, part, save_checkpoint
from kickitout.training.settings.presets import Settings, load_preset
from testing.tiny_library import EVERYTHING, WAVEGAN, make_library

SAMPLES = 16
"""Two epochs of two steps each."""
CHANGES = (
    *EVERYTHING,
    f"budget.samples={SAMPLES}",
    "training.batch_size=4",
    "training.checkpoint_every_epochs=1.0",
    "training.log_every=4",
)


@pytest.fixture(scope="module")
def library(tmp_path_factory) -> Library:
    return make_library(tmp_path_factory.mktemp("library"), kicks=12, validation=4)


def settings(*changes: str) -> Settings:
    return load_preset("dcgan", (*CHANGES, *changes))


@pytest.fixture(scope="module")
def uninterrupted(library, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("runs") / "whole"
    outcome = train(library, folder, settings())
    assert (outcome.samples, outcome.finished) == (SAMPLES, True)
    return folder


def final_state(folder: Path) -> tuple[dict[str, torch.Tensor], dict[str, object]]:
    latest = run_folder.latest_state(folder)
    assert latest is not None
    tensors, state = load_checkpoint(latest)
    return tensors, {key: value for key, value in state.items() if key != "seconds"}


def lines(folder: Path) -> list[dict[str, object]]:
    found = [json.loads(line) for line in (folder / "metrics.jsonl").read_text().splitlines()]
    return [{key: value for key, value in line.items() if key != "seconds"} for line in found]


def assert_same_end(one: Path, other: Path) -> None:
    (tensors, state), (others, other_state) = final_state(one), final_state(other)
    assert state == other_state
    assert tensors.keys() == others.keys()
    different = [name for name, tensor in tensors.items() if not torch.equal(tensor, others[name])]
    assert different == []


def test_a_checkpoint_holds_all_that_the_next_step_depends_on(uninterrupted):
    tensors, state = final_state(uninterrupted)
    names = " ".join(tensors)
    for needed in (
        "_u",
        "running_mean",
        "num_batches_tracked",
        "averaged.",
        "exp_avg_sq",
        "generator_optimizer.0.step",
    ):
        assert needed in names
    for needed in ("augmentation_strength", "torch", "threads", "samples", "step"):
        assert needed in state


def test_killed_at_a_random_moment_and_resumed_it_ends_at_the_same_bits(library, uninterrupted, tmp_path):
    folder = tmp_path / "killed"
    command = [
        sys.executable,
        "-m",
        "kickitout",
        "train",
        str(library.folder),
        "-o",
        str(folder),
        "--preset",
        "dcgan",
        "--quiet",
    ]
    for change in CHANGES:
        command += ["--set", change]
    process = subprocess.Popen(command)
    deadline = time.monotonic() + 120
    while run_folder.latest_state(folder) is None and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.02)
    time.sleep(random.uniform(0, 0.3))
    process.kill()
    process.wait()
    train(library, folder, settings())
    assert_same_end(uninterrupted, folder)
    assert lines(folder) == lines(uninterrupted)
    assert not list(folder.rglob(".kick-*"))  # nothing is left of the one that was killed


def test_more_samples_later_is_the_same_as_at_once(library, uninterrupted, tmp_path):
    folder = tmp_path / "in parts"
    for budget in (12, SAMPLES):
        train(library, folder, settings(f"budget.samples={budget}"))
    assert_same_end(uninterrupted, folder)
    counts = [line["samples"] for line in lines(folder) if line["kind"] == "train"]
    assert counts == sorted(set(counts))


# Both have the same trainer.
@pytest.mark.parametrize("preset", ["wavegan", pytest.param("specgan", marks=pytest.mark.slow)])
def test_a_wasserstein_family_stopped_between_steps_of_its_generator_ends_at_the_same_bits(library, tmp_path, preset):
    changes = (*WAVEGAN, "loss.critic_steps=3", "training.checkpoint_every_epochs=1.0", "training.log_every=8")
    for folder, budgets in (("whole", (48,)), ("in parts", (16, 20, 48))):
        for budget in budgets:
            train(library, tmp_path / folder, load_preset(preset, (*changes, f"budget.samples={budget}")))
    assert_same_end(tmp_path / "whole", tmp_path / "in parts")
    _, state = final_state(tmp_path / "whole")
    assert state["step"] == 12


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such signal")
def test_ctrl_c_saves_and_says_how_to_go_on(library, uninterrupted, tmp_path, hearing_interrupts):
    folder = tmp_path / "stopped"
    command = [sys.executable, "-m", "kickitout", "train", str(library.folder), "-o", str(folder), "--preset", "dcgan"]
    for change in (*CHANGES, "budget.samples=1000000"):
        command += ["--set", change]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, preexec_fn=hearing_interrupts
    )
    deadline = time.monotonic() + 120
    while run_folder.latest_state(folder) is None and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert "stopped and saved; to continue: kick train" in out
    assert "Traceback" not in err
    _, state = final_state(folder)
    assert state["samples"] > 0


def test_a_truncated_last_checkpoint_is_named_and_the_one_before_serves(library, uninterrupted, tmp_path):
    folder = tmp_path / "run"
    train(library, folder, settings("budget.samples=12"))
    latest = run_folder.latest_state(folder)
    assert latest is not None
    latest.write_bytes(latest.read_bytes()[:1000])
    with pytest.raises(DamagedFileError, match=r"is truncated or damaged .*; delete it: the run goes on from the"):
        train(library, folder, settings())
    latest.unlink()
    train(library, folder, settings())
    assert_same_end(uninterrupted, folder)
    assert lines(folder) == lines(uninterrupted)


def look_at_once(monkeypatch, others_between):
    for name in threads.FIXED_BY:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(threads, "FIRST_SECONDS", 0.0)
    monkeypatch.setattr(threads, "others_between", others_between)


def test_threads_give_way_to_other_work_and_the_run_says_so(library, tmp_path, monkeypatch):
    look_at_once(monkeypatch, lambda first, last: 2.0)
    torch.set_num_threads(2)
    said = []
    train(library, tmp_path, settings("training.threads=0", "budget.samples=8"), say=said.append)
    assert final_state(tmp_path)[1]["threads"] == 1
    changes = [(line["samples"], line["threads"]) for line in lines(tmp_path) if line["kind"] == "threads"]
    assert changes == [(0, 1)]
    assert any("1 of 2 threads from here on" in words for words in said)
    assert torch.get_num_threads() == 2  # as before


def test_threads_that_a_setting_fixes_stay(library, tmp_path, monkeypatch):
    def look(first, last):
        raise AssertionError("nobody is to look")

    look_at_once(monkeypatch, look)
    train(library, tmp_path, settings("training.threads=1", "budget.samples=4"))
    assert final_state(tmp_path)[1]["threads"] == 1
    assert all(line["kind"] != "threads" for line in lines(tmp_path))


def test_another_thread_count_or_torch_is_warned_of(library, tmp_path):
    folder = tmp_path / "run"
    train(library, folder, settings("budget.samples=8"))
    latest = run_folder.latest_state(folder)
    assert latest is not None
    tensors, state = load_checkpoint(latest)
    save_checkpoint(latest, tensors, state | {"torch": "0.1", "threads": 77})
    said: list[str] = []
    train(library, folder, settings("budget.samples=12"), say=said.append)
    warnings = [text for text in said if text.startswith("warning")]
    assert len(warnings) == 2
    assert "trained with torch 0.1, this is" in warnings[0]
    assert "trained with threads 77, this is 1: the result may differ in the last bits" in warnings[1]


def test_other_settings_or_another_library_are_refused(library, tmp_path, tmp_path_factory):
    folder = tmp_path / "run"
    train(library, folder, settings("budget.samples=8"))
    with pytest.raises(InputError, match=r"holds a run with training\.seed=0, not 1; choose a new folder"):
        train(library, folder, settings("training.seed=1"))
    other = make_library(tmp_path_factory.mktemp("other"), kicks=11, validation=4)
    with pytest.raises(InputError, match="was trained on another library"):
        train(other, folder, settings())
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("do not touch")
    with pytest.raises(InputError, match="is not empty and holds no run"):
        train(library, tmp_path / "mine", settings())
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["thesis.txt"]


def test_weights_alone_start_a_new_run(library, uninterrupted, tmp_path):
    weights = run_folder.weights_path(uninterrupted, SAMPLES)
    source, _ = load_checkpoint(weights)
    assert not part(source, "generator_optimizer")
    folder = tmp_path / "from weights"
    train(library, folder, settings("budget.samples=4", "optimizer.generator_rate=0.0"), weights=weights)
    tensors, state = final_state(folder)
    assert state["samples"] == 4
    name = "generator.blocks.0.0.weight"
    assert torch.equal(tensors[name], source[name])
    with pytest.raises(InputError, match=r"^weights .*: there is no such run or file; give"):
        train(library, tmp_path / "x", settings(), weights=tmp_path / "nothing")
