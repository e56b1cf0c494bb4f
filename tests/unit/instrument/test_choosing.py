"""Which of a seed's kicks it stands for."""

from itertools import islice
from types import SimpleNamespace

import numpy as np
import pytest

from kickitout.instrument import choosing
from kickitout.instrument.choosing import ATTEMPTS, CHOICES, LATENTS, Chooser
from kickitout.instrument.instrument import Instrument
from kickitout.instrument.originals import replay
from kickitout.instrument.recipes import Recipe
from kickitout.instrument.request import Request
from kickitout.measure.taste import LEAST_TYPICAL, Taste, taste
from kickitout.model.bundle import Bundle
from kickitout.system import randomness
from testing.tiny_bundle import write_tiny_bundle
from testing.tiny_sketch import write_sketch_bundle

SEEDS = range(6)


@pytest.fixture(scope="module")
def player(tmp_path_factory):
    return Instrument(Bundle.open(write_sketch_bundle(tmp_path_factory.mktemp("choosing") / "sketchy")), gate=False)


def chooser(monkeypatch, typical):
    """A chooser of the kicks of seed 5, which are as typical as that, by attempt, and the sounds that were judged."""
    numbers = {randomness.attempt_seed(5, attempt): attempt for attempt in range(ATTEMPTS)}
    return Chooser(Spoken(numbers)), judging(monkeypatch, typical.__getitem__)


def judging(monkeypatch, typical):
    """Taste that finds sounds as typical as a function says; which of them it was asked to keep."""
    judged = []

    def keeps(sound, rate):
        judged.append(sound)
        return typical(sound) >= LEAST_TYPICAL

    monkeypatch.setattr(choosing, "keeps", keeps)
    monkeypatch.setattr(choosing, "taste", lambda sound, rate: SimpleNamespace(typical=typical(sound)))
    return judged


class Spoken:
    """A voice whose sounds are their numbers; `taken`: the numbers whose latents are taken."""

    def __init__(self, numbers, taken=None, wide=1.0):
        self.numbers, self.taken, self.wide = numbers, taken, wide
        self.card = SimpleNamespace(sample_rate=44_100)

    def width(self, attempt):
        return self.wide if attempt else 1.0

    def is_taken(self, seed, width):
        assert width == self.width(self.numbers[seed])
        return self.taken is None or self.numbers[seed] in self.taken

    def render(self, seed, *, width):
        assert width == self.width(self.numbers[seed])
        return SimpleNamespace(sound=self.numbers[seed])


def test_the_first_that_is_typical_is_taken_and_no_other_is_looked_at(monkeypatch):
    made, measured = chooser(monkeypatch, [0.2, 0.49, 0.5, 0.9, 0.1, 0.1, 0.1, 0.1])
    assert next(made.attempts(5)) == 2
    assert measured == [0, 1, 2]
    assert next(made.attempts(5)) == 2
    assert measured == [0, 1, 2]  # it is known by now


def test_after_those_that_are_typical_come_the_others_and_then_more(monkeypatch):
    made, _ = chooser(monkeypatch, [0.2, 0.49, 0.5, 0.9, 0.1, 0.49, 0.1, 0.3])
    order = list(made.attempts(5))
    assert order == [2, 3, 1, 5, 7, 0, 4, 6, *range(CHOICES, ATTEMPTS)]


def test_where_none_is_typical_the_most_typical_is_taken(monkeypatch):
    made, _ = chooser(monkeypatch, [0.2, 0.1, 0.0, 0.4, 0.1, 0.1, 0.1, 0.3])
    assert next(made.attempts(5)) == 3


def test_only_latents_that_are_taken_are_rendered_and_after_the_last_all_are(monkeypatch):
    numbers = {randomness.attempt_seed(5, attempt): attempt for attempt in range(LATENTS)}
    measured = judging(monkeypatch, lambda sound: 0.9 if sound == 70 else 0.1)
    made = Chooser(Spoken(numbers, taken={3, 40, 70, 80}))
    assert next(made.attempts(5)) == 70
    assert measured == [3, 40, 70]
    assert list(islice(made.taken(5), 7)) == [3, 40, 70, 80, LATENTS, LATENTS + 1, LATENTS + 2]


def test_where_the_others_come_from_further_out_the_first_is_none_of_them(monkeypatch):
    numbers = {randomness.attempt_seed(5, attempt): attempt for attempt in range(LATENTS)}
    assert list(islice(Chooser(Spoken(numbers, wide=1.5)).taken(5), 3)) == [1, 2, 3]


def test_a_seed_stands_for_the_first_kick_that_keeps(player):
    for seed in SEEDS:
        attempt = player.kick(seed).recipe.get("attempt", 0)
        kept = [taste(player.kick(seed, attempt=number).audio).typical for number in range(attempt + 1)]
        if kept[-1] >= 0.51:
            assert max(kept[:-1], default=0.0) < 0.51
        else:  # a hair's breadth, as it is finished, or none of the first eight
            assert attempt < CHOICES


def test_no_knob_makes_another_kick_of_a_seed(player):
    for seed in SEEDS:
        chosen = player.kick(seed).recipe.get("attempt")
        for wishes in ({"pitch": 70.0}, {"brightness": 0.9}):
            assert player.kick(seed, controls=wishes).recipe.get("attempt") == chosen


def test_as_drawn_is_the_first_whatever_it_is(player):
    drawn = player.generate(len(SEEDS), seed=0, as_drawn=True)
    assert all("attempt" not in kick.recipe and kick.recipe["as_drawn"] for kick in drawn)
    for seed, kick in zip(SEEDS, drawn, strict=True):
        np.testing.assert_array_equal(kick.audio, player.kick(seed, attempt=0).audio)
    bare = player.accepting(gate=False, taste=False)
    np.testing.assert_array_equal(bare.kick(3).audio, drawn[3].audio)
    assert any("attempt" in kick.recipe for kick in player.generate(len(SEEDS), seed=0))


def test_threads_and_order_do_not_change_what_is_chosen(player, tmp_path):
    request = Request(seeds=SEEDS)
    one, four = (list(player.kicks(request, threads=threads)) for threads in (1, 4))
    fresh = Instrument(player.bundle, gate=False)
    for seed in reversed(SEEDS):
        np.testing.assert_array_equal(one[seed].audio, four[seed].audio)
        np.testing.assert_array_equal(one[seed].audio, fresh.kick(seed).audio)
        assert one[seed].recipe == four[seed].recipe


def test_a_recipe_replays_to_the_same_samples_and_one_without_an_attempt_is_the_first(player):
    for seed in SEEDS:
        kick = player.kick(seed)
        again = replay(player, Recipe.model_validate(kick.recipe), ())
        np.testing.assert_array_equal(again.audio, kick.audio)
        old = {name: value for name, value in kick.recipe.items() if name != "attempt"}
        first = replay(player, Recipe.model_validate(old), ())
        np.testing.assert_array_equal(first.audio, player.kick(seed, attempt=0).audio)


def test_a_model_that_outputs_no_sketch_does_not_choose(tmp_path, monkeypatch):
    slow = Instrument(Bundle.open(write_tiny_bundle(tmp_path / "tiny")), gate=False)
    monkeypatch.setattr(choosing, "taste", lambda sound, rate: Taste({}))
    assert "attempt" not in slow.kick(3).recipe


def test_what_is_kept_of_a_seed_is_kept_for_taste_and_for_none(monkeypatch, player):
    asked = []
    monkeypatch.setattr(Instrument, "passing", lambda self, make, what, seed, **rest: asked.append(self.taste) or KEPT)
    player = Instrument(player.bundle)
    monkeypatch.setattr(Instrument, "told", lambda self, kick: kick)
    for taste_too in (True, False, True, False):
        one = player.accepting(gate=True, taste=taste_too).kick(3, controls={"pitch": 70.0})
        assert one.recipe["attempt"] == 2
    assert asked == [True, False]


KEPT = SimpleNamespace(recipe={"attempt": 2})
