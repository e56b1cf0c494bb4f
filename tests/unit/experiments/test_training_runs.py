"""Grids of training runs: rows over seeds and samples shown, stopped and taken up; libraries made for them."""

import dataclasses
import json
import shutil
from dataclasses import dataclass, replace

import numpy as np
import pytest

from kickitout.errors import InputError
from kickitout.experiments import ablation, baselines, collapse, regulariser, training_runs
from kickitout.experiments.libraries import from_floats, of_library, write_library
from kickitout.experiments.place import Place
from kickitout.experiments.plan import shorter
from kickitout.experiments.results import rounded
from kickitout.experiments.training_runs import Cell, GridSettings, losses_of, run_grid
from kickitout.library.store import Library
from testing.tiny_library import make_library


@dataclass(frozen=True)
class Settings(GridSettings):
    """A plan of one small grid."""

    seeds: tuple[int, ...] = (0, 1)
    points: tuple[int, ...] = (16,)
    generated: int = 5
    real: int = 5


PLAIN, OTHER = Cell("plain", "wavegan"), Cell("other", "wavegan", ("optimizer.critic_rate=0.0002",))


def test_a_grid_that_was_stopped_goes_on(tmp_path, monkeypatch):
    make_library(tmp_path / "library", 16, 6)
    place = Place(tmp_path / "work", tmp_path / "library", quick=True)
    judged, calls = training_runs.judged, []

    def stops(*arguments):
        calls.append(arguments)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return judged(*arguments)

    monkeypatch.setattr(training_runs, "judged", stops)
    with pytest.raises(KeyboardInterrupt):
        run_grid([PLAIN], Settings(), place)
    found = run_grid([PLAIN], Settings(), place)
    assert len(calls) == 3
    plain = found.figures["plain"]
    assert plain["spread_ratio"]["seeds"] == 2
    assert plain["course"]["loss_generator"][0]["value"] == plain["loss_generator"]["value"]
    assert 0.0 <= plain["kept_percent"]["value"] <= 100.0
    assert found.counts == {"runs": 2, "seeds": 2, "samples_shown": 16, "generated": 5}


@pytest.mark.slow  # a model as large as the shipped one
def test_a_run_that_was_stopped_before_it_first_saved_goes_on_from_its_start(tmp_path):
    """What it leaves is its settings: a variant of a model still starts from that model, to the bit."""
    make_library(tmp_path / "library", 16, 6)
    place = Place(tmp_path / "work", tmp_path / "library", quick=True)
    shipped = Cell("shipped", "kickgan", start="kickgan")
    rows = [tmp_path / f"{name}.jsonl" for name in "ab"]
    settings = Settings(seeds=(0,), points=(4,))
    expected = run_grid([shipped], settings, dataclasses.replace(place, rows=rows[0]))
    whole = tmp_path / "work" / "runs" / "shipped-0"
    record = (whole / "settings.json").read_bytes()
    shutil.rmtree(whole)
    whole.mkdir()
    (whole / "settings.json").write_bytes(record)
    again = run_grid([shipped], settings, dataclasses.replace(place, rows=rows[1]))
    for found in (expected, again):
        found.figures["shipped"].pop("minutes")
    assert rounded(again.figures) == rounded(expected.figures)


def test_what_was_not_run_is_left_out_and_said(tmp_path, monkeypatch):
    """One variant alone, then one seed of the other: rows are kept, and without training they are summed up."""
    make_library(tmp_path / "library", 16, 6)
    place = Place(tmp_path / "work", tmp_path / "library", rows=tmp_path / "kept.jsonl", quick=True)
    both = [PLAIN, OTHER]
    first = run_grid(both, Settings(cells=("plain",)), place)
    assert first.measured == {"plain": [0, 1], "other": []}
    assert shorter(Settings(cells=("plain",)), first.measured) == "Shorter than planned: without other."
    assert first.figures["cells"] == ["plain"]
    run_grid(both, Settings(seeds=(1,), cells=("other",)), place)
    summed = run_grid(both, Settings(), dataclasses.replace(place, folder=tmp_path / "none", trains=False))
    assert summed.measured == {"plain": [0, 1], "other": [1]}
    assert rounded(summed.figures["plain"]) == rounded(first.figures["plain"])
    assert summed.counts["runs"] == 3
    assert summed.minutes == pytest.approx(first.minutes + summed.figures["other"]["minutes"])
    losses = summed.figures["plain"]["losses"]
    assert losses["samples"][-1] == 16
    assert losses["loss_generator"][-1]["seeds"] == 2
    with pytest.raises(InputError, match="choose plain, other"):
        run_grid(both, Settings(cells=("third",)), place)
    with pytest.raises(InputError, match="has no rows"):
        run_grid(both, Settings(generated=4), dataclasses.replace(place, trains=False))


def test_a_seed_that_stopped_early_counts_there(tmp_path):
    """With more seeds at the first point than at the last, each point is over those that reached it."""
    make_library(tmp_path / "library", 16, 6)
    place = Place(tmp_path / "work", tmp_path / "library", rows=tmp_path / "kept.jsonl", quick=True)
    run_grid([PLAIN], Settings(seeds=(0, 1), points=(8,)), place)
    run_grid([PLAIN], Settings(seeds=(0,), points=(8, 16)), place)
    summed = run_grid([PLAIN], Settings(points=(8, 16)), dataclasses.replace(place, trains=False))
    plain = summed.figures["plain"]
    assert [one["seeds"] for one in plain["course"]["kept_percent"]] == [2, 1]
    assert rounded(plain["early"]["spread_ratio"]) == rounded(plain["course"]["spread_ratio"][0])
    assert plain["early"]["samples_shown"] == 8
    assert (plain["kept_percent"]["seeds"], summed.measured) == (1, {"plain": [0]})
    assert plain["each"]["kept_percent"].keys() == {"0"}


def test_what_several_grids_have_is_trained_once():
    """The draft in all of them, WaveGAN in two: the same preset, changes and start."""
    steps = {cell.name: replace(cell, name="") for cell in ablation.cells(ablation.Settings())}
    drafts = [steps["draft"]]
    drafts += [replace(grid.CELLS[0], name="") for grid in (collapse, baselines, regulariser)]
    assert len(set(drafts)) == 1
    assert steps["waveform"] == replace(baselines.CELLS[1], name="")


def test_a_run_beyond_a_point_begins_anew(tmp_path, monkeypatch):
    """A run that has shown more is not what it was: measured as it is, it would be taken for a younger one."""
    make_library(tmp_path / "library", 16, 6)
    monkeypatch.setattr(training_runs, "LARGEST_BATCH", 8)
    place = Place(tmp_path / "work", tmp_path / "library", quick=True)
    early = run_grid([PLAIN], Settings(seeds=(0,)), dataclasses.replace(place, rows=tmp_path / "a.jsonl"))
    run_grid([PLAIN], Settings(seeds=(0,), points=(48,)), dataclasses.replace(place, rows=tmp_path / "b.jsonl"))
    again = run_grid([PLAIN], Settings(seeds=(0,)), dataclasses.replace(place, rows=tmp_path / "c.jsonl"))
    for found in (early, again):
        found.figures["plain"].pop("minutes")
    assert rounded(again.figures) == rounded(early.figures)


def test_losses_are_means_of_equal_parts(tmp_path, monkeypatch):
    lines = [{"kind": "train", "samples": 10 * n, "loss/generator": float(n)} for n in range(1, 9)]
    lines += [{"kind": "train", "samples": 500, "loss/generator": 9.0}, {"kind": "validation", "samples": 10}]
    (tmp_path / "metrics.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    monkeypatch.setattr(training_runs, "LOSS_PARTS", 4)
    found = losses_of(tmp_path, 80)
    assert found["samples"] == [20, 40, 60, 80]
    assert found["loss_generator"] == [1.5, 3.5, 5.5, 7.5]
    assert found["loss_discriminator"] == [None] * 4


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
