"""Which kicks to train on: what sets of real kicks reach against the same held-out ones, in a table of Markdown.

    python bench/compare_training.py LIB LIB:train@clean LIB:train@clean,attribution ... [--draws 12]

Each set (a split of a library, of all licence classes or of some) is judged by the splits sibling, test and unseen of
LIB as it is, with intervals over kits; by the figures that the number of kicks alone moves, also when drawn to the size
of the smallest set, averaged over the draws. Classifiers judge each set twice: with the kits known, and as if every
kick were a kit of its own, as generated kicks are. Nothing is trained.
"""

import argparse
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from kickitout.evaluation.metrics import evaluate
from kickitout.evaluation.sets import KickSet, from_library

SPLITS = ("sibling", "test", "unseen")
CLASSIFIERS = ("auc_trees", "auc_linear")
OF_NUMBERS = ("frechet", "coverage", "recall", "precision")
"""Figures that the number of kicks alone moves."""

FIGURES = (*OF_NUMBERS, "frechet_infinity", *CLASSIFIERS)
UNKNOWN = tuple(f"{name}, kits unknown" for name in CLASSIFIERS)


def measured(place: str) -> KickSet:
    """The kicks of LIB:SPLIT or LIB:SPLIT@CLASS,CLASS."""
    folder, _, rest = place.rpartition(":")
    split, _, classes = rest.partition("@")
    return from_library(folder, split, licence_classes=classes.split(",") if classes else None)


def figures(kicks: KickSet, real: KickSet, size: int, draws: int) -> dict[str, str]:
    """A cell for each figure of a set; behind a semicolon the mean over draws of `size` kicks."""
    start = time.monotonic()
    alone = replace(kicks, kits=kicks.hashes)
    found = evaluate(kicks, real, only=FIGURES).figures
    unknown = evaluate(alone, real, only=CLASSIFIERS).figures
    found |= {f"{name}, kits unknown": estimate for name, estimate in unknown.items()}
    cells = {name: f"{one.value:.3f} [{one.low:.3f}, {one.high:.3f}]" for name, one in found.items()}
    if size < len(kicks):
        drawn = [evaluate(kicks.draw(size, n), real, resamples=0, only=OF_NUMBERS).figures for n in range(draws)]
        for name in OF_NUMBERS:
            cells[name] += f"; {np.mean([one[name].value for one in drawn]):.3f}"
    print(f"{kicks.name} against {real.name}: {time.monotonic() - start:.0f} s", file=sys.stderr, flush=True)
    return cells


def table(names: Sequence[str], judged: Sequence[dict[str, str]]) -> str:
    """Markdown: a row for each figure, a column for each set."""
    lines = ["| figure | " + " | ".join(names) + " |", "|---" * (1 + len(names)) + "|"]
    lines += [f"| `{name}` | " + " | ".join(cells[name] for cells in judged) + " |" for name in (*FIGURES, *UNKNOWN)]
    return "\n".join(lines)


def main() -> None:
    """Print a table for each split."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("library", type=Path, metavar="LIB")
    parser.add_argument("sets", nargs="+", metavar="SET")
    parser.add_argument("--draws", type=int, default=12)
    given = parser.parse_args()
    sets = [measured(place) for place in given.sets]
    smallest = min(len(kicks) for kicks in sets)
    names = [f"{place} ({len(kicks)})" for place, kicks in zip(given.sets, sets, strict=True)]
    for split in SPLITS:
        real = from_library(given.library, split)
        judged = [figures(kicks, real, smallest, given.draws) for kicks in sets]
        print(f"\n### Against `{split}` ({len(real)} kicks of {len(set(real.kits))} kits)\n")
        print(table(names, judged), flush=True)
    print(f"\nBehind a semicolon: {smallest} kicks of each, the mean of {given.draws} draws.")


if __name__ == "__main__":
    main()
