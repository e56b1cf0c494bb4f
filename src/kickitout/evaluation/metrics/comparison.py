"""Two sets of kicks, and the measurements that several figures share."""

from collections.abc import Callable
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from kickitout.evaluation import copies, distances, two_sample
from kickitout.evaluation.metrics.table import compared_descriptors
from kickitout.evaluation.resampling import Estimate, Weights, estimate, kit_weights
from kickitout.evaluation.sets import KickSet
from kickitout.measure.descriptors import DESCRIPTORS

Float64Array = NDArray[np.float64]

RATE = (0.0, 1.0)
DISTANCE = (0.0, np.inf)


class Comparison:
    """Two sets and the measurements that several figures share, each made once, when it is first needed."""

    def __init__(self, generated: KickSet, real: KickSet, training: KickSet | None, resamples: int) -> None:
        self.generated, self.real, self.training = generated, real, training
        # One purpose for both: a set against itself is drawn the same on both sides.
        self.generated_weights = kit_weights(generated.kits, resamples, "bootstrap")
        self.real_weights = kit_weights(real.kits, resamples, "bootstrap")

    def estimate(
        self,
        statistic: Callable[[Weights, Weights], float],
        bounds: tuple[float, float] = DISTANCE,
        of_real: float | None = None,
    ) -> Estimate:
        return estimate(statistic, self.generated_weights, self.real_weights, bounds=bounds, of_real=of_real)

    def share(self, generated: NDArray[np.bool_], real: NDArray[np.bool_] | None) -> Estimate:
        """The share of the generated kicks for which a flag holds."""
        of_real = float(real.mean()) if real is not None and len(real) else None
        return self.estimate(lambda g, r: float(g @ generated / g.sum()), RATE, of_real)

    @cached_property
    def neighbourhoods(self) -> distances.Neighbourhoods:
        same = np.array(self.generated.hashes)[:, None] == np.array(self.real.hashes)[None, :]
        return distances.neighbourhoods(self.generated.embeddings, self.real.embeddings, same)

    def scores(self, learner: str) -> tuple[Float64Array, Float64Array]:
        return two_sample.scores(
            _features(self.generated), _features(self.real), self.generated.kits, self.real.kits, learner
        )

    @cached_property
    def tree_scores(self) -> tuple[Float64Array, Float64Array]:
        return self.scores("trees")

    @cached_property
    def nearest(self) -> tuple[NDArray[np.int64], Float64Array]:
        assert self.training is not None
        return copies.nearest(self.generated.embeddings, self.training.embeddings)


def axis(name: str, values: Float64Array) -> Float64Array:
    """A descriptor on the axis on which it is compared."""
    logarithmic = next(one.logarithmic for one in DESCRIPTORS if one.name == name)
    return np.log2(np.maximum(values, 1e-3)) if logarithmic else values


def _features(kicks: KickSet) -> Float64Array:
    """The features for classifiers: the embedding and the compared descriptors, (n, f); NaN where one is absent."""
    columns = [axis(name, kicks.descriptors[name]) for name in compared_descriptors()]
    return np.concatenate([kicks.embeddings, np.stack(columns, axis=1)], axis=1)
