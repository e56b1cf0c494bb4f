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
    # 32 bins a feature: seven times faster than 255 on a thousand kicks, and as sharp.
    learner = HistGradientBoostingClassifier(
        max_iter=100, max_leaf_nodes=15, min_samples_leaf=10, max_bins=32, early_stopping=False, random_state=0
    )
    known = np.isfinite(x).any(axis=0)  # an empty column has no bins
    learner.fit(x[:, known], y, weight)
    # Scores that differ by rounding alone are the same score.
    return np.asarray(np.round(learner.decision_function(unseen[:, known]), 9), dtype=np.float64)


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
