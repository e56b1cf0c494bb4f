"""One writer at one place: a lock on a file that ends with its process, however that ends.

The system's own locks are used (`flock`, on Windows `msvcrt.locking`), which nobody has to clean up after a crash. The
file of a lock holds the number of the process that has it and since when, for the message to the next one; it stays,
empty, when the lock is released. A file system without locks goes on without one.
"""

import errno
import os
import sys
import time
import weakref
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from kickitout.errors import InputError, OutputError
from kickitout.system.files import describe_os_error

LOCK = ".lock"
"""The file of a folder's lock."""

_HELD = (errno.EACCES, errno.EAGAIN, errno.EDEADLK)
"""What the system answers where another process has the lock."""

_FAR = 1 << 30
"""The byte that is locked on Windows, where others cannot read what is locked: far behind the text."""


class Lock:
    """A lock that this process has, until `release`, the end of the `with` block, or the end of this object or process.

    Args:
        path: its file.
        descriptor: of the file, open.
    """

    def __init__(self, path: Path, descriptor: int) -> None:
        self._path = path
        self._let_go = weakref.finalize(self, _let_go, descriptor)

    def release(self) -> None:
        """Let others in; nothing happens the second time."""
        self._let_go()

    def remove(self) -> None:
        """Remove its file, then let others in."""
        with suppress(OSError):  # Windows removes no open file: there it stays, empty
            self._path.unlink()
        self.release()

    def __enter__(self) -> "Lock":
        return self

    def __exit__(self, *error: object) -> None:
        self.release()


def lock(folder: Path, what: str, remedy: str) -> Lock:
    """Take the lock of a folder, which must exist.

    Args:
        folder: the place that has one writer at a time.
        what: the kind of folder, for the message.
        remedy: what the other one does there and what to do; `{who}` is filled in with its process and since when, in
            brackets and with a space before them, or with nothing where that is not known.

    Raises:
        InputError: another process has it.
        OutputError: the file of the lock cannot be made.
    """
    path = folder / LOCK
    while True:
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
        except OSError as error:
            raise OutputError(f"cannot write {path}: {describe_os_error(error)}; choose another place") from error
        if not _taken(descriptor):
            os.close(descriptor)
            raise InputError(what, folder, remedy, who=_holder(path))
        if _is_still(path, descriptor):
            break
        os.close(descriptor)  # whoever had it has removed the file: a lock on it keeps nobody out
    with suppress(OSError):  # a full disk: the lock holds without the text
        os.ftruncate(descriptor, 0)
        os.lseek(descriptor, 0, os.SEEK_SET)
        os.write(descriptor, f"{os.getpid()} {time.time():.0f}\n".encode())
    return Lock(path, descriptor)


def _let_go(descriptor: int) -> None:
    with suppress(OSError):
        os.ftruncate(descriptor, 0)
    with suppress(OSError):
        os.close(descriptor)


def _taken(descriptor: int) -> bool:
    """Lock an open file; False where another process has it locked."""
    try:
        if sys.platform == "win32":
            import msvcrt

            os.lseek(descriptor, _FAR, os.SEEK_SET)
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        return error.errno not in _HELD  # any other error: a file system without locks
    return True


def _is_still(path: Path, descriptor: int) -> bool:
    """Whether an open file is the one that lies at `path`."""
    try:
        return os.path.samestat(path.stat(), os.fstat(descriptor))
    except FileNotFoundError:
        return False
    except OSError:
        return True


def _holder(path: Path) -> str:
    """Who has a lock, in words, or nothing."""
    try:
        process, since = path.read_text("ascii").split()
        when = datetime.fromtimestamp(int(since)).strftime("%Y-%m-%d %H:%M")
        return f" (process {int(process)}, since {when})"
    except (OSError, ValueError, OverflowError):
        return ""
