"""What may become a kick: the audio files of folders, with what manifests say about them."""

import hashlib
import os
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from kickitout.errors import InputError
from kickitout.library.manifest import LICENCE_CLASSES, MANIFEST_NAME, Matched, Row, match
from kickitout.library.walk import Skipped, is_audio_name, is_there, printable, walk


@dataclass(frozen=True)
class Candidate:
    """A file that may become a kick, with the facts known before it is opened.

    `file` is the path as given, for people; `path` is its location; `named` is true if it was given itself, not found
    in a folder; `classed` is true if a manifest states its licence class; `kit_split` is the split that one asks for
    its kit, or empty.
    """

    path: Path
    file: str
    source: str
    kit: str
    origin: str = ""
    licence: str = "unknown"
    licence_class: str = "unknown"
    named: bool = False
    classed: bool = False
    kit_split: str = ""

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
    """The result of a scan.

    Attributes:
        candidates: in order.
        other_files: how many files are not audio by name.
        left_out: those of other licence classes.
        notes: in words.
        skipped: what was not looked at, and why.
    """

    candidates: list[Candidate]
    other_files: int = 0
    left_out: list[Candidate] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)


class _Folder:
    """A folder that is scanned: its files' facts without a manifest are the folders that they lie in."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._name = printable(Path(os.path.realpath(root)).name or "root")

    def candidate(self, path: Path, row: Row | None = None, *, named: bool = False) -> Candidate:
        """A file's facts: its folder is its kit, the top folder its source, unless a manifest says otherwise."""
        folders = path.relative_to(self._root).parent.parts
        source = printable(folders[0]) if len(folders) > 1 else self._name
        kit = printable("/".join(folders[1:] if len(folders) > 1 else folders)) or self._name
        if row is None:
            return Candidate(path, printable(str(path)), source, kit, named=named)
        return Candidate(
            path=path,
            file=printable(str(path)),
            source=row.source or source,
            kit=kit if row.kit is None else row.kit,
            origin=row.origin,
            licence=row.licence,
            licence_class=row.licence_class or "unknown",
            classed=row.licence_class is not None,
            kit_split=row.kit_split,
        )


def _manifest_of(root: Path, manifest: Path | None, paths: Sequence[Path]) -> Matched:
    """What the given manifest, or that in the folder, says; the latter may be anything. Raises `InputError`."""
    if manifest is not None:
        return match(manifest, root, paths)
    found = root / MANIFEST_NAME
    if not is_there(found):
        return Matched({}, [], [])
    try:
        return match(found, root, paths)
    except InputError as error:
        return Matched({}, [], [f"not used: {error}"])


def _scan_folder(root: Path, manifest: Path | None, excluded: Collection[Path]) -> Scan:
    paths: list[Path] = []
    skipped: list[Skipped] = []
    others = 0
    for found in walk(root, excluded):
        if not isinstance(found, Skipped):
            paths.append(found)
        elif found.listed:
            skipped.append(found)
        else:
            others += 1
    said = _manifest_of(root, manifest, paths)
    folder = _Folder(root)
    rows = dict(said.rows)
    candidates = []
    for path in paths:
        row = rows.pop(path, None)
        if row is not None or is_audio_name(path.name):
            candidates.append(folder.candidate(path, row))
        else:
            others += 1
    # Hidden files that the manifest names.
    candidates += [folder.candidate(path, row) for path, row in rows.items()]
    skipped += [Skipped(path, "named in the manifest, not there") for path in said.missing]
    return Scan(candidates, others, [], said.notes, skipped)


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
    if manifest is not None and (len(places) != 1 or (is_there(places[0]) and not places[0].is_dir())):
        raise InputError("manifest", manifest, "belongs to one folder; give exactly one folder with it")
    candidates: dict[Path, Candidate] = {}
    found = Scan([])
    others = 0
    for place in places:
        if not is_there(place):
            raise InputError("path", place, "does not exist; give a folder of audio files or an audio file")
        if place.is_dir():
            part = _scan_folder(place, manifest, excluded)
            others += part.other_files
            found.notes.extend(part.notes)
            found.skipped.extend(part.skipped)
            for candidate in part.candidates:
                candidates.setdefault(candidate.path, candidate)
        else:
            candidates[place] = _Folder(place.parent).candidate(place, named=True)
    kept: list[Candidate] = []
    left_out: list[Candidate] = []
    for one in candidates.values():
        (kept if licence_classes is None or one.licence_class in licence_classes else left_out).append(one)
    return Scan(kept, others, left_out, found.notes, found.skipped)
