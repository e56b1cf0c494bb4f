"""How many threads other work leaves."""

import subprocess
import sys
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kickitout.system import load
from kickitout.system.load import Reading, busy_ticks, others_between, read, threads_for

STAT = """cpu  999999 999999 999999 999999 0 0 0 0 0 0
cpu0 100 20 30 4000 500 6 7 8 90 9
cpu1 1 2 3 4 5 6 7 8 0 0
cpu10 1000 0 0 0 0 0 0 0 0 0
intr 1 2 3
"""


@pytest.mark.parametrize(
    ("others", "processors", "own", "wanted"),
    [
        (0.0, 2, 2, 2),
        (0.4, 2, 2, 2),  # a browser, some music
        (0.6, 2, 2, 1),
        (1.0, 2, 2, 1),
        (1.3, 2, 1, 1),  # two that want all: this is what they get beside one thread
        (0.4, 2, 1, 1),  # not yet
        (0.2, 2, 1, 2),
        (1.0, 8, 8, 7),
        (5.7, 8, 8, 2),
        (0.1, 8, 3, 8),
        (40.0, 8, 8, 1),
        (3.0, 1, 1, 1),
    ],
)
def test_as_many_threads_as_are_left(others, processors, own, wanted):
    assert threads_for(others, processors, own) == wanted


@given(st.floats(0.0, 300.0), st.integers(1, 128), st.integers(1, 128), st.floats(0.0, 10.0))
def test_threads_laws(others, processors, own, more):
    found = threads_for(others, processors, own)
    assert 1 <= found <= processors
    assert threads_for(others, processors, found) == found  # it does not go to and fro
    assert threads_for(others + more, processors, own) <= found
    assert threads_for(0.0, processors, own) == processors


def test_only_work_on_processors_of_ours_counts():
    assert busy_ticks(STAT, {0}, count_low=True) == 100 + 20 + 30 + 6 + 7 + 8
    assert busy_ticks(STAT, {0}, count_low=False) == 100 + 30 + 6 + 7 + 8
    assert busy_ticks(STAT, {0, 1, 2}, count_low=True) == 171 + 27
    assert busy_ticks(STAT, {10}, count_low=True) == 1000
    assert busy_ticks(STAT, {3}, count_low=True) is None
    assert busy_ticks("", {0}, count_low=True) is None


def test_others_are_what_is_busy_less_ones_own():
    assert others_between(Reading(10.0, 50.0, 5.0), Reading(20.0, 68.0, 14.0)) == pytest.approx(0.9)
    assert others_between(Reading(10.0, 50.0, 5.0), Reading(20.0, 55.0, 14.0)) == 0.0  # clocks of different grain
    assert others_between(Reading(10.0, 50.0, 5.0), Reading(10.0, 50.0, 5.0)) is None


def test_the_load_average_tells_where_the_processors_do_not(monkeypatch):
    first, last = Reading(0.0, None, 0.0), Reading(10.0, None, 15.0)
    monkeypatch.setattr(load.os, "getloadavg", lambda: (3.5, 0.0, 0.0), raising=False)
    assert others_between(first, last) == pytest.approx(2.0)
    monkeypatch.delattr(load.os, "getloadavg")
    assert others_between(first, last) is None


@pytest.mark.skipif(sys.platform != "linux", reason="no /proc/stat")
def test_work_beside_is_seen_and_ones_own_is_not():
    loop = subprocess.Popen([sys.executable, "-c", "while True: pass"])
    try:
        time.sleep(0.2)
        first = read()
        time.sleep(0.5)
        beside = others_between(first, read())
    finally:
        loop.kill()
        loop.wait()
    assert beside > 0.2
    first, until = read(), time.process_time() + 0.1  # on a busy machine the clock goes on without this process
    while time.process_time() < until:
        pass
    last = read()
    assert last.own - first.own > 0.02
    assert last.busy - first.busy >= last.own - first.own - 0.1
