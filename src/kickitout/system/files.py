"""Writing files atomically: nobody ever sees half of one. And opening none that would make us wait.

Everything that Kick It Out writes goes to a temporary name next to its target and is renamed when it is complete
(`Path.replace` is atomic on POSIX and on Windows within one volume). What a killed process leaves under such names is
removed by the next one that writes into the folder.
"""

import errno
import hashlib
import os
import platform
import re
import secrets
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO

from kickitout.errors import InputError, OutputError
from kickitout.system.processes import is_alive

_LEFTOVER = re.compile(r"\.kick-(?P<process>[1-9][0-9]{0,9})-(?P<token>[0-9a-f]{8,24})\.(?P<kind>tmp|old)")

_SWAPS = 20
"""How often a new folder is put into a place into which others put theirs at the same moment."""


def describe_os_error(error: OSError) -> str:
    """The operating system's words for an error, in lower case, without Python's additions."""
    return (error.strerror or str(error) or type(error).__name__).lower()


def size_in_words(count: int) -> str:
    """A number of bytes for people: "12.4 MB"."""
    for unit, size in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if count >= 0.99995 * size:  # else it would be "1000.0" of the next smaller unit
            return f"{count / size:.1f} {unit}"
    return f"{count} bytes"


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
    _sweep_once(path.parent)
    temporary = temporary_path(path)
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
    _sweep_once(folder.parent)
    recover(folder)
    new, old = temporary_path(folder), temporary_path(folder, "old")
    in_place = False
    try:
        new.mkdir()
        yield new
        _put_in_place(new, folder, old)
        in_place = True
    except OSError as error:
        raise OutputError(
            f"cannot write {what}{folder}: {describe_os_error(error)}; choose another place or free some space"
        ) from error
    finally:
        shutil.rmtree(new, ignore_errors=True)
        # Interrupted or failed between the two renames. Otherwise, where nothing stands at `folder` just now, another
        # process is about to put its own there.
        if not in_place and old.exists() and not folder.exists():
            with suppress(OSError):
                old.rename(folder)
        shutil.rmtree(old, ignore_errors=True)


def _put_in_place(new: Path, folder: Path, old: Path) -> None:
    """Rename `new` to `folder`, what is there to `old`. Of several processes that do so at once, the last one wins."""
    for attempt in range(_SWAPS):
        with suppress(FileNotFoundError):
            shutil.rmtree(old, ignore_errors=True)
            folder.rename(old)
        try:
            new.rename(folder)
        except OSError as error:
            if error.errno not in (errno.ENOTEMPTY, errno.EEXIST) or attempt == _SWAPS - 1:
                raise
        else:
            return


def temporary_path(target: Path, kind: str = "tmp") -> Path:
    """A new name next to `target`, by which `sweep` knows whose it is.

    Args:
        target: what is to be written. Its name is in it as a hash alone: it may be as long as the file system allows.
        kind: "tmp": worth nothing when its process is gone. "old": what stood at `target`; `recover` puts it back.
    """
    token = f"{machine()}{_hash(target.name)}{secrets.token_hex(4)}"
    return target.parent / f".kick-{os.getpid()}-{token}.{kind}"


def machine() -> str:
    """Eight hexadecimal digits for this machine, for names of what is left to be swept: disks may be shared."""
    return _hash(platform.node())


def _hash(text: str) -> str:
    """Eight hexadecimal digits that depend on a text alone."""
    return hashlib.blake2b(text.encode("utf-8", "surrogateescape"), digest_size=4).hexdigest()


def sweep(folder: Path) -> None:
    """Remove the temporary files and folders that processes of this machine have left in `folder` and are gone."""
    for path in _leftovers(folder, "tmp"):
        with suppress(OSError):
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink()


_sweep_once = lru_cache(maxsize=256)(sweep)
"""Once a folder and process: a folder of many thousand kicks takes its time to be looked through."""


def recover(folder: Path) -> None:
    """Put back what stood at `folder` when a process was killed between taking it away and putting in the new one."""
    for path in _leftovers(folder.parent, "old"):
        if path.name.split("-")[2][8:16] == _hash(folder.name):
            with suppress(OSError):
                if folder.exists():
                    shutil.rmtree(path, ignore_errors=True)
                else:
                    path.rename(folder)


def _leftovers(folder: Path, kind: str) -> list[Path]:
    """What processes of this machine have left in a folder and are gone."""
    try:
        paths = [path for path in folder.iterdir() if path.name.startswith(".kick-")]
    except OSError:
        return []
    found = []
    for path in paths:
        match = _LEFTOVER.fullmatch(path.name)
        if match is None or match["kind"] != kind or is_alive(int(match["process"])):
            continue
        # A token of eight digits, of earlier versions, does not say which machine it comes from.
        if len(match["token"]) == 8 or match["token"].startswith(machine()):
            found.append(path)
    return found


PRIVATE, PRIVATE_FOLDER = 0o600, 0o700
"""Modes of files and folders that nobody but their owner is to see (on Windows those of the folder above hold)."""


def opened(path: Path, mode: int = 0o666) -> BinaryIO:
    """A file opened for writing; it is made with a mode, from which the user's own mask takes away."""
    return open(path, "wb", opener=lambda name, flags: os.open(name, flags, mode))


def write_bytes(path: Path, data: bytes, *, private: bool = False) -> None:
    """Write `data` to `path` atomically and durably; `private`: for its owner's eyes alone. Raises `OutputError`."""
    with replacing(path) as temporary, opened(temporary, PRIVATE if private else 0o666) as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())


def write_text(path: Path, text: str, *, private: bool = False) -> None:
    """Write `text` as UTF-8 with plain newlines, as `write_bytes`. Raises `OutputError`."""
    write_bytes(path, text.encode("utf-8"), private=private)


def make_private_folder(path: Path) -> Path:
    """Make `path`, or take it, so that nobody but its owner looks into it; its parents are as others.

    Raises:
        InputError, OutputError: as `make_folder`.
    """
    make_folder(path.parent)
    with suppress(OSError):
        path.mkdir(mode=PRIVATE_FOLDER)
    make_folder(path)  # says what is wrong, where it could not be made
    with suppress(OSError):  # a file system without modes, or the folder of somebody else who lets us in
        path.chmod(PRIVATE_FOLDER)
    return path


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
