"""Kicks made from kicks, with recipes: variations, what lies between two, the model's nearest, and all made again."""

import base64
import binascii
from collections.abc import Callable, Collection, Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from kickitout.errors import InputError
from kickitout.instrument import variations
from kickitout.instrument.finishing import PROCESSING, Processing
from kickitout.instrument.instrument import Instrument, check_seeds, fresh_seed
from kickitout.instrument.recipes import Beginning, Derivation, Recipe
from kickitout.instrument.variations import Origin
from kickitout.library.normalise import as_float
from kickitout.library.prepare import read_kick
from kickitout.library.store import content_hash
from kickitout.measure.embedding import embed
from kickitout.sound.kick import KICK_SAMPLES, SAMPLE_RATE, Kick
from kickitout.system import randomness

Samples = NDArray[np.int16]

FAITHFUL = Processing(dc_free=False, silence_db=None, side_db=None)
"""What is done to a kick that was taken in, and to its variations: it is brought to its peak and ends in a fade."""

AMOUNT = 0.3
"""How far a variation goes unless asked otherwise."""

FILE_NEEDED = "it was made from {file}, which is needed to make it again; {remedy}"
LATENT_DAMAGED = "the recipe's latent is damaged: {size} finite numbers are needed; give another file"

NO_LIMIT_DB = -120.0
"""A limit of loudness that changes nothing which is heard."""

MOST_STEPS = 1_000
"""Kicks of a morph, at most."""

OTHERS = 100
"""Kicks that tell what distance from a match is usual."""

NUDGE = 0.02
"""A kick between two that does not pass the gate is looked for so much further along, and back."""


@dataclass(frozen=True, eq=False)
class Original:
    """A kick that others are made from, and how its recipe names it.

    Attributes:
        beginning: for recipes.
        origin: for `kickitout.instrument.variations`.
        asked: controls that were asked of it, as a person gave them: its variations keep them.
        processing: what was done to it, and is done to what is made from it.
        name: for messages and file names.
    """

    beginning: Beginning
    origin: Origin
    asked: Mapping[str, float]
    processing: Processing
    name: str


# Kicks to begin with -------------------------------------------------------------------------------------------------


def open_original(instrument: Instrument, source: str | Path | Kick) -> Original:
    """A kick to begin with: one that this model made, by its recipe; any other is taken in.

    Args:
        instrument: the model.
        source: a kick that the model made, or any file that `kick prepare` takes as a kick.

    Raises:
        InputError: the file is no kick, or the model cannot take in a kick.
        AudioFileError: it is no audio.
    """
    if isinstance(source, Kick):
        recipe = Recipe.model_validate(source.recipe) if source.recipe else None
        name = "kick"
    else:
        recipe, name = Recipe.find(Path(source)), Path(source).stem
    check_sketches(instrument)
    if recipe is not None and is_own(instrument, recipe):
        return original_of(instrument, recipe, name=name)
    if isinstance(source, Kick):
        raise InputError("a kick that this model did not make is taken in from its file; save it, and give the file")
    samples = read_kick(Path(source))
    return take_in(instrument, samples, Path(source).name)


def check_sketches(instrument: Instrument) -> None:
    """Raise `InputError` where the model cannot vary kicks."""
    if not instrument.bundle.card.says_sketches:
        raise InputError(f"the model {instrument.name} cannot vary kicks: it has no encoder; choose another")


def is_own(instrument: Instrument, recipe: Recipe, given: Container[str] = ()) -> bool:
    """Whether a recipe is that of a whole kick of this very model, and needs no file that is not given.

    Args:
        instrument: the model.
        recipe: any.
        given: kicks that were taken in, by their `content_hash`.
    """
    if recipe.stem is not None or recipe.model.checksum != instrument.bundle.checksum:
        return False
    derivation = recipe.derivation
    if derivation is None or derivation.verb == "match":
        return True
    return all(
        one.content in given if one.recipe is None else is_own(instrument, one.recipe, given) for one in derivation.of
    )


def take_in(instrument: Instrument, samples: Samples, file: str) -> Original:
    """A kick in a library's form, int16 (2, 22050), that no recipe makes; `file` is its name.

    Raises:
        InputError: the model has no encoder.
    """
    audio = as_float(samples)
    beginning = Beginning(file=file, content=content_hash(samples))
    return Original(beginning, variations.taken_in(instrument.voice, audio), {}, FAITHFUL, Path(file).stem)


def _bare(recipe: Recipe) -> Recipe:
    """A recipe without how its file was written, which is nothing to what is made from it."""
    return recipe.model_copy(update={"file": None})


# Made again ----------------------------------------------------------------------------------------------------------


def replay(instrument: Instrument, recipe: Recipe, files: Iterable[Path] = ()) -> Kick:
    """The kick of a recipe.

    Args:
        instrument: the model that made it.
        recipe: as it stands in the kick's file.
        files: kicks that were taken in when it was made, in any order.

    Raises:
        InputError: a kick that was taken in is not among the files.
    """
    if recipe.derivation is None:
        kick = instrument.kick(recipe.seed, recipe.processing, recipe.controls, attempt=recipe.attempt or 0)
        return kick if recipe.stem is None else instrument.stems(kick)[recipe.stem]
    given = {content_hash(samples): samples for samples in map(read_kick, files)}
    return finished(instrument, original_of(instrument, recipe, given))


def finished(instrument: Instrument, original: Original) -> Kick:
    """A kick that `original_of` made again, as it was when it was made first."""
    if original.beginning.recipe is None:
        raise ValueError(f"{original.name} was taken in: no recipe makes it")
    return _finished(instrument, original.origin, original.beginning.recipe)


Recall = Callable[[Beginning], Original | None]
"""Gives a kick that was made again before, if it is still known."""


def original_of(
    instrument: Instrument,
    recipe: Recipe,
    given: Mapping[str, Samples] = MappingProxyType({}),
    name: str = "kick",
    recall: Recall = lambda beginning: None,
) -> Original:
    """A kick by its recipe, to the bit, as one to begin with.

    Args:
        instrument: the model that made it.
        recipe: of a whole kick.
        given: kicks that were taken in when it was made, by their `content_hash`.
        name: for messages and file names.
        recall: spares making again what it was made from.

    Raises:
        InputError: a kick that was taken in is not among the given.
    """
    voice, finish = instrument.voice, recipe.processing.apply
    asked = dict(recipe.controls or {})
    derivation, number = recipe.derivation, randomness.attempt_seed(recipe.seed, recipe.attempt or 0)
    if derivation is None:
        origin = Origin.of(voice.say(number, voice.asked(asked), finish))
    elif derivation.verb == "match":
        latent = _unpacked(derivation.latent or "", instrument.bundle.card.latent_size)
        noise = voice.noise(recipe.seed)
        origin = Origin(latent, voice.sketch_of(latent, noise), noise)
    else:
        ends = [recall(one) or _beginning(instrument, one, given, recall) for one in derivation.of]
        amount = derivation.amount or 0.0
        if derivation.verb == "morph":
            origin = variations.between(voice, ends[0].origin, ends[1].origin, amount)
        else:
            keep, wanted = derivation.keep or (), voice.asked(asked)
            origin, _, _ = variations.varied(voice, ends[0].origin, number, amount, keep, wanted, finish)
    return Original(Beginning(recipe=_bare(recipe)), origin, asked, recipe.processing, name)


def _beginning(instrument: Instrument, beginning: Beginning, given: Mapping[str, Samples], recall: Recall) -> Original:
    if beginning.recipe is not None:
        return original_of(instrument, beginning.recipe, given, recall=recall)
    if beginning.content is None or beginning.content not in given:
        raise InputError(FILE_NEEDED.format(file=beginning.file, remedy="name that file with --original"))
    return take_in(instrument, given[beginning.content], beginning.file or "")


def _packed(latent: NDArray[np.float32]) -> str:
    return base64.b64encode(latent.astype("<f4").tobytes()).decode("ascii")


def _unpacked(text: str, size: int) -> NDArray[np.float32]:
    try:
        latent = np.frombuffer(base64.b64decode(text, validate=True), dtype="<f4")
    except (binascii.Error, ValueError) as error:
        raise InputError("the recipe's latent is damaged; give another file") from error
    if latent.shape != (size,) or not np.isfinite(latent).all():
        raise InputError(LATENT_DAMAGED.format(size=size))
    return latent.astype(np.float32)


# New ones ------------------------------------------------------------------------------------------------------------


def _finished(instrument: Instrument, origin: Origin, recipe: Recipe, remarks: tuple[str, ...] = ()) -> Kick:
    return Kick(
        recipe.processing.apply(variations.sound(instrument.voice, origin)),
        instrument.bundle.card.sample_rate,
        recipe.model_dump(exclude_none=True),
        remarks=remarks,
    )


def check_variation(instrument: Instrument, amount: float, keep: Collection[str]) -> None:
    """Raise `InputError` for an amount out of range, or a control that the model does not have."""
    variations.check(instrument.voice, amount, keep)


def check_steps(steps: int) -> None:
    """Raise `InputError` for a number of steps that no morph has."""
    if not 2 <= steps <= MOST_STEPS:
        raise InputError(f"--steps {steps} is out of range; give 2, both kicks and nothing between, to {MOST_STEPS}")


def beginning_of(path: Path) -> Beginning:
    """How a recipe names a file that is taken in.

    Raises:
        InputError, AudioFileError: it is no kick.
    """
    return Beginning(file=path.name, content=content_hash(read_kick(path)))


def vary(
    instrument: Instrument,
    original: Original,
    n: int = 8,
    *,
    seed: int | None = None,
    amount: float = AMOUNT,
    keep: Collection[str] = (),
) -> Iterator[Kick]:
    """Variations of a kick, of the seeds seed, seed + 1, ... seed + n - 1; a fresh seed if None.

    Args:
        instrument: the model.
        original: see `open_original`.
        n: how many.
        seed: which way the first goes.
        amount: how far, from 0, the kick itself, to 1, another one.
        keep: controls that stay as they are, such as `pitch` and `click`. What was asked of the kick stays anyhow.

    Raises:
        InputError: a value out of range, a control that the model does not have, or none of a seed's variations passes
            the gate.
    """
    seed = fresh_seed() if seed is None else seed
    check_seeds(seed, n)
    voice = instrument.voice
    wanted = voice.asked(original.asked)
    check_variation(instrument, amount, keep)
    kept = sorted(set(keep))
    derivation = Derivation(verb="vary", of=[original.beginning], amount=amount, keep=kept or None)

    def make(number: int, attempt: int) -> Kick:
        origin, asked, found = variations.varied(
            voice,
            original.origin,
            randomness.attempt_seed(number, attempt),
            amount,
            kept,
            wanted,
            original.processing.apply,
        )
        recipe = instrument.recipe(number, attempt, original.processing, original.asked, derivation)
        return _finished(instrument, origin, recipe, voice.remarks(asked, found))

    for number in range(seed, seed + n):
        yield instrument.passing(partial(make, number), f"seed {number}")


def between_processing(one: Processing, other: Processing, place: float) -> Processing:
    """What is done to a kick between two: limits that lie between theirs; a limit that one has not is far down."""
    if place in (0.0, 1.0) or one == other:
        return other if place == 1.0 else one

    def limit(here: float | None, there: float | None) -> float:
        ends = [NO_LIMIT_DB if end is None else end for end in (here, there)]
        return (1.0 - place) * ends[0] + place * ends[1]

    whole = 1000.0 * KICK_SAMPLES / SAMPLE_RATE
    length = (1.0 - place) * (one.length_ms or whole) + place * (other.length_ms or whole)
    return Processing(
        dc_free=one.dc_free or other.dc_free,
        silence_db=limit(one.silence_db, other.silence_db),
        side_db=limit(one.side_db, other.side_db),
        length_ms=None if length >= whole else length,
        fade_ms=(1.0 - place) * one.fade_ms + place * other.fade_ms,
        peak_dbfs=(1.0 - place) * one.peak_dbfs + place * other.peak_dbfs,
    )


def morph(instrument: Instrument, one: Original, other: Original, steps: int = 9) -> Iterator[Kick]:
    """Kicks from one to another in steps that are equally large to the ear, as far as the embedding tells.

    The first and the last are the two kicks themselves, whatever the gate says of them.

    Raises:
        InputError: fewer than 2 steps or more than 1,000, or a kick between them that does not pass the gate.
    """
    check_steps(steps)
    voice = instrument.voice

    def processing(place: float) -> Processing:
        return between_processing(one.processing, other.processing, place)

    def finish(origin: Origin, place: float) -> NDArray[np.float32]:
        return processing(place).apply(variations.sound(voice, origin))

    def hear(place: float) -> NDArray[np.float64]:
        return embed(finish(variations.between(voice, one.origin, other.origin, place), place))

    for step, place in enumerate(variations.even_places(hear, steps)):

        def make(attempt: int, place: float = place) -> Kick:
            if attempt:  # further along, back, further along ...
                place = min(max(place + NUDGE * ((attempt + 1) // 2) * (1 if attempt % 2 else -1) / steps, 0.0), 1.0)
            origin = variations.between(voice, one.origin, other.origin, place)
            derivation = Derivation(verb="morph", of=[one.beginning, other.beginning], amount=place)
            return _finished(instrument, origin, instrument.recipe(0, 0, processing(place), derivation=derivation))

        yield make(0) if step in (0, steps - 1) else instrument.passing(make, f"step {step + 1}")


def blend(instrument: Instrument, one: Original, other: Original, place: float) -> Original:
    """What lies between two kicks, as one to begin with: the first itself at place 0, the other at 1.

    Blends of blends have recipes too, so that a place on a square between four kicks is made again as any other.

    Raises:
        InputError: the place is not within 0 to 1.
    """
    if not 0.0 <= place <= 1.0:
        raise InputError(f"the place {place:g} is out of range; give 0, the first kick, to 1, the other")
    if place in (0.0, 1.0):
        return other if place else one
    processing = between_processing(one.processing, other.processing, place)
    derivation = Derivation(verb="morph", of=[one.beginning, other.beginning], amount=place)
    recipe = instrument.recipe(0, 0, processing, derivation=derivation)
    origin = variations.between(instrument.voice, one.origin, other.origin, place)
    return Original(Beginning(recipe=recipe), origin, {}, processing, f"{one.name}_to_{other.name}")


@dataclass(frozen=True, eq=False)
class Matched:
    """The model's kick that is nearest to another.

    Attributes:
        kick: the kick.
        distance: between the embeddings of both.
        before: the same for what the encoder says at once.
        usual: the same for kicks that have nothing to do with it: the 5th percentile and the median of 100.
    """

    kick: Kick
    distance: float
    before: float
    usual: tuple[float, float]


@lru_cache(maxsize=2)
def others(instrument: Instrument) -> list[NDArray[np.float64]]:
    """The embeddings of kicks that have nothing to do with any: of the first 100 seeds."""
    return [np.asarray(embed(instrument.kick(number, attempt=0).audio)) for number in range(OTHERS)]


def match(
    instrument: Instrument,
    path: Path,
    *,
    seed: int = 0,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Matched:
    """The kick of the model that is nearest to a file's.

    Raises:
        InputError: the file is no kick, the model cannot take one in, or the seed is out of range.
    """
    check_seeds(seed, 1)
    check_sketches(instrument)
    return match_samples(instrument, read_kick(path), path.name, seed=seed, progress=progress)


def match_samples(
    instrument: Instrument,
    samples: Samples,
    file: str,
    *,
    seed: int = 0,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Matched:
    """The same of a kick in a library's form, int16 (2, 22050); `file` is its name.

    Raises:
        InputError: the model cannot take one in, or the seed is out of range.
    """
    check_seeds(seed, 1)
    check_sketches(instrument)
    audio = as_float(samples)
    found = variations.matched(instrument.voice, audio, seed, PROCESSING.apply, progress)
    beginning = Beginning(file=file, content=content_hash(samples))
    derivation = Derivation(verb="match", of=[beginning], latent=_packed(found.origin.latent))
    recipe = instrument.recipe(seed, 0, PROCESSING, derivation=derivation)
    target = embed(PROCESSING.apply(audio))
    apart = [float(np.linalg.norm(other - target)) for other in others(instrument)]
    usual = float(np.percentile(apart, 5)), float(np.median(apart))
    return Matched(_finished(instrument, found.origin, recipe), found.distance, found.before, usual)
