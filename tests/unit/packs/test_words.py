"""Words for what kicks sound like, and the names of files."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kickitout.library import synthesis
from kickitout.measure.descriptors import DESCRIPTORS, describe
from kickitout.packs.words import AXES, NOTHING, WORDS, file_prefix, file_stems, note_name, places, word

MIDDLE = {axis.descriptor: axis.middle for axis in AXES.values()}
VALUES = st.fixed_dictionaries(
    {},
    optional={
        name: st.floats(-100.0, 30.0) if name.endswith("_db") else st.floats(0.0, 1e4)
        for name in (axis.descriptor for axis in AXES.values())
    },
)
STEM = re.compile(r"[a-z0-9_]+_kick_[a-z]+[0-9]*(_[A-G](sharp)?-?[0-9]+)?")


def test_the_axes_are_descriptors_and_the_words_are_of_axes():
    assert {axis.descriptor for axis in AXES.values()} <= {one.name for one in DESCRIPTORS}
    for name, way in WORDS.items():
        assert re.fullmatch("[a-z]+", name)
        assert way
        assert set(way) <= set(AXES)
    assert len({tuple(sorted(way.items())) for way in WORDS.values()}) == len(WORDS)


@pytest.mark.parametrize("name", WORDS)
def test_a_kick_that_lies_a_word_s_way_has_that_word(name):
    described = dict(MIDDLE)
    for axis, way in WORDS[name].items():
        one = AXES[axis]
        described[one.descriptor] = one.high if way > 0 else one.low
    assert word(described) == name


def test_a_kick_in_the_middle_is_plain():
    assert word(MIDDLE) == NOTHING
    assert word({}) == NOTHING


@given(VALUES)
def test_any_descriptors_have_a_word(described):
    assert word(described) in {NOTHING, *WORDS}
    assert all(-3.0 <= place <= 3.0 for place in places(described).values())


@pytest.mark.parametrize(("axis", "name"), [("decay", "long"), ("brightness", "bright"), ("pitch", "high")])
def test_more_is_further_out(axis, name):
    one = AXES[axis]
    assert one.place(one.middle) == 0.0
    assert one.place(one.low) < 0.0 < one.place(one.high)
    assert word(MIDDLE | {one.descriptor: 3.0 * one.high}) == name


def test_a_gain_changes_no_word():
    for seed in range(5):
        audio = synthesis.synthesise_kick(seed)[0]
        assert word(describe(audio)) == word(describe(0.25 * audio))


def test_notes_are_written_so_that_every_file_system_takes_them():
    assert [note_name(hz) for hz in (43.65, 46.25, 20.6)] == ["F1", "Fsharp1", "E0"]
    assert note_name(None) is None


def test_stems_are_numbered_where_a_name_is_taken():
    kicks = [("dark", "F1"), ("dark", "G1"), ("dark", "F1"), ("dull", None), ("dull", None), ("dark", "F1")]
    assert list(file_stems("Velvet Hammer", kicks)) == [
        "velvet_hammer_kick_dark_F1",
        "velvet_hammer_kick_dark_G1",
        "velvet_hammer_kick_dark2_F1",
        "velvet_hammer_kick_dull",
        "velvet_hammer_kick_dull2",
        "velvet_hammer_kick_dark3_F1",
    ]


@given(
    st.lists(st.tuples(st.sampled_from([NOTHING, *WORDS]), st.none() | st.floats(8.2, 12_000.0).map(note_name))),
    st.from_regex(r"[A-Za-z0-9]([A-Za-z0-9 _-]{0,20}[A-Za-z0-9])?", fullmatch=True),
)
def test_stems_are_unique_and_plain(kicks, name):
    stems = list(file_stems(name, kicks))
    assert len(set(stems)) == len(stems)
    assert all(STEM.fullmatch(stem) and stem.startswith(file_prefix(name)) for stem in stems)
