"""Full scale and drive in one go: the same sound and gradient as one after the other."""

import pytest
import torch
from torch.nn.functional import pad

from kickitout.sound.sketch.sketch import HARDNESS
from kickitout.training.kickgan.finishing import LEAST_CLIPPED, finish
from kickitout.training.kickgan.rendering import full_scale, to_stereo


def driven(mid_side, drive):
    """The formula as it stands, differentiated by torch."""
    stereo, gain = to_stereo(mid_side), drive[..., None]
    padded = pad(stereo, (1, 1), mode="replicate")
    smooth = 0.5 * stereo + 0.25 * (padded[..., :-2] + padded[..., 2:])
    bend = 1.0 + torch.expm1(HARDNESS * gain) * smooth.abs() ** HARDNESS
    clipped = stereo * gain.exp() * bend ** (-1.0 / HARDNESS)
    before, after = (sound.abs().amax((1, 2), keepdim=True) for sound in (stereo, clipped))
    return 0.5 * to_stereo(clipped * (before / after.clamp(min=LEAST_CLIPPED)))


def given(level, drive, seed=0):
    """Three sounds of random numbers and their drive."""
    sound = level * torch.randn(3, 2, 400, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))
    return sound.requires_grad_(), torch.full((3, 1), drive, dtype=torch.float64, requires_grad=True)


@pytest.mark.parametrize("level", [1.0, 0.01])
@pytest.mark.parametrize("drive", [0.0, 0.4, 2.0])
def test_it_is_full_scale_and_then_drive(level, drive):
    inputs = given(level, drive)
    found, expected = finish(*inputs), driven(full_scale(inputs[0]), inputs[1])
    torch.testing.assert_close(found, expected, rtol=1e-12, atol=1e-12)
    weights = torch.randn_like(found)
    gradients = [torch.autograd.grad(one, inputs, weights) for one in (found, expected)]
    torch.testing.assert_close(*gradients, rtol=1e-8, atol=1e-10)


def test_the_gradient_is_that_of_the_sound():
    sound, drive = given(0.3, 0.7, seed=1)
    assert torch.autograd.gradcheck(finish, (sound[:, :, :40].detach().requires_grad_(), drive))


@pytest.mark.parametrize("level", [0.0, 1e-9])
def test_silence_stays_silence_and_has_a_finite_gradient(level):
    inputs = given(level, 0.5)
    found = finish(*inputs)
    torch.testing.assert_close(found, driven(full_scale(inputs[0]), inputs[1]), rtol=1e-12, atol=0.0)
    assert all(torch.isfinite(one).all() for one in torch.autograd.grad(found.sum(), inputs))
