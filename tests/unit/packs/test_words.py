"""Words for what kicks sound like, and the names of files."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kickitout.instrument.names import note_part
from kickitout.library import synthesis
from kickitout.measure.descriptors import DESCRIPTORS, describe
from kickitout.packs.words import AXES, NOTHING, WORDS, Title, file_prefix, file_stems, places, word

MIDDLE = {axis.descriptor: axis.middle for axis in AXES.values()}
VALUES = st.fixed_dictionaries(
    {},
    optional={
        name: st.floats(-100.0, 30.0) if name.endswith("_db") else st.floats(0.0, 1e4)
        for name in (axis.descriptor for axis in AXES.values())
    },
)
STEM = re.compile(r"[a-z0-9_]+_kick_[a-z]+[0-9]*_[0-9]+(_[A-G]#?)?(_[0-9a-f]{4})?")


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


def test_a_name_that_is_taken_has_a_number_behind_its_word():
    kicks = [
        Title("dark", 17, "F", None),
        Title("dark", 18, "F", None),
        Title("dark", 17, "F", "3fa2"),
        Title("dark", 17, "F", None),
        Title("dull", 17, None, None),
    ]
    assert list(file_stems("Velvet Hammer", kicks)) == [
        "velvet_hammer_kick_dark_17_F",
        "velvet_hammer_kick_dark_18_F",
        "velvet_hammer_kick_dark_17_F_3fa2",
        "velvet_hammer_kick_dark2_17_F",
        "velvet_hammer_kick_dull_17",
    ]


TITLES = st.builds(
    Title,
    st.sampled_from([NOTHING, *WORDS]),
    st.integers(0, 2**63 - 1) | st.integers(0, 2),
    st.none() | st.floats(8.2, 12_000.0).map(note_part),
    st.none() | st.sampled_from(["3fa2", "0000"]),
)


@given(st.lists(TITLES), st.from_regex(r"[A-Za-z0-9]([A-Za-z0-9 _-]{0,20}[A-Za-z0-9])?", fullmatch=True))
def test_stems_are_unique_and_plain(kicks, name):
    stems = list(file_stems(name, kicks))
    assert len(set(stems)) == len(stems)
    assert all(STEM.fullmatch(stem) and stem.startswith(file_prefix(name)) for stem in stems)
