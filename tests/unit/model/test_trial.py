"""The trial of graphs: once in a process of its own, with limits."""

import os
import subprocess
import sys

import numpy as np
import pytest

from kickitout.errors import DamagedFileError, KickItOutError
from kickitout.instrument.models import models_at_hand
from kickitout.model import trial
from kickitout.model.bundle import Bundle
from testing import evil_graphs
from testing.tiny_bundle import tiny_graph, write_tiny_bundle

GRAPH = tiny_graph((1, 2, 4))


@pytest.fixture
def children(monkeypatch, tmp_path):
    """Nothing is remembered; the list grows by one with each child."""
    monkeypatch.setenv("KICK_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(trial, "_passed", set())
    started, run = [], subprocess.run

    def count(*arguments, **others):
        started.append(arguments)
        return run(*arguments, **others)

    monkeypatch.setattr(subprocess, "run", count)
    return started


def play(folder):
    return Bundle.open(folder).generate_raw({"latent": np.zeros((1, 100), np.float32)})


def test_a_graph_that_passed_is_not_tried_again_by_this_process_or_the_next(children, monkeypatch, tmp_path):
    for version in ("1", "2"):  # another bundle of the same graph
        play(write_tiny_bundle(tmp_path / "tiny", output="waveform", graph=GRAPH, version=version))
    assert len(children) == 1
    monkeypatch.setattr(trial, "_passed", set())
    play(tmp_path / "tiny")
    assert len(children) == 1
    play(write_tiny_bundle(tmp_path / "other", output="waveform", graph=tiny_graph((1, 2, 4), seed=1)))
    assert len(children) == 2


def test_shipped_models_are_not_tried(children):
    for path in models_at_hand().values():
        bundle = Bundle.open(path)
        bundle._open_session("generator")
    assert not children


def test_what_cannot_be_remembered_plays_all_the_same(children, monkeypatch, tmp_path):
    (tmp_path / "cache").write_bytes(b"a file in the way")
    play(write_tiny_bundle(tmp_path / "tiny", output="waveform", graph=GRAPH))
    monkeypatch.setattr(trial, "_passed", set())
    play(tmp_path / "tiny")
    assert len(children) == 2


@pytest.mark.skipif(sys.platform != "linux", reason="the limits of other systems")
@pytest.mark.parametrize("name", evil_graphs.TOO_SLOW_OR_LARGE)
def test_a_graph_that_takes_too_much_is_refused_and_this_process_takes_nothing(children, monkeypatch, tmp_path, name):
    import resource

    monkeypatch.setattr(trial, "SECONDS", 1)
    folder = write_tiny_bundle(tmp_path / "evil", output="waveform", graph=evil_graphs.TOO_SLOW_OR_LARGE[name])
    before = resource.getrusage(resource.RUSAGE_SELF)
    with pytest.raises(DamagedFileError, match=r"generator\.onnx of the bundle .* does not run") as caught:
        play(folder)
    after = resource.getrusage(resource.RUSAGE_SELF)
    assert "\n" not in str(caught.value)
    assert after.ru_maxrss - before.ru_maxrss < 100_000  # kB
    assert after.ru_utime - before.ru_utime < 1.0
    assert not list(tmp_path.rglob("trials/*"))
    assert not trial._passed


def test_a_child_imports_nothing_from_the_current_folder(children, monkeypatch, tmp_path):
    (tmp_path / "numpy.py").write_text("raise SystemExit('a stranger')")
    monkeypatch.chdir(tmp_path)
    assert trial.fault(GRAPH) == ""


def test_no_child_no_graph(children, monkeypatch):
    monkeypatch.setattr(sys, "executable", os.devnull)
    with pytest.raises(KickItOutError, match="cannot start a process"):
        trial.fault(GRAPH)


def test_nothing_is_told_to_the_makers_of_onnx_runtime(tmp_path):
    """Since 1.29 it keeps what it sends in a database in the cache folder, unless it is told not to beforehand."""
    environment = {name: value for name, value in os.environ.items() if name not in ("CI", "ORT_DISABLE_TELEMETRY")}
    code = "from kickitout.model import runtime; print(runtime.load().__version__)"
    subprocess.run([sys.executable, "-c", code], env=environment | {"XDG_CACHE_HOME": str(tmp_path)}, check=True)
    assert not list(tmp_path.iterdir())
