"""Laws of the losses, and numbers worked out by hand."""

import math

import pytest
import torch
from torch import nn

from kickitout.training.blocks import terms
from kickitout.training.blocks.adversarial import BinaryCrossEntropy
from kickitout.training.blocks.base import gradients_wanted

BATCH = (6, 2, 24, 33)


def images(seed: int, scale: float = 0.3) -> torch.Tensor:
    return scale * torch.randn(BATCH, generator=torch.Generator().manual_seed(seed))


def test_cross_entropy_of_an_unsure_discriminator_is_log_2():
    loss = BinaryCrossEntropy()
    zeros = torch.zeros(4)
    assert float(loss.discriminator(zeros, zeros)) == pytest.approx(math.log(2))
    assert float(loss.generator(None, zeros)) == pytest.approx(math.log(2))


def test_smoothed_labels_are_the_best_scores():
    loss = BinaryCrossEntropy(real_label=0.9, fake_label=0.1)
    score = torch.linspace(-6, 6, 2401)
    best = score[torch.stack([loss.discriminator(one[None], -one[None]) for one in score]).argmin()]
    assert float(torch.sigmoid(best)) == pytest.approx(0.9, abs=1e-3)


def test_double_sigmoid_is_bounded_and_loses_its_gradient_where_the_discriminator_is_sure():
    once, twice = BinaryCrossEntropy(), BinaryCrossEntropy(double_sigmoid=True)
    sure_fake = torch.tensor([-20.0], requires_grad=True)
    assert once.generator(None, sure_fake).item() == pytest.approx(20.0, abs=1e-3)
    assert twice.generator(None, sure_fake).item() == pytest.approx(math.log(2), abs=1e-3)
    assert twice.generator(None, -sure_fake).item() == pytest.approx(math.log(1 + math.exp(-1)), abs=1e-3)
    (gradient_once,) = torch.autograd.grad(once.generator(None, sure_fake), sure_fake)
    (gradient_twice,) = torch.autograd.grad(twice.generator(None, sure_fake), sure_fake)
    assert abs(float(gradient_once)) > 0.99
    assert abs(float(gradient_twice)) < 1e-8


@pytest.mark.parametrize("term", [terms.smoothness, terms.decay_envelope_distance])
def test_batch_terms_are_zero_on_the_same_statistics_and_grow_with_the_difference(term):
    real = images(0)
    assert float(term(real, real)) == 0
    assert float(term(real, real.flip(0))) == pytest.approx(0, abs=1e-6)  # who is compared with whom does not matter
    assert float(term(real, 1.1 * real)) < float(term(real, 2.0 * real))


def test_no_batch_term_has_the_average_kick_as_its_optimum():
    real = images(0) + torch.linspace(0, 1, BATCH[0])[:, None, None, None]
    average = real.mean(0, keepdim=True).expand_as(real)
    for term in (terms.smoothness, terms.decay_envelope_distance):
        assert float(term(real, average)) > 10 * float(term(real, real.flip(0))) + 0.01


def test_feature_matching_compares_statistics_and_gives_no_gradient_to_real_kicks():
    real = [images(1).requires_grad_(), images(2)]
    fake = [images(3).requires_grad_(), images(4)]
    same = terms.feature_matching(real, [feature.flip(0) for feature in real])
    assert same.item() == pytest.approx(0, abs=1e-6)
    loss = terms.feature_matching(real, fake)
    assert loss.item() > 0
    loss.backward()
    assert real[0].grad is None
    assert fake[0].grad is not None


def test_diversity_punishes_a_collapsed_generator():
    latent = torch.randn(6, 10, generator=torch.Generator().manual_seed(0))
    varied, alike = images(5), images(5)[:1].expand(BATCH)
    assert float(terms.diversity(latent, alike + 1e-3 * varied)) > 100 * float(terms.diversity(latent, varied))


def test_azimuthal_profile_of_a_wave_peaks_in_its_ring():
    height = width = 64
    cycles = 12
    wave = torch.cos(2 * torch.pi * cycles * torch.arange(width) / width).expand(1, 1, height, width)
    profile = terms.azimuthal_profile(wave)[0, 0]
    assert int(profile.argmax()) == cycles
    # ... whichever way the wave runs.
    assert int(terms.azimuthal_profile(wave.transpose(2, 3))[0, 0].argmax()) == cycles


def test_spectral_regularisation_is_least_for_the_real_profile_and_sees_up_sampling_lines():
    coarse = torch.randn(8, 1, 16, 16, generator=torch.Generator().manual_seed(0))
    smooth = nn.functional.interpolate(coarse, (64, 64), mode="bicubic")
    blocky = nn.functional.interpolate(coarse, (64, 64), mode="nearest")
    assert float(terms.spectral_regularisation(smooth, smooth)) < float(terms.spectral_regularisation(smooth, blocky))


def test_gradient_penalty_of_a_linear_score_is_its_squared_weight():
    weight = torch.randn(BATCH[1:], generator=torch.Generator().manual_seed(0))
    image = images(6).requires_grad_()
    score = (image * weight).flatten(1).sum(1)
    assert terms.gradient_penalty(score, image).item() == pytest.approx(float(weight.square().sum()), rel=1e-5)


def test_unit_gradient_penalty_of_a_linear_score_is_the_distance_of_its_norm_from_1_squared():
    weight = torch.randn(BATCH[1:], generator=torch.Generator().manual_seed(0))
    image = images(6).requires_grad_()
    for norm in (0.25, 1.0, 3.0):
        score = (image * weight * (norm / weight.norm())).flatten(1).sum(1)
        assert terms.unit_gradient_penalty(score, image).item() == pytest.approx((norm - 1.0) ** 2, abs=1e-5)


def test_unit_gradient_penalty_can_be_differentiated_where_the_score_is_flat():
    scale = torch.zeros((), requires_grad=True)
    image = images(6).requires_grad_()
    penalty = terms.unit_gradient_penalty((scale * image).flatten(1).sum(1), image)
    penalty.backward()
    assert penalty.item() == 1.0
    assert scale.grad is not None
    assert scale.grad.isfinite()


def test_gradients_can_be_switched_off_and_on():
    layer = nn.Linear(2, 2)
    gradients_wanted(layer, False)
    assert not layer(torch.ones(1, 2)).requires_grad
    gradients_wanted(layer, True)
    assert layer(torch.ones(1, 2)).requires_grad
