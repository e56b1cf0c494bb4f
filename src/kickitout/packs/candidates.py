"""Kicks of which a pack is chosen, each with all that the choice needs."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kickitout.errors import InputError
from kickitout.instrument.finishing import PROCESSING, Processing
from kickitout.instrument.instrument import Instrument
from kickitout.library.duplicates import DuplicateIndex
from kickitout.library.known import fingerprint_of, library_form
from kickitout.measure.descriptors import describe, note_of
from kickitout.measure.embedding import embed
from kickitout.measure.fingerprint import FINGERPRINT_SIZE
from kickitout.packs.selection import farthest, typical
from kickitout.sound.kick import Kick
from kickitout.system.workers import in_threads

FACTOR = 3
"""Candidates for each kick of a pack."""

ROUNDS = 4
"""How often candidates are drawn, at most, where there are too few that will do."""


@dataclass(frozen=True)
class Pitch:
    """What a kick is tuned to.

    Attributes:
        hz: the target pitch.
        note: the nearest note, with its octave.
    """

    hz: float
    note: str

    @classmethod
    def of(cls, hz: float) -> "Pitch":
        """A pitch in Hz, and the note it is nearest to."""
        return cls(hz, note_of(hz)[0])


@dataclass(frozen=True, eq=False)
class Candidate:
    """A kick that may go into a pack.

    Attributes:
        kick: the kick.
        seed: which it is of.
        turn: the index of the pitch it was tuned to; 0 where there is none.
        embedding: (64,).
        described: its descriptors.
        samples: as a library would hold it, int16 (2, 22050).
        fingerprint: (288,).
    """

    kick: Kick
    seed: int
    turn: int
    embedding: NDArray[np.float64]
    described: Mapping[str, float]
    samples: NDArray[np.int16]
    fingerprint: NDArray[np.float32]


def pitch_of(described: Mapping[str, float]) -> float | None:
    """The measured pitch in Hz, or None."""
    return described.get("pitch_hz")


def in_tune(described: Mapping[str, float], pitch: Pitch | None) -> bool:
    """Whether the note that is nearest to a kick's pitch is the target."""
    found = pitch_of(described)
    return pitch is None or (found is not None and note_of(found)[0] == pitch.note)


def controls_of(pitch: Pitch | None) -> dict[str, float] | None:
    """The controls of a kick that is tuned to a pitch."""
    return None if pitch is None else {"pitch": pitch.hz}


class Draw:
    """Draws candidates of an instrument.

    Args:
        instrument: it plays.
        seed: of the first candidate; the next has the next.
        pitches: what candidates are tuned to, in turn; none: they stay as they are.
        threads: how many are made at a time.
        processing: what is done to them.
        as_drawn: whether each is its seed's first kick, whatever gate and taste say of it.
    """

    def __init__(
        self,
        instrument: Instrument,
        seed: int,
        pitches: Sequence[Pitch],
        threads: int,
        processing: Processing = PROCESSING,
        *,
        as_drawn: bool = False,
    ) -> None:
        self.instrument = instrument
        self.as_drawn = as_drawn
        self.seed = seed
        self.pitches: tuple[Pitch | None, ...] = tuple(pitches) or (None,)
        self.threads = threads
        self.processing = processing
        self.kept: list[Candidate] = []
        self.reason = ""
        self._index = DuplicateIndex(np.zeros((0, FINGERPRINT_SIZE), dtype=np.float32))

    def more(self, first: int, count: int) -> Iterator[int]:
        """Draw the candidates number first, first + 1, ... and keep those that will do; yields the number of each."""
        for number, one in enumerate(in_threads(self._made, range(first, first + count), self.threads), first):
            if isinstance(one, str):
                self.reason = one
            elif self._index.find(one.fingerprint, one.samples, lambda index: self.kept[index].samples) is not None:
                self.reason = "it repeats another one"
            else:
                self._index.add(one.fingerprint)
                self.kept.append(one)
            yield number

    def _made(self, number: int) -> Candidate | str:
        """A candidate, or why it will not do."""
        turn = number % len(self.pitches)
        pitch, seed = self.pitches[turn], self.seed + number
        try:
            kick = self.instrument.kick(seed, self.processing, controls_of(pitch), as_drawn=self.as_drawn)
        except InputError:  # what else could be wrong was looked at before
            return f"no kick of seed {seed} {self.instrument.demand}"
        described = describe(kick.audio, kick.sample_rate)
        if "loudness_lufs" not in described:
            return "it is silent"
        if not in_tune(described, pitch):
            return f"it cannot be tuned to {pitch.note if pitch else 'it'}"
        samples = library_form(kick)
        return Candidate(kick, seed, turn, embed(kick.audio), described, samples, fingerprint_of(samples))

    def chosen(self, n: int) -> list[Candidate] | None:
        """The n candidates that differ most, the pitches in turn; None if there are too few."""
        turns: list[list[int]] = []
        points = np.array([one.embedding for one in self.kept])
        for turn in range(len(self.pitches)):
            own = np.array([index for index, one in enumerate(self.kept) if one.turn == turn], dtype=np.int64)
            needed = len(range(turn, n, len(self.pitches)))
            if len(own) < needed:
                return None
            turns.append(own[typical(points[own], needed)].tolist() if len(own) else [])
        return [self.kept[index] for index in farthest(points, [turns[k % len(turns)] for k in range(n)])]
