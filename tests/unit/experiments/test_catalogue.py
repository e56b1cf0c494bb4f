"""The catalogue of experiments, their settings, and one that is run, stopped and taken up."""

import dataclasses
import importlib
import shutil

import pytest

from kickitout.cli.app import run
from kickitout.errors import InputError
from kickitout.experiments import place, representation, sine, training_runs
from kickitout.experiments.catalogue import EXPERIMENTS, run_experiment, settings_of
from kickitout.experiments.results import read_result, rounded
from kickitout.figures.experiments import FIGURES

TINY = ("kicks=2", "windows=512", "hops=128", "iterations=2")


@pytest.fixture(autouse=True)
def _few_built_in_kicks(monkeypatch):
    """The library that stands in takes longer than what is done with it."""
    monkeypatch.setattr(place, "BUILTIN_KICKS", 32)


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_each_experiment_is_written(name):
    module = importlib.import_module(EXPERIMENTS[name].module)
    assert isinstance(module.QUICK, module.Settings)
    assert module.Settings() != module.QUICK
    assert callable(module.run)
    explained = " ".join(one.__doc__ or "" for one in module.Settings.__mro__)
    assert all(field.name in explained for field in dataclasses.fields(module.Settings))


def test_figures_are_of_experiments():
    assert {figure.experiment for figure in FIGURES.values()} <= EXPERIMENTS.keys()


def test_settings_are_changed_by_name():
    settings = settings_of("representation", quick=False, changes=["kicks=3", "windows=512,256", "split=test"])
    assert (settings.kicks, settings.windows, settings.split) == (3, (512, 256), "test")


@pytest.mark.parametrize("change", ["kicks", "kicks=many", "colour=red", "windows=512,x"])
def test_other_settings_are_refused(change):
    with pytest.raises(InputError):
        settings_of("representation", quick=True, changes=[change])


def test_unknown_experiments_and_what_they_do_not_use_are_refused(tmp_path):
    with pytest.raises(InputError, match="choose data, representation"):
        run_experiment("alchemy", tmp_path)
    with pytest.raises(InputError, match="not used by this experiment"):
        run_experiment("representation", tmp_path, peers=tmp_path)
    with pytest.raises(InputError, match="only for experiments that train"):
        run_experiment("representation", tmp_path, kept=True)


def test_an_experiment_that_was_stopped_goes_on(tmp_path, monkeypatch):
    measured = []
    real = representation.measure_kick

    def stops(library, settings, key):
        measured.append(key)
        if len(measured) == 2:
            raise KeyboardInterrupt
        return real(library, settings, key)

    monkeypatch.setattr(representation, "measure_kick", stops)
    with pytest.raises(KeyboardInterrupt):
        run_experiment("representation", tmp_path, changes=TINY)
    assert not (tmp_path / "representation.json").exists()
    path, result = run_experiment("representation", tmp_path, changes=TINY)
    assert len(measured) == 3  # the first kick's row was there
    assert result.counts["kicks"] == 2
    assert result.command == "kick experiment representation " + " ".join(f"--set {change}" for change in TINY)
    assert read_result(path).library["name"] == "built-in"
    assert str(tmp_path) not in path.read_text()


def test_a_trained_experiment_grows_over_several_calls(tmp_path, monkeypatch):
    """Its rows stay beside its results: a second seed trains alone, and without training there is what there was."""
    trained = []
    real = sine._trained

    def counts(kind, seed, *rest):
        trained.append(f"{kind}/{seed}")
        return real(kind, seed, *rest)

    monkeypatch.setattr(sine, "_trained", counts)
    monkeypatch.setattr(
        training_runs, "ALIKE", (*training_runs.ALIKE, *training_runs.TINY["dcgan"], "training.batch_size=4")
    )
    small = ("sounds=8", "samples=4", "generated=2", "cells=one")
    run_experiment("sine", tmp_path, changes=(*small, "seeds=0"))
    shutil.rmtree(tmp_path / "work")
    _, grown = run_experiment("sine", tmp_path, changes=(*small, "seeds=0,1"))
    assert trained == ["one/0", "one/1"]
    assert grown.figures["one"]["generated"]["empty_db"]["seeds"] == 2
    shutil.rmtree(tmp_path / "work")
    _, again = run_experiment("sine", tmp_path, changes=(*small, "seeds=0,1,2"), kept=True)
    assert len(trained) == 2
    assert rounded(again.figures) == rounded(grown.figures)
    assert again.command.endswith(" --kept")
    assert again.shorter == (
        "Shorter than planned: 2 of 5 seeds; 4 samples shown instead of 12,800; 8 sounds of each kind instead of 256; "
        "2 generated kicks of each run instead of 64; without many and band."
    )
    with pytest.raises(InputError, match="has no rows of these settings"):
        run_experiment("sine", tmp_path, changes=(*small, "seeds=7"), kept=True)


def test_a_part_that_there_is_not_is_refused(tmp_path):
    with pytest.raises(InputError, match="choose one, many, band"):
        run_experiment("sine", tmp_path, quick=True, changes=["cells=two"])


def test_the_command_lists_and_refuses(capsys):
    assert run(["experiment", "--list"]) == 0
    listed = capsys.readouterr().out
    assert all(name in listed for name in EXPERIMENTS)
    assert run(["experiment"]) == 2
    assert "name: is missing; choose" in capsys.readouterr().err
    assert run(["experiment", "alchemy"]) == 2
    assert "name alchemy: not an experiment" in capsys.readouterr().err
