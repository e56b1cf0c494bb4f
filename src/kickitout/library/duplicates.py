"""Find duplicates: the same samples, or nearly the same sound.

A near duplicate is a copy at another gain, shifted by a little, converted to another rate, compressed with loss, or cut
shorter. The search has three steps, each on fewer kicks and more expensive:

1. the eight nearest by a short key (32 numbers pooled from the fingerprint), a product of a matrix and a vector;
2. those of them whose fingerprints are close;
3. of these the first whose waveform matches, by the cross-correlation of both channels together: of the waveform (the
   body) and of its derivative below 8 kHz (the click, which the body masks).

The first step grows with the library, by about 10 us per thousand kicks; the others do not.
"""

from collections.abc import Callable
from functools import lru_cache
from hashlib import sha256
from itertools import combinations, product

import numpy as np
from numpy.typing import NDArray

from kickitout.measure.fingerprint import BAND_BINS, FINGERPRINT_SIZE, TIME_FRAMES
from kickitout.sound.kick import SAMPLE_RATE

SamplesOf = Callable[[int], NDArray[np.int16]]
"""Gives the prepared samples (2, n) of a kick by its index."""

NEAREST = 8
"""Kicks that pass the first step."""

CLOSE = 0.1
"""Root mean square difference of two fingerprints that may be of the same sound (6 dB)."""

LEAST_BODY = 0.985
"""The correlation of the waveforms of near duplicates is at least this."""

LEAST_SCREEN = 0.95
"""The same of the sizes of their spectra in bands, over at least two thirds of that stretch, whatever the shift."""

LOWEST_HZ = 15.0
"""Anything below is ignored: two copies may differ in how their offset was removed."""

LEAST_CLICK = 0.95
"""The correlation of their derivatives below `CLICK_HIGHEST_HZ` is at least this."""

SURE_BODY, LEAST_LOSSY_CLICK = 0.995, 0.93
"""Where the waveforms correlate by the first, the derivatives need the second only: MP3 at 128 kbit/s changes a click
more than a body. The bodies of different hits of one drum do not correlate so closely (docs/quality.md)."""

CLICK_HIGHEST_HZ = 8000.0
"""Anything above is ignored: lossy formats change it, and low rates lack it."""

COMPARED = 11025
"""Samples compared: 250 ms, or as long as both sound."""

LEAST_COMPARED = 2205
TAIL = 1102
"""Samples ignored before the end of the shorter one: 25 ms, where a cut may have been faded."""

MOST_SHIFT = 64
"""Samples by which two copies may be shifted against each other."""

SOUNDING = 33
"""The largest sample (of 32767, -60 dB) that counts as silence at the end."""

_FFT = 16384
_HELD = 512
"""Spectra kept in memory while a set is searched: 256 KiB each."""
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
    # Faded out: the step at a hard end would dominate the derivative.
    part = samples[:, :length].astype(np.float64)
    fade = min(len(_FADE), part.shape[1])
    part[:, part.shape[1] - fade :] *= _FADE[len(_FADE) - fade :]
    return np.asarray(np.fft.rfft(part, _FFT, axis=1))


def _correlates(
    a: NDArray[np.complex128], b: NDArray[np.complex128], weight: NDArray[np.float64], least: float
) -> bool:
    """Whether the normalised cross-correlation of two spectra, under a spectral weight, reaches `least` at a shift of
    at most `MOST_SHIFT` samples."""
    energies = [float((weight * (x.real**2 + x.imag**2)).sum()) for x in (a, b)]
    if min(energies) <= 0.0:
        return False
    product = (weight * a * b.conj()).sum(axis=0)
    needed = least * float(np.sqrt(energies[0] * energies[1]))
    if float(product.real.sum()) >= needed:  # without a shift: most copies need no transform
        return True
    # irfft counts all lines but the edges twice and divides by the length: bring it to the scale of the energies.
    cross = np.fft.irfft(product, _FFT) * (_FFT / 2)
    return float(max(cross[: MOST_SHIFT + 1].max(), cross[-MOST_SHIFT:].max())) >= needed


_FREQUENCIES = np.fft.rfftfreq(_FFT, 1.0 / SAMPLE_RATE)
# The last line of the half spectrum counts once, all the rest twice.
_BODY_WEIGHT = np.where(_FREQUENCIES < LOWEST_HZ, 0.0, 1.0)
_BODY_WEIGHT[-1] = 0.5
_CLICK_WEIGHT = np.where(
    _FREQUENCIES < CLICK_HIGHEST_HZ, 4.0 * np.sin(np.pi * _FREQUENCIES / SAMPLE_RATE) ** 2 * _BODY_WEIGHT, 0.0
)


_SCREEN_EDGES = np.unique(np.concatenate([np.arange(0, 256, 4), np.geomspace(256, _FFT // 2, 48).astype(np.int64)]))
_SCREEN_LENGTHS = (LEAST_COMPARED, 3308, 4961, 7442, COMPARED)


def _compared(a: int, b: int) -> int:
    """Number of samples that are compared of two kicks of these lengths."""
    return min(max(min(a, b) - TAIL, LEAST_COMPARED), COMPARED)


def _match(x: NDArray[np.complex128], y: NDArray[np.complex128]) -> bool:
    if not _correlates(x, y, _BODY_WEIGHT, LEAST_BODY):
        return False
    if _correlates(x, y, _CLICK_WEIGHT, LEAST_CLICK):
        return True
    return _correlates(x, y, _CLICK_WEIGHT, LEAST_LOSSY_CLICK) and _correlates(x, y, _BODY_WEIGHT, SURE_BODY)


def same_sound(a: NDArray[np.int16], b: NDArray[np.int16]) -> bool:
    """Whether two prepared kicks (2, n) and (2, m) are copies of one sound."""
    length = _compared(_sounding(a), _sounding(b))
    return _match(_spectrum(a, length), _spectrum(b, length))


class DuplicateIndex:
    """An index of known kicks, to decide whether a kick is new."""

    def __init__(self, fingerprints: NDArray[np.float32]) -> None:
        """Start from fingerprints (n, 288)."""
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
        """Kicks that may be the same sound as that of a fingerprint (288,), the closest first; at most `NEAREST`."""
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
        samples_of: SamplesOf,
    ) -> int | None:
        """The kick that is the same sound as `samples` (2, n), or None; `samples_of` gives those of a kick."""
        for index in self.candidates(fingerprint):
            if same_sound(samples, samples_of(index)):
                return index
        return None


class _Sounds:
    """The kicks of a set as they are compared, with a cache of their transforms."""

    def __init__(self, samples_of: SamplesOf) -> None:
        self.sounding = lru_cache(maxsize=None)(lambda index: _sounding(samples_of(index)))
        self.spectrum = lru_cache(maxsize=_HELD)(lambda index, length: _spectrum(samples_of(index), length))
        # These are small and are all kept, unlike the spectra that they are made from.
        self.sizes = lru_cache(maxsize=None)(lambda index, length: _sizes(_spectrum(samples_of(index), length)))


def _sizes(spectrum: NDArray[np.complex128]) -> NDArray[np.float64]:
    """The square root of a spectrum's (2, lines) share of energy in each band of the body, (2 * bands,)."""
    energy = _BODY_WEIGHT * (spectrum.real**2 + spectrum.imag**2)
    shares = np.add.reduceat(energy, _SCREEN_EDGES, axis=1).ravel()
    return np.asarray(np.sqrt(shares / max(float(shares.sum()), np.finfo(np.float64).tiny)))


def _same(one: _Sounds, i: int, other: _Sounds, j: int) -> bool:
    length = _compared(one.sounding(i), other.sounding(j))
    # No shift brings a correlation above the product of the sizes in bands (Cauchy and Schwarz): most pairs are ruled
    # out here, at one of few lengths, so that few transforms are needed.
    screened = max(step for step in _SCREEN_LENGTHS if step <= length)
    if float(one.sizes(i, screened) @ other.sizes(j, screened)) < LEAST_SCREEN:
        return False
    return _match(one.spectrum(i, length), other.spectrum(j, length))


def _close(one: NDArray[np.float32], others: NDArray[np.float32]) -> list[int]:
    """The fingerprints of others (m, 288) within `CLOSE` of one (288,), the closest first, then in order."""
    # Each row is summed by itself, so the result does not depend on the order or the number of rows.
    apart = np.sqrt(np.square(others - one).mean(axis=1, dtype=np.float64))
    near = np.flatnonzero(apart <= CLOSE)
    return [int(index) for index in near[np.argsort(apart[near], kind="stable")]]


def find_pairs(fingerprints: NDArray[np.float32], samples_of: SamplesOf) -> list[tuple[int, int]]:
    """All pairs (i, j), i < j, of kicks of one set that are the same sound, sorted. Fingerprints (n, 288).

    Unlike `DuplicateIndex`, which tests the nearest few, this compares every kick with every other of a close
    fingerprint: the pairs do not depend on the order of the set. Kicks of equal samples are compared once.
    """
    sounds = _Sounds(samples_of)
    heaps: dict[bytes, list[int]] = {}
    for i in range(len(fingerprints)):
        heaps.setdefault(sha256(np.ascontiguousarray(samples_of(i)).tobytes()).digest(), []).append(i)
    members = list(heaps.values())
    first = np.array([heap[0] for heap in members], dtype=np.int64)
    kept = fingerprints[first]
    pairs: list[tuple[int, int]] = []
    for place, heap in enumerate(members):
        i = heap[0]
        if len(heap) > 1 and _same(sounds, i, sounds, i):
            pairs += combinations(heap, 2)
        for later in _close(kept[place], kept[place + 1 :]):
            other = members[place + 1 + later]
            if _same(sounds, i, sounds, other[0]):
                pairs += ((min(pair), max(pair)) for pair in product(heap, other))
    return sorted(pairs)


def find_repeated(fingerprints: NDArray[np.float32], samples_of: SamplesOf) -> NDArray[np.bool_]:
    """Which kicks of one set are the same sound as one of their eight closest in it, (n,). Fingerprints (n, 288).

    `find_pairs` compares all close kicks; in a set whose kicks are all close, as of a collapsed generator, these are
    all pairs. Here the cost grows with the kicks, not with the pairs.
    """
    sounds = _Sounds(samples_of)
    digests = [sha256(np.ascontiguousarray(samples_of(i)).tobytes()).digest() for i in range(len(fingerprints))]
    distinct, first, times = np.unique(np.array(digests, dtype="S32"), return_index=True, return_counts=True)
    place = np.searchsorted(distinct, np.array(digests, dtype="S32"))
    # In the order of content: among equally close kicks the choice does not depend on the order of the set.
    kept = fingerprints[first]
    repeated = np.zeros(len(first), dtype=np.bool_)
    for row, i in enumerate(first.tolist()):
        near = [other for other in _close(kept[row], kept) if other != row][:NEAREST]
        again = [row] * bool(times[row] > 1) + near
        repeated[row] = any(_same(sounds, i, sounds, int(first[other])) for other in again)
    return repeated[place]


def find_copies(
    fingerprints: NDArray[np.float32],
    samples_of: SamplesOf,
    other_fingerprints: NDArray[np.float32],
    other_samples_of: SamplesOf,
) -> NDArray[np.int64]:
    """For each kick of a set (n, 288) the closest of another set (m, 288) that is the same sound, or -1, (n,)."""
    sounds, others = _Sounds(samples_of), _Sounds(other_samples_of)
    found = np.full(len(fingerprints), -1, dtype=np.int64)
    for i, one in enumerate(fingerprints):
        found[i] = next((j for j in _close(one, other_fingerprints) if _same(sounds, i, others, j)), -1)
    return found
