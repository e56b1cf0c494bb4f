"""The table of figures by which a set of kicks is judged, and `evaluate`, which measures them all."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import asdict, dataclass, field
from functools import cached_property
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from kickitout.evaluation import copies, distances, spectra, two_sample
from kickitout.evaluation.resampling import Figure, Weights, figure, kit_weights
from kickitout.evaluation.sets import KickSet
from kickitout.measure.descriptors import DESCRIPTORS
from kickitout.measure.embedding import EMBEDDING_SIZE
from kickitout.system.randomness import fraction

Array = NDArray[np.float64]
Better = Literal["lower", "higher", "real"]

RESAMPLES = 200

UNHEARD = ("last_ms", "dc", "onset_ms", "decay_extrapolated", "length_extrapolated")
"""Descriptors that no set is compared by: nobody hears them, and they tell how a file was cut, not what it is."""

MONO_DB = -59.0
"""A kick whose side lies under this is mono."""

SHARES = (0.6, 0.7, 0.8, 0.9, 1.0)
"""Shares of the sets from which the Frechet distance is extrapolated, and draws of each."""

SHARE_DRAWS = 3

RATE = (0.0, 1.0)
DISTANCE = (0.0, np.inf)


@dataclass(frozen=True)
class Metric:
    """What a figure says.

    Attributes:
        name: its key in reports.
        words: what it measures, in a sentence.
        unit: of the value, or empty.
        better: which way is better; "real": the nearer to the real set's own figure.
        blind: what it does not see.
        least: how many kicks each set needs.
        perfect: its value for a set against itself; None where that is the real set's own figure.
        floor: whether real training kicks say how good it can be. (They are copies of themselves.)
    """

    name: str
    words: str
    unit: str
    better: Better
    blind: str
    least: int
    perfect: float | None = 0.0
    floor: bool = True


_TABLE = (
    Metric(
        "auc_trees", "how well boosted trees tell generated kicks from real ones that they have not seen", "AUC",
        "lower", "faults of some kits alone (folds are parted by kit: near 0.5 is weak evidence); copies", 50, 0.5,
    ),
    Metric(
        "auc_linear", "the same for a linear classifier", "AUC", "lower", "differences of spread, not of mean", 50, 0.5,
    ),
    Metric(
        "frechet", "distance of mean and spread of the embeddings", "", "lower",
        "the shape of the distribution beyond mean and spread; it grows as sets get smaller", EMBEDDING_SIZE + 1,
    ),
    Metric(
        "frechet_infinity", "the same, extrapolated to infinitely many kicks", "", "lower",
        "as the Frechet distance; noisy for small sets, where it may be below 0", 100,
    ),
    Metric(
        "kernel", "maximum mean discrepancy of the embeddings", "1e-3", "lower",
        "differences finer than the kernel's width", 20,
    ),
    Metric(
        "precision", "share of the generated kicks that lie among real ones", "share", "higher",
        "how many different ones there are; one real outlier opens a wide door", 20, 1.0,
    ),
    Metric(
        "recall", "share of the real kicks that lie among generated ones", "share", "higher", "as precision", 20, 1.0
    ),
    Metric(
        "density", "how densely real kicks lie around generated ones", "", "higher",
        "variety: one typical kick is dense", 20, 1.0,
    ),
    Metric(
        "coverage", "share of the real kicks that have a generated one in their neighbourhood", "share", "higher",
        "bad kicks beside good ones", 20, 1.0,
    ),
    Metric(
        "wasserstein", "mean distance of the descriptors' distributions, in real standard deviations", "sd", "lower",
        "how descriptors hang together", 20,
    ),
    Metric(
        "unpitched", "share of the kicks without a pitch", "share", "real", "which pitch the others have", 20, None
    ),
    Metric("mono", "share of the kicks that are mono", "share", "real", "how wide the others are", 20, None),
    Metric(
        "diversity", "effective number of different directions of the embeddings of equally many kicks (Vendi)", "",
        "real", "whether the variety is that of kicks", 20, None,
    ),
    Metric(
        "duplicates", "share of the kicks that are the same sound as one of the eight closest of the set", "share",
        "lower", "near likeness", 2, None,
    ),
    Metric(
        "near_copies", "share that is nearer to a training kick than 95 % of the held-out real kicks are", "share",
        "real", "copies of a part of a kick", 20, None, floor=False,
    ),
    Metric(
        "copies", "share that is the same sound as a training kick", "share", "lower", "likeness short of sameness", 1,
        None, floor=False,
    ),
    Metric(
        "characteristics", "share with the draft's defining characteristics of a kick", "share", "higher",
        "all that a kick may be beyond click, rumble and decay", 1, None,
    ),
    Metric("gate", "share that passes the quality gate", "share", "higher", "taste", 1, None),
    Metric(
        "azimuthal", "distance of the azimuthal spectra of the loudness image (Durall et al.)", "dB", "lower",
        "phase, and where in the image a detail stands", 20,
    ),
    Metric(
        "lines", "the narrow line that stands highest above the real average spectrum", "dB", "lower",
        "lines that move from kick to kick", 20,
    ),
    Metric(
        "frame_lines", "how far lines at multiples of a frame rate stand above the real spectrum together",
        "dB", "lower", "lines of any other origin", 20,
    ),
    Metric(
        "periodic", "share with more periodic noise than 95 % of the real kicks", "share", "real",
        "noise that does not repeat", 20, None,
    ),
)  # fmt: skip


def compared_descriptors() -> tuple[str, ...]:
    """The names of the descriptors by which sets are compared."""
    return tuple(one.name for one in DESCRIPTORS if one.name not in UNHEARD)


def _descriptor_metrics() -> Iterator[Metric]:
    for one in DESCRIPTORS:
        if one.name not in UNHEARD:
            words = f"distance of the distributions of: {one.words}"
            yield Metric(f"wasserstein/{one.name}", words, "sd", "lower", "how it hangs together with the others", 20)


METRICS: dict[str, Metric] = {one.name: one for one in (*_TABLE, *_descriptor_metrics())}
"""All figures by name, in the order of reports."""


@dataclass(frozen=True)
class Evaluation:
    """What was measured.

    Attributes:
        generated, real, training: the sets' names.
        n_generated, n_real, n_training: their sizes.
        figures: by the metric's name.
        missing: why a figure is not there, by the metric's name.
        per_kick: arrays (n_generated,) in the order of the generated set: "score" (how generated it looks to the
            trees), "typicality" (mean distance to the five nearest real kicks), "nearest" (index of the nearest
            training kick) and "nearest_distance"; each only where it could be measured.
        refused: (file, reason) of generated files that could not be read.
    """

    generated: str
    real: str
    training: str | None
    n_generated: int
    n_real: int
    n_training: int
    figures: dict[str, Figure]
    missing: dict[str, str]
    per_kick: dict[str, NDArray[Any]] = field(repr=False)
    refused: tuple[tuple[str, str], ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The figures as plain data, without what belongs to single kicks."""
        return {
            "generated": self.generated,
            "real": self.real,
            "training": self.training,
            "n_generated": self.n_generated,
            "n_real": self.n_real,
            "n_training": self.n_training,
            "figures": {name: asdict(one) for name, one in self.figures.items()},
            "missing": dict(self.missing),
            "refused": [list(one) for one in self.refused],
        }


class _Comparison:
    """Two sets and what several figures need of them, each measured once and only if it is asked for."""

    def __init__(self, generated: KickSet, real: KickSet, training: KickSet | None, resamples: int) -> None:
        self.generated, self.real, self.training = generated, real, training
        # One purpose for both: a set against itself is drawn the same on both sides.
        self.generated_weights = kit_weights(generated.kits, resamples, "bootstrap")
        self.real_weights = kit_weights(real.kits, resamples, "bootstrap")

    def figure(
        self,
        statistic: Callable[[Weights, Weights], float],
        bounds: tuple[float, float] = DISTANCE,
        of_real: float | None = None,
    ) -> Figure:
        return figure(statistic, self.generated_weights, self.real_weights, bounds=bounds, of_real=of_real)

    def share(self, generated: NDArray[np.bool_], real: NDArray[np.bool_] | None) -> Figure:
        """The share of the generated kicks that something holds for."""
        of_real = float(real.mean()) if real is not None and len(real) else None
        return self.figure(lambda g, r: float(g @ generated / g.sum()), RATE, of_real)

    @cached_property
    def neighbourhoods(self) -> distances.Neighbourhoods:
        same = np.array(self.generated.hashes)[:, None] == np.array(self.real.hashes)[None, :]
        return distances.neighbourhoods(self.generated.embeddings, self.real.embeddings, same)

    def scores(self, learner: str) -> tuple[Array, Array]:
        return two_sample.scores(
            _features(self.generated), _features(self.real), self.generated.kits, self.real.kits, learner
        )

    @cached_property
    def tree_scores(self) -> tuple[Array, Array]:
        return self.scores("trees")

    @cached_property
    def nearest(self) -> tuple[NDArray[np.int64], Array]:
        assert self.training is not None
        return copies.nearest(self.generated.embeddings, self.training.embeddings)


def _axis(name: str, values: Array) -> Array:
    """A descriptor on the axis on which it is compared."""
    logarithmic = next(one.logarithmic for one in DESCRIPTORS if one.name == name)
    return np.log2(np.maximum(values, 1e-3)) if logarithmic else values


def _features(kicks: KickSet) -> Array:
    """What classifiers are given: the embedding and the compared descriptors, (n, f); NaN where one is absent."""
    columns = [_axis(name, kicks.descriptors[name]) for name in compared_descriptors()]
    return np.concatenate([kicks.embeddings, np.stack(columns, axis=1)], axis=1)


def _auc(learner: str) -> Callable[[_Comparison], Figure | str]:
    def measure(both: _Comparison) -> Figure | str:
        kits = both.generated.kits, both.real.kits
        if not two_sample.can_judge(*kits):
            return "needs kicks of more kits: they are never on both sides of a fold"
        generated, real = both.tree_scores if learner == "trees" else both.scores(learner)
        places = two_sample.folds(*kits)
        return both.figure(lambda g, r: two_sample.auc_within(generated, real, *places, g, r), RATE)

    return measure


def _frechet(both: _Comparison) -> Figure:
    a, b = both.generated.embeddings, both.real.embeddings
    return both.figure(lambda g, r: distances.frechet(a, b, g, r))


def _thinned(kicks: KickSet, share: float, draw: int) -> Weights:
    """Which kicks are kept when only a share is: decided by each kick's content alone, so that a kick in both sets is
    kept in both or in none."""
    places = np.array([fraction(f"{digest}/{draw}") for digest in kicks.hashes])
    kept = np.zeros(len(places))
    kept[np.argsort(places, kind="stable")[: round(share * len(places))]] = 1.0
    return kept


def _frechet_infinity(both: _Comparison) -> Figure:
    a, b = both.generated.embeddings, both.real.embeddings
    shares = np.repeat(SHARES, [1 if share == 1.0 else SHARE_DRAWS for share in SHARES])
    kept = [
        (_thinned(both.generated, share, draw), _thinned(both.real, share, draw)) for draw, share in enumerate(shares)
    ]

    def statistic(g: Weights, r: Weights) -> float:
        apart = [distances.frechet(a, b, g * x, r * y) for x, y in kept]
        return distances.extrapolate(shares, np.array(apart))

    # Each resample costs a dozen distances: a quarter of them says enough.
    few = max(0, len(both.generated_weights) // 4)
    return figure(statistic, both.generated_weights[:few], both.real_weights[:few], bounds=(-np.inf, np.inf))


def _kernel(both: _Comparison) -> Figure:
    kernel = distances.kernel(both.generated.embeddings, both.real.embeddings, both.generated.hashes, both.real.hashes)
    return both.figure(lambda g, r: 1000.0 * kernel.discrepancy(g, r), (-np.inf, np.inf))


def _neighbour(name: str) -> Callable[[_Comparison], Figure]:
    def measure(both: _Comparison) -> Figure:
        statistic = getattr(both.neighbourhoods, name)
        return both.figure(statistic, DISTANCE if name == "density" else RATE)

    return measure


def _descriptor(both: _Comparison, name: str) -> Callable[[Weights, Weights], float]:
    """The Wasserstein distance of one descriptor, of the kicks that have it; for the widths, that are not mono."""
    a, b = (_axis(name, kicks.descriptors[name]) for kicks in (both.generated, both.real))
    if name.startswith("width"):
        a, b = (np.where(x > MONO_DB, x, np.nan) for x in (a, b))
    has_a, has_b = np.isfinite(a), np.isfinite(b)
    spread = float(b[has_b].std()) if has_b.any() else 0.0
    scale = spread if spread > 1e-6 else 1.0
    x, y = a[has_a], b[has_b]
    return lambda g, r: distances.wasserstein(x, y, g[has_a], r[has_b], scale)


def _one_descriptor(name: str) -> Callable[[_Comparison], Figure | str]:
    def measure(both: _Comparison) -> Figure | str:
        statistic = _descriptor(both, name)
        everything = statistic(np.ones(len(both.generated)), np.ones(len(both.real)))
        if not np.isfinite(everything):
            return "no kick of one of the sets has it"
        return both.figure(statistic)

    return measure


def _all_descriptors(both: _Comparison) -> Figure:
    statistics = [_descriptor(both, name) for name in compared_descriptors()]

    def statistic(g: Weights, r: Weights) -> float:
        values = np.array([one(g, r) for one in statistics])
        return float(values[np.isfinite(values)].mean()) if np.isfinite(values).any() else 0.0

    return both.figure(statistic)


def _unpitched(both: _Comparison) -> Figure:
    return both.share(*(~np.isfinite(kicks.descriptors["pitch_hz"]) for kicks in (both.generated, both.real)))


def _mono(both: _Comparison) -> Figure:
    return both.share(*(kicks.descriptors["width_db"] <= MONO_DB for kicks in (both.generated, both.real)))


def _diversity(both: _Comparison) -> Figure:
    # Fewer kicks are less diverse: the larger set is thinned to the size of the smaller one.
    count = min(len(both.generated), len(both.real))

    def statistic(kicks: KickSet) -> Callable[[Weights], float]:
        draws = 1 if len(kicks) == count else SHARE_DRAWS
        kept = [_thinned(kicks, count / len(kicks), draw) for draw in range(draws)]
        return lambda w: float(np.mean([distances.vendi(kicks.embeddings, w * x) for x in kept if (w * x).any()]))

    of_generated, of_real = statistic(both.generated), statistic(both.real)
    return both.figure(lambda g, r: of_generated(g), of_real=of_real(np.ones(len(both.real))))


def _duplicates(both: _Comparison) -> Figure:
    return both.share(copies.repeated(both.generated), copies.repeated(both.real))


def _near_copies(both: _Comparison) -> Figure | str:
    if both.training is None:
        return "needs the training set"
    _, held_out = copies.nearest(both.real.embeddings, both.training.embeddings)
    least = copies.limit(held_out)
    return both.share(both.nearest[1] < least, held_out < least)


def _copies(both: _Comparison) -> Figure | str:
    if both.training is None:
        return "needs the training set"
    return both.share(copies.copied(both.generated, both.training), copies.copied(both.real, both.training))


def _characteristics(both: _Comparison) -> Figure:
    return both.share(both.generated.is_kick, both.real.is_kick)


def _gate(both: _Comparison) -> Figure:
    return both.share(*(np.array([not one for one in kicks.faults]) for kicks in (both.generated, both.real)))


def _spectral(measure: Callable[[Array, Array, Array, Array], Array]) -> Callable[[_Comparison], Figure]:
    def figure_of(both: _Comparison) -> Figure:
        a, b = (kicks.profiles.astype(np.float64) for kicks in (both.generated, both.real))
        return both.figure(lambda g, r: float(measure(a, b, g[None], r[None])[0]))

    return figure_of


def _periodic(both: _Comparison) -> Figure:
    a, b = (spectra.periodic(kicks.profiles.astype(np.float64)) for kicks in (both.generated, both.real))
    limit = float(np.quantile(b, 0.95))
    return both.share(a > limit, b > limit)


_MEASURES: dict[str, Callable[[_Comparison], Figure | str]] = {
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


def _too_few(metric: Metric, both: _Comparison) -> str:
    fewest, whose = min((len(both.generated), "generated"), (len(both.real), "real"))
    return f"needs {metric.least} {whose} kicks, there are {fewest}" if fewest < metric.least else ""


def _per_kick(both: _Comparison, figures: Collection[str]) -> dict[str, NDArray[Any]]:
    result: dict[str, NDArray[Any]] = {}
    if "auc_trees" in figures:
        result["score"] = both.tree_scores[0]
    if len(both.real) >= distances.NEIGHBOURS and len(both.generated):
        result["typicality"] = distances.to_nearest(both.generated.embeddings, both.real.embeddings)
    if both.training is not None and len(both.training) and len(both.generated):
        result["nearest"], result["nearest_distance"] = both.nearest
    return result


def evaluate(
    generated: KickSet,
    real: KickSet,
    training: KickSet | None = None,
    *,
    resamples: int = RESAMPLES,
    only: Collection[str] | None = None,
) -> Evaluation:
    """Measure a set of kicks against real ones.

    The same sets give the same figures, whatever the order of files, the number of threads or of workers.

    Args:
        generated: what is judged.
        real: what it is to be like.
        training: what the model was trained on, for copies.
        resamples: draws of the bootstrap over kits; 0 leaves the intervals empty.
        only: the metrics to measure; None: all.
    """
    both = _Comparison(generated, real, training if training is not None and len(training) else None, resamples)
    figures: dict[str, Figure] = {}
    missing: dict[str, str] = {}
    with threadpool_limits(1):  # sums are split over threads: one keeps every bit
        for name, metric in METRICS.items():
            if only is not None and name not in only:
                continue
            result = _too_few(metric, both) or _MEASURES[name](both)
            if isinstance(result, str):
                missing[name] = result
            else:
                figures[name] = result
        per_kick = _per_kick(both, figures)
    return Evaluation(
        generated=generated.name,
        real=real.name,
        training=None if training is None else training.name,
        n_generated=len(generated),
        n_real=len(real),
        n_training=0 if training is None else len(training),
        figures=figures,
        missing=missing,
        per_kick=per_kick,
        refused=generated.refused,
    )
