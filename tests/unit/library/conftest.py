"""Sounds that the library's tests share."""

from collections.abc import Callable
from functools import lru_cache

import numpy as np
import pytest
from numpy.typing import NDArray

from kickitout.library.synthesis import synthesise_kick


@lru_cache(maxsize=64)
def _kick(seed: int) -> NDArray[np.float32]:
    audio = synthesise_kick(seed)[0]
    audio.setflags(write=False)
    return audio


@pytest.fixture(scope="session")
def kick() -> Callable[[int], NDArray[np.float32]]:
    """The built-in kick of a seed, (2, 22050), read-only."""
    return _kick
