"""Adversarial losses: of scores, per network. Each returns a scalar, the mean over this process's batch."""

from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor
from torch.nn import functional as F


class AdversarialLoss(Protocol):
    """A pair of losses on the discriminator's raw scores, each of shape (batch,). Both networks' losses see the scores
    of real *and* generated kicks, so that relativistic losses fit as well."""

    def discriminator(self, real: Tensor, fake: Tensor) -> Tensor:
        """The loss of the discriminator."""
        ...

    def generator(self, real: Tensor | None, fake: Tensor) -> Tensor:
        """The loss of the generator; `real` is None unless `needs_real`."""
        ...

    @property
    def needs_real(self) -> bool:
        """Whether the generator's loss looks at the scores of real kicks."""
        ...


@dataclass(frozen=True)
class BinaryCrossEntropy:
    """The first GAN's loss in its non-saturating form (Goodfellow et al., 2014), with label smoothing (Salimans et
    al., 2016).

    Attributes:
        real_label: target for real kicks, and the generator's aim.
        fake_label: target for generated kicks.
        double_sigmoid: give the cross-entropy *with logits* the probabilities instead of the scores. The draft speaks
            of both a sigmoid and a loss with logits; taken together its sigmoid is taken twice, the loss is bounded
            to [0.31, 1.31], and its gradient vanishes where the discriminator is sure.
    """

    real_label: float = 1.0
    fake_label: float = 0.0
    double_sigmoid: bool = False

    @property
    def needs_real(self) -> bool:
        """Never."""
        return False

    def discriminator(self, real: Tensor, fake: Tensor) -> Tensor:
        """Mean of the cross-entropies of real and of generated kicks."""
        return 0.5 * (self._against(real, self.real_label) + self._against(fake, self.fake_label))

    def generator(self, real: Tensor | None, fake: Tensor) -> Tensor:
        """The cross-entropy of generated kicks against the label of real ones."""
        return self._against(fake, self.real_label)

    def _against(self, score: Tensor, label: float) -> Tensor:
        logits = torch.sigmoid(score) if self.double_sigmoid else score
        return F.binary_cross_entropy_with_logits(logits, torch.full_like(logits, label))


@dataclass(frozen=True)
class Relativistic:
    """The relativistic pairing loss (Jolicoeur-Martineau, "The Relativistic Discriminator", 2019, equation 9; Huang et
    al., "The GAN is dead; long live the GAN!", 2024, equation 2): a real kick is to score higher than a generated one,
    pair by pair. No kick has to be real by itself, so that the generator has no single best answer to collapse to.
    """

    @property
    def needs_real(self) -> bool:
        """Always."""
        return True

    def discriminator(self, real: Tensor, fake: Tensor) -> Tensor:
        """mean softplus(fake - real)."""
        return F.softplus(fake - real).mean()

    def generator(self, real: Tensor | None, fake: Tensor) -> Tensor:
        """mean softplus(real - fake)."""
        assert real is not None
        return F.softplus(real - fake).mean()


@dataclass(frozen=True)
class Wasserstein:
    """The difference of the mean scores (Arjovsky et al., "Wasserstein GAN", 2017, equation 2). It needs a penalty on
    the critic's gradients."""

    @property
    def needs_real(self) -> bool:
        """Never."""
        return False

    def discriminator(self, real: Tensor, fake: Tensor) -> Tensor:
        """mean fake - mean real."""
        return fake.mean() - real.mean()

    def generator(self, real: Tensor | None, fake: Tensor) -> Tensor:
        """- mean fake."""
        return -fake.mean()
