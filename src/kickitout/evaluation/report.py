"""An evaluation ready to be shown: figures with floors and verdicts, and the kicks worth hearing.

The floor is what real kicks reach: as many real training kicks as there are generated ones, judged by the same real
kicks (a Frechet distance shrinks as the number grows, so both have the same bias). A verdict compares
intervals, not points:

    better            the whole interval lies on the better side of the floor's whole interval
    worse             the whole interval lies on the worse side
    within the floor  they overlap: these figures cannot tell the generator from more real kicks

`data.to_json` gives plain data, `page.html.render` the page, `publish.write` both as files.
"""

import math
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from kickitout.evaluation import ladder
from kickitout.evaluation.metrics import METRICS, Evaluation, Metric, evaluate
from kickitout.evaluation.resampling import Estimate
from kickitout.evaluation.sets import KickSet
from kickitout.system.randomness import permutation

MARK = "Kick It Out evaluation"
"""Contained in every file of a report: files without it were not written by an evaluation and are not replaced."""

WORSE, WITHIN, BETTER = "worse", "within the floor", "better"

SHOWN = 12
"""Kicks in each group: at random, the most obviously generated, the most typical."""

PAIRS = 8
"""Generated kicks shown next to their nearest training kicks."""

MAPPED = 400
"""Kicks of each set on the map."""

LEAST_MAPPED = 8
"""With fewer kicks there is no map."""

MAP_SEED = 0
"""Seed of the map and of random draws: the same sets give the same page."""


@dataclass(frozen=True)
class Line:
    """One metric: the generated kicks' figure, the floor's, and what the two together mean.

    Attributes:
        place: the figure's position among known damage, in words; empty where that is not known.
    """

    metric: Metric
    figure: Estimate
    floor: Estimate | None
    place: str = ""

    @property
    def is_part(self) -> bool:
        """Whether another figure summarises it, as the mean distance does for the distance of one descriptor."""
        return "/" in self.metric.name

    @property
    def verdict(self) -> str:
        """One of the three words; empty without a floor.

        Where training kicks cannot be the floor (they are copies of themselves), the real kicks' own figure is, and
        only more than that is worse.
        """
        if not self.metric.floor and self.figure.real is not None:
            return WORSE if self.figure.low > self.figure.real else WITHIN
        if self.floor is None:
            return ""
        generated_interval, floor_interval = (
            badness_interval(self.metric, self.figure),
            badness_interval(self.metric, self.floor),
        )
        if generated_interval[0] > floor_interval[1]:
            return WORSE
        return BETTER if generated_interval[1] < floor_interval[0] else WITHIN

    @property
    def excess(self) -> float:
        """How far the interval lies beyond the floor's, in widths of both together; 0 where it does not."""
        if self.floor is None or self.verdict != WORSE:
            return 0.0
        generated_interval, floor_interval = (
            badness_interval(self.metric, self.figure),
            badness_interval(self.metric, self.floor),
        )
        width = (generated_interval[1] - generated_interval[0]) + (floor_interval[1] - floor_interval[0])
        return (generated_interval[0] - floor_interval[1]) / width if width > 0.0 else math.inf


def badness_interval(metric: Metric, figure: Estimate) -> tuple[float, float]:
    """The figure's interval on a scale where less is better: (best, worst).

    The figure itself, its negative, or its distance from the real set's, as the metric says.
    """
    ends = (min(figure.low, figure.value), max(figure.high, figure.value))
    if metric.better == "lower":
        return ends
    if metric.better == "higher":
        return -ends[1], -ends[0]
    if figure.real is None:
        return 0.0, math.inf
    low, high = ends[0] - figure.real, ends[1] - figure.real
    return (0.0 if low <= 0.0 <= high else min(abs(low), abs(high))), max(abs(low), abs(high))


@dataclass(frozen=True)
class Pair:
    """A generated kick (its index), the training kick nearest to it (its index), and how far apart they are."""

    generated: int
    training: int
    distance: float


@dataclass(frozen=True)
class Report:
    """An evaluation with its sets.

    Attributes:
        generated, real, training: the sets; training is None where none was given.
        evaluation: of the generated kicks.
        floor: of real training kicks against the same real kicks; None without training kicks.
        floor_size: how many training kicks the floor was measured on.
    """

    generated: KickSet
    real: KickSet
    training: KickSet | None
    evaluation: Evaluation
    floor: Evaluation | None
    floor_size: int = 0

    @cached_property
    def lines(self) -> tuple[Line, ...]:
        """The figures that there are, in the order of `metrics.METRICS`."""
        figures, floors = self.evaluation.figures, self.floor.figures if self.floor else {}
        return tuple(
            Line(metric, figures[name], floors.get(name), ladder.locate(name, figures[name].value, figures[name].real))
            for name, metric in METRICS.items()
            if name in figures
        )

    @property
    def tally(self) -> Counter[str]:
        """How many figures have each verdict; parts of another figure do not count."""
        return Counter(line.verdict for line in self.lines if line.verdict and not line.is_part)

    @property
    def notes(self) -> tuple[str, ...]:
        """Reservations about the figures, a sentence each."""
        return tuple(_notes(self))


def compare(
    generated: KickSet,
    real: KickSet,
    training: KickSet | None = None,
    *,
    step: Callable[[str], None] = lambda words: None,
) -> Report:
    """Judge generated kicks by real ones, and real training kicks by the same ones for a floor.

    Args:
        generated, real: the kicks that are judged, and those that they are judged by.
        training: the kicks that the generator was trained on; as many of them as there are generated kicks, drawn at
            random, make the floor.
        step: called with a description of each step as it begins.
    """
    step("judging the generated kicks")
    evaluation = evaluate(generated, real, training)
    if training is None:
        return Report(generated, real, None, evaluation, None)
    judges = set(real.hashes)
    others = training.select(index for index, digest in enumerate(training.hashes) if digest not in judges)
    if not len(others):
        return Report(generated, real, training, evaluation, None)
    step("measuring the floor: training kicks judged by the same real kicks")
    held = others.draw(len(generated))
    # Without the training set: each training kick would count as a copy of itself.
    return Report(generated, real, training, evaluation, evaluate(held, real), len(held))


def _notes(report: Report) -> Iterator[str]:
    generated, real = report.generated, report.real
    if report.training is None:
        yield (
            "There is no floor, because there are no training kicks. Without a floor a figure says little: two "
            "collections of real kicks differ too. For a floor give --train FOLDER, real kicks of other kits, or judge "
            "by a split of a prepared library that is not its training split: --real LIB:sibling."
        )
    elif report.floor is None:
        yield (
            "There is no floor: the real kicks are the training kicks themselves. Judge by kicks that the generator "
            "has not seen, such as --real LIB:sibling."
        )
    elif report.floor_size < len(generated):
        yield (
            f"The floor rests on {report.floor_size:,} training kicks, which are all there are, and the figures on "
            f"{len(generated):,} generated ones. A distance shrinks as the number grows: judge -n {report.floor_size} "
            "for an even comparison."
        )
    for one in (generated, real, report.training):
        if one is not None and one.refused:
            names = ", ".join(f"{file} ({reason})" for file, reason in one.refused[:3])
            more = f" and {len(one.refused) - 3:,} more" if len(one.refused) > 3 else ""
            count = len(one.refused)
            yield f"{count:,} {'file' if count == 1 else 'files'} of {one.name} could not be read: {names}{more}."
        if one is not None:
            yield from one.notes
    if report.training is not None and set(report.training.hashes) & set(real.hashes):
        shared = len(set(report.training.hashes) & set(real.hashes))
        yield f"{shared:,} of the training kicks are among the real kicks that judge; they are left out of the floor."
    both = set(generated.hashes) & set(real.hashes)
    if both:
        yield (
            f"{len(both):,} of the generated kicks are, sample by sample, among the real kicks that judge them: "
            "the figures flatter."
        )
    silent = int((~generated.samples.any(axis=(1, 2))).sum())
    if silent:
        yield f"{silent:,} of the generated kicks are silent."


def at_random(kicks: KickSet, count: int) -> list[int]:
    """`count` kicks drawn at random, the same ones for the same set."""
    return [int(index) for index in permutation(MAP_SEED, "evaluation/report", len(kicks))[:count]]


def _ranked(values: NDArray[np.float64] | None, count: int, *, highest: bool) -> list[int]:
    if values is None or not np.isfinite(values).any():
        return []
    finite = np.flatnonzero(np.isfinite(values))
    order = finite[np.argsort(-values[finite] if highest else values[finite], kind="stable")]
    return [int(index) for index in order[:count]]


def most_obvious(report: Report, count: int = SHOWN) -> list[int]:
    """The generated kicks that the classifier is most certain of, most certain first; empty where it was not
    trained."""
    return _ranked(report.evaluation.per_kick.get("score"), count, highest=True)


def most_typical(report: Report, count: int = SHOWN) -> list[int]:
    """The generated kicks with the least mean distance to their five nearest real kicks, nearest first."""
    return _ranked(report.evaluation.per_kick.get("typicality"), count, highest=False)


def nearest_pairs(report: Report, count: int = PAIRS) -> list[Pair]:
    """The generated kicks nearest to a training kick, nearest first."""
    places = report.evaluation.per_kick.get("nearest")
    distances = report.evaluation.per_kick.get("nearest_distance")
    if places is None or distances is None:
        return []
    return [
        Pair(index, int(places[index]), float(distances[index])) for index in _ranked(distances, count, highest=False)
    ]


@dataclass(frozen=True)
class MapPoint:
    """A kick on the map: which set ("training", "real", "generated"), its index there, and where, in any unit."""

    kind: str
    index: int
    x: float
    y: float


def lay_out(report: Report, count: int = MAPPED) -> list[MapPoint]:
    """Kicks of each set in a plane, neighbours near each other: t-SNE (van der Maaten and Hinton, 2008) of embeddings.

    At most `count` of each set, drawn at random, and the same number of real and of generated ones. The same sets give
    the same map, whatever the number of threads. (On principal components a few outliers would compress all other
    kicks into one point.)
    """
    from sklearn.manifold import TSNE
    from threadpoolctl import threadpool_limits

    even = min(count, len(report.generated), len(report.real))
    sets = [("training", report.training, count), ("real", report.real, even), ("generated", report.generated, even)]
    chosen = [
        (kind, index, kicks.embeddings[index])
        for kind, kicks, most in sets
        if kicks is not None
        for index in at_random(kicks, most)
    ]
    if len(chosen) < LEAST_MAPPED:
        return []
    points = np.array([embedding for _, _, embedding in chosen])
    with threadpool_limits(1):
        plane = TSNE(
            perplexity=min(30.0, (len(points) - 1) / 3.0),
            init=_start(points),
            random_state=MAP_SEED,
            max_iter=500,
            n_jobs=1,
        ).fit_transform(points)
    return [
        MapPoint(kind, index, float(x), float(y))
        for (kind, index, _), (x, y) in zip(chosen, plane.tolist(), strict=True)
    ]


def _start(points: NDArray[np.float64]) -> NDArray[np.float32]:
    """The first two principal components of (n, d) as (n, 2), scaled to the small size that t-SNE starts from.

    Signs are fixed, so that the map does not depend on the linear algebra library.
    """
    centred = points - points.mean(axis=0)
    _, _, directions = np.linalg.svd(centred, full_matrices=False)
    plane = centred @ directions[:2].T
    furthest = plane[np.abs(plane).argmax(axis=0), [0, 1]]
    plane *= np.where(furthest < 0.0, -1.0, 1.0)
    spread = float(plane[:, 0].std())
    return np.asarray(plane * (1e-4 / spread if spread > 0.0 else 1.0), dtype=np.float32)


def gate_failures(report: Report) -> list[tuple[str, float, float]]:
    """(rule, share of the generated kicks that fail it, share of the real ones), the most frequent first."""
    counts = [Counter(rule for faults in kicks.faults for rule in faults) for kicks in (report.generated, report.real)]
    sizes = [max(1, len(report.generated)), max(1, len(report.real))]
    rows = [(rule, counts[0][rule] / sizes[0], counts[1][rule] / sizes[1]) for rule in {*counts[0], *counts[1]}]
    return sorted(rows, key=lambda row: (-row[1], -row[2], row[0]))


def clean(text: str) -> str:
    """A name as text that is safe in any file: without lone surrogates, control characters and direction marks."""
    whole = text.encode("utf-8", "replace").decode("utf-8")
    return "".join("�" if c < " " or "\x7f" <= c <= "\x9f" or c in _TURNING else c for c in whole)


_TURNING = "\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
