"""Copies: repetitions within a set, and copies of the kicks that a model was trained on."""

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.distance import cdist

from kickitout.evaluation.sets import KickSet
from kickitout.library.duplicates import find_copies, find_repeated

Float64Array = NDArray[np.float64]

NEAR_SHARE = 0.05
"""A kick counts as near a training kick if at most this share of the held-out real kicks is nearer to one."""

BLOCK = 512
"""Number of kicks whose distances to all training kicks are held in memory at a time."""


def repeated(kicks: KickSet) -> NDArray[np.bool_]:
    """Which kicks of a set are the same sound as another of it, (n,); see `library.duplicates`."""
    return find_repeated(kicks.fingerprints, lambda index: kicks.samples[index])


def copied(kicks: KickSet, training: KickSet) -> NDArray[np.bool_]:
    """Which kicks are the same sound as a training kick by the duplicate rule, (n,)."""
    found = find_copies(
        kicks.fingerprints, lambda i: kicks.samples[i], training.fingerprints, lambda j: training.samples[j]
    )
    known = set(training.hashes)
    exact = np.array([digest in known for digest in kicks.hashes], dtype=bool)
    return np.asarray((found >= 0) | exact, dtype=np.bool_)


def nearest(points: Float64Array, others: Float64Array) -> tuple[NDArray[np.int64], Float64Array]:
    """The nearest of `others` to each point, and how far it is: (n,), (n,)."""
    places, apart = [], []
    for first in range(0, len(points), BLOCK):
        distances = cdist(points[first : first + BLOCK], others)
        places.append(distances.argmin(axis=1))
        apart.append(distances.min(axis=1))
    if not places:
        return np.zeros(0, dtype=np.int64), np.zeros(0)
    return np.concatenate(places).astype(np.int64), np.concatenate(apart)


def limit(held_out: Float64Array) -> float:
    """The distance below which `NEAR_SHARE` of the held-out real kicks' nearest training kicks lie."""
    return float(np.quantile(held_out, NEAR_SHARE))
