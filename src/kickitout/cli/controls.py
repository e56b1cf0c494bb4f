"""The controls as options of the command line."""

from dataclasses import dataclass, fields
from typing import Annotated

from cyclopts import Parameter

from kickitout.model.tips import TIPS

OTHERWISE = " Give either this or --note, not both."


@Parameter(name="*")
@dataclass(frozen=True)
class Controls:
    """The controls. Those left out take values that are typical of real kicks with the given ones."""

    note: str | None = None
    """The pitch as a note: F#1, or F# for the model's usual octave. The kick settles on it."""

    pitch: Annotated[float | None, Parameter(help=TIPS["pitch"] + OTHERWISE)] = None
    sweep: Annotated[float | None, Parameter(help=TIPS["sweep"])] = None
    sweep_time: Annotated[float | None, Parameter(help=TIPS["sweep_time"])] = None
    decay: Annotated[float | None, Parameter(help=TIPS["decay"])] = None
    click: Annotated[float | None, Parameter(help=TIPS["click"])] = None
    brightness: Annotated[float | None, Parameter(help=TIPS["brightness"])] = None
    noise: Annotated[float | None, Parameter(help=TIPS["noise"])] = None
    drive: Annotated[float | None, Parameter(help=TIPS["drive"])] = None
    width: Annotated[float | None, Parameter(help=TIPS["width"])] = None
    wild: Annotated[float | None, Parameter(help=TIPS["wild"])] = None

    @property
    def given(self) -> dict[str, float]:
        """The given controls, by their names in models' cards."""
        return {
            field.name: value
            for field in fields(self)
            if field.name != "note" and (value := getattr(self, field.name)) is not None
        }
