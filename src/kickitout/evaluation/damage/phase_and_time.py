"""Damage to phase and time: Griffin-Lim, turned channels, smear, pre-echo, cut tails, varispeed."""

import math

import numpy as np

from kickitout.evaluation.damage.damage import Draws, Signal
from kickitout.evaluation.damage.filters import PADDED, amplitude_of, filtered, padded_hz, peak_of
from kickitout.sound.kick import SAMPLE_RATE
from kickitout.sound.spectrogram import griffin_lim, stft

ITERATIONS = 100
"""Rounds of Griffin-Lim where the level is not their number."""


def _lose_phase(kick: Signal, n_fft: int, iterations: int, draws: Draws) -> Signal:
    """True magnitudes, phases found by Griffin-Lim from random ones, each channel on its own, as the draft does."""
    sizes = {"n_fft": n_fft, "hop_length": n_fft // 4}
    magnitudes = np.abs(stft(kick, **sizes)).astype(np.float32)
    phase = draws.turns(*magnitudes.shape)
    return np.asarray(
        griffin_lim(magnitudes, kick.shape[1], iterations=iterations, initial_phase=phase, **sizes), dtype=np.float64
    )


def griffin_lim_window(kick: Signal, level: float, draws: Draws) -> Signal:
    return _lose_phase(kick, int(level), ITERATIONS, draws)


def griffin_lim_iterations(kick: Signal, level: float, draws: Draws) -> Signal:
    return _lose_phase(kick, 512, int(level), draws)


def _turn_right(kick: Signal, degrees: float, share: Signal | float) -> Signal:
    """The right channel with its phase rotated by `degrees`, times `share` at each frequency."""
    response = np.ones((2, padded_hz().size), dtype=np.complex128)
    response[1] = np.exp(1j * np.deg2rad(degrees) * share)
    return filtered(kick, response)


PHASE_LOW_HZ = 150.0
"""`wrong-phase-low` rotates the phase fully below this, and not at all from an octave above."""


def turn_phase(kick: Signal, level: float, draws: Draws) -> Signal:
    return _turn_right(kick, level, 1.0)


def turn_phase_low(kick: Signal, level: float, draws: Draws) -> Signal:
    octaves = np.log2(np.maximum(padded_hz(), 1.0) / PHASE_LOW_HZ)
    return _turn_right(kick, level, 0.5 + 0.5 * np.cos(np.pi * np.clip(octaves, 0.0, 1.0)))


_SMEAR_LOWEST_HZ, _SMEAR_PER_OCTAVE = 20.0, 3


def smear(kick: Signal, level: float, draws: Draws) -> Signal:
    """An all-pass filter, the same for both channels, that delays each third of an octave by 0 to `level` ms."""
    hz = padded_hz()
    octaves = np.log2(np.maximum(hz, _SMEAR_LOWEST_HZ) / _SMEAR_LOWEST_HZ)
    places = np.arange(math.ceil(octaves[-1] * _SMEAR_PER_OCTAVE) + 1) / _SMEAR_PER_OCTAVE
    delay = np.interp(octaves, places, 0.001 * level * draws.uniform(places.size))
    return filtered(kick, np.exp(-2j * np.pi * np.cumsum(delay) * hz[1]))


_PRE_ECHO_SAMPLES = 882  # 20 ms


def add_pre_echo(kick: Signal, level: float, draws: Draws) -> Signal:
    """Noise of the first 20 ms' spectrum that swells over the 20 ms before the onset, `level` dB under the kick."""
    head = np.fft.rfft(kick[:, :_PRE_ECHO_SAMPLES])
    swell = np.fft.irfft(np.abs(head) * np.exp(1j * draws.turns(head.shape[1])), _PRE_ECHO_SAMPLES)
    swell *= 0.5 - 0.5 * np.cos(np.pi * np.arange(_PRE_ECHO_SAMPLES) / _PRE_ECHO_SAMPLES)
    swell *= amplitude_of(level) * peak_of(kick) / max(peak_of(swell), 1e-12)
    late = np.concatenate([np.zeros((2, _PRE_ECHO_SAMPLES)), kick[:, :-_PRE_ECHO_SAMPLES]], axis=1)
    late[:, :_PRE_ECHO_SAMPLES] += swell
    return late


_CUT_FADE = 441  # 10 ms, as in preparation


def cut_tail(kick: Signal, level: float, draws: Draws) -> Signal:
    keep = round(0.001 * level * SAMPLE_RATE)
    gain = np.zeros(kick.shape[1])
    gain[:keep] = 1.0
    gain[keep - _CUT_FADE : keep] = 0.5 + 0.5 * np.cos(np.pi * np.arange(1, _CUT_FADE + 1) / (_CUT_FADE + 1))
    return kick * gain


def varispeed(kick: Signal, level: float, draws: Draws) -> Signal:
    """Played faster, `level` semitones up: eight times oversampled, then linear between samples."""
    ratio = 2.0 ** (level / 12.0)
    spectrum = np.fft.rfft(kick, PADDED)
    spectrum[:, padded_hz() > 0.5 * SAMPLE_RATE / ratio] = 0.0  # would alias
    fine = np.fft.irfft(spectrum, 8 * PADDED) * 8.0
    places = np.arange(kick.shape[1]) * (8.0 * ratio)
    inside = places < 8 * kick.shape[1] - 1
    result = np.zeros_like(kick)
    for channel, source in zip(result, fine, strict=True):
        channel[inside] = np.interp(places[inside], np.arange(source.size), source)
    return result


_GLIDE_S = 0.03
"""Time in which a glide of `glide_in` falls to a third of its octaves."""


def glide_in(kick: Signal, level: float, draws: Draws) -> Signal:
    """Played `level` octaves too fast at first, gliding to the right speed; read at 4 times the rate from 8 times."""
    fine = np.fft.irfft(np.fft.rfft(kick, PADDED), 8 * PADDED) * 8.0
    count = kick.shape[1]
    speed = 2.0 ** (level * np.exp(-np.arange(4 * count) / (4.0 * SAMPLE_RATE * _GLIDE_S)))
    places = 2.0 * np.concatenate([[0.0], np.cumsum(speed[:-1])])
    read = np.stack([np.interp(places, np.arange(8 * count), source[: 8 * count], right=0.0) for source in fine])
    spectrum = np.fft.rfft(read, 4 * PADDED)[:, : PADDED // 2 + 1]
    return np.asarray(np.fft.irfft(spectrum, PADDED)[:, :count] / 4.0)
