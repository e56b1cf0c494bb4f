"""The list of rejected files in a library: one JSON line for each, with file, source, reason and detail."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from kickitout.errors import DamagedFileError
from kickitout.library.lines import read_lines


@dataclass(frozen=True)
class Rejection:
    """One line of the list, and what it says."""

    line: str
    file: object
    source: str
    reason: str


def rejections(path: Path, lines: Iterable[str] | None = None) -> list[Rejection]:
    """The rejected files of the list at `path`, or in these lines of it. Raises `DamagedFileError`, naming the line."""
    found = []
    for number, line in enumerate(read_lines(path) if lines is None else lines, start=1):
        try:
            listed = json.loads(line)
            file, source, reason = listed.get("file"), listed["source"], listed["reason"]
            if not isinstance(source, str) or not isinstance(reason, str):
                raise TypeError("no text")
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            raise DamagedFileError(f"{path} is damaged in line {number}; remove the line") from error
        found.append(Rejection(line, file, source, reason))
    return found
