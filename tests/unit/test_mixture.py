"""The mixture of Gaussians: densities, draws, conditioning and the fit, against theory and another implementation."""

import numpy as np
import pytest
from scipy.stats import kstest, multivariate_normal
from sklearn.mixture import GaussianMixture

from kickitout import mixture
from kickitout.errors import DamagedFileError
from kickitout.mixture import Mixture, fit, from_arrays
from kickitout.randomness import normal, uniform


@pytest.fixture(scope="module")
def points():
    """Three clouds in four dimensions, the third with correlated numbers."""
    rng = np.random.Generator(np.random.Philox(key=1))
    turn = rng.standard_normal((4, 4))
    return np.concatenate(
        [
            rng.standard_normal((200, 4)) + np.array([4, 0, 0, 0]),
            0.3 * rng.standard_normal((100, 4)) - [4, 0, 1, 0],
            rng.standard_normal((150, 4)) @ turn + [0, 6, 0, -5],
        ]
    )


@pytest.fixture(scope="module")
def fitted(points):
    return fit(points, 3, ridge=1e-3)


def test_densities_are_scipys(fitted, points):
    expected = sum(
        weight * multivariate_normal(mean, factor @ factor.T).pdf(points)
        for weight, mean, factor in zip(fitted.weights, fitted.means, fitted.factors, strict=True)
    )
    assert fitted.log_density(points) == pytest.approx(np.log(expected), abs=1e-9)


def test_the_fit_is_as_good_as_another_implementation(fitted, points):
    theirs = GaussianMixture(3, reg_covar=1e-3, n_init=5, random_state=0).fit(points).score(points)
    assert fitted.log_density(points).mean() > theirs - 0.01
    assert fitted.weights.sum() == pytest.approx(1.0)
    assert np.sort(fitted.weights) == pytest.approx([100 / 450, 150 / 450, 200 / 450], abs=0.01)


def test_rounds_never_make_points_less_likely(points, monkeypatch):
    found = []
    for rounds in range(6):
        monkeypatch.setattr(mixture, "ROUNDS", rounds)
        found.append(fit(points, 6, ridge=1e-6).log_density(points).mean())
    assert (np.diff(found) > -1e-6).all()
    assert found[-1] > found[0]


def test_the_order_of_dimensions_and_a_shift_change_nothing(points):
    order = [2, 0, 3, 1]
    a, b = fit(points, 3, ridge=1e-3), fit(points[:, order] + 7.0, 3, ridge=1e-3)
    assert a.log_density(points) == pytest.approx(b.log_density(points[:, order] + 7.0), abs=1e-6)


def test_draws_have_the_mixtures_moments(fitted):
    numbers = normal(3, "test", (20_000, 4)).astype(np.float64)
    drawn = fitted.points(uniform(3, "choice", 20_000), numbers)
    mean = fitted.weights @ fitted.means
    covariances = fitted.factors @ fitted.factors.transpose(0, 2, 1)
    apart = fitted.means - mean
    covariance = np.einsum("k,kij->ij", fitted.weights, covariances + apart[:, :, None] * apart[:, None, :])
    assert drawn.mean(axis=0) == pytest.approx(mean, abs=0.15)
    assert np.cov(drawn.T) == pytest.approx(covariance, abs=0.4)


def test_a_point_does_not_depend_on_its_company(fitted):
    choices, numbers = uniform(4, "choice", 50), normal(4, "test", (50, 4)).astype(np.float64)
    together = fitted.points(choices, numbers)
    for row in range(50):
        assert (fitted.points(choices[row : row + 1], numbers[row : row + 1])[0] == together[row]).all()
    assert fitted.points(np.zeros(0), np.zeros((0, 4))).shape == (0, 4)


def test_a_conditional_times_the_marginal_is_the_joint_density(fitted, points):
    """p(a, b) = p(a | b) p(b), with p(b) the mixture without the rows and columns of a."""
    covariances = fitted.factors @ fitted.factors.transpose(0, 2, 1)
    b = [1, 3]
    marginal = Mixture(
        fitted.weights, fitted.means[:, b], np.linalg.cholesky(covariances[:, b][:, :, b]),
    )  # fmt: skip
    for point in points[::50]:
        conditional = fitted.given({1: point[1], 3: point[3]})
        joint = conditional.log_density(point[None, [0, 2]]) + marginal.log_density(point[None, b])
        assert joint == pytest.approx(fitted.log_density(point[None]), abs=1e-8)


def test_nothing_given_is_the_mixture_itself_and_all_is_too_much(fitted):
    assert fitted.given({}) is fitted
    for wrong in ({4: 0.0}, {-1: 0.0}, {0: 1.0, 1: 1.0, 2: 1.0, 3: 1.0}):
        with pytest.raises(ValueError, match="indices"):
            fitted.given(wrong)


def test_far_values_still_give_a_mixture(fitted):
    there = fitted.given({0: 1e4})
    assert there.weights.sum() == pytest.approx(1.0)
    assert np.isfinite(there.means).all()
    assert np.isfinite(there.factors).all()


def test_with_few_points_a_ridge_and_shrinkage_keep_covariances_whole():
    rng = np.random.Generator(np.random.Philox(key=2))
    few = rng.standard_normal((30, 40))
    flat, round_ = fit(few, 4, ridge=1e-2), fit(few, 4, ridge=1e-2, shrinkage=0.5)
    for one in (flat, round_):
        assert (np.linalg.eigvalsh(one.factors @ one.factors.transpose(0, 2, 1)) > 0.009).all()
    # Other points of the same cloud are likelier under the one that does not take its own points for the whole truth.
    fresh = rng.standard_normal((200, 40))
    assert round_.log_density(fresh).mean() > flat.log_density(fresh).mean()


def test_one_component_is_the_normal_distribution_of_the_points(points):
    one = fit(points, 1, ridge=0.0)
    assert one.means[0] == pytest.approx(points.mean(axis=0))
    assert one.factors[0] @ one.factors[0].T == pytest.approx(np.cov(points.T, bias=True), rel=1e-6, abs=1e-9)
    z = normal(5, "test", (2000, 4)).astype(np.float64)
    drawn = np.linalg.solve(one.factors[0], (one.points(np.full(2000, 0.5), z) - one.means[0]).T)
    assert kstest(drawn.ravel(), "norm").pvalue > 1e-4


def test_arrays_go_out_and_come_back(fitted, points):
    again = from_arrays(fitted.arrays(), "prior.npz")
    assert again.log_density(points) == pytest.approx(fitted.log_density(points), abs=1e-3)


@pytest.mark.parametrize("wrong", ["weights", "means", "factors", "nan", "shape", "negative"])
def test_arrays_that_are_none_are_named(fitted, wrong):
    arrays = fitted.arrays()
    if wrong in arrays:
        del arrays[wrong]
    elif wrong == "nan":
        arrays["means"][0, 0] = np.nan
    elif wrong == "shape":
        arrays["factors"] = arrays["factors"][:, :2]
    else:
        arrays["weights"][0] = -1.0
    with pytest.raises(DamagedFileError, match=r"prior\.npz"):
        from_arrays(arrays, "prior.npz")


def test_too_few_points_are_refused():
    with pytest.raises(ValueError, match="components need"):
        fit(np.zeros((3, 2)), 4, ridge=1.0)
