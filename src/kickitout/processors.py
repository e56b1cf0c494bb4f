"""How many processors there are to work with."""

import os


def available_processors() -> int:
    """How many processors this process may use: fewer than the machine has, where a scheduler has bound it."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
