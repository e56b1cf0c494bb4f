"""Knots on the body's tracks: pitch and decay are linear between them; the remainder is the shake."""

import math

import torch
from torch import Tensor

from kickitout.sound.sketch.parts import BODY_POINTS

COUNT = 48
"""Places on the body's tracks, dense at first; between them the tracks run straight."""

_GROWTH = 3.0  # the last step is e^3 as long as the first


def places() -> Tensor:
    """Where the knots are, in points of the body's tracks: (COUNT,), from 0 to 344, each step 3 % to 12 % longer."""
    even = torch.linspace(0.0, 1.0, COUNT, dtype=torch.float64)
    return (BODY_POINTS - 1) * torch.expm1(_GROWTH * even) / math.expm1(_GROWTH)


def _next() -> Tensor:
    """The number of the knot behind each point, from 1 on: (BODY_POINTS,)."""
    points = torch.arange(BODY_POINTS, dtype=torch.float64)
    return torch.searchsorted(places(), points, right=True).clamp(1, COUNT - 1)


def interpolation() -> Tensor:
    """Values at the points from values at the knots, straight between: (BODY_POINTS, COUNT)."""
    knots, after = places(), _next()
    share = (torch.arange(BODY_POINTS) - knots[after - 1]) / (knots[after] - knots[after - 1])
    weights = torch.zeros(BODY_POINTS, COUNT, dtype=torch.float64)
    weights.scatter_(1, after[:, None], share[:, None])
    weights.scatter_(1, after[:, None] - 1, 1.0 - share[:, None])
    return weights.float()


def density() -> Tensor:
    """How densely the knots lie at each point, with the mean 1: (BODY_POINTS,)."""
    knots, after = places(), _next()
    dense = 1.0 / (knots[after] - knots[after - 1])
    return (dense / dense.mean()).float()


def smoothing() -> Tensor:
    """The lines between knots that are nearest to a track, in least squares: track @ smoothing(), (BODY_POINTS,
    BODY_POINTS)."""
    lines = interpolation()
    nearest: Tensor = (lines @ torch.linalg.pinv(lines)).T.contiguous()
    return nearest
