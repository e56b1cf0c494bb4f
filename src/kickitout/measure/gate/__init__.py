"""The quality gate: whether a kick is fit for use. Each rule has one limit and one reason."""

from kickitout.measure.gate.gate import Fault, Verdict, judge
from kickitout.measure.gate.rules import RULES, Rule

__all__ = ["RULES", "Fault", "Rule", "Verdict", "judge"]
