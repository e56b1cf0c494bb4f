"""Rows of figures that are kept as they are made, so that a stopped experiment goes on where it was.

A file has a line of JSON for each row. Its first line has the settings that the rows were made with: rows of other
settings are worth nothing, and begin anew.
"""

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from kickitout.errors import OutputError
from kickitout.system.files import describe_os_error, make_folder, write_text

Row = dict[str, Any]


class Rows:
    """The rows of a part of an experiment, by key.

    Args:
        path: of the file.
        made_with: what the rows depend on, as JSON data.
    """

    def __init__(self, path: Path, made_with: Any) -> None:
        self._path = path
        self._head = json.dumps({"made_with": made_with}, sort_keys=True)
        self._rows: dict[str, Row] = {}
        make_folder(path.parent)
        if not self._read():
            write_text(path, self._head + "\n")

    def _read(self) -> bool:
        """Take up the rows of an earlier call; whether there are any of these settings."""
        if not self._path.is_file():
            return False
        head, *lines = self._path.read_text(encoding="utf-8").split("\n")
        if head != self._head:
            return False
        whole = [line for line in lines[:-1] if line]  # a last line without its end was cut by a kill
        self._rows = {row.pop("key"): row for row in map(json.loads, whole)}
        if lines and lines[-1]:
            write_text(self._path, "".join(line + "\n" for line in (head, *whole)))
        return True

    def __contains__(self, key: str) -> bool:
        return key in self._rows

    def __getitem__(self, key: str) -> Row:
        return self._rows[key]

    def add(self, key: str, row: Row) -> None:
        """Keep a row. Raises `OutputError`."""
        self._rows[key] = row
        try:
            with self._path.open("a", encoding="utf-8", newline="\n") as stream:
                stream.write(json.dumps({"key": key, **row}) + "\n")
        except OSError as error:
            raise OutputError(f"cannot write {self._path}: {describe_os_error(error)}; free some space") from error

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
