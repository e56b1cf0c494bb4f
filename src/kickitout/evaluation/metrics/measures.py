"""How each figure is measured."""

from collections.abc import Callable

import numpy as np

from kickitout.evaluation import copies, distances, spectra, two_sample
from kickitout.evaluation.metrics.comparison import DISTANCE, RATE, Comparison, Float64Array, axis
from kickitout.evaluation.metrics.table import compared_descriptors
from kickitout.evaluation.resampling import Estimate, Weights, estimate
from kickitout.evaluation.sets import KickSet
from kickitout.system.randomness import fraction

MONO_DB = -59.0
"""A kick whose side is quieter than this, relative to mid, is mono."""

SHARES = (0.6, 0.7, 0.8, 0.9, 1.0)
"""Shares of the sets from which the Frechet distance is extrapolated, and draws of each."""

SHARE_DRAWS = 3


def _auc(learner: str) -> Callable[[Comparison], Estimate | str]:
    def measure(both: Comparison) -> Estimate | str:
        kits = both.generated.kits, both.real.kits
        if not two_sample.can_judge(*kits):
            return "needs kicks of more kits: they are never on both sides of a fold"
        generated, real = both.tree_scores if learner == "trees" else both.scores(learner)
        places = two_sample.folds(*kits)
        return both.estimate(lambda g, r: two_sample.auc_within(generated, real, *places, g, r), RATE)

    return measure


def _frechet(both: Comparison) -> Estimate:
    a, b = both.generated.embeddings, both.real.embeddings
    return both.estimate(lambda g, r: distances.frechet(a, b, g, r))


def _thinned(kicks: KickSet, share: float, draw: int) -> Weights:
    """Which kicks are kept in a subset of the given share: it depends on each kick's content alone, so a kick in both
    sets is kept in both or in neither."""
    places = np.array([fraction(f"{digest}/{draw}") for digest in kicks.hashes])
    kept = np.zeros(len(places))
    kept[np.argsort(places, kind="stable")[: round(share * len(places))]] = 1.0
    return kept


def _frechet_infinity(both: Comparison) -> Estimate:
    a, b = both.generated.embeddings, both.real.embeddings
    shares = np.repeat(SHARES, [1 if share == 1.0 else SHARE_DRAWS for share in SHARES])
    kept = [
        (_thinned(both.generated, share, draw), _thinned(both.real, share, draw)) for draw, share in enumerate(shares)
    ]

    def statistic(g: Weights, r: Weights) -> float:
        apart = [distances.frechet(a, b, g * x, r * y) for x, y in kept]
        return distances.extrapolate(shares, np.array(apart))

    # Each resample costs a dozen distances: a quarter of them is enough.
    few = max(0, len(both.generated_weights) // 4)
    return estimate(statistic, both.generated_weights[:few], both.real_weights[:few], bounds=(-np.inf, np.inf))


def _kernel(both: Comparison) -> Estimate:
    kernel = distances.kernel(both.generated.embeddings, both.real.embeddings, both.generated.hashes, both.real.hashes)
    return both.estimate(lambda g, r: 1000.0 * kernel.discrepancy(g, r), (-np.inf, np.inf))


def _neighbour(name: str) -> Callable[[Comparison], Estimate]:
    def measure(both: Comparison) -> Estimate:
        statistic = getattr(both.neighbourhoods, name)
        return both.estimate(statistic, DISTANCE if name == "density" else RATE)

    return measure


def _descriptor(both: Comparison, name: str) -> Callable[[Weights, Weights], float]:
    """The Wasserstein distance of one descriptor over the kicks that have it; of widths, over those that are not
    mono."""
    a, b = (axis(name, kicks.descriptors[name]) for kicks in (both.generated, both.real))
    if name.startswith("width"):
        a, b = (np.where(x > MONO_DB, x, np.nan) for x in (a, b))
    has_a, has_b = np.isfinite(a), np.isfinite(b)
    spread = float(b[has_b].std()) if has_b.any() else 0.0
    scale = spread if spread > 1e-6 else 1.0
    x, y = a[has_a], b[has_b]
    return lambda g, r: distances.wasserstein(x, y, g[has_a], r[has_b], scale)


def _one_descriptor(name: str) -> Callable[[Comparison], Estimate | str]:
    def measure(both: Comparison) -> Estimate | str:
        statistic = _descriptor(both, name)
        everything = statistic(np.ones(len(both.generated)), np.ones(len(both.real)))
        if not np.isfinite(everything):
            return "no kick of one of the sets has it"
        return both.estimate(statistic)

    return measure


def _all_descriptors(both: Comparison) -> Estimate:
    statistics = [_descriptor(both, name) for name in compared_descriptors()]

    def statistic(g: Weights, r: Weights) -> float:
        values = np.array([one(g, r) for one in statistics])
        return float(values[np.isfinite(values)].mean()) if np.isfinite(values).any() else 0.0

    return both.estimate(statistic)


def _unpitched(both: Comparison) -> Estimate:
    return both.share(*(~np.isfinite(kicks.descriptors["pitch_hz"]) for kicks in (both.generated, both.real)))


def _mono(both: Comparison) -> Estimate:
    return both.share(*(kicks.descriptors["width_db"] <= MONO_DB for kicks in (both.generated, both.real)))


def _diversity(both: Comparison) -> Estimate:
    # Fewer kicks are less diverse: the larger set is thinned to the size of the smaller one.
    count = min(len(both.generated), len(both.real))

    def statistic(kicks: KickSet) -> Callable[[Weights], float]:
        draws = 1 if len(kicks) == count else SHARE_DRAWS
        kept = [_thinned(kicks, count / len(kicks), draw) for draw in range(draws)]
        return lambda w: float(np.mean([distances.vendi(kicks.embeddings, w * x) for x in kept if (w * x).any()]))

    of_generated, of_real = statistic(both.generated), statistic(both.real)
    return both.estimate(lambda g, r: of_generated(g), of_real=of_real(np.ones(len(both.real))))


def _duplicates(both: Comparison) -> Estimate:
    return both.share(copies.repeated(both.generated), copies.repeated(both.real))


def _near_copies(both: Comparison) -> Estimate | str:
    if both.training is None:
        return "needs the training set"
    _, held_out = copies.nearest(both.real.embeddings, both.training.embeddings)
    least = copies.limit(held_out)
    return both.share(both.nearest[1] < least, held_out < least)


def _copies(both: Comparison) -> Estimate | str:
    if both.training is None:
        return "needs the training set"
    return both.share(copies.copied(both.generated, both.training), copies.copied(both.real, both.training))


def _characteristics(both: Comparison) -> Estimate:
    return both.share(both.generated.is_kick, both.real.is_kick)


def _gate(both: Comparison) -> Estimate:
    return both.share(*(np.array([not one for one in kicks.faults]) for kicks in (both.generated, both.real)))


def _spectral(
    measure: Callable[[Float64Array, Float64Array, Float64Array, Float64Array], Float64Array],
) -> Callable[[Comparison], Estimate]:
    def figure_of(both: Comparison) -> Estimate:
        a, b = (kicks.profiles.astype(np.float64) for kicks in (both.generated, both.real))
        return both.estimate(lambda g, r: float(measure(a, b, g[None], r[None])[0]))

    return figure_of


def _periodic(both: Comparison) -> Estimate:
    a, b = (spectra.periodic(kicks.profiles.astype(np.float64)) for kicks in (both.generated, both.real))
    limit = float(np.quantile(b, 0.95))
    return both.share(a > limit, b > limit)


MEASURES: dict[str, Callable[[Comparison], Estimate | str]] = {
    "auc_trees": _auc("trees"),
    "auc_linear": _auc("linear"),
    "frechet": _frechet,
    "frechet_infinity": _frechet_infinity,
    "kernel": _kernel,
    "precision": _neighbour("precision"),
    "recall": _neighbour("recall"),
    "density": _neighbour("density"),
    "coverage": _neighbour("coverage"),
    "wasserstein": _all_descriptors,
    "unpitched": _unpitched,
    "mono": _mono,
    "diversity": _diversity,
    "duplicates": _duplicates,
    "near_copies": _near_copies,
    "copies": _copies,
    "characteristics": _characteristics,
    "gate": _gate,
    "azimuthal": _spectral(spectra.azimuthal_distance),
    "lines": _spectral(spectra.highest_line),
    "frame_lines": _spectral(spectra.frame_lines),
    "periodic": _periodic,
    **{f"wasserstein/{name}": _one_descriptor(name) for name in compared_descriptors()},
}
