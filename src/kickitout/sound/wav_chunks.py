"""The chunks of a WAV file that soundfile truncates or does not write: texts (LIST/INFO), a sampler's note (smpl).

A WAV file is a RIFF form: `RIFF`, its size, `WAVE`, then chunks: four letters, a little-endian size, that many bytes,
and a zero byte after an odd size (IBM and Microsoft, "Multimedia Programming Interface and Data Specifications 1.0",
1991). Standard library only: bytes in, bytes out; all other chunks are kept unchanged.
"""

import struct
from collections.abc import Callable, Iterable, Iterator, Mapping
from io import BytesIO
from itertools import islice
from pathlib import Path
from typing import BinaryIO, NamedTuple

from kickitout.errors import AudioFileError
from kickitout.sound.reading.chunks import MOST_CHUNKS, walk
from kickitout.sound.reading.streams import bytes_at
from kickitout.system.files import open_regular

COMMENT, COPYRIGHT, NAME, SOFTWARE, SUBJECT = "ICMT", "ICOP", "INAM", "ISFT", "ISBJ"
"""Tags of LIST/INFO."""

MOST_INFO = 2**24
"""Bytes of the largest LIST chunk that is read."""

_MAX_SIZE = 2**32 - 1
_SAMPLER = struct.Struct("<9I")
_LOOP = struct.Struct("<6I")  # its number, forwards, first and last sample, fraction of a sample, endlessly


class Chunk(NamedTuple):
    """One chunk: its four letters, and its bytes without the padding."""

    id: str
    data: bytes


class Place(NamedTuple):
    """The position of a chunk's bytes in a file."""

    id: str
    offset: int
    size: int


def _broken(name: object, fault: str) -> AudioFileError:
    return AudioFileError(
        name, "not a complete WAV file ({fault}); give another file", fault=fault, reason="unreadable"
    )


def places(stream: BinaryIO, name: object = None) -> Iterator[Place]:
    """The chunks of a WAV file in their order, without reading their bytes.

    The size in the RIFF header is used only if it is smaller than the file: programs that write into pipes leave it 0
    or 0xFFFFFFFF. Bytes after the form are ignored.

    Raises:
        AudioFileError: not a WAV file, one of more than 4 GiB (RF64, BW64), or a chunk runs past the end.
    """
    end = stream.seek(0, 2)
    stream.seek(0)
    head = stream.read(12)
    if head[:4] in (b"RF64", b"BW64"):
        raise AudioFileError(
            name, "an RF64 file, the kind for more than 4 GiB; save it as a plain WAV", reason="unreadable"
        )
    if len(head) < 12 or head[:4] != b"RIFF" or head[8:] != b"WAVE":
        raise _broken(name, "it does not begin with RIFF and WAVE")
    claimed = int.from_bytes(head[4:8], "little")
    if claimed not in (0, _MAX_SIZE):
        end = min(end, 8 + claimed)
    at = 12
    while at + 8 <= end:
        stream.seek(at)
        letters, size = struct.unpack("<4sI", stream.read(8))
        at += 8
        if at + size > end:
            raise _broken(
                name, f"its chunk {letters.decode('latin-1')!r} claims {size:,} bytes, {end - at:,} are there"
            )
        yield Place(letters.decode("latin-1"), at, size)
        at += size + size % 2


def parse(data: bytes, name: object = None) -> list[Chunk]:
    """All chunks of a WAV file. `name` is its name in errors. Raises `AudioFileError` as `places` does."""
    return [Chunk(place.id, data[place.offset : place.offset + place.size]) for place in places(BytesIO(data), name)]


def pack(chunks: Iterable[Chunk]) -> bytes:
    """Chunks one behind the other, each with its padding. Raises `ValueError` as `build` does."""
    parts = []
    for chunk in chunks:
        letters = chunk.id.encode("latin-1")
        if len(letters) != 4 or len(chunk.data) > _MAX_SIZE:
            raise ValueError(
                f"a chunk has four letters and less than 4 GiB; got {chunk.id!r}, {len(chunk.data):,} bytes"
            )
        parts += [letters, struct.pack("<I", len(chunk.data)), chunk.data, b"\0" * (len(chunk.data) % 2)]
    return b"".join(parts)


def build(chunks: Iterable[Chunk]) -> bytes:
    """A WAV file of these chunks: `build(parse(data)) == data` for a well-formed file.

    Raises:
        ValueError: a chunk's name is not four letters, or the file would be 4 GiB or more.
    """
    body = b"WAVE" + pack(chunks)
    if len(body) > _MAX_SIZE:
        raise ValueError(f"a WAV file holds less than 4 GiB; got {len(body):,} bytes")
    return b"RIFF" + struct.pack("<I", len(body)) + body


def replace(chunks: list[Chunk], new: Chunk, matches: Callable[[Chunk], bool]) -> list[Chunk]:
    """`chunks` with `new` in place of the first that matches, or at the end; further matches are dropped."""
    result: list[Chunk] = []
    placed = False
    for chunk in chunks:
        if not matches(chunk):
            result.append(chunk)
        elif not placed:
            result.append(new)
            placed = True
    return result if placed else [*result, new]


BARE = ("fmt ", "data")
"""The chunks without which there is no sound."""


def bare(chunks: Iterable[Chunk]) -> list[Chunk]:
    """The chunks that are needed to play the sound, and no others."""
    return [chunk for chunk in chunks if chunk.id in BARE]


# --- LIST/INFO --------------------------------------------------------------------------------------------------------


def _is_info(chunk: Chunk) -> bool:
    return chunk.id == "LIST" and chunk.data[:4] == b"INFO"


def _parse_info(data: bytes) -> dict[str, bytes]:
    """Tag to raw bytes of one LIST/INFO; a tag that runs past the end is left out, with all that follow."""
    tags: dict[str, bytes] = {}
    at = 4
    while at + 8 <= len(data):
        letters, size = struct.unpack_from("<4sI", data, at)
        at += 8
        if at + size > len(data):
            break
        tags.setdefault(letters.decode("latin-1"), data[at : at + size])
        at += size + size % 2
    return tags


def _text(raw: bytes) -> str:
    return raw.split(b"\0", 1)[0].decode("utf-8", errors="replace")


def info(chunks: Iterable[Chunk]) -> dict[str, str]:
    """The texts of LIST/INFO by tag, read as UTF-8."""
    tags: dict[str, str] = {}
    for chunk in chunks:
        if _is_info(chunk):
            tags = {tag: _text(raw) for tag, raw in _parse_info(chunk.data).items()} | tags
    return tags


def with_info(chunks: Iterable[Chunk], texts: Mapping[str, str]) -> list[Chunk]:
    """The chunks with these texts in one LIST/INFO; texts of other tags stay. A new list goes to the end.

    Raises:
        ValueError: a text holds a zero character, which ends texts in WAV files, or a tag is not four letters.
    """
    kept = list(chunks)
    tags: dict[str, bytes] = {}
    for chunk in kept:
        if _is_info(chunk):
            tags = _parse_info(chunk.data) | tags
    for tag, text in texts.items():
        if "\0" in text:
            raise ValueError(f"a text in a WAV file cannot hold a zero character: {text!r}")
        tags[tag] = text.encode("utf-8") + b"\0"
    data = b"INFO" + pack(Chunk(tag, raw) for tag, raw in tags.items())
    return replace(kept, Chunk("LIST", data), _is_info)


def read_info(path: Path) -> dict[str, str]:
    """The texts of LIST/INFO of the WAV file at `path`, wrong sizes or not; only these chunks are read.

    Raises:
        AudioFileError: not a WAV file.
        OSError: it cannot be opened.
    """
    with open_regular(path) as stream:
        end = stream.seek(0, 2)
        head = bytes_at(stream, 0, 12)
        if head[:4] != b"RIFF" or head[8:] != b"WAVE":
            raise _broken(path, "it does not begin with RIFF and WAVE")
        there = list(islice(walk(stream, 12, end, "little"), MOST_CHUNKS))
        if not any(place.id == b"fmt " for place in there):
            raise _broken(path, "it does not say how its numbers are written")
        texts = [place for place in there if place.id == b"LIST" and place.size <= MOST_INFO]
        found = [Chunk("LIST", bytes_at(stream, place.offset, place.size)) for place in texts]
    return info(found)


# --- smpl -------------------------------------------------------------------------------------------------------------


def with_sampler(chunks: Iterable[Chunk], note: float, sample_rate: int, frames: int | None = None) -> list[Chunk]:
    """The chunks with a `smpl` chunk for the sound's MIDI note (60 is middle C, fractions allowed).

    With `frames` the sound is one of so many samples that is played over and over: one loop from the first of them to
    the last, which is played, too.

    Raises:
        ValueError: the note is outside 0..127.
    """
    if not 0.0 <= note <= 127.0:
        raise ValueError(f"a MIDI note lies from 0 to 127; got {note}")
    whole = int(note)
    fraction = min(round((note - whole) * 2**32), _MAX_SIZE)  # 0x80000000 is half a semitone up
    period = round(1e9 / sample_rate)  # nanoseconds
    data = _SAMPLER.pack(0, 0, period, whole, fraction, 0, 0, int(frames is not None), 0)
    if frames is not None:
        data += _LOOP.pack(0, 0, 0, frames - 1, 0, 0)
    return replace(list(chunks), Chunk("smpl", data), lambda chunk: chunk.id == "smpl")


def sampler_loop(chunks: Iterable[Chunk]) -> tuple[int, int] | None:
    """The first and the last sample of the loop in the `smpl` chunk, or None if there is none."""
    for chunk in chunks:
        if chunk.id == "smpl" and len(chunk.data) >= _SAMPLER.size + _LOOP.size:
            if _SAMPLER.unpack_from(chunk.data)[7] == 0:
                return None
            _, _, first, last, _, _ = _LOOP.unpack_from(chunk.data, _SAMPLER.size)
            return int(first), int(last)
    return None


def sampler_note(chunks: Iterable[Chunk]) -> float | None:
    """The MIDI note of the `smpl` chunk, or None if there is none."""
    for chunk in chunks:
        if chunk.id == "smpl" and len(chunk.data) >= _SAMPLER.size:
            fields = _SAMPLER.unpack_from(chunk.data)
            return float(fields[3]) + float(fields[4]) / 2**32
    return None
