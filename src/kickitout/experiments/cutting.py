"""Recordings that hold many sounds at an even distance, cut apart."""

import numpy as np
from numpy.typing import NDArray

from kickitout.errors import InputError
from kickitout.evaluation.sets import LEAST_PEAK
from kickitout.library.reject import peak_to_peak

Samples = NDArray[np.float32]

SLACK_SECONDS = 0.01
"""A recording may be so much longer or shorter than its sounds are together."""

GRAIN_SECONDS = 0.005
"""Steps in which onsets are looked for."""

FLOOR = 1e-6
"""Energy of a frame, against the loudest, that counts as silence."""


def cut(samples: Samples, sample_rate: int, count: int) -> list[Samples]:
    """`count` sounds at an even distance, each with all that follows until the next.

    Args:
        samples: the recording, (channels, n).
        sample_rate: Hz.
        count: how many; the first begins with the recording.

    Returns:
        The sounds, (channels, n // count) each: samples that are left over at the end belong to none.

    Raises:
        ValueError: there are fewer samples than sounds.
    """
    step = samples.shape[1] // count
    if not step:
        raise ValueError(f"{samples.shape[1]} samples are not {count} sounds at {sample_rate} Hz")
    return [samples[:, number * step : (number + 1) * step] for number in range(count)]


def check_length(name: str, samples: Samples, sample_rate: int, count: int, apart: float) -> None:
    """Raise `InputError` unless a recording, (channels, n), is as long as `count` sounds `apart` seconds apart."""
    seconds = samples.shape[1] / sample_rate
    if abs(seconds - count * apart) > SLACK_SECONDS:
        remedy = "lasts {seconds:.2f} s, not the {whole:.2f} s of {count} sounds; give it as it was published"
        raise InputError("peers", name, remedy, seconds=seconds, whole=count * apart, count=count)


def silent(sounds: list[Samples]) -> list[int]:
    """The numbers of the sounds, (channels, n) each, in which nothing is heard: below -80 dB of full scale."""
    return [number for number, sound in enumerate(sounds) if peak_to_peak(sound) < LEAST_PEAK]


def onsets_late_ms(samples: Samples, sample_rate: int, count: int) -> float:
    """How late onsets lie behind the grid of `cut`, by energy alone: 0 where they lie on it.

    All steps are laid over one another, and where the logarithm of energy rises most in sum is the onset.

    Args:
        samples: the recording, (channels, n).
        sample_rate: Hz.
        count: how many sounds.

    Returns:
        Milliseconds, in steps of 5: from minus half the distance of two sounds to plus half of it.
    """
    frame = round(GRAIN_SECONDS * sample_rate)
    frames = samples.shape[1] // frame
    power = np.square(samples[:, : frames * frame].astype(np.float64)).sum(axis=0).reshape(frames, frame).sum(axis=1)
    level = np.log(np.maximum(power / max(float(power.max()), 1e-30), FLOOR))
    rises = np.maximum(np.diff(level, prepend=np.log(FLOOR)), 0.0)
    period = samples.shape[1] / count / frame
    bins = max(round(period), 1)
    # An onset lies somewhere within its frame: by the frame's end it is there.
    places = np.floor((np.arange(frames) + 0.999) % period).astype(np.int64) % bins
    late = int(np.argmax(np.bincount(places, rises, bins)))
    return 1000.0 * GRAIN_SECONDS * (late if late <= bins // 2 else late - bins)
