"""What is expensive to make is made once for all workers of a test session, by the first that needs it."""

import os
import pickle
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import pytest
from filelock import FileLock

Made = TypeVar("Made")


def once(temporary: pytest.TempPathFactory, name: str, make: Callable[[Path], Made]) -> tuple[Path, Made]:
    """A folder that `make` fills, and what it returned; other workers wait for it. Tests only read them.

    Args:
        temporary: pytest's `tmp_path_factory`.
        name: of the folder, one for each thing.
        make: fills the folder it is given, which is not there yet, and returns what can be pickled.

    Raises:
        Whatever `make` raises; the next one that needs the folder tries again.
    """
    session = temporary.getbasetemp()
    # Each worker of pytest-xdist has a folder of its own in that of the session.
    shared = (session.parent if "PYTEST_XDIST_WORKER" in os.environ else session) / "shared"
    shared.mkdir(exist_ok=True)
    folder, told = shared / name, shared / f"{name}.pickle"
    with FileLock(shared / f"{name}.lock"):
        if not told.exists():
            shutil.rmtree(folder, ignore_errors=True)
            told.write_bytes(pickle.dumps(make(folder)))
        return folder, pickle.loads(told.read_bytes())
