"""`kick evaluate`."""

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from kickitout.cli.output import Output
from kickitout.cli.values import Whole
from kickitout.errors import InputError, MissingExtraError

if TYPE_CHECKING:
    from kickitout.evaluation.report import Report
    from kickitout.evaluation.resampling import Estimate
    from kickitout.evaluation.sets import KickSet, Progress

_COUNT = 1000
"""The default number of kicks that a model makes for an evaluation."""

_TRAIN = "train"
"""The split that networks are trained on."""

_SPLIT = re.compile(r"(?P<folder>.+):(?P<split>[a-z]+)(?:@(?P<classes>.*))?", re.DOTALL)
"""LIB:split or LIB:split@class,class. A drive letter is not a folder: a separator follows it."""

_WIDTH = 110
"""The width of the table in columns if there is no terminal."""


def _needs_analysis() -> None:
    """Raise `MissingExtraError` before any work is done that would be lost."""
    try:
        import sklearn  # noqa: F401
        import threadpoolctl  # noqa: F401
        from scipy import linalg  # noqa: F401
    except ImportError as error:
        raise MissingExtraError("kick evaluate", "analysis") from error


def _from_library(place: str, folder: str, split: str, classes: str | None, progress: "Progress") -> "KickSet":
    from kickitout.evaluation import sets
    from kickitout.library.manifest import LICENCE_CLASSES

    chosen = None
    if classes is not None:
        chosen = classes.split(",")
        unknown = [name for name in chosen if name not in LICENCE_CLASSES]
        if unknown:
            remedy = "{word!r} is not a licence class; choose {known}, as in {folder}:{split}@clean"
            facts = {"word": unknown[0], "known": ", ".join(LICENCE_CLASSES), "folder": folder, "split": split}
            raise InputError("library", place, remedy, **facts)
    return sets.from_library(folder, split, licence_classes=chosen, progress=progress)


def _name_a_split(place: str) -> InputError:
    from kickitout.library.store import Library

    splits = sorted({entry.split for entry in Library.open(place).entries})
    examples = ", ".join(f"{place}:{split}" for split in splits) or "none: it is empty"
    return InputError("library", place, "a library; choose one of its splits: {examples}", examples=examples)


def _from_bundle(model: str, seed: int, count: int, progress: "Progress") -> "KickSet":
    """Kicks of the seeds seed..seed+count-1, as `kick generate` makes them."""
    import numpy as np

    from kickitout.evaluation import sets
    from kickitout.instrument import instrument as instruments
    from kickitout.instrument.request import Request, seeds_from

    seeds = seeds_from(seed, count)
    instrument = instruments.load(model, gate=False, taste=False)  # the model's own kicks are judged, not a selection
    kicks = []
    for kick in instrument.kicks(Request(seeds=seeds)):
        kicks.append(kick.audio)
        progress(len(kicks), count)
    name = f"{instrument.name} {instrument.bundle.card.version}, seeds {seed} to {seed + count - 1}"
    files = [f"{instrument.name}-{one}" for one in seeds]
    return sets.from_arrays(np.stack(kicks), name=name, files=files, progress=progress)


def _gather(thing: str, place: str, count: int | None, seed: int, output: Output) -> "KickSet":
    """The kicks that a value on the command line stands for. Raises `InputError`."""
    from kickitout.evaluation import sets
    from kickitout.instrument.models import models_at_hand
    from kickitout.library.store import LIBRARY
    from kickitout.model.card import CARD_FILE

    path = Path(place)
    split = None if place and path.exists() else _SPLIT.fullmatch(place)
    with output.progress(f"Measuring the {thing} kicks") as progress:
        if split:
            kicks = _from_library(place, split["folder"], split["split"], split["classes"], progress)
        elif place in models_at_hand() or path.is_file() or (path / CARD_FILE).is_file():
            return _from_bundle(place, seed, _COUNT if count is None else count, progress)
        elif not place or not path.is_dir():
            known = ", ".join(models_at_hand()) or "none"
            remedy = (
                "does not exist; give a folder of audio, a library's split (LIB:test), or a model (its folder, its "
                "zip, or a name; installed: {known})"
            )
            raise InputError(thing, place, remedy, known=known)
        elif (path / LIBRARY).is_file():
            raise _name_a_split(place)
        else:
            kicks = sets.from_folder(path, progress=progress)
    return kicks if count is None else kicks.draw(count, seed)


def _training_place(real: str, train: str | None) -> str | None:
    """The generator's training kicks: `train` if given, else the training split of the library of the real kicks.

    Training kicks do not judge themselves: if the real kicks are that split, there is no default.
    """
    split = None if Path(real).exists() else _SPLIT.fullmatch(real)
    if train is not None or split is None or split["split"] == _TRAIN:
        return train
    return f"{split['folder']}:{_TRAIN}"


def _interval(figure: "Estimate", unit: str) -> str:
    from kickitout.evaluation.page.plots import in_unit, quantity

    return f"{quantity(figure.value, unit)} ({in_unit(figure.low, unit)} to {in_unit(figure.high, unit)})"


def _floor(figure: "Estimate", floor: "Estimate | None", unit: str) -> str:
    from kickitout.evaluation.page.plots import quantity

    if floor is not None:
        return _interval(floor, unit)
    return "–" if figure.real is None else f"real: {quantity(figure.real, unit)}"


def _missing(report: "Report") -> Iterator[str]:
    """The figures that were not measured and why, one sentence each."""
    from kickitout.evaluation.report import clean

    for name, reason in report.evaluation.missing.items():
        yield f"{name} {clean(reason)}"


def _print_table(report: "Report") -> None:
    """Print the figures as a table on standard output, as wide as the terminal or `_WIDTH`."""
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from kickitout.evaluation.report import BETTER, WORSE, clean

    console = Console(file=sys.stdout, width=None if sys.stdout.isatty() else _WIDTH, highlight=False)
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for heading in ("figure", "good", "generated (95 %)", "floor (95 %)", "verdict"):
        table.add_column(heading, overflow="fold")
    colours = {WORSE: "red", BETTER: "green"}
    for line in report.lines:
        verdict = Text(line.verdict or "no floor", style=colours.get(line.verdict, ""))
        table.add_row(
            line.metric.name,
            {"lower": "low", "higher": "high"}.get(line.metric.better, "as real"),
            Text(_interval(line.figure, line.metric.unit)),
            Text(_floor(line.figure, line.floor, line.metric.unit)),
            verdict,
        )
    for name, reason in report.evaluation.missing.items():
        table.add_row(name, "", Text(clean(reason), style="dim"), "", Text("not measured", style="dim"))
    console.print(table)


def evaluate(
    generated: Annotated[str, Parameter(name="GENERATED")],
    /,
    *,
    real: str,
    train: str | None = None,
    count: Annotated[Whole | None, Parameter(name=["--count", "-n"])] = None,
    seed: Whole = 0,
    report: Annotated[Path | None, Parameter(name=["--out", "-o"])] = None,
    output: Output = Output(),  # noqa: B008
) -> None:
    """Evaluate kicks against real ones: each figure with its interval and the floor that real kicks reach.

    GENERATED, --real and --train are each a folder of audio from any source, a split of a prepared library (LIB:test,
    or LIB:test@clean for the kicks of a licence class), or a model: a name that `kick models` lists, or the folder or
    zip of a bundle. A model's kicks are made for the evaluation.

    The floor is the figure that an equal number of training kicks reaches against the same real kicks. A verdict
    compares intervals: worse than the floor, within it, or better. Needs the analysis extra.

    For example:

        kick evaluate draft --real library:sibling -n 1000 -o report

    Parameters
    ----------
    generated
        The kicks to evaluate.
    real
        The real kicks to compare with.
    train
        The generator's training kicks, for the floor and the search for copies. If not given: the training split of the
        library that --real names; otherwise there is no floor.
    count
        The number of kicks to evaluate. A model makes this many, 1000 if not given; of other kicks this many are
        drawn at random, all if not given.
    seed
        The seed of a model's first kick, and of the random draw.
    report
        The folder for the report: report.html, a single file with pictures and sounds, and report.json.
    """
    _needs_analysis()
    from kickitout.evaluation import data, publish
    from kickitout.evaluation import report as reports

    if count is not None and count < 1:
        raise InputError("count", count, "too few; give at least 1")
    if seed < 0:
        raise InputError("seed", seed, "out of range; give 0 or more")
    if report is not None:
        publish.check_place(report)
    place = _training_place(real, train)
    # Mistakes that are found quickly come first: a model's kicks take minutes.
    judges = _gather("real", real, None, 0, output)
    training = None if place is None else _gather("train", place, None, 0, output)
    judged = _gather("generated", generated, count, seed, output)
    made = reports.compare(judged, judges, training, step=output.message)
    if not made.lines:
        remedy = "nothing can be measured ({why}); give more kicks"
        raise InputError("generated", generated, remedy, why="; ".join(_missing(made)))
    for note in made.notes:
        output.message(f"note: {reports.clean(note)}")
    if output.json:
        output.result("", data.to_json(made))
    elif not output.quiet:
        _print_table(made)
    if report is not None:
        for path in publish.write(made, report):
            output.message(str(path))
