"""The mixture of Gaussians: densities, draws, conditioning and the fit, against theory and another implementation."""

import numpy as np
import pytest
from scipy.stats import kstest, multivariate_normal
from sklearn.covariance import LedoitWolf
from sklearn.mixture import GaussianMixture

from kickitout.errors import DamagedFileError
from kickitout.model import prior as priors
from kickitout.model.prior import Mixture, adapted, fit, from_arrays, of_few
from kickitout.system.randomness import normal, uniform


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
        monkeypatch.setattr(priors, "ROUNDS", rounds)
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


@pytest.mark.parametrize("n", [3, 15, 60])
def test_few_points_give_the_covariance_of_ledoit_and_wolf(n):
    rng = np.random.Generator(np.random.Philox(key=3))
    few = rng.standard_normal((n, 20)) * np.linspace(0.2, 3.0, 20) + 5.0
    one = of_few(few, ridge=1e-3)
    assert one.means[0] == pytest.approx(few.mean(axis=0))
    made = one.factors[0] @ one.factors[0].T
    assert made == pytest.approx(LedoitWolf().fit(few).covariance_ + 1e-3 * np.eye(20), rel=1e-6, abs=1e-9)
    # Repeated, the points say no more than before.
    again = of_few(np.repeat(few, 3, axis=0), ridge=1e-3, count=n)
    assert again.factors[0] == pytest.approx(one.factors[0], abs=1e-9)


@pytest.mark.parametrize("few", [np.ones((1, 4)), np.ones((3, 4))], ids=["one", "equal ones"])
def test_points_without_any_width_have_the_ridge_s(few):
    assert of_few(few, ridge=0.25).factors[0] == pytest.approx(0.5 * np.eye(4))


@pytest.fixture
def usual():
    """Three Gaussians far from each other, in two dimensions."""
    means = np.array([[0.0, 0.0], [20.0, 0.0], [0.0, 20.0]])
    return Mixture(np.array([0.5, 0.3, 0.2]), means, np.repeat(np.eye(2)[None], 3, axis=0))


def test_a_component_goes_to_its_points_by_their_number_and_the_others_stay(usual):
    """Four points about the first mean: of a relevance of 4, halfway in mean and weight."""
    few = np.array([[1.0, 2.0], [1.0, 0.0], [2.0, 1.0], [0.0, 1.0]])
    moved = adapted(usual, few, relevance=4.0)
    assert moved.means[0] == pytest.approx(0.5 * few.mean(axis=0))
    assert moved.means[1:] == pytest.approx(usual.means[1:])
    before = np.array([0.5 * 1.0 + 0.5 * 0.5, 0.3, 0.2])
    assert moved.weights == pytest.approx(before / before.sum())
    assert moved.factors == pytest.approx(usual.factors)
    # Repeated, the points say no more than before.
    again = adapted(usual, np.repeat(few, 3, axis=0), relevance=4.0, count=4)
    assert again.means == pytest.approx(moved.means)
    assert again.weights == pytest.approx(moved.weights)


def test_the_less_relevance_is_asked_for_the_likelier_the_points(usual):
    few = np.random.Generator(np.random.Philox(key=4)).standard_normal((6, 2)) + np.array([2.0, 1.0])
    densities = [adapted(usual, few, relevance=each).log_density(few).mean() for each in (1e9, 10.0, 1.0, 0.01)]
    assert densities[0] == pytest.approx(usual.log_density(few).mean())
    assert (np.diff(densities) > 0.0).all()


def test_points_that_are_like_nothing_usual_leave_numbers(usual):
    moved = adapted(usual, np.full((1, 2), 1e3), relevance=0.3)
    assert np.isfinite(moved.means).all()
    assert moved.weights.sum() == pytest.approx(1.0)


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


def test_a_gaussian_without_width_is_refused(fitted):
    arrays = fitted.arrays()
    arrays["factors"][1, 2, 2] = 0.0
    with pytest.raises(DamagedFileError, match=r"prior\.npz .*without width"):
        from_arrays(arrays, "prior.npz")


# --- marginals and moments


def test_a_marginal_is_the_density_of_the_first_numbers(fitted, points):
    """p(a) = p(a, b) / p(b | a)."""
    marginal = fitted.marginal(2)
    for point in points[::60]:
        rest = fitted.given({0: point[0], 1: point[1]})
        expected = fitted.log_density(point[None]) - rest.log_density(point[None, 2:])
        assert marginal.log_density(point[None, :2]) == pytest.approx(expected, abs=1e-8)
    assert fitted.marginal(4).log_density(points) == pytest.approx(fitted.log_density(points))
    for wrong in (0, 5):
        with pytest.raises(ValueError, match="1 to 4 numbers"):
            fitted.marginal(wrong)


def test_moments_are_those_of_draws(fitted):
    drawn = fitted.points(uniform(6, "choice", 40_000), normal(6, "test", (40_000, 4)).astype(np.float64))
    mean, covariance = fitted.moments()
    assert mean == pytest.approx(drawn.mean(axis=0), abs=0.1)
    assert covariance == pytest.approx(np.cov(drawn.T), abs=0.4)


# --- values that go with points


def drawn_from(prior, count, seed=7):
    numbers = normal(seed, "test", (count, prior.size)).astype(np.float64)
    return prior.points(uniform(seed, "choice", count), numbers)


def noise(*shape, seed=8):
    return normal(seed, "noise", shape).astype(np.float64)


@pytest.fixture(scope="module")
def lines(fitted):
    """Points of the three clouds with two values: one line for all of them, with noise of 0.5 and 0.1."""
    drawn = drawn_from(fitted, 3000)
    slopes = np.array([[0.5, -1.0, 0.0, 0.2], [0.0, 0.3, 1.0, 0.0]])
    return drawn, drawn @ slopes.T + [2.0, -1.0] + noise(3000, 2) * [0.5, 0.1], slopes


def test_what_is_extended_has_the_prior_as_its_marginal_to_the_bit(fitted, lines):
    drawn, values, _ = lines
    values = values.copy()
    values[::3, 0] = np.nan
    marginal = priors.extend(fitted, drawn, values).marginal(4)
    np.testing.assert_array_equal(marginal.weights, fitted.weights)
    np.testing.assert_array_equal(marginal.means, fitted.means)
    np.testing.assert_array_equal(marginal.factors, fitted.factors)


def test_a_known_line_is_found_with_its_noise(fitted, lines):
    drawn, values, slopes = lines
    joint = priors.extend(fitted, drawn, values, ridge=1.0)
    for point in drawn[:5]:
        there = joint.given(dict(enumerate(point)))
        mean, covariance = there.moments()
        assert mean == pytest.approx(slopes @ point + [2.0, -1.0], abs=0.1)
        assert np.sqrt(np.diagonal(covariance)) == pytest.approx([0.5, 0.1], abs=0.06)


def test_given_values_the_points_are_those_that_have_them(fitted, lines):
    _, _, slopes = lines
    joint = priors.extend(fitted, *lines[:2], ridge=1.0)
    for wanted in (-3.0, 2.0, 5.0):
        narrowed = joint.given({4: wanted}).marginal(4)
        found = drawn_from(narrowed, 2000) @ slopes[0] + 2.0
        assert found.mean() == pytest.approx(wanted, abs=0.3)
        assert found.std() < 0.7


def test_for_one_gaussian_conditioning_is_the_textbooks():
    """Of x ~ N(0, I) and y = a x + e with e ~ N(0, s^2), given y: mean a y / (a a + s^2), variance 1 - a a' / (...)."""
    prior = Mixture(np.ones(1), np.zeros((1, 3)), np.eye(3)[None])
    slope, spread = np.array([1.0, 2.0, 0.0]), 0.5
    drawn = drawn_from(prior, 20_000)
    joint = priors.extend(prior, drawn, (drawn @ slope + spread * noise(20_000))[:, None], ridge=0.1)
    mean, covariance = joint.given({3: 1.5}).moments()
    whole = slope @ slope + spread**2
    assert mean == pytest.approx(slope * 1.5 / whole, abs=0.02)
    assert covariance == pytest.approx(np.eye(3) - np.outer(slope, slope) / whole, abs=0.02)


def test_each_component_bends_the_common_line_for_itself():
    prior = Mixture(np.array([0.5, 0.5]), np.array([[-10.0, 0.0], [10.0, 0.0]]), np.stack([np.eye(2)] * 2))
    drawn = drawn_from(prior, 4000)
    left = drawn[:, 0] < 0
    values = np.where(left, drawn[:, 1], -drawn[:, 1]) + 0.1 * noise(4000)
    joint = priors.extend(prior, drawn, values[:, None], ridge=10.0)
    stiff = priors.extend(prior, drawn, values[:, None], ridge=1e9)
    wanted = joint.given({2: 1.0})
    means = {bool(mean[0] < 0): mean[1] for mean in wanted.means}
    assert means[True] == pytest.approx(1.0, abs=0.05)
    assert means[False] == pytest.approx(-1.0, abs=0.05)
    # Held to the line of all, it knows nothing: the two cancel.
    assert np.abs(stiff.given({2: 1.0}).means[:, 1]).max() < 0.1


def test_a_missing_value_is_as_if_its_point_were_not_there(fitted, lines):
    drawn, values, _ = lines
    holes = values.copy()
    holes[1::2, 1] = np.nan
    joint = priors.extend(fitted, drawn, holes)
    half = priors.extend(fitted, drawn[::2], values[::2, 1:])
    whole = priors.extend(fitted, drawn, values[:, :1])
    one, other = joint.given({5: 0.0}).marginal(4), half.given({4: 0.0}).marginal(4)
    assert one.means == pytest.approx(other.means, abs=1e-6)
    assert joint.given({4: 0.0}).marginal(4).means == pytest.approx(whole.given({4: 0.0}).marginal(4).means, abs=1e-6)


def test_what_has_nothing_to_do_with_the_point_narrows_nothing(fitted):
    drawn = drawn_from(fitted, 3000)
    joint = priors.extend(fitted, drawn, noise(3000, 1, seed=11))
    narrowed = joint.given({4: 2.0}).marginal(4)
    assert narrowed.weights == pytest.approx(fitted.weights, abs=0.1)
    assert narrowed.moments()[1] == pytest.approx(fitted.moments()[1], rel=0.25, abs=0.5)


def test_few_points_a_component_do_not_believe_themselves():
    """Forty numbers a point, sixty points, values that are noise: the spread that is believed is not too small."""
    prior = Mixture(np.ones(1), np.zeros((1, 40)), np.eye(40)[None])
    drawn = drawn_from(prior, 60)
    joint = priors.extend(prior, drawn, noise(60, 1, seed=12), ridge=1.0)
    own = joint.factors[0, 40:, 40:]
    assert own[0, 0] > 1.0


def test_values_that_are_all_alike_can_be_asked_for(fitted):
    drawn = drawn_from(fitted, 200)
    joint = priors.extend(fitted, drawn, np.full((200, 1), 0.3))
    for wanted in (0.3, 0.5):
        narrowed = joint.given({4: wanted}).marginal(4)
        assert np.isfinite(narrowed.means).all()
        assert narrowed.weights == pytest.approx(fitted.weights, abs=1e-3)


def test_points_and_values_that_do_not_fit_are_refused(fitted):
    for drawn, values in ((np.zeros((5, 3)), np.zeros((5, 1))), (np.zeros((5, 4)), np.zeros((4, 1)))):
        with pytest.raises(ValueError, match="points"):
            priors.extend(fitted, drawn, values)
    with pytest.raises(ValueError, match=r"\[1\] are known at fewer than two"):
        priors.extend(fitted, np.zeros((5, 4)), np.column_stack([np.zeros(5), np.full(5, np.nan)]))


def test_one_point_has_the_ridge_for_its_variance():
    one = fit(np.array([[1.0, -2.0]]), 1, ridge=0.25)
    assert one.means == pytest.approx(np.array([[1.0, -2.0]]))
    assert one.moments()[1] == pytest.approx(0.25 * np.eye(2))
