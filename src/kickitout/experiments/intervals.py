"""Intervals of what experiments find: over kits by the bootstrap, or over seeds."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from kickitout.evaluation.resampling import CONFIDENCE, kit_weights

RESAMPLES = 1000
OVER_KITS = f"95 % over kits: {RESAMPLES} draws of the bootstrap"
OVER_SEEDS = "95 % over seeds: Student's t of the seeds' values"
NONE = "none: everything there is was measured"

Values = NDArray[np.float64]


def weighted_median(values: Values, weights: Values) -> float:
    """The least value at which half of the weight is reached; NaN without any."""
    order = np.argsort(values, kind="stable")
    summed = np.cumsum(weights[order])
    if not len(summed) or summed[-1] <= 0.0:
        return float("nan")
    return float(values[order][np.searchsorted(summed, 0.5 * summed[-1])])


def weighted_mean(values: Values, weights: Values) -> float:
    """The mean; NaN without any weight."""
    total = float(weights.sum())
    return float(values @ weights) / total if total > 0.0 else float("nan")


def over_kits(
    values: Sequence[float],
    kits: Sequence[str],
    statistic: Callable[[Values, Values], float],
) -> dict[str, float]:
    """A statistic of one value a kick, with its 95 % percentile interval over kits.

    Args:
        values: (n,); those that are not finite are left out.
        kits: the kit of each.
        statistic: of values and how often each counts.

    Returns:
        `value`, `low`, `high`; all NaN where no value is finite.
    """
    table = np.asarray(values, dtype=np.float64)
    known = np.isfinite(table)
    weights = kit_weights(kits, RESAMPLES, "experiments")[:, known]
    table = table[known]
    if not len(table):
        return {"value": np.nan, "low": np.nan, "high": np.nan}
    drawn = np.array([statistic(table, row) for row in weights])
    low, high = np.nanquantile(drawn, (0.5 - 0.5 * CONFIDENCE, 0.5 + 0.5 * CONFIDENCE))
    return {"value": statistic(table, np.ones(len(table))), "low": float(low), "high": float(high)}


def median_over_kits(values: Sequence[float], kits: Sequence[str]) -> dict[str, float]:
    """The median with its interval, and the 90th percentile of the kicks."""
    found = over_kits(values, kits, weighted_median)
    known = np.asarray(values, dtype=np.float64)
    known = known[np.isfinite(known)]
    return {"median": found.pop("value"), **found, "p90": float(np.quantile(known, 0.9)) if len(known) else np.nan}


def share_over_kits(flags: Sequence[bool], kits: Sequence[str]) -> dict[str, float]:
    """The percentage of kicks for which a flag holds, with its interval."""
    return over_kits([100.0 * flag for flag in flags], kits, weighted_mean)


def over_seeds(values: Sequence[float]) -> dict[str, float]:
    """The mean over seeds with its 95 % interval; of one seed the value alone, whose interval is unknown."""
    table = np.asarray(values, dtype=np.float64)
    table = table[np.isfinite(table)]
    if not len(table):
        return {"value": np.nan, "low": np.nan, "high": np.nan, "seeds": 0}
    mean = float(table.mean())
    reach = np.nan
    if len(table) > 1:
        quantile = float(stats.t.ppf(0.5 + 0.5 * CONFIDENCE, len(table) - 1))
        reach = quantile * float(table.std(ddof=1)) / np.sqrt(len(table))
    return {"value": mean, "low": mean - reach, "high": mean + reach, "seeds": len(table)}
