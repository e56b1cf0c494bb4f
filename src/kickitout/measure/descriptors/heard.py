"""The heard pitch of a kick: what a listener, a tuner and a spectrum analyser agree on.

A kick glides, so that there is no one frequency. Two ways of naming one are taken of the low end, from the onset on:

    analyser   the highest peak of its spectrum
    tuner      the period at which it is most like itself once the first of its energy has come (x fades in until
               then): the largest r(l) = sum x(t) x(t + l) says which, and the maximum beside it of
               r(l) / sqrt(sum x(t)^2 sum x(t + l)^2), which knows no decay, where it is

The heard pitch is the middle of both, in octaves. Where they lie further apart than ears forgive, or nothing repeats,
there is none: such a kick is noise, or glides for as long as it sounds, and no note is right for it.
`bench/check_pitch.py` holds it against analysers that are not ours.
"""

import math
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from kickitout.measure.descriptors.body import PITCHES_HZ
from kickitout.measure.descriptors.spectrum import edge, fft_size

Signal = NDArray[np.float64]

BAND_HZ = (8.0, 16.0, 150.0, 300.0)
"""The band that is compared with itself: nothing below the first frequency and above the fourth, with soft edges."""

PADDING = 4
"""The spectrum is taken of so many times the length: its lines lie closer than its peaks are wide."""

OPENING_SHARE = 0.3
"""What is compared with itself fades in until this share of the energy has come: before, a kick falls fastest."""

NEAR_OCTAVES = 0.3
"""So near to the lag that is most like itself lies the maximum that knows no decay."""

LEAST_LIKENESS = 0.25
"""The least likeness of a sound that has a pitch to itself one period later: 1 for a tone that decays, 0 for noise."""

FURTHEST_OCTAVES = 1.0 / 12.0
"""Both ways of naming a pitch agree within this."""


def heard_pitch(signal: Signal, rate: float) -> float | None:
    """The heard pitch in Hz of a sound's low end, as `names` takes it; None of a sound without one."""
    named = names(signal, rate)
    if named is None:
        return None
    analyser, tuner, likeness = named
    if likeness < LEAST_LIKENESS or abs(math.log2(analyser / tuner)) > FURTHEST_OCTAVES:
        return None
    return math.sqrt(analyser * tuner)


def names(signal: Signal, rate: float) -> tuple[float, float, float] | None:
    """What an analyser and what a tuner says, in Hz, and how like itself the sound is one such period later, -1..1.

    Args:
        signal: the sound's low end from the onset on, (n,), as `body.low_signal` has it.
        rate: of the signal, Hz.

    None where there is no peak or no period in the range of kicks.
    """
    size = fft_size(PADDING * len(signal))
    lines = np.fft.rfft(signal, size)
    powers = lines.real**2 + lines.imag**2
    low, high = (math.ceil(one * size / rate) for one in PITCHES_HZ)
    peaks = _tops(powers, low, high)
    # Padding keeps the sound apart from its own repetition: lags lie below half the length of the transform.
    shortest, longest = math.ceil(rate / PITCHES_HZ[1]), math.floor(rate / PITCHES_HZ[0])
    longest = min(longest, len(signal) - 2)
    opened = np.fft.rfft(signal * _opening(signal), size) * _gains(len(lines), rate / size)
    alike = np.fft.irfft(opened.real**2 + opened.imag**2, size)
    lags = _tops(alike, shortest, longest)
    if not len(peaks) or not len(lags) or alike[0] <= 0.0:
        return None
    at = int(peaks[np.argmax(powers[peaks])])
    analyser = _between(np.log(np.maximum(powers[at - 1 : at + 2], 1e-300)), at) * rate / size
    kept = np.fft.irfft(opened, size)[: len(signal)]
    likeness = _likeness(kept, alike, longest + 2)
    first = int(lags[np.argmax(alike[lags])])
    lags = _tops(likeness, shortest, longest)
    lags = lags[np.abs(np.log2(lags / first)) < NEAR_OCTAVES]
    if not len(lags):
        return None
    best = int(lags[np.argmax(likeness[lags])])
    return analyser, rate / _between(likeness[best - 1 : best + 2], best), float(likeness[best])


@lru_cache(maxsize=8)
def _gains(count: int, spacing: float) -> Signal:
    """BAND_HZ at lines that are so many Hz apart: (count,), read-only."""
    gains = edge(count, spacing, *BAND_HZ[:2]) * (1.0 - edge(count, spacing, *BAND_HZ[2:]))
    gains.flags.writeable = False
    return gains


def _opening(sound: Signal) -> Signal:
    """A gain that rises as the square of time from 0 to 1 where OPENING_SHARE of the energy has come."""
    energy = np.cumsum(sound * sound)
    place = int(np.argmax(energy >= OPENING_SHARE * energy[-1]))
    return np.asarray(np.minimum(np.arange(len(sound)) / max(place, 1), 1.0) ** 2)


def _tops(values: Signal, first: int, last: int) -> NDArray[np.intp]:
    """The places from `first` to `last` of values that are larger than both neighbours."""
    places = np.arange(max(first, 1), max(min(last, len(values) - 2) + 1, first))
    here = values[places]
    return places[(here > values[places - 1]) & (here >= values[places + 1])]


def _between(three: Signal, middle: int) -> float:
    """Where the parabola through a maximum and its neighbours has its top."""
    bend = float(three[0] - 2.0 * three[1] + three[2])
    return middle + (0.5 * float(three[0] - three[2]) / bend if bend < 0.0 else 0.0)


def _likeness(sound: Signal, alike: Signal, count: int) -> Signal:
    """The correlation of a sound with itself at the first lags: what overlaps, over the energies of what overlaps."""
    sums = np.concatenate([[0.0], np.cumsum(sound * sound)])
    lags = np.arange(count)
    energies = sums[len(sound) - lags] * (sums[-1] - sums[lags])
    return np.asarray(alike[:count] / np.sqrt(np.maximum(energies, 1e-300)))
