"""The nearest sounds in a folder."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kickitout.errors import InputError
from kickitout.library import reject
from kickitout.library.normalise import as_float, head_of
from kickitout.library.prepare import read_kick, read_taken
from kickitout.library.walk import Skipped, audio_files, skipped_words
from kickitout.measure.embedding import embed
from kickitout.system.workers import available_processors, in_order, open_workers


@dataclass(frozen=True)
class Neighbours:
    """Sounds by their distance from one.

    Attributes:
        found: files and distances, the nearest first.
        refused: files that are not one sound or could not be read, each with the reason.
        skipped: what was not looked at.
        others: how many files are not audio by name.
        remarks: sentences on the file that they are compared with.
    """

    found: list[tuple[Path, float]]
    refused: list[tuple[Path, str]]
    skipped: list[Skipped]
    others: int
    remarks: tuple[str, ...] = ()


def _embedding(path: Path) -> NDArray[np.float64]:
    return embed(as_float(read_kick(path)))


def _embeddings(paths: Sequence[Path]) -> list[tuple[Path, NDArray[np.float64] | str]]:
    found: list[tuple[Path, NDArray[np.float64] | str]] = []
    for path in paths:
        try:
            found.append((path, _embedding(path)))
        except Exception as error:  # one file among many must not end the search
            found.append((path, reject.why(error)))
    return found


def _is_same(path: Path, other: Path) -> bool:
    try:
        return path.samefile(other)
    except OSError:  # it is gone meanwhile: reading it says so
        return False


def similar(
    file: str | Path, folder: str | Path, *, progress: Callable[[int, int], None] = lambda done, total: None
) -> Neighbours:
    """All sounds below a folder, sorted by the distance of their embeddings from that of a file's.

    The file itself is left out if it is in the folder.

    Raises:
        InputError: the file is not one sound, the folder does not exist, or it holds no other.
        AudioFileError: the file is not audio.
    """
    file, folder = Path(file), Path(folder)
    if not folder.is_dir():
        raise InputError("folder", folder, "not a folder; give one with kicks")
    samples, notes = read_taken(file)
    target = embed(as_float(head_of(samples)))
    below = audio_files(folder)
    paths = [path for path in below.paths if not _is_same(path, file)]
    found: list[tuple[Path, float]] = []
    refused: list[tuple[Path, str]] = []
    workers = available_processors()
    with open_workers(workers, len(paths)) as executor:
        for done, (path, vector) in enumerate(in_order(executor, _embeddings, paths, 2 * workers), start=1):
            if isinstance(vector, str):
                refused.append((path, vector))
            else:
                found.append((path, float(np.linalg.norm(vector - target))))
            progress(done, len(paths))
    if not found:
        remedy = "holds no sound other than {file}{skipped}; give another folder"
        raise InputError("folder", folder, remedy, file=file, skipped=skipped_words(below.skipped))
    nearest = sorted(found, key=lambda one: (one[1], str(one[0])))
    remarks = tuple(f"{note.kind}: {file.name}: {note.words}" for note in notes)
    return Neighbours(nearest, refused, below.skipped, below.others, remarks)
