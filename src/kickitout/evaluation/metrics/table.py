"""The metrics: what each figure means, what it is blind to, and how many kicks it needs."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from kickitout.measure.descriptors import DESCRIPTORS
from kickitout.measure.embedding import EMBEDDING_SIZE

Better = Literal["lower", "higher", "real"]

INAUDIBLE = ("last_ms", "dc", "onset_ms", "decay_extrapolated", "length_extrapolated")
"""Descriptors that are not compared: they are inaudible and depend on how a file was cut."""


@dataclass(frozen=True)
class Metric:
    """The meaning of a figure.

    Attributes:
        name: its key in reports.
        words: what it measures, in a sentence.
        unit: of the value, or empty.
        better: which way is better; "real": the nearer to the real set's own figure.
        blind: what it does not detect.
        least: how many kicks each set needs.
        perfect: its value for a set against itself; None where that is the real set's own figure.
        floor: whether real training kicks set its floor. (For copies they cannot: they are copies of themselves.)
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
    return tuple(one.name for one in DESCRIPTORS if one.name not in INAUDIBLE)


def _descriptor_metrics() -> Iterator[Metric]:
    for one in DESCRIPTORS:
        if one.name not in INAUDIBLE:
            words = f"distance of the distributions of: {one.words}"
            yield Metric(f"wasserstein/{one.name}", words, "sd", "lower", "how it hangs together with the others", 20)


METRICS: dict[str, Metric] = {one.name: one for one in (*_TABLE, *_descriptor_metrics())}
"""All figures by name, in the order of reports."""

WORDS = {metric.name: {"words": metric.words, "unit": metric.unit} for metric in _TABLE}
"""What each figure measures and in what unit, by its name: for the page's Results."""
