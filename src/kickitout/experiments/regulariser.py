"""What the spectral regulariser of Durall, Keuper and Keuper (2020) and interpolation do to the draft's lines.

The draft's system in four forms: transposed convolutions or interpolation, with the regulariser (`loss.spectral`) and
without.
"""

from dataclasses import dataclass, replace
from typing import Any

from kickitout.experiments.collapse import DRAFT
from kickitout.experiments.place import Found, Place
from kickitout.experiments.training_runs import Cell, GridSettings, of_runs, run_grid
from kickitout.training.settings.dcgan import INTERPOLATED, TRANSPOSED

REGULARISED = "loss.spectral=0.5"

CELLS = tuple(
    Cell(f"{upsampling}{words}", "dcgan", (*DRAFT, *upsampled, *changes))
    for upsampling, upsampled in ((TRANSPOSED, ()), (INTERPOLATED, (f"generator.upsampling={INTERPOLATED}",)))
    for words, changes in (("", ()), ("_regularised", (REGULARISED,)))
)


@dataclass(frozen=True)
class Settings(GridSettings):
    """The full size."""

    seeds: tuple[int, ...] = (0, 1, 2)
    points: tuple[int, ...] = (3200, 12800, 31424)
    generated: int = 120
    real: int = 120


QUICK = Settings(seeds=(0,), points=(16,), generated=6, real=6)


def run(settings: Settings, place: Place) -> Found:
    """Train and measure all forms."""
    found = run_grid(CELLS, settings, place)
    return replace(found, figures=found.figures | layers(found.figures))


def layers(figures: dict[str, Any]) -> dict[str, Any]:
    """Where the runs of either layer end, with the regulariser and without: the least of transposed convolutions and
    the most of interpolation, by measure; empty where one of them was not run."""
    ends: dict[str, Any] = {}
    for measure in ("lines_db", "periodic_db"):
        transposed, interpolated = (
            of_runs(figures, (kind, f"{kind}_regularised"), measure) for kind in (TRANSPOSED, INTERPOLATED)
        )
        if not transposed or not interpolated:
            return {}
        ends[measure] = {"transposed_least": min(transposed), "interpolated_most": max(interpolated)}
        ends["runs"] = {TRANSPOSED: len(transposed), INTERPOLATED: len(interpolated)}
    return {"layers": ends}
