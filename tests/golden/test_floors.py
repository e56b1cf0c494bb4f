"""The floors: what real training kicks reach against other real kicks, in numbers that a change must not move.

Figures that name no library rest on the first collection, and so do their floors; what is measured with library v2
stands beside the floors of that. They take the whole library: `make test` holds the same code to the figures of made-up
sets (tests/unit/evaluation/test_metrics.py).

A generator is judged beside these. If one moves, every figure that was ever reported beside it has to be measured anew.
"""

from functools import cache

import pytest

from kickitout.evaluation.metrics import evaluate
from kickitout.evaluation.sets import from_library

FLOORS = {
    ("train", "sibling"): {
        "auc_trees": (0.568, 0.484, 0.639),
        "auc_linear": (0.562, 0.473, 0.638),
        "frechet": (13.866, 7.153, 23.343),
        "frechet_infinity": (0.788, -5.323, 9.477),
        "kernel": (1.655, -2.303, 6.618),
        "precision": (0.803, 0.684, 0.885),
        "recall": (0.858, 0.666, 0.982),
        "density": (0.943, 0.679, 1.225),
        "coverage": (1.000, 0.903, 1.000),
        "wasserstein": (0.176, 0.102, 0.262),
        "diversity": (45.796, 38.867, 51.227),
        "characteristics": (1.000, 1.000, 1.000),
        "gate": (0.895, 0.847, 0.947),
        "periodic": (0.035, 0.006, 0.075),
    },
    ("train", "test"): {
        "auc_trees": (0.694, 0.575, 0.800),
        "auc_linear": (0.681, 0.572, 0.782),
        "frechet": (19.344, 12.300, 29.438),
        "frechet_infinity": (12.065, 5.910, 20.563),
        "kernel": (11.542, 2.707, 30.533),
        "precision": (0.666, 0.549, 0.772),
        "recall": (0.824, 0.693, 0.924),
        "density": (0.537, 0.323, 0.829),
        "coverage": (0.790, 0.590, 0.934),
        "wasserstein": (0.487, 0.299, 0.704),
        "diversity": (50.695, 44.362, 55.291),
        "characteristics": (1.000, 1.000, 1.000),
        "gate": (0.895, 0.847, 0.947),
        "periodic": (0.080, 0.020, 0.170),
    },
    ("train", "unseen"): {
        "auc_trees": (0.563, 0.445, 0.697),
        "auc_linear": (0.508, 0.387, 0.643),
        "frechet": (13.820, 8.163, 21.362),
        "frechet_infinity": (8.376, 3.735, 14.480),
        "kernel": (4.927, -0.147, 15.376),
        "precision": (0.764, 0.653, 0.855),
        "recall": (0.763, 0.613, 0.876),
        "density": (0.660, 0.453, 0.894),
        "coverage": (0.879, 0.682, 0.998),
        "wasserstein": (0.232, 0.163, 0.329),
        "diversity": (52.424, 45.984, 56.767),
        "characteristics": (1.000, 1.000, 1.000),
        "gate": (0.895, 0.847, 0.947),
        "periodic": (0.063, 0.012, 0.144),
    },
    ("train@clean", "sibling"): {
        "auc_trees": (0.523, 0.401, 0.627),
        "auc_linear": (0.483, 0.354, 0.613),
        "frechet": (17.977, 10.344, 28.082),
        "frechet_infinity": (6.017, -2.482, 14.904),
        "kernel": (4.486, -3.150, 13.963),
        "precision": (0.830, 0.633, 0.957),
        "recall": (0.805, 0.572, 0.966),
        "density": (0.798, 0.482, 1.223),
        "coverage": (0.876, 0.739, 0.989),
        "wasserstein": (0.236, 0.129, 0.400),
        "diversity": (40.728, 28.676, 48.370),
        "characteristics": (1.000, 1.000, 1.000),
        "gate": (0.868, 0.806, 0.941),
        "periodic": (0.015, 0.002, 0.043),
    },
    ("train@clean", "test"): {
        "auc_trees": (0.588, 0.454, 0.738),
        "auc_linear": (0.534, 0.375, 0.736),
        "frechet": (22.922, 13.376, 33.048),
        "frechet_infinity": (15.683, 7.789, 26.267),
        "kernel": (13.196, 2.303, 31.121),
        "precision": (0.576, 0.419, 0.733),
        "recall": (0.693, 0.485, 0.861),
        "density": (0.422, 0.207, 0.837),
        "coverage": (0.710, 0.520, 0.897),
        "wasserstein": (0.539, 0.277, 0.890),
        "diversity": (44.688, 32.287, 52.201),
        "characteristics": (1.000, 1.000, 1.000),
        "gate": (0.868, 0.806, 0.941),
        "periodic": (0.023, 0.002, 0.060),
    },
    ("train@clean", "unseen"): {
        "auc_trees": (0.559, 0.424, 0.718),
        "auc_linear": (0.444, 0.319, 0.628),
        "frechet": (20.447, 10.570, 34.425),
        "frechet_infinity": (13.485, 5.244, 31.962),
        "kernel": (6.821, -1.052, 21.329),
        "precision": (0.681, 0.558, 0.819),
        "recall": (0.681, 0.451, 0.837),
        "density": (0.513, 0.301, 0.889),
        "coverage": (0.744, 0.502, 0.917),
        "wasserstein": (0.285, 0.176, 0.502),
        "diversity": (45.380, 32.634, 52.897),
        "characteristics": (1.000, 1.000, 1.000),
        "gate": (0.868, 0.806, 0.941),
        "periodic": (0.020, 0.002, 0.051),
    },
}

FLOORS_V2 = {
    ("train@clean", "sibling"): {
        "auc_trees": (0.495, 0.374, 0.593),
        "auc_linear": (0.459, 0.361, 0.543),
        "frechet": (14.523, 8.688, 23.723),
        "frechet_infinity": (2.765, -3.922, 10.749),
        "precision": (0.829, 0.633, 0.932),
        "recall": (0.798, 0.600, 0.935),
        "coverage": (0.899, 0.779, 0.992),
    },
    ("train@clean", "test"): {
        "auc_trees": (0.619, 0.482, 0.746),
        "auc_linear": (0.589, 0.468, 0.729),
        "frechet": (21.911, 15.499, 30.589),
        "frechet_infinity": (12.147, 7.075, 17.358),
        "precision": (0.686, 0.560, 0.821),
        "recall": (0.679, 0.525, 0.817),
        "coverage": (0.737, 0.555, 0.910),
    },
    ("train@clean", "unseen"): {
        "auc_trees": (0.597, 0.478, 0.746),
        "auc_linear": (0.541, 0.432, 0.687),
        "frechet": (31.313, 15.112, 55.382),
        "frechet_infinity": (24.501, 8.867, 43.686),
        "precision": (0.677, 0.532, 0.791),
        "recall": (0.625, 0.467, 0.769),
        "coverage": (0.704, 0.500, 0.859),
    },
}
"""Those of library v2: both collections, with the classes corrected. The test of them takes the later kicks as well."""


def reader(library):
    """The kicks of a split of a library, by its name, measured when they are asked for."""

    @cache
    def give(name):
        split, _, licence = name.partition("@")
        return from_library(library, split, licence_classes=[licence] if licence else None)

    return give


@pytest.fixture(scope="module")
def measured(real_library):
    return reader(real_library[0])


@pytest.fixture(scope="module")
def measured_v2(library_v2):
    return reader(library_v2)


@pytest.mark.slow
@pytest.mark.parametrize(("training", "split"), [pytest.param(*one, id="-".join(one)) for one in FLOORS])
def test_a_floor_and_its_interval(measured, training, split):
    check(measured(training), measured(split), FLOORS[training, split])


@pytest.mark.slow
@pytest.mark.parametrize(("training", "split"), [pytest.param(*one, id="-".join(one)) for one in FLOORS_V2])
def test_a_floor_of_library_v2(measured_v2, training, split):
    check(measured_v2(training), measured_v2(split), FLOORS_V2[training, split])


def check(training, real, expected):
    found = evaluate(training, real, only=expected).figures
    for name, numbers in expected.items():
        figure = found[name]
        assert (figure.value, figure.low, figure.high) == pytest.approx(numbers, rel=0.03, abs=0.015), name
