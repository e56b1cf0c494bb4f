"""The harness of `fuzz` notices what it is there to notice."""

import json
import random
import tomllib

import pytest

from fuzz import sounds
from fuzz.__main__ import report
from fuzz.hunt import Hunt, Limits, Result
from fuzz.mutation import damaged, damaged_chunks, damaged_pages, ogg_sum
from fuzz.parcel import Parcel
from fuzz.structure import RAW, restructured, to_json, to_toml
from testing.toy_fuzz import KINDS

TOY = "testing.toy_fuzz:Toy"


def test_everything_that_counts_is_found_and_nothing_else(tmp_path):
    files = {data: tmp_path / f"{place}.bin" for place, data in enumerate(KINDS)}
    for data, path in files.items():
        path.write_bytes(data)
    with Hunt(tmp_path / "home", None, limits=Limits(seconds=1.5, memory=200_000_000)) as hunt:
        found = hunt.replay(TOY, list(files.values()))
    assert {data: found[path].kind if path in found else None for data, path in files.items()} == KINDS


def test_a_search_goes_on_after_a_crash_and_keeps_each_fault_once(tmp_path):
    result = Result(TOY)
    with Hunt(tmp_path / "home", tmp_path / "finds") as hunt:
        hunt.search(TOY, 4.0, result)
    assert {kept.data for kept in result.finds.values()} == {b"exception", b"crash"}
    assert result.inputs > 20
    assert {path.read_bytes() for path in (tmp_path / "finds").rglob("*.bin")} == {b"exception", b"crash"}
    assert all(word in report([result]) for word in ("KeyError", "SIGSEGV", f"{result.inputs:,}"))


@pytest.mark.parametrize(
    ("passed", "used", "hangs"),
    [(9.0, 9.0, False), (11.0, 10.0, True), (11.0, 0.0, True), (11.0, 3.0, False), (70.0, 3.0, True)],
)
def test_time_that_others_take_is_no_hang(passed, used, hangs):
    assert Limits().hangs(passed, used) is hangs


def test_a_parcel_is_what_it_was_made_from():
    old, new = b"abcdefgh", b"abXfgh"
    parcel = Parcel("base", {"gone": None}, {"zip": True})
    parcel.replace("a/b", old, new)
    again = Parcel.from_bytes(parcel.to_bytes())
    assert again == parcel
    assert again.files({"a/b": old, "gone": b"", "kept": b"k"}) == {"a/b": new, "kept": b"k"}


@pytest.mark.parametrize("old", [b"", b"a", b"aaaa", b"abab"])
@pytest.mark.parametrize("new", [b"", b"a", b"aaa", b"ab", b"babab"])
def test_a_parcel_tells_every_change(old, new):
    parcel = Parcel("base")
    parcel.replace("file", old, new)
    assert parcel.files({"file": old}) == {"file": new}


def test_mutations_are_those_of_their_seed():
    data = sounds.encoded("WAV", samples=500)

    def some(seed):
        dice = random.Random(seed)
        return [change(dice, data) for _ in range(30) for change in (damaged, damaged_chunks)]

    assert some(1) == some(1)
    assert len(set(some(1))) > 30


def test_pages_of_ogg_have_right_sums_after_their_damage(tmp_path):
    data = sounds.encoded("OGG", "VORBIS", samples=4_000)
    doubled = damaged_pages(random.Random(0), data)
    assert doubled != data
    starts = [at for at in range(len(doubled)) if doubled.startswith(b"OggS", at)]
    for start, end in zip(starts, [*starts[1:], len(doubled)], strict=True):
        page = doubled[start:end]
        assert page[22:26] == ogg_sum(page[:22] + bytes(4) + page[26:]).to_bytes(4, "little")
    whole = next(at for at in range(4, len(data)) if data.startswith(b"OggS", at))
    assert data[22:26] == ogg_sum(data[:22] + bytes(4) + data[26:whole]).to_bytes(4, "little")  # as libogg writes it


def test_json_and_toml_hold_what_stands_for_itself():
    data = {"a": f"{RAW}1e999", "b": [f'{RAW}{{"c": 1}}'], "\ud800": "é"}
    assert to_json(data) == b'{"a": 1e999, "b": [{"c": 1}], "\\ud800": "\\u00e9"}'
    assert tomllib.loads(to_toml({"x": {"y": [1, float("inf")]}, "z": 1}).decode()) == {
        "x": {"y": [1, float("inf")]},
        "z": 1,
    }


def test_numbers_that_no_float_holds_are_changed_as_others():
    made = {to_json(restructured(random.Random(seed), {"a": 10**400})) for seed in range(60)}
    assert len(made) > 10


def test_structure_is_changed_without_touching_the_original():
    data = {"a": [1, {"b": "text"}], "c": 2.5}
    before = json.dumps(data)
    made = {to_json(restructured(random.Random(seed), data)) for seed in range(60)}
    assert json.dumps(data) == before
    assert len(made) > 40
