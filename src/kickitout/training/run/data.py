"""Which kicks of a library train and which validate, and their waveforms as one tensor in memory."""

import dataclasses
import math
from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from kickitout.errors import InputError
from kickitout.library.splits import LEAST_TO_TRAIN, SMALL_LIBRARY, held_out_of, in_file_order
from kickitout.library.store import UNASSIGNED, Entry, Library
from kickitout.library.synthesis.designer import design_kick
from kickitout.measure.taste import taste
from kickitout.sound.kick import FULL_SCALE, KICK_SAMPLES
from kickitout.system import randomness
from kickitout.system.workers import available_processors, in_order, open_workers
from kickitout.training.settings.sections import DataSettings, MaterialSettings


@dataclasses.dataclass(frozen=True)
class Division:
    """Indices into a library's entries: what trains, what validates.

    Attributes:
        train: in ascending order.
        validation: the same; never in `train`.
        remark: how it differs from the splits of the library, in words; empty if it does not.
    """

    train: list[int]
    validation: list[int]
    remark: str = ""


def divide(library: Library, settings: DataSettings, seed: int) -> Division:
    """Divide a library according to `settings`.

    Where its splits leave nothing to validate with, as few kicks as can be are taken from its siblings, or else from
    the training kicks. A small library whose splits leave nothing to train on is divided anew.

    Raises:
        InputError: too few kicks.
    """
    classes = settings.licence_classes or None
    if settings.division == "kit":
        division = Division(library.select(["train"], classes), library.select(["validation"], classes))
    else:
        indices = library.select(["train", "validation"], classes)
        indices.sort(key=lambda index: randomness.fraction(f"{seed} {library.entries[index].content_hash}"))
        count = math.floor(settings.training_share * len(indices) + 0.5)
        if len(indices) >= LEAST_TO_TRAIN:
            count = min(max(count, 1), len(indices) - 1)
        division = Division(sorted(indices[:count]), sorted(indices[count:]))
    if division.train and division.validation:
        return division
    if division.train:
        siblings = library.select(["sibling"], classes)
        if siblings or len(division.train) >= LEAST_TO_TRAIN:
            return _validated(library, division.train, siblings)
    everything = [index for index in library.select(None, classes) if library.entries[index].split != UNASSIGNED]
    if len(library) < SMALL_LIBRARY and len(everything) >= LEAST_TO_TRAIN:
        return _validated(library, everything, [])
    raise _too_few(library, settings, len(division.train))


def _validated(library: Library, train: list[int], siblings: list[int]) -> Division:
    """The division of kicks that have none to validate with: as few as can be, of their siblings if there are any."""
    pool = siblings or train
    chosen = in_file_order(library.entries, pool)[: held_out_of(len(train) + len(siblings))]
    rest = sorted(set(train) - set(chosen))
    remark = (
        "the splits of the library leave nothing to train on or to validate with, so this run divides its kicks anew: "
        f"{len(rest)} to train on, {len(chosen)} to validate with"
    )
    return Division(rest, sorted(chosen), remark)


def _too_few(library: Library, settings: DataSettings, count: int) -> InputError:
    """The error of a library with only `count` kicks to train on."""
    facts = {
        "count": f"{count} {'kick' if count == 1 else 'kicks'}",
        "wanted": f" of the licence classes {', '.join(settings.licence_classes)}" if settings.licence_classes else "",
        "least": LEAST_TO_TRAIN,
    }
    if library.select([UNASSIGNED]):
        remedy = "was not prepared to its end; run kick prepare again, with the same folders"
    elif settings.licence_classes:
        remedy = (
            "has {count}{wanted} to train on, {least} are needed (one to validate with); prepare more kicks, or choose "
            "other data.licence_classes"
        )
    else:
        remedy = "has {count} to train on, {least} are needed (one to validate with); prepare more kicks"
    return InputError("library", library.folder, remedy, **facts)


def load_waveforms(library: Library, indices: Sequence[int]) -> Tensor:
    """The waveforms of `indices` as they are stored: int16, half of float32, shape (len(indices), 2, 22050)."""
    waveforms = torch.zeros(len(indices), 2, KICK_SAMPLES, dtype=torch.int16)
    for row, index in enumerate(indices):
        stored = library.integers(index)
        waveforms[row, :, : stored.shape[1]] = torch.from_numpy(stored)
    return waveforms


@dataclasses.dataclass(frozen=True, eq=False)
class Shown:
    """The kicks that a run shows.

    Attributes:
        kicks: int16 (n, 2, 22050): those of the library, then those of our own synthesis.
        weights: how often each is shown, (n,); None for all alike.
    """

    kicks: Tensor
    weights: NDArray[np.float64] | None = None


def shown(library: Library, indices: Sequence[int], settings: MaterialSettings, seed: int) -> Shown:
    """The kicks of `indices` and those of our own synthesis that `settings` asks for, weighed by taste."""
    kicks = load_waveforms(library, indices)
    if not settings.taste and not settings.synthesised:
        return Shown(kicks)
    real, processors = len(kicks), available_processors()
    with open_workers(processors, real + settings.synthesised) as workers:
        if settings.synthesised:
            seeds = range(settings.synthesised * seed, settings.synthesised * (seed + 1))
            made: list[NDArray[np.int16]] = list(in_order(workers, _designed, seeds, 2 * processors))
            kicks = torch.cat([kicks, torch.from_numpy(np.stack(made))])
        weights = np.ones(len(kicks))
        if settings.taste:
            kept = list(in_order(workers, _keeps, list(kicks.numpy()), 2 * processors))
            weights = np.where(kept, 1.0, 1.0 - settings.taste)
    share = settings.synthesised_share if settings.synthesised else 0.0
    for part, whole in ((slice(0, real), 1.0 - share), (slice(real, None), share)):
        if not weights[part].any():
            weights[part] = 1.0  # taste that leaves nothing is none
        weights[part] *= whole / max(weights[part].sum(), 1e-9)
    return Shown(kicks, weights)


def _keeps(kicks: list[NDArray[np.int16]]) -> list[bool]:
    """Which of some kicks, int16 (2, n) each, the rules of taste keep."""
    return [taste((kick / FULL_SCALE).astype(np.float32)).keeps for kick in kicks]


def _designed(seeds: Sequence[int]) -> list[NDArray[np.int16]]:
    """Kicks of our own synthesis as a library stores them, int16 (2, 22050) each."""
    return [np.rint(design_kick(seed)[0] * FULL_SCALE).astype(np.int16) for seed in seeds]


def as_float(waveforms: Tensor, dtype: torch.dtype) -> Tensor:
    """int16 waveforms as floats in [-1, 1]."""
    return waveforms.to(dtype) / FULL_SCALE


def _credits(entries: Sequence[Entry]) -> list[dict[str, Any]]:
    """How many kicks each source gave, and under which licence."""
    # Before the commit; built-in sounds have an origin each, without one.
    counts = Counter(
        (entry.source, entry.licence, entry.origin.partition("@")[0] if "@" in entry.origin else "")
        for entry in entries
    )
    return [
        {"source": source, "licence": licence, "origin": origin, "kicks": kicks}
        for (source, licence, origin), kicks in sorted(counts.items())
    ]


def describe_data(library: Library, division: Division, settings: DataSettings) -> dict[str, Any]:
    """The data that a run trains on, for its folder and later for the model's card: counts, not names."""
    entries = [library.entries[index] for index in division.train]
    return {
        "library_fingerprint": library.fingerprint,
        "kicks": len(division.train),
        "validation_kicks": len(division.validation),
        "by_licence": dict(sorted(Counter(entry.licence for entry in entries).items())),
        "by_licence_class": dict(sorted(Counter(entry.licence_class for entry in entries).items())),
        "by_source": dict(sorted(Counter(entry.source for entry in entries).items())),
        "credits": _credits(entries),
        "splits": sorted({entry.split for entry in entries}),
        "division": settings.division,
    }
