"""What chooses among latents: its chance, its file, and its place in a bundle."""

import math

import numpy as np
import pytest

from kickitout.errors import DamagedFileError
from kickitout.instrument.instrument import Instrument
from kickitout.instrument.originals import original_of, replay
from kickitout.instrument.recipes import Recipe
from kickitout.model import arrays
from kickitout.model import choice as choices
from kickitout.model.bundle import Bundle, seal
from kickitout.model.choice import Choice
from testing.tiny_sketch import LATENT, files, sketch_card, with_controls

LATENT_WANTED = 3


def choice(slope=4.0, width=1.0, size=LATENT):
    """Takes latents whose number 2 is high: the chance that taste keeps is a sigmoid of `slope` times it."""
    first = np.zeros((size, 2))
    first[2] = 1.0, -1.0
    last = np.array([[slope, 0.0], [-slope, 0.0]]) / (1.0 + choices.SLOPE)
    return Choice((first, last), (np.zeros(2), np.array([0.0, 0.5])), 1.0, 0.5, width)


def bundle(tmp_path, chooses):
    offered, joint = with_controls()
    parts = files(joint) | {"choice.npz": arrays.pack(chooses.arrays())}
    return Bundle(tmp_path, seal(sketch_card(controls=offered, choice="choice.npz"), parts))


def test_the_chance_is_the_product_of_both_limits():
    latent = np.array([0.3, -1.0, 0.5, 2.0], dtype=np.float32)
    made = choice()
    keep, odds = made.outputs(latent)
    assert (keep, odds) == (pytest.approx(4.0 * 0.5), 0.5)
    assert made.chance(latent) == pytest.approx(1.0 / (1.0 + math.exp(-2.0)))
    easier = Choice(made.weights, made.biases, 0.5, 1.5, 1.0)
    assert easier.chance(latent) == pytest.approx(math.exp(-1.0))


def test_sums_are_made_one_by_one():
    generator = np.random.Generator(np.random.Philox(key=3))
    matrix, latent = generator.standard_normal((64, 2)), generator.standard_normal(64).astype(np.float32)
    wanted = [0.0, 0.0]
    for row, value in zip(matrix.tolist(), latent.astype(np.float64).tolist(), strict=True):
        wanted = [total + weight * value for total, weight in zip(wanted, row, strict=True)]
    assert Choice((matrix,), (np.zeros(2),), 1.0, 0.0, 1.0).outputs(latent) == tuple(wanted)


def test_a_stored_one_is_the_same():
    found = choices.from_arrays(choice(width=1.25).arrays(), "it")
    latent = np.float32([1.0, 0.5, -0.25, 0.0])
    assert found.outputs(latent) == pytest.approx(choice().outputs(latent), rel=1e-6)
    assert (found.width, found.likely, found.most) == (1.25, 1.0, 0.5)


@pytest.mark.parametrize(
    "damage",
    [
        {"limits": np.float32([0.0, 0.0, 1.0])},
        {"limits": np.float32([1.0, 0.0, 0.5])},
        {"limits": np.float32([1.0, np.nan, 1.0])},
        {"limits": np.float32([1.0, 0.0])},
        {"weights_1": np.zeros((2, 3), dtype=np.float32)},
        {"weights_1": np.zeros((3, 2), dtype=np.float32)},
        {"biases_0": np.zeros(0, dtype=np.float32)},
        {"weights_0": np.float32([[np.inf, 0.0]] * 4)},
        {"weights_0": np.full((4, 2), 1e9, dtype=np.float32)},
        {"other": np.zeros(1, dtype=np.float32)},
    ],
)
def test_what_is_no_network_is_refused(damage):
    with pytest.raises(DamagedFileError, match="it is no network that chooses"):
        choices.from_arrays(choice().arrays() | damage, "it")


def test_a_bundle_with_one_for_other_latents_is_refused(tmp_path):
    with pytest.raises(DamagedFileError, match="is for latents of 5 numbers, its card has 4"):
        bundle(tmp_path, choice(size=5))


def test_cards_without_one_have_the_bytes_that_they_had():
    assert b"choice" not in seal(sketch_card(), files())["card.json"]


def test_a_seed_stands_for_one_whose_latent_is_taken(tmp_path):
    player = Instrument(bundle(tmp_path, choice(slope=30.0)), gate=False)
    for seed in range(8):
        attempt = player.kick(seed).recipe.get("attempt", 0)
        latent = player.voice.latent(seed if attempt == 0 else choosing_seed(seed, attempt))
        assert latent[2] > -0.2
        assert player.kick(seed, as_drawn=True).recipe.get("attempt") is None


def choosing_seed(seed, attempt):
    from kickitout.system.randomness import attempt_seed

    return attempt_seed(seed, attempt)


def test_wide_ones_replay_and_are_varied_from_the_very_same_kick(tmp_path):
    player = Instrument(bundle(tmp_path, choice(slope=1.0, width=1.5)), gate=False)
    for seed in range(4):
        kick = player.kick(seed)
        assert kick.recipe["attempt"] >= 1
        np.testing.assert_array_equal(replay(player, Recipe.model_validate(kick.recipe)).audio, kick.audio)
        again = original_of(player, Recipe.model_validate(kick.recipe)).origin
        wide = player.voice.latent(choosing_seed(seed, kick.recipe["attempt"]), width=1.5)
        np.testing.assert_array_equal(again.latent, wide)
        stems = player.stems(kick)
        total = sum(one.audio.astype(np.float64) for one in stems.values())
        assert np.abs(total - kick.audio).max() < 2e-3
        bare = player.kick(seed, as_drawn=True)
        np.testing.assert_array_equal(bare.audio, player.kick(seed, attempt=0).audio)
