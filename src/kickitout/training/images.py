"""What the images that presets learn reach with no network between: what networks are to be held against."""

from collections.abc import Iterator

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from kickitout.training.blocks.representation import Representation
from kickitout.training.dcgan.loudness_image import LoudnessImage
from kickitout.training.run.data import as_float
from kickitout.training.wavegan.representations import NormalisedSpectrogram

PRESETS = ("dcgan", "specgan")
"""Those that learn images."""

CHUNK = 8
"""Kicks whose phases are found at once. What that takes is freed and wanted again in each iteration: blocks of 64 kicks
are so large that the C library gives them back each time, which takes longer than finding phases."""


def image_of(preset: str, training: NDArray[np.int16]) -> Representation:
    """The image that one of `PRESETS` learns, with what it measures on training kicks (n, 2, 22050)."""
    if preset == "dcgan":
        return LoudnessImage()
    image = NormalisedSpectrogram()
    image.fit(torch.from_numpy(training))
    return image


def average_sound(image: Representation, kicks: NDArray[np.int16]) -> NDArray[np.float32]:
    """The mean image of kicks (n, 2, 22050), sounded: (2, 22050)."""
    total = torch.zeros(image.shape)
    for encoded in _encoded(image, kicks):
        total += encoded.sum(0)
    return image.decode(total[None] / len(kicks))[0].numpy()


def there_and_back(image: Representation, kicks: NDArray[np.int16]) -> NDArray[np.float32]:
    """Kicks (n, 2, 22050) as they come back from their images, alike, at a peak of 1."""
    return np.concatenate([image.decode(encoded).numpy() for encoded in _encoded(image, kicks)])


def _encoded(image: Representation, kicks: NDArray[np.int16]) -> Iterator[Tensor]:
    return (image.encode(as_float(chunk, torch.float32)) for chunk in torch.split(torch.from_numpy(kicks), CHUNK))
