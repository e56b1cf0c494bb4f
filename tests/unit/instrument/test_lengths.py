"""Lengths in milliseconds and in beats."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kickitout.errors import InputError
from kickitout.instrument.lengths import length_in_beats
from kickitout.instrument.request import Request


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
