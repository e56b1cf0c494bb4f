"""Many kicks are made in processes, and are the same kicks."""

import pickle

import numpy as np
import pytest

from kickitout.errors import DamagedFileError, InputError
from kickitout.instrument import instrument, many
from kickitout.instrument.request import Request
from kickitout.library.known import KnownKicks
from testing.tiny_sketch import write_sketch_bundle

REQUEST = Request(seeds=range(5, 25), controls={"brightness": 0.25, "pitch": 50.0}, length_ms=300.0, mono=True)


@pytest.fixture(scope="module")
def player(tmp_path_factory):
    return instrument.load(write_sketch_bundle(tmp_path_factory.mktemp("models") / "sketchy"), gate=False)


@pytest.fixture
def in_processes(monkeypatch):
    """How many times processes were opened."""
    opened = []
    real = many.open_workers

    def counted(count, tasks):
        opened.append(count)
        return real(count, tasks)

    monkeypatch.setattr(many, "open_workers", counted)
    return opened


def peak(kick):
    return float(np.abs(kick.audio).max())


def test_processes_make_the_kicks_that_threads_make(player, in_processes, monkeypatch):
    alone = list(many.kicks_seen(player, REQUEST, peak, 1))
    assert not in_processes
    monkeypatch.setattr(many, "MANY", len(REQUEST.seeds))
    beside = list(many.kicks_seen(player, REQUEST, peak, 64))
    assert in_processes == [2]  # each opens the model: for so few kicks no more are worth it
    assert len(beside) == len(alone) == len(REQUEST.seeds)
    for (one, seen), (other, again) in zip(alone, beside, strict=True):
        np.testing.assert_array_equal(one.audio, other.audio)
        assert (one.recipe, one.remarks, seen) == (other.recipe, other.remarks, again)


def test_few_kicks_and_compared_ones_are_made_here(player, in_processes, tmp_path):
    few = Request(seeds=range(many.MANY - 1), as_drawn=True)
    next(many.kicks_seen(player, few, peak, 2))
    compared = Request(seeds=range(many.MANY), as_drawn=True, unique_against=KnownKicks.below(tmp_path))
    next(many.kicks_seen(player, compared, peak, 2))
    assert not in_processes


def test_what_is_wrong_is_said_before_anything_starts(player, in_processes):
    with pytest.raises(InputError, match="pitch"):
        next(many.kicks_seen(player, Request(seeds=range(200), controls={"pitch": 1e6}), peak, 2))
    assert not in_processes


def test_a_model_that_changed_meanwhile_is_not_taken(player):
    with pytest.raises(DamagedFileError, match="changed"):
        many._opened(player.bundle.path, "another", False, True)


def test_a_request_is_the_same_in_another_process():
    assert pickle.loads(pickle.dumps(REQUEST)) == REQUEST
