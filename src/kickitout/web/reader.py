"""Sound files that somebody gave, read by a process of its own: see `kickitout.web.decoding`.

Libraries that decode sound are written in C, and files come from anywhere. What makes one of them crash, hang or fill
the memory costs a line of text, not the kicks of a session. The process is started with the first file and kept.
"""

import json
import os
import subprocess
import sys
import threading
import weakref
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from kickitout.errors import AudioFileError, InputError, OutputError
from kickitout.instrument.originals import Samples
from kickitout.instrument.recipes import Recipe
from kickitout.sound.audio import Note
from kickitout.system.files import describe_os_error
from kickitout.web.children import own_group
from kickitout.web.decoding import READY

PROGRAM = ("-P", "-m", "kickitout.web.decoding")
"""-P: the folder that `kick ui` was started in is no place to take modules from."""

SECONDS = 10.0
"""What reading a file may take: a kick takes hundredths."""

START_SECONDS = 60.0
"""What starting the process may take, on a machine that is busy."""

MOST_FILES = 500
"""After so many a new process is started: libraries leak."""

MOST_BYTES = 100_000_000
"""No answer is longer."""

TOO_SLOW = "could not be read within {seconds:g} s; give another file"
NOT_STARTED = "no process can be started to read files in ({why}); try again"
ENDED = "could not be read: it made the reader crash (exit code {code}); give another file"


class Reader:
    """Reads sound files in a process of its own. Any number of threads may call at once: they take turns.

    Args:
        program: what is started, by this Python.
        seconds: what a file may take.
    """

    def __init__(self, program: tuple[str, ...] = PROGRAM, seconds: float = SECONDS) -> None:
        self._program, self._seconds = program, seconds
        self._lock = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None
        self._files = 0
        self._end: weakref.finalize[..., Reader] | None = None

    def recipe(self, path: Path) -> Recipe | None:
        """As `Recipe.find`. Raises `InputError` where that takes too long."""
        found = self._ask(path, {"do": "recipe"})[0]["recipe"]
        return None if found is None else Recipe.model_validate_json(found)

    def taken(self, path: Path) -> tuple[Samples, tuple[Note, ...]]:
        """As `kickitout.library.prepare.read_taken`, and raises the same."""
        head, samples = self._ask(path, {"do": "kick"})
        return samples, tuple(Note(kind, words) for kind, words in head["notes"])

    def sound(self, path: Path, max_seconds: float) -> tuple[NDArray[np.float32], int]:
        """As `kickitout.sound.audio.read`, and raises the same."""
        head, samples = self._ask(path, {"do": "sound", "seconds": max_seconds})
        return samples, int(head["rate"])

    def close(self) -> None:
        """End the process."""
        with self._lock:
            self._stop()

    def _stop(self) -> None:
        if self._end is not None:
            self._end()
        self._child = self._end = None

    def _started(self) -> "subprocess.Popen[bytes]":
        """The process. Raises `OutputError`."""
        if self._child is not None and (self._files >= MOST_FILES or self._child.poll() is not None):
            self._stop()
        if self._child is not None:
            return self._child
        # One thread: more would only reserve memory.
        own = {"PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "OMP_NUM_THREADS": "1"}
        own["OPENBLAS_NUM_THREADS"] = "1"
        try:
            child = subprocess.Popen(
                [sys.executable, *self._program],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=os.environ | own,
                **own_group(),
            )
        except OSError as error:
            raise OutputError(NOT_STARTED.format(why=describe_os_error(error))) from error
        self._child, self._files = child, 0
        self._end = weakref.finalize(self, _end, child)
        with _ended_after(child, START_SECONDS):
            ready = _answers(child).readline(MOST_BYTES) == READY
        if not ready:
            self._stop()
            raise OutputError(NOT_STARTED.format(why=f"exit code {child.returncode}"))
        return child

    def _ask(self, path: Path, asked: Mapping[str, Any]) -> tuple[dict[str, Any], NDArray[Any]]:
        """The answer to a request: its head, and the samples."""
        line = json.dumps({**asked, "path": str(path)}).encode() + b"\n"
        with self._lock:
            child = self._started()
            self._files += 1
            with _ended_after(child, self._seconds) as late:
                try:
                    head, samples = _exchange(child, line)
                except (OSError, EOFError, ValueError) as error:
                    self._stop()
                    facts = {"seconds": self._seconds} if late.is_set() else {"code": child.returncode}
                    remedy = TOO_SLOW if late.is_set() else ENDED
                    raise AudioFileError(path, remedy, reason="unreadable", **facts) from error
        refused = head.get("error")
        if refused is not None:
            remedy, facts, reason = refused["remedy"], refused["facts"], refused["reason"]
            if reason is None:
                raise InputError("file", path, remedy, **facts)
            raise AudioFileError(path, remedy, reason=reason, **facts)
        return head, samples


@contextmanager
def _ended_after(child: "subprocess.Popen[bytes]", seconds: float) -> Iterator[threading.Event]:
    """End a process if the block takes longer; yields what is set then."""
    late = threading.Event()

    def end() -> None:
        late.set()
        child.kill()

    clock = threading.Timer(seconds, end)
    clock.daemon = True
    clock.start()
    try:
        yield late
    finally:
        clock.cancel()


def _exchange(child: "subprocess.Popen[bytes]", line: bytes) -> tuple[dict[str, Any], NDArray[Any]]:
    """Send a request, and take the answer. Raises `OSError`, `EOFError` or `ValueError` where none comes."""
    assert child.stdin is not None
    child.stdin.write(line)
    child.stdin.flush()
    answers = _answers(child)
    head = json.loads(answers.readline(MOST_BYTES) or "")
    count = int(head["bytes"])
    data = answers.read(count) if 0 < count <= MOST_BYTES else b""
    if len(data) < count:
        raise EOFError
    return head, np.frombuffer(data, dtype=head.get("type", "u1")).reshape(head.get("shape", -1)).copy()


def _answers(child: "subprocess.Popen[bytes]") -> IO[bytes]:
    assert child.stdout is not None
    return child.stdout


def _end(child: "subprocess.Popen[bytes]") -> None:
    """End a process, and take its exit code."""
    child.kill()
    for stream in (child.stdin, child.stdout):
        if stream is not None:
            try:
                stream.close()
            except OSError:  # what was still to be sent
                continue
    child.wait()
