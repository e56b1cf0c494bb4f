"""Names that somebody gave to files."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kickitout.instrument.names import LONGEST, NAMELESS, plain_name


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
