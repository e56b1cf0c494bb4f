"""Which kicks of a library train and which validate, and their waveforms as one tensor in memory."""

import dataclasses
import math
from collections import Counter
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from kickitout.errors import InputError
from kickitout.library.store import Library
from kickitout.sound.kick import FULL_SCALE, KICK_SAMPLES
from kickitout.system import randomness
from kickitout.training.settings.sections import DataSettings


@dataclasses.dataclass(frozen=True)
class Division:
    """Indices into a library's entries: what trains, what validates."""

    train: list[int]
    validation: list[int]


def divide(library: Library, settings: DataSettings, seed: int) -> Division:
    """Divide a library according to `settings`.

    Raises:
        InputError: too few kicks to train on, or none to validate with.
    """
    classes = settings.licence_classes or None
    if settings.division == "kit":
        division = Division(library.select(["train"], classes), library.select(["validation"], classes))
    else:
        indices = library.select(["train", "validation"], classes)
        indices.sort(key=lambda index: randomness.fraction(f"{seed} {library.entries[index].content_hash}"))
        count = math.floor(settings.training_share * len(indices) + 0.5)
        division = Division(sorted(indices[:count]), sorted(indices[count:]))
    wanted = f" of the licence classes {', '.join(settings.licence_classes)}" if settings.licence_classes else ""
    if len(division.train) < 2:
        raise InputError(
            "library",
            library.folder,
            "has {count} kicks{wanted} to train on (data.division={division}); prepare more kicks, or choose other "
            "data.licence_classes",
            count=len(division.train),
            wanted=wanted,
            division=settings.division,
        )
    if not division.validation:
        raise InputError(
            "library",
            library.folder,
            "has no kicks{wanted} to validate with (data.division={division}); give more kits, or set "
            "data.division=plain",
            wanted=wanted,
            division=settings.division,
        )
    return division


def load_waveforms(library: Library, indices: Sequence[int]) -> Tensor:
    """The waveforms of `indices` as they are stored: int16, half of float32, shape (len(indices), 2, 22050)."""
    waveforms = torch.zeros(len(indices), 2, KICK_SAMPLES, dtype=torch.int16)
    for row, index in enumerate(indices):
        stored = library.integers(index)
        waveforms[row, :, : stored.shape[1]] = torch.from_numpy(stored)
    return waveforms


def as_float(waveforms: Tensor, dtype: torch.dtype) -> Tensor:
    """int16 waveforms as floats in [-1, 1]."""
    return waveforms.to(dtype) / FULL_SCALE


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
        "splits": sorted({entry.split for entry in entries}),
        "division": settings.division,
    }
