"""Phase shuffle (Donahue, McAuley and Puckette, "Adversarial Audio Synthesis", 2019), along the time axis."""

from torch import Tensor
from torch.nn import functional as F


def phase_shuffle(maps: Tensor, shift: int) -> Tensor:
    """Move maps by `shift` frames, the gap filled by reflection.

    Shape: (batch, channels, frames) or (batch, channels, frames, bins) -> the same. One shift serves the batch, as in
    the authors' code; it is an argument, not drawn here, so that a step's randomness is in one place.
    """
    if shift == 0:
        return maps
    frames = maps.shape[2]
    others = (0, 0) * (maps.ndim - 3)
    if shift > 0:
        return F.pad(maps, (*others, shift, 0), mode="reflect")[:, :, :frames]
    return F.pad(maps, (*others, 0, -shift), mode="reflect")[:, :, -frames:]


def shifts_of(draws: list[int], most: int) -> list[int]:
    """Shifts from -`most` to `most` frames, one for each of some whole numbers >= 0."""
    return [draw % (2 * most + 1) - most for draw in draws]
