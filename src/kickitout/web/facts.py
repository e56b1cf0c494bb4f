"""Facts of a kick and of a model for the page: plain data for JSON."""

import math
from collections.abc import Mapping
from typing import Any

from kickitout.instrument.excuses import excused
from kickitout.instrument.finishing import SHORTEST_MS
from kickitout.instrument.instrument import Instrument
from kickitout.instrument.lengths import longest_ms, whole_ms
from kickitout.instrument.names import named, note_part
from kickitout.instrument.recipes import Recipe, exact, own_version
from kickitout.instrument.styles import ABOUT, STYLES
from kickitout.measure.descriptors import describe, heard_note
from kickitout.measure.gate import judge
from kickitout.model import controls
from kickitout.model.card import ENCODER, Card, Control
from kickitout.model.controls import QUANTILE, STRETCH, WILD
from kickitout.model.wording import rights_line
from kickitout.sound.kick import Kick

STEPS = {QUANTILE: 0.01, "Hz": 0.1, "ms": 1.0, "octaves": 0.01}
"""What one step of a knob is, by unit."""

LABELS = {
    "bpm": "BPM",
    "ids": "Kicks",
    "length_ms": "Length",
    "n": "Number",
    "start": "Start from",
    "sweep_time": "Sweep time",
}
"""What a knob is called where it is not its name."""

GATE_OFF = "start kick ui with --no-gate"
"""How the page does without the gate: it has no knob for that."""


def label(name: str) -> str:
    """What the page calls a parameter: the label of its knob."""
    return LABELS.get(name, name.replace("_", " ").capitalize())


def page_name(thing: str, value: str) -> str:
    """A thing as the page calls it: the naming of `InputError.sentence`."""
    if (thing, value) == ("gate", "off"):
        return GATE_OFF
    return f"{label(thing)} {value}" if value else label(thing)


def controls_of(card: Card) -> list[dict[str, Any]]:
    """A model's knobs: name, unit, range, the value that half of real kicks are below, step and label."""
    rows = [_knob(one.name, one.unit, one.minimum, one.maximum, _middle(one)) for one in card.controls]
    return rows + ([_knob(WILD, STRETCH, 0.0, 1.0, 0.0)] if card.wildness is not None else [])


def _middle(control: Control) -> float:
    middle = controls.shown(control.quantiles[len(control.quantiles) // 2], control.unit, control.quantiles)
    return min(max(middle, control.minimum), control.maximum)


def _knob(name: str, unit: str, low: float, high: float, middle: float) -> dict[str, Any]:
    return {
        "name": name,
        "unit": unit,
        "low": low,
        "high": high,
        "middle": middle,
        "step": STEPS.get(unit, 0.01),
        "label": label(name),
    }


def state_of(instrument: Instrument, *, trainable: bool) -> dict[str, Any]:
    """What the page receives first: the model, its controls and its limits."""
    card = instrument.bundle.card
    offered = {control.name for control in card.controls}
    return {
        "model": {
            "name": card.name,
            "version": card.version,
            "checksum": instrument.bundle.checksum,
            "rights": rights_line(card),
            "description": card.description,
        },
        "controls": controls_of(card),
        "styles": [
            {"name": name, "description": ABOUT[name]} for name, ranges in STYLES.items() if ranges.keys() <= offered
        ],
        "length_ms": {"low": SHORTEST_MS, "high": longest_ms(card), "usual": whole_ms(card)},
        "has_encoder": ENCODER in card.graphs,
        "vary_controls": card.outputs_sketch,
        "trainable": trainable,
        "version": own_version(),
    }


def measured_of(card: Card, found: Mapping[str, float], drive_db: float | None = None) -> dict[str, float]:
    """Measurements of a kick by control, in the units of the card; without what it does not have.

    Args:
        card: the model's.
        found: the kick's descriptors.
        drive_db: the gain into its clip, where it is known.
    """
    tables = {one.name: (one.unit, one.quantiles) for one in card.controls}
    values = dict(zip((kind.name for kind in controls.KINDS), controls.measured(found).tolist(), strict=True))
    if drive_db is not None:
        values[controls.DRIVE.name] = drive_db
    return {
        name: controls.shown(values[name], unit, table)
        for name, (unit, table) in tables.items()
        if math.isfinite(values.get(name, math.nan))
    }


def facts_of(
    card: Card, kick: Kick, recipe: Recipe, *, name: str, base: str, verb: str, passed: bool = False
) -> dict[str, Any]:
    """Facts of a kick for the page: docs/ui.md lists them.

    Args:
        card: the model's.
        kick: the kick.
        recipe: its recipe.
        name: its identity.
        base: what the name of its file begins with.
        verb: how it was made.
        passed: whether it is known to pass the gate; else it is judged.
    """
    found = {key: value for key, value in describe(kick.audio, kick.sample_rate).items() if math.isfinite(value)}
    pitch = found.get("pitch_hz")
    note, cents = heard_note(pitch) or (None, None)
    width = found.get("width_db", -math.inf)
    return {
        "id": name,
        "file": f"{named(base, note_part(pitch), recipe.mark)}.wav",
        "seed": exact(recipe.seed),
        "attempt": recipe.attempt or 0,
        "verb": verb,
        "note": note,
        "cents": cents,
        "pitch_hz": pitch,
        "decay_ms": found.get("decay_ms"),
        "width_db": width if width > controls.MONO_DB else None,
        "loudness_lufs": found.get("loudness_lufs"),
        "asked": dict(recipe.controls or {}),
        "measured": measured_of(card, found, kick.drive_db),
        "remarks": list(kick.remarks),
        "duration_ms": kick.duration_ms,
        "passed": passed or not judge(kick.audio, kick.sample_rate).sorted(excused(kick.recipe))[0],
    }
