"""The files of a bundle as bytes, from a folder or a zip: bounded before anything is read, and never unpacked."""

import io
import zipfile
import zlib
from pathlib import Path, PurePosixPath

from kickitout.errors import DamagedFileError, InputError
from kickitout.model.card import CARD_FILE, CHECKSUMS_FILE
from kickitout.system.files import describe_os_error

MAX_BUNDLE_BYTES = 2**28
"""A bundle is read into memory; what is larger or claims to be (a zip bomb, say) is refused unread: 256 MiB."""

MAX_FILES = 32
"""Files in a bundle, with what is left by file managers."""

# What file managers leave in folders that people look into. Never read.
DROPPINGS = frozenset({".DS_Store", "Thumbs.db", "desktop.ini"})

_MACOSX = "__MACOSX/"


def read_files(path: Path) -> dict[str, bytes]:
    """The files of the bundle at `path`, a folder or a zip, by name.

    Raises:
        InputError: there is no bundle.
        DamagedFileError: there is one, but it is damaged, or larger than a bundle can be.
    """
    try:
        if path.is_dir():
            files = _read_folder(path)
        elif not path.exists():
            raise InputError("model", path, "does not exist; kick models lists the installed models")
        elif not path.is_file() or _first_bytes(path) != b"PK":
            remedy = "not a bundle: neither a folder nor a zip; kick models lists the installed models"
            raise InputError("model", path, remedy)
        else:
            files = _read_zip(path)
    except OSError as error:
        raise DamagedFileError(f"the bundle {path} cannot be read: {describe_os_error(error)}") from error
    if CARD_FILE not in files and CHECKSUMS_FILE not in files:
        remedy = "not a bundle: it holds no {card}; kick models lists the installed models"
        raise InputError("model", path, remedy, card=CARD_FILE)
    for name in (CARD_FILE, CHECKSUMS_FILE):
        if name not in files:
            raise DamagedFileError(f"the bundle {path} lacks {name}; fetch or export it again")
    return files


def _first_bytes(path: Path) -> bytes:
    with path.open("rb") as stream:
        return stream.read(2)


def _bounded(path: Path, most: int, whole: Path) -> bytes:
    """The bytes of a file that has `most` at most."""
    size = path.stat().st_size
    if size > most:
        raise DamagedFileError(f"{whole} is larger than {MAX_BUNDLE_BYTES:,} bytes: no bundle is")
    with path.open("rb") as stream:
        data = stream.read(size + 1)  # takes as much memory as it is asked for
    if len(data) > size:
        raise DamagedFileError(f"{path} grew while it was read; try again when it is complete")
    return data


def _read_folder(folder: Path) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    # Not a bundle at all without these, whatever else is in there; a song folder may hold a million files.
    if not any((folder / name).exists() for name in (CARD_FILE, CHECKSUMS_FILE)):
        return files
    left = MAX_BUNDLE_BYTES
    for entry in sorted(folder.iterdir()):
        if entry.name in DROPPINGS:
            continue
        if not entry.is_file():
            raise DamagedFileError(f"{entry} does not belong in a bundle: only plain files do; export the model again")
        if len(files) == MAX_FILES:
            raise DamagedFileError(f"{folder} holds more than {MAX_FILES} files: no bundle does")
        files[entry.name] = _bounded(entry, left, folder)
        left -= len(files[entry.name])
    return files


def _read_zip(path: Path) -> dict[str, bytes]:
    data = _bounded(path, MAX_BUNDLE_BYTES, path)
    try:
        # A zip of a million empty files: its list alone would take a gigabyte. Each begins with these bytes.
        if data.count(b"PK\x01\x02") > 4 * MAX_FILES:
            raise DamagedFileError(f"{path} holds more than {MAX_FILES} files: no bundle does")
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return _members(path, archive)
    except (zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, EOFError, RuntimeError, ValueError) as error:
        raise DamagedFileError(f"{path} is a damaged zip ({error}); fetch or export the bundle again") from error


def _members(path: Path, archive: zipfile.ZipFile) -> dict[str, bytes]:
    members = [info for info in archive.infolist() if not info.is_dir() and not info.filename.startswith(_MACOSX)]
    if sum(info.file_size for info in members) > MAX_BUNDLE_BYTES:
        raise DamagedFileError(f"{path} unpacks to more than {MAX_BUNDLE_BYTES:,} bytes: no bundle does")
    files: dict[str, bytes] = {}
    tops = set()
    free = 0
    for info in sorted(members, key=lambda one: one.header_offset):
        name = _member_name(path, info.filename)
        if name in DROPPINGS:
            continue
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) or info.flag_bits & 1:
            raise DamagedFileError(f"{path} packs {info.filename} in an unusual way; zip it as plain deflate")
        if info.header_offset < free:
            raise DamagedFileError(f"{path} holds {info.filename} within another file; fetch the bundle again")
        free = info.header_offset + info.compress_size
        tops.add(info.filename[: -len(name)])
        if name in files or len(tops) > 1:
            raise DamagedFileError(f"{path} holds {info.filename} next to another bundle or folder; keep one")
        # The size in the directory is only a claim: reading stops there.
        with archive.open(info) as stream:
            files[name] = stream.read(info.file_size)
    return files


def _member_name(path: Path, member: str) -> str:
    """The plain name of a zip's member: at the top, or in one folder (as most zip programs pack a folder)."""
    parts = PurePosixPath(member).parts
    if "\\" in member or ":" in member or member.startswith("/") or ".." in parts or not 1 <= len(parts) <= 2:
        raise DamagedFileError(f"{path} holds the unsafe name {member!r}; nothing was read from it")
    return parts[-1]
