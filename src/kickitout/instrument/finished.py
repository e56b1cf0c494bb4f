"""From a model's sound to a finished kick with its recipe."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from kickitout.instrument.marking import marking_of
from kickitout.instrument.recipes import Recipe
from kickitout.model.card import Card
from kickitout.sound.kick import Kick


def finished(
    card: Card,
    recipe: Recipe,
    sound: NDArray[np.float32],
    longer: Callable[[int], NDArray[np.float32]],
    remarks: tuple[str, ...] = (),
    drive_db: float | None = None,
) -> Kick:
    """The kick of a recipe, finished.

    Args:
        card: the model's.
        recipe: of the kick.
        sound: left and right as the model gives it, (2, n).
        longer: the same for so many samples at least, where it is to sound on.
        remarks: on it.
        drive_db: gain into its clip; None where no model made it.
    """
    processing, samples = recipe.processing, recipe.processing.samples
    goes_on = samples is not None and samples > sound.shape[1]
    audio = longer(samples) if samples is not None and goes_on else sound
    finish = processing.finish(audio, sound if goes_on else None)
    return Kick(
        finish.apply(audio).astype(np.float32),
        card.sample_rate,
        recipe.model_dump(exclude_none=True),
        remarks=(*remarks, *processing.remarks(finish)),
        drive_db=drive_db,
        marking=marking_of(card, recipe),
        whole=None if samples is None else processing.whole.apply(sound),
    )
