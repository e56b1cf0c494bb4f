"""One training step's losses: what each network minimises, as named terms. It sees networks and tensors; no
optimizer, device, file or clock."""

import torch
from torch import Tensor, nn

from kickitout.training.blocks import terms
from kickitout.training.blocks.adversarial import AdversarialLoss, BinaryCrossEntropy
from kickitout.training.blocks.base import Discriminator, Verdict
from kickitout.training.blocks.distributed import mean_over_ranks
from kickitout.training.dcgan.augmentation import Augmentation
from kickitout.training.run.draws import Moment
from kickitout.training.settings.dcgan import LossSettings


def build_loss(settings: LossSettings) -> AdversarialLoss:
    """The adversarial loss that `settings` describe."""
    return BinaryCrossEntropy(settings.real_label, settings.fake_label, settings.double_sigmoid)


class Objective:
    """The losses of a run.

    Several discriminators are judged alike and their terms averaged. Terms are returned by name, already weighted:
    their sum is what the network minimises.

    Args:
        settings: weights and labels.
        augmentation: what is done to all images that a discriminator sees.
    """

    def __init__(self, settings: LossSettings, augmentation: Augmentation) -> None:
        self.settings = settings
        self.augmentation = augmentation
        self.adversarial = build_loss(settings)

    def discriminator_terms(
        self, discriminators: nn.ModuleDict, real: Tensor, fake: Tensor, moment: Moment
    ) -> tuple[dict[str, Tensor], Tensor]:
        """Terms of the discriminators.

        Args:
            real: images of real kicks, (batch, *shape).
            fake: images of generated kicks, alike, detached.

        Returns:
            The terms, and how sure the discriminators are of real kicks: the mean sign of the score, in [-1, 1].
        """
        result: dict[str, Tensor] = {}
        signs: list[Tensor] = []
        penalised = self.settings.gradient_penalty > 0 and moment.step % self.settings.gradient_penalty_every == 0
        # Two streams: real and generated kicks are augmented alike in kind, not in the very numbers.
        seen = self._augment(real, moment, "augment real").requires_grad_(penalised)
        made = self._augment(fake, moment, "augment fake")
        for name, discriminator in discriminators.items():
            real_score = _judge(discriminator, seen, moment, f"{name} real").score
            fake_score = _judge(discriminator, made, moment, f"{name} fake").score
            _add(result, "adversarial", self.adversarial.discriminator(real_score, fake_score) / len(discriminators))
            signs.append(real_score.detach().sign().mean())
            if penalised:
                weight = self.settings.gradient_penalty * self.settings.gradient_penalty_every / 2.0
                _add(result, "gradient_penalty", weight * terms.gradient_penalty(real_score, seen))
        return result, mean_over_ranks(torch.stack(signs).mean())

    def generator_terms(
        self, discriminators: nn.ModuleDict, real: Tensor, fake: Tensor, latent: Tensor, moment: Moment
    ) -> dict[str, Tensor]:
        """Terms of the generator.

        Args:
            real: images of real kicks, (batch, *shape).
            fake: images of generated kicks, alike, with their graph.
            latent: what they were made of, (batch, latent_size).
        """
        settings = self.settings
        result: dict[str, Tensor] = {}
        made = self._augment(fake, moment, "augment generator")
        looks_at_real = settings.feature_matching > 0 or self.adversarial.needs_real
        seen = self._augment(real, moment, "augment generator real") if looks_at_real else None
        for name, discriminator in discriminators.items():
            verdict = _judge(discriminator, made, moment, f"{name} generator")
            truth: Verdict | None = None
            if seen is not None:
                with torch.no_grad():
                    truth = _judge(discriminator, seen, moment, f"{name} generator")
            loss = self.adversarial.generator(None if truth is None else truth.score, verdict.score)
            _add(result, "adversarial", loss / len(discriminators))
            if settings.feature_matching > 0 and truth is not None:
                matching = terms.feature_matching(truth.features, verdict.features)
                _add(result, "feature_matching", settings.feature_matching * matching / len(discriminators))
        if settings.diversity > 0:
            _add(result, "diversity", settings.diversity * terms.diversity(latent, fake))
        if settings.spectral > 0:
            _add(result, "spectral", settings.spectral * terms.spectral_regularisation(real, fake))
        if settings.smoothness > 0:
            _add(result, "smoothness", settings.smoothness * terms.smoothness(real, fake))
        if settings.decay_envelope > 0:
            _add(result, "decay_envelope", settings.decay_envelope * terms.decay_envelope_distance(real, fake))
        return result

    def _augment(self, image: Tensor, moment: Moment, purpose: str) -> Tensor:
        return self.augmentation.apply(image, moment.generator(purpose), moment.share, moment.batch_size)


def _judge(discriminator: nn.Module, image: Tensor, moment: Moment, purpose: str) -> Verdict:
    assert isinstance(discriminator, Discriminator)
    verdict: Verdict = discriminator(image, moment.whole_numbers(purpose, discriminator.draw_count()))
    return verdict


def _add(terms: dict[str, Tensor], name: str, value: Tensor) -> None:
    terms[name] = terms[name] + value if name in terms else value
