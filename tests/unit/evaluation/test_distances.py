"""Distances of sets: closed forms, perfect scores of a set against itself, the worst ones of sets far apart."""

import numpy as np
import pytest

from kickitout.evaluation import distances as D

NAMES = tuple(f"kick {number}" for number in range(200))
OTHERS = tuple(f"other {number}" for number in range(200))


@pytest.fixture(scope="module")
def cloud():
    return np.random.Generator(np.random.Philox(key=1)).standard_normal((200, 6))


@pytest.fixture(scope="module")
def twin():
    return np.random.Generator(np.random.Philox(key=2)).standard_normal((200, 6))


def ones(x):
    return np.ones(len(x))


# Frechet -----------------------------------------------------------------------------------------------------------


def test_the_frechet_distance_of_gaussians_is_the_closed_form():
    """For diagonal covariances it is |m|^2 + sum (s - t)^2."""
    s, t = np.array([1.0, 2.0, 3.0]), np.array([2.0, 2.0, 0.5])
    m = np.array([1.0, 0.0, -2.0])
    assert D.gaussian_frechet(m, np.diag(s**2), 0 * m, np.diag(t**2)) == pytest.approx(5.0 + ((s - t) ** 2).sum())


def test_the_frechet_distance_does_not_depend_on_axes():
    rng = np.random.Generator(np.random.Philox(key=3))
    rotation = np.linalg.qr(rng.standard_normal((4, 4)))[0]
    a, b = (x @ x.T for x in rng.standard_normal((2, 4, 4)))
    m = rng.standard_normal(4)
    turned = D.gaussian_frechet(rotation @ m, rotation @ a @ rotation.T, 0 * m, rotation @ b @ rotation.T)
    assert turned == pytest.approx(D.gaussian_frechet(m, a, 0 * m, b))


def test_the_frechet_distance_to_itself_is_0_and_a_shift_counts_squared(cloud):
    assert D.frechet(cloud, cloud) == 0.0
    assert D.frechet(cloud, cloud + np.array([3.0, 0, 0, 0, 0, 0])) == pytest.approx(9.0, abs=1e-6)


def test_frechet_weights_are_repetition(cloud, twin):
    w = np.arange(200.0) % 4
    repeated = cloud[np.repeat(np.arange(200), w.astype(int))]
    assert D.frechet(cloud, twin, w, ones(twin)) == pytest.approx(D.frechet(repeated, twin))


def test_extrapolation_takes_out_what_falls_with_the_number():
    shares = np.array([0.5, 0.5, 0.75, 1.0])
    assert D.extrapolate(shares, 4.0 + 1.5 / shares) == pytest.approx(4.0)


# Kernel ------------------------------------------------------------------------------------------------------------


def test_the_kernel_distance_to_itself_is_0_and_of_twins_around_0(cloud, twin):
    own = D.kernel(cloud, cloud, NAMES, NAMES).discrepancy(ones(cloud), ones(cloud))
    assert own == pytest.approx(0.0, abs=1e-12)
    assert abs(D.kernel(cloud, twin, NAMES, OTHERS).discrepancy(ones(cloud), ones(twin))) < 0.005


def test_the_kernel_distance_is_unbiased():
    """Its mean over pairs of small sets of one origin is 0, within three standard errors."""
    rng = np.random.Generator(np.random.Philox(key=4))
    values = [
        D.kernel(*rng.standard_normal((2, 12, 3)), NAMES[:12], OTHERS[:12]).discrepancy(np.ones(12), np.ones(12))
        for _ in range(400)
    ]
    assert abs(np.mean(values)) < 3.0 * np.std(values) / 20.0


def test_the_kernel_distance_grows_with_a_shift_up_to_its_closed_form(cloud, twin):
    moved = [
        D.kernel(cloud + shift, twin, NAMES, OTHERS).discrepancy(ones(cloud), ones(twin))
        for shift in (0.0, 0.3, 1.0, 50.0)
    ]
    assert moved == sorted(moved)
    kernel = D.kernel(cloud + 50.0, twin, NAMES, OTHERS)
    within = [x.sum() / (200 * 199) for x in (kernel.within_a, kernel.within_b)]
    assert moved[-1] == pytest.approx(sum(within))


# Neighbours --------------------------------------------------------------------------------------------------------


def figures(a, b):
    near = D.neighbourhoods(a, b)
    return {name: getattr(near, name)(ones(a), ones(b)) for name in ("precision", "recall", "density", "coverage")}


def test_a_set_against_itself_has_perfect_precision_recall_and_coverage(cloud):
    own = figures(cloud, cloud)
    assert (own["precision"], own["recall"], own["coverage"]) == (1.0, 1.0, 1.0)


def test_twins_have_a_density_of_about_1(cloud, twin):
    assert figures(cloud, twin)["density"] == pytest.approx(1.0, abs=0.15)


def test_sets_far_apart_share_nothing(cloud):
    assert figures(cloud + 100.0, cloud) == {"precision": 0.0, "recall": 0.0, "density": 0.0, "coverage": 0.0}


def test_neighbours_of_points_on_a_line():
    """Real points at 0..9: inner balls reach 3 to either side, those at the ends 5. Generated: six at 0, one at 40."""
    real = np.arange(10.0)[:, None]
    generated = np.array([0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 40.0])[:, None]
    near = figures(generated, real)
    assert near["precision"] == pytest.approx(6 / 7)
    # The balls of 0 to 4 reach 0 (their radii are 5, 4, 3, 3, 3 or more): count them by hand.
    radius = np.sort(np.abs(real - real.T), axis=1)[:, 5]
    holding = int((real[:, 0] <= radius).sum())
    assert near["coverage"] == pytest.approx(holding / 10)
    assert near["density"] == pytest.approx(6 * holding / (5 * 7))
    # The six at 0 have balls of radius 0, the one at 40 has a ball of radius 40: all is recalled.
    assert near["recall"] == 1.0


def test_one_mode_is_precise_and_recalls_nothing(cloud):
    rng = np.random.Generator(np.random.Philox(key=5))
    mode = cloud[0] * 0.1 + 1e-3 * rng.standard_normal((100, 6))
    near = figures(mode, cloud)
    assert near["precision"] == 1.0
    assert near["recall"] == 0.0
    assert near["coverage"] < 0.3


def test_the_order_of_kicks_changes_nothing(cloud, twin):
    order = np.random.Generator(np.random.Philox(key=6)).permutation(200)
    assert figures(cloud[order], twin[order[::-1]]) == pytest.approx(figures(cloud, twin))


# Diversity and descriptors -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [1, 2, 5])
def test_the_vendi_score_of_k_distinct_directions_is_k(count):
    assert D.vendi(np.repeat(np.eye(6)[:count], 7, axis=0)) == pytest.approx(count)


def test_the_vendi_score_of_nothing_but_the_mean_is_1():
    assert D.vendi(np.zeros((5, 4))) == 1.0


def test_a_mode_that_takes_over_lowers_the_vendi_score():
    points = np.eye(4)
    scores = [D.vendi(points, np.array([w, 1.0, 1.0, 1.0])) for w in (1.0, 3.0, 10.0, 1000.0)]
    assert scores == sorted(scores, reverse=True)


def test_the_wasserstein_distance_of_a_shift_is_the_shift(cloud):
    a = cloud[:, 0]
    assert D.wasserstein(a, a + 0.7, ones(a), ones(a), 1.0) == pytest.approx(0.7)
    assert D.wasserstein(a, a + 0.7, ones(a), ones(a), 2.0) == pytest.approx(0.35)
    assert D.wasserstein(a, a, ones(a), ones(a), 1.0) == 0.0
    assert np.isnan(D.wasserstein(a, a, 0 * a, ones(a), 1.0))
