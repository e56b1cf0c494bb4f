"""Lines and markers that tell series apart without colour."""

from collections.abc import Mapping
from typing import Any

from kickitout.figures.style import BLUE, GREEN, INK, ORANGE, PURPLE, RED, SKY

SERIES: tuple[dict[str, Any], ...] = (
    {"color": INK, "linestyle": "-", "marker": "o"},
    {"color": BLUE, "linestyle": "--", "marker": "s"},
    {"color": RED, "linestyle": "-.", "marker": "^"},
    {"color": GREEN, "linestyle": ":", "marker": "D"},
    {"color": ORANGE, "linestyle": (0, (5, 1)), "marker": "v"},
    {"color": PURPLE, "linestyle": (0, (3, 1, 1, 1)), "marker": "P"},
    {"color": SKY, "linestyle": (0, (1, 2)), "marker": "X"},
    {"color": "#5A5A60", "linestyle": (0, (7, 2, 1, 2)), "marker": "*"},
)
"""How the first, the second, ... series is drawn."""

COLUMN, PAGE = 3.4, 7.1
"""Inches: the width of a column, and of the page."""

GRID: dict[str, Any] = {"color": "#E2E2E6", "linewidth": 0.7}


def line_of(place: int) -> dict[str, Any]:
    """A series without its marker."""
    style = SERIES[place % len(SERIES)]
    return {"color": style["color"], "linestyle": style["linestyle"]}


def number(value: Any) -> float:
    """A figure that may be missing: NaN."""
    return float("nan") if value is None else float(value)


def bar(figure: Mapping[str, Any], value: str) -> tuple[float, float, float]:
    """A figure's value, and how far its interval reaches below and above it; none where that is unknown."""
    middle, low, high = (number(figure[name]) for name in (value, "low", "high"))
    below, above = middle - low, high - middle
    return middle, max(below, 0.0) if below == below else 0.0, max(above, 0.0) if above == above else 0.0
