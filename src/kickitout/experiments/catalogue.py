"""The experiments by name, and how one is run."""

import dataclasses
import importlib
import json
import math
import shutil
import time
import typing
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kickitout.errors import InputError, MissingExtraError
from kickitout.experiments.place import Found, Place, Progress, Say
from kickitout.experiments.plan import shorter
from kickitout.experiments.results import Result, versions, write_result
from kickitout.system.files import make_folder, write_text

WORKING = "work"
"""The folder beside the results for what takes long."""

KEPT = "rows"
"""The folder beside the results for the rows of trained experiments, which stay."""


@dataclass(frozen=True)
class Experiment:
    """An entry of the catalogue.

    Attributes:
        name: on the command line and of its file of results.
        summary: what it asks.
        extra: without it the experiment cannot run.
        uses: the library and what else it is given, in the words of the command line.
    """

    name: str
    summary: str
    extra: str
    uses: tuple[str, ...] = ("library",)

    @property
    def module(self) -> str:
        """The module that has it."""
        return f"kickitout.experiments.{self.name.replace('-', '_')}"


EXPERIMENTS: dict[str, Experiment] = {
    one.name: one
    for one in (
        Experiment("data", "the average kick of a library, and how its kicks measure", "analysis"),
        Experiment("representation", "what loudness images and Griffin-Lim lose of real kicks", "analysis"),
        Experiment(
            "up-convolution", "lines and textures that up-convolutions leave in loudness images", "train,analysis"
        ),
        Experiment(
            "regulariser", "what Durall's regulariser and interpolation do to the draft's lines", "train,analysis"
        ),
        Experiment(
            "collapse", "how the draft's network collapses, and what each remedy does to that", "train,analysis"
        ),
        Experiment("baselines", "WaveGAN and SpecGAN beside the draft, as many samples shown", "train,analysis"),
        Experiment("ablation", "from the draft to the flagship, one change at a time", "train,analysis"),
        Experiment(
            "sine", "lines where there is no signal: pure sines, and kicks of middle frequencies", "train,analysis"
        ),
        Experiment("discriminator", "what the discriminator looks at, and what it takes for a kick", "train,analysis"),
        Experiment(
            "data-size", "how many kicks a user needs, from nothing and from the shipped weights", "train,analysis"
        ),
        Experiment("kernels", "learned kernels and how they respond to frequencies", "train,analysis", ("run",)),
        Experiment(
            "peers", "kicks that other systems published, beside ours and real ones", "analysis", ("library", "peers")
        ),
    )
}
"""The experiments by name."""


def check_name(name: str) -> Experiment:
    """The experiment of a name. Raises `InputError` for an unknown one."""
    if name not in EXPERIMENTS:
        raise InputError("name", name, "not an experiment; choose {known}", known=", ".join(EXPERIMENTS))
    return EXPERIMENTS[name]


def settings_of(name: str, *, quick: bool, changes: Sequence[str] = ()) -> Any:
    """The settings of an experiment, changed by `key=value` texts.

    Raises:
        InputError: an unknown experiment or key, or a value of the wrong kind.
        MissingExtraError: what it needs is not installed.
    """
    module = _module(check_name(name))
    settings = module.QUICK if quick else module.Settings()
    return dataclasses.replace(settings, **dict(_change(settings, text) for text in changes))


def _module(experiment: Experiment) -> Any:
    try:
        return importlib.import_module(experiment.module)
    except ModuleNotFoundError as error:
        raise MissingExtraError(f"kick experiment {experiment.name}", experiment.extra) from error


def _change(settings: Any, text: str) -> tuple[str, Any]:
    key, equals, value = text.partition("=")
    hints = typing.get_type_hints(type(settings))
    if not equals or key not in hints:
        known = ", ".join(f"{name}={getattr(settings, name)}" for name in hints)
        raise InputError("changes", text, "not a setting of this experiment; choose {known}", known=known)
    try:
        return key, _value(hints[key], value)
    except ValueError as error:
        raise InputError("changes", text, "of the wrong kind; give {kind}", kind=_kind(hints[key])) from error


def _value(hint: Any, text: str) -> Any:
    if typing.get_origin(hint) is tuple:
        return tuple(_value(typing.get_args(hint)[0], part) for part in text.split(",") if part)
    if hint not in (int, float, str):
        raise ValueError(text)
    value = hint(text)
    if hint is float and not math.isfinite(value):
        raise ValueError(text)
    return value


def _kind(hint: Any) -> str:
    if typing.get_origin(hint) is tuple:
        return f"{_kind(typing.get_args(hint)[0])}, or several with commas between them"
    return {int: "a whole number", float: "a number", str: "a text"}.get(hint, "what the table in its module has")


def run_experiment(
    name: str,
    folder: Path,
    *,
    quick: bool = False,
    library: Path | None = None,
    training_run: Path | None = None,
    peers: Path | None = None,
    changes: Sequence[str] = (),
    kept: bool = False,
    say: Say = lambda text: None,
    progress: Progress = lambda done, total: None,
) -> tuple[Path, Result]:
    """Run an experiment and write its results to `folder`; a call that was stopped is taken up.

    Args:
        name: of the experiment.
        folder: of the results; what takes long is kept in `work` inside it until the experiment is done, the rows of
            trained experiments for good in `rows`, so that a call with more seeds trains only those.
        quick: seconds instead of hours, with numbers that mean nothing.
        library: a prepared library; None: built-in kicks.
        training_run: of `kick train`, for experiments that use one.
        peers: a folder of sounds that others published, for experiments that use one.
        changes: `key=value` texts that change the settings.
        kept: train nothing, and sum up what earlier calls kept.
        say: receives messages for people.
        progress: called with (done, total).

    Returns:
        The file, and what it holds.

    Raises:
        InputError: an unknown experiment or setting, or something that it is not to be given.
        MissingExtraError: what it needs is not installed.
    """
    experiment = check_name(name)
    given = {"library": library, "run": training_run, "peers": peers}
    for what, value in given.items():
        if value is not None and what not in experiment.uses:
            raise InputError(what, value, "not used by this experiment; leave it out")
    settings = settings_of(name, quick=quick, changes=changes)
    if kept and not hasattr(settings, "cells"):
        raise InputError("kept", True, "only for experiments that train; leave it out")
    working = folder / WORKING / (f"{name}-quick" if quick else name)
    rows = None if quick else folder / KEPT / f"{name}.jsonl"
    place = Place(working, library, training_run, peers, rows, quick, not kept, say, progress)
    with _stopwatch(working) as minutes:
        found = _run(experiment, settings, place)
    result = Result(
        experiment=name,
        quick=quick,
        settings=dataclasses.asdict(settings),
        library=_described(place) if "library" in experiment.uses else {},
        command=_command(name, quick=quick, given=given, changes=changes, kept=kept),
        versions=versions(),
        minutes=round(max(minutes(), found.minutes), 2),
        intervals=found.intervals,
        counts=found.counts,
        shorter=shorter(settings, found.measured),
        figures=found.figures,
    )
    path = write_result(folder, result)
    if quick:
        shutil.rmtree(working, ignore_errors=True)
    return path, result


def _run(experiment: Experiment, settings: Any, place: Place) -> Found:
    try:
        found: Found = _module(experiment).run(settings, place)
    except ModuleNotFoundError as error:  # torch, which is imported where it is needed
        raise MissingExtraError(f"kick experiment {experiment.name}", experiment.extra) from error
    return found


@contextmanager
def _stopwatch(working: Path) -> Iterator[Callable[[], float]]:
    """Gives the minutes that an experiment took so far, those of earlier calls that were stopped among them."""
    path = make_folder(working) / "seconds.json"
    before = float(json.loads(path.read_text(encoding="utf-8"))) if path.is_file() else 0.0
    begun = time.monotonic()
    try:
        yield lambda: (before + time.monotonic() - begun) / 60.0
    finally:
        write_text(path, f"{before + time.monotonic() - begun:.1f}\n")


def _described(place: Place) -> dict[str, Any]:
    library = place.library
    splits = [entry.split for entry in library.entries]
    return {
        "name": "built-in" if place.library_folder is None else "LIB",
        "fingerprint": library.fingerprint,
        "kicks": {split: splits.count(split) for split in sorted(set(splits))},
    }


def _command(name: str, *, quick: bool, given: dict[str, Path | None], changes: Sequence[str], kept: bool) -> str:
    """The command that makes a result again, without a path of the machine that it was made on."""
    stands_for = {"library": "LIB", "run": "RUN", "peers": "PEERS"}
    words = ["kick", "experiment", name]
    words += ["--quick"] if quick else []
    words += [word for what, value in given.items() if value is not None for word in (f"--{what}", stands_for[what])]
    words += [word for change in changes for word in ("--set", change)]
    words += ["--kept"] if kept else []
    return " ".join(words)
