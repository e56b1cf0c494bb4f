"""Grids of training runs: variants of a preset, over seeds, looked at after so many samples shown.

Each cell of a grid is a run of `kick train` in the working folder, whose budget is raised from point to point: a
stopped experiment takes up its runs where they were. Runs train with one thread, so that they repeat to the bit, keep
no weights but the last, and validate only where they are looked at. What is measured of a run at a point is a row.
"""

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from kickitout.evaluation import spectra
from kickitout.evaluation.metrics import evaluate
from kickitout.evaluation.sets import KickSet, from_arrays, from_library
from kickitout.experiments.intervals import OVER_SEEDS, over_seeds
from kickitout.experiments.place import Found, Place
from kickitout.experiments.rows import Row, Rows
from kickitout.instrument.models import models_at_hand
from kickitout.library.store import Library
from kickitout.training.run.folder import is_run, read_metrics
from kickitout.training.settings.presets import load_preset, with_budget

ALIKE = (
    "training.threads=1",
    "training.keep_weights=false",
    "training.validate_every_epochs=1e9",
    "training.checkpoint_every_epochs=20.0",
    "training.validation_kicks=1",
    "data.division=kit",
)
"""Changes to the presets of all runs of experiments. Kits that validate train none of them: the draft's own division,
by file, would show a network kicks that it is compared with."""

TINY: Mapping[str, tuple[str, ...]] = {
    "dcgan": (
        "generator.channels=[8,8,8,8,8,4,4,4]",
        "discriminator.channels=[4,4,4,8,8,8,8,8]",
        "training.spread_kicks=8",
        "training.log_every=16",
    ),
    "wavegan": (
        "generator.channels=2",
        "critic.channels=2",
        "training.batch_size=8",
        "training.spread_kicks=8",
        "training.log_every=16",
        "loss.critic_steps=2",
    ),
    "kickgan": (
        "generator.latent_size=6",
        "generator.channels=[8,8,8,8,8]",
        "generator.style_size=16",
        "encoder.channels=8",
        "prior.components=2",
        "reconstruction.warm_samples=16",
        "energy.samples=1000",
        "augmentation.speeds=[1.0]",
        "training.batch_size=8",
        "training.precision=float32",
        "training.spread_kicks=8",
        "training.log_every=16",
        "training.alarm_spread=0.0",
    ),
}
"""Networks of quick runs by preset: a step takes some milliseconds."""
TINY = {**TINY, "specgan": TINY["wavegan"]}

TINY_START = (
    "augmentation.speeds=[1.0]",
    "training.batch_size=4",
    "training.precision=float32",
    "training.spread_kicks=8",
    "training.alarm_spread=0.0",
)
"""The same for a run that starts from a shipped model, whose networks are as they are."""

COMPARED = ("frechet", "precision", "recall", "coverage", "diversity", "lines", "azimuthal")
"""Figures of `kick evaluate` that are measured of each run."""

MEASURES = (
    "frechet",
    "precision_percent",
    "recall_percent",
    "coverage_percent",
    "diversity",
    "lines_db",
    "azimuthal_db",
    "periodic_db",
    "kept_percent",
    "characteristics_percent",
    "spread_ratio",
    "loss_generator",
    "loss_discriminator",
)
"""What a row may have."""


@dataclass(frozen=True)
class Cell:
    """A variant of a grid.

    Attributes:
        name: in the results.
        preset: of `kick train`.
        changes: to it, `section.key=value` texts.
        start: the name of a shipped model that it starts from.
        library: the folder of its own library; None: the grid's.
    """

    name: str
    preset: str
    changes: tuple[str, ...] = ()
    start: str | None = None
    library: Path | None = None


@dataclass(frozen=True)
class Grid:
    """What all runs of a grid have in common.

    Attributes:
        cells: the variants.
        seeds: of each.
        points: samples shown after which runs are looked at, ascending.
        generated: kicks of each run that are measured.
        real: kicks of the validation split that they are compared with.
        tiny: networks of a quick run.
    """

    cells: tuple[Cell, ...]
    seeds: tuple[int, ...]
    points: tuple[int, ...]
    generated: int
    real: int
    tiny: bool

    @property
    def keys(self) -> list[str]:
        """A key for each row: variant, seed and samples shown; a run's points follow each other."""
        return [f"{cell.name}/{seed}/{point}" for seed in self.seeds for cell in self.cells for point in self.points]


def train_to(cell: Cell, run: Path, samples: int, seed: int, place: Place, *, tiny: bool) -> None:
    """Train a run until it has shown `samples`, from nothing or from where it is.

    Raises:
        KeyboardInterrupt: it was stopped, and saved.
    """
    from kickitout.training.loop import train

    small = () if not tiny else TINY[cell.preset] if cell.start is None else TINY_START
    changes = [*ALIKE, *small, *cell.changes, f"training.seed={seed}"]
    settings = with_budget(load_preset(cell.preset, changes), samples=samples, epochs=None, minutes=None)
    library = Library.open(place.library_path if cell.library is None else cell.library)
    weights = models_at_hand()[cell.start] if cell.start is not None and not is_run(run) else None
    if not train(library, run, settings, weights=weights).finished:
        raise KeyboardInterrupt


def judged(run: Path, real: KickSet, count: int, seed: int) -> Row:
    """What a run makes at this moment, against real kicks; its losses since it was last looked at."""
    from kickitout.training import study

    made = from_arrays(study.kicks_of_run(run, count, seed), name="run", workers=1)
    found = evaluate(made, real, resamples=0, only=COMPARED).figures
    keeps = made.keeps()
    percent = ("precision", "recall", "coverage")
    row: Row = {
        (f"{name}_percent" if name in percent else f"{name}_db" if name in ("lines", "azimuthal") else name): (
            100.0 * one.value if name in percent else one.value
        )
        for name, one in found.items()
    }
    row["periodic_db"] = float(np.median(spectra.periodic(made.profiles.astype(np.float64))))
    row["kept_percent"] = 100.0 * float(np.mean(keeps))
    row["characteristics_percent"] = 100.0 * float(made.is_kick.mean())
    return row | _course(run)


def _course(run: Path) -> Row:
    """The last figures of a run's own log: the mean losses of the last tenth of its lines, the last spread."""
    lines = read_metrics(run)
    train = [line for line in lines if line["kind"] == "train"]
    late = train[-max(1, len(train) // 10) :]
    row: Row = {"minutes": (train[-1]["seconds"] / 60.0) if train else 0.0}
    for name in ("generator", "discriminator"):
        losses = [line[f"loss/{name}"] for line in late if f"loss/{name}" in line]
        if losses:
            row[f"loss_{name}"] = float(np.mean(losses))
    ratios = [line["spread/ratio"] for line in lines if "spread/ratio" in line]
    if ratios:
        row["spread_ratio"] = ratios[-1]
    return row


def measured_rows(grid: Grid, place: Place, name: str = "rows") -> dict[str, Row]:
    """All rows of a grid by key; those that are missing are trained and measured."""
    library = place.library
    cells = {cell.name: cell for cell in grid.cells}
    plain = [[*dataclasses.astuple(cell)[:4], str(cell.library and cell.library.name)] for cell in grid.cells]
    made_with = [plain, grid.generated, grid.real, grid.tiny, library.fingerprint]
    rows = Rows(place.folder / f"{name}.jsonl", made_with)
    if all(key in rows for key in grid.keys):
        return {key: rows[key] for key in grid.keys}
    real = from_library(place.library_path, "validation", workers=1).draw(grid.real)

    def make(key: str) -> Row:
        which, seed, point = key.split("/")
        run = place.folder / "runs" / f"{which}-{seed}"
        place.say(f"{which}, seed {seed}: to {int(point):,} samples shown")
        train_to(cells[which], run, int(point), int(seed), place, tiny=grid.tiny)
        return judged(run, real, grid.generated, int(seed))

    return dict(zip(grid.keys, rows.fill(grid.keys, make, place.progress), strict=True))


def summarise(grid: Grid, rows: Mapping[str, Row]) -> dict[str, Any]:
    """The figures of a grid: each measure at the last point over seeds, and its mean at every point."""
    figures: dict[str, Any] = {"cells": [cell.name for cell in grid.cells], "points": list(grid.points)}
    for cell in grid.cells:
        at = partial(_values, rows, cell.name, grid.seeds)
        figures[cell.name] = {
            "preset": cell.preset,
            "changes": list(cell.changes),
            "minutes": over_seeds(at(grid.points[-1], "minutes"))["value"],
            **{name: over_seeds(at(grid.points[-1], name)) for name in MEASURES if at(grid.points[-1], name)},
            "course": {
                name: [over_seeds(at(point, name)) for point in grid.points]
                for name in MEASURES
                if at(grid.points[-1], name)
            },
        }
    return figures


def _values(rows: Mapping[str, Row], cell: str, seeds: Sequence[int], point: int, name: str) -> list[float]:
    found = [rows[f"{cell}/{seed}/{point}"].get(name) for seed in seeds]
    return [float(value) for value in found if value is not None]


def run_grid(grid: Grid, place: Place) -> Found:
    """Train and measure a grid, and sum it up."""
    rows = measured_rows(grid, place)
    counts = {
        "runs": len(grid.cells) * len(grid.seeds),
        "seeds": len(grid.seeds),
        "samples_shown": grid.points[-1],
        "generated": grid.generated,
    }
    return Found(summarise(grid, rows), OVER_SEEDS, counts)
