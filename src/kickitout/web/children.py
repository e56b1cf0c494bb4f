"""Verbs of the command line as child processes."""

import signal
import subprocess
import sys
from typing import Any

from kickitout.errors import KickItOutError


class ChildError(KickItOutError):
    """A verb that ran as a child failed; the message is the last line that it wrote."""

    def __init__(self, words: str, code: int) -> None:
        super().__init__(words)
        self.exit_code = code


def own_group() -> dict[str, Any]:
    """Arguments of `Popen` that start a child in a session of its own."""
    if sys.platform == "win32":
        return {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}
    return {"start_new_session": True}


def interrupt(child: "subprocess.Popen[str]") -> None:
    """Ask a child to save and stop, as Ctrl-C does."""
    if sys.platform == "win32":
        child.send_signal(signal.CTRL_BREAK_EVENT)
    else:
        child.send_signal(signal.SIGINT)


def failure(code: int, error: str) -> KickItOutError:
    """The last line of a verb that failed, as an error of its kind."""
    lines = [line.removeprefix("kick: ") for line in error.splitlines() if line.strip()]
    words = lines[-1] if lines else f"it ended with exit code {code}"
    return ChildError(words, code)
