"""Kicks between two: morphs in even steps, and blends."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from kickitout.errors import InputError
from kickitout.instrument import ancestry, variations
from kickitout.instrument.finishing import Processing
from kickitout.instrument.instrument import Instrument
from kickitout.instrument.originals import Original, path_between, render_kick
from kickitout.instrument.recipes import Derivation, Source
from kickitout.instrument.variations import Origin
from kickitout.instrument.varying import faults_of, remarked
from kickitout.measure.embedding import embed
from kickitout.sound.kick import KICK_SAMPLES, SAMPLE_RATE, Kick

NO_LIMIT_DB = -120.0
"""A limit of loudness without audible effect."""


MOST_STEPS = 1_000
"""Kicks of a morph, at most."""


NUDGE = 0.02
"""A kick between two that does not pass the gate is looked for so much further along, and back."""


def check_steps(steps: int) -> None:
    """Raise `InputError` for a number of steps that no morph has."""
    if not 2 <= steps <= MOST_STEPS:
        raise InputError("steps", steps, "out of range; give 2 (the two kicks alone) to {most}", most=MOST_STEPS)


def check_age(*kicks: Original) -> None:
    """Raise `InputError` where a kick made from all of these would hold more recipes than a recipe is to hold."""
    held = [kick.source.recipe for kick in kicks if kick.source.recipe is not None]
    if held and ancestry.is_too_old(*held):
        raise InputError("kicks", None, ancestry.TOO_OLD)


def between_processing(one: Processing, other: Processing, place: float) -> Processing:
    """What is done to a kick between two: limits that lie between theirs; a limit that one has not is far down."""
    if place in (0.0, 1.0) or one == other:
        return other if place == 1.0 else one

    def limit(here: float | None, there: float | None) -> float:
        ends = [NO_LIMIT_DB if end is None else end for end in (here, there)]
        return (1.0 - place) * ends[0] + place * ends[1]

    whole = 1000.0 * KICK_SAMPLES / SAMPLE_RATE
    length = (1.0 - place) * (one.length_ms or whole) + place * (other.length_ms or whole)
    loudness = None
    if one.loudness_lufs is not None and other.loudness_lufs is not None:
        loudness = (1.0 - place) * one.loudness_lufs + place * other.loudness_lufs
    return Processing(
        dc_free=one.dc_free or other.dc_free,
        silence_db=limit(one.silence_db, other.silence_db),
        side_db=limit(one.side_db, other.side_db),
        length_ms=None if length == whole else length,
        fade_ms=(1.0 - place) * one.fade_ms + place * other.fade_ms,
        peak_dbtp=(1.0 - place) * one.peak_dbtp + place * other.peak_dbtp,
        loudness_lufs=loudness,
        mono=one.mono and other.mono,
        loop=one.loop and other.loop,
    )


def morph(instrument: Instrument, one: Original, other: Original, steps: int = 9) -> Iterator[Kick]:
    """Kicks from one to another in steps that are equally large to the ear, as measured by the embedding.

    The first and the last are the two kicks themselves, whether or not they pass the gate. What an end breaks of it
    may be broken between them, too; and where one is taken in from a file, what does not pass is kept, with a remark.

    Raises:
        InputError: fewer than 2 steps or more than 1,000, kicks that were made from too many others, or a kick between
            two of the model's that does not pass the gate.
    """
    check_steps(steps)
    check_age(one, other)
    voice, origin_at = instrument.voice, path_between(instrument.voice, one, other)

    def processing(place: float) -> Processing:
        return between_processing(one.processing, other.processing, place)

    def finish(origin: Origin, place: float) -> NDArray[np.float32]:
        return processing(place).unlevelled(variations.head(voice, origin))

    def embedding_at(place: float) -> NDArray[np.float64]:
        return embed(finish(origin_at(place), place))

    inherited = faults_of(instrument, one, other)
    is_taken_in = one.origin.is_taken_in or other.origin.is_taken_in
    for step, place in enumerate(variations.even_places(embedding_at, steps)):

        def make(attempt: int, place: float = place) -> Kick:
            if attempt:  # further along, back, further along ...
                place = min(max(place + NUDGE * ((attempt + 1) // 2) * (1 if attempt % 2 else -1) / steps, 0.0), 1.0)
            origin = origin_at(place)
            derivation = Derivation(verb="morph", of=[one.source, other.source], amount=place)
            recipe = instrument.recipe(0, 0, processing(place), derivation=derivation)
            return render_kick(instrument, origin, recipe, (*one.remarks, *other.remarks))

        if step in (0, steps - 1):
            yield remarked(instrument, make(0))
            continue
        yield instrument.passing(make, "step", step + 1, inherited, or_nearest=is_taken_in)


def blend(instrument: Instrument, one: Original, other: Original, place: float) -> Original:
    """What lies between two kicks, as one to begin with: the first itself at place 0, the other at 1.

    Blends of blends have recipes too, so that a place on a square between four kicks is made again as any other.

    Raises:
        InputError: the place is not within 0 to 1.
    """
    if not 0.0 <= place <= 1.0:
        raise InputError("place", place, "out of range; give 0 (the first kick) to 1 (the second)")
    if place in (0.0, 1.0):
        return other if place else one
    processing = between_processing(one.processing, other.processing, place)
    derivation = Derivation(verb="morph", of=[one.source, other.source], amount=place)
    recipe = instrument.recipe(0, 0, processing, derivation=derivation)
    origin = path_between(instrument.voice, one, other)(place)
    return Original(Source(recipe=recipe), origin, {}, processing, f"{one.name}_to_{other.name}")
