"""Which kicks to train on: what sets of real kicks reach against the same held-out ones, in a table of Markdown.

    python bench/compare_training.py LIB LIB:train@clean LIB:train@clean,attribution ... [--draws 12]

Each set (a split of a library, of all licence classes or of some) is judged by the splits sibling, test and unseen of
LIB, once as it is, with intervals over kits, and, since distances fall and recall rises with the number of kicks alone,
once drawn to the size of the smallest, averaged over the draws. Classifiers judge each set twice: with the kits known,
and as if every kick were a kit of its own, as generated kicks are. Nothing is trained.
"""

import argparse
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from kickitout.evaluation.metrics import evaluate
from kickitout.evaluation.resampling import Estimate
from kickitout.evaluation.sets import KickSet, from_library

SPLITS = ("sibling", "test", "unseen")
CLASSIFIERS = ("auc_trees", "auc_linear")
FIGURES = ("frechet", "frechet_infinity", "coverage", "recall", "precision", *CLASSIFIERS)
UNKNOWN = tuple(f"{name}, kits unknown" for name in CLASSIFIERS)


def measured(place: str) -> KickSet:
    """The kicks of LIB:SPLIT or LIB:SPLIT@CLASS,CLASS."""
    folder, _, rest = place.rpartition(":")
    split, _, classes = rest.partition("@")
    return from_library(folder, split, licence_classes=classes.split(",") if classes else None)


def figures(kicks: KickSet, real: KickSet, resamples: int) -> dict[str, Estimate]:
    """All figures of a set; `resamples` as `evaluate` takes it."""
    alone = replace(kicks, kits=kicks.hashes)
    known = evaluate(kicks, real, resamples=resamples, only=FIGURES).figures
    unknown = evaluate(alone, real, resamples=resamples, only=CLASSIFIERS).figures
    return known | {f"{name}, kits unknown": found for name, found in unknown.items()}


def drawn(kicks: KickSet, real: KickSet, size: int, draws: int) -> dict[str, float]:
    """The figures of `size` of the kicks, on average over the draws."""
    found = [figures(kicks.draw(size, seed), real, 0) for seed in range(1 if size == len(kicks) else draws)]
    return {name: float(np.mean([one[name].value for one in found])) for name in found[0]}


def table(names: Sequence[str], as_they_are: Sequence[dict[str, Estimate]], alike: Sequence[dict[str, float]]) -> str:
    """Markdown: a row for each figure, two columns for each set."""
    lines = ["| figure | " + " | ".join(names) + " |", "|---" * (1 + len(names)) + "|"]
    for figure in (*FIGURES, *UNKNOWN):
        cells = [
            f"{one[figure].value:.3f} [{one[figure].low:.3f}, {one[figure].high:.3f}]; {equal[figure]:.3f}"
            for one, equal in zip(as_they_are, alike, strict=True)
        ]
        lines.append(f"| {figure} | " + " | ".join(cells) + " |")
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
    for split in SPLITS:
        start, real = time.monotonic(), from_library(given.library, split)
        whole = [figures(kicks, real, 200) for kicks in sets]
        alike = [drawn(kicks, real, smallest, given.draws) for kicks in sets]
        print(f"\n### Against `{split}` ({len(real)} kicks of {len(set(real.kits))} kits)\n")
        names = [f"{place} ({len(kicks)})" for place, kicks in zip(given.sets, sets, strict=True)]
        print(table(names, whole, alike))
        print(f"\n{smallest} kicks of each behind the semicolon; {time.monotonic() - start:.0f} s", flush=True)


if __name__ == "__main__":
    main()
