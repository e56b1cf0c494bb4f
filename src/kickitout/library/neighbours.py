"""The nearest kicks in a folder."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kickitout.errors import AudioFileError, InputError
from kickitout.library.normalise import as_float
from kickitout.library.prepare import read_kick
from kickitout.library.scan import walk
from kickitout.measure.embedding import embed
from kickitout.sound.audio import AUDIO_SUFFIXES
from kickitout.system.workers import available_processors, in_order, open_workers


@dataclass(frozen=True)
class Neighbours:
    """Kicks by their distance from one.

    Attributes:
        found: files and distances, the nearest first.
        refused: files that are not kicks, each with the reason.
    """

    found: list[tuple[Path, float]]
    refused: list[tuple[Path, str]]


def audio_files(folder: Path) -> Iterator[Path]:
    """The audio files below a folder, recognised by their suffixes."""
    for place, names in walk(folder, ()):
        yield from (place / name for name in names if Path(name).suffix.lower() in AUDIO_SUFFIXES)


def _embedding(path: Path) -> NDArray[np.float64]:
    return embed(as_float(read_kick(path)))


def _embeddings(paths: Sequence[Path]) -> list[tuple[Path, NDArray[np.float64] | str]]:
    found: list[tuple[Path, NDArray[np.float64] | str]] = []
    for path in paths:
        try:
            found.append((path, _embedding(path)))
        except (InputError, AudioFileError) as error:
            found.append((path, str(error)))
    return found


def similar(
    file: str | Path, folder: str | Path, *, progress: Callable[[int, int], None] = lambda done, total: None
) -> Neighbours:
    """All kicks below a folder, sorted by the distance of their embeddings from that of a file's kick.

    The file itself is left out if it is in the folder.

    Raises:
        InputError: the file is not a kick, the folder does not exist, or it holds no other kick.
        AudioFileError: the file is not audio.
    """
    file, folder = Path(file), Path(folder)
    if not folder.is_dir():
        raise InputError("folder", folder, "not a folder; give one with kicks")
    target = _embedding(file)
    paths = [path for path in audio_files(folder) if not path.samefile(file)]
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
        raise InputError("folder", folder, "holds no kick other than {file}; give another folder", file=file)
    return Neighbours(sorted(found, key=lambda one: (one[1], str(one[0]))), refused)
