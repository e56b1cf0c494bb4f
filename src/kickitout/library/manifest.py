"""Manifests: what a CSV file says about the files of a folder, whoever wrote it and on whatever system.

UTF-8, UTF-16 or cp1252, with commas, semicolons or tabs, slashes of either kind, and letter case as Windows takes it.
Rows about files outside the folder are noted, and those files are not read. The rows pass by one at a time: only what
is said of files that are there is kept.
"""

import codecs
import csv
import os
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import TextIOWrapper
from itertools import chain
from pathlib import Path
from sys import intern
from typing import TextIO

from kickitout.errors import InputError
from kickitout.library.walk import printable
from kickitout.system.files import describe_os_error, irregular, open_regular

MANIFEST_NAME = "manifest.csv"

LICENCE_CLASSES = ("clean", "attribution", "share-alike", "unknown")
"""Classes of licences, by what they permit; data/README.md explains each."""

DELIMITERS = ",;\t"

LONGEST_LINE = 1 << 20
"""Characters. A longer line belongs to no manifest."""

MOST_MISSING = 1_000
"""Files that a manifest names and that are not there: so many are listed, the others counted."""

_BLOCK = 1 << 20
_DRIVE = re.compile(r"[A-Za-z]:")


@dataclass(frozen=True, slots=True)
class Row:
    """What a manifest says about a file; None of `source`, `kit` or `licence_class`: nothing."""

    source: str | None = None
    kit: str | None = None
    origin: str = ""
    licence: str = "unknown"
    licence_class: str | None = None
    kit_split: str = ""


@dataclass(frozen=True)
class Matched:
    """What a manifest says about the files of a folder.

    Attributes:
        rows: by the path of the file.
        missing: files that it names and that are not there, at most `MOST_MISSING`.
        notes: on rows that are not used, in words.
    """

    rows: dict[Path, Row]
    missing: list[Path]
    notes: list[str]


# Rows ----------------------------------------------------------------------------------------------------------------


def _encoding(path: Path) -> str:
    """The encoding of a text file: by its mark, else UTF-8 if it is that throughout, else cp1252. Raises `OSError`."""
    with open_regular(path) as stream:
        block = stream.read(4)
        if block.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return "utf-16"
        if b"\0" in block:
            return "utf-16-be" if block.startswith(b"\0") else "utf-16-le"
        decoder = codecs.getincrementaldecoder("utf-8")()
        try:
            while block:
                decoder.decode(block)
                block = stream.read(_BLOCK)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return "cp1252"
    return "utf-8-sig"


def _lines(stream: TextIO) -> Iterator[str]:
    while line := stream.readline(LONGEST_LINE):
        if len(line) == LONGEST_LINE:
            raise csv.Error(f"a line of {LONGEST_LINE:,} characters or more")
        yield line


def _columns(line: str, delimiter: str) -> list[str]:
    return [name.strip().lower() for name in next(csv.reader([line], delimiter=delimiter), [])]


def read_rows(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """The rows of a manifest by column, each with the number of its line; those that name no file are left out.

    Raises:
        InputError: it cannot be read, is no table, has no column `file`, or names an unknown licence class.
    """
    try:
        encoding = _encoding(path)
        with TextIOWrapper(open_regular(path), encoding=encoding, newline="") as stream:
            lines = _lines(stream)
            first = next(lines, "")
            delimiter = next((one for one in DELIMITERS if "file" in _columns(first, one)), ",")
            reader = csv.reader(chain([first], lines), delimiter=delimiter, strict=True)
            columns = [name.strip().lower() for name in next(reader, [])]
            if "file" not in columns:
                found = ", ".join(column[:40] for column in columns[:8]) or "none"
                remedy = "has no column 'file' (found: {found}); name the files in a column 'file'"
                raise InputError("manifest", path, remedy, found=found)
            for values in reader:
                row = dict.fromkeys(columns, "") | dict(zip(columns, values, strict=False))
                if row["file"]:
                    _check_class(path, reader.line_num, row)
                    yield reader.line_num, row
    except OSError as error:
        remedy = "cannot be read ({words}); give an existing file"
        raise InputError("manifest", path, remedy, words=describe_os_error(error)) from error
    except (csv.Error, UnicodeError) as error:
        remedy = "not a CSV file ({error}); save it as one in UTF-8"
        raise InputError("manifest", path, remedy, error=str(error)) from error


def _check_class(path: Path, line: int, row: dict[str, str]) -> None:
    """Bring the licence class of a row to its form. Raises `InputError` if it is unknown."""
    if "licence_class" not in row:
        return
    word = row["licence_class"].strip().lower()
    if word and word not in LICENCE_CLASSES:
        remedy = "the licence_class {word!r} in line {line} is unknown; use {known}"
        raise InputError("manifest", path, remedy, word=word[:40], line=line, known=", ".join(LICENCE_CLASSES))
    row["licence_class"] = word


def read_manifest(path: Path) -> list[dict[str, str]]:
    """All rows of a manifest. Raises `InputError` as `read_rows`."""
    return [row for _, row in read_rows(path)]


def _row(given: dict[str, str]) -> Row:
    origin = given.get("origin", "")
    if origin and given.get("commit"):
        origin = f"{origin}@{given['commit']}:{given.get('original_path', '')}"
    # Kept once each: a million rows name few sources, kits and licences.
    return Row(
        source=intern(printable(given.get("source", ""))) or None,
        # An empty kit in a manifest is a kit of its own: the top of its source.
        kit=intern(printable(given["kit"])) if "kit" in given else None,
        origin=printable(origin),
        licence=intern(printable(given.get("licence", ""))) or "unknown",
        licence_class=intern(given.get("licence_class", "")) or None,
        kit_split=intern(given.get("kit_split", "").strip().lower()[:32]),
    )


# Files ---------------------------------------------------------------------------------------------------------------


class _Names:
    """The files below a folder, found by what a manifest may call them: exactly, or as Windows would."""

    def __init__(self, root: Path, paths: Sequence[Path]) -> None:
        self._root = root
        self._absolute = f"{str(root.absolute()).rstrip(os.sep)}{os.sep}"
        start = 0 if str(root) == "." else len(str(root).rstrip(os.sep)) + 1
        self._exact = {str(path)[start:].replace(os.sep, "/"): path for path in paths}
        self._loose: dict[str, Path | None] | None = None

    def inside(self, name: str) -> str | None:
        """A name within the folder, with slashes; None of one that leads outside, or that no file can have."""
        if name in self._exact:
            return name
        slashed = name.removeprefix(self._absolute).replace("\\", "/")
        parts = [part for part in slashed.split("/") if part not in ("", ".")]
        if slashed.startswith("/") or _DRIVE.match(slashed) or ".." in parts or "\0" in name or not parts:
            return None
        return "/".join(parts)

    def find(self, name: str) -> Path | None:
        """The file of a name that `inside` gave; None where there is none, or several that differ in case alone."""
        if name in self._exact:
            return self._exact[name]
        if self._loose is None:
            self._loose = {}
            for exact, path in self._exact.items():
                self._loose[_loosely(exact)] = None if _loosely(exact) in self._loose else path
        found = self._loose.get(_loosely(name))
        # The walk passes hidden files over, unless a manifest names them.
        return self._hidden(name) if found is None and (name.startswith(".") or "/." in name) else found

    def _hidden(self, name: str) -> Path | None:
        path = self._root / name
        try:
            return None if irregular(path.stat().st_mode) else path
        except OSError:
            return None


def _loosely(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()


def match(manifest: Path, root: Path, paths: Sequence[Path]) -> Matched:
    """What a manifest says about the files of a folder.

    Args:
        manifest: its file.
        root: the folder.
        paths: all files below it, as `library.walk.walk` gives them.

    Raises:
        InputError: as `read_rows`.
    """
    names = _Names(root, paths)
    found = Matched({}, [], [])
    outside, gone, first = 0, 0, ""
    for line, row in read_rows(manifest):
        name = names.inside(row["file"])
        if name is None:
            first = first or f"line {line}, {row['file'][:80]!r}"
            outside += 1
        elif (path := names.find(name)) is not None:
            found.rows[path] = _row(row)
        else:
            gone += 1
            if gone <= MOST_MISSING:
                found.missing.append(root / name)
    if outside:
        found.notes.append(
            f"{manifest}: {outside:,} rows not used: they name no file inside the folder (first: {first})"
        )
    if gone > MOST_MISSING:
        found.notes.append(f"{manifest}: {gone - MOST_MISSING:,} more rows name files that are not there")
    return found
