"""The figures of the paper by name, and the experiment that each is drawn from."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from matplotlib import rc_context
from matplotlib.figure import Figure

from kickitout.figures.experiments.data import average
from kickitout.figures.experiments.empty import rows, saliency
from kickitout.figures.experiments.kernels import kernels, responses
from kickitout.figures.experiments.representation import by_window
from kickitout.figures.experiments.training import course, draft_course, losses
from kickitout.figures.experiments.up_convolution import azimuthal, lines
from kickitout.figures.style import STYLE


@dataclass(frozen=True)
class PaperFigure:
    """A figure: the experiment whose numbers it shows, and how they are drawn."""

    experiment: str
    show: Callable[[Mapping[str, Any]], Figure]


FIGURES: dict[str, PaperFigure] = {
    "average-data-point": PaperFigure("data", average),
    "representation-by-window": PaperFigure("representation", by_window),
    "azimuthal": PaperFigure("up-convolution", azimuthal),
    "lines": PaperFigure("up-convolution", lines),
    "kernels": PaperFigure("kernels", kernels),
    "responses": PaperFigure("kernels", responses),
    "draft-course": PaperFigure("baselines", draft_course),
    "collapse-losses": PaperFigure("collapse", losses),
    "collapse-course": PaperFigure("collapse", course),
    "regulariser-course": PaperFigure("regulariser", course),
    "baselines-course": PaperFigure("baselines", course),
    "data-size-course": PaperFigure("data-size", course),
    "sine-rows": PaperFigure("sine", rows),
    "saliency": PaperFigure("discriminator", saliency),
    "ablation-course": PaperFigure("ablation", course),
}
"""The figures by name."""


def draw(name: str, figures: Mapping[str, Any]) -> Figure:
    """Draw a figure from the numbers of its experiment."""
    with rc_context(STYLE):
        return FIGURES[name].show(figures)
