"""Sounds that are not kicks: drums, notes, noises."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from kickitout.library.synthesis.kicks import synthesise_kick
from kickitout.library.synthesis.signals import (
    ONSET,
    Signal,
    decaying,
    fade_in,
    fade_out,
    high_pass_gain,
    milliseconds,
    shaped_noise,
    to_full_scale,
)
from kickitout.sound.kick import KICK_SAMPLES, SAMPLE_RATE
from kickitout.system.randomness import uniform


class _Maker:
    """Random numbers and building blocks for one sound of `n` samples from the onset."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.n = KICK_SAMPLES - ONSET
        self.ms = milliseconds(self.n)
        self._draws = iter(uniform(seed, "synthesis/other", 64).tolist())
        self._noises = 0

    def between(self, low: float, high: float) -> float:
        """A number drawn evenly over octaves between two positive ones."""
        return float(low * (high / low) ** next(self._draws))

    def noise(self, low_hz: float, high_hz: float) -> Signal:
        """Noise between two frequencies."""
        self._noises += 1
        return shaped_noise(
            self.seed,
            f"synthesis/other/noise/{self._noises}",
            self.n,
            lambda hz: high_pass_gain(hz, low_hz) / (1.0 + (hz / high_hz) ** 4),
        )

    def tone(self, start_hz: float, end_hz: float | None = None) -> Signal:
        """A sine, gliding evenly over octaves if an end is given."""
        octaves = 0.0 if end_hz is None else np.log2(end_hz / start_hz)
        frequency = start_hz * np.exp2(octaves * self.ms / self.ms[-1])
        return np.asarray(np.sin(2.0 * np.pi * np.cumsum(frequency) / SAMPLE_RATE))

    def falling(self, decay_ms: float, start_ms: float = 0.0) -> Signal:
        """An envelope: 1 at `start_ms`, -30 dB `decay_ms` later, 0 before."""
        after = self.ms - start_ms
        return np.where(after >= 0.0, decaying(np.maximum(after, 0.0), decay_ms), 0.0)

    def swelling(self, attack_ms: float) -> Signal:
        """An envelope that rises from 0 to 1 and stays."""
        return fade_in(self.ms, attack_ms)


def _noise_burst(make: _Maker) -> Signal:
    return make.noise(100.0, 16_000.0) * make.falling(make.between(2000.0, 8000.0))


def _closed_hat(make: _Maker) -> Signal:
    return make.noise(make.between(5000.0, 8000.0), 18_000.0) * make.falling(make.between(20.0, 80.0))


def _cymbal(make: _Maker) -> Signal:
    base = make.between(300.0, 500.0)
    ring = sum((np.sign(make.tone(base * ratio)) for ratio in (7.1, 9.6, 11.4, 13.9, 16.2)), np.zeros(make.n))
    return (make.noise(4000.0, 18_000.0) + 0.1 * ring) * make.falling(make.between(500.0, 2000.0))


def _snare(make: _Maker) -> Signal:
    pitch = make.between(170.0, 260.0)
    rattle = make.noise(make.between(700.0, 2000.0), 14_000.0) * make.falling(make.between(100.0, 300.0))
    return 0.5 * make.tone(pitch * 1.2, pitch) * make.falling(make.between(60.0, 150.0)) + rattle


def _clap(make: _Maker) -> Signal:
    gap = make.between(8.0, 14.0)
    hands = sum((make.falling(8.0, index * gap) for index in range(3)), np.zeros(make.n))
    return make.noise(700.0, 6000.0) * (hands + make.falling(make.between(120.0, 300.0), 3.0 * gap))


def _bass_note(make: _Maker) -> Signal:
    pitch = make.between(40.0, 110.0)
    harmonics = (make.tone(pitch * k) / k for k in range(1, 9))
    return sum(harmonics, np.zeros(make.n)) * make.swelling(make.between(3.0, 20.0))


def _rising_sweep(make: _Maker) -> Signal:
    return make.tone(make.between(40.0, 200.0), make.between(1500.0, 8000.0)) * make.swelling(make.between(50.0, 400.0))


def _drum_loop(make: _Maker) -> Signal:
    step = make.between(85.0, 140.0)
    hits = [make.noise(6000.0, 18_000.0), make.noise(900.0, 12_000.0), make.tone(make.between(150.0, 250.0))]
    order = [int(make.between(1.0, 3.999)) - 1 for _ in range(6)]
    sounds = (hits[which] * make.falling(70.0, index * step) for index, which in enumerate(order))
    return sum(sounds, np.zeros(make.n))


def _hum(make: _Maker) -> Signal:
    mains = 50.0 if make.between(1.0, 2.0) < 1.5 else 60.0
    return sum((make.tone(mains * k) / k**1.5 for k in (1, 2, 3, 4, 5, 6)), 0.02 * make.noise(50.0, 12_000.0))


def _pad(make: _Maker) -> Signal:
    root = make.between(110.0, 330.0)
    chord = (make.tone(root * ratio * detune) for ratio in (1.0, 1.25, 1.5, 2.0) for detune in (0.997, 1.003))
    return sum(chord, np.zeros(make.n)) * make.swelling(make.between(80.0, 300.0))


def _high_tom(make: _Maker) -> Signal:
    pitch = make.between(190.0, 380.0)
    skin = sum(
        (level * make.tone(ratio * pitch * 1.15, ratio * pitch) for ratio, level in ((1.0, 1.0), (1.59, 0.4))),
        np.zeros(make.n),
    )
    return skin * make.falling(make.between(150.0, 400.0)) + 0.2 * make.noise(800.0, 8000.0) * make.falling(15.0)


def _bell(make: _Maker) -> Signal:
    base = make.between(500.0, 1800.0)
    partials = ((1.0, 1.0), (2.76, 0.6), (5.40, 0.35), (8.93, 0.2))  # a free bar's modes
    decay = make.between(300.0, 2000.0)
    return sum(
        (
            level * make.tone(base * ratio) * make.falling(decay / ratio)
            for ratio, level in partials
            if base * ratio < 20_000.0
        ),
        np.zeros(make.n),
    )


def _cowbell(make: _Maker) -> Signal:
    base = make.between(480.0, 620.0)
    return (np.sign(make.tone(base)) + np.sign(make.tone(1.48 * base))) * make.falling(make.between(100.0, 300.0))


def _rimshot(make: _Maker) -> Signal:
    tones = make.tone(make.between(450.0, 600.0)) + make.tone(make.between(1500.0, 2000.0))
    return tones * make.falling(make.between(15.0, 40.0)) + 0.4 * make.noise(2000.0, 12_000.0) * make.falling(10.0)


def _shaker(make: _Maker) -> Signal:
    rise = make.between(30.0, 120.0)
    return make.noise(3000.0, 14_000.0) * make.swelling(rise) * make.falling(make.between(60.0, 200.0), 0.0)


def _crackle(make: _Maker) -> Signal:
    picks = make.noise(300.0, 12_000.0)
    return np.where(np.abs(picks) > 1.3, picks, 0.0) + 0.02 * picks


def _reversed_kick(make: _Maker) -> Signal:
    return synthesise_kick(make.seed)[0][0, ONSET:].astype(np.float64)[::-1]


def _voice(make: _Maker) -> Signal:
    pitch = make.between(110.0, 260.0)
    first, second = make.between(350.0, 800.0), make.between(1000.0, 2300.0)
    voiced = np.zeros(make.n)
    for k in range(1, int(5000.0 / pitch)):
        hz = k * pitch
        gain = 1.0 / (1.0 + ((hz - first) / 90.0) ** 2) + 0.5 / (1.0 + ((hz - second) / 120.0) ** 2)
        voiced += gain * make.tone(0.95 * hz, 1.05 * hz)
    return voiced * make.swelling(make.between(20.0, 80.0))


_OTHERS: dict[str, Callable[[_Maker], Signal]] = {
    "noise burst": _noise_burst,
    "closed hat": _closed_hat,
    "open cymbal": _cymbal,
    "snare": _snare,
    "clap": _clap,
    "bass note": _bass_note,
    "rising sweep": _rising_sweep,
    "drum loop": _drum_loop,
    "hum": _hum,
    "pad": _pad,
    "high tom": _high_tom,
    "bell": _bell,
    "cowbell": _cowbell,
    "rimshot": _rimshot,
    "shaker": _shaker,
    "crackle": _crackle,
    "reversed kick": _reversed_kick,
    "voice": _voice,
}

OTHER_KINDS = tuple(_OTHERS)
"""The kinds of sounds that are not kicks, in the order in which seeds cycle through them."""


def synthesise_other(seed: int) -> tuple[NDArray[np.float32], str]:
    """A sound that is not a kick, to calibrate the kick test, and its kind (one of OTHER_KINDS).

    Returns:
        (audio, kind): float32 of shape (2, 22050), onset at 1 ms, the largest sample at full scale; a third is stereo.
    """
    if seed < 0:
        raise ValueError(f"a seed is at least 0; got {seed}")
    kind = OTHER_KINDS[seed % len(OTHER_KINDS)]
    make = _Maker(seed)
    sound = _OTHERS[kind](make) * fade_out(make.n, round(0.01 * SAMPLE_RATE))
    audio = np.zeros((2, KICK_SAMPLES))
    audio[:, ONSET:] = sound
    if float(uniform(seed, "synthesis/other/stereo", 1)[0]) < 1.0 / 3.0:
        late = 7  # samples: a little width without an audible echo
        audio[1, ONSET:] = 0.8 * sound
        audio[1, ONSET + late :] += 0.2 * sound[:-late]
    return to_full_scale(audio), kind
