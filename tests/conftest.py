"""What all tests share: where the real kicks and the other sounds are, if they are here."""

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from kickitout.instrument import models
from kickitout.library.prepare import prepare_folders
from kickitout.library.report import Report
from testing import sharing


def _folder(variable: str) -> Path:
    value = os.environ.get(variable)
    if not value:
        pytest.skip(f"the environment variable {variable} names no folder")
    return Path(value)


@pytest.fixture(scope="session")
def kicks_folder() -> Path:
    """The folder of real kicks with its manifest.csv."""
    return _folder("KICKS")


@pytest.fixture(scope="session")
def other_folder() -> Path:
    """The folder of real sounds that are not kicks."""
    return _folder("OTHER")


@pytest.fixture(scope="session")
def real_library(kicks_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Report]:
    """The library of all real kicks, and what was told of making it. Twenty seconds: once for all workers."""
    return sharing.once(tmp_path_factory, "real library", lambda folder: prepare_folders([kicks_folder], folder))


@pytest.fixture(scope="session")
def hearing_interrupts() -> Callable[[], object] | None:
    """For `Popen(preexec_fn=...)`: a shell that runs the tests in the background ignores Ctrl-C, and children inherit
    that; this lets the child hear it again."""
    if sys.platform == "win32":
        return None
    return _hear_interrupts


def _hear_interrupts() -> object:
    return signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder of shipped models."""
    folder = tmp_path / "shelf"
    folder.mkdir()
    monkeypatch.setattr(models, "MODELS_FOLDER", folder)
    return folder
