"""Taste: whether a kick is like those that producers keep. Each rule has limits, a measure and a reason."""

from kickitout.measure.taste.rules import RULES, Rule
from kickitout.measure.taste.taste import LEAST_TYPICAL, Failure, Taste, keeps, taste

__all__ = ["LEAST_TYPICAL", "RULES", "Failure", "Rule", "Taste", "keeps", "taste"]
