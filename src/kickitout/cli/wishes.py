"""What a person may ask of a kick: the options that verbs share which make some."""

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

from cyclopts import Parameter

from kickitout.errors import InputError

if TYPE_CHECKING:
    from kickitout.instrument.instrument import Instrument


@Parameter(name="*")
@dataclass(frozen=True)
class Wishes:
    """The controls. What is left out follows what real kicks have that have the rest."""

    note: str | None = None
    """The end pitch as a note: F#1, or F# for the octave that is usual for the model."""

    pitch: float | None = None
    """The end pitch in Hz; not together with --note."""

    sweep: float | None = None
    """How far the pitch falls, in octaves."""

    sweep_time: float | None = None
    """How long that takes, in ms to a tenth of the way."""

    decay: float | None = None
    """From the body's peak to 30 dB below, in ms."""

    click: float | None = None
    """How much click, from 0 to 1: that of the softest to that of the hardest training kick."""

    brightness: float | None = None
    """How bright the first 50 ms are, from 0 to 1."""

    drive: float | None = None
    """How much there is beside the body's own tone, from 0 to 1."""

    width: float | None = None
    """How wide, from 0 to 1; most training kicks are mono."""

    wild: float | None = None
    """How unusual the whole kick is, from 0 to 1: as the most to as the least typical training kick."""

    def controls(self, instrument: "Instrument") -> dict[str, float]:
        """What is asked of a model, by the names of its controls.

        Raises:
            InputError: a note that is none, or a note and a pitch.
        """
        asked = {
            field.name: value
            for field in fields(self)
            if field.name != "note" and (value := getattr(self, field.name)) is not None
        }
        if self.note is None:
            return asked
        if self.pitch is not None:
            raise InputError("note", self.note, "give either {note} or {pitch}, not both")
        return asked | {"pitch": instrument.note_hz(self.note)}
