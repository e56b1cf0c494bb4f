"""Rows of figures that are kept as they are made: a stopped experiment goes on, and a finished one grows.

A file has a line of JSON for each row, below a line that says what the rows under it depend on, their head. Rows of
other heads are left where they are and count for nothing, so files of several machines may be put one after the other.
Experiments share what they have in common: rows of other files count where head and name agree.
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
        others: files of other experiments, which are read only.
        named: what of a key names a row beside its head: experiments may call the same thing by several names.

    Raises:
        DamagedFileError: a file holds something else.
    """

    def __init__(
        self,
        path: Path,
        made_with: Callable[[str], Any],
        *,
        others: Iterable[Path] = (),
        named: Callable[[str], str] = lambda key: key,
    ) -> None:
        self._path = path
        self._made_with = made_with
        self._named = named
        self._rows: dict[tuple[str, str], Row] = {}
        self._last_head = ""
        make_folder(path.parent)
        for one in others:
            self._read(one)
        if path.is_file():
            self._last_head = self._read(path, mend=True)

    def _read(self, path: Path, *, mend: bool = False) -> str:
        """Take up the rows of a file, and return its last head. A last line without its end was cut by a kill; it is
        passed over, and goes where the file is to be mended."""
        head = ""
        *whole, rest = path.read_text(encoding="utf-8").split("\n")
        for number, line in enumerate(whole, start=1):
            try:
                data = json.loads(line) if line else {}
                if HEAD in data:
                    head = _line(data)
                elif line:
                    self._rows[head, self._named(data.pop(KEY))] = data
            except (ValueError, TypeError, KeyError, AttributeError) as error:
                raise DamagedFileError(f"{path} is damaged in line {number}; remove the line") from error
        if rest and mend:
            write_text(path, "".join(line + "\n" for line in whole))
        return head

    def _place(self, key: str) -> tuple[str, str]:
        return self._head(key), self._named(key)

    def _head(self, key: str) -> str:
        return _line({HEAD: self._made_with(key)})

    def __contains__(self, key: str) -> bool:
        return self._place(key) in self._rows

    def __getitem__(self, key: str) -> Row:
        return self._rows[self._place(key)]

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
        self._rows[self._place(key)] = row
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
