"""Measured features of a kick with their units; arrays in, numbers out."""

import numpy as np
from numpy.typing import NDArray


def describe(audio: NDArray[np.float32], sample_rate: int = 44100) -> dict[str, float]:
    """The measured features of a kick, (2, n)."""
    return {}
