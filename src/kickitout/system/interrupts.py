"""Ctrl-C that waits until what is being written is written, and ends of a process that wait for nothing."""

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import NoReturn


@contextmanager
def held_signals(*numbers: signal.Signals) -> Iterator[Callable[[], bool]]:
    """Hold back signals inside the block; the function yielded tells whether one has come.

    The second Ctrl-C does not wait. Outside the main thread nothing changes, and a run in the background, or under
    nohup, goes on not hearing what it was started not to hear.
    """
    asked = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield asked.is_set
        return
    before = {number: signal.getsignal(number) for number in numbers}
    before = {number: handler for number, handler in before.items() if handler not in (signal.SIG_IGN, None)}

    def ask(number: int, frame: FrameType | None) -> None:
        asked.set()
        if number == signal.SIGINT:
            signal.signal(number, before[signal.SIGINT])

    for number in before:
        signal.signal(number, ask)
    try:
        yield asked.is_set
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def leave(code: int) -> NoReturn:
    """End the process; what was printed is out.

    Where threads are still at work that nobody waits for, it ends without the interpreter's own end, which takes them
    away in the midst of C++: that aborts the process, whose work is done, with "terminate called". So does one process
    of several that train together (torchrun sets RANK): threads of gloo are sometimes still alive there.
    """
    others = (thread for thread in threading.enumerate() if thread is not threading.main_thread())
    if "RANK" not in os.environ and not any(thread.daemon for thread in others):
        raise SystemExit(code)
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):  # the reader has gone
            stream.flush()
    os._exit(code)
