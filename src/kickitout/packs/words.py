"""A word for what a kick sounds like, from its descriptors, and names of files."""

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from kickitout.instrument.names import named


@dataclass(frozen=True)
class Axis:
    """A direction in which kicks differ.

    Attributes:
        descriptor: by which it is measured.
        logarithmic: whether ratios count.
        low, middle, high: what 16, 50 and 84 of 100 clean training kicks do not exceed.
    """

    descriptor: str
    logarithmic: bool
    low: float
    middle: float
    high: float

    def place(self, value: float) -> float:
        """Where a value lies: 0 in the middle, about -1 and 1 at low and high, not beyond -3 and 3."""
        low, middle, high, here = (
            math.log(max(number, 1e-9)) if self.logarithmic else number
            for number in (self.low, self.middle, self.high, value)
        )
        return min(max(2.0 * (here - middle) / (high - low), -FURTHEST), FURTHEST)


FURTHEST = 3.0

AXES = {
    "pitch": Axis("pitch_hz", True, 33.1, 50.2, 68.5),
    "sweep": Axis("sweep_octaves", False, 1.14, 2.52, 3.57),
    "sweep_time": Axis("sweep_ms", True, 33.3, 74.7, 195.0),
    "decay": Axis("decay_ms", True, 130.0, 220.0, 410.0),
    "click": Axis("click_db", False, -29.4, -19.6, -10.5),
    "brightness": Axis("brightness_hz", True, 88.3, 158.0, 316.0),
    "noise": Axis("noise", True, 0.0105, 0.0306, 0.118),
    "width": Axis("width_db", False, -50.0, -40.0, -30.8),
}
"""Quantiles of the 335 training kicks, as the card of the model `kickgan` states them; of the heard pitch, those of the
171 that have one. More than half of real kicks
are mono, -40 dB or less: the low end of `width` is set to lie as far below as the high end is above."""

NOTHING = "solid"
"""The word for a kick that lies near the middle in every direction."""

NEAR = 0.7
"""It does if no direction is further out than this."""

WORDS: dict[str, dict[str, float]] = {
    "deep": {"pitch": -1},
    "high": {"pitch": 1},
    "short": {"decay": -1},
    "long": {"decay": 1},
    "dark": {"brightness": -1},
    "bright": {"brightness": 1},
    "soft": {"click": -1},
    "clicky": {"click": 1},
    "clean": {"noise": -1},
    "dirty": {"noise": 1},
    "wide": {"width": 1},
    "diving": {"sweep": 1},
    "level": {"sweep": -1},
    "quick": {"sweep_time": -1},
    "slow": {"sweep_time": 1},
    "punchy": {"click": 1, "decay": -1},
    "snappy": {"brightness": 1, "decay": -1, "sweep_time": -1},
    "sharp": {"click": 1, "brightness": 1},
    "dull": {"click": -1, "brightness": -1},
    "thuddy": {"click": -1, "brightness": -1, "decay": -1},
    "tight": {"decay": -1, "noise": -1},
    "round": {"click": -1, "noise": -1, "decay": 1},
    "booming": {"pitch": -1, "decay": 1},
    "heavy": {"pitch": -1, "noise": 1},
    "warm": {"brightness": -1, "noise": 1},
    "gritty": {"click": 1, "brightness": 1, "noise": 1},
    "zappy": {"sweep": 1, "sweep_time": -1},
    "bouncy": {"sweep": 1, "sweep_time": 1},
    "airy": {"width": 1, "brightness": 1},
}
"""Which way a kick lies that a word is for: by axes, each word's as far out as another's."""


def places(described: Mapping[str, float]) -> dict[str, float]:
    """Where a kick lies on each axis, by its descriptors; 0 where it has none: an unpitched kick has no sweep.

    Narrower than mono is still mono, and the less a pitch sweeps, the less it matters how long that takes.
    """
    found = {name: described.get(axis.descriptor) for name, axis in AXES.items()}
    here = {name: 0.0 if value is None else AXES[name].place(value) for name, value in found.items()}
    audible = min(described.get("sweep_octaves", 0.0) / AXES["sweep"].middle, 1.0)
    return here | {"width": max(here["width"], 0.0), "sweep_time": audible * here["sweep_time"]}


def word(described: Mapping[str, float]) -> str:
    """The word whose direction is nearest to that of a kick with these descriptors, by the angle between them.

    The same kick has the same word in every pack.
    """
    here = places(described)
    if max(abs(place) for place in here.values()) < NEAR:
        return NOTHING

    def along(name: str) -> float:
        way = WORDS[name]
        return sum(part * here[axis] for axis, part in way.items()) / math.hypot(*way.values())

    return max(WORDS, key=along)


def file_prefix(name: str) -> str:
    """What the names of a pack's files begin with: its name in lower case, underscores for spaces."""
    return re.sub(r"[ _-]+", "_", name.lower()).strip("_")


@dataclass(frozen=True)
class Title:
    """What the name of a kick's file tells in a pack.

    Attributes:
        word: for its sound.
        seed: of its recipe.
        note: without an octave; None of an unpitched one.
        mark: of its recipe; None where nothing was asked.
    """

    word: str
    seed: int
    note: str | None
    mark: str | None


def file_stems(name: str, kicks: Iterable[Title]) -> Iterator[str]:
    """Names of files without their ending, `velvet_kick_dark_17_F#`; of a pack's kicks in their order.

    As those of single kicks, with the pack and a word for the sound where the model stands. A name that is taken has a
    number behind its word: `velvet_kick_dark2_17_F#`.
    """
    taken: dict[Title, int] = {}
    for one in kicks:
        taken[one] = taken.get(one, 0) + 1
        word = one.word + ("" if taken[one] == 1 else str(taken[one]))
        yield named(f"{file_prefix(name)}_kick_{word}_{one.seed}", one.note, one.mark)
