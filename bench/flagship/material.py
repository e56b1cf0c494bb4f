"""What sections need: real kicks, a model with its kicks, and work spread over processes."""

import sys
from collections.abc import Callable, Iterable, Sequence
from functools import cache, cached_property
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from kickitout.evaluation.sets import KickSet, from_arrays, from_library
from kickitout.instrument import instrument as instruments
from kickitout.instrument.instrument import Instrument
from kickitout.instrument.request import Request
from kickitout.library.store import Library
from kickitout.model.card import Card
from kickitout.system.workers import available_processors, in_order, open_workers

FEWEST = 20
"""Kicks that the spectral figures need of a set."""

HELD_OUT = ("sibling", "validation")
"""Splits that an encoder has not learned; `sibling` has the kits of the training kicks, `validation` its own."""

Float64Array = NDArray[np.float64]
Kick = NDArray[np.float32]
Item = TypeVar("Item")
Result = TypeVar("Result")


class Material:
    """Real kicks, measured when they are first needed.

    Args:
        folder: a prepared library.
        count: unfiltered kicks of each model.
        share: of all other counts.
    """

    def __init__(self, folder: Path, count: int, share: float) -> None:
        self.folder, self.count, self.share = folder, count, share
        self.split = cache(self._split)

    def _split(self, name: str, classes: frozenset[str] = frozenset()) -> KickSet:
        report_progress(
            f"measuring {self.folder}:{name}" + (f" of the class {', '.join(sorted(classes))}" if classes else "")
        )
        return from_library(self.folder, name, licence_classes=classes or None)

    def learned(self, card: Card) -> KickSet:
        """The kicks of `train` of the classes that a model was trained on; all, if that is not known."""
        entries = [entry for entry in Library.open(self.folder).entries if entry.split == "train"]
        classes = {entry.licence_class for entry in entries if entry.licence in card.trained_on.by_licence}
        left_out = {entry.licence_class for entry in entries} - classes
        return self.split("train", frozenset(classes)) if classes and left_out else self.split("train")

    def sized(self, count: int) -> int:
        """A count, or the share of it that was asked for."""
        return max(FEWEST, round(self.share * count))


class Subject:
    """A model, and its unfiltered kicks, measured when they are first needed."""

    def __init__(self, model: str, material: Material) -> None:
        self.model, self.material = model, material
        self.instrument = instruments.load(model, gate=False)

    @cached_property
    def kicks(self) -> KickSet:
        """The kicks of the seeds 0, 1, ..., with the default settings."""
        report_progress(f"making {self.material.count} kicks of {self.model}")
        sounds = np.stack([kick.audio for kick in self.instrument.kicks(Request(seeds=range(self.material.count)))])
        return from_arrays(sounds, name=self.instrument.name)


def report_progress(text: str) -> None:
    """Tell a person how far it is."""
    print(text, file=sys.stderr, flush=True)


def spread(work: Callable[[Any], list[Result]], items: Sequence[Item]) -> Iterable[Result]:
    """The results of `work` on chunks of items, made by as many processes as there are processors, in order."""
    count = available_processors()
    with open_workers(count, len(items)) as executor:
        yield from in_order(executor, work, items, 4 * count)


@cache
def player(model: str) -> Instrument:
    """The model in a worker, opened once."""
    return instruments.load(model, gate=False)


@cache
def library_in(folder: Path) -> Library:
    """The library in a worker, opened once."""
    return Library.open(folder)
