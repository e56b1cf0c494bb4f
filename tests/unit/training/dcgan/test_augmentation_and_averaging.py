"""Adaptive augmentation and averaged weights."""

import pytest
import torch
from torch import nn

from kickitout.training.dcgan.augmentation import Augmentation
from kickitout.training.run.averaging import AveragedWeights, averaging_decay
from kickitout.training.run.validation import spread
from kickitout.training.settings.dcgan import AugmentationSettings

WHOLE = slice(0, 6)


def augmentation(strength: float, target: float = 0.0, speed: int = 100) -> Augmentation:
    return Augmentation(AugmentationSettings(strength=strength, target=target, speed=speed))


def images() -> torch.Tensor:
    return torch.rand(6, 2, 40, 20, generator=torch.Generator().manual_seed(0)) * 2 - 1


def draw(strength: float, share: slice = WHOLE) -> torch.Tensor:
    return augmentation(strength).apply(images()[share], torch.Generator().manual_seed(1), share, 6)


def test_off_is_the_identity_and_on_changes_every_image_within_range():
    assert torch.equal(draw(0.0), images())
    made = draw(1.0)
    assert ((made != images()).flatten(1).any(1)).all()
    assert made.min() >= -1
    assert made.max() <= 1


def test_stronger_changes_more_images():
    changed = [int((draw(strength) != images()).flatten(1).any(1).sum()) for strength in (0.0, 0.15, 1.0)]
    assert changed == sorted(changed)
    assert changed[0] < changed[-1]


def test_processes_augment_one_batch():
    assert torch.equal(draw(0.5), torch.cat([draw(0.5, slice(0, 3)), draw(0.5, slice(3, 6))]))


def test_gradients_flow_through():
    image = images().requires_grad_()
    augmentation(1.0).apply(image, torch.Generator().manual_seed(1), WHOLE, 6).sum().backward()
    assert image.grad is not None
    assert float(image.grad.abs().sum()) > 0


def test_strength_follows_how_sure_the_discriminator_is_and_stays_a_probability():
    adaptive = augmentation(0.0, target=0.6)
    for _ in range(200):
        adaptive.adapt(0.9, batch_size=10)
    assert adaptive.strength == 1.0
    adaptive.adapt(0.1, batch_size=10)
    assert adaptive.strength == pytest.approx(0.9)
    fixed = augmentation(0.3)
    fixed.adapt(0.9, batch_size=10)
    assert fixed.strength == 0.3


def test_half_life():
    assert averaging_decay(16, 16) == 0.5
    assert averaging_decay(16, 1600) ** 100 == pytest.approx(0.5)


def test_the_average_of_a_still_network_is_the_network_and_follows_a_step_by_halves():
    network = nn.BatchNorm2d(3)
    averaged = AveragedWeights(network, half_life=16)
    averaged.update(network, 16, samples=10_000)
    assert torch.equal(averaged.network.weight, network.weight)
    with torch.no_grad():
        network.weight += 1
        network.num_batches_tracked += 5
    averaged.update(network, 16, samples=10_000)
    assert torch.allclose(averaged.network.weight, torch.full((3,), 1.5))
    assert int(averaged.network.num_batches_tracked) == 5


def test_spread_is_zero_for_copies_and_the_deviation_for_independent_pixels():
    assert spread(torch.ones(5, 2, 3, 3)) == 0
    noise = torch.randn(400, 2, 20, 20, generator=torch.Generator().manual_seed(0))
    assert spread(0.3 * noise) == pytest.approx(0.3, rel=0.01)
