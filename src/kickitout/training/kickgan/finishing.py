"""The last of a sketch's sound, full scale and drive, with its gradient written out.

torch makes a pass over all samples for every operation, and another one or two backwards: some fifty, where a dozen do.
The equations are those of `kickitout.sound.sketch.clip.driven`. With x left and right at full scale, s their smoothed
form, k = exp(8 g) - 1 and u = 1 + k s^8, the clipped sound is c = x exp(g) u^(-1/8), so that

    dc/dx = c/x,    dc/ds = -c k s^7 / u,    dc/dg = c - c s^8 exp(8 g) / u,

and what is divided by a peak has a part of the gradient in the sample that is the peak. These functions cannot be
differentiated twice.
"""

from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from kickitout.sound.sketch.sketch import HARDNESS, LEAST_PEAK

LEAST_CLIPPED = 1e-12
"""Silence is not scaled by more than one over this."""

assert HARDNESS == 8, "roots and powers are written as squares"


def _swapped(pair: Tensor) -> Tensor:
    """Sum and difference of two channels, (b, 2, n) -> (b, 2, n): mid and side to left and right, and twice back."""
    both = torch.empty_like(pair)
    torch.add(pair[:, 0], pair[:, 1], out=both[:, 0])
    torch.sub(pair[:, 0], pair[:, 1], out=both[:, 1])
    return both


def _peak(stereo: Tensor) -> tuple[Tensor, Tensor]:
    """Size and place of the largest sample, (b, 1) each, of (b, 2, n) laid out flat."""
    size, place = stereo.flatten(1).abs().max(1, keepdim=True)
    return size, place


def _smoothed(stereo: Tensor) -> Tensor:
    """Every sample half, its neighbours a quarter each, the first and last one their own neighbours."""
    smooth = stereo * 0.5
    smooth[..., 1:].add_(stereo[..., :-1], alpha=0.25)
    smooth[..., :-1].add_(stereo[..., 1:], alpha=0.25)
    smooth[..., 0].add_(stereo[..., 0], alpha=0.25)
    smooth[..., -1].add_(stereo[..., -1], alpha=0.25)
    return smooth


class _Finished(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, mid_side: Tensor, drive: Tensor) -> Tensor:
        stereo = _swapped(mid_side)
        full, top = _peak(stereo)
        stereo.div_(full.clamp(min=LEAST_PEAK)[..., None])
        gain = drive[..., None]
        strength = torch.expm1(HARDNESS * gain)
        smooth = _smoothed(stereo)
        bend = smooth.square().square_().square_().mul_(strength).add_(1.0)
        clipped = bend.sqrt().sqrt_().rsqrt_().mul_(stereo).mul_(gain.exp())
        before = full / full.clamp(min=LEAST_PEAK)
        after, clipped_top = _peak(clipped)
        ctx.save_for_backward(stereo, smooth, bend, clipped, gain, full, top, before, after, clipped_top)
        return _swapped(clipped).mul_((0.5 * before / after.clamp(min=LEAST_CLIPPED))[..., None])

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, Tensor]:
        stereo, smooth, bend, clipped, gain, full, top, before, after, clipped_top = ctx.saved_tensors
        of_scaled = _swapped(gradient).mul_(0.5)
        least = after.clamp(min=LEAST_CLIPPED)
        of_ratio = torch.linalg.vecdot(of_scaled.flatten(1), clipped.flatten(1))[:, None]
        of_clipped = of_scaled.mul_((before / least)[..., None])
        # The peak of what was clipped divides all of it; where nothing sounds, a constant does.
        of_after = torch.where(after >= LEAST_CLIPPED, -of_ratio * before / least.square(), 0.0)
        signs = torch.sign(clipped.flatten(1).gather(1, clipped_top))
        of_clipped.flatten(1).scatter_add_(1, clipped_top, of_after * signs)
        along = of_clipped * clipped
        inner = along / bend
        squares = smooth.square()
        fourths = squares.square()
        powers = torch.linalg.vecdot(inner.flatten(1), fourths.square().flatten(1))[:, None]
        of_drive = along.sum((1, 2))[:, None] - torch.exp(HARDNESS * gain[..., 0]) * powers
        of_smooth = fourths.mul_(squares).mul_(smooth).mul_(inner).mul_(-torch.expm1(HARDNESS * gain))
        root = bend.sqrt().sqrt_().rsqrt_().mul_(gain.exp())
        of_stereo = of_clipped.mul_(root).add_(_smoothed(of_smooth))
        of_before = of_ratio / least
        scale = full.clamp(min=LEAST_PEAK)
        of_full = -torch.linalg.vecdot(of_stereo.flatten(1), stereo.flatten(1))[:, None] / scale
        of_full = torch.where(full >= LEAST_PEAK, of_full, of_before / scale)
        of_stereo.div_(scale[..., None])
        signs = torch.sign(stereo.flatten(1).gather(1, top))
        of_stereo.flatten(1).scatter_add_(1, top, of_full * signs)
        return _swapped(of_stereo), of_drive


def finish(mid_side: Tensor, drive: Tensor) -> Tensor:
    """Mid and side at full scale and driven: `kickitout.sound.sketch.clip.driven` in torch.

    Args:
        mid_side: (b, 2, n).
        drive: log gain, (b, 1).

    Returns:
        Mid and side, (b, 2, n).
    """
    finished: Tensor = _Finished.apply(mid_side, drive)  # type: ignore[no-untyped-call]
    return finished
