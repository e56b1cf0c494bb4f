"""The gate: whether a kick is fit to be given to somebody. One rule, one limit, one reason each."""

from kickitout.quality.gate import Fault, Verdict, judge
from kickitout.quality.rules import RULES, Rule

__all__ = ["RULES", "Fault", "Rule", "Verdict", "judge"]
