"""The prepared library on disk, and how it is read, with NumPy and the standard library alone.

    library.json       format and version
    manifest.jsonl     one line for each kick, in the order of addition (see `Entry`)
    rejections.jsonl   one line for each rejected file: file, reason, detail
    splits.json        which split each kit belongs to
    seen.txt           one hash for each file that was read, so that the next run reads only new files
    report.json        the report on the last run and the library
    contact-sheet.png  some of the kicks
    shards/00000.npz   up to 256 kicks: a member "00000" ... for each, and "embeddings" (float16)

A kick is stored as int16 without its trailing zeros, one channel where both are equal. It is the second difference in
time (the right channel as right minus left) modulo 2^16, its sign folded into the lowest bit, low bytes first, then
high bytes: a slow wave then gives small numbers, and deflate a third of the work (see docs/library.md).

Stored kicks never change. A shard is written completely before the manifest names its kicks, so a run that is killed
leaves a valid library. The last shard of a run may be written anew with more kicks behind those that it has, which stay
where they are; so others may read while a run adds.
"""

import hashlib
import json
import re
from collections.abc import Collection
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kickitout.errors import DamagedFileError, InputError, VersionError
from kickitout.library.lines import read_lines
from kickitout.library.shards import MAX_MEMBER, MAX_MEMBERS, READ_ERRORS, decode, directory, read_member
from kickitout.measure.descriptors import DEFINITIONS
from kickitout.sound.kick import FULL_SCALE
from kickitout.system.files import describe_os_error

FORMAT = "kickitout-library"
FORMAT_VERSION = 1

UNASSIGNED = "unassigned"
"""The split of kicks that a stopped run has stored but not assigned; the next run assigns them."""

LIBRARY, MANIFEST, REJECTIONS = "library.json", "manifest.jsonl", "rejections.jsonl"
SPLITS, SEEN, SHARDS = "splits.json", "seen.txt", "shards"
REPORT, CONTACT_SHEET = "report.json", "contact-sheet.png"


@dataclass(frozen=True)
class Entry:
    """One kick of a library.

    Attributes:
        content_hash: SHA-256 of the prepared int16 samples (2, 22050), little-endian: the kick's name.
        file: the path as given, for people.
        source: the pack, machine or collection it comes from.
        kit: shared with its siblings within the source.
        origin: where it comes from: repository@commit:path, or empty.
        licence: as stated at the source.
        licence_class: "clean", "attribution", "share-alike" or "unknown".
        split: "train", "sibling", "validation", "test", "unseen" (or "unassigned" after a stopped run).
        gain_db: the gain that brought its peak to full scale.
        onset_shift: samples cut before it at 44.1 kHz; negative if silence was inserted.
        original_rate: Hz.
        original_channels: 1 or 2.
        true_stereo: whether its channels differ.
        length: samples up to its last non-zero one.
        descriptors: measured features by name, the unit in the name.
        described: the version of the descriptors' definitions (`table.DEFINITIONS`).
        shard: file name of its shard.
        position: its place in the shard.
    """

    content_hash: str
    file: str
    source: str
    kit: str
    origin: str
    licence: str
    licence_class: str
    split: str
    gain_db: float
    onset_shift: int
    original_rate: int
    original_channels: int
    true_stereo: bool
    length: int
    descriptors: dict[str, float]
    shard: str
    position: int
    described: int = DEFINITIONS


ENTRY_FIELDS = tuple(field.name for field in fields(Entry))


def content_hash(samples: NDArray[np.int16]) -> str:
    """The name of a prepared kick: SHA-256 of its int16 samples (2, n), little-endian, left then right."""
    return hashlib.sha256(np.ascontiguousarray(samples, dtype="<i2").tobytes()).hexdigest()


_TEXTS = ("content_hash", "file", "source", "kit", "origin", "licence", "licence_class", "split", "shard")
_RANGES = {
    "gain_db": (-1e4, 1e4),
    "onset_shift": (-(10**12), 10**12),
    "original_rate": (1, 10**9),
    "original_channels": (1, 10**4),
    "length": (0, MAX_MEMBER),
    "position": (0, MAX_MEMBERS),
    "described": (1, 10**6),
}
_SHARD_NAME = re.compile(r"[0-9]{5,9}\.npz")
_SPLIT_NAME = re.compile(r"[a-z][a-z-]{0,31}")

MOST_CHARACTERS = 10_000
"""Characters in a text of a manifest."""


def _within(value: object, low: float, high: float) -> bool:
    """Whether a value is a number in a range: no truth value, and no NaN."""
    return isinstance(value, int | float) and not isinstance(value, bool) and low <= value <= high


def _check_entry(entry: Entry) -> None:
    """Raise `ValueError` unless an entry's parts are of their types and in their ranges."""
    if not all(isinstance(text := getattr(entry, name), str) and len(text) <= MOST_CHARACTERS for name in _TEXTS):
        raise ValueError("no text")
    if not all(_within(getattr(entry, name), low, high) for name, (low, high) in _RANGES.items()):
        raise ValueError("out of range")
    if not all(isinstance(getattr(entry, name), int) for name in ("length", "position", "true_stereo", "described")):
        raise ValueError("no whole number")
    # The name of a shard becomes a path.
    if not _SHARD_NAME.fullmatch(entry.shard) or not _SPLIT_NAME.fullmatch(entry.split):
        raise ValueError("no name")
    if not isinstance(entry.descriptors, dict) or not all(_within(v, -1e15, 1e15) for v in entry.descriptors.values()):
        raise ValueError("no descriptors")


def _todays(entry: Entry) -> Entry:
    """An entry with its descriptors by today's names: in the first definitions the end pitch was called `pitch_hz`, and
    the heard pitch, which has that name now, was not measured."""
    if entry.described >= 2 or "pitch_hz" not in entry.descriptors:
        return entry
    names = {"pitch_hz": "end_pitch_hz"}
    return replace(entry, descriptors={names.get(name, name): value for name, value in entry.descriptors.items()})


def _parse_entry(path: Path, number: int, line: str) -> Entry:
    try:
        data = {"described": 1} | json.loads(line)
        entry = Entry(**{name: data[name] for name in ENTRY_FIELDS})
        _check_entry(entry)
        return _todays(entry)
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise DamagedFileError(f"{path} is damaged in line {number}; prepare the library again") from error


def read_header(folder: Path) -> None:
    """Check that `folder` holds a library that this version reads.

    Raises:
        InputError: there is no library.
        DamagedFileError: its library.json is damaged.
        VersionError: a newer Kick It Out wrote it.
    """
    path = folder / LIBRARY
    try:
        if path.exists() and not path.is_file():
            raise ValueError("no plain file")
        header = json.loads(path.read_text("utf-8"))
        known, version = header["format"] == FORMAT, header["version"]
        if type(version) is not int or version < 1:  # true is an int in Python, and 1e999 a number
            raise ValueError("no version")
    except (FileNotFoundError, NotADirectoryError) as error:
        raise InputError("library", folder, "holds no library; make one with kick prepare") from error
    except OSError as error:
        remedy = "cannot be read ({words}); check the path"
        raise InputError("library", folder, remedy, words=describe_os_error(error)) from error
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise DamagedFileError(f"{path} is damaged; prepare the library again") from error
    if not known:
        raise InputError("library", folder, "not a library of Kick It Out; choose another folder")
    if version > FORMAT_VERSION:
        raise VersionError(
            f"{folder} has library format {version}, this version reads {FORMAT_VERSION}: update kickitout"
        )


class Library:
    """A prepared library, open for reading."""

    def __init__(self, folder: Path, entries: list[Entry]) -> None:
        self.folder = folder
        self.entries = entries
        self._directories: dict[str, NDArray[np.int64]] = {}

    @classmethod
    def open(cls, path: str | Path) -> "Library":
        """Open the library in folder `path`.

        Raises:
            InputError: there is no library.
            DamagedFileError: its files are damaged.
            VersionError: a newer Kick It Out wrote it.
        """
        folder = Path(path)
        read_header(folder)
        manifest = folder / MANIFEST
        lines = read_lines(manifest)
        entries = [_parse_entry(manifest, number, line) for number, line in enumerate(lines, start=1)]
        for name in sorted({entry.shard for entry in entries}):
            if not (folder / SHARDS / name).is_file():
                raise DamagedFileError(f"{folder / SHARDS / name} is missing; prepare the library again")
        return cls(folder, entries)

    def __len__(self) -> int:
        return len(self.entries)

    @property
    def fingerprint(self) -> str:
        """16 hex digits that identify the kicks and their splits, in order."""
        digest = hashlib.sha256()
        for entry in self.entries:
            digest.update(f"{entry.content_hash} {entry.split}\n".encode())
        return digest.hexdigest()[:16]

    def select(
        self, splits: Collection[str] | None = None, licence_classes: Collection[str] | None = None
    ) -> list[int]:
        """The indices of the kicks in any of `splits` and of any of `licence_classes`; None takes all."""
        return [
            index
            for index, entry in enumerate(self.entries)
            if (splits is None or entry.split in splits)
            and (licence_classes is None or entry.licence_class in licence_classes)
        ]

    def integers(self, index: int) -> NDArray[np.int16]:
        """The stored samples of a kick without its trailing zeros, int16 (2, length). Raises `DamagedFileError`."""
        entry = self.entries[index]
        try:
            samples = decode(self._member(entry.shard, entry.position))
            fits = samples.shape[1] == entry.length
        except ValueError:
            fits = False
        if not fits:
            raise DamagedFileError(f"{self.folder / SHARDS / entry.shard} does not match the manifest; prepare again")
        return samples

    def audio(self, index: int, samples: int = 22050) -> NDArray[np.float32]:
        """A kick as float32 (2, samples) within [-1, 1], padded with zeros. Raises `DamagedFileError`."""
        result = np.zeros((2, samples), dtype=np.float32)
        stored = self.integers(index)[:, :samples]
        result[:, : stored.shape[1]] = stored.astype(np.float32) / FULL_SCALE
        return result

    def kick_fingerprints(self) -> NDArray[np.float32]:
        """The fingerprints of all kicks, (number of kicks, 288), in the order of `entries`."""
        shards = {name: self._member(name, -1) for name in dict.fromkeys(e.shard for e in self.entries)}
        try:
            found = np.array([shards[entry.shard][entry.position] for entry in self.entries], dtype=np.float32)
            if not np.isfinite(found).all():
                raise ValueError("numbers that are none")
            return found
        except (IndexError, ValueError) as error:
            raise DamagedFileError(f"the shards in {self.folder / SHARDS} do not match the manifest") from error

    def forget(self, shard: str) -> None:
        """Look anew where the members of a shard lie: it was written anew."""
        self._directories.pop(shard, None)

    def _member(self, shard: str, position: int) -> NDArray[Any]:
        """One array of a shard: a kick's, or at -1 the fingerprints."""
        if shard in self._directories:
            try:
                return self._read_member(shard, position)
            except DamagedFileError:  # perhaps another process has just added to it
                self.forget(shard)
        return self._read_member(shard, position)

    def _read_member(self, shard: str, position: int) -> NDArray[Any]:
        path = self.folder / SHARDS / shard
        try:
            if shard not in self._directories:
                self._directories[shard] = directory(path)
            offset, size, checksum = (int(number) for number in self._directories[shard][position])
            return read_member(path, offset, size, checksum)
        except READ_ERRORS as error:
            raise DamagedFileError(f"{path} is truncated or altered; prepare the library again") from error
