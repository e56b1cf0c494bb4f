"""The three floors: what real training kicks reach against other real kicks, in numbers that a change must not move.

A generator is judged beside these. If one moves, every figure that was ever reported beside it has to be measured anew.
"""

import pytest

from kickitout.evaluation.metrics import evaluate
from kickitout.evaluation.sets import from_library
from kickitout.library.prepare import prepare_folders

FLOORS = {
    ("train", "sibling"): {
        "auc_trees": (0.534, 0.456, 0.617),
        "auc_linear": (0.522, 0.435, 0.610),
        "frechet": (12.849, 6.556, 20.603),
        "frechet_infinity": (0.443, -6.856, 13.030),
        "kernel": (1.256, -2.443, 6.887),
        "precision": (0.818, 0.696, 0.906),
        "recall": (0.861, 0.694, 0.970),
        "density": (0.973, 0.725, 1.282),
        "coverage": (1.000, 0.884, 1.000),
        "wasserstein": (0.159, 0.088, 0.259),
        "diversity": (46.426, 39.630, 50.704),
        "characteristics": (1.000, 1.000, 1.000),
        "gate": (0.916, 0.867, 0.961),
        "periodic": (0.036, 0.000, 0.090),
    },
    ("train", "test"): {
        "auc_trees": (0.510, 0.424, 0.615),
        "auc_linear": (0.476, 0.391, 0.561),
        "frechet": (16.107, 9.388, 26.665),
        "frechet_infinity": (7.306, 1.965, 18.272),
        "kernel": (7.080, -0.885, 23.937),
        "precision": (0.651, 0.534, 0.761),
        "recall": (0.871, 0.720, 0.967),
        "density": (0.511, 0.309, 0.783),
        "coverage": (0.825, 0.626, 0.976),
        "wasserstein": (0.298, 0.194, 0.423),
        "diversity": (50.846, 45.291, 54.565),
        "characteristics": (1.000, 1.000, 1.000),
        "gate": (0.916, 0.867, 0.961),
        "periodic": (0.083, 0.010, 0.197),
    },
    ("train", "unseen"): {
        "auc_trees": (0.533, 0.434, 0.624),
        "auc_linear": (0.484, 0.400, 0.586),
        "frechet": (13.611, 8.589, 20.779),
        "frechet_infinity": (8.506, 3.910, 17.522),
        "kernel": (5.456, 1.355, 11.773),
        "precision": (0.788, 0.676, 0.880),
        "recall": (0.790, 0.663, 0.885),
        "density": (0.627, 0.435, 0.858),
        "coverage": (0.925, 0.797, 1.000),
        "wasserstein": (0.193, 0.130, 0.279),
        "diversity": (52.465, 47.445, 55.906),
        "characteristics": (1.000, 1.000, 1.000),
        "gate": (0.916, 0.867, 0.961),
        "periodic": (0.061, 0.001, 0.156),
    },
    ("train@clean", "sibling"): {
        "auc_trees": (0.555, 0.435, 0.644),
        "auc_linear": (0.527, 0.398, 0.633),
        "frechet": (17.619, 9.496, 27.420),
        "frechet_infinity": (5.553, -3.599, 16.489),
        "kernel": (4.326, -2.944, 14.388),
        "precision": (0.827, 0.620, 0.942),
        "recall": (0.783, 0.535, 0.934),
        "density": (0.808, 0.480, 1.257),
        "coverage": (0.861, 0.738, 0.978),
        "wasserstein": (0.249, 0.128, 0.414),
        "diversity": (41.588, 29.673, 49.574),
        "characteristics": (1.000, 1.000, 1.000),
        "gate": (0.899, 0.847, 0.961),
        "periodic": (0.015, 0.000, 0.041),
    },
    ("train@clean", "test"): {
        "auc_trees": (0.500, 0.270, 0.719),
        "auc_linear": (0.528, 0.376, 0.688),
        "frechet": (21.126, 13.078, 32.682),
        "frechet_infinity": (11.516, 4.669, 27.045),
        "kernel": (12.384, 1.382, 32.221),
        "precision": (0.546, 0.409, 0.697),
        "recall": (0.725, 0.479, 0.901),
        "density": (0.344, 0.185, 0.583),
        "coverage": (0.737, 0.501, 0.941),
        "wasserstein": (0.410, 0.246, 0.570),
        "diversity": (44.992, 32.913, 52.700),
        "characteristics": (1.000, 1.000, 1.000),
        "gate": (0.899, 0.847, 0.961),
        "periodic": (0.033, 0.006, 0.076),
    },
    ("train@clean", "unseen"): {
        "auc_trees": (0.451, 0.285, 0.609),
        "auc_linear": (0.432, 0.270, 0.587),
        "frechet": (20.870, 12.685, 34.939),
        "frechet_infinity": (15.227, 5.945, 26.435),
        "kernel": (8.567, 2.236, 20.355),
        "precision": (0.701, 0.576, 0.826),
        "recall": (0.705, 0.542, 0.842),
        "density": (0.473, 0.289, 0.753),
        "coverage": (0.760, 0.540, 0.920),
        "wasserstein": (0.256, 0.152, 0.414),
        "diversity": (45.814, 33.525, 53.432),
        "characteristics": (1.000, 1.000, 1.000),
        "gate": (0.899, 0.847, 0.961),
        "periodic": (0.021, 0.002, 0.052),
    },
}


@pytest.fixture(scope="module")
def sets(kicks_folder, tmp_path_factory):
    """The measured splits of the library of all real kicks, and the training kicks that are free of terms."""
    library = tmp_path_factory.mktemp("floors") / "library"
    prepare_folders([kicks_folder], library)
    found = {split: from_library(library, split) for split in ("train", "sibling", "test", "unseen")}
    return found | {"train@clean": from_library(library, "train", licence_classes=["clean"])}


@pytest.mark.parametrize(("training", "split"), FLOORS)
def test_a_floor_and_its_interval(sets, training, split):
    expected = FLOORS[training, split]
    found = evaluate(sets[training], sets[split], only=expected).figures
    for name, numbers in expected.items():
        figure = found[name]
        assert (figure.value, figure.low, figure.high) == pytest.approx(numbers, rel=0.03, abs=0.015), name
