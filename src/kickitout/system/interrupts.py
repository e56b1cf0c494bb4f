"""Ctrl-C deferred until a write is complete, and the end of a process without waiting for threads."""

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
    """Defer signals inside the block; the yielded function returns whether one has arrived.

    The second Ctrl-C takes effect at once. Outside the main thread nothing changes, and a run in the background, or
    under nohup, goes on ignoring the signals that it was started to ignore.
    """
    requested = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield requested.is_set
        return
    before = {number: signal.getsignal(number) for number in numbers}
    before = {number: handler for number, handler in before.items() if handler not in (signal.SIG_IGN, None)}

    def note(number: int, frame: FrameType | None) -> None:
        requested.set()
        if number == signal.SIGINT:
            signal.signal(number, before[signal.SIGINT])

    for number in before:
        signal.signal(number, note)
    try:
        yield requested.is_set
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def leave(code: int) -> NoReturn:
    """End the process after flushing its output.

    If daemon threads are still at work, it skips the interpreter's shutdown, which would stop them in the middle of C++
    code and abort the finished process with "terminate called". The same holds for one process of several that train
    together (torchrun sets RANK), where threads of gloo are sometimes still alive.
    """
    others = (thread for thread in threading.enumerate() if thread is not threading.main_thread())
    if "RANK" not in os.environ and not any(thread.daemon for thread in others):
        raise SystemExit(code)
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):  # the reader has closed the pipe
            stream.flush()
    os._exit(code)
