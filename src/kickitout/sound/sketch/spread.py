"""A side made of a kick's own sound, spread over time: what makes a mono kick wide.

The side is mid, through a filter of early reflections (velvet noise: one pulse of either sign at some place in each of
32 equal stretches). With s_i the sign and d_i the delay of the i-th, first d_1, last d_32,

    D(f) = high(f) tilt(f) sum_i s_i exp(-(d_i - d_1) / FALL) exp(-2 pi i f d_i) exp(-(f / c_i)^2)

where high(f) is 0 below HIGH_HZ[0] and 1 above HIGH_HZ[1], so that the low end stays mono; tilt(f) falls by TILT_DB
with each octave above TILT_HZ; and c_i goes from DARKENING_HZ[0] down to DARKENING_HZ[1], as later reflections are
darker. So the side has the kick's own click, sweep and decay, and nothing that is not in it: it is neither noise nor a
delayed copy, and a mono sum is the kick without it. How loud it is, is given: as a ratio of amplitudes, side over mid.
"""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from kickitout.sound.kick import KICK_SAMPLES, SAMPLE_RATE
from kickitout.sound.sketch.parts import onset_fade

Signal = NDArray[np.float64]

REFLECTIONS = (
    136, -259, 370, 457, 499, -602, -666, 758, 823, -901, -1010, 1068, -1171, -1277, -1317, -1406,
    1521, 1538, -1703, 1762, 1840, -1920, -1970, -2050, 2180, -2270, -2311, -2379, -2455, 2569, 2693, -2720,
)  # fmt: skip
"""Delays in samples, 3 to 62 ms, with the reflections' signs. Of 400 random ones those whose filter is most even in
third octaves from 110 to 1,500 Hz (within 1.4 dB)."""

FALL_SECONDS = 0.022
"""Reflections fall by a factor of e in this time."""

HIGH_HZ = (120.0, 260.0)
"""The side is silent below the first and full above the second, with half a cosine between."""

TILT_HZ = 300.0
TILT_DB = -4.0
"""The side falls by TILT_DB with each octave above TILT_HZ: the ear finds what is high wide enough, and a bright side
is a second click."""

DARKENING_HZ = (6000.0, 1000.0)
"""Up to where the first and the last reflection reach."""

SPREAD_FFT = 25_000
"""Samples of its transform: a kick and the last reflection."""

LONGEST_FFT = 93_750
"""The same for the longest kick."""


@lru_cache(maxsize=2)
def response(size: int) -> NDArray[np.complex128]:
    """D at the lines of a real transform of `size`: (size // 2 + 1,), read-only."""
    lines = np.arange(size // 2 + 1)
    hz = lines * (SAMPLE_RATE / size)
    delays = np.abs(np.array(REFLECTIONS))
    first, last = int(delays[0]), int(delays[-1])
    result = np.zeros(len(hz), dtype=np.complex128)
    for signed, delay in zip(REFLECTIONS, delays.tolist(), strict=True):
        gain = np.exp(-(delay - first) / (FALL_SECONDS * SAMPLE_RATE)) * np.sign(signed)
        reach = DARKENING_HZ[0] * (DARKENING_HZ[1] / DARKENING_HZ[0]) ** ((delay - first) / (last - first))
        turn = (2.0 * np.pi / size) * (lines * delay % size)
        result += gain * np.exp(-((hz / reach) ** 2)) * (np.cos(turn) - 1j * np.sin(turn))
    low, high = HIGH_HZ
    opened = 0.5 - 0.5 * np.cos(np.pi * np.clip((hz - low) / (high - low), 0.0, 1.0))
    result *= opened * 10.0 ** (TILT_DB / 20.0 * np.log2(np.maximum(hz, TILT_HZ) / TILT_HZ))
    result.flags.writeable = False
    return result


def spread(mid: Signal) -> Signal:
    """Mid, (..., 22050) or (..., 88200), through D, from the onset on, of the same shape."""
    samples = mid.shape[-1]
    size = SPREAD_FFT if samples <= KICK_SAMPLES else LONGEST_FFT
    found = np.fft.irfft(np.fft.rfft(mid, size) * response(size), size)[..., :samples]
    found[..., :KICK_SAMPLES] *= onset_fade()
    return np.asarray(found)


def spread_gain(mid: Signal, side: Signal, ratio: float) -> float:
    """What `spread` of mid, both (22050,), is multiplied by to have a ratio of amplitudes to it; 0 if it is silent."""
    energy = float((side * side).sum())
    return ratio * float(np.sqrt(float((mid * mid).sum()) / energy)) if energy > 0.0 else 0.0
