"""The floors: what real training kicks reach against other real kicks, in numbers that a change must not move.

Figures that name no library rest on the first collection, and so do their floors; what is measured with library v2
stands beside the floors of that.

A generator is judged beside these. If one moves, every figure that was ever reported beside it has to be measured anew.
"""

from functools import cache

import pytest

from kickitout.evaluation.metrics import evaluate
from kickitout.evaluation.sets import from_library

FLOORS = {
    ("train", "sibling"): {
        "auc_trees": (0.537, 0.441, 0.619),
        "auc_linear": (0.544, 0.455, 0.622),
        "frechet": (13.132, 6.709, 22.808),
        "frechet_infinity": (0.371, -7.009, 7.903),
        "kernel": (1.134, -2.693, 7.128),
        "precision": (0.813, 0.682, 0.909),
        "recall": (0.895, 0.734, 1.000),
        "density": (0.978, 0.721, 1.277),
        "coverage": (1.000, 0.898, 1.000),
        "wasserstein": (0.170, 0.111, 0.270),
        "diversity": (46.081, 39.446, 51.023),
        "characteristics": (1.000, 1.000, 1.000),
        "gate": (0.894, 0.848, 0.939),
        "periodic": (0.035, 0.005, 0.082),
    },
    ("train", "test"): {
        "auc_trees": (0.596, 0.506, 0.702),
        "auc_linear": (0.550, 0.444, 0.649),
        "frechet": (19.272, 13.819, 26.494),
        "frechet_infinity": (10.323, 5.627, 15.341),
        "kernel": (9.262, 2.328, 20.338),
        "precision": (0.740, 0.622, 0.849),
        "recall": (0.792, 0.656, 0.910),
        "density": (0.703, 0.423, 1.008),
        "coverage": (0.798, 0.610, 0.979),
        "wasserstein": (0.362, 0.214, 0.552),
        "diversity": (50.497, 44.732, 54.567),
        "characteristics": (1.000, 1.000, 1.000),
        "gate": (0.894, 0.848, 0.939),
        "periodic": (0.079, 0.019, 0.182),
    },
    ("train", "unseen"): {
        "auc_trees": (0.588, 0.488, 0.682),
        "auc_linear": (0.508, 0.409, 0.599),
        "frechet": (13.730, 8.335, 20.762),
        "frechet_infinity": (8.178, 3.930, 13.724),
        "kernel": (4.944, 0.026, 13.870),
        "precision": (0.763, 0.642, 0.857),
        "recall": (0.768, 0.634, 0.874),
        "density": (0.661, 0.463, 0.923),
        "coverage": (0.884, 0.710, 1.000),
        "wasserstein": (0.233, 0.166, 0.318),
        "diversity": (52.475, 46.839, 56.144),
        "characteristics": (1.000, 1.000, 1.000),
        "gate": (0.894, 0.848, 0.939),
        "periodic": (0.062, 0.009, 0.155),
    },
    ("train@clean", "sibling"): {
        "auc_trees": (0.478, 0.352, 0.576),
        "auc_linear": (0.497, 0.374, 0.591),
        "frechet": (17.965, 9.264, 30.576),
        "frechet_infinity": (5.725, -3.816, 14.951),
        "kernel": (4.393, -3.296, 15.959),
        "precision": (0.836, 0.622, 0.950),
        "recall": (0.807, 0.568, 0.982),
        "density": (0.819, 0.466, 1.354),
        "coverage": (0.877, 0.747, 0.993),
        "wasserstein": (0.233, 0.129, 0.391),
        "diversity": (40.846, 28.693, 48.525),
        "characteristics": (1.000, 1.000, 1.000),
        "gate": (0.868, 0.806, 0.941),
        "periodic": (0.015, 0.002, 0.043),
    },
    ("train@clean", "test"): {
        "auc_trees": (0.661, 0.535, 0.808),
        "auc_linear": (0.508, 0.340, 0.663),
        "frechet": (25.211, 18.218, 35.333),
        "frechet_infinity": (14.877, 7.385, 21.725),
        "kernel": (11.700, 2.706, 22.648),
        "precision": (0.675, 0.537, 0.841),
        "recall": (0.595, 0.424, 0.767),
        "density": (0.519, 0.232, 0.894),
        "coverage": (0.699, 0.527, 0.874),
        "wasserstein": (0.389, 0.281, 0.543),
        "diversity": (44.340, 32.155, 51.800),
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


QUICK = ("train@clean", "sibling")
"""The floor of fewest kicks. The others, seconds each and the same code, in `make slow`."""


@pytest.mark.parametrize(
    ("training", "split"),
    [pytest.param(*one, marks=[pytest.mark.slow] * (one != QUICK), id="-".join(one)) for one in FLOORS],
)
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
