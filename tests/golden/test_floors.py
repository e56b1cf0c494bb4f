"""The three floors: what real training kicks reach against other real kicks, in numbers that a change must not move.

A generator is judged beside these. If one moves, every figure that was ever reported beside it has to be measured anew.
"""

from functools import cache

import pytest

from kickitout.evaluation.metrics import evaluate
from kickitout.evaluation.sets import from_library

FLOORS = {
    ("train", "sibling"): {
        "auc_trees": (0.532, 0.458, 0.607),
        "auc_linear": (0.518, 0.444, 0.594),
        "frechet": (12.482, 6.180, 20.446),
        "frechet_infinity": (-0.187, -6.928, 12.307),
        "kernel": (1.137, -2.229, 6.080),
        "precision": (0.805, 0.689, 0.897),
        "recall": (0.870, 0.696, 0.979),
        "density": (0.909, 0.665, 1.238),
        "coverage": (1.000, 0.890, 1.000),
        "wasserstein": (0.159, 0.088, 0.259),
        "diversity": (46.637, 39.658, 50.855),
        "characteristics": (1.000, 1.000, 1.000),
        "gate": (0.911, 0.859, 0.957),
        "periodic": (0.036, 0.000, 0.090),
    },
    ("train", "test"): {
        "auc_trees": (0.487, 0.396, 0.585),
        "auc_linear": (0.472, 0.392, 0.565),
        "frechet": (16.697, 10.178, 27.477),
        "frechet_infinity": (8.162, 2.854, 19.841),
        "kernel": (7.514, -0.637, 24.066),
        "precision": (0.676, 0.556, 0.791),
        "recall": (0.795, 0.635, 0.903),
        "density": (0.561, 0.324, 0.871),
        "coverage": (0.784, 0.580, 0.944),
        "wasserstein": (0.298, 0.194, 0.423),
        "diversity": (51.086, 45.509, 54.816),
        "characteristics": (1.000, 1.000, 1.000),
        "gate": (0.911, 0.859, 0.957),
        "periodic": (0.083, 0.010, 0.197),
    },
    ("train", "unseen"): {
        "auc_trees": (0.505, 0.420, 0.595),
        "auc_linear": (0.507, 0.423, 0.603),
        "frechet": (13.836, 8.826, 20.776),
        "frechet_infinity": (9.144, 4.599, 17.856),
        "kernel": (5.531, 1.318, 12.123),
        "precision": (0.790, 0.677, 0.880),
        "recall": (0.800, 0.683, 0.910),
        "density": (0.620, 0.442, 0.823),
        "coverage": (0.925, 0.802, 1.000),
        "wasserstein": (0.193, 0.130, 0.279),
        "diversity": (52.695, 47.770, 56.157),
        "characteristics": (1.000, 1.000, 1.000),
        "gate": (0.911, 0.859, 0.957),
        "periodic": (0.061, 0.001, 0.156),
    },
    ("train@clean", "sibling"): {
        "auc_trees": (0.555, 0.433, 0.654),
        "auc_linear": (0.507, 0.398, 0.610),
        "frechet": (17.134, 9.299, 27.083),
        "frechet_infinity": (4.923, -4.307, 15.789),
        "kernel": (4.140, -2.485, 14.099),
        "precision": (0.845, 0.645, 0.957),
        "recall": (0.757, 0.521, 0.911),
        "density": (0.801, 0.482, 1.261),
        "coverage": (0.878, 0.752, 0.983),
        "wasserstein": (0.249, 0.128, 0.414),
        "diversity": (41.818, 30.037, 49.777),
        "characteristics": (1.000, 1.000, 1.000),
        "gate": (0.890, 0.832, 0.959),
        "periodic": (0.015, 0.000, 0.041),
    },
    ("train@clean", "test"): {
        "auc_trees": (0.475, 0.273, 0.668),
        "auc_linear": (0.491, 0.346, 0.642),
        "frechet": (21.609, 13.409, 33.276),
        "frechet_infinity": (12.032, 5.453, 27.228),
        "kernel": (12.045, 1.864, 31.514),
        "precision": (0.567, 0.424, 0.717),
        "recall": (0.655, 0.390, 0.839),
        "density": (0.398, 0.172, 0.721),
        "coverage": (0.696, 0.511, 0.924),
        "wasserstein": (0.410, 0.246, 0.570),
        "diversity": (45.284, 33.189, 52.740),
        "characteristics": (1.000, 1.000, 1.000),
        "gate": (0.890, 0.832, 0.959),
        "periodic": (0.033, 0.006, 0.076),
    },
    ("train@clean", "unseen"): {
        "auc_trees": (0.512, 0.388, 0.653),
        "auc_linear": (0.431, 0.263, 0.598),
        "frechet": (21.086, 12.608, 35.152),
        "frechet_infinity": (15.704, 6.158, 27.395),
        "kernel": (8.409, 1.409, 20.251),
        "precision": (0.713, 0.563, 0.856),
        "recall": (0.700, 0.550, 0.847),
        "density": (0.489, 0.303, 0.758),
        "coverage": (0.775, 0.569, 0.931),
        "wasserstein": (0.256, 0.152, 0.414),
        "diversity": (46.078, 33.655, 53.512),
        "characteristics": (1.000, 1.000, 1.000),
        "gate": (0.890, 0.832, 0.959),
        "periodic": (0.021, 0.002, 0.052),
    },
}


@pytest.fixture(scope="module")
def measured(real_library):
    """The kicks of a split of the library of all real ones, measured when they are asked for."""
    library, _ = real_library

    @cache
    def give(name):
        split, _, licence = name.partition("@")
        return from_library(library, split, licence_classes=[licence] if licence else None)

    return give


QUICK = ("train@clean", "sibling")
"""The floor of fewest kicks. The others, seconds each and the same code, in `make slow`."""


@pytest.mark.parametrize(
    ("training", "split"),
    [pytest.param(*one, marks=[pytest.mark.slow] * (one != QUICK), id="-".join(one)) for one in FLOORS],
)
def test_a_floor_and_its_interval(measured, training, split):
    expected = FLOORS[training, split]
    found = evaluate(measured(training), measured(split), only=expected).figures
    for name, numbers in expected.items():
        figure = found[name]
        assert (figure.value, figure.low, figure.high) == pytest.approx(numbers, rel=0.03, abs=0.015), name
