"""The gate: whether a kick is fit to be given to somebody. One rule, one limit, one reason each."""

from kickitout.measure.gate.gate import Fault, Verdict, judge
from kickitout.measure.gate.rules import RULES, Rule

__all__ = ["RULES", "Fault", "Rule", "Verdict", "judge"]
