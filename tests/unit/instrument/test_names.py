"""Names that somebody gave to files."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kickitout.instrument.names import LONGEST, NAMELESS, STEM_BYTES, plain_name, stem_for, with_ending


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


@given(st.text(max_size=300) | st.text("太鼓k .", max_size=300))
def test_what_is_made_from_a_file_of_any_name_has_a_name_that_can_be_written(name):
    stem = stem_for(name)
    assert 0 < len(stem.encode("utf-8")) <= STEM_BYTES
    assert stem.isprintable()
    longest = f"{stem}_to_{stem}_9223372036854775807_body.flac"
    assert len(longest.encode("utf-8")) <= 255
    assert plain_name(name).startswith(stem)


def test_a_stem_that_fits_stays_whole():
    assert stem_for("Übung 太鼓.wav") == "Übung 太鼓"
    assert stem_for(f"{'k' * 251}.wav") == "k" * 60
    assert with_ending("my kick", "flac") == "my kick.flac"
    assert with_ending("k" * 251, "wav") == "k" * 251 + ".wav"
    assert with_ending("k" * 251, "flac") == "k" * 60 + ".flac"
