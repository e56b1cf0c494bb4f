"""A request: the seeds of the kicks to make, and how they should sound.

The command line, Python and the page each build a `Request` and hand it down. Errors that do not depend on the
model are raised when it is built, the others by `Request.check`, before any kick is made.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any

from kickitout.errors import InputError
from kickitout.instrument import styles
from kickitout.instrument.finishing import PROCESSING, Processing
from kickitout.instrument.lengths import lasting, length_in_beats
from kickitout.library.known import KnownKicks
from kickitout.measure.descriptors import Note
from kickitout.model.card import Card
from kickitout.model.panel import Panel
from kickitout.system import randomness

MAX_COUNT = 1_000_000
"""The most kicks in one request."""

COUNT_RANGE = "out of range; give 1 to {most:,}"
SEED_RANGE = "out of range; seeds go from 0 to {most}"
SEEDS_RANGE = "the last of {count} kicks would be out of range; seeds go from 0 to {most}"
TWO_PITCHES = "give either {note} or {pitch}, not both"
NO_WIDTH = "one channel has no width; leave {width} out, or ask for two: {mono:off}"
NO_STEMS = "makes kicks in one piece; choose another model, or leave out {stems}"


@dataclass(frozen=True, kw_only=True)
class Request:
    """Seeds, and how their kicks should sound.

    Attributes:
        seeds: one per kick, 1 to 1,000,000 of them, each 0 to 2^63 - 1. `seeds_from` makes consecutive ones.
        note: the end pitch as a note: `F#1`, or `F#` for the model's usual octave.
        style: a family of kicks (`kickitout.instrument.styles`); controls and note take precedence over it.
        controls: targets by the names in the model's card: see `Instrument.kick`. Recipes keep their order.
        length_ms: the length in ms, 30 to 2,000: the kick is cut, or sounds on. None: the model's own length, 500.
        bpm, beats: the length as a number of beats ("1/2", 0.75) of a tempo in beats a minute, as a loop; both or
            neither.
        level: `peak:-1` (true peak in dBTP) or `lufs:-14` (loudness in LUFS, as far as a true peak of -1 dBTP allows);
            None: peak:-1.
        mono: whether left and right become their mean, and files have one channel.
        stems: whether the stems (body, click, air) are written as well.
        gate: whether kicks that fail the quality gate are drawn again; None: as the instrument was loaded.
        as_drawn: whether a seed stands for its first kick, whatever gate and taste say of it.
        unique_against: a folder, or its kicks; kicks that duplicate one of these are drawn again.

    Raises:
        InputError: a seed or the number of seeds is out of range, the note is not a note, note and pitch are both
            given, the style does not exist, the level is none, or tempo and beats are no length.
    """

    seeds: Sequence[int]
    note: str | None = None
    style: str | None = None
    controls: Mapping[str, float] = field(default_factory=dict)
    length_ms: float | None = None
    bpm: float | None = None
    beats: str | float | None = None
    level: str | None = None
    mono: bool = False
    stems: bool = False
    gate: bool | None = None
    as_drawn: bool = False
    unique_against: Path | KnownKicks | None = None

    def __post_init__(self) -> None:
        _check_count(len(self.seeds))
        for seed in (self.seeds[0], self.seeds[-1]) if isinstance(self.seeds, range) else self.seeds:
            check_seeds(seed, 1)
        controls = {name: float(value) for name, value in self.controls.items()}
        object.__setattr__(self, "controls", MappingProxyType(controls))
        if self.note is not None:
            if "pitch" in controls:
                raise InputError("note", self.note, TWO_PITCHES)
            Note.read(self.note)
        if self.mono and controls.get("width"):
            raise InputError("width", controls["width"], NO_WIDTH)
        if self.style is not None:
            styles.check_style(self.style)
        length_in_beats(self.bpm, self.beats, self.length_ms)
        PROCESSING.at(self.level)

    def __reduce__(self) -> tuple[Any, ...]:
        # A read-only mapping cannot be sent to another process.
        given = {one.name: getattr(self, one.name) for one in fields(self)} | {"controls": dict(self.controls)}
        return partial(Request, **given), ()

    def check(self, panel: Panel) -> None:
        """Raise `InputError` for a control, a value, a length or stems that the model of a panel does not support."""
        panel.targets(self.controls_of(panel, self.seeds[0]))
        self.processing(panel.card)
        if self.stems:
            check_stems(panel.card)

    def controls_of(self, panel: Panel, seed: int) -> dict[str, float]:
        """The controls of the kick of a seed, in the units of the model's card: those given, over those of the style.

        Raises:
            InputError: the model lacks a control that the style needs.
        """
        drawn = {} if self.style is None else styles.controls_of(self.style, seed, panel.card.controls)
        return drawn | dict(self.controls) | ({} if self.note is None else {"pitch": panel.note_hz(self.note)})

    def processing(self, card: Card) -> Processing:
        """How the sounds of a model are finished.

        Raises:
            InputError: the model cannot give this length.
        """
        processing = PROCESSING.at(self.level).model_copy(update={"mono": self.mono})
        return lasting(processing, card, self.length_ms, self.bpm, self.beats)


def seeds_from(seed: int | None = None, n: int = 1) -> range:
    """The seeds seed, seed + 1, ... seed + n - 1; from a random seed if None.

    Raises:
        InputError: the seed or n is out of range.
    """
    first = fresh_seed() if seed is None else seed
    check_seeds(first, n)
    return range(first, first + n)


def check_seeds(seed: int, n: int) -> None:
    """Raise `InputError` unless kicks seed..seed+n-1 can be made."""
    _check_count(n)
    if not 0 <= seed <= randomness.MAX_SEED:
        raise InputError("seed", seed, SEED_RANGE, most=randomness.MAX_SEED)
    if seed + n - 1 > randomness.MAX_SEED:
        raise InputError("seed", seed, SEEDS_RANGE, count=n, most=randomness.MAX_SEED)


def _check_count(n: int) -> None:
    if not 1 <= n <= MAX_COUNT:
        raise InputError("n", n, COUNT_RANGE, most=MAX_COUNT)


def check_stems(card: Card) -> None:
    """Raise `InputError` for a model without stems."""
    if not card.outputs_sketch:
        raise InputError("model", card.name, NO_STEMS)


def fresh_seed() -> int:
    """A random seed, short enough to type."""
    return secrets.randbelow(10**9)
