"""All that makes a kick again, as it is kept inside its file."""

import json
from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, ValidationError, field_serializer, model_validator

from kickitout.errors import InputError, VersionError
from kickitout.instrument.ancestry import BLENDED, MOST_ANCESTORS, TOO_LARGE, is_within_bounds
from kickitout.instrument.finishing import Processing
from kickitout.model.card import Part
from kickitout.sound.audio import check_encoding
from kickitout.sound.kick import NOT_PLAIN, RATE_RANGE, RATES, SAMPLE_RATE, read_recipe
from kickitout.system import randomness

RECIPE_FORMAT = 1

LAST_ATTEMPT = 999
"""No kick is drawn more often."""


LARGEST_EXACT = 2**53 - 1
"""Larger whole numbers are text in JSON for JavaScript: its numbers cannot hold them."""

_DIGITS = frozenset("0123456789")


def exact(number: int) -> int | str:
    """A whole number as JSON for JavaScript has it."""
    return number if abs(number) <= LARGEST_EXACT else str(number)


def _from_exact(given: object) -> object:
    """The number that `exact` wrote as this text; anything else unchanged."""
    if not isinstance(given, str) or not 0 < len(given) < 20 or not set(given) <= _DIGITS:
        return given
    return int(given) if exact(int(given)) == given else given


Whole = Annotated[int, BeforeValidator(_from_exact)]
"""A whole number that JSON may have as text: see `exact`."""


@cache
def own_version() -> str:
    """The installed version of Kick It Out; reading it takes as long as a part of a kick, so once."""
    return version("kickitout")


class Encoding(Part):
    """How a kick was written: see `Kick.encode`. Only WAV files hold a root note and rights, and may be plain."""

    format: Literal["wav", "flac", "aiff"] = "wav"
    bits: Literal["16", "24", "32f"] = "24"
    rate: Annotated[int, Field(ge=RATES.start, lt=RATES.stop)] = SAMPLE_RATE  # Hz
    root: Annotated[float, Field(ge=0.0, le=127.0)] | None = None  # MIDI note for samplers
    rights: Annotated[str, Field(pattern="^[^\0]*$")] | None = None  # a zero would end the tag
    plain: Literal[True] | None = None  # nothing but the sound; no recipe tells it, for a plain file has none


class ModelIdentity(Part):
    """Which model, to the bit."""

    name: str
    version: str
    checksum: str


class Source(Part):
    """A kick that another was made from: one of the same model by its recipe, or a file that was taken in."""

    recipe: "Recipe | None" = None
    file: str | None = None  # its name, without a folder
    content: str | None = None  # the hash of what was taken in: see `library.store.content_hash`

    @model_validator(mode="after")
    def _is_one_of_both(self) -> "Source":
        if (self.recipe is None) == (self.content is None) or (self.content is None) != (self.file is None):
            raise ValueError("a source is a recipe, or a file with its content")
        return self


class Derivation(Part):
    """How a kick was made from others: see `kickitout.instrument.variations`."""

    verb: Literal["vary", "morph", "match"]
    of: Annotated[list[Source], Field(min_length=1, max_length=2)]
    amount: Annotated[float, Field(ge=0.0, le=1.0)] | None = None  # of a variation; the place of a morph
    keep: list[str] | None = None
    latent: str | None = None  # of a match: float32, little endian, base64

    @model_validator(mode="after")
    def _is_complete(self) -> "Derivation":
        if len(self.of) != (2 if self.verb == "morph" else 1):
            raise ValueError(f"{self.verb} of {len(self.of)} kicks")
        if (self.amount is None) != (self.verb == "match") or (self.latent is None) == (self.verb == "match"):
            raise ValueError(f"{self.verb} has an amount, or a match a latent")
        return self


MARK_DIGITS = 4
"""Hexadecimal digits."""


class Recipe(Part):
    """All that makes a kick again."""

    format: Literal[1]
    kickitout: str  # the version that made it
    model: ModelIdentity
    seed: Annotated[Whole, Field(ge=0, le=randomness.MAX_SEED)]
    attempt: Annotated[int, Field(ge=1, le=LAST_ATTEMPT)] | None = None  # None: the seed's first kick
    as_drawn: Literal[True] | None = None  # the first was asked for, whatever gate and taste say of it
    controls: dict[str, float] | None = None  # in the units of the model's card; None: all are left open
    derivation: Derivation | None = None  # None: the kick is the seed's own
    processing: Processing
    stem: Literal["body", "click", "air"] | None = None  # None: the whole kick
    file: Encoding | None = None

    @field_serializer("processing")
    def _with_nones(self, processing: Processing) -> dict[str, object]:
        # None is a setting there: left out, it would be read as the default. Stereo and one hit go without saying.
        found = processing.model_dump()
        return {name: value for name, value in found.items() if name not in ("mono", "loop") or value}

    @property
    def mark(self) -> str | None:
        """A short mark of all that was asked: controls, what it was made from, its level and length, and that it is as
        drawn. None where nothing was: which of a seed's kicks it stands for, the seed says itself."""
        if self.processing == Processing() and not (self.as_drawn or self.controls or self.derivation):
            return None
        found = self.model_dump(exclude_none=True, include={"as_drawn", "controls", "derivation", "processing"})
        text = json.dumps(found, ensure_ascii=False, separators=(",", ":"))
        return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:MARK_DIGITS]

    def same_kick(self, other: "Recipe") -> bool:
        """Whether another recipe makes the very same sound, however its file was written."""
        return self.model_copy(update={"file": None, "kickitout": ""}) == other.model_copy(
            update={"file": None, "kickitout": ""}
        )

    def for_javascript(self) -> dict[str, Any]:
        """The recipe as JSON that JavaScript can hold and give back, without how a file of it was written."""
        found: dict[str, Any] = _exactly(self.model_dump(mode="json", exclude_none=True, exclude={"file"}))
        return found

    @classmethod
    def read(cls, path: Path) -> "Recipe":
        """The recipe of the kick at `path`.

        Raises:
            AudioFileError: the file is no audio.
            InputError: it holds no recipe, a damaged one, or one that holds more kicks than any of ours.
            VersionError: a newer Kick It Out wrote it.
        """
        data = read_recipe(path)
        if data is None:
            remedy = "holds no recipe: Kick It Out did not make it, or a program removed the recipe; give another file"
            raise InputError("file", path, remedy)
        newest = data.get("format")
        if isinstance(newest, int) and newest > RECIPE_FORMAT:
            raise VersionError(
                f"the recipe in {path} has format {newest} (Kick It Out {data['kickitout']}), this Kick It Out "
                f"{own_version()} reads up to format {RECIPE_FORMAT}: update it "
                f"(pip install -U kickitout)"
            )
        if not is_within_bounds(data):
            raise InputError("file", path, TOO_LARGE, most=MOST_ANCESTORS + BLENDED)
        try:
            return cls.model_validate(data)
        except RecursionError as error:
            raise InputError("file", path, "its recipe is nested too deeply; give another file") from error
        except ValidationError as error:
            first = error.errors()[0]
            place = ".".join(str(part) for part in first["loc"])
            remedy = "its recipe is damaged ({place}: {fault}); give another file"
            raise InputError("file", path, remedy, place=place, fault=first["msg"].lower()) from error

    @classmethod
    def find(cls, path: Path) -> "Recipe | None":
        """The recipe of the kick at `path`, or None where there is none that can be read."""
        try:
            return cls.read(path)
        except (InputError, VersionError):
            return None


def _exactly(data: Any) -> Any:
    if isinstance(data, dict):
        return {name: _exactly(part) for name, part in data.items()}
    if isinstance(data, list):
        return [_exactly(part) for part in data]
    return exact(data) if isinstance(data, int) and not isinstance(data, bool) else data


def plain(controls: Mapping[str, float] | None) -> dict[str, float] | None:
    """Controls as a recipe keeps them; None where there are none."""
    return {name: float(value) for name, value in controls.items()} if controls else None


def choose_encoding(recipe: Recipe | None, given: Mapping[str, str | int | bool]) -> Encoding:
    """How to write: what is given, else as the recipe's file was written, else the house's habit.

    Raises:
        InputError: a value is unknown or out of range, or the format does not hold the word length.
    """
    habit = recipe.file if recipe and recipe.file else Encoding()
    wanted = {**habit.model_dump(), **given}
    check_encoding(wanted["format"], wanted["bits"])
    if wanted["plain"] and wanted["format"] != "wav":
        raise InputError("plain", None, NOT_PLAIN, kind=wanted["format"].upper())
    if wanted["rate"] not in RATES:
        raise InputError("rate", wanted["rate"], RATE_RANGE, low=RATES.start, high=RATES.stop - 1)
    return Encoding.model_validate(wanted)
