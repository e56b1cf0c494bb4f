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
import io
import json
import os
import zipfile
import zlib
from collections.abc import Collection
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kickitout.errors import DamagedFileError, InputError, VersionError
from kickitout.library.lines import read_lines
from kickitout.library.shards import EMBEDDINGS, READ_ERRORS, decode
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


ENTRY_FIELDS = tuple(field.name for field in fields(Entry))


def content_hash(samples: NDArray[np.int16]) -> str:
    """The name of a prepared kick: SHA-256 of its int16 samples (2, n), little-endian, left then right."""
    return hashlib.sha256(np.ascontiguousarray(samples, dtype="<i2").tobytes()).hexdigest()


def _parse_entry(path: Path, number: int, line: str) -> Entry:
    try:
        data = json.loads(line)
        return Entry(**{name: data[name] for name in ENTRY_FIELDS})
    except (ValueError, TypeError, KeyError) as error:
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
        header = json.loads(path.read_text("utf-8"))
        known, version = header["format"] == FORMAT, int(header["version"])
    except (FileNotFoundError, NotADirectoryError) as error:
        raise InputError("library", folder, "holds no library; make one with kick prepare") from error
    except OSError as error:
        remedy = "cannot be read ({words}); check the path"
        raise InputError("library", folder, remedy, words=describe_os_error(error)) from error
    except (ValueError, TypeError, KeyError) as error:
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
        samples = decode(self._member(entry.shard, entry.position))
        if samples.shape[1] != entry.length:
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
            return np.array([shards[entry.shard][entry.position] for entry in self.entries], dtype=np.float32)
        except (IndexError, ValueError) as error:
            raise DamagedFileError(f"the shards in {self.folder / SHARDS} do not match the manifest") from error

    def _directory(self, shard: str) -> NDArray[np.int64]:
        """The members of a shard: one row of offset, compressed size and checksum each, the embeddings last."""
        if shard not in self._directories:
            with zipfile.ZipFile(self.folder / SHARDS / shard) as archive:
                members = archive.infolist()
            names = [f"{position:05d}.npy" for position in range(len(members) - 1)] + [f"{EMBEDDINGS}.npy"]
            if [member.filename for member in members] != names:
                raise ValueError("unexpected members")
            rows = [(member.header_offset, member.compress_size, member.CRC) for member in members]
            self._directories[shard] = np.array(rows, dtype=np.int64)
        return self._directories[shard]

    def forget(self, shard: str) -> None:
        """Look anew where the members of a shard lie: it was written anew."""
        self._directories.pop(shard, None)

    def _member(self, shard: str, position: int) -> NDArray[Any]:
        """One array of a shard: a kick's, or at -1 the embeddings. It reads only the bytes of that member."""
        if shard in self._directories:
            try:
                return self._read_member(shard, position)
            except DamagedFileError:  # perhaps another process has just added to it
                self.forget(shard)
        return self._read_member(shard, position)

    def _read_member(self, shard: str, position: int) -> NDArray[Any]:
        path = self.folder / SHARDS / shard
        try:
            offset, size, checksum = (int(number) for number in self._directory(shard)[position])
            with path.open("rb") as stream:
                stream.seek(offset)
                header = stream.read(30)
                # A local header: the lengths of name and extra field are its last four bytes.
                name, extra = int.from_bytes(header[26:28], "little"), int.from_bytes(header[28:30], "little")
                stream.seek(name + extra, os.SEEK_CUR)
                data = zlib.decompress(stream.read(size), -zlib.MAX_WBITS)
            if zlib.crc32(data) != checksum:
                raise ValueError("wrong checksum")
            return np.asarray(np.lib.format.read_array(io.BytesIO(data), allow_pickle=False))
        except READ_ERRORS as error:
            raise DamagedFileError(f"{path} is truncated or altered; prepare the library again") from error
