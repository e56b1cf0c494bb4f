"""Phase shuffle (Donahue, McAuley and Puckette, "Adversarial Audio Synthesis", 2019), along an image's time axis."""

from torch import Tensor
from torch.nn import functional as F


def phase_shuffle(image: Tensor, shift: int) -> Tensor:
    """Move an image by `shift` frames, the gap filled by reflection.

    Shape: (batch, channels, frames, bins) -> the same. One shift serves the batch, as in the authors' code; it is an
    argument, not drawn here, so that a step's randomness is in one place.
    """
    if shift == 0:
        return image
    frames = image.shape[2]
    if shift > 0:
        return F.pad(image, (0, 0, shift, 0), mode="reflect")[:, :, :frames]
    return F.pad(image, (0, 0, 0, -shift), mode="reflect")[:, :, -frames:]
