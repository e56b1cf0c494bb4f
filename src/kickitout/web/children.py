"""Verbs of the command line as child processes, which outlive the server that began them.

What a child prints goes to files, not to pipes: one whose server was killed goes on, and the next server finds it by
the file `child.json` (its process, and when that began) and takes it up as its own.
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO

from kickitout.errors import KickItOutError, OutputError
from kickitout.system.files import PRIVATE, describe_os_error, make_private_folder, opened, write_text
from kickitout.system.processes import birth_of

CHILD_FILE, OUT_FILE, ERROR_FILE = "child.json", "child.out", "child.err"

LOOK_SECONDS = 0.2
"""How often is looked whether a process that this one did not start has ended."""

STOPPED = 130
"""The exit code of a verb that was stopped and has saved."""


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


class Child:
    """A verb in a process of its own: one that was begun here, or one that a killed server has left behind.

    Args:
        home: the folder of its files; one child at a time.
        task: what it does, for whoever finds it.
        process: its number.
        birth: when the process began, as `birth_of` has it.
        popen: its handle, if this process has started it.
    """

    def __init__(
        self, home: Path, task: str, process: int, birth: str | None, popen: "subprocess.Popen[bytes] | None" = None
    ) -> None:
        self.home, self.task = home, task
        self._process, self._birth, self._popen = process, birth, popen
        self.out = self.error = ""

    @classmethod
    def begin(cls, home: Path, task: str, command: Sequence[str]) -> "Child":
        """Start a verb in a session of its own: Ctrl-C in the terminal is for the server, which passes it on.

        Raises:
            OutputError: its files cannot be written.
        """
        make_private_folder(home)
        with _private(home / OUT_FILE) as out, _private(home / ERROR_FILE) as error:
            popen = subprocess.Popen(list(command), stdin=subprocess.DEVNULL, stdout=out, stderr=error, **own_group())
        birth = birth_of(popen.pid)
        record = {"task": task, "process": popen.pid, "birth": birth}
        try:
            write_text(home / CHILD_FILE, json.dumps(record) + "\n", private=True)
        except OutputError:
            popen.kill()  # nobody could find it again
            popen.wait()
            raise
        return cls(home, task, popen.pid, birth, popen)

    @classmethod
    def find(cls, home: Path) -> "Child | None":
        """The child that another server began and that is still at work, or None."""
        record = _record(home)
        try:
            child = cls(home, str(record["task"]), int(record["process"]), str(record["birth"]))
        except (ValueError, TypeError, KeyError):
            return None
        return child if child.runs() else None

    def runs(self) -> bool:
        """Whether it has not ended."""
        if self._popen is not None:
            return self._popen.poll() is None
        return self._birth is not None and birth_of(self._process) == self._birth

    def interrupt(self) -> None:
        """Ask it to save and stop, as Ctrl-C does."""
        if self.runs():
            with suppress(OSError):  # it has just ended
                _interrupt(self._process)

    def wait(self, seconds: float | None = None) -> int:
        """Wait until it has ended, then take in what it has printed (`out`, `error`) and remove its files.

        Returns its exit code: for one that this process did not start, by what it has printed.

        Raises:
            subprocess.TimeoutExpired: it goes on beyond `seconds`.
        """
        if self._popen is not None:
            self._popen.wait(seconds)
        else:
            until = None if seconds is None else time.monotonic() + seconds
            while self.runs():
                if until is not None and time.monotonic() > until:
                    raise subprocess.TimeoutExpired([self.task], seconds or 0.0)
                time.sleep(LOOK_SECONDS)
        self.out, self.error = self.out or _text(self.home / OUT_FILE), self.error or _text(self.home / ERROR_FILE)
        return _code(self.out) if self._popen is None else self._popen.returncode

    def forget(self) -> None:
        """Remove its files, when it has ended; those of the next one stay."""
        if _record(self.home).get("process") != self._process:
            return
        for name in (CHILD_FILE, OUT_FILE, ERROR_FILE):
            with suppress(OSError):
                (self.home / name).unlink()


def _record(home: Path) -> dict[str, Any]:
    """What is noted of the last child; nothing where there is none, or it cannot be read."""
    try:
        record = json.loads((home / CHILD_FILE).read_text("utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return record if isinstance(record, dict) else {}


def _interrupt(process: int) -> None:
    if sys.platform == "win32":
        os.kill(process, signal.CTRL_BREAK_EVENT)
    else:
        os.kill(process, signal.SIGINT)


def _private(path: Path) -> BinaryIO:
    """A file for writing that nobody else may read. Raises `OutputError`."""
    try:
        return opened(path, PRIVATE)
    except OSError as error:
        raise OutputError(f"cannot write {path}: {describe_os_error(error)}; free some space") from error


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8", "replace")
    except OSError:
        return ""


def _code(out: str) -> int:
    """The exit code of a verb with `--json`, by what it has printed: a result comes last, if it comes."""
    try:
        result = json.loads(out.splitlines()[-1])
    except (ValueError, IndexError, RecursionError):
        return 1
    return STOPPED if isinstance(result, dict) and result.get("finished") is False else 0


def failure(code: int, error: str) -> KickItOutError:
    """The last line of a verb that failed, as an error of its kind."""
    lines = [line.removeprefix("kick: ") for line in error.splitlines() if line.strip()]
    words = lines[-1] if lines else f"it ended with exit code {code}"
    return ChildError(words, code)
