"""Reconstruction: a kick taken apart, encoded, rendered, and tuned."""

import math
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from kickitout.measure.descriptors import describe
from kickitout.model.noise import Noise
from kickitout.model.voice import Voice
from kickitout.sound.sketch.clip import to_stereo
from kickitout.sound.sketch.parts import FREQUENCIES_HZ, take_apart
from kickitout.sound.sketch.sketch import Sketch

Array = NDArray[np.float32]

TUNINGS = 3
"""Steps, at most, by which a reconstruction's pitch is brought to that of its kick."""

PITCHES = ("pitch_hz", "end_pitch_hz")
"""What is tuned: the first of these that a kick has."""

CLOSE_CENTS = 3.0
"""It is there when it is so near: finer than ears are."""


def reconstruct(voice: Voice, kick: Array, seed: int) -> Array:
    """A kick, (2, 22050), as the model reconstructs it: taken apart, encoded, and rendered with the noise of a seed,
    with its own peak, its own polarity, and left and right where they were. Its pitch (or its end pitch where
    it has no other) is brought to that of the kick: a latent determines it to half a semitone only, and ears are finer.

    Raises:
        InputError, DamagedFileError: as `encode`.
        ValueError: another shape, or samples that are not finite.
    """
    parts = take_apart(kick)
    noise = voice.noise(seed)
    one = voice.sketch_of(voice.encode(parts), noise)
    mid_side, found = voice.mid_side(one, noise), describe(kick)
    name = next((name for name in PITCHES if name in found), None)
    if name is not None:
        mid_side = _tuned(voice, one, mid_side, (name, found[name]), noise)
    mid, side = mid_side
    stereo = to_stereo(np.stack([mid, parts.side_sign * side]))
    return (parts.gain * parts.polarity * stereo).astype(np.float32)


def _tuned(
    voice: Voice, one: Sketch, mid_side: NDArray[np.float64], target: tuple[str, float], noise: Noise
) -> NDArray[np.float64]:
    """Mid and side of a sketch, given as they are, with its frequency moved so that a pitch, given as descriptor and
    value in Hz, comes out; as they are where they have none. The measured pitch moves a little differently from the
    sketch's, so more than one step may be needed."""
    best, least = mid_side, math.inf
    (name, wanted), frequency = target, one.frequency
    for _ in range(TUNINGS + 1):
        made = describe(to_stereo(mid_side).astype(np.float32)).get(name)
        if made is None:
            break
        if _cents(made, wanted) < least:
            best, least = mid_side, _cents(made, wanted)
        if least < CLOSE_CENTS:
            break
        frequency = np.clip(frequency * np.float32(wanted / made), *FREQUENCIES_HZ).astype(np.float32)
        mid_side = voice.mid_side(replace(one, frequency=frequency), noise)
    return best


def _cents(one: float, other: float) -> float:
    return abs(1200.0 * math.log2(one / other))
