"""A kick: its sound, its rate, and all that is needed to make it again."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

SAMPLE_RATE = 44_100
"""Hz. Every kick inside Kick It Out has this rate; other rates exist only at the doors (`audio`)."""

KICK_SAMPLES = 22_050
"""Samples in 500 ms: the length of a kick unless asked otherwise."""


@dataclass(frozen=True, eq=False)
class Kick:
    """One kick drum.

    Attributes:
        audio: float32, shape (2, n): left and right, within [-1, 1].
        sample_rate: Hz.
        recipe: everything that makes the kick again (model name, version and checksum, seed, processing), plain
            JSON data; empty for audio that no model made.
        descriptors: measured features by name, with the unit in the name.
    """

    audio: NDArray[np.float32]
    sample_rate: int = SAMPLE_RATE
    recipe: dict[str, Any] = field(default_factory=dict)
    descriptors: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.audio.ndim != 2 or self.audio.shape[0] != 2 or self.audio.dtype != np.float32:
            raise ValueError(f"a kick is float32 of shape (2, n); got {self.audio.dtype} of shape {self.audio.shape}")

    @property
    def duration_ms(self) -> float:
        """Length in milliseconds."""
        return 1000.0 * int(self.audio.shape[1]) / self.sample_rate
