"""Find the audio files of a folder and their entries in a manifest."""

import csv
import hashlib
import os
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from kickitout.errors import InputError
from kickitout.sound.audio import AUDIO_SUFFIXES
from kickitout.system.files import describe_os_error

MANIFEST_NAME = "manifest.csv"

LICENCE_CLASSES = ("clean", "attribution", "share-alike", "unknown")
"""Classes of licences, by what they permit; data/README.md explains each."""


@dataclass(frozen=True)
class Candidate:
    """A file that may become a kick, with the facts known before it is opened.

    `file` is the path as given, for people; `path` is its location; `named` is true if it was given itself, not found
    in a folder.
    """

    path: Path
    file: str
    source: str
    kit: str
    origin: str = ""
    licence: str = "unknown"
    licence_class: str = "unknown"
    named: bool = False

    @property
    def key(self) -> str:
        """A hash of path, size and modification time: an equal key means the same unchanged file. Empty if it is
        gone."""
        try:
            status = self.path.stat()
        except OSError:
            return ""
        text = f"{self.path.absolute()}\0{status.st_size}\0{status.st_mtime_ns}"
        return hashlib.blake2b(text.encode("utf-8", "surrogateescape"), digest_size=12).hexdigest()


@dataclass(frozen=True)
class Scan:
    """The result of a scan: the candidates in order, the number of files that are not audio by name, and notes."""

    candidates: list[Candidate]
    other_files: int
    left_out: int
    notes: list[str]


def walk(root: Path, excluded: Collection[Path]) -> Iterator[tuple[Path, list[str]]]:
    """Folders below `root` with their file names, in the order of their names; links are followed, loops are not.

    Raises:
        InputError: a folder cannot be read.
    """

    def refuse(error: OSError) -> None:
        remedy = "cannot be read ({words}); change its permissions or leave it out"
        raise InputError("path", Path(error.filename), remedy, words=describe_os_error(error))

    entered: set[tuple[int, int]] = set()
    skipped = {folder.resolve() for folder in excluded}
    for name, folders, files in os.walk(root, followlinks=True, onerror=refuse):
        folder = Path(name)
        status = folder.stat()
        if (status.st_dev, status.st_ino) in entered or folder.resolve() in skipped:
            folders.clear()
            continue
        entered.add((status.st_dev, status.st_ino))
        folders[:] = sorted(child for child in folders if not child.startswith("."))
        yield folder, sorted(child for child in files if not child.startswith("."))


def printable(text: str) -> str:
    """A file name as UTF-8 text: invalid bytes become question marks."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _default(root: Path, path: Path, named: bool = False) -> Candidate:
    """A file's facts without a manifest: its folder is its kit, the top folder its source."""
    folders = path.relative_to(root).parent.parts
    name = root.resolve().name or "root"
    source = folders[0] if len(folders) > 1 else name
    kit = "/".join(folders[1:] if len(folders) > 1 else folders) or name
    return Candidate(path, printable(str(path)), printable(source), printable(kit), named=named)


def read_manifest(path: Path) -> list[dict[str, str]]:
    """The rows of a manifest: CSV with at least the column `file`.

    Raises:
        InputError: it cannot be read, has no column `file`, or names an unknown licence class.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.DictReader(stream, strict=True)
            columns = reader.fieldnames or []
            if "file" not in columns:
                found = ", ".join(column[:40] for column in columns[:8]) or "none"
                remedy = "has no column 'file' (found: {found}); name the files in a column 'file'"
                raise InputError("manifest", path, remedy, found=found)
            rows = []
            for row in reader:
                word = row.get("licence_class") or "unknown"
                if word not in LICENCE_CLASSES:
                    raise InputError(
                        "manifest",
                        path,
                        "the licence_class {word!r} in line {line} is unknown; use {known}",
                        word=word[:40],
                        line=reader.line_num,
                        known=", ".join(LICENCE_CLASSES),
                    )
                if row["file"]:
                    rows.append({column: row.get(column) or "" for column in columns})
    except OSError as error:
        remedy = "cannot be read ({words}); give an existing file"
        raise InputError("manifest", path, remedy, words=describe_os_error(error)) from error
    except (csv.Error, UnicodeDecodeError) as error:
        raise InputError(
            "manifest", path, "not a CSV file in UTF-8 ({error}); save it as one", error=str(error)
        ) from error
    return rows


def _from_row(root: Path, row: dict[str, str]) -> Candidate:
    path = root / row["file"]
    inside = path if path.is_relative_to(root) else root / path.name
    default = _default(root, inside)
    origin = row.get("origin", "")
    if origin and row.get("commit"):
        origin = f"{origin}@{row['commit']}:{row.get('original_path', '')}"
    return Candidate(
        path=path,
        file=printable(str(path)),
        source=row.get("source") or default.source,
        # An empty kit in a manifest is a kit of its own: the top of its source.
        kit=row.get("kit", default.kit),
        origin=origin,
        licence=row.get("licence") or "unknown",
        licence_class=row.get("licence_class") or "unknown",
    )


def _is_there(place: Path) -> bool:
    try:
        return place.exists()
    except OSError:  # a name longer than the file system allows
        return False


def _scan_folder(root: Path, manifest: Path | None, excluded: Collection[Path]) -> Scan:
    notes: list[str] = []
    rows: list[dict[str, str]] = []
    found = root / MANIFEST_NAME
    if manifest is not None:
        rows = read_manifest(manifest)
    elif found.is_file():
        try:
            rows = read_manifest(found)
        except InputError as error:
            notes.append(f"not used: {error}")
    known = {(root / row["file"]): _from_row(root, row) for row in rows}
    candidates: dict[Path, Candidate] = {}
    others = 0
    for folder, names in walk(root, excluded):
        for name in names:
            path = folder / name
            if path in known:
                candidates[path] = known[path]
            elif path.suffix.lower() in AUDIO_SUFFIXES:
                candidates[path] = _default(root, path)
            else:
                others += 1
    # Files in the manifest that the walk did not find (missing or hidden) are candidates as well.
    missing = [candidate for path, candidate in known.items() if path not in candidates]
    return Scan([*candidates.values(), *missing], others, 0, notes)


def scan(
    places: Sequence[Path],
    *,
    manifest: Path | None = None,
    licence_classes: Collection[str] | None = None,
    excluded: Collection[Path] = (),
) -> Scan:
    """All candidates below `places` (folders or files), in a fixed order: as given, then by name.

    Args:
        places: folders, searched to any depth, and files.
        manifest: a CSV about the files of the one folder given; without it each folder's own manifest.csv is used.
        licence_classes: take these classes only.
        excluded: folders to skip.

    Raises:
        InputError: a place is missing or unreadable, the manifest is wrong, a licence class is unknown.
    """
    for word in licence_classes or ():
        if word not in LICENCE_CLASSES:
            raise InputError("licence_classes", word, "unknown; choose {known}", known=", ".join(LICENCE_CLASSES))
    if manifest is not None and (len(places) != 1 or (_is_there(places[0]) and not places[0].is_dir())):
        raise InputError("manifest", manifest, "belongs to one folder; give exactly one folder with it")
    candidates: dict[Path, Candidate] = {}
    others, notes = 0, []
    for place in places:
        if not _is_there(place):
            raise InputError("path", place, "does not exist; give a folder of audio files or an audio file")
        if place.is_dir():
            part = _scan_folder(place, manifest, excluded)
            others += part.other_files
            notes += part.notes
            for candidate in part.candidates:
                candidates.setdefault(candidate.path, candidate)
        else:
            candidates[place] = _default(place.parent, place, named=True)
    kept = [c for c in candidates.values() if licence_classes is None or c.licence_class in licence_classes]
    return Scan(kept, others, len(candidates) - len(kept), notes)
