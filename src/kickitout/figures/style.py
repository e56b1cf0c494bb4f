"""The house style of figures, and how they are saved."""

from pathlib import Path
from typing import Any

from matplotlib import rc_context
from matplotlib.figure import Figure

from kickitout.errors import InputError
from kickitout.system.files import replacing

FORMATS = ("png", "svg", "pdf")

BLUE, ORANGE, GREEN, RED, PURPLE, SKY = "#0072B2", "#E69F00", "#009E73", "#D55E00", "#CC79A7", "#56B4E9"
GREY, INK = "#8A8A94", "#24242C"
DARKEST = "#0D0C21"  # the colour map's first

STYLE: Any = {
    "figure.facecolor": "white",
    "figure.constrained_layout.use": True,
    "savefig.dpi": 160,
    "font.family": "DejaVu Sans",  # comes with matplotlib: the same everywhere
    "font.size": 9.0,
    "axes.titlesize": 10.0,
    "axes.titlelocation": "left",
    "axes.titlepad": 7.0,
    "axes.labelcolor": INK,
    "axes.edgecolor": GREY,
    "axes.linewidth": 0.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": False,
    "xtick.color": INK,
    "ytick.color": INK,
    "xtick.labelsize": 8.0,
    "ytick.labelsize": 8.0,
    "text.color": INK,
    "legend.frameon": False,
    "legend.fontsize": 8.0,
    "lines.linewidth": 1.4,
    "svg.hashsalt": "kickitout",  # deterministic ids in SVG files
}

WIDTH = 7.2  # inches: the text of a page


def save_figure(figure: Figure, path: Path, format: str = "png") -> None:
    """Write a figure, whole or not at all, with no date in it.

    Raises:
        InputError: an unknown format.
        OutputError: the file cannot be written.
    """
    if format not in FORMATS:
        raise InputError("format", format, "unknown; choose {known}", known=", ".join(FORMATS))
    metadata = {"png": {"Software": None}, "svg": {"Date": None}, "pdf": {"CreationDate": None, "ModDate": None}}
    with rc_context(STYLE), replacing(path) as temporary, temporary.open("wb") as stream:
        figure.savefig(stream, format=format, metadata=metadata[format])
