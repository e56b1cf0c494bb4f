"""Ctrl-C that waits until what is being written is written."""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType


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
