"""The table of figures by which a set of kicks is judged, and `evaluate`, which measures them all."""

from kickitout.evaluation.metrics.evaluation import RESAMPLES, Evaluation, evaluate
from kickitout.evaluation.metrics.measures import MONO_DB
from kickitout.evaluation.metrics.table import METRICS, UNHEARD, Better, Metric, compared_descriptors

__all__ = [
    "METRICS",
    "MONO_DB",
    "RESAMPLES",
    "UNHEARD",
    "Better",
    "Evaluation",
    "Metric",
    "compared_descriptors",
    "evaluate",
]
