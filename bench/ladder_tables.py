"""The ladder in words, as tables of Markdown: bench/climb_ladder.py writes them into docs/evaluation.md."""

from collections.abc import Iterable, Sequence

import numpy as np

from kickitout.evaluation.ladder import Ladder, Standing


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows]) + "\n"


def _number(value: float) -> str:
    return f"{value:.3g}" if abs(value) < 1000.0 else f"{value:.0f}"


def damages_table(ladder: Ladder) -> str:
    """Markdown: every damage, who catches it, and from where on."""
    rows = []
    for damage in ladder.damages:
        catchers = ladder.catchers(damage.name)
        first = [
            c for c in catchers if c.standings[damage.name].seen_from == catchers[0].standings[damage.name].seen_from
        ]
        rows.append(
            (
                f"**{damage.name}**: {damage.words}",
                f"{', '.join(f'{level:g}' for level in damage.levels)} ({damage.unit})",
                first[0].standings[damage.name].words if first else "not caught",
                ", ".join(f"`{climb.metric}`" for climb in first) or "-",
                str(len(catchers)),
            )
        )
    return _table(("damage", "levels", "the least that is caught", "by", "metrics that catch it"), rows)


def metrics_table(ladder: Ladder) -> str:
    """Markdown: every metric, its floor, and what became of its claims."""
    rows = []
    for climb in ladder.climbs.values():
        claims = []
        for name in climb.claims:
            standing = climb.standings.get(name)
            if standing is None:
                continue
            words = standing.words if standing.catches else "not seen" if standing.orders else "not ordered"
            claims.append(f"{name} {standing.correlation:.2f} ({words})")
        known = climb.floor[np.isfinite(climb.floor)]
        rows.append(
            (
                f"`{climb.metric}`",
                f"{_number(float(np.median(known)))} ({_number(float(known.min()))} to {_number(float(known.max()))})",
                "; ".join(claims),
                "stays" if climb.earns_its_place else "**dropped**",
            )
        )
    return _table(("metric", "undamaged", "claims: correlation (the least seen)", "verdict"), rows)


def matrix(ladder: Ladder) -> str:
    """Markdown: every metric before every damage; a cell is the number of the least level seen, 1 the mildest."""

    def cell(standing: Standing | None) -> str:
        if standing is None:
            return ""
        seen = "" if standing.seen_from is None else str(standing.seen_from + 1)
        return f"**{seen}**" if standing.catches else seen or "·"

    rows = [
        (f"`{climb.metric}`", *(cell(climb.standings.get(damage.name)) for damage in ladder.damages))
        for climb in ladder.climbs.values()
    ]
    return _table(("metric", *(damage.name for damage in ladder.damages)), rows)
