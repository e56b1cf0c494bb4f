"""Profiles of samplers, and names that fit them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kickitout.cli.making import Written
from kickitout.errors import InputError
from kickitout.instrument.devices import DEVICES, device, shortener
from kickitout.instrument.finishing import PROCESSING
from kickitout.instrument.recipes import Encoding

STEMS = st.lists(
    st.lists(st.text("abkick1", min_size=1, max_size=12), min_size=1, max_size=5).map("_".join), max_size=30
)


@settings(max_examples=60, deadline=None)
@given(stems=STEMS, longest=st.integers(8, 32))
def test_short_names_fit_are_all_different_and_the_same_again(stems, longest):
    names = [f"{stem}.wav" for stem in stems]
    short, again = ([*map(shortener(longest), names)] for _ in range(2))
    assert short == again
    assert len({one.lower() for one in short}) == len(short)
    assert all(len(one) <= longest + len(".wav") and one.endswith(".wav") for one in short)


def test_a_name_that_fits_stays_and_one_that_does_not_keeps_its_end():
    assert shortener(16)("kickgan_kick_41.wav") == "kickgan_kick_41.wav"
    assert shortener(16)("velvet_kick_dull2_Fsharp1.wav") == "ve_dull2_Fsharp1.wav"
    steps = [shortener(16)(f"kickgan_kick_6_to_kickgan_kick_5_{step}.wav") for step in range(9)]
    assert steps == sorted(steps)
    assert shortener(None)("a" * 90 + ".wav") == "a" * 90 + ".wav"


@pytest.mark.parametrize("name", DEVICES)
def test_a_profile_sets_rate_bits_and_channels(name):
    chosen = device(name)
    written = Written(profile=name)
    assert written.encoding() == Encoding(format="wav", rate=chosen.rate, bits=chosen.bits)
    assert written.finished(PROCESSING).mono == (chosen.channels == 1)
    assert written.longest_name == chosen.longest_name


def test_other_options_override_a_profile_or_contradict_it_in_one_line():
    written = Written(profile="digitakt", rate=96_000, bits="24", mono=False)
    assert written.encoding() == Encoding(rate=96_000, bits="24")
    assert not written.finished(PROCESSING).mono
    with pytest.raises(InputError, match="format flac: a profile has WAV files"):
        Written(profile="digitakt", format="flac").encoding()
    with pytest.raises(InputError, match="only WAV files are written without tags, not FLAC"):
        Written(plain=True, format="flac").encoding()
    with pytest.raises(InputError, match="profile mpc9: unknown; choose digitakt, octatrack"):
        device("mpc9")


def test_nothing_that_is_not_asked_changes_how_a_file_is_written():
    assert Written().encoding() == Encoding()
    assert Written().finished(PROCESSING) is PROCESSING
    mono = PROCESSING.model_copy(update={"mono": True})
    assert Written().finished(mono) is mono
    assert not Written(mono=False).finished(mono).mono
