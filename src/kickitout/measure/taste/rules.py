"""The rules of taste: what is measured, and what is said where a kick is unlike those that producers keep."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from kickitout.measure.taste.limits import LIMITS

FURTHEST = 1.0
"""A kick counts as so far outside a limit at most, in distances from the limit to what is usual."""


@dataclass(frozen=True)
class Rule:
    """One rule of taste.

    Attributes:
        name: as in verdicts and JSON.
        words: what is measured, for people.
        unit: "Hz", "dB", "ms", "octaves".
        too_low, too_high: the reason for failing in words; `{}` stands for the measured value with its unit. Empty
            where the rule has no such limit.
        lowest, highest: the last values that pass, in the rule's unit; None: no limit.
        usual: the median of producers' kicks.
        logarithmic: whether ratios count, not differences.
        digits: after the point, for people.
    """

    name: str
    words: str
    unit: str
    too_low: str
    too_high: str
    lowest: float | None
    usual: float
    highest: float | None
    logarithmic: bool
    digits: int

    def room(self, value: float | None) -> float:
        """How far inside the limits a value lies: 1 where it is usual or better, 0 at a limit, down to -1 outside.

        None, where a sound has no such value, is as far outside as can be.
        """
        if value is None or not math.isfinite(value):
            return -FURTHEST
        rooms = [self._share(value, limit) for limit in self._limits_beyond(value)]
        return min(1.0, max(-FURTHEST, min(rooms, default=1.0)))

    def _limits_beyond(self, value: float) -> list[float]:
        below = [] if self.lowest is None or value > self.usual else [self.lowest]
        return below + ([] if self.highest is None or value < self.usual else [self.highest])

    def _share(self, value: float, limit: float) -> float:
        if not self.logarithmic:
            return (limit - value) / (limit - self.usual)
        return math.log(limit / max(value, 1e-9)) / math.log(limit / self.usual)

    def show(self, value: float) -> str:
        """A value with its unit, for people."""
        return f"{value:.{self.digits}f} {self.unit}"

    @property
    def bound(self) -> str:
        """The limits in words, such as "at most 12.0 dB"."""
        if self.lowest is None or self.highest is None:
            limit = self.highest if self.lowest is None else self.lowest
            assert limit is not None
            return f"{'at most' if self.lowest is None else 'at least'} {self.show(limit)}"
        return f"{self.lowest:.{self.digits}f} to {self.show(self.highest)}"

    def describe(self, value: float | None) -> str:
        """The reason for failing: the measured value and the limit."""
        if value is None:
            return NOTHING.format(words=self.words, bound=self.bound)
        low = self.lowest is not None and value < self.lowest
        return f"{(self.too_low if low else self.too_high).format(self.show(value))}, {self.bound}"


NOTHING = "there is no {words}, {bound}"
"""What is said where a rule's value cannot be measured."""


def _rule(
    name: str,
    words: str,
    unit: str,
    too_low: str,
    too_high: str,
    digits: int = 1,
    *,
    logarithmic: bool = False,
    limits: Mapping[str, tuple[float | None, float, float | None]] = LIMITS,
) -> Rule:
    lowest, usual, highest = limits[name]
    return Rule(name, words, unit, too_low, too_high, lowest, usual, highest, logarithmic, digits)


RULES: tuple[Rule, ...] = (
    _rule(
        "quiet", "mean level over 500 ms of a kick whose peak is at full scale", "dB",
        "it is quiet when its peak is at full scale: {}", "",
    ),
    _rule(
        "thin", "energy from 30 to 160 Hz against all of it", "dB",
        "its body is thin: 30 to 160 Hz have {} of all its energy", "",
        digits=2,
    ),
    _rule(
        "rumble", "energy below 32 Hz against all of it", "dB",
        "", "it rumbles: below 32 Hz lie {} of all its energy",
    ),
    _rule(
        "soft", "from the first sample of 1 % of the peak to the first of 50 %", "ms",
        "", "its attack is soft: it takes {}",
    ),
    _rule(
        "pitch", "heard pitch", "Hz",
        "it is low: its pitch is {}", "it is high: its pitch is {}",
        logarithmic=True,
    ),
    _rule(
        "late", "until the body is within 1 dB of its loudest", "ms",
        "", "its body comes late: after {}",
        digits=0,
    ),
    _rule(
        "swell", "how far the body rises again after its loudest", "dB",
        "", "its body swells again by {}",
    ),
    _rule(
        "rise", "how far the pitch lies over where it was before, the mean over the body", "octaves",
        "", "its pitch rises again: {} in the mean over its body",
        digits=2,
    ),
    _rule(
        "hiss", "energy above 4 kHz from 100 ms on against all of it", "dB",
        "", "it hisses: above 4 kHz it has {} of all its energy after 100 ms",
    ),
)  # fmt: skip
"""All rules, in the order in which they are reported."""
