"""What a sound is that can be worked with: the one answer of all verbs and of the page.

One or two channels, one hit, and loud for at most 4 s: silence and a quiet tail behind it do not count.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kickitout.library import reject
from kickitout.library.normalise import Prepared, normalise
from kickitout.library.reject import RejectedError
from kickitout.library.shards import encode
from kickitout.sound import audio
from kickitout.sound.audio import AudioInfo


@dataclass(frozen=True)
class OneShot:
    """A decoded sound in a library's form.

    Attributes:
        prepared: its first 500 ms from the onset on.
        planes: the same as a library stores it.
        sample_rate: of the file, Hz.
        channels: of the file.
    """

    prepared: Prepared
    planes: NDArray[np.uint8]
    sample_rate: int
    channels: int


def read_one_shot(path: Path) -> OneShot:
    """Decode and normalise a file.

    Raises:
        RejectedError: it is no single sound.
        AudioFileError: it cannot be read as audio.
    """
    info = audio.probe(path)
    check_header(info)
    samples, rate = audio.read(path, max_seconds=seconds_read(info.sample_rate))
    check_sound(samples, rate)
    return in_form(samples, rate)


def check_header(info: AudioInfo) -> None:
    """Raise `RejectedError` for a file that need not be decoded to be rejected."""
    if info.channels > 2:
        raise RejectedError(reject.CHANNELS, reject.CHANNELS_FOUND.format(channels=info.channels))
    if info.sample_rate not in reject.RATES:
        raise RejectedError(reject.UNREADABLE, reject.RATE_FOUND.format(rate=info.sample_rate))
    if info.seconds > reject.LONGEST_FILE_SECONDS:
        detail = reject.SECONDS_FOUND.format(seconds=info.seconds, most=reject.LONGEST_FILE_SECONDS)
        raise RejectedError(reject.TOO_LONG, detail)


def seconds_read(sample_rate: int) -> float:
    """How much of a file is decoded: a little more than is allowed, in case its header does not know its length."""
    return min(reject.READ_SECONDS, reject.READ_FRAMES / sample_rate)


def check_sound(samples: NDArray[np.float32], sample_rate: int) -> None:
    """Raise `RejectedError` unless decoded samples, (c, n), are one sound."""
    if not np.isfinite(samples).all():
        raise RejectedError(reject.NON_FINITE, reject.NON_FINITE_FOUND)
    seconds = samples.shape[1] / sample_rate
    if seconds > reject.LONGEST_FILE_SECONDS:
        raise RejectedError(reject.TOO_LONG, reject.MORE_SECONDS.format(most=reject.LONGEST_FILE_SECONDS))
    if float(np.ptp(samples, axis=1).max(initial=0.0)) < reject.SILENCE:
        raise RejectedError(reject.SILENT, reject.SILENT_FOUND)
    centred = samples - samples.mean(axis=1, keepdims=True)
    if seconds > reject.LONGEST_SECONDS:
        loud = reject.loud_seconds(centred, sample_rate)
        if loud > reject.LONGEST_SECONDS:
            detail = reject.LOUD_SECONDS_FOUND.format(seconds=loud, most=reject.LONGEST_SECONDS)
            raise RejectedError(reject.TOO_LONG, detail)
    hits = reject.later_hits(centred, sample_rate)
    if hits > reject.MOST_LATER_HITS:
        raise RejectedError(reject.LOOP, reject.HITS_FOUND.format(hits=1 + hits))


def in_form(samples: NDArray[np.float32], sample_rate: int) -> OneShot:
    """A sound that `check_sound` lets pass, (c, n), in a library's form. Raises `RejectedError` if it is too short."""
    prepared = normalise(samples, sample_rate)
    planes = encode(prepared.samples)
    if planes.shape[2] < reject.SHORTEST_SAMPLES:
        raise RejectedError(reject.TOO_SHORT, reject.SOUND_FOUND.format(ms=planes.shape[2] / 44.1))
    return OneShot(prepared, planes, sample_rate, samples.shape[0])
