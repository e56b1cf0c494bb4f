"""Writing files atomically: nobody ever sees half of one. And opening none that would make us wait.

Everything that Kick It Out writes goes to a temporary name next to its target and is renamed when it is complete
(`Path.replace` is atomic on POSIX and on Windows within one volume).
"""

import errno
import os
import secrets
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from kickitout.errors import InputError, OutputError


def describe_os_error(error: OSError) -> str:
    """The operating system's words for an error, in lower case, without Python's additions."""
    return (error.strerror or str(error) or type(error).__name__).lower()


def irregular(mode: int) -> str:
    """What a file of this mode is if it is not a regular one, in words; empty if it is."""
    if stat.S_ISREG(mode):
        return ""
    if stat.S_ISDIR(mode):
        return "a folder"
    if stat.S_ISFIFO(mode):
        return "a named pipe"
    return "a socket" if stat.S_ISSOCK(mode) else "a device"


def open_regular(path: Path) -> BinaryIO:
    """Open a regular file for reading. Anything else is refused: opening a named pipe waits for ever.

    Raises:
        OSError: it is not a regular file, or cannot be opened.
    """
    try:
        _check_regular(path, path.stat().st_mode)
        # The path may be a pipe by now: without waiting, and looked at again.
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0))
    except ValueError as error:
        raise OSError(errno.EINVAL, "its name holds a zero byte") from error
    try:
        _check_regular(path, os.fstat(handle).st_mode)
        return os.fdopen(handle, "rb")
    except BaseException:
        os.close(handle)
        raise


def _check_regular(path: Path, mode: int) -> None:
    if words := irregular(mode):
        raise OSError(errno.EINVAL, f"{words}, not a file", str(path))


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yield a temporary path next to `path`; rename it to `path` if the block succeeds, remove it if it fails.

    Raises:
        OutputError: the folder or the file cannot be written.
    """
    # The temporary name does not contain the target's name, which may be as long as the file system allows.
    temporary = path.parent / f".kick-{os.getpid()}-{secrets.token_hex(4)}.tmp"
    try:
        yield temporary
        temporary.replace(path)
    except OSError as error:
        raise OutputError(
            f"cannot write {path}: {describe_os_error(error)}; choose another place or free some space"
        ) from error
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)


@contextmanager
def replacing_folder(folder: Path, what: str = "") -> Iterator[Path]:
    """Yield a new folder next to `folder`, to be filled; it becomes `folder` if the block succeeds, else it is removed.

    An existing `folder` is removed when the new one is complete; the caller checks that it may be.

    Args:
        folder: a path whose parent exists.
        what: the kind of folder, for the message, followed by a space.

    Raises:
        OutputError: the folder cannot be written.
    """
    tag = f"{os.getpid()}-{secrets.token_hex(4)}"
    new, old = folder.parent / f".kick-{tag}.tmp", folder.parent / f".kick-{tag}.old"
    try:
        new.mkdir()
        yield new
        if folder.exists():
            folder.rename(old)
        new.rename(folder)
    except OSError as error:
        raise OutputError(
            f"cannot write {what}{folder}: {describe_os_error(error)}; choose another place or free some space"
        ) from error
    finally:
        with suppress(OSError):
            shutil.rmtree(new, ignore_errors=True)
            if old.exists() and not folder.exists():  # interrupted or failed between the two renames
                old.rename(folder)
            shutil.rmtree(old, ignore_errors=True)


def write_bytes(path: Path, data: bytes) -> None:
    """Write `data` to `path` atomically and durably. Raises `OutputError`."""
    with replacing(path) as temporary, temporary.open("wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())


def write_text(path: Path, text: str) -> None:
    """Write `text` as UTF-8 with plain newlines, atomically. Raises `OutputError`."""
    write_bytes(path, text.encode("utf-8"))


def make_folder(path: Path) -> Path:
    """Make `path` and its parents, unless they exist.

    Raises:
        InputError: a file stands where the folder should be.
        OutputError: it cannot be made.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError) as error:
        raise InputError("folder", path, "there is already a file of this name; choose another name") from error
    except OSError as error:
        raise OutputError(f"cannot make the folder {path}: {describe_os_error(error)}; choose another place") from error
    return path
