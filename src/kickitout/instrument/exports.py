"""Kicks as files: what they are called, whether there is room for them, and how they are written."""

import math
import shutil
import signal
from collections.abc import Callable, Generator, Iterable, Sequence
from itertools import product
from pathlib import Path

import numpy as np

from kickitout.errors import InputError, OutputError
from kickitout.instrument import names
from kickitout.instrument.devices import shortener
from kickitout.instrument.instrument import Instrument, threads_for
from kickitout.instrument.many import kicks_seen
from kickitout.instrument.recipes import Encoding, Recipe, plain
from kickitout.instrument.request import Request
from kickitout.measure.descriptors import describe
from kickitout.measure.descriptors.levels import highest_true_peak
from kickitout.sound.kick import Kick
from kickitout.sound.sketch.render import STEMS
from kickitout.system.files import describe_os_error, make_folder, open_regular, size_in_words, sweep, temporary_path
from kickitout.system.interrupts import held_signals

SHEET_FILE = "sheet.png"

OTHER_SEED = "{name} is already there and is not the kick of its name; choose another folder or another {seed}"
NOT_OF_ITS_NAME = "{name} is already there and is not the kick of its name; choose another folder"
PITCH = ("pitch_hz",)

ANOTHER = "{name} is already there and is another kick; choose another folder"
SHEET_MARK = b"Kick It Out"
"""Stands in the text of every sheet: one without it is somebody else's picture and is not replaced."""


def file_name(base: str, kick: Kick, encoding: Encoding) -> str:
    """What the file of a kick is called.

    Args:
        base: what its name begins with: `names.seeded`, or what it was made from.
        kick: with its recipe.
        encoding: how it is written.
    """
    return _file_name(base, _note(kick), kick, encoding)


def _note(kick: Kick) -> str | None:
    return names.note_part(describe(kick.audio, kick.sample_rate, only=PITCH).get("pitch_hz"))


def _file_name(base: str, note: str | None, kick: Kick, encoding: Encoding) -> str:
    return f"{names.named(base, note, Recipe.model_validate(kick.recipe).mark)}.{encoding.format}"


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
) -> list[Path]:
    """Make `folder` and see that the kicks of a request can be written there, before any is made.

    Returns:
        The files that these kicks will replace: kicks of the same request that are there already.

    Raises:
        InputError: a file of a kick's name is there that is not the kick of its name, or a sheet that is not ours; or
            the model cannot give what is requested.
        OutputError: the folder cannot be written, or has not the room.
    """
    panel = instrument.voice.panel
    request.check(panel)
    parts = (None, *STEMS) if request.stems else (None,)
    samples = request.processing(panel.card).samples or 0
    present = _prepare(folder, instrument, len(parts) * len(request.seeds), encoding, sheet=sheet, samples=samples)
    seeds = request.seeds if isinstance(request.seeds, range) else frozenset(request.seeds)
    start = names.seeded(instrument.name, 0)[:-1]

    def whose(base: str) -> IsOwn | None:
        number = base.removeprefix(start)
        if number == base or not number.isdecimal() or str(int(number)) != number or int(number) not in seeds:
            return None
        return _of_seed(int(number))

    wanted = request.processing(panel.card)

    def is_replaced(recipe: Recipe) -> bool:
        softer = recipe.processing.model_copy(update={"peak_dbtp": wanted.peak_dbtp})  # as kicks with stems may be
        asked = recipe.controls, bool(recipe.as_drawn)
        return softer == wanted and asked == (plain(request.controls_of(panel, recipe.seed)), request.as_drawn)

    found = _present(folder, present, instrument, encoding, whose, OTHER_SEED, parts)
    return [path for path, recipe in found if is_replaced(recipe)]


IsOwn = Callable[[Recipe], bool]
"""Whether a recipe is of a kick that has a right to its name."""


def _of_seed(seed: int) -> IsOwn:
    return lambda recipe: recipe.seed == seed and recipe.derivation is None


def _is_derived(recipe: Recipe) -> bool:
    return recipe.derivation is not None


def _present(
    folder: Path,
    present: Iterable[str],
    instrument: Instrument,
    encoding: Encoding,
    whose: Callable[[str], IsOwn | None],
    remedy: str,
    parts: Iterable[str | None] = (None,),
) -> list[tuple[Path, Recipe]]:
    """The kicks in a folder whose names new ones might have. These differ by their marks: where each is the kick of its
    name, a new one either has another name or replaces the very same kick.

    Args:
        folder: with the files `present`.
        instrument, encoding: of the new ones.
        whose: of what a name begins with, who may have it; None: no new one's name begins so.
        remedy: of the error.
        parts: the stems of new ones; None is the whole kick.

    Raises:
        InputError: a file is not the kick of its name: somebody else's sound, or that of another model.
    """
    found = []
    wholes = {f"{'' if part is None else f'_{part}'}.{encoding.format}": part for part in parts}
    for name, (ending, part) in product(sorted(present), wholes.items()):
        for base, mark in names.bases_of(name.removesuffix(ending)) if name.endswith(ending) else ():
            is_own = whose(base)
            if is_own is None:
                continue
            recipe = Recipe.find(folder / name)
            if recipe is None or not (
                recipe.model.checksum == instrument.bundle.checksum
                and (recipe.mark, recipe.stem) == (mark, part)
                and is_own(recipe)
            ):
                raise InputError("folder", folder, remedy, name=name)
            found.append((folder / name, recipe))
    return found


def prepare_derived(
    folder: Path, instrument: Instrument, bases: Sequence[str], encoding: Encoding, *, sheet: bool = False
) -> None:
    """The same for kicks made from others, whose names begin with `bases`.

    Raises:
        InputError, OutputError: as `prepare_folder`.
    """
    present, known = _prepare(folder, instrument, len(bases), encoding, sheet=sheet), frozenset(bases)
    _present(
        folder, present, instrument, encoding, lambda base: _is_derived if base in known else None, NOT_OF_ITS_NAME
    )


def prepare_replay(
    folder: Path, instrument: Instrument, name: str | None, recipe: Recipe, encoding: Encoding, *, sheet: bool = False
) -> None:
    """The same for a kick that is made again: a file of its name is replaced only if it is the same kick.

    Args:
        folder, instrument, encoding, sheet: as above.
        name: what its file is to be called; None: as a new one of its seed is.
        recipe: the kick's.

    Raises:
        InputError, OutputError: as `prepare_folder`.
    """
    present = _prepare(folder, instrument, 1, encoding, sheet=sheet)
    if name is not None:
        _check_same(folder / name, recipe)
        return
    own, is_own = names.seeded(instrument.name, recipe.seed), _of_seed(recipe.seed)
    _present(folder, present, instrument, encoding, lambda base: is_own if base == own else None, NOT_OF_ITS_NAME)


def _check_same(path: Path, recipe: Recipe) -> None:
    """Raise `InputError` where there is a file that is not the kick of a recipe."""
    other = Recipe.find(path) if path.exists() else recipe
    if other is None or not other.same_kick(recipe):
        raise InputError("folder", path.parent, ANOTHER, name=path.name)


def _prepare(
    folder: Path, instrument: Instrument, count: int, encoding: Encoding, *, sheet: bool, samples: int = 0
) -> set[str]:
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
    bytes_each = (
        {"16": 4, "24": 6, "32f": 8}[encoding.bits] * max(samples, card.n_samples) * encoding.rate // card.sample_rate
    )
    wanted = bytes_each * count
    if encoding.format != "flac" and wanted > free:
        raise OutputError(
            f"{folder} has {size_in_words(free)} free, {count:,} kicks need {size_in_words(wanted)}; choose another "
            "folder or make fewer"
        )
    return present


def write(
    folder: Path, files: Iterable[str], kicks: Iterable[Kick], encoding: Encoding, longest: int | None = None
) -> Generator[tuple[Path, Kick]]:
    """Write kicks as soon as each is made.

    Args:
        folder: see `prepare_folder`.
        files: their names.
        kicks: with their recipes.
        encoding: how.
        longest: characters of a file's name without its ending: see `shortener`; None: any number.

    Raises:
        InputError: there is another kick of that name; those before it stay.
        OutputError: a file cannot be written; those before it stay.
    """
    for name, kick in zip(map(shortener(longest), files), kicks, strict=True):
        path = folder / name
        _check_same(path, Recipe.model_validate(kick.recipe))
        kick.save(path, **encoding.model_dump())
        yield path, kick


def write_named(
    folder: Path, bases: Iterable[str], kicks: Iterable[Kick], encoding: Encoding, longest: int | None = None
) -> Generator[tuple[Path, Kick]]:
    """The same, by names that tell what is in the kicks and begin with `bases`."""
    shorter = shortener(longest)
    for base, kick in zip(bases, kicks, strict=True):
        yield from write(folder, [shorter(file_name(base, kick, encoding))], [kick], encoding)


def write_together(
    folder: Path, bases: Iterable[str], kicks: Iterable[Kick], encoding: Encoding, longest: int | None = None
) -> Generator[tuple[Path, Kick]]:
    """As `write_named`, but all or nothing: each is written aside when it is made, and all take their places after the
    last.

    Raises:
        InputError: there is another kick of a name; none is written then.
        OutputError: a file cannot be written; none is there then, nor where anything else ends it before the last.
    """
    aside, names, shorter = temporary_path(folder / "together"), [], shortener(longest)
    try:
        aside.mkdir()
        for base, kick in zip(bases, kicks, strict=True):
            name = shorter(file_name(base, kick, encoding))
            _check_same(folder / name, Recipe.model_validate(kick.recipe))
            kick.save(aside / name, **encoding.model_dump())
            names.append(name)
            yield folder / name, kick
        with held_signals(signal.SIGINT):
            for name in names:
                (aside / name).replace(folder / name)
    except OSError as error:
        words = f"cannot write into {folder}: {describe_os_error(error)}; choose another folder or free some space"
        raise OutputError(words) from error
    except OutputError as error:
        raise OutputError(str(error).replace(str(aside), str(folder))) from error
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def write_kicks(
    instrument: Instrument,
    request: Request,
    folder: Path,
    encoding: Encoding,
    *,
    threads: int | None = None,
    longest: int | None = None,
) -> Generator[tuple[Path, Kick]]:
    """Make the kicks of a request and write each as soon as it is made, followed by its stems where requested.

    See `prepare_folder` first.

    Raises:
        OutputError: a file cannot be written; those before it stay.
        InputError: none of a seed's kicks passes the gate, or there is another kick of its name; those before it stay.
        DamagedFileError: the model's graph does not work.
    """
    workers, shorter = threads_for(threads), shortener(longest)
    for seed, (kick, note) in zip(request.seeds, kicks_seen(instrument, request, _note, workers), strict=True):
        base = names.seeded(instrument.name, seed)
        whole, parts = with_stems(instrument, kick) if request.stems else (kick, {})
        name = _file_name(base, note, whole, encoding)
        files = [shorter(one) for one in (name, *stem_names(name, parts))]
        yield from write(folder, files, [whole, *parts.values()], encoding)


def stem_names(name: str, stems: Iterable[str]) -> list[str]:
    """What the files of a kick's stems are called, by the name of the kick's own file."""
    stem, _, suffix = name.rpartition(".")
    return [f"{stem}_{part}.{suffix}" for part in stems]


def with_stems(instrument: Instrument, kick: Kick) -> tuple[Kick, dict[str, Kick]]:
    """A kick and its stems, which sum to it.

    Click and air may each be louder than both together. Where a stem would go beyond the peak that the recipe allows,
    the kick and all its stems are softer by as much.

    Raises:
        InputError: see `Instrument.stems`.
    """
    stems = instrument.stems(kick)
    recipe = Recipe.model_validate(kick.recipe)
    own, *others = (_true_peak_db(one) for one in (kick, *stems.values()))
    over = max(others) - recipe.processing.peak_dbtp
    if over <= 1e-3:
        return kick, stems
    softer = recipe.processing.model_copy(update={"peak_dbtp": math.floor(100.0 * (own - over)) / 100.0})
    attempt, as_drawn = recipe.attempt or 0, bool(recipe.as_drawn)
    kick = instrument.kick(recipe.seed, softer, recipe.controls, attempt=attempt, as_drawn=as_drawn)
    return kick, instrument.stems(kick)


def _true_peak_db(kick: Kick) -> float:
    return 20.0 * math.log10(max(highest_true_peak(kick.audio.astype(np.float64)), 1e-10))
