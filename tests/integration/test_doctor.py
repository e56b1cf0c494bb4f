"""`kick doctor`."""

import importlib
import json
import sys

import pytest

from kickitout.cli import doctor
from kickitout.cli.app import run
from kickitout.instrument import instrument, models
from testing.tiny_bundle import write_tiny_bundle


@pytest.fixture
def shelf(tmp_path, monkeypatch):
    monkeypatch.setattr(models, "MODELS_FOLDER", tmp_path / "shelf")
    return write_tiny_bundle(tmp_path / "shelf" / "draft").parent


def report(capsys):
    return {line["name"]: line for line in map(json.loads, capsys.readouterr().out.splitlines())}


def test_a_healthy_machine(shelf, capsys):
    assert run(["doctor", "--json"]) == 0
    found = report(capsys)
    assert all(line["ok"] for line in found.values() if line["needed"])
    assert found["numpy"]["detail"] == importlib.import_module("numpy").__version__
    assert found["python"]["detail"].startswith(".".join(map(str, sys.version_info[:3])))
    assert "libsndfile" in found["soundfile"]["detail"]
    assert "torch" in found["extra train"]["detail"]
    assert found["self-test"]["detail"].startswith("made the kick of seed 0 with draft")
    assert run(["doctor"]) == 0
    assert "ok     model draft: 1, " in capsys.readouterr().out


def test_a_missing_part_is_found_and_the_rest_is_still_told(shelf, capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "soxr", None)  # what Python does for a module that cannot be imported
    assert run(["doctor", "--json"]) == 1
    found = report(capsys)
    assert found["soxr"]["ok"] is False
    assert "soxr" in found["soxr"]["detail"]
    assert found["pillow"]["ok"]


def test_a_missing_extra_is_no_fault_and_its_install_line_is_told(shelf, capsys, monkeypatch):
    monkeypatch.setitem(doctor.EXTRAS, "train", ("torch", "a-package-that-nobody-has"))
    assert run(["doctor", "--json"]) == 0
    extra = report(capsys)["extra train"]
    assert extra["ok"] is False
    assert "pip install 'kickitout[train]'" in extra["detail"]


def test_a_broken_model_is_found(shelf, capsys):
    graph = shelf / "draft" / "generator.onnx"
    graph.write_bytes(graph.read_bytes()[:-1])
    assert run(["doctor", "--json"]) == 1
    found = report(capsys)
    assert "generator.onnx" in found["model draft"]["detail"]
    assert found["self-test"]["ok"] is False


def test_a_temporary_folder_that_cannot_be_written_is_found(shelf, capsys, monkeypatch, tmp_path):
    import tempfile

    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "gone"))
    assert run(["doctor", "--json"]) == 1
    found = report(capsys)
    assert found["temporary folder"]["ok"] is False
    assert found["self-test"]["ok"] is False


def test_a_kick_that_is_not_the_same_twice_is_found(shelf, capsys, monkeypatch):
    make = instrument.Instrument.kick
    seeds = iter([0, 1])
    monkeypatch.setattr(instrument.Instrument, "kick", lambda self, seed: make(self, next(seeds)))
    assert run(["doctor", "--json"]) == 1
    assert "two different kicks" in report(capsys)["self-test"]["detail"]
