"""Chunks of a WAV file for samplers, sequencers and archives, each written and read: bytes in, bytes out.

`acid` (Sony Acid's; as libsndfile reads it), `inst` and `cue ` with `labl` (Microsoft and IBM, "Multimedia Data
Standards Update", 1994), `bext` (EBU Tech 3285, version 1), `_PMX` (XMP specification, part 3). They hold no time, so
that the same kick gives the same bytes.
"""

import struct
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from kickitout.sound.wav_chunks import Chunk, pack, replace

ONE_SHOT, ROOT_SET = 1, 2
"""Flags of `acid`."""

NO_ROOT = 60
"""What `acid` holds in the place of a root note where there is none: its flag is not set."""

ACID_CONSTANT, METER = 0x8000, 4
"""`acid`: a number that is always the same, and the beats of a bar, which have no meaning for one hit."""

MOST_CENTS = 50
"""`inst`: a sound is at most so far from the note that is nearest."""

BEXT_VERSION = 1
DESCRIPTION_BYTES, ORIGINATOR_BYTES = 256, 32
CUT = "..."
"""What a text ends with that was too long for its field."""

HISTORY = "A=PCM,F={rate},W={bits},M={channels},T={software}\r\n"
"""The line of `bext` on how the sound was coded (EBU R98)."""

_ACID = struct.Struct("<IHHfIHHf")
_INST = struct.Struct("<BbbBBBB")
_CUE = struct.Struct("<II4sIII")
_BEXT_HEAD, _BEXT = 256 + 32, 602


class Instrument(NamedTuple):
    """A sound's note as `inst` has it: a MIDI note, and by how many cents a sampler shifts the sound to be in tune."""

    note: int
    cents: int


class Broadcast(NamedTuple):
    """The texts of `bext`."""

    description: str
    originator: str
    date: str
    history: str


def _with(chunks: Iterable[Chunk], new: Chunk) -> list[Chunk]:
    return replace(list(chunks), new, lambda chunk: chunk.id == new.id)


def _data(chunks: Iterable[Chunk], letters: str, least: int) -> bytes | None:
    return next((chunk.data for chunk in chunks if chunk.id == letters and len(chunk.data) >= least), None)


# acid ----------------------------------------------------------------------------------------------------------------


def with_acid(chunks: Iterable[Chunk], root: float | None) -> list[Chunk]:
    """The chunks with one that calls the sound one hit, which is not stretched to a tempo, of a MIDI note or none."""
    note = NO_ROOT if root is None else round(root)
    flags = ONE_SHOT | (0 if root is None else ROOT_SET)
    return _with(chunks, Chunk("acid", _ACID.pack(flags, note, ACID_CONSTANT, 0.0, 0, METER, METER, 0.0)))


def acid(chunks: Iterable[Chunk]) -> tuple[bool, int | None] | None:
    """Whether the sound is one hit, and its MIDI note; None without such a chunk."""
    data = _data(chunks, "acid", _ACID.size)
    if data is None:
        return None
    flags, note = struct.unpack_from("<IH", data)
    return bool(flags & ONE_SHOT), note if flags & ROOT_SET else None


# inst ----------------------------------------------------------------------------------------------------------------


def with_instrument(chunks: Iterable[Chunk], root: float) -> list[Chunk]:
    """The chunks with one that gives the nearest MIDI note, and all keys and velocities to the sound."""
    note = min(int(root + 0.5), 127)
    cents = max(min(round(100.0 * (note - root)), MOST_CENTS), -MOST_CENTS)
    return _with(chunks, Chunk("inst", _INST.pack(note, cents, 0, 0, 127, 1, 127)))


def instrument(chunks: Iterable[Chunk]) -> Instrument | None:
    """The note of the sound; None without such a chunk."""
    data = _data(chunks, "inst", _INST.size)
    return None if data is None else Instrument(*_INST.unpack_from(data)[:2])


# cue -----------------------------------------------------------------------------------------------------------------


def with_cues(chunks: Iterable[Chunk], cues: Sequence[tuple[int, str]]) -> list[Chunk]:
    """The chunks with points in the sound: frames from its start, each with a name."""
    points = b"".join(_CUE.pack(number, at, b"data", 0, 0, at) for number, (at, _) in enumerate(cues, start=1))
    names = (
        Chunk("labl", struct.pack("<I", number) + name.encode("utf-8") + b"\0")
        for number, (_, name) in enumerate(cues, start=1)
    )
    cue = Chunk("cue ", struct.pack("<I", len(cues)) + points)
    labels = Chunk("LIST", b"adtl" + pack(names))
    return replace(_with(chunks, cue), labels, _is_labels)


def _is_labels(chunk: Chunk) -> bool:
    return chunk.id == "LIST" and chunk.data[:4] == b"adtl"


def cues(chunks: Sequence[Chunk]) -> list[tuple[int, str]]:
    """The points in the sound, (frame, name), as far as they are whole."""
    data = _data(chunks, "cue ", 4)
    if data is None:
        return []
    names: dict[int, str] = {}
    for chunk in chunks:
        at = 4 if _is_labels(chunk) else len(chunk.data)
        while at + 12 <= len(chunk.data):
            letters, size, number = struct.unpack_from("<4sII", chunk.data, at)
            if letters == b"labl":
                names[number] = chunk.data[at + 12 : at + 8 + size].split(b"\0", 1)[0].decode("utf-8", "replace")
            at += 8 + size + size % 2
    count = min(int.from_bytes(data[:4], "little"), (len(data) - 4) // _CUE.size)
    found = [_CUE.unpack_from(data, 4 + number * _CUE.size) for number in range(count)]
    return [(at, names.get(number, "")) for number, _, _, _, _, at in found]


# bext ----------------------------------------------------------------------------------------------------------------


def _field(text: str, size: int) -> bytes:
    """A text in ASCII, cut to a size and filled up with zeros."""
    data = text.encode("ascii", "replace")
    return (data if len(data) <= size else data[: size - len(CUT)] + CUT.encode()).ljust(size, b"\0")


def with_broadcast(chunks: Iterable[Chunk], description: str, originator: str, history: str) -> list[Chunk]:
    """The chunks with one that says what the sound is and what it came from; its date and its time stay empty."""
    head = _field(description, DESCRIPTION_BYTES) + _field(originator, ORIGINATOR_BYTES)
    rest = bytes(32 + 10 + 8 + 8) + struct.pack("<H", BEXT_VERSION)
    return _with(chunks, Chunk("bext", (head + rest).ljust(_BEXT, b"\0") + history.encode("ascii", "replace")))


def broadcast(chunks: Iterable[Chunk]) -> Broadcast | None:
    """The texts of `bext`; None without such a chunk."""
    data = _data(chunks, "bext", _BEXT)
    if data is None:
        return None
    at = ((0, DESCRIPTION_BYTES), (DESCRIPTION_BYTES, _BEXT_HEAD), (_BEXT_HEAD + 32, _BEXT_HEAD + 42), (_BEXT, None))
    return Broadcast(*(data[first:last].split(b"\0", 1)[0].decode("ascii", "replace") for first, last in at))


# XMP -----------------------------------------------------------------------------------------------------------------


def with_xmp(chunks: Iterable[Chunk], packet: str) -> list[Chunk]:
    """The chunks with an XMP packet."""
    return _with(chunks, Chunk("_PMX", packet.encode("utf-8")))


def xmp(chunks: Iterable[Chunk]) -> str | None:
    """The XMP packet; None without one."""
    data = _data(chunks, "_PMX", 1)
    return None if data is None else data.decode("utf-8", "replace")
