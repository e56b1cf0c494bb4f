"""From a model's sound to a finished kick with its recipe."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from kickitout.instrument.finishing import Finish, Processing
from kickitout.instrument.marking import marking_of
from kickitout.instrument.recipes import Recipe
from kickitout.model.card import Card
from kickitout.sound.kick import Kick


def finishing_of(
    processing: Processing, sound: NDArray[np.float32], longer: Callable[[int], NDArray[np.float32]]
) -> tuple[NDArray[np.float32], Finish]:
    """A model's sound, for as long as it is to sound, and what is done to it; `sound` and `longer` as in `finished`."""
    samples = processing.samples
    if samples is None or samples <= sound.shape[1]:
        return sound, processing.finish(sound)
    audio = longer(samples)
    return audio, processing.finish(audio, sound)


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
    audio, finish = finishing_of(processing, sound, longer)
    return Kick(
        finish.apply(audio).astype(np.float32),
        card.sample_rate,
        recipe.model_dump(exclude_none=True),
        remarks=(*remarks, *processing.remarks(finish)),
        drive_db=drive_db,
        marking=marking_of(card, recipe),
        whole=None if samples is None else processing.whole.apply(sound),
    )
