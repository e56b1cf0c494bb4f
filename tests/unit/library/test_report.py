"""The report's numbers and words."""

import json
from collections import Counter
from dataclasses import replace

import pytest

from kickitout.library.prepare import prepare_builtin
from kickitout.library.report import Report, Run, contact_sheet, split_notes, split_table, summarise, to_text
from kickitout.library.store import Library


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    folder = tmp_path_factory.mktemp("report") / "library"
    prepare_builtin("kicks", 24, folder, seed=40, workers=1)
    return Library.open(folder)


def test_the_summary_counts_what_is_there(library):
    summary = summarise(library)
    assert summary["kicks"] == len(library) == sum(row["kicks"] for row in summary["splits"])
    assert summary["true_stereo"] == sum(entry.true_stereo for entry in library.entries)
    assert summary["licence_classes"] == {"clean": len(library)}
    assert summary["by_source"]["builtin"]["kicks"] == len(library)
    decays = sorted(entry.descriptors["decay_ms"] for entry in library.entries)
    assert decays[0] <= summary["decay_ms"]["5"] <= summary["decay_ms"]["50"] <= summary["decay_ms"]["95"] <= decays[-1]
    assert json.loads(json.dumps(summary)) == summary


def test_the_split_table_has_a_row_a_split(library):
    table = {row["split"]: row for row in split_table(library.entries)}
    assert list(table) == ["train", "sibling", "validation", "test", "unseen"]
    assert table["train"]["kits"] == len({entry.kit for entry in library.entries if entry.split == "train"})
    unplaced = [replace(library.entries[0], split="unassigned")]
    assert split_table(unplaced)[-1] == {
        "split": "unassigned",
        "kicks": 1,
        "kits": 1,
        "sources": 1,
        "licence_classes": {"clean": 1},
    }


def test_notes_say_what_a_small_library_lacks(library):
    by_file, small = split_notes(library.entries, 2)
    assert by_file.startswith("2 kits are split by file")
    assert "none is held out for tests" in small
    assert f"as few as can be validate: 2 of {len(library)}" in small
    assert split_notes([], 0) == []
    tested = [replace(library.entries[0], split="test"), *library.entries[1:]]
    assert "1 kicks for tests are too few" in split_notes(tested, 0)[0]
    assert "needs 2 kicks at least, there is 1" in split_notes(library.entries[:1], 0)[0]


def test_notes_say_what_a_larger_library_lacks(library):
    (note,) = split_notes(library.entries * 10, 0)
    assert "unseen 0 kicks of 0 sources (at least 200 of 8)" in note


def test_the_text_holds_the_numbers(library):
    run = Run(found=30, known=1, taken=24, rejected=Counter({"silent": 5}), left_out_by_licence=2, notes=["a note"])
    text = to_text(Report(run, summarise(library)), library.folder)
    assert f"kicks {len(library)}, kits 2, sources 1" in text
    assert "this run: 30 files found, 1 known before, 24 taken, 5 rejected; 2 of other licence classes left out" in text
    assert "note: a note" in text


def test_the_sheet_is_the_same_each_time(library):
    path = library.folder / "contact-sheet.png"
    first = path.read_bytes()
    path.unlink()
    contact_sheet(library)
    assert path.read_bytes() == first
    assert first.startswith(b"\x89PNG")
