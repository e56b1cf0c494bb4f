"""A mixture of Gaussians in NumPy: the prior from which latents are drawn, all of it or given some of its numbers.

    p(x) = sum_k w_k N(x; m_k, C_k)

An auto-encoder's codes of real kicks are not normally distributed. A mixture over them is what its generator is played
with; and where the points are (code, descriptors) together, the distribution of codes given any of the descriptors is a
mixture again, in closed form, so any descriptor can be left open.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kickitout.errors import DamagedFileError
from kickitout.system.randomness import permutation

Array = NDArray[np.float64]

ROUNDS = 100
"""Rounds of expectation and maximisation at most."""

ENOUGH = 1e-4
"""A fit ends when the mean log density rises by less than this in a round."""

RIDGE = 100.0
"""`extend`: as many points speak for the common line."""

EXACTNESS = 0.05
"""`extend`: the standard deviation that values have at least."""

_LOG_2_PI = float(np.log(2.0 * np.pi))


@dataclass(frozen=True, eq=False)
class Mixture:
    """A mixture of k Gaussians in d dimensions.

    Attributes:
        weights: (k,), of sum 1.
        means: (k, d).
        factors: (k, d, d), lower triangular; covariance k is factor_k factor_k^T.
    """

    weights: Array
    means: Array
    factors: Array

    @property
    def size(self) -> int:
        """Numbers in a point."""
        return int(self.means.shape[1])

    def log_densities(self, points: Array) -> Array:
        """log w_k N(x; m_k, C_k) of points (n, d): (n, k)."""
        result = np.empty((len(points), len(self.weights)))
        for k, (mean, factor) in enumerate(zip(self.means, self.factors, strict=True)):
            scaled = np.linalg.solve(factor, (points - mean).T)  # (d, n)
            log_size = np.log(np.diagonal(factor)).sum()
            result[:, k] = -0.5 * (scaled * scaled).sum(axis=0) - log_size
        return result + np.log(np.maximum(self.weights, 1e-300)) - 0.5 * self.size * _LOG_2_PI

    def log_density(self, points: Array) -> Array:
        """log p(x) of points (n, d): (n,)."""
        return _log_sum(self.log_densities(points))

    def points(self, choices: Array, normals: Array) -> Array:
        """Points (n, d) of numbers in [0, 1) (n,), which choose components, and of standard normal numbers (n, d)."""
        reached = np.cumsum(self.weights)
        chosen = np.minimum(np.searchsorted(reached, choices * reached[-1], side="right"), len(reached) - 1)
        # Row by row, so that a point does not depend on its company.
        moved = [self.factors[k] @ normal for k, normal in zip(chosen, normals, strict=True)]
        return np.asarray(self.means[chosen] + np.reshape(moved, normals.shape))

    def marginal(self, size: int) -> "Mixture":
        """The mixture of the first `size` numbers of a point.

        The leading block of a triangular factor is the factor of the leading block.

        Raises:
            ValueError: there are not so many.
        """
        if not 1 <= size <= self.size:
            raise ValueError(f"a point has 1 to {self.size} numbers, not {size}")
        return Mixture(self.weights, self.means[:, :size], self.factors[:, :size, :size])

    def moments(self) -> tuple[Array, Array]:
        """Mean (d,) and covariance (d, d) of all of it."""
        mean = self.weights @ self.means
        spread = self.factors * np.sqrt(self.weights)[:, None, None]
        apart = (self.means - mean) * np.sqrt(self.weights)[:, None]
        return mean, np.asarray(np.einsum("kij,klj->il", spread, spread) + apart.T @ apart)

    def given(self, values: Mapping[int, float]) -> "Mixture":
        """The mixture of the other numbers, in their order, given some of them by index.

        Components weigh as likely as they are to give the values; each is conditioned as a Gaussian (Bishop, "Pattern
        Recognition and Machine Learning", 2006, equations 2.81 and 2.82).

        Raises:
            ValueError: an index is out of range, or nothing is left.
        """
        known = sorted(values)
        if not known:
            return self
        if known[0] < 0 or known[-1] >= self.size or len(known) == self.size:
            raise ValueError(f"indices 0..{self.size - 1}, not all of them; got {known}")
        rest = [index for index in range(self.size) if index not in values]
        wanted = np.array([values[index] for index in known])
        covariances = self.factors @ self.factors.transpose(0, 2, 1)
        log_weights, means, factors = [], [], []
        for weight, mean, covariance in zip(self.weights, self.means, covariances, strict=True):
            within = covariance[np.ix_(known, known)]
            across = covariance[np.ix_(rest, known)]
            gain = np.linalg.solve(within, across.T).T
            apart = wanted - mean[known]
            left = covariance[np.ix_(rest, rest)] - gain @ across.T
            log_size = np.linalg.slogdet(within)[1]
            log_weights.append(np.log(max(weight, 1e-300)) - 0.5 * (apart @ np.linalg.solve(within, apart) + log_size))
            means.append(mean[rest] + gain @ apart)
            factors.append(_factor(left))
        log_array = np.array(log_weights)
        weights = np.exp(log_array - log_array.max())
        return Mixture(weights / weights.sum(), np.array(means), np.array(factors))

    def arrays(self) -> dict[str, NDArray[np.float32]]:
        """What `from_arrays` takes, to be stored."""
        return {
            "weights": self.weights.astype(np.float32),
            "means": self.means.astype(np.float32),
            "factors": self.factors.astype(np.float32),
        }


def from_arrays(arrays: Mapping[str, NDArray[np.floating]], source: str) -> Mixture:
    """A mixture that was stored. Raises `DamagedFileError`, naming `source`, if the arrays are none."""
    try:
        weights, means, factors = (arrays[name].astype(np.float64) for name in ("weights", "means", "factors"))
    except KeyError as error:
        raise DamagedFileError(f"{source} lacks {error}; fetch or export it again") from error
    count, size = means.shape if means.ndim == 2 else (0, 0)
    fits = count > 0 and weights.shape == (count,) and factors.shape == (count, size, size)
    finite = all(np.isfinite(array).all() for array in (weights, means, factors))
    if not fits or not finite or weights.min() < 0.0 or weights.sum() <= 0.0:
        raise DamagedFileError(f"{source} is no mixture of Gaussians; fetch or export it again")
    if not (np.diagonal(factors, axis1=1, axis2=2) > 0.0).all():
        raise DamagedFileError(f"{source} holds a Gaussian without width; fetch or export it again")
    return Mixture(weights / weights.sum(), means, np.tril(factors))


def fit(points: Array, components: int, *, ridge: float, shrinkage: float = 0.0, seed: int = 0) -> Mixture:
    """The mixture that makes the points likely, by expectation and maximisation (Dempster, Laird and Rubin, 1977).

    It starts from points of the set, far apart by lot (k-means++: Arthur and Vassilvitskii, 2007).

    Args:
        points: (n, d), n at least 1: one point alone has the ridge for its variance.
        components: k; as many as there are points at most.
        ridge: added to the variances: no component may be flat.
        shrinkage: 0 to 1: how far each covariance is moved to the one of all points. With fewer points a component than
            dimensions a covariance says little of its own.
        seed: of the start.

    Raises:
        ValueError: too few points.
    """
    if not 1 <= components <= len(points):
        raise ValueError(f"{components} components need as many points; got {len(points)}")
    everything = np.cov(points.T, bias=True).reshape(points.shape[1], points.shape[1])
    centres = points[_far_apart(points, components, seed)]
    nearest = ((points[:, None] - centres[None]) ** 2).sum(axis=2).argmin(axis=1)
    shares = np.eye(components)[nearest]
    mixture, before = _maximised(points, shares, everything, ridge, shrinkage), -np.inf
    for _ in range(ROUNDS):
        each = mixture.log_densities(points)
        whole = _log_sum(each)
        if whole.mean() < before + ENOUGH:
            break
        before = float(whole.mean())
        mixture = _maximised(points, np.exp(each - whole[:, None]), everything, ridge, shrinkage)
    return mixture


def of_few(points: Array, *, ridge: float, count: int | None = None) -> Mixture:
    """One Gaussian of points that are fewer than their dimensions: its covariance lies between their own, which has no
    width in most directions, and a ball as large, as near to either as makes the expected error least (Ledoit and Wolf,
    "A well-conditioned estimator for large-dimensional covariance matrices", 2004).

    Args:
        points: (n, d), n at least 1.
        ridge: added to the variances.
        count: how many of the points are independent, where they are repeated; None: all.
    """
    n, size = points.shape
    mean = points.mean(axis=0)
    apart = points - mean
    own = apart.T @ apart / n
    ball = np.trace(own) / size * np.eye(size)
    away = float(((own - ball) ** 2).sum())
    error = float(((apart**2).sum(axis=1) ** 2).mean() - (own**2).sum()) / (n if count is None else count)
    share = min(error / away, 1.0) if away > 0.0 else 1.0
    covariance = (1.0 - share) * own + share * ball + ridge * np.eye(size)
    return Mixture(np.ones(1), mean[None], _factor(covariance)[None])


def adapted(mixture: Mixture, points: Array, *, relevance: float, count: int | None = None) -> Mixture:
    """A mixture moved to a few points: each component's mean and weight by as much as points are its own, its width not
    at all (Reynolds, Quatieri and Dunn, "Speaker Verification Using Adapted Gaussian Mixture Models", 2000, equations 9
    to 13). With n_k of the n points component k's, and a_k = n_k / (n_k + relevance),

        w_k ~ a_k n_k / n + (1 - a_k) w_k,    m_k -> a_k (mean of its points) + (1 - a_k) m_k

    Args:
        mixture: of what is usual, in d dimensions.
        points: (n, d), n at least 1.
        relevance: a component with so many points goes halfway, above 0.
        count: how many of the points are independent, where they are repeated; None: all.
    """
    n = len(points)
    each = mixture.log_densities(points)
    shares = np.exp(each - _log_sum(each)[:, None])
    owned = shares.sum(axis=0) * ((n if count is None else count) / n)
    own_means = shares.T @ points / np.maximum(shares.sum(axis=0), 1e-300)[:, None]
    moved = owned / (owned + relevance)
    weights = moved * owned / owned.sum() + (1.0 - moved) * mixture.weights
    means = mixture.means + moved[:, None] * (own_means - mixture.means)
    return Mixture(weights / weights.sum(), means, mixture.factors)


# Values that go with points -----------------------------------------------------------------------------------------


def extend(
    prior: Mixture, points: Array, values: Array, *, ridge: float = RIDGE, exactness: float = EXACTNESS
) -> Mixture:
    """A mixture over (point, values) whose marginal over points is `prior`, to the bit: what was measured at points
    joins the prior, so that `given` can ask for it.

    In component k the values are linear in v, the point as seen by it, x = m_k + F_k v, and normal around that:

        value = a_k + B_k v + e,    e ~ N(0, S_k)

    One line is fitted for all points by least squares. Each component then bends it for itself, with the points
    weighted by how much they are its own: a ridge of so many points holds it to the common line, and its S_k to the
    common one. Residuals are those that each point has when it is left out (PRESS: Allen, 1974), so that components
    with few points do not believe themselves.

    Args:
        prior: over points of d numbers.
        points: (n, d), drawn from it.
        values: (n, m), with NaN where a point lacks one; it is left out of that value's lines only.
        ridge: points that speak for the common line, above 0.
        exactness: standard deviation that values have at least, whatever the line.

    Returns:
        Over d + m numbers, the values behind the point.

    Raises:
        ValueError: shapes that do not fit, or fewer than two points have a value.
    """
    count, size = points.shape
    if size != prior.size or values.shape[:1] != (count,) or values.ndim != 2:
        raise ValueError(f"points (n, {prior.size}) and values (n, m); got {points.shape} and {values.shape}")
    known = np.isfinite(values)
    if (known.sum(axis=0) < 2).any():
        raise ValueError(f"values {np.flatnonzero(known.sum(axis=0) < 2).tolist()} are known at fewer than two points")
    wanted = np.where(known, values, 0.0)
    mean, covariance = prior.moments()
    whole = _factor(covariance)
    seen = np.asarray(np.linalg.solve(whole, (points - mean).T).T)
    line, errors = _lines(seen, wanted, known, np.ones(count), ridge=ridge, offset_ridge=0.0)
    common = _scatter(errors, known)

    each = prior.log_densities(points)
    shares = np.exp(each - _log_sum(each)[:, None])
    left = np.where(known, wanted - _with_ones(seen) @ line, 0.0)
    width = values.shape[1]
    means = np.empty((len(prior.weights), size + width))
    factors = np.zeros((len(prior.weights), size + width, size + width))
    for k, share in enumerate(shares.T):
        own = np.asarray(np.linalg.solve(prior.factors[k], (points - prior.means[k]).T).T)
        bend, errors = _lines(own, left, known, share, ridge=ridge, offset_ridge=1.0)
        totals = share @ known
        trust, doubt = np.sqrt(totals / (totals + ridge)), np.sqrt(ridge / (totals + ridge))
        scatter = _scatter(errors * np.sqrt(share)[:, None], known * share[:, None])
        scatter = np.outer(trust, trust) * scatter + np.outer(doubt, doubt) * common
        at_mean = np.linalg.solve(whole, prior.means[k] - mean)
        means[k] = np.concatenate([prior.means[k], line[0] + at_mean @ line[1:] + bend[0]])
        factors[k, :size, :size] = prior.factors[k]
        factors[k, size:, :size] = (np.linalg.solve(whole, prior.factors[k]).T @ line[1:] + bend[1:]).T
        factors[k, size:, size:] = _factor(scatter + exactness**2 * np.eye(width))
    return Mixture(prior.weights, means, factors)


def _with_ones(seen: Array) -> Array:
    return np.concatenate([np.ones((len(seen), 1)), seen], axis=1)


def _lines(
    seen: Array, values: Array, known: NDArray[np.bool_], weights: Array, *, ridge: float, offset_ridge: float
) -> tuple[Array, Array]:
    """Weighted ridge regressions of values (n, m) on points (n, d), each with the points where it is known.

    Returns:
        Offsets and slopes (1 + d, m), and the error at each point when that is left out, 0 where unknown, (n, m).
    """
    design = _with_ones(seen)
    penalty = np.diag([offset_ridge, *[ridge] * seen.shape[1]])
    lines = np.empty((design.shape[1], values.shape[1]))
    errors = np.zeros(values.shape)
    for column, rows in enumerate(known.T):
        own, weight = design[rows], weights[rows]
        weighted = own * weight[:, None]
        inverse = np.linalg.inv(own.T @ weighted + penalty + 1e-9 * np.eye(len(penalty)))
        lines[:, column] = inverse @ (weighted.T @ values[rows, column])
        pull = ((weighted @ inverse) * own).sum(axis=1)  # how far a point draws its own line
        errors[rows, column] = (values[rows, column] - own @ lines[:, column]) / np.maximum(1.0 - pull, 0.1)
    return lines, errors


def _scatter(errors: Array, known: NDArray[np.floating] | NDArray[np.bool_]) -> Array:
    """The covariance of errors (n, m) that are 0 where unknown: as a product with itself it is never crooked."""
    size = np.sqrt(np.maximum(known.sum(axis=0), 1e-9))
    return np.asarray((errors.T @ errors) / np.outer(size, size))


def _maximised(points: Array, shares: Array, everything: Array, ridge: float, shrinkage: float) -> Mixture:
    """The mixture whose component k is made of the share (n, k) of each point."""
    count, size = points.shape
    totals = shares.sum(axis=0)
    means, factors = [], []
    for share, total in zip(shares.T, totals, strict=True):
        mean = share @ points / max(total, 1e-12)
        apart = points - mean
        own = (apart * share[:, None]).T @ apart / max(total, 1e-12)
        covariance = (1.0 - shrinkage) * own + shrinkage * everything + ridge * np.eye(size)
        means.append(mean)
        factors.append(_factor(covariance))
    return Mixture(totals / count, np.array(means), np.array(factors))


def _factor(covariance: Array) -> Array:
    """The Cholesky factor of a covariance that rounding may have made a little crooked."""
    even = 0.5 * (covariance + covariance.T)
    lift = 1e-12 * max(float(np.trace(even)), 1e-12)
    while True:
        try:
            return np.asarray(np.linalg.cholesky(even + lift * np.eye(len(even))))
        except np.linalg.LinAlgError:
            lift *= 100.0


def _far_apart(points: Array, count: int, seed: int) -> Sequence[int]:
    order = permutation(seed, "mixture/start", len(points))
    chosen = [int(order[0])]
    nearest = ((points - points[chosen[0]]) ** 2).sum(axis=1)
    # Each next one is drawn with a chance that grows with the squared distance: exponential races in the drawn order.
    race = -np.log((np.argsort(order, kind="stable") + 0.5) / len(points))
    while len(chosen) < count:
        waiting = race / np.maximum(nearest, 1e-300)
        waiting[chosen] = np.inf
        chosen.append(int(waiting.argmin()))
        nearest = np.minimum(nearest, ((points - points[chosen[-1]]) ** 2).sum(axis=1))
    return chosen


def _log_sum(values: Array) -> Array:
    """log of the sum of exponentials over the last axis."""
    top = values.max(axis=-1)
    return np.asarray(top + np.log(np.exp(values - top[..., None]).sum(axis=-1)))
