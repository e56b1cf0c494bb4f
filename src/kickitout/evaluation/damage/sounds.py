"""Damage to spectrum, samples and channels: filters, tones, noise, blur, quantisation, clipping, width."""

import numpy as np

from kickitout.evaluation.damage.damage import Draws, Signal
from kickitout.evaluation.damage.filters import (
    amplitude_of,
    butterworth,
    envelope_of,
    filtered,
    gaussian_weights,
    magnitudes_db,
    peak_of,
    sample_times,
    smoothed,
    with_magnitudes_db,
)
from kickitout.sound.kick import SAMPLE_RATE
from kickitout.sound.spectrogram import istft, stft


def low_pass(kick: Signal, level: float, draws: Draws) -> Signal:
    return filtered(kick, butterworth(level, 8))


def high_pass(kick: Signal, level: float, draws: Draws) -> Signal:
    return filtered(kick, butterworth(level, 4, high=True))


BAND_EDGE_HZ = SAMPLE_RATE / 8.0
"""5,512.5 Hz: an artefact of networks that double their rate three times."""

FRAME_RATE_HZ = SAMPLE_RATE / 128.0
"""344.5 Hz: the frame rate of the draft's spectrogram; its periodic noise lies at multiples of it."""


def add_tone(kick: Signal, level: float, draws: Draws) -> Signal:
    phase = 2.0 * np.pi * BAND_EDGE_HZ * sample_times(kick.shape[1]) + float(draws.turns(1)[0])
    return np.asarray(kick + amplitude_of(level) * peak_of(kick) * np.sin(phase))


def add_frame_lines(kick: Signal, level: float, draws: Draws) -> Signal:
    """A comb of lines at all multiples of the frame rate that swells and dies with the kick."""
    count = int(0.5 * SAMPLE_RATE / FRAME_RATE_HZ) - 1
    harmonics = np.arange(1, count + 1)
    period = 128  # samples: one turn of the comb
    turns = 2.0 * np.pi * np.outer(harmonics, np.arange(period)) / period
    comb = np.sin(turns + draws.turns(count, 1)).sum(axis=0)
    comb /= np.sqrt((comb**2).mean())
    whole = np.tile(comb, -(-kick.shape[1] // period))[: kick.shape[1]]
    return np.asarray(kick + amplitude_of(level) * envelope_of(kick) * whole)


def add_hum(kick: Signal, level: float, draws: Draws) -> Signal:
    """50 Hz and its second and third harmonic, 6 and 12 dB under it, from the first sample to the last."""
    seconds = sample_times(kick.shape[1])
    phases = draws.turns(3)
    hum = sum(0.5**index * np.sin(2.0 * np.pi * 50.0 * (index + 1) * seconds + phases[index]) for index in range(3))
    return np.asarray(kick + amplitude_of(level) * peak_of(kick) * hum)


def add_offset(kick: Signal, level: float, draws: Draws) -> Signal:
    return np.asarray(kick + amplitude_of(level) * peak_of(kick))


def add_noise(kick: Signal, level: float, draws: Draws) -> Signal:
    """Noise that has the kick's own spectrum: its transform with random phases, the same for both channels."""
    spectrum = np.fft.rfft(kick)
    noise = np.fft.irfft(spectrum * np.exp(1j * draws.turns(spectrum.shape[1])), kick.shape[1])
    return np.asarray(kick + amplitude_of(level) * noise)


def blur(kick: Signal, level: float, draws: Draws) -> Signal:
    """Magnitudes in dB at 512/128 smoothed over bins and frames by a Gaussian; the phases stay."""
    spectrum = stft(kick)
    decibels = magnitudes_db(spectrum)
    weights = gaussian_weights(level)
    smooth = smoothed(smoothed(decibels, weights).swapaxes(1, 2), weights).swapaxes(1, 2)
    return istft(with_magnitudes_db(spectrum, smooth), kick.shape[1]).astype(np.float64)


def quantise(kick: Signal, level: float, draws: Draws) -> Signal:
    """Rounded to `level` bits of the range from -peak to peak, zero among the values."""
    steps = (2.0 ** (level - 1.0) - 1.0) / max(peak_of(kick), 1e-12)
    return np.asarray(np.rint(kick * steps) / steps)


def clip_peaks(kick: Signal, level: float, draws: Draws) -> Signal:
    limit = peak_of(kick) * amplitude_of(-level)
    return np.asarray(np.clip(kick, -limit, limit))


def narrow(kick: Signal, level: float, draws: Draws) -> Signal:
    mid, side = 0.5 * (kick[0] + kick[1]), 0.5 * (kick[0] - kick[1])
    side = side * (1.0 - level)
    return np.stack([mid + side, mid - side])
