"""A metric on the ladder: how it responds to each damage."""

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from kickitout.evaluation.damage import Damage

ORDERS = 0.9
"""The least correlation at which a metric ranks a damage."""

Float64Array = NDArray[np.float64]


@dataclass(frozen=True)
class Standing:
    """One metric's response to one damage.

    Attributes:
        values: its figures, (levels, seeds); NaN where there was none.
        correlation: of the level and how bad the figure is; NaN if undefined.
        seen_from: the index of the least level from which on it detects the damage; None if it does not.
    """

    damage: Damage
    values: Float64Array
    correlation: float
    seen_from: int | None

    @property
    def orders(self) -> bool:
        """Whether more damage gives a worse figure."""
        return self.correlation >= ORDERS

    @property
    def catches(self) -> bool:
        """Whether it both ranks and detects the damage."""
        return self.orders and self.seen_from is not None

    @property
    def words(self) -> str:
        """The least damage detected, in words; empty if none is."""
        return "" if self.seen_from is None else self.damage.describe(self.damage.levels[self.seen_from])


@dataclass(frozen=True)
class Rung:
    """A metric's figure for real kicks with known damage (median over seeds), and the damage in words."""

    words: str
    value: float
    bad: float
    step: float
    """0..1: the level's position between the least and the grossest of its damage."""


@dataclass(frozen=True)
class Climb:
    """One metric on the ladder.

    Attributes:
        metric: its name.
        better: "lower", "higher", or "real": the nearer to the real set's own figure the better.
        claims: the damages that it is meant for.
        floor: its figures for undamaged draws.
        real: the real set's own figure where the metric compares with it.
        standings: by damage.
    """

    metric: str
    better: str
    claims: tuple[str, ...]
    floor: Float64Array
    real: float | None
    standings: dict[str, Standing]

    @property
    def kept_claims(self) -> tuple[str, ...]:
        """The claimed damages that it ranks and detects."""
        return tuple(name for name in self.claims if name in self.standings and self.standings[name].catches)

    @property
    def earns_its_place(self) -> bool:
        """Whether it keeps at least one claim."""
        return bool(self.kept_claims)

    @property
    def worst_undamaged(self) -> float:
        """The badness of the worst undamaged draw."""
        return float(np.max(badness(self.floor, self.better, self.real)))

    @cached_property
    def rungs(self) -> tuple[Rung, ...]:
        """The levels that it detects of the claimed damages that it ranks, from the least bad to the worst."""
        result = []
        for name in self.kept_claims:
            standing = self.standings[name]
            levels = standing.damage.levels
            for index in range(standing.seen_from or 0, len(levels)):
                value = float(np.median(standing.values[index]))
                bad = float(badness(np.array(value), self.better, self.real))
                result.append(Rung(standing.damage.describe(levels[index]), value, bad, index / (len(levels) - 1)))
        return tuple(sorted(result, key=lambda rung: (rung.bad, rung.step, rung.words)))

    def locate(self, value: float, real: float | None = None) -> str:
        """Which rungs a figure lies between, in words; empty if there are none.

        Args:
            value: the figure.
            real: the real set's own figure where the metric compares with it; None: that of the ladder's real set.
        """
        if not math.isfinite(value) or not self.rungs:
            return ""
        bad = float(badness(np.array(value), self.better, self.real if real is None else real))
        if bad <= self.worst_undamaged:
            return "like undamaged kicks"
        # Where figures saturate, many rungs are equal: only the mildest of them is certain.
        under = [rung for rung in self.rungs if rung.bad <= bad]
        under = [rung for rung in under if math.isclose(rung.bad, under[-1].bad)]
        over = next((rung for rung in self.rungs if rung.bad > bad), None)
        if not under:
            return f"nearer to real than {self.rungs[0].words}"
        least = min(under, key=lambda rung: (rung.step, rung.words))
        if math.isclose(least.bad, bad):
            return f"as far from real as {least.words}"
        if over is None:
            return f"further from real than {least.words}"
        return f"between {least.words} and {over.words}"


def badness(values: Float64Array, better: str, real: float | None) -> Float64Array:
    """Figures on a scale where more is worse: themselves, their negatives, or their distances from the real set's."""
    if better == "lower":
        return values
    if better == "higher":
        return -values
    if real is None:
        return np.full(values.shape, np.nan)
    return np.asarray(np.abs(values - real))


def rank_correlation(levels: Float64Array, values: Float64Array) -> float:
    """Spearman's rank correlation of two arrays of one shape, ties at the mean rank; NaN if undefined.

    Pairs without a value are left out; it is undefined if they are more than a third, and 0 if nothing varies.
    """
    known = np.isfinite(values)
    if known.sum() < 3 or 3 * known.sum() < 2 * values.size:
        return math.nan
    a, b = rankdata(levels[known]), rankdata(values[known])
    a, b = a - a.mean(), b - b.mean()
    scale = float(np.sqrt((a @ a) * (b @ b)))
    return float(a @ b) / scale if scale > 0.0 else 0.0


def stand(damage: Damage, values: Float64Array, floor: Float64Array, better: str, real: float | None) -> Standing:
    """The response of a metric with these figures (levels, seeds) to a damage, compared with undamaged draws."""
    bad = badness(values, better, real)
    levels = np.broadcast_to(np.arange(len(bad), dtype=np.float64)[:, None], bad.shape)
    known = badness(floor[np.isfinite(floor)], better, real)
    beyond = (bad > known.max()).all(axis=1) if known.size else np.zeros(len(bad), dtype=bool)
    blind = np.flatnonzero(~beyond)
    first = int(blind[-1]) + 1 if blind.size else 0
    seen_from = first if first < len(bad) else None
    return Standing(damage, values, rank_correlation(levels, bad), seen_from)
