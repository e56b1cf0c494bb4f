"""What all tests share: where the real kicks and the other sounds are, if they are here."""

import os
from pathlib import Path

import pytest


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
