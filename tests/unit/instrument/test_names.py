"""Names that somebody gave to files."""

import re
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kickitout.instrument.names import (
    LONGEST,
    NAMELESS,
    base_of,
    bases_of,
    derived_base,
    named,
    note_part,
    plain_name,
    seeded,
    short_stem,
    stem_for,
    with_ending,
)


@pytest.mark.parametrize(
    ("given_name", "plain"),
    [
        ("my kick.wav", "my kick.wav"),
        ("Trommel groß.FLAC", "Trommel groß.FLAC"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Windows\\kick.wav", "kick.wav"),
        ("a:b*c?.wav", "a_b_c_.wav"),
        ("kick\n\0.wav", "kick.wav"),
        ("..", NAMELESS),
        ("", NAMELESS),
        ("/", NAMELESS),
    ],
)
def test_plain_names(given_name, plain):
    assert plain_name(given_name) == plain


@given(st.text(max_size=300))
def test_no_name_leads_anywhere(name):
    plain = plain_name(name)
    assert 0 < len(plain) <= LONGEST
    assert not set(plain) & set('/\\<>:"|?*')
    assert plain.isprintable()
    assert plain.strip(". ") == plain
    assert plain_name(plain) == plain


@given(st.text(max_size=300) | st.text("太鼓k .#-_é", max_size=300))
def test_what_is_made_from_a_file_of_any_name_has_a_name_that_can_be_written(name):
    stem = stem_for(name)
    assert re.fullmatch("[A-Za-z0-9_#-]{1,60}", stem)
    assert short_stem(stem) == stem
    assert len(f"{stem}_to_{stem}_9223372036854775807_F#_3fa2_body.flac") <= 255


def test_a_stem_keeps_what_can_stand_in_a_name():
    assert stem_for("Übung 太鼓 (F#1).wav") == "Ubung_F#1"
    assert stem_for("太鼓.wav") == "kick"
    assert stem_for(f"{'k' * 251}.wav") == "k" * 60
    assert with_ending("my kick", "flac") == "my kick.flac"
    assert with_ending("k" * 251, "wav") == "k" * 251 + ".wav"
    assert with_ending("k" * 251, "flac") == "k" * 60 + ".flac"


def test_notes_have_no_octave():
    assert [note_part(hz) for hz in (43.65, 46.25, 41.2, 29.0)] == ["F", "F#", "E", None]
    assert note_part(None) is None


NOTES = st.none() | st.sampled_from(["C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B"])
MARKS = st.none() | st.from_regex("[0-9a-f]{4}", fullmatch=True)
BASES = st.integers(0, 2**63 - 1).map(lambda seed: seeded("kickgan", seed)) | st.just(derived_base("a_F", "match", 0))


@given(BASES, NOTES, MARKS)
def test_a_name_tells_what_it_was_made_from(base, note, mark):
    name = named(base, note, mark)
    assert re.fullmatch("[A-Za-z0-9_#-]+", name)
    assert (base, mark) in list(bases_of(name))
    assert base_of(name, mark) == base


def test_two_names_are_the_same_only_of_the_same():
    parts = list(product([seeded("kickgan", 4), seeded("kickgan", 1234)], [None, "F", "F#"], [None, "1234", "3fa2"]))
    assert len({named(*one) for one in parts}) == len(parts)
    assert base_of("somebody's own", "3fa2") == "somebody's own"
