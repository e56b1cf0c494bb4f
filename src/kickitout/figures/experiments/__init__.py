"""Figures of the paper, each drawn from the numbers of one experiment's results and from nothing else.

They are read in grey as in colour: what differs in colour differs in its line and its marker as well.
"""

from kickitout.figures.experiments.table import FIGURES, PaperFigure, draw

__all__ = ["FIGURES", "PaperFigure", "draw"]
