"""The random part of a sound apart from its latent, drawn when it is asked for."""

import math
from collections.abc import Callable, Iterator, Mapping
from functools import partial

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]

AIR = "air"
"""Purpose of a sketch's noise."""

TAIL = "tail"
"""Purpose of the noise of a sketch that sounds on."""


class Noise(Mapping[str, Array]):
    """Standard normal numbers by the names of a graph's inputs, AIR and TAIL. Most kicks have no tail, so each is drawn
    when it is first asked for, and then stays the same array.

    Args:
        draws: how each is drawn, by name.
    """

    def __init__(self, draws: Mapping[str, Callable[[], Array]]) -> None:
        self._draws = dict(draws)
        self._drawn: dict[str, Array] = {}

    # Noise is the key of what is kept of a sound: it is itself and no other.
    __hash__ = object.__hash__

    def __eq__(self, other: object) -> bool:
        return self is other

    def __getitem__(self, name: str) -> Array:
        if name not in self._drawn:
            self._drawn[name] = self._draws[name]()
        return self._drawn[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._draws)

    def __len__(self) -> int:
        return len(self._draws)


def mixed(one: Noise, other: Noise, place: float) -> Noise:
    """Noise between two, from 0 to 1: of the same power at every place."""
    angle = 0.5 * math.pi * place

    def mix(name: str) -> Array:
        return np.asarray(math.cos(angle) * one[name] + math.sin(angle) * other[name], dtype=np.float32)

    return Noise({name: partial(mix, name) for name in one})
