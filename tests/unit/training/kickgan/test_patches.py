"""Three differences and sizes over patches: the plain formulas, and their gradients."""

import pytest
import torch
from torch.nn.functional import avg_pool2d

from kickitout.training.kickgan.patches import PATCH, ROUND, pooled, sizes, three_apart


def white(*shape, seed=0):
    return torch.randn(*shape, dtype=torch.float64, generator=torch.Generator().manual_seed(seed)).requires_grad_()


def weights_of(frames, bins):
    """Of single cells, of patches, of patches of patches."""
    of_size = [torch.rand(frames, bins, dtype=torch.float64, generator=torch.Generator().manual_seed(7))]
    for _ in range(2):
        of_size.append(pooled(of_size[-1][None, None])[0, 0])
    return of_size


def test_draws_are_told_from_the_kick_and_from_each_other():
    real, drawn = white(2, 3), white(4, 3, seed=1)
    first, second = drawn[:2], drawn[2:]
    assert torch.equal(three_apart(real, drawn), torch.cat([real - first, real - second, first - second]))
    assert torch.autograd.gradcheck(three_apart, (real, drawn))
    assert torch.autograd.gradcheck(lambda moved: three_apart(real.detach(), moved), (drawn,))


@pytest.mark.parametrize("parts", [1, 2])
@pytest.mark.parametrize(("frames", "bins"), [(18, 33), (5, 3)])
def test_sizes_are_means_of_roots_of_mean_squares(parts, frames, bins):
    apart, weights = white(3, parts, 2, frames, bins), weights_of(frames, bins)
    squares = apart.square().sum(1)
    expected = 0.0
    for number, of_size in enumerate(weights):
        if number:
            squares = avg_pool2d(squares, [min(PATCH, length) for length in squares.shape[2:]])
        expected = expected + (of_size * (squares + ROUND).sqrt()).mean((1, 2, 3)) / 3.0
    found = sizes(apart, weights)
    torch.testing.assert_close(found, expected, rtol=1e-12, atol=0.0)
    weigh = torch.tensor([1.0, -2.0, 0.5], dtype=torch.float64)
    gradients = [torch.autograd.grad((one * weigh).sum(), apart)[0] for one in (found, expected)]
    torch.testing.assert_close(*gradients, rtol=1e-10, atol=1e-14)


def test_no_difference_has_a_finite_gradient():
    apart = torch.zeros(1, 2, 2, 9, 9, dtype=torch.float64, requires_grad=True)
    (gradient,) = torch.autograd.grad(sizes(apart, weights_of(9, 9)).sum(), apart)
    assert torch.equal(gradient, torch.zeros_like(gradient))
