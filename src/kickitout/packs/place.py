"""Where a pack goes: what may be replaced, and the archive next to it."""

import json
import os
import re
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from kickitout.errors import InputError

MANIFEST = "pack.json"
MANIFEST_FORMAT = 1

_NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9 _-]{0,38}[A-Za-z0-9])?")
_RESERVED = {"con", "prn", "aux", "nul", *(f"{port}{number}" for port in ("com", "lpt") for number in range(10))}

NO_NAME = (
    "not a file name that works everywhere; give 1 to 40 plain letters, digits, spaces, - and _, a letter or a digit "
    "first and last"
)
NOT_OURS = "already there and not a pack of Kick It Out; choose another folder"

# What file managers leave in folders that people look into.
_DROPPINGS = frozenset({".DS_Store", "Thumbs.db", "desktop.ini"})

EARLIEST = (1980, 1, 1, 0, 0, 0)
"""The time that every file in an archive has: the first that zip knows, so that the same pack is the same bytes."""


def check_name(name: str) -> None:
    """Raise `InputError` unless `name` can be a folder's and begin the names of files on every machine."""
    if not _NAME.fullmatch(name) or name.lower() in _RESERVED:
        raise InputError("name", name[:50], NO_NAME)


def _manifest(text: str | bytes) -> dict[str, Any] | None:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) and "kickitout" in found and isinstance(found.get("files"), list) else None


def check_folder(folder: Path) -> None:
    """Raise `InputError` unless a folder is absent, empty, or holds a pack of ours and nothing else."""
    if not folder.exists() and not folder.is_symlink():
        return
    if folder.is_symlink() or not folder.is_dir():
        raise InputError("folder", folder, "there is already a file of this name; choose another name")
    found = {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if not path.is_dir() and path.name not in _DROPPINGS
    }
    if not found:
        return
    path = folder / MANIFEST
    manifest = _manifest(path.read_bytes()) if path.is_file() else None
    if manifest is None:
        raise InputError("folder", folder, NOT_OURS)
    strangers = found - {MANIFEST, *(str(name) for name in manifest["files"])}
    if strangers:
        remedy = "holds a file that is not part of the pack, {name}; move it away or choose another folder"
        raise InputError("folder", folder, remedy, name=min(strangers))


def check_archive(path: Path, top: str) -> None:
    """Raise `InputError` unless an archive is absent, or holds a pack of ours in the folder `top`."""
    if not path.exists() and not path.is_symlink():
        return
    manifest = None
    if path.is_file() and zipfile.is_zipfile(path):
        try:
            with zipfile.ZipFile(path) as archive:
                manifest = _manifest(archive.read(f"{top}/{MANIFEST}"))
        except (KeyError, zipfile.BadZipFile, NotImplementedError, RuntimeError):
            manifest = None
    if manifest is None:
        raise InputError("folder", path, NOT_OURS)


def write_archive(folder: Path, path: Path, top: str) -> None:
    """Zip all files of `folder` as the folder `top`: the same files give the same bytes."""
    names = sorted(file.relative_to(folder).as_posix() for file in folder.rglob("*") if file.is_file())
    write_zip(path, ((f"{top}/{name}", (folder / name).read_bytes()) for name in names), zipfile.ZIP_DEFLATED)
    with path.open("rb+") as stream:
        os.fsync(stream.fileno())


def write_zip(path: Path, files: Iterable[tuple[str, bytes]], method: int = zipfile.ZIP_STORED) -> None:
    """Write a zip of names and contents, as they are or compressed: the same files give the same bytes."""
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, data in files:
            entry = zipfile.ZipInfo(name, EARLIEST)
            entry.create_system = 3  # else it depends on the machine
            entry.external_attr = 0o100644 << 16
            entry.compress_type = method
            archive.writestr(entry, data)
