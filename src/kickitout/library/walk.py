"""Walk through folders of sounds: the one way of all verbs.

Only regular files are found. What would make a reader wait, lead round in a circle or nowhere is skipped and listed;
nothing of it ends the walk.
"""

import os
import stat
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from kickitout.errors import InputError
from kickitout.sound.audio import AUDIO_SUFFIXES
from kickitout.system.files import describe_os_error, irregular

SEARCHED = "a folder that is searched already"
NOWHERE = "a link to nothing"
NO_AUDIO = "holds no audio files{skipped}; give one with WAV, AIFF, FLAC, OGG or MP3 files"


@dataclass(frozen=True)
class Skipped:
    """A place in a folder that is not looked at, and why. `listed` is false of what does not even have a sound's name:
    it counts among the other files."""

    path: Path
    why: str
    listed: bool = True


@dataclass(frozen=True)
class AudioFiles:
    """What is below a folder: the sounds by their names, in order; what was skipped; how many other files there are."""

    paths: list[Path]
    skipped: list[Skipped]
    others: int


def skipped_words(skipped: Sequence[Skipped]) -> str:
    """What was skipped, for a message that nothing else was there; empty of nothing."""
    if not skipped:
        return ""
    return (
        f" that can be read ({len(skipped):,} skipped, the first: {printable(str(skipped[0].path))}, {skipped[0].why})"
    )


def is_audio_name(name: str) -> bool:
    """Whether a file of this name counts as audio when a folder is read."""
    stem, dot, ending = name.rpartition(".")
    return bool(stem) and f"{dot}{ending}".lower() in AUDIO_SUFFIXES


def printable(text: str) -> str:
    """A file name as UTF-8 text: invalid bytes become question marks."""
    return text.encode("utf-8", "replace").decode("utf-8")


def is_there(place: Path) -> bool:
    """Whether there is something; of what cannot be looked at, so much is certain that it can be named."""
    try:
        return place.exists()
    except (OSError, ValueError):  # a name longer than the file system allows, a zero byte, a link to itself
        return False


def walk(root: Path, excluded: Collection[Path] = ()) -> Iterator[Path | Skipped]:
    """All regular files below `root` but hidden ones, and what is skipped, in the order of their names.

    The files of a folder come before its folders. Links are followed; each folder is entered once.

    Args:
        root: the folder.
        excluded: files and folders to pass over, unlisted.

    Raises:
        InputError: the folder itself cannot be read.
    """
    left_out = {os.path.realpath(place) for place in excluded}
    entered: set[tuple[int, int]] = set()
    waiting = [root]
    while waiting:
        folder = waiting.pop()
        real = os.path.realpath(folder)
        if real in left_out:
            continue
        try:
            status = folder.stat()
            if (status.st_dev, status.st_ino) in entered:
                yield Skipped(folder, SEARCHED)
                continue
            entered.add((status.st_dev, status.st_ino))
            found = _read_folder(folder)
        except OSError as error:
            words = describe_os_error(error)
            if folder is root:
                remedy = "cannot be read ({words}); change its permissions or leave it out"
                raise InputError("path", root, remedy, words=words) from error
            yield Skipped(folder, words)
            continue
        for name, why in found:
            path = folder / name
            if why is None or (left_out and _real(real, path) in left_out):
                continue
            yield Skipped(path, why, is_audio_name(name)) if why else path
        waiting += (folder / name for name, why in reversed(found) if why is None)


def _read_folder(folder: Path) -> list[tuple[str, str | None]]:
    """What is in a folder, by name: empty of a regular file, None of a folder, else why it is skipped.

    Raises:
        OSError: it cannot be read.
    """
    with os.scandir(folder) as entries:
        return sorted((entry.name, _kind(entry)) for entry in entries if not entry.name.startswith("."))


def _kind(entry: "os.DirEntry[str]") -> str | None:
    try:
        if entry.is_dir():
            return None
        if entry.is_file():
            return ""
        mode = entry.stat().st_mode
    except FileNotFoundError:
        return NOWHERE
    except OSError as error:  # a link to itself, a place that answers no more
        return describe_os_error(error)
    return None if stat.S_ISDIR(mode) else irregular(mode)


def _real(folder: str, path: Path) -> str:
    """The path of a file without links; `folder` is that of its folder."""
    return os.path.realpath(path) if path.is_symlink() else str(Path(folder, path.name))


def audio_files(folder: Path, excluded: Collection[Path] = ()) -> AudioFiles:
    """The sounds below a folder, by the endings of their names.

    Raises:
        InputError: the folder itself cannot be read.
    """
    paths, skipped, others = [], [], 0
    for found in walk(folder, excluded):
        if isinstance(found, Skipped):
            if found.listed:
                skipped.append(found)
            else:
                others += 1
        elif is_audio_name(found.name):
            paths.append(found)
        else:
            others += 1
    return AudioFiles(paths, skipped, others)
