"""What long experiments keep, and the files of what they find."""

import json

import numpy as np
import pytest

from kickitout.errors import DamagedFileError, InputError, VersionError
from kickitout.experiments.results import Result, read_result, result_path, rounded, versions, write_result
from kickitout.experiments.rows import Rows

RESULT = Result(
    experiment="trial",
    quick=False,
    settings={"seeds": [0, 1]},
    library={},
    command="kick experiment trial",
    versions=versions(),
    minutes=0.5,
    intervals="none",
    counts={"kicks": 2},
    shorter="",
    figures={"one": {"value": 1.234567, "low": float("nan")}, "many": [1, 2]},
)


def one(key):
    return [1]


def two(key):
    return [2]


def test_rows_that_are_there_are_not_made_again(tmp_path):
    made = []

    def make(key):
        made.append(key)
        if key == "c" and made.count("c") == 1:
            raise KeyboardInterrupt
        return {"value": len(key)}

    with pytest.raises(KeyboardInterrupt):
        Rows(tmp_path / "rows.jsonl", one).fill(["a", "b", "c"], make)
    rows = Rows(tmp_path / "rows.jsonl", one).fill(["a", "b", "c"], make)
    assert made == ["a", "b", "c", "c"]
    assert rows == [{"value": 1}] * 3


def test_rows_of_other_settings_count_for_nothing_and_stay(tmp_path):
    Rows(tmp_path / "rows.jsonl", one).add("a", {"value": 1})
    assert "a" in Rows(tmp_path / "rows.jsonl", one)
    assert "a" not in Rows(tmp_path / "rows.jsonl", two)
    Rows(tmp_path / "rows.jsonl", two).add("a", {"value": 2})
    assert Rows(tmp_path / "rows.jsonl", one)["a"] == {"value": 1}
    assert Rows(tmp_path / "rows.jsonl", two)["a"] == {"value": 2}


def test_files_of_two_machines_may_follow_each_other(tmp_path):
    """Each row belongs to the head above it, whatever else stands in the file."""

    def by_part(key):
        return {"part": key.split("/")[0]}

    for name, key in (("one", "a/0"), ("two", "b/0"), ("three", "a/1")):
        Rows(tmp_path / name, by_part).add(key, {"value": key})
    together = tmp_path / "together"
    together.write_text("".join((tmp_path / name).read_text() for name in ("one", "two", "three")))
    rows = Rows(together, by_part)
    rows.add("a/2", {"value": "a/2"})
    rows = Rows(together, by_part)
    assert [rows[key]["value"] for key in ("a/0", "a/1", "a/2", "b/0")] == ["a/0", "a/1", "a/2", "b/0"]
    assert together.read_text().count("made_with") == 3


def test_rows_of_other_files_count_by_what_they_depend_on(tmp_path):
    """One experiment's draft is another's dcgan; the other file stays as it is, also where its last line was cut."""

    def made_with(key):
        return {"network": {"dcgan": "d", "draft": "d", "wavegan": "w"}[key.split("/")[0]]}

    def named(key):
        return key.partition("/")[2]

    other = tmp_path / "other.jsonl"
    Rows(other, made_with).add("dcgan/0/16", {"value": 1})
    Rows(other, made_with).add("wavegan/0/16", {"value": 2})
    other.write_text(other.read_text() + '{"key": "dcg')
    before = other.read_bytes()
    rows = Rows(tmp_path / "own.jsonl", made_with, others=[other], named=named)
    assert rows["draft/0/16"] == {"value": 1}
    assert "draft/1/16" not in rows
    rows.add("draft/1/16", {"value": 3})
    rows = Rows(tmp_path / "own.jsonl", made_with, others=[other], named=named)
    assert [rows[key]["value"] for key in ("draft/0/16", "draft/1/16", "wavegan/0/16")] == [1, 3, 2]
    assert other.read_bytes() == before


def test_what_is_no_row_is_refused(tmp_path):
    for text in ('{"value": 1}', "[1]", "words"):
        (tmp_path / "rows.jsonl").write_text(text + "\n")
        with pytest.raises(DamagedFileError, match="line 1"):
            Rows(tmp_path / "rows.jsonl", one)


def test_a_row_that_a_kill_cut_off_is_made_again(tmp_path):
    path = tmp_path / "rows.jsonl"
    Rows(path, one).add("a", {"value": 1})
    path.write_text(path.read_text() + '{"key": "b", "val')
    rows = Rows(path, one)
    assert "a" in rows
    assert "b" not in rows
    rows.add("b", {"value": 2})
    assert Rows(path, one)["b"] == {"value": 2}


def test_a_result_comes_back_rounded_and_without_what_is_no_number(tmp_path):
    path = write_result(tmp_path, RESULT)
    assert path == result_path(tmp_path, "trial")
    found = read_result(path)
    assert found.figures == {"one": {"value": 1.235, "low": None}, "many": [1, 2]}
    assert found.settings == RESULT.settings
    assert "NaN" not in path.read_text()


def test_numbers_become_plain():
    found = rounded({"a": np.float32(0.123456), "b": np.arange(2), "c": np.bool_(True), "d": (1e-9, -np.inf)})
    assert found == {"a": 0.1235, "b": [0, 1], "c": True, "d": [1e-9, None]}
    json.dumps(found, allow_nan=False)


def test_what_is_no_result_is_refused(tmp_path):
    with pytest.raises(InputError, match="does not exist"):
        read_result(tmp_path / "none.json")
    path = write_result(tmp_path, RESULT)
    data = json.loads(path.read_text())
    path.write_text(json.dumps(data | {"format_version": 99}))
    with pytest.raises(VersionError, match="format 99"):
        read_result(path)
    path.write_text(json.dumps(data | {"more": 1}))
    with pytest.raises(DamagedFileError):
        read_result(path)
