"""A prepared library, open for adding."""

import json
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kickitout.errors import DamagedFileError, InputError
from kickitout.library.lines import append_lines, read_lines, to_line
from kickitout.library.reject import NOT_A_KICK
from kickitout.library.rejections import rejections
from kickitout.library.scan import Candidate
from kickitout.library.shards import decode, pack_shard
from kickitout.library.store import (
    FORMAT,
    FORMAT_VERSION,
    LIBRARY,
    MANIFEST,
    REJECTIONS,
    SEEN,
    SHARDS,
    SPLITS,
    UNASSIGNED,
    Entry,
    Library,
)
from kickitout.system.files import make_folder, sweep, write_bytes, write_text
from kickitout.system.locks import lock

SHARD_SIZE = 256
"""Kicks in a full shard."""

FLUSH_SECONDS = 10.0
"""What waits in memory is written after so long, so that a kill costs no more than seconds."""

ADDED_TO = "another run is adding to it{who}; wait until that has finished"


@dataclass(frozen=True)
class NewKick:
    """A kick to be stored: its entry's fields except shard, position and split, encoded samples, and fingerprint
    (288,)."""

    facts: dict[str, Any]
    planes: NDArray[np.uint8]
    fingerprint: NDArray[np.float32]


def _check_place(folder: Path) -> None:
    """Raise `InputError` where something else lives in a folder."""
    # In this order: the header of a library is there before all else of it.
    others = [path for path in folder.iterdir() if not path.name.startswith(".")]
    if others and not (folder / LIBRARY).exists():
        raise InputError("folder", folder, "is not empty and holds no library; choose a new folder")


class LibraryWriter:
    """A prepared library, open for adding. Stored kicks never change, only what is said of their licences.

    Kicks, rejections and seen files wait in memory until `flush` (which `add` calls when a shard is full, and
    `flush_if_due` from time to time), then are written in an order that keeps the library valid if the process is
    killed: shard, manifest, rejections, seen. A shard that is not full yet is written anew with the kicks that came
    since, behind those that it has: how often is flushed changes no byte of a finished library.
    """

    def __init__(self, folder: Path, clock: Callable[[], float] = time.monotonic) -> None:
        """Open the library in `folder`, or start one in a new or empty folder. Use it as a context manager.

        Args:
            folder: of the library.
            clock: seconds, for `flush_if_due`.

        Raises:
            InputError: the folder holds something else, is a file, or another run is adding to it.
            OutputError, DamagedFileError, VersionError: as their names say.
        """
        self.folder = folder
        self._made_folder = not folder.exists()
        make_folder(folder)
        _check_place(folder)
        # Before anything is read: what another run adds after that would be lost.
        self._lock = lock(folder, "library", ADDED_TO)
        try:
            self._began = not (folder / LIBRARY).exists()
            _check_place(folder)
            self._open()
        except BaseException:
            self._lock.release()
            raise
        self._clock, self._flushed = clock, clock()

    def _open(self) -> None:
        folder = self.folder
        sweep(folder)
        if self._began:
            # First of all: a folder with anything else in it and without this file is no library.
            write_text(folder / LIBRARY, to_line({"format": FORMAT, "version": FORMAT_VERSION}) + "\n")
        sweep(make_folder(folder / SHARDS))
        self.library = Library.open(folder)
        self.seen = set(read_lines(folder / SEEN))
        self._rejection_lines = set(read_lines(folder / REJECTIONS))
        self._next_shard = 1 + max((int(Path(entry.shard).stem) for entry in self.library.entries), default=-1)
        self._open_shard: list[NewKick] = []  # the kicks of the last shard, written, while it is not full
        self._kicks: list[NewKick] = []
        self._rejections: list[str] = []
        self._keys: list[str] = []

    def __enter__(self) -> "LibraryWriter":
        return self

    def __exit__(self, *error: object) -> None:
        self._lock.release()

    def discard_if_new(self) -> None:
        """Remove a library that this writer started and that has no kicks."""
        if not self._began or self.library.entries:
            return
        with suppress(OSError):
            (self.folder / SHARDS).rmdir()
        for name in (REJECTIONS, SEEN, LIBRARY):
            with suppress(OSError):
                (self.folder / name).unlink()
        self._lock.remove()
        if self._made_folder:
            with suppress(OSError):
                self.folder.rmdir()

    def add(self, kick: NewKick) -> None:
        """Store a kick; it is written when its shard is full. Raises `OutputError`."""
        self._kicks.append(kick)
        if len(self._open_shard) + len(self._kicks) >= SHARD_SIZE:
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
        """Record a rejected file with the reason."""
        line = to_line({"file": file, "source": source, "reason": reason, "detail": detail})
        if line not in self._rejection_lines:
            self._rejection_lines.add(line)
            self._rejections.append(line)

    def lacking(self) -> set[tuple[str, str]]:
        """File and source of those that were rejected as no kicks and may be taken after all. Raises
        `DamagedFileError`."""
        listed = rejections(self.folder / REJECTIONS)
        return {(str(one.file), one.source) for one in listed if one.reason == NOT_A_KICK}

    def forget_lacking(self) -> None:
        """Strike those off the list that were rejected as no kicks and are taken now. Raises `OutputError`."""
        taken = {(entry.file, entry.source) for entry in self.library.entries}
        listed = rejections(self.folder / REJECTIONS)
        kept = [one.line for one in listed if one.reason != NOT_A_KICK or (one.file, one.source) not in taken]
        if len(kept) < len(listed):
            write_text(self.folder / REJECTIONS, "".join(f"{line}\n" for line in kept))

    def mark_seen(self, key: str) -> None:
        """Mark a file as seen."""
        if key not in self.seen:
            self.seen.add(key)
            self._keys.append(key)

    def flush_if_due(self) -> None:
        """Write what waits in memory, if the last time was long ago. Raises `OutputError`."""
        if self._clock() - self._flushed >= FLUSH_SECONDS:
            self.flush()

    def flush(self) -> None:
        """Write everything that waits in memory. Raises `OutputError`."""
        if self._kicks:
            self._write_shard()
        append_lines(self.folder / REJECTIONS, self._rejections)
        self._rejections = []
        append_lines(self.folder / SEEN, self._keys)
        self._keys = []
        self._flushed = self._clock()

    def _write_shard(self) -> None:
        """Write the last shard with the kicks that wait, then their lines."""
        shard = f"{self._next_shard:05d}.npz"
        kicks = [*self._open_shard, *self._kicks]
        embeddings = np.stack([kick.fingerprint for kick in kicks]).astype(np.float16)
        write_bytes(self.folder / SHARDS / shard, pack_shard((kick.planes for kick in kicks), embeddings))
        self.library.forget(shard)
        new = [
            Entry(**kick.facts, split=UNASSIGNED, shard=shard, position=position)
            for position, kick in enumerate(self._kicks, start=len(self._open_shard))
        ]
        append_lines(self.folder / MANIFEST, (to_line(asdict(entry)) for entry in new))
        self.library.entries.extend(new)
        full = len(kicks) >= SHARD_SIZE
        self._next_shard += full
        self._open_shard = [] if full else kicks
        self._kicks = []

    def known_splits(self) -> dict[tuple[str, str], str]:
        """The stored split of each kit (source, kit). Raises `DamagedFileError`."""
        path = self.folder / SPLITS
        try:
            rows = json.loads(path.read_text("utf-8"))["kits"]
            found = {(row["source"], row["kit"]): row["split"] for row in rows}
            if not all(
                isinstance(text, str) for (source, kit), split in found.items() for text in (source, kit, split)
            ):
                raise ValueError("no text")
            return found
        except FileNotFoundError:
            if any(entry.split != UNASSIGNED for entry in self.library.entries):
                raise DamagedFileError(f"{path} is missing; prepare the library again") from None
            return {}
        except (OSError, ValueError, TypeError, KeyError, RecursionError) as error:
            raise DamagedFileError(f"{path} is damaged; prepare the library again") from error

    def correct(self, candidates: Iterable[Candidate]) -> list[str]:
        """Give kicks that are there the licence that a manifest now states of their files; their splits stay.

        Returns their classes now. Raises `OutputError`.
        """
        stated = {(one.file, one.source, one.kit): one for one in candidates if one.classed}
        entries, classes = list(self.library.entries), []
        for place, entry in enumerate(entries):
            now = stated.get((entry.file, entry.source, entry.kit))
            if now and (entry.licence, entry.licence_class) != (now.licence, now.licence_class):
                entries[place] = replace(entry, licence=now.licence, licence_class=now.licence_class)
                classes.append(now.licence_class)
        if classes:
            self._write_manifest(entries)
        return classes

    def _write_manifest(self, entries: list[Entry]) -> None:
        write_text(self.folder / MANIFEST, "".join(to_line(asdict(entry)) + "\n" for entry in entries))
        self.library.entries = entries

    def assign(self, splits: list[str], kits: dict[tuple[str, str], str]) -> None:
        """Assign every kick its split, in the order of the entries, and store the splits of the kits.

        Kicks that have a split keep it. Raises `OutputError`.
        """
        entries = [
            entry if entry.split != UNASSIGNED else Entry(**{**asdict(entry), "split": split})
            for entry, split in zip(self.library.entries, splits, strict=True)
        ]
        if entries != self.library.entries:
            # The kits first: the next run completes one that was stopped in between in the same way.
            rows = [{"source": source, "kit": kit, "split": split} for (source, kit), split in sorted(kits.items())]
            write_text(self.folder / SPLITS, json.dumps({"kits": rows}, ensure_ascii=False, indent=1) + "\n")
            self._write_manifest(entries)
