"""The prior: a mixture of Gaussians over the codes of the training kicks. Once it is settled, the encoder is frozen."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from kickitout.model import prior as priors
from kickitout.model.prior import Mixture
from kickitout.training.kickgan.stages.context import Context
from kickitout.training.run.validation import CHUNK

RELEVANCE = 0.3
"""Where there are fewer kicks than a code has numbers, and the run starts from weights with a prior: a Gaussian of that
prior with so many kicks goes halfway to them. One kick takes most of the way."""

FINENESS = 3
"""Where kicks have weights, the prior is fitted to so many times as many points as there are kicks, repeated as often
as their weights say."""


class PriorStage:
    """Fits priors to codes.

    Args:
        context: shared by all stages.
    """

    def __init__(self, context: Context) -> None:
        self.context = context
        self._codes: tuple[Tensor, Tensor] | None = None

    @torch.no_grad()
    def codes(self) -> tuple[Tensor, Tensor]:
        """Means and log variances of the codes of all rows of the material, (rows, latent_size) each, kept: they stay
        the same once the encoder is frozen."""
        if self._codes is None:
            self._codes = self._codes_of(torch.arange(len(self.context.material), device=self.context.device))
        return self._codes

    @torch.no_grad()
    def _codes_of(self, rows: Tensor) -> tuple[Tensor, Tensor]:
        """Means and log variances of the codes of rows of the material, (k, latent_size) each."""
        context = self.context
        means, log_variances = [], []
        for chunk in torch.split(rows, CHUNK):
            with context.precision():
                mean, log_variance = context.networks.encoder(context.material.targets(chunk))
            means.append(mean)
            log_variances.append(log_variance)
        return torch.cat(means), torch.cat(log_variances)

    def settle(self) -> None:
        """Give the networks their priors; from now on the encoder stays as it is."""
        self._codes = None
        means = self.codes()[0].double().cpu().numpy()
        self.context.networks.prior = self._fitted(means[: self.context.kicks])
        self.context.networks.wide_prior = self._fitted(means)

    def passing(self) -> Mixture:
        """A prior of the codes at this moment, of the training kicks without their copies."""
        means, _ = self._codes_of(torch.arange(self.context.kicks, device=self.context.device))
        return self._fitted(means.double().cpu().numpy())

    def _fitted(self, points: NDArray[np.float64]) -> Mixture:
        settings = self.context.settings
        if self.context.weights is not None:
            weights = np.tile(self.context.weights, len(points) // self.context.kicks)
            points = points[evenly_chosen(weights, FINENESS * len(points))]
        ridge, shrinkage = settings.prior.ridge, settings.prior.shrinkage
        if self.context.kicks < points.shape[1]:
            start = self.context.networks.start_prior
            if start is not None:
                return priors.adapted(start, points, relevance=RELEVANCE, count=self.context.kicks)
            return priors.of_few(points, ridge=ridge, count=self.context.kicks)
        components = max(1, min(settings.prior.components, self.context.kicks // 4))
        return priors.fit(points, components, ridge=ridge, shrinkage=shrinkage, seed=settings.training.seed)


def evenly_chosen(weights: NDArray[np.float64], count: int) -> NDArray[np.intp]:
    """`count` rows, each as often as its weight says, to the nearest one: what counts points may then count rows."""
    reached = np.cumsum(weights)
    places = (np.arange(count) + 0.5) * (reached[-1] / count)
    return np.asarray(np.minimum(np.searchsorted(reached, places, side="right"), len(weights) - 1))


def latents(prior: Mixture | None, choice: Tensor, normal: Tensor) -> Tensor:
    """Latents from a prior, on the device of `normal`; without a prior, `normal` itself.

    Args:
        prior: over latents.
        choice: which Gaussian, numbers in [0, 1), (n,).
        normal: standard normal numbers, (n, latent_size).
    """
    if prior is None:
        return normal
    points = prior.points(choice.double().cpu().numpy(), normal.double().cpu().numpy())
    return torch.from_numpy(points.astype(np.float32)).to(normal.device)
