"""`evaluate`: all figures of a set of kicks, and measurements of single kicks."""

from collections.abc import Collection
from dataclasses import asdict, dataclass, field
from typing import Any

from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from kickitout.evaluation import distances
from kickitout.evaluation.metrics.comparison import Comparison
from kickitout.evaluation.metrics.measures import MEASURES
from kickitout.evaluation.metrics.table import METRICS, Metric
from kickitout.evaluation.resampling import Estimate
from kickitout.evaluation.sets import KickSet

RESAMPLES = 200


@dataclass(frozen=True)
class Evaluation:
    """The result of an evaluation.

    Attributes:
        generated, real, training: the sets' names.
        n_generated, n_real, n_training: their sizes.
        figures: by the metric's name.
        missing: why a figure is missing, by the metric's name.
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
    figures: dict[str, Estimate]
    missing: dict[str, str]
    per_kick: dict[str, NDArray[Any]] = field(repr=False)
    refused: tuple[tuple[str, str], ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The figures as plain data, without the measurements of single kicks."""
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


def _too_few(metric: Metric, both: Comparison) -> str:
    fewest, whose = min((len(both.generated), "generated"), (len(both.real), "real"))
    return f"needs {metric.least} {whose} kicks, there are {fewest}" if fewest < metric.least else ""


def _per_kick(both: Comparison, figures: Collection[str]) -> dict[str, NDArray[Any]]:
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
        generated: the kicks that are judged.
        real: the kicks that they are compared with.
        training: the kicks that the model was trained on, to detect copies.
        resamples: draws of the bootstrap over kits; 0 leaves the intervals empty.
        only: the metrics to measure; None: all.
    """
    both = Comparison(generated, real, training if training is not None and len(training) else None, resamples)
    figures: dict[str, Estimate] = {}
    missing: dict[str, str] = {}
    with threadpool_limits(1):  # sums are split over threads: with one the result is the same to the bit
        for name, metric in METRICS.items():
            if only is not None and name not in only:
                continue
            result = _too_few(metric, both) or MEASURES[name](both)
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
