"""What the gate lets pass because it was asked for: a kick is judged by all else."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from kickitout.measure.gate import Fault
from kickitout.measure.gate.rules import BY_DECAY, BY_DRIVE
from kickitout.model.controls import DRIVE
from kickitout.sound.kick import KICK_SAMPLES, SAMPLE_RATE


@dataclass(frozen=True)
class Excuse:
    """Rules that do not hold a kick back of which a control asked more than `above`.

    Attributes:
        control: its name.
        above: in the units of the model's card.
        rules: of the gate.
        words: a remark on a kick that breaks one; `{value}` is what was asked, `{rules}` what it breaks.
    """

    control: str
    above: float
    rules: tuple[str, ...]
    words: str


EXCUSES = (
    Excuse(
        DRIVE.name, 0.0, BY_DRIVE, "drive {value:g} clips it, as it was asked to: the gate lets {rules} pass"
    ),
    Excuse(
        "decay",
        1000.0 * KICK_SAMPLES / SAMPLE_RATE,
        BY_DECAY,
        "decay {value:g} lets it sound on where it ends, as it was asked to: the gate lets {rules} pass",
    ),
)  # fmt: skip
"""A decay is long that goes on behind the 500 ms by which a kick is judged."""


def excused(recipe: Mapping[str, Any]) -> frozenset[str]:
    """The rules that a kick may break, by its recipe."""
    return frozenset(rule for excuse in _of(recipe) for rule in excuse.rules)


def remarks(recipe: Mapping[str, Any], faults: Iterable[Fault]) -> list[str]:
    """Sentences on the rules that a kick breaks and may break."""
    broken = [fault.rule for fault in faults]
    found = []
    for excuse in _of(recipe):
        rules = ", ".join(rule for rule in broken if rule in excuse.rules)
        if rules:
            found.append(excuse.words.format(value=recipe["controls"][excuse.control], rules=rules))
    return found


def _of(recipe: Mapping[str, Any]) -> list[Excuse]:
    controls = recipe.get("controls") or {}
    return [excuse for excuse in EXCUSES if controls.get(excuse.control, excuse.above) > excuse.above]
