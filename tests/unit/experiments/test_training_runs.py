"""Grids of training runs: rows over seeds and samples shown, stopped and taken up; libraries made for them."""

import numpy as np
import pytest

from kickitout.experiments import training_runs
from kickitout.experiments.libraries import from_floats, of_library, write_library
from kickitout.experiments.place import Place
from kickitout.experiments.training_runs import Cell, Grid, run_grid
from kickitout.library.store import Library
from testing.tiny_library import make_library

GRID = Grid((Cell("plain", "wavegan"),), (0, 1), (16,), 5, 5, tiny=True)


def test_a_grid_that_was_stopped_goes_on(tmp_path, monkeypatch):
    make_library(tmp_path / "library", 16, 6)
    place = Place(tmp_path / "work", tmp_path / "library")
    judged, calls = training_runs.judged, []

    def stops(*arguments):
        calls.append(arguments)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return judged(*arguments)

    monkeypatch.setattr(training_runs, "judged", stops)
    with pytest.raises(KeyboardInterrupt):
        run_grid(GRID, place)
    found = run_grid(GRID, place)
    assert len(calls) == 3
    plain = found.figures["plain"]
    assert plain["spread_ratio"]["seeds"] == 2
    assert plain["course"]["loss_generator"][0]["value"] == plain["loss_generator"]["value"]
    assert 0.0 <= plain["kept_percent"]["value"] <= 100.0
    assert found.counts == {"runs": 2, "seeds": 2, "samples_shown": 16, "generated": 5}


def test_runs_repeat_to_the_bit_and_train_no_kit_that_validates():
    assert "training.threads=1" in training_runs.ALIKE
    assert "data.division=kit" in training_runs.ALIKE


def test_a_library_is_written_once_and_half_of_one_anew(tmp_path):
    sounds = [
        from_floats(np.full((2, 100), 0.01 * place), str(place), "train" if place else "validation")
        for place in range(1, 4)
    ]
    folder = write_library(tmp_path / "library", sounds)
    written = (folder / "manifest.jsonl").stat().st_mtime_ns
    write_library(folder, sounds)
    assert (folder / "manifest.jsonl").stat().st_mtime_ns == written
    write_library(folder, sounds[:2])
    library = Library.open(folder)
    assert len(library) == 2
    copies = of_library(library, [0], "validation")
    np.testing.assert_array_equal(copies[0].samples, library.integers(0))
    assert copies[0].split == "validation"
