"""The ladder itself: built from the figures of its cells, stored as JSON, and used to locate a figure."""

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np

from kickitout.evaluation.damage import BY_NAME, DAMAGES, Damage
from kickitout.evaluation.ladder.cells import SEEDS, Cell, cells
from kickitout.evaluation.ladder.claims import CLAIMS
from kickitout.evaluation.ladder.climb import Climb, Float64Array, Rung, stand
from kickitout.evaluation.metrics import METRICS, Metric

RESULT = "ladder.json"
"""The last measured ladder, in the same folder as this file."""


@dataclass(frozen=True)
class Ladder:
    """All metrics on the ladder by name, in the order of `metrics.METRICS`, and the settings of the climb."""

    climbs: dict[str, Climb]
    settings: dict[str, Any]

    @property
    def damages(self) -> tuple[Damage, ...]:
        """The damages that were applied."""
        tried = {name for climb in self.climbs.values() for name in climb.standings}
        return tuple(damage for damage in DAMAGES if damage.name in tried)

    @property
    def dropped(self) -> tuple[Climb, ...]:
        """The metrics that keep none of their claims."""
        return tuple(climb for climb in self.climbs.values() if not climb.earns_its_place)

    def catchers(self, damage: str) -> list[Climb]:
        """The metrics that earn their place and both rank and detect a damage, the most sensitive first."""
        found = [
            climb
            for climb in self.climbs.values()
            if climb.earns_its_place and damage in climb.standings and climb.standings[damage].catches
        ]
        return sorted(found, key=lambda climb: climb.standings[damage].seen_from or 0)

    def to_json(self) -> str:
        """The ladder as JSON text; the same ladder gives the same text."""
        rows = {
            name: {
                "better": climb.better,
                "claims": climb.claims,
                "real": _short(climb.real),
                "floor": [_short(x) for x in climb.floor.tolist()],
                "damages": {
                    damage: [[_short(x) for x in level] for level in standing.values.tolist()]
                    for damage, standing in climb.standings.items()
                },
            }
            for name, climb in self.climbs.items()
        }
        levels = {damage.name: damage.levels for damage in self.damages}
        head = json.dumps({"settings": self.settings, "levels": levels}, ensure_ascii=False)[:-1]
        lines = [f"{json.dumps(name)}: {json.dumps(row)}" for name, row in rows.items()]
        return f'{head}, "metrics": {{\n' + ",\n".join(lines) + "\n}}\n"


def _short(value: float | None) -> float | None:
    """Five significant digits; None if there is no number."""
    return None if value is None or not math.isfinite(value) else float(f"{value:.5g}")


def _array(rows: Any) -> Float64Array:
    return np.array(rows, dtype=np.float64)  # None becomes NaN


def from_json(text: str) -> Ladder:
    """The ladder that `to_json` wrote. Damages that no longer exist, or whose levels have changed, are left out."""
    data = json.loads(text)
    still = {
        name: BY_NAME[name]
        for name, levels in data["levels"].items()
        if name in BY_NAME and tuple(map(float, levels)) == tuple(map(float, BY_NAME[name].levels))
    }
    climbs = {}
    for name, row in data["metrics"].items():
        floor, real, better = _array(row["floor"]), row["real"], row["better"]
        standings = {
            damage: stand(still[damage], _array(values), floor, better, real)
            for damage, values in row["damages"].items()
            if damage in still
        }
        climbs[name] = Climb(name, better, tuple(row["claims"]), floor, real, standings)
    return Ladder(climbs, data["settings"])


def build(
    found: Mapping[Cell, Mapping[str, tuple[float, float | None]]],
    settings: dict[str, Any],
    metrics: Iterable[Metric] = tuple(METRICS.values()),
    claims: Mapping[str, tuple[str, ...]] | None = None,
) -> Ladder:
    """The ladder from the figures of its cells, as `figures` gives them; incomplete damages are left out.

    A metric without a figure for any undamaged draw is left out too. `claims` by metric; None: `CLAIMS`.
    """
    whole = [damage for damage in DAMAGES if all(cell in found for cell in cells([damage]))]

    def figure(cell: Cell, metric: str) -> float:
        return found[cell].get(metric, (math.nan, None))[0]

    stated = CLAIMS if claims is None else claims
    climbs = {}
    for metric in metrics:
        floor = np.array([figure(cell, metric.name) for cell in cells([])])
        if not np.isfinite(floor).any():
            continue
        # The real set is the same in all cells.
        real = next((row[metric.name][1] for row in found.values() if metric.name in row), None)
        standings = {}
        for damage in whole:
            values = [
                [figure(Cell(damage.name, level, seed), metric.name) for seed in SEEDS] for level in damage.levels
            ]
            if np.isfinite(values).any():
                standings[damage.name] = stand(damage, np.array(values), floor, metric.better, real)
        climbs[metric.name] = Climb(metric.name, metric.better, stated.get(metric.name, ()), floor, real, standings)
    return Ladder(climbs, settings)


@cache
def load() -> Ladder | None:
    """The ladder that ships with the package; None if there is none."""
    place_of_it = files(__package__).joinpath(RESULT)
    return from_json(place_of_it.read_text(encoding="utf-8")) if place_of_it.is_file() else None


def locate(metric: str, value: float, real: float | None = None) -> str:
    """How far from real a figure is in words of known damage: "between a low-pass at 8000 Hz and ...".

    Empty for an unknown metric. Figures that depend on the number of kicks (see the metric) compare with the ladder's
    only roughly. Arguments as for `Climb.locate`.
    """
    ladder = load()
    climb = None if ladder is None else ladder.climbs.get(metric)
    return "" if climb is None else climb.locate(value, real)


def rungs(metric: str) -> tuple[Rung, ...]:
    """The rungs of a metric's ladder, from the least bad to the worst; none for an unknown metric."""
    ladder = load()
    climb = None if ladder is None else ladder.climbs.get(metric)
    return () if climb is None else climb.rungs
