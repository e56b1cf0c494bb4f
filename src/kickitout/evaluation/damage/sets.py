"""Damage that looks at the whole set: averages, repetitions, replacements."""

import math

import numpy as np
from numpy.typing import NDArray

from kickitout.evaluation.damage.damage import Audio, Draws, Signal
from kickitout.evaluation.damage.filters import amplitude_of, envelope_of, magnitudes_db, with_magnitudes_db
from kickitout.library.synthesis import synthesise_other
from kickitout.sound.spectrogram import istft, stft
from kickitout.system.randomness import permutation


def towards_average(audio: Audio, level: float, seed: int) -> Audio:
    """Uses the whole set: each kick's magnitudes in dB (2048/256) moved by `level` of the way to the mean of all kicks
    and channels, with its phases kept. This imitates a generator that has learnt the average kick."""
    sizes = {"n_fft": 2048, "hop_length": 256}
    total: Signal | None = None
    for kick in audio:
        decibels = magnitudes_db(stft(kick, **sizes)).mean(axis=0)
        total = decibels if total is None else total + decibels
    damaged = np.empty_like(audio)
    for kick, result in zip(audio, damaged, strict=True):
        assert total is not None
        spectrum = stft(kick, **sizes)
        moved = (1.0 - level) * magnitudes_db(spectrum) + level * (total / len(audio))
        result[:] = istft(with_magnitudes_db(spectrum, moved), kick.shape[1], **sizes)
    return damaged


def repeat_few(audio: Audio, level: float, seed: int) -> Audio:
    """Uses the whole set: only one kick in `level` is kept and repeated `level` times, with small differences: a decay
    up to 0.5 dB higher or lower at the end, and noise 66 dB under the kick while it sounds, the same in both channels
    so that width stays."""
    kept = permutation(seed, "damage/few-modes", len(audio))[: math.ceil(len(audio) / level)]
    damaged = np.empty_like(audio)
    for index, result in enumerate(damaged):
        kick = audio[kept[index % len(kept)]].astype(np.float64)
        slope_db = float(Draws(seed, f"damage/few-modes/{index}").uniform(1)[0]) - 0.5
        noise = Draws(seed, f"damage/few-modes/noise/{index}").normal(kick.shape[1])
        gain = 10.0 ** (np.linspace(0.0, slope_db, kick.shape[1]) / 20.0)
        result[:] = kick * gain + amplitude_of(-66.0) * envelope_of(kick) * noise
    return damaged


def repeat_some(audio: Audio, level: float, seed: int) -> Audio:
    """Uses the whole set: a share of the kicks is replaced by one kick of the set at varying gains; the rest stays."""
    out, _ = replaced(len(audio), len(audio), level, seed)
    damaged = audio.copy()
    for index in out:
        # Not a round number of decibels: equal bytes would be too easy to detect.
        damaged[index] = audio[out[0]] * np.float32(amplitude_of(-0.37 * (1 + index % 7)))
    return damaged


def fold_some_to_mono(audio: Audio, level: float, seed: int) -> Audio:
    """Uses the whole set: a share of the kicks is folded to mono."""
    out, _ = replaced(len(audio), len(audio), level, seed)
    damaged = audio.copy()
    damaged[out] = audio[out].mean(axis=1, keepdims=True)
    return damaged


def replaced(count: int, pool: int, share: float, seed: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Which of `count` kicks are replaced, and by which of the `pool`: two arrays of equal length, without repetition.

    At least one kick is replaced, and a larger share includes the kicks of a smaller one.

    Raises:
        ValueError: the pool is too small.
    """
    taken = max(1, round(share * count))
    if taken > pool:
        raise ValueError(f"{taken} kicks are to be replaced; the pool holds {pool}")
    return permutation(seed, "damage/out", count)[:taken], permutation(seed, "damage/in", pool)[:taken]


def other_sounds(count: int, seed: int) -> Audio:
    """`count` sounds that are not kicks, (count, 2, 22050)."""
    return np.stack([synthesise_other(seed * 100_000 + index)[0] for index in range(count)])
