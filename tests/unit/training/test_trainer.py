"""What the loop relies on in every family of networks."""

import json
import math
from copy import deepcopy
from dataclasses import dataclass

import numpy as np
import pytest
import torch

from kickitout.errors import InputError, KickItOutError
from kickitout.library.synthesis import synthesise_kick
from kickitout.sound.kick import FULL_SCALE, KICK_SAMPLES
from kickitout.training.blocks.distributed import World
from kickitout.training.loop import build_trainer
from kickitout.training.run.validation import save_examples
from kickitout.training.settings.presets import load_preset
from kickitout.training.trainer import Trainer
from testing.tiny_library import EVERYTHING, KICKGAN, WAVEGAN

DCGAN = (*EVERYTHING, "training.batch_size=4", "training.validation_kicks=2", "augmentation.speed=20")

FAMILIES = {
    "dcgan": ("dcgan", DCGAN),
    # A look is at the very generator that trains, not at its average.
    "dcgan, no average": ("dcgan", (*DCGAN, "averaging.half_life=0")),
    "kickgan, warm": ("kickgan", KICKGAN),
    "kickgan, energy scores": ("kickgan", (*KICKGAN, "reconstruction.warm_samples=0", "energy.samples=100")),
    "kickgan, from likelihoods to critics": ("kickgan", (*KICKGAN, "reconstruction.warm_samples=4")),
    "kickgan, with critics": ("kickgan", (*KICKGAN, "reconstruction.warm_samples=0", "energy.samples=0")),
    "wavegan": ("wavegan", WAVEGAN),
    "wavegan, a step of both": ("wavegan", (*WAVEGAN, "loss.critic_steps=1")),
    "specgan": ("specgan", WAVEGAN),
}
"""Each family's preset, and changes that make it small."""

INDICES = torch.tensor([5, 0, 3, 1])


def kicks(first: int, count: int) -> torch.Tensor:
    audio = np.stack([synthesise_kick(seed)[0] for seed in range(first, first + count)])
    return torch.from_numpy(np.rint(audio * FULL_SCALE).astype(np.int16))


@pytest.fixture(scope="module", params=FAMILIES)
def make(request):
    training, held_out = kicks(0, 6), kicks(6, 3)

    def fresh() -> Trainer:
        trainer = build_trainer(load_preset(*FAMILIES[request.param]), World(0, 1), torch.device("cpu"))
        trainer.prepare(training, held_out)
        return trainer

    return fresh


@dataclass(frozen=True)
class Held:
    """What a checkpoint holds: copies of the tensors, for those of the trainer change in place, and the state."""

    weights: dict[str, torch.Tensor]
    moments: dict[str, torch.Tensor]
    state: dict[str, object]

    @classmethod
    def of(cls, trainer: Trainer) -> "Held":
        weights, moments = (
            {name: tensor.clone() for name, tensor in tensors.items()}
            for tensors in (trainer.weights(), trainer.moments())
        )
        return cls(weights, moments, json.loads(json.dumps(trainer.state())))

    @property
    def tensors(self) -> dict[str, torch.Tensor]:
        return self.weights | self.moments


@dataclass(frozen=True)
class Whole:
    """A run of two steps that nothing interrupts: its counts and what is told at the first, and what it holds after
    each. Tests only look at it."""

    counts: list[tuple[int, int]]
    figures: dict[str, torch.Tensor]
    first: Held
    second: Held


@pytest.fixture(scope="module")
def whole(make):
    trainer = make()
    counts = [(trainer.samples, trainer.step_count)]
    figures = trainer.step(INDICES)
    counts.append((trainer.samples, trainer.step_count))
    first = Held.of(trainer)
    trainer.step(INDICES.flip(0))
    return Whole(counts, figures, first, Held.of(trainer))


def assert_same(one: Held, other: Held) -> None:
    tensors, others = one.tensors, other.tensors
    assert tensors.keys() == others.keys()
    assert [name for name, tensor in tensors.items() if not torch.equal(tensor, others[name])] == []
    assert one.state == other.state


def test_a_step_counts_the_whole_batch(whole):
    assert whole.counts == [(0, 0), (4, 1)]
    assert (whole.first.state["samples"], whole.first.state["step"]) == (4, 1)
    assert whole.figures
    assert all(value.shape == () and not value.requires_grad for value in whole.figures.values())


def test_weights_moments_and_state_are_all_that_the_next_step_depends_on(make, whole, tmp_path):
    parts, copy = make(), deepcopy(whole.first)
    parts.restore(copy.tensors, copy.state, tmp_path)
    parts.step(INDICES.flip(0))
    assert_same(whole.second, Held.of(parts))


def test_a_look_changes_nothing(make, whole):
    looked = make()
    looked.step(INDICES)
    found = looked.validate()
    assert found.waveforms.dtype == np.float32
    assert found.waveforms.shape == (2, 2, KICK_SAMPLES)
    looked.step(INDICES.flip(0))
    assert_same(whole.second, Held.of(looked))


ONCE = [name for name in FAMILIES if name != "dcgan, no average"]
OF_TWO = ("dcgan", "kickgan, warm", "wavegan")
"""The families that two kicks are tried with in `make test`: one of each trainer."""


@pytest.mark.parametrize(
    ("family", "count"),
    [(name, 1) for name in ONCE]
    + [pytest.param(name, 2, marks=[pytest.mark.slow] * (name not in OF_TWO)) for name in ONCE],
)
def test_a_kick_or_two_train_in_batches_of_four_and_nothing_is_no_number(family, count):
    trainer = build_trainer(load_preset(*FAMILIES[family]), World(0, 1), torch.device("cpu"))
    trainer.prepare(kicks(0, count), kicks(6, 1))
    for _ in range(2):
        figures = trainer.step(INDICES % count)
        assert all(value.isfinite() for value in figures.values())
    found = trainer.validate()
    assert all(math.isfinite(value) for value in found.values.values())
    assert np.isfinite(found.waveforms).all()
    assert "nan" not in found.sentence
    # One held-out kick is no criterion, and where states are not compared there is none to go back to.
    assert (found.figure, found.alarm) == (None, "")
    said = "; ".join(found.left_out)
    assert ("the distance needs 15 held-out kicks, there is 1: left out" in said) == family.startswith("kickgan")
    assert ("the spread of real kicks needs 2 training kicks, there is 1: left out" in said) == (count == 1)
    assert ("spread/ratio" in found.values) == (count == 2)
    assert all(tensor.isfinite().all() for tensor in trainer.weights().values())


def test_weights_alone_move_the_networks_and_not_the_counts(make, whole, tmp_path):
    fresh, weights = make(), whole.first.weights
    assert not weights.keys() & whole.first.moments.keys()
    fresh.load_weights(deepcopy(weights), tmp_path)
    moved = {name: tensor for name, tensor in fresh.weights().items() if not name.startswith("start_prior.")}
    assert all(torch.equal(tensor, weights[name]) for name, tensor in moved.items())
    assert fresh.moments() == {}
    assert (fresh.samples, fresh.step_count) == (0, 0)
    with pytest.raises(InputError, match="does not fit these networks"):
        fresh.load_weights(dict(list(weights.items())[1:]), tmp_path)


def test_examples_that_are_not_finite_are_a_divergence(tmp_path):
    waveforms = np.zeros((2, 2, KICK_SAMPLES), np.float32)
    waveforms[1, 0, 7] = np.nan
    with pytest.raises(KickItOutError, match=r"training has diverged: .* not finite after 96 samples"):
        save_examples(tmp_path, 96, waveforms)
    assert list(tmp_path.iterdir()) == []
