"""The controls as options of the command line."""

from dataclasses import dataclass, fields

from cyclopts import Parameter


@Parameter(name="*")
@dataclass(frozen=True)
class Controls:
    """The controls. Those left out take values that are typical of real kicks with the given ones."""

    note: str | None = None
    """The end pitch as a note: F#1, or F# for the model's usual octave."""

    pitch: float | None = None
    """The end pitch in Hz. Give either this or --note, not both."""

    sweep: float | None = None
    """The depth of the pitch sweep, in octaves."""

    sweep_time: float | None = None
    """The duration of the pitch sweep, in ms until a tenth of it is left."""

    decay: float | None = None
    """The decay: from the body's peak to 30 dB below it, in ms."""

    click: float | None = None
    """The level of the click, from 0 (softer than 95 of 100 training kicks) to 1 (harder than 90)."""

    brightness: float | None = None
    """The brightness of the first 50 ms, from 0 to 1."""

    noise: float | None = None
    """The amount of sound beside the body and its overtones, from 0 to 1."""

    drive: float | None = None
    """The saturation, from 0 (clean) to 1 (hard-clipped): louder, denser, more harmonics."""

    width: float | None = None
    """The stereo width: 0 is mono, then even in dB of side over mid, from -27 to -6 dB at 1."""

    wild: float | None = None
    """How unusual the kick is as a whole, from 0 (more typical than 95 of 100 training kicks) to 1."""

    @property
    def given(self) -> dict[str, float]:
        """The given controls, by their names in models' cards."""
        return {
            field.name: value
            for field in fields(self)
            if field.name != "note" and (value := getattr(self, field.name)) is not None
        }
