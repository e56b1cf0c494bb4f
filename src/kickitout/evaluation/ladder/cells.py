"""The cells of the ladder: one damage at one level with one seed, damaged and measured."""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kickitout.evaluation.damage import BY_NAME, DAMAGES, Damage, other_sounds, replaced
from kickitout.evaluation.ladder.claims import CLAIMS
from kickitout.evaluation.metrics import METRICS, Evaluation
from kickitout.evaluation.sets import KickSet, from_arrays
from kickitout.system.randomness import permutation

KICKS = 160
"""Kicks in a cell."""

SEEDS = (1, 2, 3)
"""Seeds of the damaged draws."""

FLOORS = tuple(range(1, 25))
"""Seeds of the undamaged draws; those of the damaged ones are among them."""

KITS_DRAWN = 0.5
"""The share of the kits that a draw may come from: two draws then differ as two collections do."""


@dataclass(frozen=True)
class Cell:
    """One damage at one level with one seed; an undamaged draw where `damage` is empty."""

    damage: str
    level: float
    seed: int

    @property
    def key(self) -> str:
        """A name for files."""
        return f"{self.damage or 'undamaged'}_{self.level:g}_{self.seed}"


def cells(damages: Iterable[Damage] = DAMAGES) -> list[Cell]:
    """All cells of these damages, preceded by the undamaged ones."""
    floor = [Cell("", 0.0, seed) for seed in FLOORS]
    return floor + [Cell(one.name, level, seed) for one in damages for level in one.levels for seed in SEEDS]


def draw(train: KickSet, seed: int, count: int = KICKS) -> tuple[KickSet, KickSet]:
    """(drawn, rest): `count` kicks of half the kits, and all training kicks that were not drawn."""
    kits = sorted(set(train.kits))
    half = math.ceil(KITS_DRAWN * len(kits))
    chosen = {kits[i] for i in permutation(seed, "ladder/kits", len(kits))[:half]}
    order = permutation(seed, "ladder/kicks", len(train))
    drawn = [int(i) for i in order if train.kits[i] in chosen][:count]
    rest = sorted(set(range(len(train))) - set(drawn))
    return train.select(drawn, name="drawn"), train.select(rest, name="training")


def join(one: KickSet, other: KickSet, name: str) -> KickSet:
    """The kicks of both sets, in the order of their content."""
    files, kits, hashes = one.files + other.files, one.kits + other.kits, one.hashes + other.hashes
    order = sorted(range(len(files)), key=lambda i: (hashes[i], kits[i], files[i]))
    faults = one.faults + other.faults

    def both(a: NDArray[Any], b: NDArray[Any]) -> NDArray[Any]:
        return np.concatenate([a, b])[order]

    return replace(
        one,
        name=name,
        files=tuple(files[i] for i in order),
        kits=tuple(kits[i] for i in order),
        hashes=tuple(hashes[i] for i in order),
        samples=both(one.samples, other.samples),
        embeddings=both(one.embeddings, other.embeddings),
        fingerprints=both(one.fingerprints, other.fingerprints),
        descriptors={key: both(values, other.descriptors[key]) for key, values in one.descriptors.items()},
        is_kick=both(one.is_kick, other.is_kick),
        faults=tuple(faults[i] for i in order),
        profiles=both(one.profiles, other.profiles),
        refused=one.refused + other.refused,
    )


def damaged_sounds(cell: Cell, drawn: KickSet) -> NDArray[np.float32]:
    """The drawn kicks after a cell's damage, (n, 2, 22050), scaled to full scale as a generator's are."""
    apply = BY_NAME[cell.damage].apply
    assert apply is not None
    sounds = np.stack([drawn.audio(index) for index in range(len(drawn))])
    sound = apply(sounds, cell.level, cell.seed)
    return np.asarray(sound / np.maximum(np.abs(sound).max(axis=(1, 2), keepdims=True), np.float32(1e-9)))


def damaged(
    cell: Cell,
    train: KickSet,
    count: int = KICKS,
    sounds: Callable[[Cell, KickSet], NDArray[np.float32]] = damaged_sounds,
) -> tuple[KickSet, KickSet]:
    """(damaged kicks, training kicks) of a cell, measured; they depend on the cell and `train` alone.

    `sounds` may be a cache of `damaged_sounds`.
    """
    drawn, rest = draw(train, cell.seed, count)
    if not cell.damage:
        return drawn, rest
    damage = BY_NAME[cell.damage]
    if damage.apply is not None:
        sound = sounds(cell, drawn)
        return from_arrays(sound, name=cell.key, files=drawn.files, kits=drawn.kits, workers=1), rest
    pool = len(rest) if damage.pool == "training" else len(drawn)
    out, taken = replaced(len(drawn), pool, cell.level, cell.seed)
    kept = drawn.select(sorted(set(range(len(drawn))) - set(out.tolist())))
    if damage.pool == "training":
        return join(kept, rest.select(taken), cell.key), rest
    names = [f"other/{number:05d}" for number in sorted(taken.tolist())]
    others = other_sounds(pool, cell.seed)[np.sort(taken)]
    return join(kept, from_arrays(others, name="other", files=names, workers=1), cell.key), rest


COSTLY = ("copies",)
"""Metrics that cost more than all others together: they are tried only on the damages that they claim."""


def metrics_for(cell: Cell) -> list[str]:
    """The metrics that a cell is judged by."""
    return [name for name in METRICS if not cell.damage or name not in COSTLY or cell.damage in CLAIMS[name]]


def figures(evaluation: Evaluation) -> dict[str, tuple[float, float | None]]:
    """The figures of a cell: (the figure, the real set's own if the metric compares with it) by metric."""
    return {name: (float(figure.value), figure.real) for name, figure in evaluation.figures.items()}
