"""The controls of a model as a panel: what each may be set to, and what a sound has of each."""

import difflib
import math
from collections.abc import Collection, Mapping

import numpy as np
from numpy.typing import NDArray

from kickitout.errors import InputError
from kickitout.model import controls, steering
from kickitout.model.card import Card

NO_CONTROL = "not a control of the model {model}; {known}"
THERE_ARE = "it has {names}"
THERE_IS_NONE = "it has none"
OUT_OF_RANGE = "out of range for the model {model}; give {low:g} to {high:g}{unit}"
NOT_MET = "{name}: {wish:.3g}{unit} requested, {made:.3g}{unit} is the closest that was found"
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
            self._units[controls.WILD] = (controls.QUANTILE, card.wildness)
            self._ranges[controls.WILD] = (0.0, 1.0)

    @property
    def names(self) -> list[str]:
        """What a person may ask for."""
        return list(self._units)

    def targets(self, wishes: Mapping[str, float]) -> dict[str, float]:
        """What is wished of controls, in the units of their descriptors and in the order of the card.

        Raises:
            InputError: a control that the model does not have, or a value out of its range.
        """
        for name, value in wishes.items():
            if name not in self._units:
                known = list(self._units)
                raise InputError(name, value, NO_CONTROL, model=self.card.name, known=_suggestion(name, known))
            unit, _ = self._units[name]
            low, high = self._ranges[name]
            if not low <= value <= high:  # also for NaN
                ending = "" if unit == controls.QUANTILE else f" {unit}"
                facts = {"model": self.card.name, "low": low, "high": high, "unit": ending}
                raise InputError(name, value, OUT_OF_RANGE, **facts)
        return {
            name: controls.value(float(wishes[name]), unit, table)
            for name, (unit, table) in self._units.items()
            if name in wishes
        }

    def measure(self, sound: NDArray[np.float32], asked: Collection[str]) -> dict[str, float]:
        """What is measured of a sound, by the names of the model's controls; how wild it is only if that is asked."""
        found = dict(zip((kind.name for kind in controls.KINDS), controls.measure(sound).tolist(), strict=True))
        heard = {name: value for name, value in found.items() if name in self._units and math.isfinite(value)}
        return heard | ({controls.WILD: controls.wildness(sound)} if controls.WILD in asked else {})

    def scores(self, asked: Mapping[str, float]) -> tuple[tuple[int, float], ...]:
        """Places among the card's controls and scores of what is asked (see `kickitout.model.controls`)."""
        return tuple(
            (place, float(controls.scores(np.array([asked[control.name]]), control.quantiles)[0]))
            for place, control in enumerate(self.card.controls)
            if control.name in asked
        )

    def remarks(self, asked: Mapping[str, float], found: Mapping[str, float]) -> tuple[str, ...]:
        """Sentences on what was asked, in the descriptors' units, and is not what was measured."""
        misses = steering.misses(found, asked)
        return tuple(self._remark(name, asked[name], found.get(name)) for name, miss in misses.items() if miss > NEAR)

    def _remark(self, name: str, wish: float, made: float | None) -> str:
        """That a control came out as something else, in the units in which it is asked."""
        if made is None:
            return NOT_MEASURED.format(name=name)
        unit, table = self._units[name]
        if unit == controls.QUANTILE:
            made, wish = controls.quantile(made, table), controls.quantile(wish, table)
        unit = "" if unit == controls.QUANTILE else f" {unit}"
        return NOT_MET.format(name=name, wish=wish, made=made, unit=unit)


def _suggestion(name: str, known: list[str]) -> str:
    if not known:
        return THERE_IS_NONE
    close = difflib.get_close_matches(name, known, n=1)
    return (f"did you mean {close[0]}? " if close else "") + THERE_ARE.format(names=", ".join(known))
