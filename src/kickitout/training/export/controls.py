"""The controls of an exported model: the prior over latents and the measurements of the kicks."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

from kickitout.errors import InputError
from kickitout.library.splits import SMALL_LIBRARY
from kickitout.library.store import Library
from kickitout.model import controls
from kickitout.model import prior as priors
from kickitout.model.card import Control, drive_control
from kickitout.model.prior import Mixture
from kickitout.model.voice import Voice
from kickitout.system.workers import available_processors
from kickitout.training.run import folder as run_folder
from kickitout.training.run.data import divide

CONTROL_KICKS = 4000
"""Kicks that are generated and measured for the controls."""


SHORTEST_DECAY_MS = 40.0
"""A decay may be asked for from here on, or from the shortest of the training kicks."""

SWEEP_TIMES_MS = (8.0, 160.0)
"""A sweep time may be asked for between these: a shorter fall is over within half a cycle, a longer has no pitch."""

LEAST_KNOWN = 32
"""A control of which fewer kicks, or training kicks, have the feature is left out."""


OWN_QUANTILES = "The quantiles of the controls are those of {count:,} kicks of its own, not of the training kicks."
SOME_QUANTILES = (
    "The quantiles of {names} are those of {count:,} kicks of its own: fewer than {least} training kicks have a value."
)
MADE_QUANTILES = "The quantiles of {names} are those of {count:,} kicks of its own, not of the training kicks."
"""After the controls were measured anew: see `remeasure`."""


def control_values(audio: NDArray[np.float32]) -> NDArray[np.float64]:
    """What the controls measure in a kick, and its wildness: (controls + 1,)."""
    return np.append(controls.measure(audio), controls.wildness(audio))


def training_values(library: Library, record: run_folder.RunRecord) -> NDArray[np.float64]:
    """The control values of the kicks that a run was trained on, (kicks, controls + 1); one row at least.

    Raises:
        InputError: as `run_kicks`.
    """
    return np.array([control_values(library.audio(index)) for index in run_kicks(library, record)])


def run_kicks(library: Library, record: run_folder.RunRecord) -> Sequence[int]:
    """The indices of the kicks that a run was trained on; one at least.

    Raises:
        InputError: the run was trained on another library, or on this one before kicks were added.
    """
    if library.fingerprint != record.data["library_fingerprint"]:
        remedy = "not the library that the run was trained on, or kicks were added since; give that library, or none"
        raise InputError("library", library.folder, remedy)
    return divide(library, record.settings.data, record.settings.training.seed).train


def play(voice: Voice, kicks: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Latents (kicks, latent_size) of the seeds 0, 1, ..., and the control values of their kicks."""

    def measured(seed: int) -> tuple[NDArray[np.float32], NDArray[np.float64]]:
        latent = voice.latent(seed)
        return latent, control_values(voice.sound(latent, seed))

    with ThreadPoolExecutor(available_processors()) as executor:
        latents, values = zip(*executor.map(measured, range(kicks)), strict=True)
    return np.array(latents, dtype=np.float64), np.array(values)


def references(
    made: NDArray[np.float64], training: NDArray[np.float64] | None
) -> tuple[list[NDArray[np.float64]], list[str]]:
    """For each control, and for the wildness, the values whose quantiles are used: those of the training kicks.

    The model's own kicks stand in where no training kicks are given, and where a small library has too few that have
    the feature. In a large library such a feature is rare, and its control is left out (see `controlled`).

    Args:
        made: the control values of the model's kicks, (n, controls + 1).
        training: those of the training kicks, (m, controls + 1), or None.

    Returns:
        The values of each, and the names of those for which the model's own kicks stand in.
    """
    names = [*(kind.name for kind in controls.KINDS), controls.WILD]
    if training is None:
        return list(made.T), names
    small = len(training) < SMALL_LIBRARY
    own = [small and bool(np.isfinite(real).sum() < LEAST_KNOWN) for real in training.T]
    columns = [mine if stands_in else real for mine, real, stands_in in zip(made.T, training.T, own, strict=True)]
    return columns, [name for name, stands_in in zip(names, own, strict=True) if stands_in]


def controlled(
    prior: Mixture,
    latents: NDArray[np.float64],
    made: NDArray[np.float64],
    reference: Sequence[NDArray[np.float64]],
) -> tuple[list[Control], Mixture]:
    """The controls that can be offered, and the prior over (latent, their scores); the drive, which is set, has none.

    Args:
        prior: over latents of a model that outputs sketches.
        latents: drawn from it, (n, latent_size).
        made: the control values of their kicks, (n, controls).
        reference: for each control the values whose quantiles are used.
    """
    offered, columns = [], []
    for kind, found, real in zip(controls.KINDS, made.T, reference, strict=True):
        if min(np.isfinite(found).sum(), np.isfinite(real).sum()) < LEAST_KNOWN:
            continue
        table = controls.percentiles(real)
        low, high = (0.0, 1.0) if kind.unit in controls.OF_ONE else (table[1], table[-2])
        if kind.name == "decay":
            low = min(low, SHORTEST_DECAY_MS)
        if kind.name == "sweep_time" and low < SWEEP_TIMES_MS[1] and high > SWEEP_TIMES_MS[0]:
            low, high = max(low, SWEEP_TIMES_MS[0]), min(high, SWEEP_TIMES_MS[1])
        if low >= high or table[0] == table[-1]:
            continue  # all alike: nothing to ask for
        offered.append(
            Control(
                name=kind.name, descriptor=kind.descriptor, unit=kind.unit, minimum=low, maximum=high, quantiles=table
            )
        )
        columns.append(controls.scores(found, table))
    if not offered:
        return [], prior
    joint = priors.extend(prior, latents, np.stack(columns, axis=1))
    wide = sum(control.unit == controls.SIDE for control in offered)
    return [*offered[: len(offered) - wide], drive_control(), *offered[len(offered) - wide :]], joint


def decided(joint: Mixture, offered: Sequence[Control]) -> dict[str, float]:
    """The share of the variance of each score that the latent decides, by the card's name for it."""
    scored = [control for control in offered if control.unit != controls.GAIN]
    count = len(scored)
    whole = np.diagonal(joint.moments()[1])[-count:]
    errors = joint.factors[:, -count:, -count:]
    left = joint.weights @ np.square(errors).sum(axis=2)
    decided = np.maximum(1.0 - left / whole, 0.0)  # rounding may leave a hair below nothing
    return {f"controls/{control.name}": float(f"{share:.4g}") for control, share in zip(scored, decided, strict=True)}


def quantile_limits(limits: Sequence[str], own: Sequence[str], kicks: int) -> list[str]:
    """Sentences of a card on its limits, with what holds after its controls were measured anew.

    Args:
        limits: as they were.
        own: the controls whose quantiles are those of the model's own kicks now.
        kicks: how many of these were measured.
    """
    starts = [sentence.split("{")[0] for sentence in (OWN_QUANTILES, SOME_QUANTILES)]
    others = [one for one in limits if not one.startswith(tuple(starts))]
    return [*others, MADE_QUANTILES.format(names=", ".join(own), count=kicks)] if own else others
