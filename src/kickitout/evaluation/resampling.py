"""Confidence intervals of figures: the bootstrap over kits.

Kicks of one kit are siblings, so kits are drawn, not kicks (the cluster bootstrap; Efron and Tibshirani, "An
Introduction to the Bootstrap", 1993, chapter 8). A draw is one weight for each kick: how often its kit was drawn.
Figures take weights, so that expensive parts (neighbours, classifiers, kernels) are computed once.

A set with repetitions is less varied than its origin, which moves distances between sets upwards. The interval is
therefore centred: the value plus the quantiles of the draws' deviations from their own mean.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kickitout.system.randomness import uniform

Weights = NDArray[np.float64]
Statistic = Callable[[Weights, Weights], float]
"""A figure of (weights of the generated kicks, weights of the real ones)."""

CONFIDENCE = 0.95


@dataclass(frozen=True)
class Estimate:
    """A measured figure.

    Attributes:
        value: of all kicks.
        low, high: the 95 % interval over kits of both sets.
        real: the same for the real kicks alone, where that is meaningful.
    """

    value: float
    low: float
    high: float
    real: float | None = None


def kit_weights(kits: Sequence[str], resamples: int, purpose: str) -> Weights:
    """How often each kick's kit is drawn, (resamples, n); it depends on the sorted names of the kits alone."""
    names, kit = np.unique(np.array(kits, dtype=np.str_), return_inverse=True)
    count = len(names)
    drawn = (uniform(0, f"evaluation/{purpose}", resamples * count) * count).astype(np.int64).reshape(resamples, count)
    times = np.stack([np.bincount(row, minlength=count) for row in drawn]) if resamples else np.zeros((0, count))
    return np.asarray(times[:, kit], dtype=np.float64)


def interval(
    value: float, draws: NDArray[np.float64], bounds: tuple[float, float] = (-np.inf, np.inf)
) -> tuple[float, float]:
    """The centred 95 % interval of `value` from its draws, within `bounds`; without draws, the value itself."""
    known = draws[np.isfinite(draws)]
    if not len(known):
        return value, value
    rest = 0.5 * (1.0 - CONFIDENCE)
    low, high = value + np.quantile(known - known.mean(), (rest, 1.0 - rest))
    return float(np.clip(low, *bounds)), float(np.clip(high, *bounds))


def estimate(
    statistic: Statistic,
    generated: Weights,
    real: Weights,
    *,
    bounds: tuple[float, float] = (-np.inf, np.inf),
    of_real: float | None = None,
) -> Estimate:
    """A statistic with its interval, from the weights (resamples, n) and (resamples, m) of both sets."""
    value = float(np.clip(statistic(np.ones(generated.shape[1]), np.ones(real.shape[1])), *bounds))
    draws = np.array([statistic(g, r) for g, r in zip(generated, real, strict=True)], dtype=np.float64)
    return Estimate(value, *interval(value, draws, bounds), of_real)
