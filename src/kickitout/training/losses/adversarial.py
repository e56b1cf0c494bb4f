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
        """What the discriminator minimises."""
        ...

    def generator(self, real: Tensor | None, fake: Tensor) -> Tensor:
        """What the generator minimises; `real` is None unless `needs_real`."""
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
        real_label: target for real kicks, and what the generator aims at.
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
