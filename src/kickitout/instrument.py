"""The instrument: seeds in, kicks out.

A kick depends on its seed, its model and the controls alone. What makes that true: latents and noise come from
`randomness` by (seed, purpose); the graph runs one kick a call on one thread; Griffin-Lim starts from phases of the
same seed (see `kickitout.voice`). Threads work on different kicks, so they change how long it takes, never what comes
out.
"""

import difflib
import os
import secrets
import shutil
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, ValidationError

from kickitout import randomness
from kickitout.audio import check_encoding
from kickitout.bundle import CARD_FILE, Bundle, Part
from kickitout.errors import DamagedFileError, InputError, OutputError, VersionError
from kickitout.files import describe_os_error, make_folder
from kickitout.finishing import PROCESSING, Processing
from kickitout.kick import RATES, SAMPLE_RATE, Kick, read_recipe
from kickitout.parts import take_apart
from kickitout.processors import available_processors
from kickitout.voice import Voice

RECIPE_FORMAT = 1


@cache
def own_version() -> str:
    """The installed version of Kick It Out; reading it takes as long as a part of a kick, so once."""
    return version("kickitout")


MODELS_FOLDER = Path(__file__).parent / "models"
"""The bundles that are shipped, one folder each."""

PREFERENCE = ("kickgan", "draft")
"""Which shipped model plays when none is asked for: the first of these that is there, then any other, by name."""

SHEET_FILE = "sheet.png"
SHEET_MARK = b"Kick It Out"
"""Stands in the text of every sheet: one without it is somebody else's picture and is not replaced."""

MAX_COUNT = 1_000_000
"""The most kicks of one call."""


# --- which models there are -------------------------------------------------------------------------------------------


def models_at_hand() -> dict[str, Path]:
    """The shipped models by name, the default one first."""
    found = {path.parent.name: path.parent for path in sorted(MODELS_FOLDER.glob(f"*/{CARD_FILE}"))}
    first = [name for name in PREFERENCE if name in found]
    return {name: found[name] for name in [*first, *(name for name in found if name not in first)]}


def find_model(model: str | Path | None = None) -> Path:
    """Where a model lies: a shipped one by name, or a bundle's folder or zip; None is the default model.

    A shipped name goes before a folder of that name: write `./name` for the folder.

    Raises:
        InputError: there is no such model.
        DamagedFileError: none was asked for, and none is shipped with this copy.
    """
    shipped = models_at_hand()
    if model is None:
        if not shipped:
            raise DamagedFileError(
                "this copy of Kick It Out holds no model; reinstall it, or name a bundle with --model"
            )
        return next(iter(shipped.values()))
    if str(model) in shipped:
        return shipped[str(model)]
    path = Path(model)
    if str(model) and path.exists():
        return path
    close = difflib.get_close_matches(str(model), shipped, n=1)
    guess = f"did you mean {close[0]}? " if close else ""
    known = ", ".join(shipped) or "none"
    raise InputError(f"--model {str(model)!r} is neither a model nor a bundle; {guess}models at hand: {known}")


# --- from seed to kick ------------------------------------------------------------------------------------------------


# --- recipes ----------------------------------------------------------------------------------------------------------


class Encoding(Part):
    """How a kick was written: see `Kick.encode`."""

    format: Literal["wav", "flac", "aiff"] = "wav"
    bits: Literal["16", "24", "32f"] = "24"
    rate: Annotated[int, Field(ge=RATES.start, lt=RATES.stop)] = SAMPLE_RATE  # Hz


class ModelIdentity(Part):
    """Which model, to the bit."""

    name: str
    version: str
    checksum: str


class Recipe(Part):
    """All that makes a kick again."""

    format: Literal[1]
    kickitout: str  # the version that made it
    model: ModelIdentity
    seed: Annotated[int, Field(ge=0, le=randomness.MAX_SEED)]
    controls: dict[str, float] | None = None  # in the units of the model's card; None: all are left open
    processing: Processing
    file: Encoding | None = None

    @classmethod
    def read(cls, path: Path) -> "Recipe":
        """The recipe of the kick at `path`.

        Raises:
            AudioFileError: the file is no audio.
            InputError: it holds no recipe, or a damaged one.
            VersionError: a newer Kick It Out wrote it.
        """
        data = read_recipe(path)
        if data is None:
            raise InputError(f"{path} holds no recipe: no Kick It Out made it, or a program removed it; give another")
        newest = data.get("format")
        if isinstance(newest, int) and newest > RECIPE_FORMAT:
            raise VersionError(
                f"the recipe in {path} has format {newest} (Kick It Out {data['kickitout']}), this Kick It Out "
                f"{own_version()} reads up to format {RECIPE_FORMAT}: update it "
                f"(pip install -U kickitout)"
            )
        try:
            return cls.model_validate(data)
        except ValidationError as error:
            first = error.errors()[0]
            place = ".".join(str(part) for part in first["loc"])
            raise InputError(
                f"the recipe in {path} is damaged ({place}: {first['msg'].lower()}); give another file"
            ) from error


def check_seeds(seed: int, n: int) -> None:
    """Raise `InputError` unless kicks seed..seed+n-1 can be made."""
    if not 1 <= n <= MAX_COUNT:
        raise InputError(f"-n {n} is out of range; ask for 1 to {MAX_COUNT:,} kicks")
    if seed < 0 or seed + n - 1 > randomness.MAX_SEED:
        last = f" with -n {n}" if 0 <= seed <= randomness.MAX_SEED else ""
        raise InputError(f"--seed {seed}{last} is out of range; seeds go from 0 to {randomness.MAX_SEED}")


def fresh_seed() -> int:
    """A seed that nobody chose, short enough to be typed."""
    return secrets.randbelow(10**9)


class Instrument:
    """A model that plays. `load` makes one."""

    def __init__(self, bundle: Bundle) -> None:
        for graph_input in bundle.card.inputs:
            if graph_input.kind == "control":
                raise VersionError(
                    f"the model {bundle.card.name} has the control {graph_input.name}, which this Kick It Out "
                    f"({own_version()}) cannot set: update it (pip install -U kickitout)"
                )
        self.bundle = bundle
        self.voice = Voice(bundle)

    @property
    def name(self) -> str:
        """The model's name, as in file names."""
        return self.bundle.card.name

    @property
    def usual_pitch(self) -> float | None:
        """The median pitch of the training kicks in Hz; None for a model that has no such control."""
        tables = {control.name: control.quantiles for control in self.bundle.card.controls}
        return tables["pitch"][len(tables["pitch"]) // 2] if "pitch" in tables else None

    def kick(self, seed: int, processing: Processing = PROCESSING, controls: Mapping[str, float] | None = None) -> Kick:
        """The kick of one seed.

        Args:
            seed: 0 to 2^63 - 1.
            processing: what is done to the network's sound.
            controls: what is wished of it, by the names that the model's card lists, such as `pitch` (Hz), `sweep`
                (octaves), `sweep_time` and `decay` (ms), and `click`, `brightness`, `drive` and `width` (0 to 1:
                quantiles of the training kicks). Any may be left out: it follows what real kicks have that have the
                rest.

        Raises:
            InputError: the seed or a control is out of range, or the model has no such control.
            DamagedFileError: the model's graph does not work.
        """
        check_seeds(seed, 1)
        card = self.bundle.card
        audio = self.voice.answer(seed, controls, processing.apply).sound
        recipe = Recipe(
            format=1,
            kickitout=own_version(),
            model=ModelIdentity(name=card.name, version=card.version, checksum=self.bundle.checksum),
            seed=seed,
            controls=_plain(controls),
            processing=processing,
        )
        return Kick(processing.apply(audio), card.sample_rate, recipe.model_dump(exclude_none=True))

    def kicks(
        self,
        seeds: Iterable[int],
        *,
        threads: int | None = None,
        processing: Processing = PROCESSING,
        controls: Mapping[str, float] | None = None,
    ) -> Iterator[Kick]:
        """The kicks of many seeds, in their order, made by `threads` threads (None: one a processor)."""
        threads = available_processors() if threads is None else threads
        if threads == 1:
            yield from (self.kick(seed, processing, controls) for seed in seeds)
            return
        executor = ThreadPoolExecutor(threads, thread_name_prefix="kick")
        waiting: deque[Future[Kick]] = deque()
        try:
            for seed in seeds:
                waiting.append(executor.submit(self.kick, seed, processing, controls))
                if len(waiting) > 2 * threads:  # enough to keep all at work; a million kicks do not fit in memory
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            executor.shutdown(cancel_futures=True)

    def generate(
        self,
        n: int = 1,
        *,
        seed: int | None = None,
        threads: int | None = None,
        controls: Mapping[str, float] | None = None,
    ) -> list[Kick]:
        """The kicks of the seeds seed, seed + 1, ... seed + n - 1; a fresh seed if None. `controls` as in `kick`.

        Raises:
            InputError: n, the seed, the number of threads or a control is out of range.
            DamagedFileError: the model's graph does not work.
        """
        seed = fresh_seed() if seed is None else seed
        check_seeds(seed, n)
        check_threads(threads)
        return list(self.kicks(range(seed, seed + n), threads=threads, controls=controls))

    def encode(self, kick: NDArray[np.float32]) -> NDArray[np.float32]:
        """The latent, (latent_size,), whose kick is most like a given one.

        Args:
            kick: left and right at 44.1 kHz, (2, 22050), normalised as a library's kicks are: it begins at sample 44.

        Raises:
            InputError: the model has no encoder.
            ValueError: another shape, or samples that are not finite.
        """
        return self.voice.encode(take_apart(kick))

    def reconstruct(self, kick: NDArray[np.float32], seed: int = 0) -> NDArray[np.float32]:
        """A kick as `encode` takes it, encoded and made again: (2, 22050) with its own peak, polarity and sides.

        The noise in it is that of `seed`; nothing is done to the network's sound.

        Raises:
            InputError, ValueError: as `encode`, or a seed out of range.
        """
        check_seeds(seed, 1)
        return self.voice.reconstruct(kick, seed)


def _plain(controls: Mapping[str, float] | None) -> dict[str, float] | None:
    """Controls as a recipe keeps them; no wishes are none."""
    return {name: float(value) for name, value in controls.items()} if controls else None


def check_threads(threads: int | None) -> None:
    """Raise `InputError` for a number of threads that makes no sense."""
    if threads is not None and not 1 <= threads <= 1024:
        raise InputError(f"--threads {threads} is out of range; give 1 to 1024, or leave it out")


def load(model: str | Path | None = None) -> Instrument:
    """Load a model: a name that `kick models` lists, or the folder or zip of a bundle; None is the default model.

    Raises:
        InputError: there is no such model.
        DamagedFileError: a file of it is missing or altered.
        VersionError: it was written by a newer Kick It Out.
    """
    return Instrument(Bundle.open(find_model(model)))


def generate(
    n: int = 1,
    *,
    seed: int | None = None,
    model: str | Path | None = None,
    threads: int | None = None,
    controls: Mapping[str, float] | None = None,
) -> list[Kick]:
    """Make n kicks, of the seeds seed, seed + 1, ... seed + n - 1.

    Args:
        n: 1 to 1,000,000. All are held in memory: 176 kB each.
        seed: 0 to 2^63 - 1; None: a fresh one (the kicks' recipes name it).
        model: a name that `kick models` lists, or the folder or zip of a bundle; None: the default model.
        threads: None: one a processor. The kicks do not depend on it.
        controls: what is wished of the kicks: see `Instrument.kick`.

    Raises:
        InputError: a value is out of range, or there is no such model, or it has no such control.
        DamagedFileError, VersionError: the model cannot be used.
    """
    return load(model).generate(n, seed=seed, threads=threads, controls=controls)


# --- kicks as files ---------------------------------------------------------------------------------------------------


def load_for_recipe(path: Path, recipe: Recipe, model: str | Path | None = None) -> Instrument:
    """The instrument that made the kick at `path`: `model`, or the shipped one of the recipe's name.

    Raises:
        InputError: it is not at hand, or is another one (its checksum differs).
        DamagedFileError, VersionError: it cannot be used.
    """
    made_by = f"{path} was made by {recipe.model.name} {recipe.model.version} ({recipe.model.checksum[:12]})"
    shipped = models_at_hand()
    if model is None and recipe.model.name not in shipped:
        raise InputError(f"{made_by}, which is not at hand; name its bundle with --model")
    instrument = load(recipe.model.name if model is None else model)
    card, checksum = instrument.bundle.card, instrument.bundle.checksum
    if checksum != recipe.model.checksum:
        raise InputError(
            f"{made_by}, the model at hand is {card.name} {card.version} ({checksum[:12]}); name the bundle that "
            f"made it with --model"
        )
    return instrument


def choose_encoding(recipe: Recipe | None, given: Mapping[str, str | int]) -> Encoding:
    """How to write: what is given, else as the recipe's file was written, else the house's habit.

    Raises:
        InputError: a value is unknown or out of range, or the format does not hold the word length.
    """
    habit = recipe.file if recipe and recipe.file else Encoding()
    wanted = {**habit.model_dump(), **given}
    check_encoding(wanted["format"], wanted["bits"])
    if wanted["rate"] not in RATES:
        raise InputError(f"--rate {wanted['rate']} is out of range; give {RATES.start} to {RATES.stop - 1} Hz")
    return Encoding.model_validate(wanted)


def file_name(model: str, seed: int, encoding: Encoding) -> str:
    """What a kick's file is called."""
    return f"{model}_kick_{seed}.{encoding.format}"


def _is_same_kick(path: Path, instrument: Instrument, seed: int, controls: Mapping[str, float] | None) -> bool:
    try:
        recipe = Recipe.read(path)
    except (InputError, VersionError):
        return False
    same_model = recipe.model.checksum == instrument.bundle.checksum
    return same_model and recipe.seed == seed and recipe.controls == _plain(controls)


def _is_our_sheet(path: Path) -> bool:
    with path.open("rb") as stream:
        return SHEET_MARK in stream.read(4096)


def prepare_folder(
    folder: Path,
    instrument: Instrument,
    seeds: Sequence[int],
    encoding: Encoding,
    *,
    sheet: bool = False,
    controls: Mapping[str, float] | None = None,
) -> None:
    """Make `folder` and see that the kicks of these seeds can be written there, before any is made.

    Raises:
        InputError: a file of a kick's name is there that this model, seed and controls did not make, or a sheet that
            is not ours; or the model does not take the controls.
        OutputError: the folder cannot be written, or has not the room.
    """
    instrument.voice.scores(controls or {})
    make_folder(folder)
    probe = folder / f".kick-{os.getpid()}-{secrets.token_hex(4)}.tmp"
    try:
        probe.touch()
        probe.unlink()
        present = {entry.name for entry in folder.iterdir()}
        free = shutil.disk_usage(folder).free
    except OSError as error:
        raise OutputError(
            f"cannot write into {folder}: {describe_os_error(error)}; choose another place with -o"
        ) from error
    if sheet and SHEET_FILE in present and not _is_our_sheet(folder / SHEET_FILE):
        raise InputError(
            f"{folder / SHEET_FILE} is already there, and Kick It Out did not draw it; choose another folder with -o"
        )
    card = instrument.bundle.card
    bytes_each = {"16": 4, "24": 6, "32f": 8}[encoding.bits] * card.n_samples * encoding.rate // card.sample_rate
    wanted = bytes_each * len(seeds)
    if encoding.format != "flac" and wanted > free:
        raise OutputError(
            f"{folder} has {free / 1e9:.1f} GB free, {len(seeds):,} kicks need {wanted / 1e9:.1f} GB; choose another "
            f"place with -o, or a smaller -n"
        )
    for seed in seeds:
        name = file_name(instrument.name, seed, encoding)
        if name in present and not _is_same_kick(folder / name, instrument, seed, controls):
            wishes = " with these controls" if controls else ""
            raise InputError(
                f"{folder / name} is already there, and this model did not make it from this seed{wishes}; choose "
                f"another folder with -o, or another --seed"
            )


def write_kicks(
    instrument: Instrument,
    seeds: Sequence[int],
    folder: Path,
    encoding: Encoding,
    *,
    threads: int | None = None,
    processing: Processing | None = None,
    controls: Mapping[str, float] | None = None,
) -> Iterator[tuple[Path, Kick]]:
    """Make the kicks of these seeds and write each as soon as it is made. See `prepare_folder` first.

    `processing` None is the house's own; `controls` as in `Instrument.kick`.

    Raises:
        OutputError: a file cannot be written; those before it stay.
        DamagedFileError: the model's graph does not work.
    """
    made = instrument.kicks(seeds, threads=threads, processing=processing or PROCESSING, controls=controls)
    for seed, kick in zip(seeds, made, strict=True):
        path = folder / file_name(instrument.name, seed, encoding)
        kick.save(path, bits=encoding.bits, format=encoding.format, rate=encoding.rate)
        yield path, kick
