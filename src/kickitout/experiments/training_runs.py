"""Grids of training runs: variants of a preset, over seeds, looked at after so many samples shown.

Each cell of a grid is a run of `kick train` in the working folder, whose budget is raised from point to point: a
stopped experiment takes up its runs where they were. Runs train with one thread, so that they repeat to the bit, keep
no weights but the last, and validate only where they are looked at. What is measured of a run at a point is a row.
"""

import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from kickitout.errors import InputError
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


LOSS_PARTS = 40
"""Parts of a run whose mean losses its course shows: four an epoch, of the draft's ten."""


REAL, SIBLING = "real", "sibling"
"""The key of the row of real kicks, and their split: other files of the training kits, which no run has seen."""

LARGEST_BATCH = 512
"""By no more than so many samples a run goes beyond what it is asked for."""


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
class GridSettings:
    """What all grids are asked.

    Attributes:
        seeds: of each variant.
        points: samples shown after which runs are looked at, ascending.
        generated: kicks of each run that are measured.
        real: kicks of the validation split that they are compared with.
        cells: the names of the variants that are run; none for all.
    """

    seeds: tuple[int, ...]
    points: tuple[int, ...]
    generated: int
    real: int
    cells: tuple[str, ...] = ()


def chosen_of(names: Sequence[str], wanted: Sequence[str]) -> list[str]:
    """Those of all names that are wanted, in their order; all if none is asked for. Raises `InputError`."""
    for name in wanted:
        if name not in names:
            raise InputError("cells", name, "not a part of this experiment; choose {known}", known=", ".join(names))
    return [name for name in names if not wanted or name in wanted]


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
    # Also of a run that is there: one that was stopped before it first saved has only its settings.
    weights = models_at_hand()[cell.start] if cell.start is not None else None
    if not train(library, run, settings, weights=weights).finished:
        raise KeyboardInterrupt


def judged(run: Path, real: KickSet, count: int, seed: int) -> Row:
    """What a run makes at this moment, against real kicks; its losses since it was last looked at."""
    from kickitout.training import study

    made = from_arrays(study.kicks_of_run(run, count, seed), name="run", workers=1)
    return compared(made, real) | _course(run)


def compared(made: KickSet, real: KickSet) -> Row:
    """The figures of a set of kicks against real ones."""
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
    return row


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


def each_seed(
    names: Sequence[str],
    seeds: Sequence[int],
    made_with: Any,
    make: Callable[[str, int], Row],
    place: Place,
) -> dict[str, dict[int, Row]]:
    """A row for each part of an experiment and each seed, part/seed; what is missing is made, or left out.

    Raises:
        InputError: nothing is kept, and nothing is to be trained.
    """
    rows = Rows(place.rows_path, lambda key: made_with)
    keys = {f"{name}/{seed}": (name, seed) for seed in seeds for name in names}
    if place.trains:
        rows.fill(keys, lambda key: make(*keys[key]), place.progress)
    found: dict[str, dict[int, Row]] = {name: {} for name in names}
    for key, (name, seed) in keys.items():
        if key in rows:
            found[name][seed] = rows[key]
    if not any(found.values()):
        raise nothing_kept(place)
    return found


def nothing_kept(place: Place) -> InputError:
    """What is wrong where rows are to be summed up of which there are none."""
    return InputError("rows", place.rows_path, "has no rows of these settings; train some first")


def losses_of(run: Path, samples: int) -> Row:
    """The mean losses of a run in `LOSS_PARTS` equal parts of the samples that it has shown, by the parts' ends."""
    train = [line for line in read_metrics(run) if line["kind"] == "train" and line["samples"] <= samples]
    ends = [samples * (part + 1) / LOSS_PARTS for part in range(LOSS_PARTS)]
    row: Row = {"samples": [round(end) for end in ends]}
    for name in ("generator", "discriminator"):
        parts = []
        for end in ends:
            of_part = [
                line[f"loss/{name}"]
                for line in train
                if end - samples / LOSS_PARTS < line["samples"] <= end and f"loss/{name}" in line
            ]
            parts.append(float(np.mean(of_part)) if of_part else None)
        row[f"loss_{name}"] = parts
    return row


def _run_folder(cell: str, seed: int, place: Place) -> Path:
    return place.folder / "runs" / f"{cell}-{seed}"


def _start_over_beyond(run: Path, samples: int) -> None:
    """Remove a run that has shown more than a row asks for, but for a last batch: what it was then, it no longer is."""
    try:
        lines = read_metrics(run)
    except FileNotFoundError:  # no run, or one that was stopped before its first line
        return
    if any(line["samples"] > samples + LARGEST_BATCH for line in lines):
        shutil.rmtree(run)


def head_of(settings: GridSettings, library: Library) -> dict[str, Any]:
    """What every row of a grid depends on."""
    return {"generated": settings.generated, "real": settings.real, "library": library.fingerprint}


def rows_of(cells: Mapping[str, Cell], settings: GridSettings, place: Place) -> dict[str, Row]:
    """The rows of the variants of a grid by key, variant/seed/samples shown; what is missing is trained and measured.

    A finished run's losses are a row as well, variant/seed/samples shown/losses, where its folder is there; and so is
    `REAL`, what held-out real kicks of the training kits reach by the same measures, where the library has any. Rows of
    other grids count: the draft's are part of several.
    """
    library = place.library

    def made_with(key: str) -> Any:
        head = head_of(settings, library)
        if key == REAL:
            return head
        cell = cells[key.split("/")[0]]
        described = [cell.preset, list(cell.changes), cell.start, str(cell.library and cell.library.name)]
        return {**head, "cell": described, "tiny": place.quick}

    # A variant's name is its experiment's own: its head says what it is.
    rows = Rows(place.rows_path, made_with, others=place.other_rows, named=lambda key: key.partition("/")[2] or key)
    keys = [f"{cell}/{seed}/{point}" for seed in settings.seeds for cell in cells for point in settings.points]
    others = [REAL] if library.select({SIBLING}) else []
    if not all(key in rows for key in (keys if place.trains else []) + others):
        real = from_library(place.library_path, "validation", workers=1).draw(settings.real)

        def make(key: str) -> Row:
            if key == REAL:
                held_out = from_library(place.library_path, SIBLING, workers=1).draw(settings.generated)
                return {"kicks": len(held_out), **compared(held_out, real)}
            which, seed, point = key.split("/")
            run = _run_folder(which, int(seed), place)
            place.say(f"{which}, seed {seed}: to {int(point):,} samples shown")
            _start_over_beyond(run, int(point))
            train_to(cells[which], run, int(point), int(seed), place, tiny=place.quick)
            return judged(run, real, settings.generated, int(seed))

        rows.fill(others + (keys if place.trains else []), make, place.progress)
    last = settings.points[-1]
    ended = {
        f"{cell}/{seed}/{last}/losses": _run_folder(cell, seed, place) for seed in settings.seeds for cell in cells
    }
    for key, run in ended.items():
        if key not in rows and key.removesuffix("/losses") in rows and is_run(run):
            rows.add(key, losses_of(run, last))
    return {key: rows[key] for key in [*keys, *ended, *others] if key in rows}


def summarise(cells: Mapping[str, Cell], settings: GridSettings, rows: Mapping[str, Row]) -> dict[str, Any]:
    """The figures of a grid: each measure at the last point over seeds, and at every point over those that reached it.

    A variant counts with the seeds that reached the last point; one without any is left out. `early` is the first
    point where more seeds reached that; `each` has the runs at the last, by seed.
    """
    first, last = settings.points[0], settings.points[-1]
    seeds = {cell: seeds_of(cell, settings, rows) for cell in cells}
    measured = [cell for cell in cells if seeds[cell]]
    figures: dict[str, Any] = {"cells": measured, "points": list(settings.points)}
    if REAL in rows:
        figures[REAL] = of_one(rows[REAL])
    for name in measured:
        at_end = partial(_values, rows, name, seeds[name], last)
        at = partial(_values, rows, name, settings.seeds)
        found = [one for one in MEASURES if at_end(one)]
        figures[name] = {
            "preset": cells[name].preset,
            "changes": list(cells[name].changes),
            "minutes": over_seeds(at_end("minutes"))["value"],
            **{one: over_seeds(at_end(one)) for one in found},
            "each": {one: {str(seed): rows[f"{name}/{seed}/{last}"].get(one) for seed in seeds[name]} for one in found},
            "course": {
                one: [over_seeds(at(point, one)) for point in settings.points[:-1]] + [over_seeds(at_end(one))]
                for one in found
            },
        }
        if any(f"{name}/{seed}/{first}" in rows for seed in settings.seeds if seed not in seeds[name]):
            figures[name]["early"] = {"samples_shown": first, **{one: over_seeds(at(first, one)) for one in found}}
        losses = [rows[key] for seed in seeds[name] if (key := f"{name}/{seed}/{last}/losses") in rows]
        if losses:
            figures[name]["losses"] = {
                "samples": losses[0]["samples"],
                **{
                    one: [over_seeds(_known(part)) for part in zip(*(row[one] for row in losses), strict=True)]
                    for one in ("loss_generator", "loss_discriminator")
                },
            }
    return figures


def of_one(row: Row) -> dict[str, Any]:
    """The figures of a row that has no seeds."""
    return {name: over_seeds([value]) for name, value in row.items()}


def of_runs(figures: Mapping[str, Any], cells: Sequence[str], name: str) -> list[float]:
    """A measure at the last point of every run of some variants of a grid, those that were measured."""
    each = [figures[cell]["each"].get(name, {}) for cell in cells if cell in figures]
    return [value for by_seed in each for value in by_seed.values()]


def seeds_of(cell: str, settings: GridSettings, rows: Mapping[str, Row]) -> list[int]:
    """The seeds of a variant that were measured at all points."""
    return [seed for seed in settings.seeds if all(f"{cell}/{seed}/{point}" in rows for point in settings.points)]


def _known(values: Sequence[float | None]) -> list[float]:
    return [value for value in values if value is not None]


def _values(rows: Mapping[str, Row], cell: str, seeds: Sequence[int], point: int, name: str) -> list[float]:
    there = [rows[key] for seed in seeds if (key := f"{cell}/{seed}/{point}") in rows]
    return _known([row.get(name) for row in there])


def run_grid(cells: Sequence[Cell], settings: GridSettings, place: Place) -> Found:
    """Train and measure a grid, and sum it up.

    Raises:
        InputError: a variant that there is not, or nothing to sum up.
    """
    all_names = [cell.name for cell in cells]
    chosen = chosen_of(all_names, settings.cells)
    wanted = {cell.name: cell for cell in cells if cell.name in chosen}
    rows = rows_of(wanted, settings, place)
    seeds = {name: seeds_of(name, settings, rows) if name in wanted else [] for name in all_names}
    if not any(seeds.values()):
        raise nothing_kept(place)
    counts = {
        "runs": sum(map(len, seeds.values())),
        "seeds": max(map(len, seeds.values())),
        "samples_shown": settings.points[-1],
        "generated": settings.generated,
    }
    trained = [rows[f"{name}/{seed}/{settings.points[-1]}"]["minutes"] for name in wanted for seed in seeds[name]]
    return Found(summarise(wanted, settings, rows), OVER_SEEDS, counts, seeds, sum(trained))
