"""Stereo sines: the draft's sine validation."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kickitout.library.synthesis.signals import ONSET, fade_out
from kickitout.sound.kick import KICK_SAMPLES, SAMPLE_RATE
from kickitout.system.randomness import uniform


@dataclass(frozen=True)
class SineParameters:
    """The parameters of a stereo sine: frequency in Hz, amplitudes of both channels, start phase in radians."""

    seed: int
    frequency_hz: float
    level_left: float
    level_right: float
    phase: float


def synthesise_sine(seed: int) -> tuple[NDArray[np.float32], SineParameters]:
    """A pure stereo sine and its parameters: the draft's sine validation.

    Frequency spread evenly over octaves from 40 Hz to 10 kHz; the louder channel between -12 dB and full scale, the
    other up to 24 dB below it, or equal (one in four). After one millisecond of silence, as for kicks, it is constant
    to the end, except for raised-cosine fades of 2 ms at both ends against clicks.

    Returns:
        (audio, parameters): float32 of shape (2, 22050).
    """
    u = uniform(seed, "synthesis/sine", 5)
    frequency = 40.0 * (10_000.0 / 40.0) ** float(u[0])
    loud = 10.0 ** (-12.0 * float(u[1]) / 20.0)
    imbalance_db = -24.0 * max(0.0, (float(u[2]) - 0.25) / 0.75)
    quiet = loud * 10.0 ** (imbalance_db / 20.0)
    left, right = (loud, quiet) if u[3] < 0.5 else (quiet, loud)
    phase = 2.0 * np.pi * float(u[4])
    n = KICK_SAMPLES - ONSET
    n_fade = round(0.002 * SAMPLE_RATE)
    tone = np.sin(phase + 2.0 * np.pi * frequency / SAMPLE_RATE * np.arange(n))
    tone *= fade_out(n, n_fade) * fade_out(n, n_fade)[::-1]
    audio = np.zeros((2, KICK_SAMPLES), dtype=np.float32)
    audio[:, ONSET:] = np.array([[left], [right]]) * tone
    return audio, SineParameters(seed, frequency, left, right, phase)
