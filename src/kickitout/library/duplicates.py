"""Find kicks that are already there: the same samples, or nearly the same sound.

A near duplicate is a copy at another gain, shifted by a little, converted to another rate, compressed with loss, or cut
shorter. Search in three steps, each on fewer kicks and each dearer:

1. the eight nearest by a short key (32 numbers pooled from the fingerprint), a product of a matrix and a vector;
2. those of them whose fingerprints are close;
3. of these the first whose waveform matches, by the cross-correlation of both channels together, once as it is
   (the body) and once differentiated below 8 kHz (the click, which a body drowns).

The first step grows with the library, by about 10 us per thousand kicks; the others do not.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from kickitout.fingerprint import BAND_BINS, FINGERPRINT_SIZE, TIME_FRAMES
from kickitout.kick import SAMPLE_RATE

NEAREST = 8
"""Kicks that pass the first step."""

CLOSE = 0.1
"""Root mean square difference of two fingerprints that may be of the same sound (6 dB)."""

LEAST_BODY = 0.985
"""The correlation of the waveforms of near duplicates is at least this."""

LOWEST_HZ = 15.0
"""What lies below is no sound: two copies may have been freed from offset in different ways."""

LEAST_CLICK = 0.95
"""The correlation of their derivatives below `CLICK_HIGHEST_HZ` is at least this."""

CLICK_HIGHEST_HZ = 8000.0
"""What lies above, lossy formats change and low rates do not have."""

COMPARED = 11025
"""Samples compared: 250 ms, or as long as both sound."""

LEAST_COMPARED = 2205
TAIL = 1102
"""Samples left out before the end of the shorter one: 25 ms, in which a cut may have been faded."""

MOST_SHIFT = 64
"""Samples by which two copies may be shifted against each other."""

SOUNDING = 33
"""The largest sample (of 32767, -60 dB) that counts as silence at the end."""

_FFT = 16384
_FADE = 0.5 + 0.5 * np.cos(np.pi * (np.arange(441) + 1) / 442)
_TIMES, _BANDS = (0, 1, 3, 5), (0, 2, 4, 6, 8, 10, 12, 15)


def pool(fingerprints: NDArray[np.float32]) -> NDArray[np.float32]:
    """Keys for the first step: the mid of fingerprints (n, 288), pooled to four times and eight bands, (n, 32)."""
    times, bands = len(TIME_FRAMES) - 1, len(BAND_BINS) - 1
    mid = fingerprints.reshape(-1, 2, times, bands)[:, 0].astype(np.float32)
    in_times = np.add.reduceat(mid, _TIMES, axis=1) / np.diff((*_TIMES, times)).astype(np.float32)[:, None]
    in_both = np.add.reduceat(in_times, _BANDS, axis=2) / np.diff((*_BANDS, bands)).astype(np.float32)
    return np.asarray(in_both.reshape(len(fingerprints), -1), dtype=np.float32)


def _sounding(samples: NDArray[np.int16]) -> int:
    loud = np.flatnonzero(((samples > SOUNDING) | (samples < -SOUNDING)).any(axis=0))
    return int(loud[-1]) + 1 if len(loud) else 0


def _spectrum(samples: NDArray[np.int16], length: int) -> NDArray[np.complex128]:
    # Faded out: the step at a hard end would be most of the derivative.
    part = samples[:, :length].astype(np.float64)
    part[:, -len(_FADE) :] *= _FADE
    return np.asarray(np.fft.rfft(part, _FFT, axis=1))


def _correlation(a: NDArray[np.complex128], b: NDArray[np.complex128], weight: NDArray[np.float64]) -> float:
    """The largest normalised cross-correlation within `MOST_SHIFT` samples of two spectra, under a spectral weight."""
    energies = [float((weight * (x.real**2 + x.imag**2)).sum()) for x in (a, b)]
    if min(energies) <= 0.0:
        return 0.0
    # irfft counts all lines but the edges twice and divides by the length: bring it to the scale of the energies.
    cross = np.fft.irfft((weight * a * b.conj()).sum(axis=0), _FFT) * (_FFT / 2)
    largest = max(cross[: MOST_SHIFT + 1].max(), cross[-MOST_SHIFT:].max())
    return float(largest) / float(np.sqrt(energies[0] * energies[1]))


_FREQUENCIES = np.fft.rfftfreq(_FFT, 1.0 / SAMPLE_RATE)
# The last line of the half spectrum counts once, all the rest twice.
_BODY_WEIGHT = np.where(_FREQUENCIES < LOWEST_HZ, 0.0, 1.0)
_BODY_WEIGHT[-1] = 0.5
_CLICK_WEIGHT = np.where(
    _FREQUENCIES < CLICK_HIGHEST_HZ, 4.0 * np.sin(np.pi * _FREQUENCIES / SAMPLE_RATE) ** 2 * _BODY_WEIGHT, 0.0
)


def same_sound(a: NDArray[np.int16], b: NDArray[np.int16]) -> bool:
    """Whether two prepared kicks (2, n) and (2, m) are copies of one sound."""
    length = min(_sounding(a), _sounding(b)) - TAIL
    length = min(max(length, LEAST_COMPARED), COMPARED)
    x, y = _spectrum(a, length), _spectrum(b, length)
    return _correlation(x, y, _BODY_WEIGHT) >= LEAST_BODY and _correlation(x, y, _CLICK_WEIGHT) >= LEAST_CLICK


class DuplicateIndex:
    """What is already there, for the question whether a kick is new."""

    def __init__(self, fingerprints: NDArray[np.float32]) -> None:
        """Begin with fingerprints (n, 288)."""
        self._count = len(fingerprints)
        room = max(1024, 2 * self._count)
        self._keys = np.zeros((room, len(_TIMES) * len(_BANDS)), dtype=np.float32)
        self._squares = np.full(room, np.inf, dtype=np.float32)
        self._fingerprints = np.zeros((room, FINGERPRINT_SIZE), dtype=np.float16)
        if self._count:
            self._keys[: self._count] = pool(fingerprints)
            self._squares[: self._count] = (self._keys[: self._count] ** 2).sum(axis=1)
            self._fingerprints[: self._count] = fingerprints

    def add(self, fingerprint: NDArray[np.float32]) -> None:
        """Add the next kick's fingerprint (288,)."""
        if self._count == len(self._keys):
            self._keys = np.concatenate([self._keys, np.zeros_like(self._keys)])
            self._squares = np.concatenate([self._squares, np.full_like(self._squares, np.inf)])
            self._fingerprints = np.concatenate([self._fingerprints, np.zeros_like(self._fingerprints)])
        key = pool(fingerprint[None])[0]
        self._keys[self._count] = key
        self._squares[self._count] = float((key * key).sum())
        self._fingerprints[self._count] = fingerprint
        self._count += 1

    def candidates(self, fingerprint: NDArray[np.float32]) -> list[int]:
        """Kicks that may be the same sound as this fingerprint's (288,), the closest first; at most `NEAREST`."""
        if self._count == 0:
            return []
        key = pool(fingerprint[None])[0]
        distances = self._squares[: self._count] - 2.0 * np.einsum("ij,j->i", self._keys[: self._count], key)
        near = np.argpartition(distances, NEAREST)[:NEAREST] if self._count > NEAREST else np.arange(self._count)
        apart = np.sqrt(((self._fingerprints[near].astype(np.float32) - fingerprint) ** 2).mean(axis=1))
        order = np.lexsort((near, apart))
        return [int(near[i]) for i in order if apart[i] <= CLOSE]

    def find(
        self,
        fingerprint: NDArray[np.float32],
        samples: NDArray[np.int16],
        samples_of: Callable[[int], NDArray[np.int16]],
    ) -> int | None:
        """The kick that is the same sound as `samples` (2, n), or None; `samples_of` gives those of a kick."""
        for index in self.candidates(fingerprint):
            if same_sound(samples, samples_of(index)):
                return index
        return None
