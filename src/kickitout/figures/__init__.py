"""Figures for the paper, reports and documentation: the only door to matplotlib.

Each figure is a function of data that returns a `matplotlib.figure.Figure`; none touches files or global state. The
house style is in one place (`STYLE`): colours that colour-blind readers can distinguish (Okabe and Ito, 2008), the
colour map of the sheets, axes with units. `gather` reads the data, `draw` draws a figure, `save_figure` writes it. The
same data give the same bytes.
"""

from kickitout.errors import MissingExtraError

try:
    import matplotlib  # noqa: F401  # the modules below need it
except ImportError as error:
    raise MissingExtraError("kick figures", "analysis") from error

from kickitout.figures.characteristics import defining_characteristics, level_curve
from kickitout.figures.comparison import real_and_generated
from kickitout.figures.draw import FIGURES, check_names, draw, drawable
from kickitout.figures.loudness import amplitude_and_loudness, average_data_point
from kickitout.figures.material import (
    BuiltinKicks,
    Kicks,
    Material,
    gather,
    mean_loudness_image,
    read_kicks,
    read_metrics,
    typical_kick,
)
from kickitout.figures.style import FORMATS, STYLE, save_figure
from kickitout.figures.training import LARGEST_TERMS, STAGE_TITLES, training_curves

__all__ = [
    "FIGURES",
    "FORMATS",
    "LARGEST_TERMS",
    "STAGE_TITLES",
    "STYLE",
    "BuiltinKicks",
    "Kicks",
    "Material",
    "amplitude_and_loudness",
    "average_data_point",
    "check_names",
    "defining_characteristics",
    "draw",
    "drawable",
    "gather",
    "level_curve",
    "mean_loudness_image",
    "read_kicks",
    "read_metrics",
    "real_and_generated",
    "save_figure",
    "training_curves",
    "typical_kick",
]
