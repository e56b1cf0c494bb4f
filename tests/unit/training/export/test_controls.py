"""Whose quantiles the controls of a model have."""

import numpy as np
import pytest

from kickitout.library.splits import SMALL_LIBRARY
from kickitout.model.controls import DRIVE, KINDS, WILD
from kickitout.model.prior import fit
from kickitout.training.export.controls import LEAST_KNOWN, controlled, references

NAMES = [kind.name for kind in KINDS]
PITCH = NAMES.index("pitch")
COLUMNS = len(KINDS) + 1


def values(kicks, unpitched=0):
    """Control values of so many kicks, some of which have no pitch."""
    found = np.random.default_rng(kicks).uniform(1.0, 2.0, (kicks, COLUMNS))
    found[:unpitched, PITCH] = np.nan
    return found


@pytest.fixture(scope="module")
def made():
    return values(200)


def test_without_training_kicks_all_are_the_models_own(made):
    columns, own = references(made, None)
    assert own == [*NAMES, WILD]
    assert np.array_equal(np.stack(columns, axis=1), made)


@pytest.mark.parametrize("kicks", [1, 4, LEAST_KNOWN - 1])
def test_of_a_handful_of_kicks_all_are_the_models_own(made, kicks):
    columns, own = references(made, values(kicks))
    assert own == [*NAMES, WILD]
    assert np.array_equal(np.stack(columns, axis=1), made)


def test_of_a_small_library_those_are_that_few_kicks_have(made):
    training = values(LEAST_KNOWN + 8, unpitched=9)
    columns, own = references(made, training)
    assert own == ["pitch"]
    assert np.array_equal(columns[PITCH], made[:, PITCH])
    others = [place for place in range(COLUMNS) if place != PITCH]
    assert np.array_equal(np.stack([columns[place] for place in others], axis=1), training[:, others])


def test_of_a_large_library_what_few_kicks_have_is_rare_and_stays_so(made):
    training = values(SMALL_LIBRARY, unpitched=SMALL_LIBRARY - LEAST_KNOWN + 1)
    columns, own = references(made, training)
    assert own == []
    latents = np.random.default_rng(0).standard_normal((200, 3))
    offered, _ = controlled(fit(latents, 1, ridge=0.01), latents, made[:, :-1], columns[:-1])
    assert {control.name for control in offered} == set(NAMES) - {"pitch"} | {DRIVE.name}
