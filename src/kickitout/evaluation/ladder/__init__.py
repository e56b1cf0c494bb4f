"""The ladder of known damage: which metric ranks which damage, and the least level that it detects.

A cell of the ladder is one damage at one level with one seed. The seed draws kicks from the training split, which are
damaged, prepared and measured like any file, and judged against `sibling` as the real set; the training kicks that
were not drawn stand for what the generator was trained on. Undamaged draws, judged in the same way, are the floor.

For a metric and a damage:

    correlation   Spearman's rank correlation of the level and how bad the figure is, over all levels and seeds
    orders        the correlation is at least `ORDERS`
    seen from     the least level at which, and at all above which, every seed is worse than every undamaged draw

A metric claims, before anything is measured, the damages that it is meant for, and earns its place if it ranks and
detects at least one of them. `load` gives the table that was measured last (by bench/climb_ladder.py; it ships with the
package), `locate` describes in its words how far from real a figure is.
"""

from kickitout.evaluation.ladder.cells import (
    COSTLY,
    FLOORS,
    KICKS,
    KITS_DRAWN,
    SEEDS,
    Cell,
    cells,
    damaged,
    damaged_sounds,
    draw,
    figures,
    join,
    metrics_for,
)
from kickitout.evaluation.ladder.claims import AWAITED, CLAIMS
from kickitout.evaluation.ladder.climb import (
    ORDERS,
    Climb,
    Rung,
    Standing,
    badness,
    rank_correlation,
    stand,
)
from kickitout.evaluation.ladder.ladder import RESULT, Ladder, build, from_json, load, locate, rungs

__all__ = [
    "AWAITED",
    "CLAIMS",
    "COSTLY",
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
    "locate",
    "metrics_for",
    "rank_correlation",
    "rungs",
    "stand",
]
