"""Known kicks, which `--unique-against` compares new ones with."""

from collections.abc import Callable, Collection, Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kickitout.errors import InputError
from kickitout.library import reject
from kickitout.library.duplicates import DuplicateIndex
from kickitout.library.normalise import as_float, normalise
from kickitout.library.prepare import read_kick
from kickitout.library.walk import Skipped, audio_files
from kickitout.measure.fingerprint import FINGERPRINT_SIZE, fingerprint
from kickitout.sound.kick import Kick
from kickitout.system.workers import available_processors, in_order, open_workers

HELD = 64
"""Number of known kicks whose samples are cached; of the others only the fingerprints are kept."""

Progress = Callable[[int, int], None]


def library_form(kick: Kick) -> NDArray[np.int16]:
    """A kick in a library's form, int16 (2, 22050); it must not be silent."""
    return normalise(kick.audio, kick.sample_rate).samples


def fingerprint_of(samples: NDArray[np.int16]) -> NDArray[np.float32]:
    """The fingerprint (288,) of a kick in a library's form."""
    return fingerprint(as_float(samples))


def _fingerprints(paths: Sequence[Path]) -> list[tuple[Path, NDArray[np.float32] | str]]:
    """The fingerprint of each file, or why there is none."""
    found: list[tuple[Path, NDArray[np.float32] | str]] = []
    for path in paths:
        try:
            found.append((path, fingerprint_of(read_kick(path))))
        except Exception as error:  # one file among many must not end the work
            found.append((path, reject.why(error)))
    return found


class KnownKicks:
    """The kicks below a folder, safe for use by several threads.

    Attributes:
        paths: their files.
        refused: audio files that are not kicks or could not be read, each with the reason.
        skipped: what was not looked at.
        others: how many files are not audio by name.
    """

    def __init__(
        self,
        paths: Sequence[Path],
        fingerprints: NDArray[np.float32],
        refused: Sequence[tuple[Path, str]] = (),
        skipped: Sequence[Skipped] = (),
        others: int = 0,
    ) -> None:
        self.paths = list(paths)
        self.refused = list(refused)
        self.skipped = list(skipped)
        self.others = others
        self._index = DuplicateIndex(fingerprints)
        self._samples_of = lru_cache(maxsize=HELD)(lambda index: read_kick(self.paths[index]))

    @classmethod
    def below(
        cls,
        folder: Path,
        *,
        leave_out: Collection[Path] = (),
        progress: Progress = lambda done, total: None,
    ) -> "KnownKicks":
        """All kicks below a folder, to any depth.

        Args:
            folder: the folder to search.
            leave_out: files and folders to ignore, such as those about to be replaced.
            progress: called with (files read, files in all).

        Raises:
            InputError: there is no such folder.
        """
        if not folder.is_dir():
            raise InputError("unique_against", folder, "not a folder; give one with kicks")
        below = audio_files(folder, leave_out)
        paths = below.paths
        kept: list[Path] = []
        refused: list[tuple[Path, str]] = []
        fingerprints: list[NDArray[np.float32]] = []
        workers = available_processors()
        with open_workers(workers, len(paths)) as executor:
            for done, (path, vector) in enumerate(in_order(executor, _fingerprints, paths, 2 * workers), start=1):
                if isinstance(vector, str):
                    refused.append((path, vector))
                else:
                    kept.append(path)
                    fingerprints.append(vector)
                progress(done, len(paths))
        stacked = np.array(fingerprints, dtype=np.float32).reshape(-1, FINGERPRINT_SIZE)
        return cls(kept, stacked, refused, below.skipped, below.others)

    def find(self, kick: Kick) -> Path | None:
        """The file that is the same sound as a kick, by the duplicate rule (`library.duplicates`), or None."""
        if not kick.audio.any():
            return None
        samples = library_form(kick)
        try:
            index = self._index.find(fingerprint_of(samples), samples, self._samples_of)
        except InputError:  # a file that was there a while ago is gone or changed: nothing to repeat
            return None
        return None if index is None else self.paths[index]

    def refuse(self, kick: Kick) -> str | None:
        """The reason to reject a kick, for `Instrument`: it is the same sound as a known one. None if it is not."""
        found = self.find(kick)
        return None if found is None else f"it is the same sound as {found}"
