"""Writing files so that nobody ever sees half of one.

Everything that Kick It Out writes goes to a temporary name beside its target and is renamed when it is whole
(`Path.replace` is atomic on POSIX and on Windows within one volume).
"""

import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from kickitout.errors import InputError, OutputError


def describe_os_error(error: OSError) -> str:
    """The machine's own words for an error, without Python's decoration, in lower case."""
    return (error.strerror or str(error) or type(error).__name__).lower()


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yield a temporary path beside `path`; rename it to `path` if the block succeeds, remove it if it fails.

    Raises:
        OutputError: the folder or the file cannot be written.
    """
    # Neither the target's name nor its length goes into the temporary name: it may already be as long as
    # the file system allows.
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
    """Yield a new folder beside `folder`, to be filled; it becomes `folder` if the block succeeds, and goes if not.

    What was at `folder` goes when the new one stands; whether it may is the caller's to know.

    Args:
        folder: its parent is there.
        what: what the folder is, for the message, with a space behind it.

    Raises:
        OutputError: the machine refuses to write.
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
            if old.exists() and not folder.exists():  # stopped or refused between the two renames
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
    """Make `path` and its parents, unless they are there.

    Raises:
        InputError: a file stands where the folder should be.
        OutputError: the machine refuses.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError) as error:
        raise InputError("folder", path, "there is already a file of this name; choose another name") from error
    except OSError as error:
        raise OutputError(f"cannot make the folder {path}: {describe_os_error(error)}; choose another place") from error
    return path
