"""How near built-in kicks come to real ones, by the embedding's neighbourhoods.

    python bench/check_synthesis.py LIBRARY --draws 400

One kick each of `--draws` machines of both synthesisers, and as many real training kicks, against the real kicks of
each split: coverage, recall, precision, density (k = 5), Frechet distance, and the effective number of kinds of both.
*Kept* are the real kicks that a producer would keep, by the rules of bench/fit_synthesis.py.
"""

import argparse
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np
from fit_synthesis import audible, kept
from numpy.typing import NDArray

from kickitout.evaluation import distances
from kickitout.library.normalise import quantise
from kickitout.library.store import Library
from kickitout.library.synthesis import KICKS_PER_MACHINE, design_kick, synthesise_kick
from kickitout.measure.embedding import embed
from kickitout.sound.kick import FULL_SCALE
from kickitout.system.randomness import permutation

Floats = NDArray[np.float64]
SOURCES: dict[str, Callable[[int], tuple[NDArray[np.float32], object]]] = {
    "plain": synthesise_kick,
    "designed": design_kick,
}


def embedded(source: str, seed: int) -> Floats:
    """The embedding of a built-in kick in the library's form."""
    return embed(quantise(SOURCES[source](seed)[0])[0].astype(np.float32) / np.float32(FULL_SCALE))


def real(library: Library, split: str, most: int | None = None) -> tuple[Floats, NDArray[np.bool_]]:
    """The embeddings of a split's kicks, or of `most` drawn from it, and which of them a producer would keep."""
    chosen = np.array(library.select({split}))
    chosen = chosen[permutation(0, "bench/check_synthesis", len(chosen))[:most]].tolist()
    keep = [kept(library.entries[index]) and audible(library.audio(index)) for index in chosen]
    return np.stack([embed(library.audio(index)) for index in chosen]), np.array(keep)


def row(name: str, split: str, made: Floats, against: Floats) -> str:
    """One line of the table."""
    near = distances.neighbourhoods(made, against)
    ours, theirs = np.ones(len(made)), np.ones(len(against))
    shares = [measure(ours, theirs) for measure in (near.coverage, near.recall, near.precision, near.density)]
    kinds = f"{distances.vendi(made):.1f} ({distances.vendi(against):.1f})"
    figures = " | ".join(f"{share:.2f}" for share in shares)
    return f"| {split} ({len(against)}) | {name} | {figures} | {distances.frechet(made, against):.1f} | {kinds} |"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("library", type=Path)
    parser.add_argument("--draws", type=int, default=400)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--splits", nargs="+", default=["validation", "test", "unseen"])
    arguments = parser.parse_args()
    library = Library.open(arguments.library)
    seeds = range(0, KICKS_PER_MACHINE * arguments.draws, KICKS_PER_MACHINE)
    with ProcessPoolExecutor(arguments.workers) as executor:
        sets = {
            source: np.stack(list(executor.map(partial(embedded, source), seeds, chunksize=10))) for source in SOURCES
        }
    sets["real, train"] = real(library, "train", arguments.draws)[0]
    print("| real kicks (number) | kicks | coverage | recall | precision | density | Frechet | kinds (real) |")
    print("|---|---|---|---|---|---|---|---|")
    for split in arguments.splits:
        against, keep = real(library, split)
        for label, some in ((split, against), (f"{split}, kept", against[keep])):
            for name, made in sets.items():
                print(row(name, label, made, some), flush=True)


if __name__ == "__main__":
    main()
