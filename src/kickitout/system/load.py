"""How much of the processors other work takes, and how many threads that leaves for one's own."""

import math
import os
import time
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

WORTH = 0.5
"""A thread is worth having while so much of its processor is free: those that share one hold up all others, which wait
for them at the end of each step."""

WORTH_AGAIN = 0.75
"""One more thread is taken where so much of its processor is free: more than `WORTH`, or the number would go to and
fro."""

_IDLE = (3, 4)
"""Columns of a processor's line in /proc/stat, from 0: idle, and waiting for a disk."""

_GUEST = 8
"""Columns from here on are counted within others."""

_NICE = 1
"""Work of low priority, which gives way to work of the usual one."""


@dataclass(frozen=True)
class Reading:
    """What the clocks say at a moment, in seconds.

    Attributes:
        at: of the wall.
        busy: that the processors which this process may use have worked, all together; None where that is not known.
        own: that this process has worked.
    """

    at: float
    busy: float | None
    own: float


def read() -> Reading:
    """The clocks now."""
    return Reading(time.monotonic(), _busy(), time.process_time())


def _busy() -> float | None:
    """Seconds that the processors of this process have worked since the start; None on systems without /proc/stat."""
    with suppress(OSError, ValueError, AttributeError):
        ours = os.sched_getaffinity(0)
        low = os.getpriority(os.PRIO_PROCESS, 0) > 0
        ticks = busy_ticks(Path("/proc/stat").read_text("ascii"), ours, count_low=low)
        return None if ticks is None else ticks / os.sysconf("SC_CLK_TCK")
    return None


def busy_ticks(text: str, processors: Collection[int], *, count_low: bool) -> int | None:
    """What /proc/stat counts of some processors as work, in ticks; None if it tells of none of them.

    Args:
        text: of the file.
        processors: their numbers.
        count_low: whether work of low priority counts.
    """
    found = None
    for line in text.splitlines():
        name, *columns = line.split() or [""]
        number = name.removeprefix("cpu")
        if name == number or not number.isdecimal() or int(number) not in processors:
            continue
        left_out = {*_IDLE, *(() if count_low else (_NICE,))}
        ticks = [int(column) for column in columns[:_GUEST]]
        found = (found or 0) + sum(count for place, count in enumerate(ticks) if place not in left_out)
    return found


def others_between(first: Reading, last: Reading) -> float | None:
    """How many processors work other than this process's kept busy between two readings; None where nothing tells.

    Where the system's processors do not tell, its load average does, which follows with a minute's delay.
    """
    seconds = last.at - first.at
    if seconds <= 0.0:
        return None
    own = (last.own - first.own) / seconds
    if first.busy is not None and last.busy is not None:
        return max(0.0, (last.busy - first.busy) / seconds - own)
    with suppress(OSError, AttributeError):
        return max(0.0, os.getloadavg()[0] - own)
    return None


def threads_for(load: float, processors: int, own: int) -> int:
    """How many threads to work with, 1 to `processors`.

    Args:
        load: processors that other work keeps busy.
        processors: how many there are.
        own: threads so far.
    """
    free = processors - load
    most, least = (max(1, min(processors, math.floor(free + 1.0 - worth))) for worth in (WORTH, WORTH_AGAIN))
    return min(max(own, least), most)
