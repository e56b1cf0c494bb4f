"""The summary of a run names tests that take long, whatever else the machine does."""

import subprocess
import sys
import time

import pytest

from testing import costs

BUSY = "import time\nwhile time.process_time() < 0.3: pass\n"


def burn(seconds):
    until = time.process_time() + seconds
    while time.process_time() < until:
        pass


def test_time_of_ones_own_and_of_children_counts_and_waiting_does_not():
    before = costs.used()
    burn(0.1)
    subprocess.run([sys.executable, "-c", BUSY], check=True)
    assert costs.used() - before > 0.35
    before = costs.used()
    time.sleep(0.3)
    assert costs.used() - before < 0.2


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the system does not tell")
def test_a_child_that_runs_counts_too():
    before = costs.used()
    with subprocess.Popen([sys.executable, "-c", BUSY + "input()"], stdin=subprocess.PIPE) as child:
        until = time.monotonic() + 60.0
        while costs.used() - before < 0.25 and time.monotonic() < until:
            time.sleep(0.05)
        assert child.poll() is None
        child.communicate(b"\n")
    assert costs.used() - before > 0.2


def test_what_is_made_for_several_tests_is_the_cost_of_none():
    meter = costs.Meter()
    with meter.sharing("library"), meter.sharing("its sounds"):
        burn(0.2)
    burn(0.1)
    (name, own), (shared, seconds) = meter.read()
    assert (name, shared) == (costs.PROPERTY, f"{costs.PROPERTY}: library")
    assert seconds > 0.15 > own > 0.05
    assert [name for name, _ in meter.read()] == [costs.PROPERTY]


def report(name, marks=()):
    return pytest.TestReport(name, ("", 0, ""), dict.fromkeys(marks, 1), "passed", None, "teardown", (), 1.0, 0, 1)


def told(name, own, shared=(), marks=()):
    said = report(name, marks=marks)
    said.user_properties += [(costs.PROPERTY, own), *((f"{costs.PROPERTY}: {what}", took) for what, took in shared)]
    return said


def test_the_bill_names_what_takes_long_unless_it_is_marked():
    bill = costs.Bill()
    bill.add(told("quick", 1.0, shared=[("a library", 7.0)]))
    bill.add(told("long", 9.0))
    bill.add(told("marked", 30.0, marks=["slow"]))
    assert bill.lines() == [
        "processor time: 40 s in 3 tests, 7 s in what they share",
        "more than 5 s without the marker slow (see CONTRIBUTING.md):",
        "    9.0 s long",
        "    7.0 s a library",
    ]
    few = costs.Bill()
    few.add(told("quick", 1.0))
    assert few.lines() == ["processor time: 1 s in 1 tests, 0 s in what they share"]
