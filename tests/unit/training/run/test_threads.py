"""The threads of training give way to other work, and to nothing where a person has fixed them."""

import pytest
import torch

from kickitout.system.load import Reading
from kickitout.training.run import threads
from kickitout.training.run.threads import FIRST_SECONDS, FIXED_BY, LATER_SECONDS, Threads


class Clocks:
    """A machine whose others keep so many processors busy."""

    def __init__(self):
        self.at = self.busy = 0.0

    def pass_by(self, seconds, others):
        self.at += seconds
        self.busy += seconds * others

    def __call__(self):
        return Reading(self.at, self.busy, 0.0)


@pytest.fixture
def clocks(monkeypatch):
    for name in FIXED_BY:
        monkeypatch.delenv(name, raising=False)
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    yield Clocks()
    torch.set_num_threads(before)


def test_they_give_way_come_back_and_are_as_before_in_the_end(clocks):
    own = Threads(free=True, clocks=clocks)
    clocks.pass_by(FIRST_SECONDS / 2, 2.0)
    assert own.look() == ""  # too early
    clocks.pass_by(FIRST_SECONDS / 2, 2.0)
    assert own.look() == "other work keeps 2.0 processors busy: 1 of 2 threads from here on"
    assert torch.get_num_threads() == 1
    clocks.pass_by(LATER_SECONDS / 2, 0.0)
    assert own.look() == ""  # a moment of rest is not enough
    clocks.pass_by(LATER_SECONDS / 2, 1.0)
    assert own.look() == ""
    clocks.pass_by(LATER_SECONDS, 0.1)
    assert own.look().endswith("2 of 2 threads from here on")
    clocks.pass_by(LATER_SECONDS, 1.0)
    assert own.look()
    own.restore()
    assert torch.get_num_threads() == 2


def test_a_machine_of_ones_own_changes_nothing(clocks):
    own = Threads(free=True, clocks=clocks)
    for _ in range(5):
        clocks.pass_by(LATER_SECONDS, 0.3)
        assert own.look() == ""
    assert torch.get_num_threads() == 2


@pytest.mark.parametrize("fixed", [*FIXED_BY, None])
def test_a_number_that_was_fixed_stays(clocks, monkeypatch, fixed):
    if fixed:
        monkeypatch.setenv(fixed, "2")
    own = Threads(free=fixed is not None, clocks=clocks)
    clocks.pass_by(LATER_SECONDS, 2.0)
    assert own.look() == ""
    assert torch.get_num_threads() == 2


def test_where_nothing_tells_of_others_nothing_changes(clocks, monkeypatch):
    monkeypatch.setattr(threads, "others_between", lambda first, last: None)
    own = Threads(free=True, clocks=clocks)
    clocks.pass_by(LATER_SECONDS, 2.0)
    assert own.look() == ""
