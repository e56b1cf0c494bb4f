"""Other processes: whether one lives, and whether it is the same."""

import os
import subprocess
import sys
import time

import pytest

from kickitout.system import processes
from kickitout.system.processes import birth_of, is_alive


def sleeper():
    return subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])


def test_a_process_lives_and_is_the_same_until_it_ends():
    one = sleeper()
    time.sleep(0.05)
    other = sleeper()
    try:
        births = [birth_of(process.pid) for process in (one, other)]
        assert None not in births
        assert births[0] != births[1]  # the same number given again would be another process
        assert births == [birth_of(process.pid) for process in (one, other)]
        assert is_alive(one.pid)
    finally:
        for process in (one, other):
            process.kill()
    until = time.monotonic() + 10
    while is_alive(one.pid) and time.monotonic() < until:
        time.sleep(0.01)
    # Nobody has waited for it yet: the system still has its number.
    assert (is_alive(one.pid), birth_of(one.pid)) == (False, None)
    for process in (one, other):
        process.wait()
    assert (is_alive(one.pid), birth_of(one.pid)) == (False, None)


def test_this_process_and_the_first_one_live():
    assert is_alive(os.getpid())
    assert sys.platform == "win32" or is_alive(1)


@pytest.mark.parametrize("number", [2**31 - 1, 2**31, 9_999_999_999])
def test_numbers_that_no_process_has(number):
    assert not is_alive(number)


@pytest.mark.skipif(sys.platform == "win32", reason="no ps")
def test_ps_tells_where_there_is_no_proc(monkeypatch):
    monkeypatch.setattr(processes, "_stat", lambda process: [])
    try:
        subprocess.run(["ps", "-o", "lstart=", "-p", "1"], capture_output=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("no ps here that knows lstart")
    assert birth_of(os.getpid()) == birth_of(os.getpid()) is not None
    assert birth_of(2**31 - 1) is None
