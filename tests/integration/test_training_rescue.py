"""A run that goes wrong goes back to its best state; a run that cannot says so, and keeps what it has."""

import json
import math

import numpy as np
import pytest
import torch

from kickitout.errors import KickItOutError
from kickitout.sound.kick import KICK_SAMPLES
from kickitout.training import loop
from kickitout.training.run import checkpoint
from kickitout.training.run import folder as run_folder
from kickitout.training.settings.presets import load_preset
from kickitout.training.trainer import Validation
from testing.tiny_library import KICKGAN, make_library

BATCH = 4


class Counting:
    """A trainer whose only weight counts its steps, and which goes wrong where it is told to, until it is rescued.

    Args:
        diverges: after so many samples a loss is not a number.
        collapses: a look after so many samples raises the alarm.
        attempts: how often it may be rescued.
        compares: whether it has enough held-out kicks to compare its states.
    """

    def __init__(self, diverges=math.inf, collapses=math.inf, attempts=1, compares=True):
        self.device, self.share = torch.device("cpu"), slice(0, BATCH)
        self.diverges, self.collapses, self.attempts = diverges, collapses, attempts
        self.compares = compares
        self.samples = self.step_count = self.rescues = 0
        self.weight = torch.zeros(1)

    def prepare(self, kicks, held_out, weights=None):
        """Nothing to take in."""

    def step(self, indices):
        self.samples += BATCH
        self.step_count += 1
        self.weight += 1.0
        wrong = self.samples >= self.diverges and not self.rescues
        return {"loss": torch.tensor(math.nan if wrong else 1.0)}

    def validate(self):
        wrong = self.samples >= self.collapses and not self.rescues
        figure = abs(self.samples - 24) + 1.0  # the best look is that after 24 samples
        silence = np.zeros((1, 2, KICK_SAMPLES), np.float32)
        if not self.compares:
            return Validation({}, "looked", silence, left_out=("the distance needs more",))
        return Validation({"distance": figure}, "looked", silence, figure, "it has collapsed" if wrong else "")

    def weights(self):
        return {"weight": self.weight}

    def moments(self):
        return {}

    def state(self):
        return {"samples": self.samples, "step": self.step_count, "rescues": self.rescues}

    def restore(self, tensors, state, source):
        self.weight = tensors["weight"].clone()
        self.samples, self.step_count, self.rescues = state["samples"], state["step"], state["rescues"]

    def rescue(self, tensors, state, source):
        if self.rescues >= self.attempts:
            return False
        rescues = self.rescues + 1
        self.restore(tensors, state, source)
        self.rescues = rescues
        return True


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    return make_library(tmp_path_factory.mktemp("library"), kicks=12, validation=4)


@pytest.fixture
def train(library, tmp_path, monkeypatch):
    """Train with a counting trainer that looks every epoch of 8 kicks: the trainer, the run's folder, what was said."""

    def start(samples=64, **wrong):
        trainer, said = Counting(**wrong), []
        monkeypatch.setattr(loop, "build_trainer", lambda settings, world, device: trainer)
        changes = (
            *KICKGAN,
            f"budget.samples={samples}",
            "training.validate_every_epochs=1.0",
            "training.checkpoint_every_epochs=0.5",
            "training.log_every=4",
            "training.spread_kicks=2",
        )
        settings = load_preset("kickgan", changes)
        try:
            loop.train(library, tmp_path / "run", settings, say=said.append)
        finally:
            start.trainer, start.said = trainer, said
        return trainer, tmp_path / "run", said

    return start


def lines(folder):
    return [json.loads(line) for line in (folder / run_folder.METRICS_FILE).read_text().splitlines()]


def test_the_best_state_is_kept_and_is_what_a_run_means(train):
    trainer, folder, said = train()
    tensors, state = checkpoint.load_checkpoint(run_folder.best_path(folder))
    assert state["samples"] == 24
    assert tensors["weight"].item() == 24 / BATCH
    assert run_folder.resolve_weights(folder) == run_folder.best_path(folder)
    assert sum("the best so far" in line for line in said) == 3  # after 8, 16 and 24 samples
    assert (trainer.samples, trainer.rescues) == (64, 0)


@pytest.mark.parametrize("wrong", [{"diverges": 44}, {"collapses": 40}])
def test_a_run_that_goes_wrong_goes_back_to_its_best_state_and_on(train, wrong):
    trainer, folder, said = train(**wrong)
    assert (trainer.samples, trainer.rescues) == (64, 1)
    assert trainer.weight.item() == 64 / BATCH
    rescue = next(line for line in said if "back to the best state, after 24 samples" in line)
    assert "diverged: loss is nan after 44 samples" in rescue or "collapsed after 40 samples" in rescue
    told = lines(folder)
    assert [line["samples"] for line in told if line["kind"] == "rescue"] == [24]
    counts = [line["samples"] for line in told if line["kind"] == "train"]
    assert counts == sorted(set(counts))
    assert all(math.isfinite(line["loss"]) for line in told if line["kind"] == "train")
    assert checkpoint.load_checkpoint(run_folder.latest_state(folder))[1]["rescues"] == 1


def test_the_states_from_where_it_went_wrong_are_gone(train):
    """A run that is killed right after its rescue must not be resumed from them."""
    _, folder, _ = train(samples=28, diverges=28)
    states = sorted(path.name for path in (folder / "checkpoints").glob("state_*"))
    assert states[-1] == run_folder.state_path(folder, 28).name
    assert checkpoint.load_checkpoint(folder / "checkpoints" / states[-1])[1]["rescues"] == 1


def test_without_attempts_left_a_run_ends_with_a_sentence_and_keeps_its_best_state(train, tmp_path):
    with pytest.raises(KickItOutError, match=r"diverged: loss is nan after 44 samples; lower the learning rates"):
        train(diverges=44, attempts=0)
    assert checkpoint.load_checkpoint(run_folder.best_path(tmp_path / "run"))[1]["samples"] == 24
    # It may be resumed from the last state that was saved before.
    assert checkpoint.load_checkpoint(run_folder.latest_state(tmp_path / "run"))[1]["samples"] == 40


def test_before_there_is_a_best_state_there_is_no_way_back(train):
    with pytest.raises(KickItOutError, match="after 4 samples"):
        train(diverges=4)


def test_the_best_figure_survives_a_stop(train, tmp_path):
    train(samples=32)
    _, folder, said = train(samples=64)
    assert checkpoint.load_checkpoint(run_folder.best_path(folder))[1]["samples"] == 24
    assert not any("the best so far" in line for line in said)


def test_a_run_that_cannot_compare_its_states_says_so_once_and_ends_with_the_last(train):
    _, folder, said = train(compares=False)
    assert not run_folder.best_path(folder).exists()
    assert run_folder.resolve_weights(folder) == run_folder.state_path(folder, 64)
    assert said.count("the distance needs more") == 1
    looks = [line for line in lines(folder) if line["kind"] == "validation"]
    assert len(looks) == 8
    assert all(line["remarks"] == ["the distance needs more"] for line in looks)


def test_a_best_state_of_a_time_when_fewer_kicks_were_compared_is_forgotten(train):
    train(samples=32)
    _, folder, _ = train(samples=64, compares=False)
    assert not run_folder.best_path(folder).exists()
    assert checkpoint.load_checkpoint(run_folder.latest_state(folder))[1]["best"] is None


def test_a_run_of_few_kicks_trains_more_than_it_looks(train, monkeypatch):
    """An epoch of eight kicks is over every second step: looks and checkpoints wait for as many kicks as they cost."""
    monkeypatch.setattr(loop, "VALIDATION_COST", 16)
    _, folder, _ = train(samples=64)
    looks = [line["samples"] for line in lines(folder) if line["kind"] == "validation"]
    assert looks == [32, 64]
