"""Decoding: a file's sound, held against what `survey` found in its bytes. The only reader that uses libsndfile."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from kickitout.errors import AudioFileError
from kickitout.sound.reading import with_pyav
from kickitout.sound.reading.kinds import extra_name, survey
from kickitout.sound.reading.notes import CUT_SHORT, DAMAGED, FAR_OVER, OVER, Note, cut_short
from kickitout.sound.reading.streams import Spliced, Stretch
from kickitout.sound.reading.survey import Survey
from kickitout.system.files import describe_os_error, open_regular

UNREADABLE = "cannot be read as audio ({words}); give WAV, AIFF, FLAC, OGG or MP3"
NOT_OPENED = "cannot be read ({words}); see to that, or give another file"
NO_SAMPLES = "holds no samples; give a file with sound in it"
NONE_LEFT = "holds no samples ({words}); give a whole file"
RATE_REFUSED = "has a sample rate of {rate} Hz; give one of {low} to {high} Hz"
EXTRA_NEEDED = "is {kind}, which needs an optional part: pip install 'kickitout[formats]'"
TOO_MUCH = (
    "its header claims {frames:,} frames of {channels} channels, more than can be read; give an undamaged audio file "
    "of one kick"
)
UNEQUAL = "holds {count} streams one behind the other with different rates or channels (chained); export it as one"

NOT_READ = "not read"
"""The reason of an `AudioFileError` that says nothing about the file's bytes: the machine did not give them, or a part
that would read them is not installed."""

RATES = range(2_000, 1_000_001)
"""Plausible sample rates in Hz."""

MOST_VALUES = 2**28
"""Numbers that are read of one file at most: 1 GiB of them."""

BLOCK_VALUES = 2**22
"""Numbers that are decoded at a time."""

SLACK = 8
"""Frames by which libsndfile may be wrong about the length of a coded sound."""

WHOLLY_READ = ("flac", "ogg", "mp3")
"""Containers of which libsndfile refuses only what is damaged."""

OVER_SCALE = 4.0
"""Floats above this (12 dB over full scale) are noted."""


@dataclass(frozen=True)
class AudioInfo:
    """The header of a file.

    Rate in Hz, number of channels, frames, libsndfile's format and subtype, and the comment ("" if there is none).
    """

    sample_rate: int
    channels: int
    frames: int
    format: str
    subtype: str
    comment: str = ""

    @property
    def seconds(self) -> float:
        """Length in seconds."""
        return self.frames / self.sample_rate


@dataclass(frozen=True, eq=False)
class Reading:
    """A decoded file: float32 of shape (channels, n), full scale 1.0; Hz; and what is to be said of it."""

    samples: NDArray[np.float32]
    rate: int
    notes: tuple[Note, ...] = ()


def _soundfile() -> Any:
    import soundfile  # slow to import (it loads a shared library): only when a file is touched

    return soundfile


@contextmanager
def _surveyed(path: Path) -> Iterator[tuple[BinaryIO, Survey]]:
    """A file, and what was found in it; what fails while it is open becomes an `AudioFileError` ("unreadable", or
    `NOT_READ`)."""
    soundfile = _soundfile()
    try:
        # An open stream, not a name: libsndfile's own opening fails on very long or unusual names.
        with open_regular(path) as stream:
            yield stream, survey(stream)
    except (soundfile.SoundFileError, with_pyav.NotDecodedError, OSError) as error:
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: Exception) -> AudioFileError:
    if isinstance(error, OSError):
        return AudioFileError(path, NOT_OPENED, words=describe_os_error(error), reason=NOT_READ)
    words = str(getattr(error, "error_string", error)).strip().rstrip(".").lower()
    return AudioFileError(path, UNREADABLE, words=words, reason="unreadable")


@contextmanager
def _sound(stream: BinaryIO, stretch: Stretch) -> Iterator[Any]:
    """A stretch opened with libsndfile. Raises its errors, and those of the operating system."""
    spliced = Spliced(stream, stretch)
    try:
        with _soundfile().SoundFile(spliced) as file:
            yield file
    finally:
        if spliced.error is not None:
            raise spliced.error


def _check(path: Path, rate: int, channels: int, frames: int) -> None:
    """Raise `AudioFileError` for a rate that none is, or more numbers than are read."""
    if rate not in RATES:
        facts = {"rate": rate, "low": RATES.start, "high": RATES.stop - 1}
        raise AudioFileError(path, RATE_REFUSED, reason="unreadable", **facts)
    if frames * channels > MOST_VALUES:
        raise AudioFileError(path, TOO_MUCH, frames=frames, channels=channels, reason="unreadable")


def probe(path: Path) -> AudioInfo:
    """Read a file's header; the frames are those that its bytes hold, where that can be told.

    Raises:
        AudioFileError: reason "unreadable", or `NOT_READ`.
    """
    soundfile = _soundfile()
    with _surveyed(path) as (stream, found):
        try:
            info = _header(stream, found)
        except soundfile.SoundFileError as error:
            info = _probe_otherwise(path, stream, found, error)
    _check(path, info.sample_rate, info.channels, 0)
    return info


def _header(stream: BinaryIO, found: Survey) -> AudioInfo:
    frames = 0
    for stretch in found.stretches:
        with _sound(stream, stretch) as file:
            frames += file.frames
            if stretch is found.stretches[0]:
                info = AudioInfo(file.samplerate, file.channels, 0, file.format, file.subtype, file.comment)
    return replace(info, frames=frames if found.frames is None else found.frames)


def _probe_otherwise(path: Path, stream: BinaryIO, found: Survey, error: Exception) -> AudioInfo:
    if found.spare is not None:
        try:
            return _header(stream, found.spare)
        except _soundfile().SoundFileError:
            pass
    _check_extra(path, found, error)
    return AudioInfo(*with_pyav.probe(Spliced(stream, found.stretches[0]), found.demuxer))


def _check_extra(path: Path, found: Survey, error: Exception) -> None:
    """Raise what is to be said where PyAV cannot help: libsndfile's error, or that PyAV is not there."""
    kind = extra_name(found.demuxer)
    if not found.demuxer or (kind is None and not with_pyav.is_there()):
        raise error
    if not with_pyav.is_there():
        raise AudioFileError(path, EXTRA_NEEDED, kind=kind, reason=NOT_READ) from error


def reading(path: Path, *, max_seconds: float | None = None) -> Reading:
    """Decode a file, at most its first `max_seconds`, with notes on what is not as it says.

    Raises:
        AudioFileError: reason "unreadable", "empty" or `NOT_READ`.
    """
    soundfile = _soundfile()
    with _surveyed(path) as (stream, found):
        try:
            made = _decode(path, stream, found, max_seconds)
        except soundfile.SoundFileError as error:
            made = _decode_otherwise(path, stream, found, max_seconds, error)
    if made.samples.shape[1] == 0 and made.notes:
        raise AudioFileError(path, NONE_LEFT, words=str(made.notes[0]), reason="empty")
    if made.samples.shape[1] == 0:
        raise AudioFileError(path, NO_SAMPLES, reason="empty")
    peak = max(float(made.samples.max()), -float(made.samples.min()))
    if OVER_SCALE < peak < np.inf:
        over = Note(OVER, FAR_OVER.format(db=20.0 * np.log10(peak)))
        return replace(made, notes=(*made.notes, over))
    return made


def _decode_otherwise(
    path: Path, stream: BinaryIO, found: Survey, max_seconds: float | None, error: Exception
) -> Reading:
    if found.spare is not None:
        try:
            return _decode(path, stream, found.spare, max_seconds)
        except _soundfile().SoundFileError:
            pass
    _check_extra(path, found, error)
    spliced = Spliced(stream, found.stretches[0])
    try:
        samples, rate, notes = with_pyav.read(spliced, found.demuxer, max_seconds, MOST_VALUES)
    except MemoryError as larger:
        raise AudioFileError(path, TOO_MUCH, frames=MOST_VALUES, channels=1, reason="unreadable") from larger
    _check(path, rate, len(samples), 0)
    if any(note.kind == CUT_SHORT for note in found.notes):
        notes = tuple(note for note in notes if note.kind != CUT_SHORT)
    elif found.frames is not None and not notes:
        notes = _short(samples.shape[1], found.frames, rate, max_seconds)
    if found.demuxer in WHOLLY_READ:
        notes += (Note(DAMAGED, "part of it cannot be decoded as it was encoded"),)
    return Reading(np.ascontiguousarray(samples), rate, found.notes + notes)


def _short(there: int, frames: int, rate: int, max_seconds: float | None) -> tuple[Note, ...]:
    """A note where a decoder gave less than was expected."""
    limit = frames if max_seconds is None else min(frames, int(np.ceil(max_seconds * rate)))
    return (cut_short(there, frames),) if there < limit else ()


def _decode(path: Path, stream: BinaryIO, found: Survey, max_seconds: float | None) -> Reading:
    blocks: list[NDArray[np.float32]] = []
    rate = channels = there = expected = 0
    for stretch in found.stretches:
        with _sound(stream, stretch) as file:
            if stretch is found.stretches[0]:
                rate, channels = int(file.samplerate), int(file.channels)
                _check(path, rate, channels, 0)
                limit = None if max_seconds is None else int(np.ceil(max_seconds * rate))
            elif (int(file.samplerate), int(file.channels)) != (rate, channels):
                raise AudioFileError(path, UNEQUAL, count=len(found.stretches), reason="unreadable")
            expected += int(file.frames)
            most = expected if found.frames is None else found.frames
            _check(path, rate, channels, most if limit is None else min(most, limit))
            there += _blocks(file, blocks, None if limit is None else limit - there)
        if limit is not None and there >= limit:
            break
    samples = np.ascontiguousarray(np.concatenate(blocks).T) if blocks else np.zeros((channels, 0), np.float32)
    notes = found.notes
    if not any(note.kind == CUT_SHORT for note in notes):
        notes += _short(there, expected - SLACK if found.frames is None else found.frames, rate, max_seconds)
    if found.checksum is not None and there == found.frames and not _is_intact(samples, *found.checksum):
        notes += (Note(DAMAGED, "its sound is not what was encoded (the checksum differs)"),)
    return Reading(samples, rate, notes)


def _blocks(file: Any, blocks: list[NDArray[np.float32]], limit: int | None) -> int:
    """Decode a file to its end, or at most `limit` frames; how many there were."""
    size, there = max(1, BLOCK_VALUES // file.channels), 0
    while limit is None or there < limit:
        wanted = size if limit is None else min(size, limit - there)
        block = file.read(wanted, dtype="float32", always_2d=True)
        if len(block):
            blocks.append(block)
        there += len(block)
        if len(block) < wanted:
            break
    return there


def _is_intact(samples: NDArray[np.float32], digest: bytes, bits: int) -> bool:
    """Whether the integers of a sound, (channels, n), have this MD5; true where float32 does not hold them all."""
    if bits > 24:
        return True
    whole = np.rint(samples.T.astype(np.float64) * 2.0 ** (bits - 1)).astype("<i4")
    width = (bits + 7) // 8
    data = whole.reshape(-1, 1).view(np.uint8)[:, :width]
    return hashlib.md5(data.tobytes(), usedforsecurity=False).digest() == digest
