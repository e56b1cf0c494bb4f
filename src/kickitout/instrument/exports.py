"""Kicks as files: what they are called, whether there is room for them, and how they are written."""

import math
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np

from kickitout.errors import InputError, OutputError
from kickitout.instrument.devices import shortener
from kickitout.instrument.instrument import Instrument
from kickitout.instrument.recipes import Encoding, Recipe, Source, plain
from kickitout.instrument.request import Request
from kickitout.sound.kick import Kick
from kickitout.sound.sketch.render import STEMS
from kickitout.system.files import describe_os_error, make_folder, open_regular, size_in_words, sweep, temporary_path

SHEET_FILE = "sheet.png"

OTHER_SEED = (
    "{name} is already there and was not made from this seed by this model; choose another folder or another {seed}"
)
OTHER_SEED_CONTROLS = (
    "{name} is already there and was not made from this seed with these controls by this model; choose another folder "
    "or another {seed}"
)
SHEET_MARK = b"Kick It Out"
"""Stands in the text of every sheet: one without it is somebody else's picture and is not replaced."""


def file_name(model: str, seed: int, encoding: Encoding) -> str:
    """What a kick's file is called."""
    return f"{model}_kick_{seed}.{encoding.format}"


def names_of(
    instrument: Instrument, request: Request, encoding: Encoding, longest: int | None = None
) -> Iterator[list[str]]:
    """The names of each seed's files, the kick's first, then those of its stems, of at most so many characters."""
    shorter = shortener(longest)
    for seed in request.seeds:
        name = file_name(instrument.name, seed, encoding)
        yield [shorter(one) for one in (name, *(stem_names(name, STEMS) if request.stems else ()))]


def _is_our_sheet(path: Path) -> bool:
    try:
        with open_regular(path) as stream:
            return SHEET_MARK in stream.read(4096)
    except OSError:
        return False


def prepare_folder(
    folder: Path,
    instrument: Instrument,
    request: Request,
    encoding: Encoding,
    *,
    sheet: bool = False,
    longest: int | None = None,
) -> None:
    """Make `folder` and see that the kicks of a request can be written there, before any is made.

    Raises:
        InputError: a file of a kick's name is there that this model, seed and controls did not make, or a sheet that
            is not ours; or the model cannot give what is requested.
        OutputError: the folder cannot be written, or has not the room.
    """
    panel, seeds = instrument.voice.panel, request.seeds
    request.check(panel)
    files = 1 + len(STEMS) if request.stems else 1
    present = _prepare(folder, instrument, files * len(seeds), encoding, sheet=sheet)
    for seed, names in zip(seeds, names_of(instrument, request, encoding, longest), strict=True):
        for taken in present.intersection(names):
            _check_own(folder / taken, instrument, seed, request.controls_of(panel, seed))


def _check_own(path: Path, instrument: Instrument, seed: int, controls: Mapping[str, float] | None) -> None:
    """Raise `InputError` unless this model made the kick at `path` from this seed and these controls."""
    recipe = Recipe.find(path)
    if recipe is None or not (
        recipe.model.checksum == instrument.bundle.checksum
        and (recipe.seed, recipe.controls, recipe.derivation) == (seed, plain(controls), None)
    ):
        raise InputError("folder", path.parent, OTHER_SEED_CONTROLS if controls else OTHER_SEED, name=path.name)


def prepare_derived(
    folder: Path,
    instrument: Instrument,
    names: Sequence[str],
    of: Sequence[Source],
    encoding: Encoding,
    *,
    sheet: bool = False,
) -> None:
    """The same for kicks made from others, `of`: one of these names is replaced only if it was made from them too.

    Raises:
        InputError, OutputError: as `prepare_folder`.
    """
    present = _prepare(folder, instrument, len(names), encoding, sheet=sheet)
    for name in present.intersection(names):
        recipe = Recipe.find(folder / name)
        if recipe is None or recipe.derivation is None or recipe.derivation.of != list(of):
            remedy = "{name} is already there and was not made from the same kick; choose another folder"
            raise InputError("folder", folder, remedy, name=name)


def prepare_replay(
    folder: Path, instrument: Instrument, name: str, recipe: Recipe, encoding: Encoding, *, sheet: bool = False
) -> None:
    """The same for a kick that is made again: a file of its name is replaced only if it is the same kick.

    Raises:
        InputError, OutputError: as `prepare_folder`.
    """

    def kick(one: Recipe) -> tuple[object, ...]:
        return one.model.checksum, one.seed, one.attempt, one.controls, one.derivation, one.stem

    if name in _prepare(folder, instrument, 1, encoding, sheet=sheet):
        other = Recipe.find(folder / name)
        if other is None or kick(other) != kick(recipe):
            remedy = "{name} is already there and is another kick; choose another folder"
            raise InputError("folder", folder, remedy, name=name)


def _prepare(folder: Path, instrument: Instrument, count: int, encoding: Encoding, *, sheet: bool) -> set[str]:
    """Make `folder`, see that it can be written, has the room, and holds no sheet but ours; what is in it."""
    make_folder(folder)
    sweep(folder)
    probe = temporary_path(folder / "probe")
    try:
        probe.touch()
        probe.unlink()
        present = {entry.name for entry in folder.iterdir()}
        free = shutil.disk_usage(folder).free
    except OSError as error:
        raise OutputError(f"cannot write into {folder}: {describe_os_error(error)}; choose another folder") from error
    if sheet and SHEET_FILE in present and not _is_our_sheet(folder / SHEET_FILE):
        remedy = "{name} is already there and Kick It Out did not draw it; choose another folder"
        raise InputError("folder", folder, remedy, name=SHEET_FILE)
    card = instrument.bundle.card
    bytes_each = {"16": 4, "24": 6, "32f": 8}[encoding.bits] * card.n_samples * encoding.rate // card.sample_rate
    wanted = bytes_each * count
    if encoding.format != "flac" and wanted > free:
        raise OutputError(
            f"{folder} has {size_in_words(free)} free, {count:,} kicks need {size_in_words(wanted)}; choose another "
            "folder or make fewer"
        )
    return present


def write(folder: Path, names: Iterable[str], kicks: Iterable[Kick], encoding: Encoding) -> Iterator[tuple[Path, Kick]]:
    """Write kicks as soon as each is made.

    Raises:
        OutputError: a file cannot be written; those before it stay.
    """
    for name, kick in zip(names, kicks, strict=True):
        path = folder / name
        kick.save(path, **encoding.model_dump())
        yield path, kick


def write_kicks(
    instrument: Instrument,
    request: Request,
    folder: Path,
    encoding: Encoding,
    *,
    threads: int | None = None,
    longest: int | None = None,
) -> Iterator[tuple[Path, Kick]]:
    """Make the kicks of a request and write each as soon as it is made, followed by its stems where requested.

    See `prepare_folder` first.

    Raises:
        OutputError: a file cannot be written; those before it stay.
        InputError: none of a seed's kicks passes the gate; those before it stay.
        DamagedFileError: the model's graph does not work.
    """
    made = instrument.kicks(request, threads=threads)
    for names, kick in zip(names_of(instrument, request, encoding, longest), made, strict=True):
        whole, parts = with_stems(instrument, kick) if request.stems else (kick, {})
        yield from write(folder, names, [whole, *parts.values()], encoding)


def stem_names(name: str, stems: Iterable[str]) -> list[str]:
    """What the files of a kick's stems are called, by the name of the kick's own file."""
    stem, _, suffix = name.rpartition(".")
    return [f"{stem}_{part}.{suffix}" for part in stems]


def with_stems(instrument: Instrument, kick: Kick) -> tuple[Kick, dict[str, Kick]]:
    """A kick and its stems, which sum to it.

    Click and air may each be louder than both together. Where a stem would go beyond the peak that the kick is to have,
    the kick and all its stems are softer by as much.

    Raises:
        InputError: see `Instrument.stems`.
    """
    stems = instrument.stems(kick)
    highest = max(float(np.abs(part.audio).max()) for part in stems.values())
    recipe = Recipe.model_validate(kick.recipe)
    over = 20.0 * math.log10(highest) - recipe.processing.peak_dbfs if highest > 0.0 else 0.0
    if over <= 1e-3:
        return kick, stems
    softer = recipe.processing.model_copy(update={"peak_dbfs": recipe.processing.peak_dbfs - round(over + 0.005, 2)})
    kick = instrument.kick(recipe.seed, softer, recipe.controls, attempt=recipe.attempt or 0)
    return kick, instrument.stems(kick)
