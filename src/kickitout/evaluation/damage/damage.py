"""A kind of damage, and its random numbers."""

import hashlib
import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kickitout.system.randomness import normal, uniform

Audio = NDArray[np.float32]
"""Kicks, (n, 2, 22050)."""

Signal = NDArray[np.float64]
"""One kick, (2, 22050)."""


@dataclass(frozen=True)
class Damage:
    """One way to damage a set of kicks.

    Attributes:
        name: lower case and hyphens.
        words: a description for people.
        unit: of a level.
        levels: from barely to grossly damaged.
        rung: a description of one level, to follow "as far from real as".
        apply: (audio, level, seed) -> damaged audio of the same shape; None where kicks are replaced.
        pool: where replacements come from: "training" (kicks that the generator was trained on) or "other" (sounds that
            are not kicks); empty if there is an `apply`.
    """

    name: str
    words: str
    unit: str
    levels: tuple[float, ...]
    rung: str
    apply: Callable[[Audio, float, int], Audio] | None = None
    pool: str = ""

    def describe(self, level: float) -> str:
        """A description of a level."""
        return self.rung.format(level=level, percent=100.0 * level)


@dataclass(frozen=True)
class Draws:
    """The random numbers of one kick and one damage."""

    seed: int
    purpose: str

    def uniform(self, count: int) -> Signal:
        """Evenly spread over [0, 1), (count,)."""
        return uniform(self.seed, self.purpose, count)

    def turns(self, *shape: int) -> Signal:
        """Random phases in radians."""
        return 2.0 * np.pi * self.uniform(math.prod(shape)).reshape(shape)

    def normal(self, *shape: int) -> Signal:
        """Standard normal numbers."""
        return normal(self.seed, self.purpose, shape).astype(np.float64)


def draws_of_kick(name: str, seed: int, kick: Audio) -> Draws:
    digest = hashlib.blake2b(np.ascontiguousarray(kick, dtype="<f4").tobytes(), digest_size=16).hexdigest()
    return Draws(seed, f"damage/{name}/{digest}")


def each_kick(name: str, one: Callable[[Signal, float, Draws], Signal]) -> Callable[[Audio, float, int], Audio]:
    """A damage that treats kicks one by one, from a function of one kick in float64."""

    def apply(audio: Audio, level: float, seed: int) -> Audio:
        damaged = np.empty_like(audio)
        for kick, result in zip(audio, damaged, strict=True):
            result[:] = one(kick.astype(np.float64), level, draws_of_kick(name, seed, kick))
        return damaged

    return apply
