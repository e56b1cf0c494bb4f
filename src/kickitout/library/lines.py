"""Text files of a library that only grow, line by line."""

import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any, BinaryIO

from kickitout.errors import DamagedFileError, OutputError
from kickitout.system.files import describe_os_error


def read_lines(path: Path) -> list[str]:
    """The complete lines of a text file that only grows; a last line without its newline is left out.

    Raises `DamagedFileError` if the file is not UTF-8; a missing file has no lines.
    """
    if path.exists() and not path.is_file():  # a pipe would be waited for
        raise DamagedFileError(f"{path} is no plain file; prepare the library again")
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return []
    except OSError as error:
        raise DamagedFileError(f"{path} cannot be read ({describe_os_error(error)}); check the library") from error
    try:
        return data[: data.rfind(b"\n") + 1].decode("utf-8").split("\n")[:-1]
    except UnicodeDecodeError as error:
        raise DamagedFileError(f"{path} is damaged; prepare the library again") from error


def _whole_lines(stream: BinaryIO) -> int:
    """The number of bytes of complete lines in a text file."""
    size = stream.seek(0, os.SEEK_END)
    if size == 0:
        return 0
    stream.seek(size - 1)
    if stream.read(1) == b"\n":
        return size
    stream.seek(0)
    return stream.read().rfind(b"\n") + 1


def append_lines(path: Path, lines: Iterable[str]) -> None:
    """Append lines to a text file, all or none; an incomplete last line is removed first."""
    data = "".join(f"{line}\n" for line in lines).encode("utf-8")
    if not data:
        return
    try:
        with path.open("ab+") as stream:
            whole = _whole_lines(stream)
            stream.truncate(whole)
            try:
                stream.write(data)
                stream.flush()
                os.fsync(stream.fileno())
            except OSError:
                stream.truncate(whole)
                raise
    except OSError as error:
        raise OutputError(
            f"cannot write {path}: {describe_os_error(error)}; choose another place or free some space"
        ) from error


def to_line(data: dict[str, Any]) -> str:
    """One JSON line."""
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
