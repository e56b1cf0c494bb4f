"""The controls of a model as a panel: their names, units and ranges, targets for them, and measurements of them."""

import difflib
import math
from collections.abc import Collection, Mapping

import numpy as np
from numpy.typing import NDArray

from kickitout.errors import InputError
from kickitout.measure.descriptors import Note, describe
from kickitout.model import controls, steering
from kickitout.model.card import Card
from kickitout.sound.sketch.parts import USUAL_HZ

NO_CONTROL = "not a control of the model {model}; {known}"
THERE_ARE = "it has {names}"
THERE_IS_NONE = "it has none"
OUT_OF_RANGE = "out of range for the model {model}; give {low:g} to {high:g}{unit}"
NOT_MET = "{name}: {target:.3g}{unit} requested, {made:.3g}{unit} is the closest that was found"
NOT_MEASURED = "{name}: the closest kick that was found has none"

NEAR = 4.0
"""Tolerances off that are near enough not to try another latent: 12 cents, 8 % of a decay."""


class Panel:
    """The controls that a model's card lists, and how wild a kick is where the card has a table of that.

    Args:
        card: the model's.
    """

    def __init__(self, card: Card) -> None:
        self.card = card
        self._units = {one.name: (one.unit, one.quantiles) for one in card.controls}
        self._ranges = {one.name: (one.minimum, one.maximum) for one in card.controls}
        if card.wildness is not None:
            self._units[controls.WILD] = (controls.STRETCH, [])
            self._ranges[controls.WILD] = (0.0, 1.0)

    @property
    def usual_pitch(self) -> float | None:
        """The median pitch of the training kicks in Hz; None for a model that has no such control."""
        tables = {control.name: control.quantiles for control in self.card.controls}
        return tables["pitch"][len(tables["pitch"]) // 2] if "pitch" in tables else None

    def note_hz(self, note: str) -> float:
        """The pitch of a note in Hz: `F#1`, or `F#` for the octave that is nearest to the model's usual pitch.

        Raises:
            InputError: it is no note.
        """
        return Note.read(note).hz(self.usual_pitch or USUAL_HZ)

    @property
    def names(self) -> list[str]:
        """The names of the controls, in the order of the card."""
        return list(self._units)

    def ordered(self, given: Mapping[str, float]) -> dict[str, float]:
        """Controls in the order of the card, in which the command line has them; what the model lacks comes last."""
        return {name: given[name] for name in self._units if name in given} | dict(given)

    def targets(self, given: Mapping[str, float]) -> dict[str, float]:
        """Values of controls as targets: in the units of their descriptors and in the order of the card.

        Raises:
            InputError: a control that the model does not have, or a value out of its range.
        """
        for name, value in given.items():
            if name not in self._units:
                known = list(self._units)
                raise InputError(name, value, NO_CONTROL, model=self.card.name, known=_suggestion(name, known))
            unit, _ = self._units[name]
            low, high = self._ranges[name]
            if not low <= value <= high:  # also for NaN
                ending = "" if unit in controls.OF_ONE else f" {unit}"
                facts = {"model": self.card.name, "low": low, "high": high, "unit": ending}
                raise InputError(name, value, OUT_OF_RANGE, **facts)
        return {
            name: controls.value(float(given[name]), unit, table)
            for name, (unit, table) in self._units.items()
            if name in given
        }

    def measure(self, sound: NDArray[np.float32], names: Collection[str] | None = None) -> dict[str, float]:
        """Measurements of a sound by control, in the units of their descriptors, and its loudness; with `names`, those
        alone, and sooner."""
        only = None if names is None else controls.descriptors(names)
        described = describe(sound, only=only)
        found = dict(zip((kind.name for kind in controls.KINDS), controls.measured(described).tolist(), strict=True))
        found = {name: value for name, value in found.items() if name in self._units}
        found[controls.LOUDNESS] = described.get(controls.LOUDNESS_LUFS, math.nan)
        wanted = found.keys() if names is None else names
        return {name: value for name, value in found.items() if name in wanted and math.isfinite(value)}

    def scores(self, targets: Mapping[str, float]) -> tuple[tuple[int, float], ...]:
        """Targets as scores (see `kickitout.model.controls`), each with its place among the card's controls."""
        return tuple(
            (place, float(controls.scores(np.array([targets[control.name]]), control.quantiles)[0]))
            for place, control in enumerate(self.card.scored)
            if control.name in targets
        )

    def remarks(self, targets: Mapping[str, float], measured: Mapping[str, float]) -> tuple[str, ...]:
        """A sentence for each target that was missed; targets and measurements in the units of their descriptors."""
        misses = steering.misses(measured, targets)
        return tuple(
            self._remark(name, targets[name], measured.get(name)) for name, miss in misses.items() if miss > NEAR
        )

    def _remark(self, name: str, target: float, made: float | None) -> str:
        """A target and what was achieved, in the units of the card."""
        if made is None:
            return NOT_MEASURED.format(name=name)
        unit, table = self._units[name]
        made, target = controls.shown(made, unit, table), controls.shown(target, unit, table)
        unit = "" if unit in controls.OF_ONE else f" {unit}"
        return NOT_MET.format(name=name, target=target, made=made, unit=unit)


def _suggestion(name: str, known: list[str]) -> str:
    if not known:
        return THERE_IS_NONE
    close = difflib.get_close_matches(name, known, n=1)
    return (f"did you mean {close[0]}? " if close else "") + THERE_ARE.format(names=", ".join(known))
