"""How many held-out kicks the Frechet distance of a training needs: the table in docs/training.md.

    python bench/few_held_out.py LIB [-n 400] [--trials 20]

Real kicks of the library stand for those of a generator, drawn in or spread out in the embedding by a factor: 1 is the
perfect generator. Told is, for each number of held-out kicks, the factor at which the distance to them is lowest, on
average over the trials. Where it is far below 1, the distance prefers generators whose kicks are too much alike.
"""

import argparse
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kickitout.library.store import Library
from kickitout.measure.embedding import embed
from kickitout.training.run.validation import frechet

HELD_OUT = (2, 4, 8, 15, 30, 60, 100, 150)
FACTORS = np.arange(0.05, 1.4, 0.05)


def preferred(points: NDArray[np.float64], held_out: int, kicks: int, seed: int) -> float:
    """The factor at which the distance of `kicks` points from `held_out` others is lowest."""
    order = np.random.default_rng(seed).permutation(len(points))
    others, real = points[order[:held_out]], points[order[held_out : held_out + kicks]]
    centre = real.mean(axis=0)
    distances = [frechet(centre + factor * (real - centre), others) for factor in FACTORS]
    return float(FACTORS[int(np.argmin(distances))])


def main() -> None:
    """Print the table in Markdown."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("library", type=Path)
    parser.add_argument("-n", type=int, default=400, help="real kicks that stand for generated ones")
    parser.add_argument("--trials", type=int, default=20)
    given = parser.parse_args()
    library = Library.open(given.library)
    chosen = np.random.default_rng(0).permutation(len(library))[: given.n + max(HELD_OUT)]
    points = np.stack([embed(library.audio(int(index))) for index in chosen])
    found = [
        np.mean([preferred(points, held_out, given.n, seed) for seed in range(given.trials)]) for held_out in HELD_OUT
    ]
    print("| held-out kicks |", " | ".join(map(str, HELD_OUT)), "|")
    print("|---" * (1 + len(HELD_OUT)) + "|")
    print("| spread of the preferred generator |", " | ".join(f"{factor:.2f}" for factor in found), "|")


if __name__ == "__main__":
    main()
