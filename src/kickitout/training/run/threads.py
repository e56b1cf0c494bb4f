"""As many threads of torch as other work on the machine leaves.

Threads that share their processors with other work are slower together than one alone: at the end of each of a step's
thousands of loops all wait for the one that is not running.
"""

import os
from collections.abc import Callable

import torch

from kickitout.system.load import Reading, others_between, read, threads_for

FIRST_SECONDS, LATER_SECONDS = 2.0, 20.0
"""How long the machine is watched before the first decision, and between two later ones."""

FIXED_BY = ("OMP_NUM_THREADS", "MKL_NUM_THREADS")
"""Variables of the environment by which a person fixes the number."""


class Threads:
    """The number of torch's threads, looked at again from time to time.

    The last bits of a result depend on it, so it stays where it is as long as the machine is ours, and where a person
    has fixed it.

    Args:
        free: whether it may change.
        clocks: reads what the processors did.
    """

    def __init__(self, *, free: bool, clocks: Callable[[], Reading] = read) -> None:
        self._free = free and not any(os.environ.get(name) for name in FIXED_BY)
        self._clocks = clocks
        self._most = torch.get_num_threads()
        self._since = clocks()
        self._wait = FIRST_SECONDS

    def restore(self) -> None:
        """Leave torch with the number that it began with."""
        if torch.get_num_threads() != self._most:
            torch.set_num_threads(self._most)

    def look(self) -> str:
        """Set another number if it is time and the load has changed; what was done, in words, or nothing."""
        if not self._free:
            return ""
        now = self._clocks()
        if now.at - self._since.at < self._wait:
            return ""
        load = others_between(self._since, now)
        self._since, self._wait = now, LATER_SECONDS
        own = torch.get_num_threads()
        wanted = own if load is None else threads_for(load, self._most, own)
        if wanted == own:
            return ""
        torch.set_num_threads(wanted)
        return f"other work keeps {load:.1f} processors busy: {wanted} of {self._most} threads from here on"
