"""Ctrl-C that waits, and ends of a process that wait for nothing."""

import os
import signal
import subprocess
import sys

import pytest

from kickitout.instrument.models import find_model
from kickitout.system.interrupts import held_signals

IDLE = """
import atexit, sys
from kickitout.system.interrupts import leave

atexit.register(print, "the interpreter's end", file=sys.stderr)
print("done", end="")
"""

AT_WORK = (
    f"""
import threading
import onnxruntime

graph = {str(next(find_model().glob("*.onnx")))!r}
begun = threading.Event()

def work():
    while True:
        begun.set()
        onnxruntime.InferenceSession(graph)

threading.Thread(target=work, daemon=True).start()
begun.wait()
"""
    + IDLE
)


def _ends(code, **more):
    environment = {name: value for name, value in os.environ.items() if name != "RANK"} | more
    words = [sys.executable, "-c", code]
    done = subprocess.run(words, capture_output=True, text=True, timeout=120, env=environment)
    return done.returncode, done.stdout, done.stderr


def test_a_process_with_threads_in_the_midst_of_work_ends_with_its_code_and_all_it_printed():
    assert _ends(AT_WORK + "leave(3)") == (3, "done", "")


def test_without_them_it_ends_as_any_other():
    assert _ends(IDLE + "leave(3)") == (3, "done", "the interpreter's end\n")


def test_one_of_several_that_train_together_goes_at_once():
    assert _ends(IDLE + "leave(3)", RANK="0") == (3, "done", "")


@pytest.fixture
def heard():
    """Ctrl-C as in a terminal, whatever this run of the tests was started from."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def test_the_first_is_held_back_and_the_second_is_not(heard):
    with held_signals(signal.SIGINT) as wanted:
        assert not wanted()
        signal.raise_signal(signal.SIGINT)
        assert wanted()
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_what_was_started_not_to_hear_goes_on_not_hearing(heard):
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with held_signals(signal.SIGINT) as wanted:
        signal.raise_signal(signal.SIGINT)
        assert not wanted()
    assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
