"""What a sound is that can be worked with: the one answer of all verbs and of the page.

One or two channels, one hit, and loud for at most 4 s: silence and a quiet tail behind it do not count. Whether it is a
kick is another question: `unlikeness` says what it lacks.
"""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kickitout.library import reject
from kickitout.library.normalise import Prepared, normalise, within_reach
from kickitout.library.reject import RejectedError
from kickitout.library.shards import encode
from kickitout.measure.channels import channel_fault, note_of, repaired
from kickitout.measure.descriptors import characteristics
from kickitout.sound import audio
from kickitout.sound.audio import AudioInfo, Note
from kickitout.sound.kick import KICK_SAMPLES, SAMPLE_RATE
from kickitout.sound.reading.notes import LONG, UNLIKE
from kickitout.sound.sketch.sketch import LONGEST_SAMPLES


@dataclass(frozen=True)
class OneShot:
    """A decoded sound in a library's form.

    Attributes:
        prepared: its first 500 ms from the onset on.
        planes: the same as a library stores it.
        sample_rate: of the file, Hz.
        channels: of the file.
        notes: what is not as the file says, and faults of its channels.
    """

    prepared: Prepared
    planes: NDArray[np.uint8]
    sample_rate: int
    channels: int
    notes: tuple[Note, ...] = ()


def read_one_shot(path: Path, *, repair_channels: bool = False) -> OneShot:
    """Decode and normalise a file.

    Args:
        path: the file.
        repair_channels: without faults of its two channels: a silent one becomes a copy, an inverted one is turned, a
            late one is shifted.

    Raises:
        RejectedError: it is no single sound.
        AudioFileError: it cannot be read as audio.
    """
    info = audio.probe(path)
    check_header(info)
    made = audio.reading(path, max_seconds=seconds_read(info.sample_rate))
    samples, notes = made.samples, made.notes
    try:
        check_sound(samples, made.rate)
        fault = channel_fault(samples, made.rate)
        if fault is not None:
            notes += (note_of(fault, made.rate),)
            samples = repaired(samples, fault) if repair_channels else samples
        return replace(in_form(samples, made.rate), channels=info.channels, notes=notes)
    except RejectedError as error:
        if not notes:
            raise
        raise RejectedError(error.reason, "; ".join(map(str, (error.detail, *notes)))) from error


def unlikeness(sound: OneShot) -> tuple[Note, ...]:
    """What a sound has that no kick has, or lacks: remarks, never a reason to refuse what somebody wants to work on."""
    found = []
    prepared = sound.prepared
    verdict = characteristics(prepared.audio)
    if not verdict.is_kick:
        found.append(Note(UNLIKE, "; ".join(verdict.reasons)))
    heard, most = (1000.0 * samples / SAMPLE_RATE for samples in (KICK_SAMPLES, LONGEST_SAMPLES))
    if 1000.0 * prepared.seconds > heard:
        words = reject.LONG_FOUND if 1000.0 * prepared.seconds <= most else reject.LONGER_FOUND
        found.append(Note(LONG, words.format(seconds=prepared.seconds, heard=heard, most=most)))
    return tuple(found)


def check_header(info: AudioInfo) -> None:
    """Raise `RejectedError` for a file that need not be decoded to be rejected."""
    if info.channels > 2:
        raise RejectedError(reject.CHANNELS, reject.CHANNELS_FOUND.format(channels=info.channels))
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
    if reject.peak_to_peak(samples) < reject.SILENCE:
        raise RejectedError(reject.SILENT, reject.SILENT_FOUND)
    calm, _ = within_reach(samples)
    centred = calm - calm.mean(axis=1, keepdims=True)
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
