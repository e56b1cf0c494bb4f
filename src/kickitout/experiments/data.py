"""What a library holds: its average kick as the draft's networks see it, and how its kicks measure.

The mean loudness image of the training kicks is the draft's "average data point". It is kept in blocks, so that the
result stays small: what it shows is smooth.
"""

from collections import Counter
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kickitout.errors import InputError
from kickitout.experiments.images import DB_A_UNIT
from kickitout.experiments.intervals import OVER_KITS, median_over_kits, share_over_kits
from kickitout.experiments.place import Found, Place, kits_of
from kickitout.sound.spectrogram import FLOOR_DB, loudness_image

BLOCKS = (88, 86)
"""Frames and bins of the average image: means over so many parts."""

DESCRIBED = ("pitch_hz", "sweep_octaves", "sweep_ms", "decay_ms", "click_db", "brightness_hz", "width_db")
"""Descriptors whose medians are kept; those that a kick lacks do not count."""


@dataclass(frozen=True)
class Settings:
    """The full size.

    Attributes:
        split: of the library.
        kicks: at most so many of it; 0 for all.
    """

    split: str = "train"
    kicks: int = 0


QUICK = Settings(kicks=4)


def in_blocks(image: NDArray[np.float64]) -> NDArray[np.float64]:
    """An image (2, frames, bins) as means over `BLOCKS` parts, (2, 88, 86)."""
    for axis, parts in enumerate(BLOCKS, start=1):
        image = np.stack([part.mean(axis=axis) for part in np.array_split(image, parts, axis=axis)], axis=axis)
    return image


def run(settings: Settings, place: Place) -> Found:
    """Average the images of a split, and count its kicks."""
    library = place.library
    indices = library.select({settings.split})[: settings.kicks or None]
    if not indices:
        raise InputError("split", settings.split, "has no kicks in this library; prepare more")
    total: Any = 0.0
    for done, index in enumerate(indices):
        place.progress(done, len(indices))
        total = total + loudness_image(library.audio(index)).astype(np.float64)
    entries = [library.entries[index] for index in indices]
    kits = kits_of(library, indices)
    figures: dict[str, Any] = {
        "average_db": np.rint((in_blocks(total / len(indices)) + 1.0) * DB_A_UNIT + FLOOR_DB).astype(int),
        "licences": dict(Counter(entry.licence_class.replace("-", "_") for entry in entries)),
        "stereo_percent": share_over_kits([entry.true_stereo for entry in entries], kits),
    }
    for name in DESCRIBED:
        figures[name] = median_over_kits([entry.descriptors.get(name, np.nan) for entry in entries], kits)
    counts = {
        "kicks": len(indices),
        "kits": len(set(kits)),
        "sources": len({entry.source for entry in entries}),
    }
    return Found(figures, OVER_KITS, counts)
