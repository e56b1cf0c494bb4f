"""Kicks told from other drums by a plain rule, which knows nothing of our own characteristics of a kick.

A kick has at least half of its energy below 150 Hz, and half of its energy behind it after 250 ms. SciPy's periodogram
is all that is measured with. Ours (`kickitout.measure.descriptors.characteristics`) are lenient, since the library
that they guard is of kicks: a low tom or a snare has them. So the plain rule tells, and ours stand beside it.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import signal

LOW_HZ = 150.0
LEAST_LOW_SHARE = 0.5
"""Of the energy above 20 Hz, so much lies below 150 Hz: so it is in 92 to 99 % of the real kicks of each split."""

LEAST_HZ = 20.0

HALF_SECONDS = 0.25
"""Half of the energy of a kick is over by then; of two hits, or of one that comes late, it is not."""


@dataclass(frozen=True)
class Plain:
    """What the plain rule measures.

    Attributes:
        low_share: of the energy above 20 Hz, below 150 Hz; 0 to 1.
        half_seconds: when half of the energy is over.
    """

    low_share: float
    half_seconds: float

    @property
    def is_kick(self) -> bool:
        """Whether it is told as a kick."""
        return self.low_share >= LEAST_LOW_SHARE and self.half_seconds < HALF_SECONDS


def plain(sound: NDArray[np.float32], sample_rate: int) -> Plain:
    """Measure a sound, (channels, n), of which all channels are heard as one. Silence has no low end.

    Raises:
        ValueError: no samples.
    """
    middle = sound.astype(np.float64).mean(axis=0)
    hz, power = signal.periodogram(middle, sample_rate, detrend="constant")
    heard = hz >= LEAST_HZ
    whole = float(power[heard].sum())
    share = float(power[heard & (hz < LOW_HZ)].sum()) / whole if whole > 0.0 else 0.0
    energy = np.cumsum(np.square(middle - middle.mean()))
    half = int(np.searchsorted(energy, 0.5 * energy[-1]))
    return Plain(share, half / sample_rate)
