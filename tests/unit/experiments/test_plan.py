"""What ran shorter than planned is said from the settings and from what was measured, never by hand."""

import dataclasses

import pytest

from kickitout.experiments import baselines, collapse, representation
from kickitout.experiments.plan import shorter

PLAN = baselines.Settings()


def test_a_plan_that_was_kept_has_no_words():
    measured = {cell.name: [0, 1, 2] for cell in baselines.CELLS}
    assert shorter(PLAN, measured) == ""
    assert shorter(dataclasses.replace(PLAN, seeds=(0, 1, 2, 3), points=(100, 90_000))) == ""
    assert shorter(representation.Settings()) == ""


@pytest.mark.parametrize(
    ("changes", "measured", "words"),
    [
        ({"seeds": (0,)}, None, "1 of 3 seeds"),
        ({"points": (7856, 31424)}, None, "31,424 samples shown instead of 62,850"),
        ({"generated": 60, "real": 50}, None, "60 generated kicks of each run instead of 200; 50 real kicks compared"),
        ({}, {"dcgan": [0, 1, 2], "wavegan": [0, 1, 2], "specgan": []}, "without specgan"),
        ({}, {"dcgan": [0, 1], "wavegan": [0], "specgan": []}, "of 3 planned seeds 1 of wavegan, 2 of dcgan; without"),
        ({}, {"dcgan": [0], "wavegan": [0], "specgan": [0, 1, 2]}, "of 3 planned seeds 1 of dcgan and wavegan."),
    ],
)
def test_what_is_shorter_is_said(changes, measured, words):
    sentence = shorter(dataclasses.replace(PLAN, **changes), measured)
    assert sentence.startswith("Shorter than planned: ")
    assert words in sentence
    assert sentence.endswith(".")


def test_names_are_words():
    measured = {cell.name: [] if "norm" in cell.name else list(range(10)) for cell in collapse.CELLS}
    assert shorter(collapse.Settings(), measured) == "Shorter than planned: without no spectral norm."
