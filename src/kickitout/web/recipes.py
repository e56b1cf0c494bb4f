"""Recipes that a page or a file hands in: bounds, checks, and what a kick was made from."""

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray
from pydantic import ValidationError
from pydantic_core import PydanticSerializationError

from kickitout.instrument.ancestry import is_within_bounds
from kickitout.instrument.names import plain_name
from kickitout.instrument.recipes import Recipe, Source
from kickitout.sound import audio
from kickitout.sound.kick import RATES, Kick

SAME_DB, SAME_LENGTH = -30.0, 0.01
"""A file is the kick of the recipe in it if no more than this differs: another machine, other bits, another rate."""


def recipe_of(data: object) -> Recipe | None:
    """A recipe as `Recipe.for_javascript` gave it, within the bounds of kicks of a page; None of anything else."""
    if not is_within_bounds(data):
        return None
    try:
        recipe = Recipe.model_validate(data)
        recipe.model_dump_json()  # half a surrogate pair in a name cannot be written
    except (ValidationError, PydanticSerializationError):
        return None
    return recipe


def is_well_named(recipe: Recipe) -> bool:
    """Whether the files that a recipe names have names as `plain_name` gives them: ours are called after them."""
    return all(one.file is None or one.file == plain_name(one.file) for one in _sources(recipe))


def _sources(recipe: Recipe) -> Iterator[Source]:
    """All that a kick was made from, and what that was made from."""
    for one in () if recipe.derivation is None else recipe.derivation.of:
        yield one
        if one.recipe is not None:
            yield from _sources(one.recipe)


def contents(recipe: Recipe) -> set[str]:
    """The hashes of the files that are needed to make a kick again; of a match none is."""
    derivation = recipe.derivation
    found: set[str] = set()
    for one in () if derivation is None or derivation.verb == "match" else derivation.of:
        found |= set() if one.content is None else {one.content}
        found |= set() if one.recipe is None else contents(one.recipe)
    return found


def taken_in(recipe: Recipe) -> tuple[str, str] | None:
    """Content hash and name of the file that a kick is nothing but, or None: see `Studio.take_in`."""
    derivation = recipe.derivation
    if derivation is None or derivation.verb != "vary" or derivation.amount != 0.0 or recipe.seed != 0:
        return None
    (one,) = derivation.of
    return None if one.content is None or one.file is None or recipe.controls else (one.content, one.file)


Sound = Callable[[float], tuple[NDArray[np.float32], int]]
"""Reads at most so many seconds of a file: samples (channels, n), and their rate in Hz."""


def sounds_alike(like: Sound, kick: Kick) -> bool:
    """Whether a file holds the sound of a kick: another program may have changed it, and left the recipe in it."""
    sound, rate = like(2.0 * kick.duration_ms / 1000.0)
    if sound.shape[0] != kick.channels or rate not in RATES or not np.isfinite(sound).all():
        return False
    sound = audio.resample(sound, rate, kick.sample_rate)
    n = min(sound.shape[1], kick.audio.shape[1])
    if max(sound.shape[1], kick.audio.shape[1]) - n > SAME_LENGTH * n:
        return False
    apart = np.square(sound[:, :n] - kick.audio[:, :n], dtype=np.float64).sum()
    return bool(apart <= 10.0 ** (SAME_DB / 10.0) * np.square(kick.audio, dtype=np.float64).sum())
