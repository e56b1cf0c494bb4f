"""Shapes and laws of the draft's networks."""

import pytest
import torch
from torch import nn

from kickitout.training.blocks.attention import SelfAttention2d
from kickitout.training.blocks.normalisation import BatchNorm2d, resize
from kickitout.training.dcgan.networks import build_discriminator, build_generator
from kickitout.training.settings.presets import load_preset
from testing.tiny_library import SMALL

SHAPE = (2, 176, 257)
MEGABYTE = 2**20


def test_generator_has_the_drafts_shape_and_nine_blocks_and_fits_8_MB():
    generator = build_generator(load_preset("dcgan").generator, SHAPE)
    assert generator(torch.randn(2, 100)).shape == (2, *SHAPE)
    transposed = [module for module in generator.modules() if isinstance(module, nn.ConvTranspose2d)]
    assert len(transposed) == 9
    assert sum(tensor.numel() * 4 for tensor in generator.state_dict().values()) <= 8 * MEGABYTE


def test_generator_stays_in_range():
    generator = build_generator(load_preset("dcgan", SMALL).generator, SHAPE)
    assert generator(100 * torch.randn(4, 100)).abs().max() <= 1


def test_discriminator_has_nine_normalised_convolutions_and_one_score_a_kick():
    discriminator = build_discriminator(load_preset("dcgan").discriminator, SHAPE)
    verdict = discriminator(torch.randn(3, *SHAPE), [0] * discriminator.draw_count())
    assert verdict.score.shape == (3,)
    assert len(verdict.features) == 8
    convolutions = [module for module in discriminator.modules() if isinstance(module, nn.Conv2d)]
    assert len(convolutions) == 9
    for convolution in convolutions:
        assert nn.utils.parametrize.is_parametrized(convolution, "weight")


def test_spectral_norm_bounds_the_largest_singular_value():
    discriminator = build_discriminator(load_preset("dcgan").discriminator, SHAPE)
    for module in discriminator.modules():
        if isinstance(module, nn.Conv2d):
            for _ in range(60):  # each access in training is a step of the power iteration
                weight = module.weight.detach()
            assert torch.linalg.matrix_norm(weight.flatten(1), 2).item() == pytest.approx(1.0, rel=0.03)


def test_same_seed_same_weights():
    def build() -> nn.Module:
        torch.manual_seed(3)
        return build_generator(load_preset("dcgan", SMALL).generator, SHAPE)

    first, second = build(), build()
    assert all(torch.equal(a, b) for a, b in zip(first.parameters(), second.parameters(), strict=True))


def test_phase_shuffle_changes_the_score_only_when_it_is_on():
    image = torch.randn(2, *SHAPE)
    for most, differs in ((0, False), (2, True)):
        settings = load_preset("dcgan", (*SMALL, f"discriminator.phase_shuffle={most}")).discriminator
        torch.manual_seed(0)
        discriminator = build_discriminator(settings, SHAPE).eval()
        first = discriminator(image, [0] * discriminator.draw_count()).score
        second = discriminator(image, [1] * discriminator.draw_count()).score
        assert bool((first != second).any()) == differs


def test_attention_begins_as_the_identity_and_then_looks_everywhere():
    attention = SelfAttention2d(16)
    image = torch.randn(2, 16, 8, 8, requires_grad=True)
    assert torch.equal(attention(image), image)
    with torch.no_grad():
        attention.gain.fill_(1.0)
    (gradient,) = torch.autograd.grad(attention(image)[0, :, 0, 0].sum(), image)
    assert (gradient[0].abs().amax(0) > 0).sum() > 16  # pixels far away have a say
    assert (gradient[1] == 0).all()  # but not other kicks


def test_attention_is_switched_on_by_settings():
    settings = load_preset("dcgan", (*SMALL, "generator.attention=[16, 32]", "discriminator.attention=[32]"))
    generator = build_generator(settings.generator, SHAPE)
    discriminator = build_discriminator(settings.discriminator, SHAPE)
    assert sum(isinstance(module, SelfAttention2d) for module in generator.modules()) == 2
    assert sum(isinstance(module, SelfAttention2d) for module in discriminator.modules()) == 1


def test_batch_norm_alone_is_torchs_own():
    mine, theirs = BatchNorm2d(5), nn.BatchNorm2d(5)
    image = torch.randn(4, 5, 6, 7)
    assert torch.equal(mine(image), theirs(image))
    assert torch.equal(mine.running_var, theirs.running_var)


def test_resize_to_the_same_size_is_the_identity_and_keeps_constants():
    image = torch.randn(1, 2, 9, 9)
    assert resize(image, (9, 9)) is image
    assert torch.allclose(resize(torch.full((1, 1, 256, 256), 0.3), (176, 257)), torch.tensor(0.3))
