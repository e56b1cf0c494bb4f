"""Laws that hold for all descriptors, whatever the sound; the table; notes."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kickitout.errors import InputError
from kickitout.library.synthesis import synthesise_kick, synthesise_other
from kickitout.measure.descriptors import DESCRIPTORS, Note, describe, note_of

N = 22_050
LEVELS = {one.name for one in DESCRIPTORS if one.level}
NAMES = [one.name for one in DESCRIPTORS]
SEEDS = (16, 40, 77, 104, 301)


@pytest.fixture(scope="module", params=SEEDS)
def sound(request):
    return synthesise_kick(request.param)[0]


def same(one, other, but=(), rel=1e-6, abs=1e-6):
    assert one.keys() == other.keys()
    for name in one.keys() - set(but):
        assert other[name] == pytest.approx(one[name], rel=rel, abs=abs), name


def test_the_table_names_them_all(sound):
    assert len(set(NAMES)) == len(NAMES)
    assert describe(sound).keys() <= set(NAMES)
    assert set(NAMES) == set().union(*(describe(synthesise_kick(seed)[0]) for seed in SEEDS))
    for one in DESCRIPTORS:
        assert one.words
        assert one.scale > 0
        assert not one.logarithmic or one.unit in {"Hz", "ms"}


def test_gain_changes_levels_only(sound):
    for gain in (0.25, 0.01):
        same(describe(sound), describe((gain * sound).astype(np.float32)), but=LEVELS, rel=1e-3, abs=1e-3)
    louder, quieter = describe(sound), describe((0.25 * sound).astype(np.float32))
    for name in ("true_peak_db", "loudness_lufs"):
        assert louder[name] - quieter[name] == pytest.approx(20 * math.log10(4), abs=1e-3)


def test_swapped_channels_change_nothing(sound):
    same(describe(sound), describe(np.ascontiguousarray(sound[::-1])))


def test_polarity_changes_nothing(sound):
    same(describe(sound), describe(-sound))


def test_one_channel_twice_is_the_same_as_two_that_hardly_differ():
    mono = np.tile(synthesise_kick(0)[0][:1], (2, 1))
    nearly = mono.copy()
    nearly[1, 5_000] += 1e-7  # goes the way of two channels
    same(describe(mono), describe(nearly), rel=1e-4, abs=1e-3)


def test_the_same_sound_gives_the_same_bits(sound):
    before = describe(sound)
    describe(synthesise_kick(1)[0])
    assert describe(sound.copy()) == before


def test_silence_has_no_descriptors():
    assert describe(np.zeros((2, N), np.float32)) == {"dc": 0.0, "last_ms": 0.0}
    assert describe(np.full((2, N), 1e-12, np.float32)) == {"dc": 0.0, "last_ms": 0.0}


@pytest.mark.parametrize("n", [0, 1, 2, 3, 10, 44, 100, 441, 1_000, 3_000, 100_000])
@pytest.mark.parametrize("kind", ["noise", "constant", "impulse", "left", "square", "tiny"])
def test_any_sound_is_described_without_complaint(n, kind):
    rng = np.random.default_rng(n)
    sound = {
        "noise": rng.standard_normal((2, n)),
        "constant": np.full((2, n), 0.5),
        "impulse": np.eye(1, max(n, 1), n // 2)[:, :n].repeat(2, axis=0),
        "left": rng.standard_normal((2, n)) * [[1.0], [0.0]],
        "square": np.sign(np.sin(np.arange(n) / 100.0 + 0.1)).reshape(1, n).repeat(2, axis=0),
        "tiny": 1e-30 * rng.standard_normal((2, n)),
    }[kind].astype(np.float32)
    for rate in (44_100, 8_000, 192_000):
        found = describe(sound, rate)
        assert all(math.isfinite(value) for value in found.values())
        assert found.keys() <= set(NAMES)


def test_one_alone_is_that_of_all(sound):
    """And so are some together; what is not asked for may be there, but is no other number."""
    found = describe(sound)
    for wanted in [*([name] for name in NAMES), ["noise", "loudness_lufs"], ["pitch_hz", "sweep_ms", "click_db"], []]:
        some = describe(sound, only=wanted)
        assert {name: some.get(name) for name in wanted} == {name: found.get(name) for name in wanted}
        assert some.items() <= found.items()


def test_other_sounds_are_described_without_complaint():
    for seed in range(72):
        assert all(math.isfinite(value) for value in describe(synthesise_other(seed)[0]).values())


def test_logarithmic_ones_are_above_zero(sound):
    found = describe(sound)
    assert all(found[one.name] > 0 for one in DESCRIPTORS if one.logarithmic and one.name in found)


@pytest.mark.parametrize("audio", [np.zeros(5, np.float32), np.zeros((3, 5), np.float32)])
def test_another_shape_is_refused(audio):
    with pytest.raises(ValueError, match="shape"):
        describe(audio)


def test_samples_that_are_no_numbers_are_refused():
    for wrong in (np.nan, np.inf):
        with pytest.raises(ValueError, match="finite"):
            describe(np.full((2, 5), wrong, np.float32))


@pytest.mark.parametrize(
    ("hz", "name", "cents"),
    [(440.0, "A4", 0.0), (46.2493, "F#1", 0.0), (55.0, "A1", 0.0), (16.3516, "C0", 0.0), (54.0, "A1", -31.77)],
)
def test_notes(hz, name, cents):
    found = note_of(hz)
    assert found[0] == name
    assert found[1] == pytest.approx(cents, abs=0.01)


@pytest.mark.parametrize("hz", [0.0, -1.0, math.inf, math.nan])
def test_no_note(hz):
    with pytest.raises(ValueError, match="above 0"):
        note_of(hz)


@given(st.floats(21.0, 200.0), st.floats(21.0, 200.0))
def test_a_note_is_read_back_from_its_name(hz, near):
    name, cents = note_of(hz)
    assert Note.read(name).hz(near) == pytest.approx(hz / 2 ** (cents / 1200.0))
    free = Note.read(name.rstrip("0123456789-")).hz(near)
    assert note_of(free)[0].rstrip("0123456789-") == name.rstrip("0123456789-")
    assert abs(np.log2(free / near)) <= 0.5 + 1e-9


@pytest.mark.parametrize(
    ("text", "same"), [("Gb1", "F#1"), ("g♭1", "F#1"), ("B#0", "C1"), ("Cb1", "B0"), ("E#1", "F1"), (" a1 ", "A1")]
)
def test_notes_have_several_names(text, same):
    assert Note.read(text) == Note.read(same)


@pytest.mark.parametrize("text", ["", "H1", "F##", "1", "F#11", "F 1", "c1d"])
def test_what_is_no_note_is_named(text):
    with pytest.raises(InputError, match=r"^note .+: not a note; give a letter from A to G"):
        Note.read(text)
