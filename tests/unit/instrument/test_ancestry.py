"""What a recipe may hold: one bound for files, for pages and for what is made, before any work."""

import json
import time
from dataclasses import replace

import pytest

from kickitout.cli.app import run
from kickitout.errors import InputError
from kickitout.instrument import ancestry, morphing, originals
from kickitout.instrument.ancestry import BLENDED, LEVELS, MOST_ANCESTORS, MOST_GENERATIONS, kicks_in
from kickitout.instrument.instrument import load
from kickitout.instrument.recipes import Recipe


@pytest.fixture(scope="module")
def instrument():
    return load(gate=False, taste=False)


@pytest.fixture(scope="module")
def kick(instrument):
    return instrument.kick(1)


def morphed(one, other, amount=0.5):
    derivation = {"verb": "morph", "of": [{"recipe": one}, {"recipe": other}], "amount": amount}
    return {**one, "seed": 0, "derivation": derivation}


def tree(leaves):
    """A recipe of morphs of morphs, with these recipes at its end."""
    if len(leaves) == 1:
        return leaves[0]
    half = len(leaves) // 2
    return morphed(tree(leaves[:half]), tree(leaves[half:]))


def chain(recipe, generations):
    for _ in range(generations - 1):
        recipe = {**recipe, "derivation": {"verb": "vary", "of": [{"recipe": recipe}], "amount": 0.1}}
    return recipe


def seeds(kick, count):
    return [{**kick.recipe, "seed": seed} for seed in range(count)]


def test_kicks_in_recipes_are_counted_at_any_depth_and_never_further_than_needed(kick):
    assert kicks_in([tree(seeds(kick, 8))] * 2, 1000) == 30
    assert kicks_in([tree(seeds(kick, 8))] * 2, 29) is None
    deep = None
    for _ in range(100_000):
        deep = {"recipe": deep}
    assert kicks_in([deep], 1000) is None
    assert kicks_in([[[[1]]]], 1000, 2) is None
    assert kicks_in([], 0) == 0


def test_the_bounds_are_those_of_the_oldest_kick_that_can_be_made(kick):
    largest = tree(seeds(kick, (MOST_ANCESTORS + BLENDED + 1) // 2))
    assert ancestry.ancestors(Recipe.model_validate(largest))[0] == MOST_ANCESTORS + BLENDED
    assert ancestry.is_within_bounds(largest)
    assert not ancestry.is_within_bounds(morphed(largest, kick.recipe))
    deepest = chain(kick.recipe, MOST_GENERATIONS + BLENDED)
    assert ancestry.is_within_bounds(deepest)
    assert not ancestry.is_within_bounds(chain(deepest, 2))
    file = {**kick.recipe, "derivation": {"verb": "vary", "of": [{"file": "a", "content": "b"}], "amount": 0.1}}
    assert ancestry.is_within_bounds(chain(file, MOST_GENERATIONS + BLENDED - 1))
    assert LEVELS == 4  # {derivation {of [{recipe: {


@pytest.mark.parametrize("kind", ["wide", "deep"])
def test_a_file_whose_recipe_holds_more_is_refused_before_any_work(kick, tmp_path, capsys, kind):
    recipe = tree(seeds(kick, 4096)) if kind == "wide" else chain(kick.recipe, 100)
    path = tmp_path / "large.wav"
    path.write_bytes(replace(kick, recipe=recipe).encode())
    started = time.perf_counter()
    assert run(["generate", "--from", str(path), "-o", str(tmp_path / "out"), "--quiet"]) == 2
    assert time.perf_counter() - started < 5.0
    said = capsys.readouterr().err
    assert f"its recipe holds more kicks than any of Kick It Out ({MOST_ANCESTORS + BLENDED} at most)" in said
    assert not (tmp_path / "out").exists()


def test_what_a_recipe_holds_many_times_is_made_once(instrument, kick, monkeypatch):
    made = []
    sketched = instrument.voice.sketched
    monkeypatch.setattr(
        instrument.voice, "sketched", lambda seed, *rest, **more: made.append(seed) or sketched(seed, *rest, **more)
    )
    recipe = Recipe.model_validate(tree([kick.recipe, {**kick.recipe, "seed": 2}] * 16))
    again = originals.replay(instrument, recipe)
    assert len(made) == 2
    # The same to the bit as by hand, each end made anew.
    ends = [originals.original_of(instrument, Recipe.model_validate(one)) for one in seeds(kick, 3)[1:]]
    once = morphing.blend(instrument, *ends, 0.5)
    for _ in range(4):
        once = morphing.blend(instrument, once, once, 0.5)
    assert (again.audio == originals.kick_of(instrument, once).audio).all()
    assert json.dumps(again.recipe) == json.dumps(once.source.recipe.model_dump(exclude_none=True))


def test_a_kick_of_too_many_goes_on_as_a_file_and_two_of_many_are_not_morphed(instrument, kick, tmp_path, monkeypatch):
    monkeypatch.setattr(ancestry, "MOST_ANCESTORS", 8)
    old = originals.replay(instrument, Recipe.model_validate(tree(seeds(kick, 4))))
    old.save(tmp_path / "old.wav")
    one = originals.open_original(instrument, tmp_path / "old.wav")
    assert one.source.recipe is not None
    with pytest.raises(InputError, match="derived from other kicks too many times"):
        list(morphing.morph(instrument, one, one, 2))
    monkeypatch.setattr(ancestry, "MOST_ANCESTORS", 6)
    assert originals.open_original(instrument, tmp_path / "old.wav").source.file == "old.wav"
