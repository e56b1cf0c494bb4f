"""Rows of figures that are kept as they are made: a stopped experiment goes on, and a finished one grows.

A file has a line of JSON for each row, below a line that says what the rows under it depend on, their head. Rows of
other heads are left where they are and count for nothing, so files of several machines may be put one after the other.
"""

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from kickitout.errors import DamagedFileError, OutputError
from kickitout.system.files import describe_os_error, make_folder, write_text

Row = dict[str, Any]

HEAD, KEY = "made_with", "key"


def _line(data: Any) -> str:
    return json.dumps(data, sort_keys=True)


class Rows:
    """The rows of a part of an experiment, by key.

    Args:
        path: of the file.
        made_with: what the row of a key depends on, as JSON data: nothing else, or rows are made again for no reason.

    Raises:
        DamagedFileError: the file holds something else.
    """

    def __init__(self, path: Path, made_with: Callable[[str], Any]) -> None:
        self._path = path
        self._made_with = made_with
        self._rows: dict[tuple[str, str], Row] = {}
        self._last_head = ""
        make_folder(path.parent)
        if path.is_file():
            self._read()

    def _read(self) -> None:
        """Take up the rows that are there; a last line without its end was cut by a kill, and goes."""
        *whole, rest = self._path.read_text(encoding="utf-8").split("\n")
        for number, line in enumerate(whole, start=1):
            try:
                data = json.loads(line) if line else {}
                if HEAD in data:
                    self._last_head = _line(data)
                elif line:
                    self._rows[self._last_head, data.pop(KEY)] = data
            except (ValueError, TypeError, KeyError, AttributeError) as error:
                raise DamagedFileError(f"{self._path} is damaged in line {number}; remove the line") from error
        if rest:
            write_text(self._path, "".join(line + "\n" for line in whole))

    def _head(self, key: str) -> str:
        return _line({HEAD: self._made_with(key)})

    def __contains__(self, key: str) -> bool:
        return (self._head(key), key) in self._rows

    def __getitem__(self, key: str) -> Row:
        return self._rows[self._head(key), key]

    def add(self, key: str, row: Row) -> None:
        """Keep a row. Raises `OutputError`."""
        head = self._head(key)
        lines = [] if head == self._last_head else [head]
        lines.append(json.dumps({KEY: key, **row}))
        try:
            with self._path.open("a", encoding="utf-8", newline="\n") as stream:
                stream.write("".join(line + "\n" for line in lines))
        except OSError as error:
            raise OutputError(f"cannot write {self._path}: {describe_os_error(error)}; free some space") from error
        self._rows[head, key] = row
        self._last_head = head

    def fill(
        self, keys: Iterable[str], make: Callable[[str], Row], progress: Callable[[int, int], None] | None = None
    ) -> list[Row]:
        """The rows of all keys, in their order; those that are missing are made."""
        wanted = list(keys)
        for done, key in enumerate(wanted):
            if progress is not None:
                progress(done, len(wanted))
            if key not in self:
                self.add(key, make(key))
        if progress is not None:
            progress(len(wanted), len(wanted))
        return [self[key] for key in wanted]
