"""Lengths in milliseconds and in beats."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kickitout.errors import InputError
from kickitout.instrument import verbs
from kickitout.instrument.instrument import load
from kickitout.instrument.lengths import length_in_beats
from kickitout.instrument.recipes import Recipe
from kickitout.instrument.request import Request
from kickitout.library.synthesis import synthesise_kick
from kickitout.sound import wav_chunks
from kickitout.sound.kick import Kick
from testing.tiny_sketch import write_sketch_bundle


@pytest.mark.parametrize(
    ("bpm", "beats", "length"),
    [(120.0, "1", 500.0), (128.0, "1/2", 234.375), (150.0, "2.5", 1000.0), (90.0, "3/4", 500.0), (60.0, ".5/10", 50.0)],
)
def test_beats_of_a_tempo_are_a_length(bpm, beats, length):
    assert length_in_beats(bpm, beats) == pytest.approx(length)


@given(bpm=st.floats(60.0, 240.0), part=st.integers(1, 4))
def test_a_fraction_and_a_decimal_are_the_same_length(bpm, part):
    assert length_in_beats(bpm, f"1/{part}") == pytest.approx(length_in_beats(bpm, 1.0 / part))


def test_without_tempo_and_beats_the_length_is_as_given():
    assert length_in_beats(None, None) is None
    assert length_in_beats(None, None, 321.0) == 321.0


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"bpm": 120.0, "beats": "1/2", "length_ms": 200.0}, "length_ms 200: a length in ms and one in beats exclude"),
        ({"bpm": 120.0}, "bpm 120: goes with beats, which is missing; give both"),
        ({"beats": "1/2"}, "beats 1/2: goes with bpm, which is missing; give both"),
        ({"bpm": 0.0, "beats": "1"}, "bpm 0: not a tempo; give 20 to 999 beats a minute"),
        ({"bpm": float("nan"), "beats": "1"}, "bpm nan: not a tempo"),
        ({"bpm": 120.0, "beats": "1/0"}, "beats 1/0: not a number of beats"),
        ({"bpm": 120.0, "beats": "1e400"}, "beats 1e400: not a number of beats"),
        ({"bpm": 120.0, "beats": float("inf")}, "beats inf: not a number of beats"),
        ({"bpm": 120.0, "beats": "-1"}, "beats -1: not a number of beats"),
        ({"bpm": 120.0, "beats": "8"}, "beats 8: at 120 beats a minute that is 4000 ms; .* 30 to 2000 ms"),
        ({"bpm": 120.0, "beats": "1/64"}, "beats 1/64: at 120 beats a minute that is 7.812 ms"),
    ],
)
def test_what_is_no_length_is_refused(given, words):
    with pytest.raises(InputError, match=f"^{words}"):
        Request(seeds=[0], **given)


# --- loops


@pytest.fixture(scope="module")
def player(tmp_path_factory):
    return load(write_sketch_bundle(tmp_path_factory.mktemp("models") / "sketchy"), gate=False)


@pytest.mark.parametrize(("bpm", "beats"), [(128.0, "1/2"), (120.0, 1.0), (93.0, "3/4"), (174.0, "4")])
@pytest.mark.parametrize("rate", [44_100, 48_000, 96_000, 22_050])
def test_a_length_in_beats_is_a_loop_of_so_many_samples_at_any_rate(player, bpm, beats, rate):
    (kick,) = player.generate(1, seed=3, bpm=bpm, beats=beats)
    chunks = wav_chunks.parse(kick.encode(rate=rate))
    seconds = 60.0 / bpm * Fraction(beats)
    frames = round(seconds * rate)
    assert wav_chunks.sampler_loop(chunks) == (0, frames - 1)
    data = next(chunk.data for chunk in chunks if chunk.id == "data")
    assert len(data) == 6 * frames


def test_only_a_length_in_beats_is_a_loop(player):
    for kick in (player.kick(3), *player.generate(1, seed=3, length_ms=234.375)):
        assert wav_chunks.sampler_loop(wav_chunks.parse(kick.encode(root=40.0))) is None
    (looped,) = player.generate(1, seed=3, bpm=128.0, beats="1/2")
    chunks = wav_chunks.parse(looped.encode(root=40.5))
    assert (wav_chunks.sampler_note(chunks), wav_chunks.sampler_loop(chunks)) == (40.5, (0, 10_335))
    assert Recipe.model_validate(looped.recipe).processing.loop
    assert "loop" not in player.kick(3).recipe["processing"]


@pytest.mark.parametrize("asked", [{"length_ms": 200.0}, {"bpm": 128.0, "beats": "1/2"}, {"bpm": 100.0, "beats": "2"}])
def test_kicks_from_kicks_have_the_length_that_is_asked(player, tmp_path, short_matches, asked):
    """Of the model's own kicks, and of files, which sound on as far as they do."""
    player.kick(4).save(tmp_path / "own.wav")
    Kick(synthesise_kick(12)[0]).save(tmp_path / "mine.wav")
    frames = round((asked.get("length_ms") or 60_000.0 / asked["bpm"] * Fraction(asked["beats"])) * 44.1)
    for name in ("own.wav", "mine.wav"):
        for amount in (0.0, 0.3):
            (made,) = verbs.vary(tmp_path / name, 1, seed=1, amount=amount, model=player, gate=False, **asked)
            assert made.audio.shape == (2, frames)
            assert made.loops == ("bpm" in asked)
    ends = verbs.morph(tmp_path / "own.wav", tmp_path / "mine.wav", 3, model=player, gate=False, **asked)
    assert {kick.audio.shape for kick in ends} == {(2, frames)}
    if "length_ms" in asked:
        assert verbs.match(tmp_path / "mine.wav", model=player, **asked).kick.audio.shape == (2, frames)


def test_a_file_of_500_ms_that_is_to_last_longer_is_silent_at_its_end(player, tmp_path):
    Kick(synthesise_kick(12)[0]).save(tmp_path / "mine.wav")
    (made,) = verbs.vary(tmp_path / "mine.wav", 1, amount=0.0, model=player, gate=False, length_ms=800.0)
    assert made.audio.shape == (2, 35_280)
    assert not made.audio[:, 22_050:].any()
    assert made.audio[:, 21_000:22_040].any()
