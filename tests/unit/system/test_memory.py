"""Freed memory stays with the process, where that can be asked for."""

import subprocess
import sys

import pytest

from kickitout.system.memory import keep_freed_memory

FAULTS = """
import resource, sys
import numpy as np
from kickitout.system.memory import keep_freed_memory
if sys.argv[1] == "keep" and not keep_freed_memory():
    sys.exit(77)
np.ones(12_000_000)
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(5):
    np.ones(12_000_000)  # 96 MB
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


def faults(how):
    done = subprocess.run([sys.executable, "-c", FAULTS, how], capture_output=True, text=True, check=False)
    if done.returncode == 77:
        pytest.skip("the C library is not glibc")
    return int(done.stdout)


def test_a_large_block_that_is_freed_is_not_asked_for_again():
    """Else each of its pages is fetched anew, every time."""
    assert faults("keep") < 0.1 * faults("give back")


def test_elsewhere_nothing_happens(monkeypatch):
    monkeypatch.setattr("kickitout.system.memory.platform.libc_ver", lambda: ("", ""))
    assert keep_freed_memory() is False
