"""The table of figures by which a set of kicks is judged, and `evaluate`, which measures them all."""

from kickitout.evaluation.metrics.evaluation import RESAMPLES, Evaluation, evaluate
from kickitout.evaluation.metrics.measures import MONO_DB
from kickitout.evaluation.metrics.table import INAUDIBLE, METRICS, Better, Metric, compared_descriptors

__all__ = [
    "INAUDIBLE",
    "METRICS",
    "MONO_DB",
    "RESAMPLES",
    "Better",
    "Evaluation",
    "Metric",
    "compared_descriptors",
    "evaluate",
]
