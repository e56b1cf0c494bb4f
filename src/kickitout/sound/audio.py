"""Reading and writing audio files, and changing their rate: the door to soundfile, soxr and PyAV (`reading/`).

Arrays are float32 of shape (channels, n), full scale 1.0; rates are Hz.
"""

import math
import signal
from io import BytesIO
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from kickitout.errors import InputError
from kickitout.sound.reading.decoding import (
    NO_SAMPLES,
    NOT_OPENED,
    NOT_READ,
    OVER_SCALE,
    RATE_REFUSED,
    RATES,
    UNREADABLE,
    AudioInfo,
    Reading,
    probe,
    reading,
)
from kickitout.sound.reading.kinds import EXTRA_SUFFIXES, READ_SUFFIXES
from kickitout.sound.reading.notes import Note
from kickitout.system.files import replacing
from kickitout.system.interrupts import held_signals

__all__ = [
    "AUDIO_SUFFIXES", "NOT_OPENED", "NOT_READ", "NO_SAMPLES", "OVER_SCALE", "RATES", "RATE_REFUSED", "UNREADABLE",
    "AudioInfo", "Note", "Reading", "check_encoding", "encode", "probe", "read", "reading", "resample", "response",
    "write",
]  # fmt: skip

AUDIO_SUFFIXES = READ_SUFFIXES | EXTRA_SUFFIXES
"""File name suffixes that count as audio when a folder is read; some need the extra `formats`."""

SUBTYPES = {"16": "PCM_16", "24": "PCM_24", "32f": "FLOAT"}
"""`--bits` to libsndfile's name."""

FORMATS = {"wav": "WAV", "flac": "FLAC", "aiff": "AIFF"}
"""`--format` to libsndfile's name; the key is also the file name suffix."""

QUALITY = "VHQ"
"""soxr's quality; of linear phase."""

RESAMPLING_REACH = 340
"""Samples of the lower rate on each side that `resample` uses, with a few to spare."""

RESAMPLING_FLOOR = 1e-13
"""The impulse response of `resample` ends where it stays below this share of its peak."""

RESAMPLING_OPENING = 40
"""At most this many samples at the start of a result are computed differently from the rest."""

MAX_AIFF_COMMENT = 8_000
"""Bytes. libsndfile writes longer comments into AIFF files, but cannot open these files again."""


def read(path: Path, *, max_seconds: float | None = None) -> tuple[NDArray[np.float32], int]:
    """Decode a file, at most its first `max_seconds`; `reading` gives notes as well.

    Returns:
        (samples, rate): float32 of shape (channels, n) as stored (integers scaled to [-1, 1)), and Hz.

    Raises:
        AudioFileError: reason "unreadable", "empty" or `NOT_READ`.
    """
    made = reading(path, max_seconds=max_seconds)
    return made.samples, made.rate


def _soundfile() -> Any:
    import soundfile  # slow to import (it loads a shared library): only when a file is touched

    return soundfile


def resample(samples: NDArray[np.float32], from_rate: int, to_rate: int) -> NDArray[np.float32]:
    """Change the rate with soxr (linear phase). Shape (channels, n) -> (channels, about n * to / from)."""
    if from_rate == to_rate:
        return samples
    import soxr

    result = soxr.resample(samples.T, from_rate, to_rate, quality=QUALITY)
    return np.ascontiguousarray(result.T, dtype=np.float32)


def response(from_rate: int, to_rate: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The impulse responses of `resample`, which define it because it is linear.

    Returns:
        The symmetric response from its middle on: value k is the weight at a distance of k / L samples of the source,
        with the rates in lowest terms, to_rate / from_rate = L / M. And, for the first samples of the result, which
        deviate from it because soxr drops the ringing before the first sample, the weight of each of the first samples
        of the source in each of them, (rows, columns).
    """
    import soxr

    factor = math.gcd(from_rate, to_rate)
    places, step = to_rate // factor, from_rate // factor
    reach = math.ceil(RESAMPLING_REACH * max(1.0, from_rate / to_rate))

    def made_of(at: int) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        """The response to one sample, and the distances of its values."""
        impulse = np.zeros(at + reach + 2)
        impulse[at] = 1.0
        made = np.asarray(soxr.resample(impulse, from_rate, to_rate, quality=QUALITY))
        return made, np.abs(np.arange(len(made)) * step - at * places)

    found = np.zeros(reach * places + 1)
    start = 2 * reach + step
    for at in range(start, start + step):  # each gives different distances
        made, away = made_of(at)
        behind = (np.arange(len(made)) * step >= at * places) & (away < len(found))
        found[away[behind]] = made[behind]
    found = found[: np.flatnonzero(np.abs(found) > RESAMPLING_FLOOR * np.abs(found).max())[-1] + 1]
    impulses = [made_of(at) for at in range(reach)]
    measured = np.stack([made[:RESAMPLING_OPENING] for made, _ in impulses], axis=1)
    away = np.stack([places[:RESAMPLING_OPENING] for _, places in impulses], axis=1)
    plain = np.append(found, 0.0)[np.minimum(away, len(found))]
    other = np.flatnonzero(np.abs(measured - plain).max(axis=1) > RESAMPLING_FLOOR * np.abs(found).max())
    return found, measured[: other[-1] + 1 if len(other) else 0]


def check_encoding(format: str, bits: str) -> None:
    """Raise `InputError` for an unknown format or word length, or one that the format does not hold."""
    if format not in FORMATS:
        raise InputError("format", format, "unknown; choose {known}", known=", ".join(FORMATS))
    if bits not in SUBTYPES:
        raise InputError("bits", bits, "unknown; choose {known}", known=", ".join(SUBTYPES))
    if format == "flac" and bits == "32f":
        raise InputError("bits", bits, "FLAC has no floating-point samples; choose {bits:24} or {format:wav}")


def encode(
    samples: NDArray[np.float32],
    sample_rate: int,
    *,
    bits: str = "24",
    format: str = "wav",
    comment: str | None = None,
) -> bytes:
    """The bytes of an audio file of samples of shape (channels, n).

    Integers are rounded, not dithered, and no time is written, so that the same kick always gives the same bytes.
    `comment` becomes the comment tag of FLAC and AIFF (WAV recipes are chunks: see `wav_chunks`).

    Raises:
        InputError: an unknown format or word length, one that the format does not hold, a rate or number of channels
            that it does not hold, or a comment too long for AIFF.
    """
    check_encoding(format, bits)
    if format == "aiff" and comment is not None and len(comment.encode("utf-8")) > MAX_AIFF_COMMENT:
        remedy = "AIFF files hold comments of at most {most:,} bytes; choose {format:wav}"
        raise InputError("format", format, remedy, most=MAX_AIFF_COMMENT)
    soundfile = _soundfile()
    frames = np.ascontiguousarray(samples.T)
    if bits != "32f":
        full_scale = 2.0 ** (int(bits) - 1)
        rounded = np.clip(np.rint(frames.astype(np.float64) * full_scale), -full_scale, full_scale - 1)
        # libsndfile takes integers left-justified in 32 bits and keeps the upper ones: no rounding of its own.
        frames = (rounded.astype(np.int64) << (32 - int(bits))).astype(np.int32)
    # Into memory: an error of the disk inside libsndfile's callbacks would print a traceback of its own.
    stream = BytesIO()
    try:
        # Those callbacks also swallow a Ctrl-C, and the file lacks a piece then: it is heard afterwards.
        with (
            held_signals(signal.SIGINT) as stopped,
            soundfile.SoundFile(
                stream, "w", sample_rate, samples.shape[0], SUBTYPES[bits], format=FORMATS[format]
            ) as file,
        ):
            if comment:
                file.comment = comment
            file.write(frames)
    except soundfile.SoundFileError as error:
        raise InputError(
            "format",
            format,
            "cannot hold {channels} channels at {hz} Hz with {bits} bits ({error}); choose another {rate} or {format}",
            channels=samples.shape[0],
            hz=sample_rate,
            bits=bits,
            error=str(error),
        ) from error
    if stopped():
        raise KeyboardInterrupt
    return _without_clock(stream.getvalue()) if bits == "32f" else stream.getvalue()


def _without_clock(data: bytes) -> bytes:
    """Set the time of writing, which libsndfile puts into the PEAK chunk of float WAV and AIFF files, to 0."""
    order: Literal["little", "big"] = "little" if data[:4] == b"RIFF" else "big"
    at = 12
    while at + 8 <= len(data):
        size = int.from_bytes(data[at + 4 : at + 8], order)
        if data[at : at + 4] == b"PEAK":
            return data[: at + 12] + bytes(4) + data[at + 16 :]  # after the version, four bytes
        at += 8 + size + size % 2
    return data


def write(
    path: Path,
    samples: NDArray[np.float32],
    sample_rate: int,
    *,
    bits: str = "24",
    format: str = "wav",
    comment: str | None = None,
) -> None:
    """Write samples of shape (channels, n) atomically: the bytes of `encode`.

    Raises:
        InputError: as `encode`.
        OutputError: the file cannot be written.
    """
    data = encode(samples, sample_rate, bits=bits, format=format, comment=comment)
    with replacing(path) as temporary:
        temporary.write_bytes(data)
