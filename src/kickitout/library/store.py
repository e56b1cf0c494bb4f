"""The prepared library on disk, and how it is read: NumPy and the standard library alone.

    library.json       format and version
    manifest.jsonl     a line a kick, in the order of addition (see `Entry`)
    rejections.jsonl   a line a rejected file: file, reason, detail
    splits.json        which split each kit belongs to
    seen.txt           a hash a file that was looked at, so that the next run does only what is new
    report.json        what the last run did, and what is in the library
    contact-sheet.png  some of the kicks
    shards/00000.npz   up to 256 kicks: a member "00000" ... a kick, and "embeddings" (float16)

A kick is stored as int16 without its trailing zeros, one channel where both are equal. It is the second difference in
time (the right channel as right minus left) modulo 2^16, its sign folded into the lowest bit, low bytes first, then
high bytes: a slow wave then has tiny numbers, and deflate a third of the work (see docs/library.md).

What is there never changes. A shard is written whole before the manifest names it, so a run that is killed leaves a
valid library that ends with the last whole shard.
"""

import errno
import hashlib
import io
import json
import os
import struct
import sys
import zipfile
import zlib
from collections.abc import Collection, Iterable
from contextlib import suppress
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from kickitout.errors import DamagedFileError, InputError, OutputError, VersionError
from kickitout.sound.kick import FULL_SCALE
from kickitout.system.files import describe_os_error, make_folder, write_bytes, write_text

FORMAT = "kickitout-library"
FORMAT_VERSION = 1
SHARD_SIZE = 256
"""Kicks in a full shard."""

ADDED_TO = "another run is adding to it; wait until that has finished"

UNASSIGNED = "unassigned"
"""The split of kicks that a stopped run has stored and not yet placed; the next run places them."""

LIBRARY, MANIFEST, REJECTIONS = "library.json", "manifest.jsonl", "rejections.jsonl"
SPLITS, SEEN, SHARDS, LOCK = "splits.json", "seen.txt", "shards", ".lock"
REPORT, CONTACT_SHEET = "report.json", "contact-sheet.png"

EMBEDDINGS = "embeddings"
"""The member of a shard that holds the fingerprints; the name is as old as the format."""


@dataclass(frozen=True)
class Entry:
    """One kick of a library.

    Attributes:
        content_hash: SHA-256 of the prepared int16 samples (2, 22050), little-endian: the kick's name.
        file: the path as given, for people.
        source: the pack, machine or collection it comes from.
        kit: its siblings within the source share this.
        origin: where it can be had: repository@commit:path, or empty.
        licence: as stated at the source.
        licence_class: "clean", "attribution", "share-alike" or "unknown".
        split: "train", "sibling", "validation", "test", "unseen" (or "unassigned" after a stopped run).
        gain_db: what was added to bring its peak to full scale.
        onset_shift: samples cut before it at 44.1 kHz; negative if silence was put before it.
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


DAMAGE = (OSError, zipfile.BadZipFile, zlib.error, struct.error, IndexError, ValueError, EOFError, NotImplementedError)
"""What reading a truncated or altered shard may end in."""

ENTRY_FIELDS = tuple(field.name for field in fields(Entry))


def content_hash(samples: NDArray[np.int16]) -> str:
    """The name of a prepared kick: SHA-256 of its int16 samples (2, n), little-endian, left then right."""
    return hashlib.sha256(np.ascontiguousarray(samples, dtype="<i2").tobytes()).hexdigest()


def encode(samples: NDArray[np.int16]) -> NDArray[np.uint8]:
    """Samples (2, n) as bytes (2, c, m) that deflate well; m: without trailing zeros, c: 1 if channels are equal."""
    heard = np.flatnonzero(samples.any(axis=0))
    x = samples[:, : int(heard[-1]) + 1 if len(heard) else 0].copy()
    if np.array_equal(x[0], x[1]):
        x = x[:1]
    else:
        x[1] -= x[0]
    for _ in range(2):
        x = np.diff(x, axis=1, prepend=np.zeros((len(x), 1), dtype=np.int16))
    folded = ((x << 1) ^ (x >> 15)).view(np.uint16)
    return np.stack([folded & 0xFF, folded >> 8]).astype(np.uint8)


def decode(planes: NDArray[np.uint8]) -> NDArray[np.int16]:
    """What `encode` made, as samples (2, m)."""
    folded = planes[0].astype(np.uint16) | (planes[1].astype(np.uint16) << 8)
    x: NDArray[np.int16] = ((folded >> 1) ^ (0 - (folded & 1))).astype(np.uint16).view(np.int16)
    for _ in range(2):
        x = np.cumsum(x, axis=1, dtype=np.int16)
    if len(x) == 2:
        x[1] += x[0]
        return x
    return np.asarray(np.repeat(x, 2, axis=0), dtype=np.int16)


def pack_shard(kicks: Iterable[NDArray[np.uint8]], embeddings: NDArray[np.float16]) -> bytes:
    """A shard as bytes: a deflated .npz, the same for the same content whatever the day."""
    stream = io.BytesIO()
    members: list[tuple[str, NDArray[Any]]] = [(f"{i:05d}", kick) for i, kick in enumerate(kicks)]
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, array in [*members, (EMBEDDINGS, embeddings)]:
            data = io.BytesIO()
            np.lib.format.write_array(data, np.ascontiguousarray(array), allow_pickle=False)
            member = zipfile.ZipInfo(f"{name}.npy", date_time=(1980, 1, 1, 0, 0, 0))
            member.compress_type = zipfile.ZIP_DEFLATED
            member.create_system = 3  # the same bytes on Windows
            archive.writestr(member, data.getvalue())
    return stream.getvalue()


def read_lines(path: Path) -> list[str]:
    """The whole lines of a text file that only grows; a last line without its newline was cut short and is left out.

    Raises `DamagedFileError` if the file is not UTF-8; a missing file has no lines.
    """
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
    """How many bytes of a text file are whole lines."""
    size = stream.seek(0, os.SEEK_END)
    if size == 0:
        return 0
    stream.seek(size - 1)
    if stream.read(1) == b"\n":
        return size
    stream.seek(0)
    return stream.read().rfind(b"\n") + 1


def append_lines(path: Path, lines: Iterable[str]) -> None:
    """Add lines at the end of a text file, all or none; a line that was cut short before is dropped first."""
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


def _parse_entry(path: Path, number: int, line: str) -> Entry:
    try:
        data = json.loads(line)
        return Entry(**{name: data[name] for name in ENTRY_FIELDS})
    except (ValueError, TypeError, KeyError) as error:
        raise DamagedFileError(f"{path} is damaged in line {number}; prepare the library again") from error


def read_header(folder: Path) -> None:
    """Make sure that `folder` holds a library that this version reads.

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
        """16 hex digits that name the kicks and their splits, in order."""
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
        """Where the members of a shard lie: offset, compressed size and checksum, a row each, the embeddings last."""
        if shard not in self._directories:
            with zipfile.ZipFile(self.folder / SHARDS / shard) as archive:
                members = archive.infolist()
            names = [f"{position:05d}.npy" for position in range(len(members) - 1)] + [f"{EMBEDDINGS}.npy"]
            if [member.filename for member in members] != names:
                raise ValueError("unexpected members")
            rows = [(member.header_offset, member.compress_size, member.CRC) for member in members]
            self._directories[shard] = np.array(rows, dtype=np.int64)
        return self._directories[shard]

    def _member(self, shard: str, position: int) -> NDArray[Any]:
        """One array of a shard: a kick's, or at -1 the embeddings. Reads its bytes only, whatever the shard's size."""
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
        except DAMAGE as error:
            raise DamagedFileError(f"{path} is truncated or altered; prepare the library again") from error


@dataclass(frozen=True)
class NewKick:
    """A kick to be stored: what its entry says but for place and split, encoded samples, and fingerprint (288,)."""

    facts: dict[str, Any]
    planes: NDArray[np.uint8]
    fingerprint: NDArray[np.float32]


def _lock(path: Path) -> BinaryIO:
    """A lock that ends with this process however it ends. Raises `InputError` if another process holds it."""
    try:
        stream = path.open("ab")
    except OSError as error:
        raise OutputError(f"cannot write {path}: {describe_os_error(error)}; choose another place") from error
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(stream.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(stream.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        stream.close()
        raise InputError("library", path.parent, ADDED_TO) from error
    except OSError as error:
        if error.errno in (errno.EACCES, errno.EDEADLK):
            stream.close()
            raise InputError("library", path.parent, ADDED_TO) from error
        # A file system without locks: go on without one.
    return stream


class LibraryWriter:
    """A prepared library, open for adding. What is there never changes.

    Kicks, rejections and looked-at files wait in memory until `flush` (which `add` calls when a shard is full), then
    go to disk in an order that a kill at any moment survives: shard, manifest, rejections, seen.
    """

    def __init__(self, folder: Path) -> None:
        """Open the library in `folder`, or begin one in a new or empty folder. Use it as a context manager.

        Raises:
            InputError: the folder holds something else, is a file, or another run is adding to it.
            OutputError, DamagedFileError, VersionError: as their names say.
        """
        self.folder = folder
        self._made_folder = not folder.exists()
        self._began = False
        make_folder(folder)
        if not (folder / LIBRARY).exists():
            self._began = True
            if any(not child.name.startswith(".") for child in folder.iterdir()):
                raise InputError("folder", folder, "is not empty and holds no library; choose a new folder")
            write_text(folder / LIBRARY, to_line({"format": FORMAT, "version": FORMAT_VERSION}) + "\n")
        make_folder(folder / SHARDS)
        self.library = Library.open(folder)
        self.seen = set(read_lines(folder / SEEN))
        self._rejection_lines = set(read_lines(folder / REJECTIONS))
        self._next_shard = 1 + max((int(Path(entry.shard).stem) for entry in self.library.entries), default=-1)
        self._kicks: list[NewKick] = []
        self._rejections: list[str] = []
        self._keys: list[str] = []
        self._lock = _lock(folder / LOCK)

    def __enter__(self) -> "LibraryWriter":
        return self

    def __exit__(self, *error: object) -> None:
        self._lock.close()

    def discard_if_new(self) -> None:
        """Take back a library that this writer began and that has no kick."""
        if not self._began or self.library.entries:
            return
        for name in (REJECTIONS, SEEN, LIBRARY, LOCK):
            with suppress(OSError):
                (self.folder / name).unlink()
        with suppress(OSError):
            (self.folder / SHARDS).rmdir()
            if self._made_folder:
                self.folder.rmdir()

    def add(self, kick: NewKick) -> None:
        """Store a kick; written when its shard is full. Raises `OutputError`."""
        self._kicks.append(kick)
        if len(self._kicks) >= SHARD_SIZE:
            self.flush()

    def __len__(self) -> int:
        return len(self.library) + len(self._kicks)

    def integers(self, index: int) -> NDArray[np.int16]:
        """The samples of a kick, written or waiting, int16 (2, length). Raises `DamagedFileError`."""
        written = len(self.library)
        return self.library.integers(index) if index < written else decode(self._kicks[index - written].planes)

    def content_hash(self, index: int) -> str:
        """The content hash of a kick, written or waiting."""
        return str(self._facts(index, "content_hash"))

    def file(self, index: int) -> str:
        """The file of a kick, written or waiting."""
        return str(self._facts(index, "file"))

    def _facts(self, index: int, name: str) -> object:
        written = len(self.library)
        entries = self.library.entries
        return getattr(entries[index], name) if index < written else self._kicks[index - written].facts[name]

    def reject(self, file: str, source: str, reason: str, detail: str) -> None:
        """List a file that was not taken, and why."""
        line = to_line({"file": file, "source": source, "reason": reason, "detail": detail})
        if line not in self._rejection_lines:
            self._rejection_lines.add(line)
            self._rejections.append(line)

    def mark_seen(self, key: str) -> None:
        """Remember a file as looked at."""
        if key not in self.seen:
            self.seen.add(key)
            self._keys.append(key)

    def flush(self) -> None:
        """Write all that waits. Raises `OutputError`."""
        if self._kicks:
            shard = f"{self._next_shard:05d}.npz"
            embeddings = np.stack([kick.fingerprint for kick in self._kicks]).astype(np.float16)
            write_bytes(self.folder / SHARDS / shard, pack_shard((kick.planes for kick in self._kicks), embeddings))
            new = [
                Entry(**kick.facts, split=UNASSIGNED, shard=shard, position=position)
                for position, kick in enumerate(self._kicks)
            ]
            append_lines(self.folder / MANIFEST, (to_line(asdict(entry)) for entry in new))
            self.library.entries.extend(new)
            self._next_shard += 1
            self._kicks = []
        append_lines(self.folder / REJECTIONS, self._rejections)
        self._rejections = []
        append_lines(self.folder / SEEN, self._keys)
        self._keys = []

    def known_splits(self) -> dict[tuple[str, str], str]:
        """Which split each kit (source, kit) has, as stored. Raises `DamagedFileError`."""
        path = self.folder / SPLITS
        try:
            rows = json.loads(path.read_text("utf-8"))["kits"]
            return {(str(row["source"]), str(row["kit"])): str(row["split"]) for row in rows}
        except FileNotFoundError:
            if any(entry.split != UNASSIGNED for entry in self.library.entries):
                raise DamagedFileError(f"{path} is missing; prepare the library again") from None
            return {}
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise DamagedFileError(f"{path} is damaged; prepare the library again") from error

    def assign(self, splits: list[str], kits: dict[tuple[str, str], str]) -> None:
        """Give every kick its split, in the order of the entries, and store that of the kits.

        What has one keeps it. Raises `OutputError`.
        """
        entries = [
            entry if entry.split != UNASSIGNED else Entry(**{**asdict(entry), "split": split})
            for entry, split in zip(self.library.entries, splits, strict=True)
        ]
        if entries != self.library.entries:
            # The kits first: a run that is stopped in between is finished by the next in the same way.
            rows = [{"source": source, "kit": kit, "split": split} for (source, kit), split in sorted(kits.items())]
            write_text(self.folder / SPLITS, json.dumps({"kits": rows}, ensure_ascii=False, indent=1) + "\n")
            write_text(self.folder / MANIFEST, "".join(to_line(asdict(entry)) + "\n" for entry in entries))
            self.library.entries = entries
