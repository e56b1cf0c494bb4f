"""Differences of three sets and their sizes over patches, with gradients written out.

A score compares each kick with two draws, and these with each other: three differences, here in one batch. torch makes
a pass over all cells for every operation, and another one or two backwards; these make half as many, and none of zeros.
They cannot be differentiated twice.
"""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable
from torch.nn import functional as F

PATCH = 4
"""Patches of a spectrum are single cells, PATCH bins by as many frames, and PATCH x PATCH of these."""

ROUND = 1e-6
"""Under the root: its slope at 0 is bounded."""


class _Apart(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, real: Tensor, drawn: Tensor) -> Tensor:
        count = len(real)
        apart = drawn.new_empty(3 * count, *real.shape[1:])
        torch.sub(real, drawn[:count], out=apart[:count])
        torch.sub(real, drawn[count:], out=apart[count : 2 * count])
        torch.sub(drawn[:count], drawn[count:], out=apart[2 * count :])
        return apart

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, Tensor]:
        near, also, apart = gradient.chunk(3)
        of_drawn = torch.empty_like(gradient[: 2 * len(near)])
        torch.sub(apart, near, out=of_drawn[: len(near)])
        torch.add(apart, also, out=of_drawn[len(near) :]).neg_()
        return (near + also) if ctx.needs_input_grad[0] else None, of_drawn


def three_apart(real: Tensor, drawn: Tensor) -> Tensor:
    """Real minus first draws, real minus second draws, first minus second draws.

    Args:
        real: (b, ...).
        drawn: the first draws and then the second ones, (2 b, ...).

    Returns:
        (3 b, ...).
    """
    apart: Tensor = _Apart.apply(real, drawn)  # type: ignore[no-untyped-call]
    return apart


def pooled(cells: Tensor) -> Tensor:
    """Means over patches: (b, c, frames, bins) -> (b, c, fewer, fewer)."""
    return F.avg_pool2d(cells, _patch(cells))


def _patch(cells: Tensor) -> list[int]:
    return [min(PATCH, size) for size in cells.shape[2:]]


class _Sizes(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, apart: Tensor, *weights: Tensor) -> Tensor:
        squares = apart[:, 0].square()
        for part in range(1, apart.shape[1]):
            squares.addcmul_(apart[:, part], apart[:, part])
        total = apart.new_zeros(len(apart))
        roots = []
        for number, of_size in enumerate(weights):
            if number:
                squares = pooled(squares)
            root = (squares + ROUND).sqrt_()
            channels = root.shape[1]
            sums = torch.mv(root.reshape(len(root) * channels, -1), of_size.flatten())
            total += sums.reshape(len(root), channels).sum(1) / (channels * of_size.numel())
            roots.append(root)
        ctx.save_for_backward(apart, *weights, *roots)
        return total / len(weights)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, ...]:
        apart, *others = ctx.saved_tensors
        weights, roots = others[: len(others) // 2], others[len(others) // 2 :]
        each = gradient[:, None, None, None] / len(weights)
        coarser: Tensor | None = None
        # d root / d square is 1 / (2 root), and that of a square 2: together the difference over the root.
        for of_size, root in zip(reversed(weights), reversed(roots), strict=True):
            of_squares = (of_size / (root.shape[1] * of_size.numel()) / root).mul_(each)
            if coarser is not None:
                patch = _patch(root)
                of_squares += torch.ops.aten.avg_pool2d_backward(coarser, root, patch, patch, [0, 0], False, True, None)
            coarser = of_squares
        assert coarser is not None
        return apart * coarser[:, None], *(None for _ in weights)


def sizes(apart: Tensor, weights: Sequence[Tensor]) -> Tensor:
    """The mean, over sizes of patches, of the weighted mean over patches of the root of the mean square.

    Args:
        apart: differences, (b, parts, channels, frames, bins); squares of the parts add up.
        weights: of the patches, by size from single cells on, (frames, bins) and fewer.

    Returns:
        (b,).
    """
    found: Tensor = _Sizes.apply(apart, *(each.to(apart.dtype) for each in weights))  # type: ignore[no-untyped-call]
    return found
