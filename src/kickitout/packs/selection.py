"""Which of many kicks differ most: farthest-point selection over the embedding, among those that are not freaks."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

TYPICAL_SHARE = 0.8
"""What is farthest from all else is often no good kick: the least typical fifth is left out before."""


def typical(points: Array, least: int) -> NDArray[np.int64]:
    """The indices, ascending, of the most typical 80 % of points, or of `least` of them if that is more.

    Args:
        points: embeddings (n, d); typical is what is near the centre, 0. Of equals the first is taken.
        least: how many are needed; at most n.
    """
    count = max(least, round(TYPICAL_SHARE * len(points)))
    return np.sort(np.argsort(np.linalg.norm(points, axis=1), kind="stable")[:count])


def farthest(points: Array, turns: Sequence[Sequence[int]]) -> list[int]:
    """One point after the other, each the farthest from all that were taken before (T. F. Gonzalez, "Clustering to
    minimize the maximum intercluster distance", 1985).

    The first is the one that is nearest to the centre, 0. Of equals the one that stands first in its turn is taken.

    Args:
        points: (n, d).
        turns: for each point that is to be taken, the indices among which it is chosen.

    Raises:
        ValueError: all of a turn's points are taken already.
    """
    apart = np.full(len(points), np.inf)
    free = np.ones(len(points), dtype=bool)
    taken: list[int] = []
    for turn in turns:
        open_ones = np.array([index for index in turn if free[index]], dtype=np.int64)
        if not len(open_ones):
            raise ValueError(f"no point is left for the choice number {len(taken) + 1}")
        if taken:
            chosen = int(open_ones[apart[open_ones].argmax()])
        else:
            chosen = int(open_ones[np.linalg.norm(points[open_ones], axis=1).argmin()])
        taken.append(chosen)
        free[chosen] = False
        apart = np.minimum(apart, np.linalg.norm(points - points[chosen], axis=1))
    return taken
