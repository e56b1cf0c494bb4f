"""The classifier two-sample test: can a classifier distinguish generated kicks from real ones?

Lopez-Paz and Oquab, "Revisiting Classifier Two-Sample Tests", ICLR 2017. Two learners, cross-validated by kit: the
kicks of a kit are never on both sides of a fold. The figure is the area under the ROC curve of the scores of kicks that
the classifier has not seen: 0.5 if it cannot distinguish the sets, 1 if it does so without error.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

from kickitout.system.randomness import fraction

Float64Array = NDArray[np.float64]
Places = NDArray[np.int64]

FOLDS = 5

BINS = 32
"""Of a feature, for the trees: seven times faster than 255 on a thousand kicks, and as sharp."""


def folds(generated_kits: Sequence[str], real_kits: Sequence[str]) -> tuple[Places, Places]:
    """The folds of the kicks of both sets, 0..4: (n,), (m,).

    A kit is in one fold. Each set is spread over the folds as evenly as its kits allow, because a fold with kicks of
    one set only compares nothing. The order of the kicks does not matter.
    """
    both = np.array([*generated_kits, *real_kits], dtype=np.str_)
    names, kit = np.unique(both, return_inverse=True)
    whose = np.repeat([0, 1], [len(generated_kits), len(real_kits)])
    sizes = np.zeros((len(names), 2))
    np.add.at(sizes, (kit, whose), 1.0)
    shares = sizes / np.maximum(sizes.sum(axis=0), 1.0)
    filled = np.zeros((FOLDS, 2))
    place = np.zeros(len(names), dtype=np.int64)
    # The largest kit first, each to the fold that keeps them most even.
    for index in sorted(range(len(names)), key=lambda i: (-shares[i].sum(), fraction(str(names[i])))):
        place[index] = int(np.argmin(np.round(filled @ shares[index], 12)))
        filled[place[index]] += shares[index]
    return place[kit[: len(generated_kits)]], place[kit[len(generated_kits) :]]


def can_judge(generated_kits: Sequence[str], real_kits: Sequence[str]) -> bool:
    """Whether each set has kits in more than one fold: otherwise some kick has nothing to be compared with."""
    return all(len(np.unique(part)) > 1 for part in folds(generated_kits, real_kits))


def _filled(values: Float64Array, reference: Float64Array) -> Float64Array:
    """Standardised by the reference; absent values are set to the mean, and an extra column for each marks them."""
    with np.errstate(invalid="ignore"):
        known = np.isfinite(reference)
        count = np.maximum(known.sum(axis=0), 1)
        mean = np.where(known, reference, 0.0).sum(axis=0) / count
        spread = np.sqrt((np.where(known, reference - mean, 0.0) ** 2).sum(axis=0) / count)
    scaled = np.where(np.isfinite(values), (values - mean) / np.where(spread > 0.0, spread, 1.0), 0.0)
    return np.concatenate([np.clip(scaled, -8.0, 8.0), ~np.isfinite(values)], axis=1)


def _linear(x: Float64Array, y: NDArray[np.int64], weight: Float64Array, unseen: Float64Array) -> Float64Array:
    learner = LogisticRegression(C=0.05, max_iter=2000)
    learner.fit(_filled(x, x), y, weight)
    return np.asarray(learner.decision_function(_filled(unseen, x)), dtype=np.float64)


def _trees(x: Float64Array, y: NDArray[np.int64], weight: Float64Array, unseen: Float64Array) -> Float64Array:
    learner = HistGradientBoostingClassifier(
        max_iter=100, max_leaf_nodes=15, min_samples_leaf=10, max_bins=BINS, early_stopping=False, random_state=0
    )
    known = np.flatnonzero(np.isfinite(x).any(axis=0))  # an empty column has no bins
    columns = [(x[:, index], unseen[:, index], edges(x[:, index], weight)) for index in known]
    learner.fit(np.stack([_bins(seen, at) for seen, _, at in columns], axis=1), y, weight)
    found = learner.decision_function(np.stack([_bins(new, at) for _, new, at in columns], axis=1))
    # Scores that differ by rounding alone are the same score.
    return np.asarray(np.round(found, 9), dtype=np.float64)


def edges(values: Float64Array, weight: Float64Array) -> Float64Array:
    """Where the bins of a feature end: at its weighted quantiles, averaged where a share ends on a value (Hyndman and
    Fan, "Sample Quantiles in Statistical Packages", 1996), or between its values where they are few.

    They are those of scikit-learn (1.9), which looks for one at a time: nine tenths of the time of the whole test.

    Args:
        values: (n,); NaN is left out.
        weight: of each value, (n,), positive.

    Returns:
        Ascending, each once, `BINS` - 1 at most.
    """
    known = np.flatnonzero(~np.isnan(values))
    order = known[np.argsort(values[known])]
    ascending, below = values[order], np.cumsum(weight[order])
    distinct = np.unique(ascending)
    if len(distinct) <= BINS:
        return np.asarray((distinct[:-1] + distinct[1:]) / 2.0, dtype=np.float64)
    share = np.linspace(0.0, 100.0, BINS + 1)[1:-1] / 100.0 * below[-1]
    place = np.minimum(np.searchsorted(below, share), len(order) - 1)
    beyond = below[place] - share > np.finfo(np.float64).eps
    above = np.where(beyond, place, np.minimum(place + 1, len(order) - 1))
    return np.unique((ascending[place] + ascending[above]) / 2.0)


def _bins(values: Float64Array, ends: Float64Array) -> Float64Array:
    """The number of each value's bin; NaN stays."""
    return np.where(np.isnan(values), np.nan, np.searchsorted(ends, values))


LEARNERS = {"linear": _linear, "trees": _trees}


def scores(
    generated: Float64Array, real: Float64Array, generated_kits: Sequence[str], real_kits: Sequence[str], learner: str
) -> tuple[Float64Array, Float64Array]:
    """How much each kick looks generated to a classifier that has not seen its kit.

    Args:
        generated, real: features (n, f) and (m, f); NaN is allowed.
        generated_kits, real_kits: their kits; a kit may be in both sets.
        learner: "linear" (logistic regression) or "trees" (boosted trees).

    Returns:
        Scores (n,) and (m,), high for what looks generated.
    """
    x = np.concatenate([generated, real])
    y = np.repeat([1, 0], [len(generated), len(real)])
    fold = np.concatenate(folds(generated_kits, real_kits))
    result = np.zeros(len(x))
    for number in range(FOLDS):
        seen = fold != number
        if seen.all():
            continue
        if len(np.unique(y[seen])) < 2:  # all kits of one set are in this fold: there is nothing to train on
            continue
        share = np.bincount(y[seen], minlength=2)
        with threadpool_limits(
            1
        ):  # more threads would slow down so small a task, and sums would depend on their number
            result[~seen] = LEARNERS[learner](x[seen], y[seen], (len(y) / (2.0 * share))[y[seen]], x[~seen])
    return result[: len(generated)], result[len(generated) :]


def auc(
    high: Float64Array,
    low: Float64Array,
    weights_high: Float64Array | None = None,
    weights_low: Float64Array | None = None,
) -> float:
    """The probability that a score of `high` exceeds one of `low`, ties counting half: the area under the ROC curve,
    0..1."""
    over, pairs = _exceeding(
        high,
        low,
        np.ones(len(high)) if weights_high is None else weights_high,
        np.ones(len(low)) if weights_low is None else weights_low,
    )
    return over / pairs if pairs > 0.0 else float("nan")


def auc_within(
    high: Float64Array,
    low: Float64Array,
    folds_high: Places,
    folds_low: Places,
    weights_high: Float64Array,
    weights_low: Float64Array,
) -> float:
    """The same for the pairs whose kicks are in the same fold.

    Every fold has its own classifier. If a fold has few kicks of a set, its classifier expects fewer of that set and
    its scores are shifted against those of other folds, so scores pooled over folds would reverse the comparison.
    """
    over = pairs = 0.0
    for number in range(FOLDS):
        a, b = folds_high == number, folds_low == number
        more, all_pairs = _exceeding(high[a], low[b], weights_high[a], weights_low[b])
        over, pairs = over + more, pairs + all_pairs
    return over / pairs if pairs > 0.0 else float("nan")


def _exceeding(high: Float64Array, low: Float64Array, w: Float64Array, v: Float64Array) -> tuple[float, float]:
    """The weight of the pairs whose high score exceeds the low one, ties half; and that of all pairs."""
    order = np.argsort(low, kind="stable")
    summed = np.concatenate([[0.0], np.cumsum(v[order])])
    under = summed[np.searchsorted(low[order], high, side="left")]
    up_to = summed[np.searchsorted(low[order], high, side="right")]
    return float(w @ (under + up_to) / 2.0), float(w.sum() * v.sum())
