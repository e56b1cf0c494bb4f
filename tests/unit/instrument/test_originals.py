"""Kicks from kicks: variations, what lies between two, the nearest, and all of them made again from their files."""

import itertools
import json
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from kickitout.errors import InputError
from kickitout.instrument import instrument, matching, morphing, originals, variations, varying
from kickitout.instrument.recipes import Recipe
from kickitout.instrument.request import Request
from kickitout.library.normalise import as_float, head_of
from kickitout.library.prepare import read_taken
from kickitout.library.synthesis import synthesise_kick, synthesise_other
from kickitout.measure.descriptors import describe
from kickitout.measure.descriptors.levels import highest_true_peak
from kickitout.measure.embedding import embed
from kickitout.measure.gate import Fault, Verdict
from kickitout.sound.kick import Kick
from testing.tiny_bundle import write_tiny_bundle
from testing.tiny_sketch import write_sketch_bundle


@pytest.fixture(scope="module")
def player(tmp_path_factory):
    return instrument.load(write_sketch_bundle(tmp_path_factory.mktemp("models") / "sketchy"), gate=False)


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    """A kick that no model made."""
    path = tmp_path_factory.mktemp("kicks") / "mine.wav"
    Kick(synthesise_kick(12)[0]).save(path)
    return path


@pytest.fixture(scope="module")
def taken(player, file):
    return originals.open_original(player, file)


@pytest.fixture(scope="module")
def matched(player, file):
    """A match of that kick, the first that comes: how near it is does not matter here."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(variations, "MATCH_GENERATIONS", 2)
        patch.setattr(matching, "OTHERS", 4)
        return matching.match(player, file).kick


def vary(player, original, n=1, **options):
    return list(varying.vary(player, original, n, seed=5, **options))


def distance(one, other):
    return float(np.linalg.norm(embed(one) - embed(other)))


# --- variations


def test_a_variation_by_nothing_is_the_kick_itself(player, taken, file):
    kick = player.kick(3, controls={"pitch": 55.0})
    (made,) = vary(player, originals.open_original(player, kick), amount=0.0)
    np.testing.assert_array_equal(made.audio, kick.audio)
    (made,) = vary(player, taken, amount=0.0)
    before = synthesise_kick(12)[0]
    scaled = 10 ** (-1 / 20) * before / highest_true_peak(before.astype(float))
    np.testing.assert_allclose(made.audio[:, :21_800], scaled[:, :21_800], atol=1e-4)  # 16 bits, and a fade at the end


def test_variations_move_away_with_the_amount(player, taken):
    for original in (taken, originals.open_original(player, player.kick(3))):
        (itself,) = vary(player, original, amount=0.0)
        apart = [
            np.mean([distance(made.audio, itself.audio) for made in vary(player, original, 6, amount=amount)])
            for amount in (0.1, 0.3, 0.6, 1.0)
        ]
        assert apart == sorted(apart)
        assert apart[0] > 0.0


def test_the_whole_way_leads_to_the_seeds_own_latent(player):
    origin = originals.open_original(player, player.kick(3)).origin
    made, _, _ = variations.varied(player.voice, origin, 9, 1.0)
    assert made.latent == pytest.approx(player.voice.latent(9), abs=1e-6)


def test_seeds_are_different_variations_and_the_same_ones_again(player, taken):
    made = vary(player, taken, 3)
    assert len({kick.audio.tobytes() for kick in made}) == 3
    np.testing.assert_array_equal(made[2].audio, vary(player, taken, 3)[2].audio)
    assert [kick.recipe["seed"] for kick in made] == [5, 6, 7]


@pytest.fixture(scope="module")
def pitched(player, tmp_path_factory):
    """A file whose pitch is heard."""
    path = tmp_path_factory.mktemp("kicks") / "pitched.wav"
    Kick(synthesise_kick(3)[0]).save(path)
    return originals.open_original(player, path)


def test_what_is_kept_stays_and_what_was_asked_too(player, pitched):
    (itself,) = vary(player, pitched, amount=0.0)
    before = describe(itself.audio)
    kept = [describe(kick.audio)["pitch_hz"] for kick in vary(player, pitched, 4, amount=0.6, keep=["pitch"])]
    assert kept == pytest.approx([before["pitch_hz"]] * 4, rel=0.003)
    free = vary(player, pitched, 4, amount=0.6, keep=["brightness"])
    moved = [abs(np.log(describe(kick.audio)["end_pitch_hz"] / before["end_pitch_hz"])) for kick in free]
    assert max(moved) > 0.02
    asked = originals.open_original(player, player.kick(3, controls={"pitch": 50.0}))
    made = [describe(kick.audio)["pitch_hz"] for kick in vary(player, asked, 4, amount=0.6)]
    assert made == pytest.approx([50.0] * 4, rel=0.004)


def test_how_an_unpitched_kick_falls_is_kept_too(player, taken):
    """Where no pitch is heard there is none to ask for, but the track of the body stays."""
    (kept,) = vary(player, taken, amount=0.6, keep=["pitch"])
    (free,) = vary(player, taken, amount=0.6)
    end = describe(vary(player, taken, amount=0.0)[0].audio)["end_pitch_hz"]
    assert describe(kept.audio)["end_pitch_hz"] == pytest.approx(end, rel=0.003)
    assert kept.audio.tobytes() != free.audio.tobytes()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"amount": 1.5}, r"^amount 1.5: out of range; give 0 .* to 1 "),
        ({"amount": float("nan")}, "^amount nan: out of range"),
        ({"keep": ["reverb"]}, "^keep reverb: not a control of the model sketchy; it has pitch, brightness$"),
        ({"n": 0}, "^n 0: out of range"),
    ],
)
def test_what_cannot_be_varied_is_named(player, taken, options, words):
    with pytest.raises(InputError, match=words):
        vary(player, taken, **options)


# --- what is taken in


OTHERS = range(0, 18, 2)
"""A snare, a clap, a bass, a drone ...: sounds of every other kind that is no kick."""


def test_any_one_shot_is_varied_and_what_is_unlike_a_kick_is_said(player, tmp_path):
    gated = player.accepting(gate=True)
    for seed in OTHERS:
        sound, kind = synthesise_other(seed)
        Kick(np.ascontiguousarray(sound)).save(tmp_path / "odd.wav")
        samples, _ = read_taken(tmp_path / "odd.wav")
        original = originals.open_original(gated, tmp_path / "odd.wav")
        (itself,) = vary(gated, original, amount=0.0)
        (varied,) = vary(gated, original, amount=0.3)
        for made in (itself, varied):
            assert made.remarks[0].startswith("unlike a kick: odd.wav: "), kind
        wanted = originals.FAITHFUL.apply(as_float(samples))
        np.testing.assert_allclose(itself.audio, wanted, atol=2e-4, err_msg=kind)
        assert np.isfinite(varied.audio).all()
        assert np.abs(varied.audio).max() > 0.5


def test_what_is_several_sounds_or_none_is_refused_with_the_reason(player, tmp_path):
    kick = synthesise_kick(12)[0]
    for name, sound, words in (
        ("loop", np.tile(kick, (1, 4)), r"\(loop: 4 hits\)"),
        ("silence", np.zeros((2, 22_050), np.float32), r"\(silent: .*\)"),
        ("song", np.tile(kick, (1, 10)), r"\(too long: .*\)"),
    ):
        Kick(sound).save(tmp_path / f"{name}.wav")
        with pytest.raises(InputError, match=rf"^file .*{name}.wav: not usable as a kick {words}; give another$"):
            originals.open_original(player, tmp_path / f"{name}.wav")


def test_a_model_without_sketches_says_so(tmp_path, file):
    player = instrument.load(write_tiny_bundle(tmp_path / "tiny"), gate=False)
    for refused in (
        lambda: originals.open_original(player, file),
        lambda: matching.match(player, file),
    ):
        with pytest.raises(InputError, match=r"^model tiny: it has no encoder, so it cannot vary kicks"):
            refused()


def test_a_kick_of_another_model_is_taken_in_as_anybodys(player, tmp_path):
    other = instrument.load(write_sketch_bundle(tmp_path / "other"), gate=False)
    other.kick(3).save(tmp_path / "theirs.wav")
    original = originals.open_original(player, tmp_path / "theirs.wav")
    assert original.source.file == "theirs.wav"
    assert original.source.recipe is None


# --- between two


def test_a_morph_begins_and_ends_with_the_kicks_and_its_steps_are_alike(player, taken):
    kick = player.kick(3)
    ours = originals.open_original(player, kick)
    other = originals.open_original(player, player.kick(8))
    for one in (taken, other):
        made = [found.audio for found in morphing.morph(player, one, ours, 6)]
        (first,) = vary(player, one, amount=0.0)
        np.testing.assert_array_equal(made[0], first.audio)
        np.testing.assert_array_equal(made[-1], kick.audio)
        steps = [distance(a, b) for a, b in pairwise(made)]
        assert max(steps) <= 2.0 * min(steps)


def test_a_pitch_that_both_ends_were_asked_for_is_there_between_them(player):
    ends = [originals.open_original(player, player.kick(seed, controls={"pitch": 50.0})) for seed in (3, 8)]
    for kick in morphing.morph(player, *ends, 5):
        assert describe(kick.audio)["pitch_hz"] == pytest.approx(50.0, rel=0.02)


def test_even_places_divide_the_way_as_it_is_heard():
    places = variations.even_places(lambda place: np.array([place**3]), 5)
    assert np.diff(np.array(places) ** 3) == pytest.approx(np.full(4, 0.25), rel=0.35)
    assert (places[0], places[-1]) == (0.0, 1.0)
    many = variations.even_places(lambda place: np.array([place]), 100)
    assert many == pytest.approx(np.linspace(0.0, 1.0, 100), abs=0.01)
    assert variations.even_places(lambda place: np.zeros(1), 3)[0] == 0.0


def test_steps_along_a_way_that_jumps_are_as_even_as_the_jump_lets_them_be():
    places = variations.even_places(lambda place: np.array([place + 0.3 * (place > 0.4)]), 5)
    steps = np.diff([place + 0.3 * (place > 0.4) for place in places])
    assert steps.max() / steps.min() < 1.3  # steps of a quarter of all would be 0.4 around the jump, 0.2 elsewhere


def side_db(kick):
    """The side's energy against that of mid, in dB."""
    mid, side = (np.square(kick.audio[0].astype(np.float64) + sign * kick.audio[1]).sum() for sign in (1.0, -1.0))
    return 10.0 * np.log10((side + 1e-20) / mid)


@pytest.fixture(scope="module")
def shipped():
    """The model that comes with the package: most of its kicks are mono, some are wide."""
    return instrument.load(None)


def test_a_side_that_one_end_has_comes_little_by_little(shipped):
    wide = next(kick for kick in map(shipped.kick, range(40)) if side_db(kick) > -30.0)
    mono = next(kick for kick in map(shipped.kick, range(40)) if side_db(kick) < -120.0)
    ends = [originals.open_original(shipped, kick) for kick in (mono, wide)]
    sides = [side_db(kick) for kick in morphing.morph(shipped, *ends, 9)]
    heard = [side for side in sides if side > -120.0]  # what is below -50 dB is left out
    assert sides[0] < -120.0
    assert len(heard) >= 5
    assert np.diff(heard).min() > -3.0
    assert heard[0] < heard[-1] - 10.0


def test_two_mono_kicks_have_none_but_mono_ones_between_them(shipped):
    """Also where one is mono because its side is too soft: the model's own path leads through louder ones."""
    mono = [kick for kick in map(shipped.kick, range(12)) if side_db(kick) < -120.0]
    ends = [originals.open_original(shipped, kick) for kick in mono]
    soft = next(end for end in ends if end.origin.sketch.wide > 0.0)
    others = [end for end in ends if end is not soft]
    for end, place in itertools.product(others, (0.25, 0.75)):
        between = morphing.blend(shipped, soft, end, place)
        assert side_db(originals.kick_of(shipped, between)) < -120.0
        assert between.source.recipe is not None
        again = originals.replay(shipped, between.source.recipe)
        assert np.array_equal(again.audio, originals.kick_of(shipped, between).audio)
    first, *_, last = kicks = list(morphing.morph(shipped, soft, others[0], 4))
    assert [side_db(kick) < -120.0 for kick in kicks] == [True] * 4
    for kick, end in ((first, soft), (last, others[0])):
        assert np.array_equal(kick.audio, originals.kick_of(shipped, end).audio)


@pytest.mark.parametrize("steps", [1, 0, 1001])
def test_a_morph_of_too_few_or_too_many_steps_is_refused(player, taken, steps):
    with pytest.raises(InputError, match=f"^steps {steps}: out of range; give 2 "):
        next(morphing.morph(player, taken, taken, steps))


# --- the nearest


@pytest.mark.parametrize("generations", [8, pytest.param(variations.MATCH_GENERATIONS, marks=pytest.mark.slow)])
def test_a_match_is_nearer_than_the_encoder_and_than_other_kicks(player, tmp_path, monkeypatch, generations):
    monkeypatch.setattr(variations, "MATCH_GENERATIONS", generations)
    player.kick(21).save(tmp_path / "a.wav", bits="32f")
    # The tiny bundle's kicks are no kicks to `prepare`: what is matched is one that is, and near the model's range.
    Kick(synthesise_kick(12)[0]).save(tmp_path / "b.wav")
    found = matching.match(player, tmp_path / "b.wav")
    assert found.distance < found.before
    assert found.distance < found.usual[0] <= found.usual[1]
    told = []
    again = matching.match(player, tmp_path / "b.wav", progress=lambda done, total: told.append((done, total)))
    np.testing.assert_array_equal(again.kick.audio, found.kick.audio)
    assert told[-1] == (generations, generations)


# --- made again


def test_all_of_it_is_made_again_from_the_files_to_the_same_bytes(player, taken, file, matched, tmp_path):
    def again(kick, name):
        kick.save(tmp_path / name)
        recipe = Recipe.read(tmp_path / name)
        found = originals.replay(player, recipe, [file])
        found.save(tmp_path / "again.wav")
        assert (tmp_path / "again.wav").read_bytes() == (tmp_path / name).read_bytes()
        return originals.open_original(player, tmp_path / name)

    again(player.kick(3, controls={"brightness": 0.8}), "plain.wav")
    again(vary(player, taken, keep=["pitch"])[0], "foreign.wav")
    matched = again(matched, "matched.wav")
    once = again(vary(player, matched)[0], "once.wav")
    twice = again(vary(player, once, keep=["brightness"])[0], "twice.wav")
    for number, kick in enumerate(morphing.morph(player, twice, taken, 3)):
        again(kick, f"morph{number}.wav")
    for number, kick in enumerate(morphing.morph(player, twice, matched, 3)):
        again(kick, f"own{number}.wav")
    assert twice.source.recipe.derivation.of[0].recipe.derivation.of[0].recipe.derivation.verb == "match"


def test_what_a_kick_was_made_from_is_asked_for_by_name(player, taken, tmp_path):
    vary(player, taken)[0].save(tmp_path / "a.wav")
    with pytest.raises(InputError, match=r"^originals mine.wav: this kick was made from that file; give it to"):
        originals.replay(player, Recipe.read(tmp_path / "a.wav"))
    Kick(synthesise_kick(7)[0]).save(tmp_path / "wrong.wav")
    with pytest.raises(InputError, match=r"originals mine\.wav: "):
        originals.replay(player, Recipe.read(tmp_path / "a.wav"), [tmp_path / "wrong.wav"])


def with_recipe(path, kick, change):
    recipe = json.loads(json.dumps(kick.recipe))
    change(recipe)
    Kick(kick.audio, recipe=recipe).save(path)
    return path


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda recipe: recipe["derivation"].update(latent="AAAAAA=="), r"latent is damaged, not \d+ finite numbers"),
        (lambda recipe: recipe["derivation"].update(latent="%%"), "latent is damaged"),
        (lambda recipe: recipe["derivation"].update(amount=0.5), "is damaged"),
        (lambda recipe: recipe["derivation"].update(verb="morph"), "is damaged"),
        (lambda recipe: recipe["derivation"].update(of=[]), "is damaged"),
        (lambda recipe: recipe["derivation"]["of"][0].update(recipe=None, content=None), "is damaged"),
    ],
)
def test_damaged_recipes_are_wrong_input(player, file, matched, tmp_path, change, words):
    path = with_recipe(tmp_path / "a.wav", matched, change)
    with pytest.raises(InputError, match=words):
        originals.replay(player, Recipe.read(path), [file])


def test_a_kick_in_memory_that_the_model_did_not_make_is_sent_to_its_file(player):
    with pytest.raises(InputError, match=r"^source: this kick was not made by this model; save it and give its file$"):
        originals.open_original(player, Kick(synthesise_kick(1)[0]))


def judging(monkeypatch, rules):
    """A gate whose n-th verdict, from 0 on, names the rules that `rules(n)` gives; and the sounds that it judged."""
    judged = []

    def judge(audio, sample_rate):
        judged.append(audio)
        return Verdict(tuple(Fault(rule, 9.0, 3.0, f"{rule} is wrong") for rule in rules(len(judged) - 1)), {})

    monkeypatch.setattr(instrument, "judge", judge)
    return judged


def test_what_a_file_breaks_its_variations_may_break(player, taken, monkeypatch):
    gated = player.accepting(gate=True)
    judged = judging(monkeypatch, lambda n: ["hum"])
    (made,) = vary(gated, taken)
    assert "attempt" not in made.recipe
    assert len(judged) == 2  # the variation, then the file itself
    assert made.remarks == ("gate: hum is wrong; what it is made from does not pass in this either",)
    (plain,) = vary(player, taken)
    np.testing.assert_array_equal(made.audio, plain.audio)


def test_a_rule_that_the_file_keeps_is_held_against_its_variations(player, taken, monkeypatch):
    gated = player.accepting(gate=True)
    judging(monkeypatch, lambda n: {0: ["hum", "end"], 1: ["hum"], 2: ["hum", "tail"]}.get(n, ["hum"]))
    (made,) = vary(gated, taken)
    assert made.recipe["attempt"] == 2
    assert len(made.remarks) == 1


def test_where_none_of_a_files_variations_passes_the_nearest_is_kept(player, taken, monkeypatch):
    gated = player.accepting(gate=True)
    judging(monkeypatch, lambda n: {1: [], 4: ["end"]}.get(n, ["end", "tail"]))  # the second verdict: the file's
    (made,) = vary(gated, taken)
    assert made.recipe["attempt"] == 3
    assert made.remarks == ("gate: end is wrong; none of 16 passes, and this one comes nearest",)
    judging(monkeypatch, lambda n: ["end"])
    with pytest.raises(
        InputError, match=r"^seed 5: none of 16 kicks of sketchy passes the gate \(the last: end is wrong"
    ):
        list(gated.kicks(Request(seeds=[5])))


def test_a_morph_between_files_is_never_refused(player, taken, monkeypatch):
    gated = player.accepting(gate=True)
    judging(monkeypatch, lambda n: ["end"] if n else [])
    made = list(morphing.morph(gated, taken, originals.open_original(player, player.kick(3)), 4))
    assert len(made) == 4
    assert not made[0].remarks
    assert all(kick.remarks[-1].startswith("gate: ") and "end is wrong" in kick.remarks[-1] for kick in made[1:])


def test_a_wish_moves_a_kick_and_leaves_the_rest(player, tmp_path):
    Kick(synthesise_kick(3)[0]).save(tmp_path / "pitched.wav")
    original = originals.open_original(player, tmp_path / "pitched.wav")
    wishes = Request(seeds=[5], controls={"pitch": 70.0})
    before, after = (describe(vary(player, original, amount=0.0, wishes=one)[0].audio) for one in (None, wishes))
    assert abs(before["pitch_hz"] - 70.0) > 10.0
    assert after["pitch_hz"] == pytest.approx(70.0, rel=0.01)
    assert after["decay_ms"] == pytest.approx(before["decay_ms"], rel=0.1)


def test_the_gate_draws_variations_again(player, taken, monkeypatch):
    judging(monkeypatch, lambda n: {1: [], 3: []}.get(n, ["end"]))  # the second verdict is of the file
    monkeypatch.setattr(player, "gate", True)
    (made,) = vary(player, taken)
    assert made.recipe["attempt"] == 2
    recipe = Recipe.model_validate(made.recipe)
    monkeypatch.undo()
    path = Path(taken.source.file)
    assert path.name == "mine.wav"
    assert recipe.attempt == 2


# --- longer than 500 ms


@pytest.fixture(scope="module")
def longer(tmp_path_factory):
    """A kick of 1.2 s that no model made: a falling tone over a little hiss."""
    rng = np.random.default_rng(3)
    seconds = np.arange(52_920) / 44_100
    tone = np.exp(-seconds / 0.4) * np.sin(2 * np.pi * (50.0 * seconds - 3.0 * np.exp(-seconds / 0.03)))
    sound = tone + (0.3 * np.exp(-seconds / 0.004) + 0.003 * np.exp(-seconds / 0.4)) * rng.standard_normal(52_920)
    sound *= 0.9 / np.abs(sound).max()
    path = tmp_path_factory.mktemp("kicks") / "longer.wav"
    Kick(np.stack([sound, sound]).astype(np.float32)).save(path, bits="32f")
    return path, sound


def test_a_longer_file_is_varied_whole(player, longer):
    path, sound = longer
    original = originals.open_original(player, path)
    assert original.remarks == (
        "longer than a kick: longer.wav: 1.20 s; the model hears the first 500 ms, and the rest is joined to what it "
        "makes of them",
    )
    (itself,) = vary(player, original, amount=0.0)
    start = 44 - int(np.flatnonzero(np.abs(sound) > 0.01 * np.abs(sound).max())[0])
    assert abs(itself.audio.shape[1] - (52_920 + start)) <= 1
    made, own = itself.audio[0, start : start + 52_000], sound[:52_000]
    gain = float(made @ own / (own @ own))
    assert np.abs(made - gain * own)[100:].max() < 2e-3  # an offset that the file does not have is taken off
    with_head = read_taken(path)[0][:, :22_050]
    for amount in (0.2, 0.6):
        (varied,) = vary(player, original, amount=amount)
        assert varied.audio.shape == itself.audio.shape
        assert np.abs(varied.audio - itself.audio).max() > 0.01
        # Its beginning is what it is of the same kick without its end, but for the level.
        alone = originals.take_in(player, with_head_of(with_head), "longer.wav")
        (short,) = vary(player, alone, amount=amount)
        one, other = varied.audio[0, :18_000].astype(float), short.audio[0, :18_000].astype(float)
        assert one @ other / np.sqrt((one @ one) * (other @ other)) == pytest.approx(1.0, abs=1e-4)


def with_head_of(samples):
    return head_of(np.concatenate([samples, samples[:, -500:]], axis=1))


def test_what_is_made_of_a_longer_file_is_made_again(player, longer, tmp_path):
    path, _ = longer
    (made,) = vary(player, originals.open_original(player, path), amount=0.4)
    made.save(tmp_path / "made.wav")
    again = originals.replay(player, Recipe.read(tmp_path / "made.wav"), [path])
    np.testing.assert_array_equal(again.audio, made.audio)


def test_a_morph_to_a_longer_file_grows_longer(player, longer, file):
    ends = [originals.open_original(player, one) for one in (file, longer[0])]
    first, *middle, last = morphing.morph(player, *ends, 4)
    np.testing.assert_array_equal(last.audio, vary(player, ends[1], amount=0.0)[0].audio)
    assert first.audio.shape == (2, 22_050)
    for kick in middle:
        assert kick.audio.shape == last.audio.shape
    late = [float(np.square(kick.audio[:, 26_000:]).sum()) for kick in (*middle, last)]
    assert late == sorted(late)


def test_a_match_of_a_longer_file_is_a_kick_of_the_model(player, longer, short_matches):
    assert matching.match(player, longer[0]).kick.audio.shape == (2, 22_050)
