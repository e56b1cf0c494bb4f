"""The input of an encoder: bands of a kick, their powers, and its onset."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kickitout.sound.sketch.bands import carrier, centre_signs, spectrum_of
from kickitout.sound.sketch.parts import Parts
from kickitout.sound.sketch.sketch import (
    BAND_EDGES,
    CLICK_FRAMES,
    LEAST_SLOPE,
    LOW_BINS,
    ONSET_FIRST,
    ONSET_STEP,
    ONSET_STEPS,
    SCALE,
    Float32Array,
    Signal,
    Spectrum,
)


@dataclass(frozen=True, eq=False)
class View:
    """An encoder's input for one kick. All are float32, with a batch axis of one before the axes of `Sketch`.

    Attributes:
        powers: mean of |X|^2 over each band, (1, 2, 45, 176).
        low: real and imaginary part of the lowest bins of X over T, (1, 2, 2, 20, 176).
        click: the same for all bins of the first frames, (1, 2, 2, 257, 28).
        onset: log amplitude of the first and second differences of the rest, step by step, (1, 2, 80).
        log_amplitude: of the body, (1, 345).
        frequency: of the body in Hz, (1, 345).
        phase: of the body at its first point in radians, (1,).
    """

    powers: Float32Array
    low: Float32Array
    click: Float32Array
    onset: Float32Array
    log_amplitude: Float32Array
    frequency: Float32Array
    phase: Float32Array


def onset(sound: NDArray[np.floating]) -> Signal:
    """The shape of the onset of a sound (22050,): natural log of the amplitude of its first and second differences,
    which emphasise the highs, in steps of 0.2 ms, (2, 80)."""
    start = sound[ONSET_FIRST - 2 : ONSET_FIRST + ONSET_STEPS * ONSET_STEP].astype(np.float64)
    slope = np.diff(start)
    both = np.stack([slope[1:], np.diff(slope)])
    return np.asarray(0.5 * np.log((both**2).reshape(2, ONSET_STEPS, ONSET_STEP).mean(2) + LEAST_SLOPE))


def band_powers(sounds: NDArray[np.floating]) -> Signal:
    """Mean power in the bands, frame by frame: (2, 22050) -> (2, 45, 176)."""
    spectrum = spectrum_of(sounds, SCALE)
    power = spectrum.real**2 + spectrum.imag**2
    edges = np.array(BAND_EDGES[:-1])
    return np.asarray((np.add.reduceat(power, edges, axis=2) / np.diff(BAND_EDGES)).transpose(0, 2, 1))


def view(parts: Parts) -> View:
    """An encoder's input for a kick that was taken apart."""
    both = np.stack([parts.rest, parts.side])
    spectrum = spectrum_of(both, SCALE)  # (2, 176, 257)
    still = spectrum * (carrier().conj() * centre_signs())

    def in_order(block: Spectrum) -> Float32Array:
        """Complex (2, frames, bins) -> (1, 2 parts, 2, bins, frames)."""
        return np.stack([block.real, block.imag]).transpose(0, 1, 3, 2)[None].astype(np.float32)

    return View(
        powers=band_powers(both)[None].astype(np.float32),
        low=in_order(still[..., :LOW_BINS]),
        click=in_order(still[:, :CLICK_FRAMES]),
        onset=onset(parts.rest)[None].astype(np.float32),
        log_amplitude=parts.log_amplitude[None],
        frequency=parts.frequency[None],
        phase=np.array([parts.phase], dtype=np.float32),
    )
