"""Which of a seed's kicks it stands for: the first that a producer would keep.

The kicks of a seed are numbered; 0 is its first. Where the model has a network that chooses (`kickitout.model.choice`),
most of those that would not do are passed over by their latents, before anything is rendered. The others are judged by
taste (`kickitout.measure.taste`) as the model makes them with nothing asked, before they are finished. So the choice
depends on the model and the seed alone, and no knob ever makes another kick of a seed: what is asked is done to the
chosen one, and is not judged.
"""

from collections.abc import Iterator
from functools import lru_cache
from itertools import count, islice

import numpy as np
from numpy.typing import NDArray

from kickitout.measure.taste import keeps, taste
from kickitout.model.voice import Voice
from kickitout.system import randomness

CHOICES = 8
"""Kicks of a seed of which one is chosen, at most."""

LATENTS = 100
"""Latents of a seed that may be passed over; from this number on, every one becomes a kick."""

ATTEMPTS = 16
"""Kicks of a seed that are tried, at most, until one passes the gate."""

REMEMBERED = 4096
"""Verdicts that are kept."""


class Chooser:
    """Chooses among the kicks of a seed. Any number of threads may call at once.

    Args:
        voice: of a model that outputs sketches.
    """

    def __init__(self, voice: Voice) -> None:
        def sound(seed: int, attempt: int) -> NDArray[np.float32]:
            return voice.render(randomness.attempt_seed(seed, attempt), width=voice.width(attempt)).sound

        def kept(seed: int, attempt: int) -> bool:
            return keeps(sound(seed, attempt), voice.card.sample_rate)

        def typical(seed: int, attempt: int) -> float:
            return taste(sound(seed, attempt), voice.card.sample_rate).typical

        def is_taken(seed: int, attempt: int) -> bool:
            return voice.is_taken(randomness.attempt_seed(seed, attempt), voice.width(attempt))

        self.keeps = lru_cache(maxsize=REMEMBERED)(kept)
        self.typical = lru_cache(maxsize=REMEMBERED)(typical)
        self._is_taken = lru_cache(maxsize=REMEMBERED)(is_taken)
        # The first is the model's own: where the others come from further out, it is none of them.
        self._first = int(voice.width(1) != 1.0)

    def taken(self, seed: int) -> Iterator[int]:
        """The numbers of the kicks of a seed whose latents are taken, without end."""
        yield from (number for number in range(self._first, LATENTS) if self._is_taken(seed, number))
        yield from count(LATENTS)

    def attempts(self, seed: int) -> Iterator[int]:
        """The numbers of the kicks of a seed, in the order in which they are taken: those that are typical, as they
        come; where none will do, the others of the first CHOICES, the most typical first; then more.

        Args:
            seed: 0 to 2^63 - 1.
        """
        taken = self.taken(seed)
        others: list[int] = []
        for attempt in islice(taken, CHOICES):
            if self.keeps(seed, attempt):
                yield attempt
            else:
                others.append(attempt)
        # How typical they are is seldom asked: only where none of the others will do.
        yield from sorted(others, key=lambda attempt: -self.typical(seed, attempt))
        yield from islice(taken, ATTEMPTS - CHOICES)
