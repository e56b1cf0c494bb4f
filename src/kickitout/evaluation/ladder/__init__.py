"""The ladder of known damage: which metric orders which damage, and the least of it that it sees.

A cell of the ladder is one damage at one level with one seed. The seed draws kicks from the training split, which are
damaged, prepared and measured as anybody's files, and judged against `sibling` as the real set; the training kicks that
were not drawn are what the generator is presumed to have seen. Undamaged draws, judged in the same way, are the floor.

Of a metric and a damage:

    correlation   Spearman's rank correlation of the level and how bad the figure is, over all levels and seeds
    orders        the correlation is at least `ORDERS`
    seen from     the least level at which, and at all above which, every seed is worse than every undamaged draw

A metric claims the damages that it is there for, before anything is measured, and earns its place if it orders and sees
at least one of them. `load` gives the table that was measured last (by bench/climb_ladder.py; it ships with the
package), `place` says in its words how far from real a figure is.
"""

from kickitout.evaluation.ladder.cells import (
    DEAR,
    FLOORS,
    KICKS,
    KITS_DRAWN,
    SEEDS,
    Cell,
    asked,
    cells,
    damaged,
    damaged_sounds,
    draw,
    figures,
    join,
)
from kickitout.evaluation.ladder.claims import CLAIMS
from kickitout.evaluation.ladder.climb import ORDERS, Climb, Rung, Standing, Values, badness, rank_correlation, stand
from kickitout.evaluation.ladder.ladder import RESULT, Ladder, build, from_json, load, place, rungs

__all__ = [
    "CLAIMS",
    "DEAR",
    "FLOORS",
    "KICKS",
    "KITS_DRAWN",
    "ORDERS",
    "RESULT",
    "SEEDS",
    "Cell",
    "Climb",
    "Ladder",
    "Rung",
    "Standing",
    "Values",
    "asked",
    "badness",
    "build",
    "cells",
    "damaged",
    "damaged_sounds",
    "draw",
    "figures",
    "from_json",
    "join",
    "load",
    "place",
    "rank_correlation",
    "rungs",
    "stand",
]
