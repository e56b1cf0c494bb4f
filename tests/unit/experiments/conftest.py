"""What the tests of experiments share."""

import shutil
from pathlib import Path

import pytest

from kickitout.experiments import place
from testing import sharing


@pytest.fixture(autouse=True)
def _built_in_sounds_once(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """The built-in libraries that experiments prepare are copies of what the first of them prepared: seconds each."""
    prepare = place.prepare_builtin

    def copied(kind: str, count: int, folder: Path, *, workers: int) -> None:
        def make(made: Path) -> None:
            prepare(kind, count, made, workers=workers)

        made, _ = sharing.once(tmp_path_factory, f"built-in {kind} {count}", make)
        if not folder.exists():
            shutil.copytree(made, folder)

    monkeypatch.setattr(place, "prepare_builtin", copied)
