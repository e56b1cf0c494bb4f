"""Distances between two sets of points: arrays in, numbers out.

Points are embeddings (n, d); `weights` (n,) state how often each counts. Every distance of a set to itself is 0.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.distance import cdist
from scipy.stats import wasserstein_distance

Float64Array = NDArray[np.float64]

NEIGHBOURS = 5
"""k of precision, recall, density and coverage."""


def moments(points: Float64Array, weights: Float64Array) -> tuple[Float64Array, Float64Array]:
    """Weighted mean (d,) and covariance (d, d)."""
    total = weights.sum()
    mean = weights @ points / total
    centred = points - mean
    return mean, (centred * weights[:, None]).T @ centred / total


def gaussian_frechet(
    mean_a: Float64Array, covariance_a: Float64Array, mean_b: Float64Array, covariance_b: Float64Array
) -> float:
    """The squared Frechet distance of two Gaussians.

    |m_a - m_b|^2 + tr(C_a + C_b - 2 (C_a C_b)^(1/2)) (Dowson and Landau, 1982, eq. 16; Heusel et al., 2017, eq. 6). The
    last trace is the sum of the roots of the eigenvalues of C_a^(1/2) C_b C_a^(1/2), all real and not negative.
    """
    values, vectors = np.linalg.eigh(covariance_a)
    root = (vectors * np.sqrt(np.maximum(values, 0.0))) @ vectors.T
    inner = np.linalg.eigvalsh(root @ covariance_b @ root)
    spread = np.trace(covariance_a) + np.trace(covariance_b) - 2.0 * np.sqrt(np.maximum(inner, 0.0)).sum()
    apart = mean_a - mean_b
    # Roots turn rounding errors of 1e-16 into 1e-8: smaller values count as 0.
    scale = float(np.trace(covariance_a) + np.trace(covariance_b)) + 1e-300
    return float(apart @ apart) + (float(spread) if spread > 1e-7 * scale else 0.0)


def frechet(
    a: Float64Array, b: Float64Array, weights_a: Float64Array | None = None, weights_b: Float64Array | None = None
) -> float:
    """The Frechet distance of the Gaussians with the moments of two sets. It grows as sets get smaller."""
    first = moments(a, np.ones(len(a)) if weights_a is None else weights_a)
    second = moments(b, np.ones(len(b)) if weights_b is None else weights_b)
    return gaussian_frechet(*first, *second)


def extrapolate(shares: Float64Array, distances: Float64Array) -> float:
    """A distance at infinitely many kicks from those of shares of the sets: a line in 1/share, at 0.

    Chong and Forsyth, "Effectively Unbiased FID and Inception Score and Where to Find Them", CVPR 2020: the bias is
    proportional to 1/N. Both sets are thinned here, which removes the bias of both.
    """
    x = 1.0 / shares
    slope = ((x - x.mean()) * (distances - distances.mean())).sum() / ((x - x.mean()) ** 2).sum()
    return float(distances.mean() - slope * x.mean())


@dataclass(frozen=True)
class Kernel:
    """Gaussian kernel values within and between two sets, for the maximum mean discrepancy.

    Attributes:
        within_a, within_b: (n, n) and (m, m), 0 on the diagonal.
        between: (n, m), 0 for pairs of a kick with itself.
        pairs: (n, m), 0 for pairs of a kick with itself, else 1.
    """

    within_a: Float64Array
    within_b: Float64Array
    between: Float64Array
    pairs: Float64Array

    def discrepancy(self, weights_a: Float64Array, weights_b: Float64Array) -> float:
        """The unbiased squared maximum mean discrepancy (Gretton et al., 2012, eq. 3).

        Pairs of a kick with itself are left out of all three means, so a set against itself gives 0.
        """

        def within(matrix: Float64Array, weights: Float64Array) -> float:
            pairs = weights.sum() ** 2 - (weights**2).sum()
            return float(weights @ matrix @ weights / pairs) if pairs > 0.0 else 1.0

        pairs = float(weights_a @ self.pairs @ weights_b)
        between = float(weights_a @ self.between @ weights_b) / pairs if pairs > 0.0 else 1.0
        return within(self.within_a, weights_a) + within(self.within_b, weights_b) - 2.0 * between


def kernel(a: Float64Array, b: Float64Array, names_a: tuple[str, ...], names_b: tuple[str, ...]) -> Kernel:
    """The kernel of two sets; its width is the median distance within b. Equal names denote the same kick."""
    between, within_a, within_b = cdist(a, b, "sqeuclidean"), cdist(a, a, "sqeuclidean"), cdist(b, b, "sqeuclidean")
    off_diagonal = within_b[~np.eye(len(b), dtype=bool)]
    width = float(np.median(off_diagonal)) if off_diagonal.size else 1.0
    width = width if width > 0.0 else 1.0
    different = (np.array(names_a)[:, None] != np.array(names_b)[None, :]).astype(np.float64)
    result = [np.exp(-0.5 * x / width) for x in (within_a, within_b, between)]
    np.fill_diagonal(result[0], 0.0)
    np.fill_diagonal(result[1], 0.0)
    return Kernel(result[0], result[1], result[2] * different, different)


@dataclass(frozen=True)
class Neighbourhoods:
    """Which kicks lie in which neighbourhoods: balls that reach to the k-th nearest kick of their own set.

    Attributes:
        in_real: (n, m), whether generated kick i lies in real kick j's ball.
        in_generated: (m, n), whether real kick j lies in generated kick i's ball.
        around: (n, m), as `in_real`, but a kick that is in both sets is not around itself.
    """

    in_real: NDArray[np.bool_]
    in_generated: NDArray[np.bool_]
    around: NDArray[np.bool_]

    def precision(self, generated: Float64Array, real: Float64Array) -> float:
        """Share of the generated kicks in some real ball (Kynkaanniemi et al., 2019, eq. 2)."""
        inside = self.in_real @ (real > 0.0).astype(np.float64) > 0.0
        return float(generated @ inside / generated.sum())

    def recall(self, generated: Float64Array, real: Float64Array) -> float:
        """Share of the real kicks in some generated ball."""
        inside = self.in_generated @ (generated > 0.0).astype(np.float64) > 0.0
        return float(real @ inside / real.sum())

    def density(self, generated: Float64Array, real: Float64Array) -> float:
        """Mean number of real balls around a generated kick, over k (Naeem et al., 2020, eq. 3). May exceed 1."""
        count = generated @ self.around.astype(np.float64) @ real
        return float(count / (NEIGHBOURS * generated.sum() * real.mean()))

    def coverage(self, generated: Float64Array, real: Float64Array) -> float:
        """Share of the real kicks whose ball holds some generated kick (Naeem et al., 2020, eq. 4)."""
        held = (generated > 0.0).astype(np.float64) @ self.in_real > 0.0
        return float(real @ held / real.sum())


def radii(points: Float64Array, k: int = NEIGHBOURS) -> Float64Array:
    """The distance of each point to the k-th nearest other one, (n,)."""
    within = cdist(points, points)
    np.fill_diagonal(within, np.inf)
    return np.asarray(np.partition(within, k - 1, axis=1)[:, k - 1], dtype=np.float64)


def to_nearest(points: Float64Array, others: Float64Array, k: int = NEIGHBOURS) -> Float64Array:
    """The mean distance of each point to the k nearest of `others`, which must be as many, (n,)."""
    return np.asarray(np.partition(cdist(points, others), k - 1, axis=1)[:, :k].mean(axis=1), dtype=np.float64)


def neighbourhoods(
    generated: Float64Array, real: Float64Array, same: NDArray[np.bool_] | None = None
) -> Neighbourhoods:
    """The balls of both sets; each must have more than `NEIGHBOURS` kicks. `same` (n, m): which kick is which."""
    apart = cdist(generated, real)
    of_real, of_generated = radii(real), radii(generated)
    in_real = apart <= of_real[None, :]
    around = in_real if same is None else in_real & ~same
    return Neighbourhoods(in_real, of_generated[None, :] >= apart.T, around)


def vendi(points: Float64Array, weights: Float64Array | None = None) -> float:
    """The effective number of different directions of a set, 1..d.

    Friedman and Dieng, "The Vendi Score", 2023, eq. 2, with the cosine of embeddings: exp of the entropy of the
    eigenvalues of the mean of x x^T over unit vectors, which are those of the kernel matrix over n.
    """
    size = np.linalg.norm(points, axis=1, keepdims=True)
    unit = points / np.where(size > 0.0, size, 1.0)
    w = np.ones(len(points)) if weights is None else weights
    values = np.linalg.eigvalsh((unit * w[:, None]).T @ unit / w.sum())
    p = values[values > 1e-12]
    return float(np.exp(-(p * np.log(p)).sum())) if len(p) else 1.0


def wasserstein(
    a: Float64Array, b: Float64Array, weights_a: Float64Array, weights_b: Float64Array, scale: float
) -> float:
    """The 1-Wasserstein distance of two sets of numbers in units of `scale`; NaN where either is empty."""
    if weights_a.sum() <= 0.0 or weights_b.sum() <= 0.0:
        return float("nan")
    return float(wasserstein_distance(a, b, weights_a, weights_b)) / scale
