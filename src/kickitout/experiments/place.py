"""Where an experiment works: its library, its folder for what takes long, and how it speaks."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kickitout.errors import InputError
from kickitout.library.prepare import prepare_builtin
from kickitout.library.store import Library
from kickitout.system.files import make_folder

Say = Callable[[str], None]
Progress = Callable[[int, int], None]

BUILTIN_KICKS = 48
"""Kicks of the built-in library that stands in where none is given."""


@dataclass(frozen=True)
class Place:
    """What an experiment is given beside its settings.

    Attributes:
        folder: for what takes long; it may hold parts of an earlier, stopped call with the same settings.
        library_folder: of the library; None: the built-in kicks.
        training_run: of a `kick train`, where an experiment looks into networks that no bundle holds.
        peers: a folder of sounds that others published.
        rows: the file of the rows of trained experiments, which stays; None: one in `folder`.
        quick: networks are tiny.
        trains: whether what is missing is trained; if not, what earlier calls kept is summed up.
        say: receives messages for people.
        progress: called with (done, total).
    """

    folder: Path
    library_folder: Path | None = None
    training_run: Path | None = None
    peers: Path | None = None
    rows: Path | None = None
    quick: bool = False
    trains: bool = True
    say: Say = lambda text: None
    progress: Progress = lambda done, total: None

    @property
    def rows_path(self) -> Path:
        """The file of the rows of trained experiments."""
        return self.folder / "rows.jsonl" if self.rows is None else self.rows

    @property
    def other_rows(self) -> list[Path]:
        """The files of the rows of other experiments, which lie beside."""
        if self.rows is None:
            return []
        return sorted(path for path in self.rows.parent.glob("*.jsonl") if path != self.rows)

    @property
    def library(self) -> Library:
        """The library. Without one: `BUILTIN_KICKS` built-in kicks, prepared in the working folder."""
        return Library.open(self.library_path)

    @property
    def library_path(self) -> Path:
        """The folder of `library`, which exists."""
        if self.library_folder is not None:
            return self.library_folder
        return self.builtin("kicks", BUILTIN_KICKS)

    def builtin(self, kind: str, count: int) -> Path:
        """The folder of a library of `count` built-in sounds, prepared in the working folder at the first call."""
        folder = make_folder(self.folder) / f"built-in-{kind}-{count}"
        prepare_builtin(kind, count, folder, workers=1)
        return folder


@dataclass(frozen=True)
class Found:
    """What an experiment found.

    Attributes:
        figures: numbers, texts and lists of them by name, nested; rounded when they are written.
        intervals: what its intervals are of, in words.
        counts: how many of what were measured.
        measured: the seeds that were measured of each part, none of those that were left out; empty where nothing is
            trained.
        minutes: that training took, over all calls and machines; 0 where that is not known.
    """

    figures: dict[str, Any]
    intervals: str
    counts: dict[str, int] = field(default_factory=dict)
    measured: dict[str, list[int]] = field(default_factory=dict)
    minutes: float = 0.0


def spread_over(library: Library, split: str, count: int) -> list[int]:
    """`count` kicks of a split, evenly spread over it in the library's order, kit by kit; all if there are no more.

    Raises:
        InputError: the split is empty.
    """
    chosen = library.select({split})
    if not chosen:
        raise InputError("library", library.folder, "has no kicks in its split {split}; prepare more", split=split)
    chosen.sort(key=lambda index: (library.entries[index].source, library.entries[index].kit, index))
    places = np.unique(np.linspace(0, len(chosen) - 1, min(count, len(chosen))).round().astype(int))
    return [chosen[place] for place in places]


def kits_of(library: Library, indices: list[int]) -> list[str]:
    """The kit of each kick: the unit of resampling."""
    return [f"{library.entries[index].source}/{library.entries[index].kit}" for index in indices]


def waveforms(library: Library, indices: list[int]) -> NDArray[np.float32]:
    """Kicks as float32 (n, 2, 22050)."""
    return np.stack([library.audio(index) for index in indices])
