"""How much a recipe may hold: the kicks that a kick was made from, and what these were made from.

Each of them has to be made again before the kick itself is, so one bound holds everywhere: for what is made, for files,
and for recipes that a page hands back. It is checked before any work, and before anything recurses into the data.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kickitout.instrument.recipes import Recipe

MOST_ANCESTORS = 128
"""Kicks that a kick is made from, in total: its recipe holds theirs, and grows with them."""

MOST_GENERATIONS = 24

BLENDED = 3
"""A place on the square is made from its corners in two steps, which hold three recipes more than the corners have."""

LEVELS = 4
"""Braces and brackets around what a recipe was made from: its derivation, a list, a source, its recipe."""

MOST_TOGETHER = 8 * (MOST_ANCESTORS + BLENDED)
"""Kicks that the recipes of one request hold together: four pads of the page, each with the kick that it came from."""

TOO_LARGE = "its recipe holds more kicks than any of Kick It Out ({most} at most); give another file"
TOO_OLD = (
    "derived from other kicks too many times; to go on from there, open and save one of them in another program, which "
    "makes it a plain sound"
)


def ancestors(recipe: "Recipe") -> tuple[int, int]:
    """How many recipes a recipe holds, itself among them, and how deep they lie."""
    of = () if recipe.derivation is None else recipe.derivation.of
    found = [ancestors(one.recipe) for one in of if one.recipe is not None]
    return 1 + sum(count for count, _ in found), 1 + max((depth for _, depth in found), default=0)


def is_too_old(*recipes: "Recipe") -> bool:
    """Whether a kick made from those of these recipes would hold more than a recipe is to hold."""
    sizes = [ancestors(one) for one in recipes]
    return sum(count for count, _ in sizes) > MOST_ANCESTORS or max(depth for _, depth in sizes) > MOST_GENERATIONS


def is_within_bounds(data: object) -> bool:
    """Whether JSON that is to be a recipe holds no more kicks than one of ours, and lies no deeper; any JSON."""
    deepest = LEVELS * (MOST_GENERATIONS + BLENDED)
    return kicks_in([data], MOST_ANCESTORS + BLENDED, deepest) is not None


def kicks_in(data: Iterable[object], most: int, deepest: int | None = None) -> int | None:
    """How many recipes lie in JSON that is to be some recipes; None: more than `most`, or deeper than so many braces
    and brackets. Without recursion, and without looking further than it has to."""
    inside = list(data)
    count, level = len(inside), 0
    while inside:
        if count > most or (deepest is not None and level > deepest):
            return None
        below: list[object] = []
        for one in inside:
            if isinstance(one, dict):
                count += "recipe" in one
                below += one.values()
            elif isinstance(one, list):
                below += one
        inside, level = below, level + 1
    return count if count <= most else None
