"""AIFF and AIFF-C: `COMM` says how the numbers are written and how many there are, `SSND` holds them.

Apple Computer, "Audio Interchange File Format", 1989, and its draft on AIFF-C, 1991.
"""

import struct
from itertools import islice

from kickitout.sound.reading.chunks import MOST_CHUNKS, says_nothing, walk
from kickitout.sound.reading.notes import MORE_THERE, REPAIRED, WRONG_SIZE, Note, cut_short, no_length
from kickitout.sound.reading.streams import Stretch
from kickitout.sound.reading.survey import Sought, Survey
from kickitout.sound.reading.tags import left_over

WIDTHS = {b"fl32": 4, b"FL32": 4, b"fl64": 8, b"FL64": 8, b"ulaw": 1, b"ULAW": 1, b"alaw": 1, b"ALAW": 1}
PLAIN = (b"NONE", b"twos", b"sowt", b"raw ", b"in24", b"in32", b"42ni", b"23ni")
"""Kinds of AIFF-C whose frames have a fixed number of bytes."""


def _block(common: bytes, compressed: bool) -> int:
    """Bytes of a frame, 0 where it has no fixed number."""
    channels, _, bits = struct.unpack_from(">HIH", common)
    kind = common[18:22] if compressed else b"NONE"
    width = WIDTHS.get(kind, (bits + 7) // 8 if kind in PLAIN else 0)
    return int(channels * width)


def survey_aiff(sought: Sought) -> Survey | None:
    """Where the sound of an AIFF or AIFF-C file lies; None where it has none."""
    kind = sought.bytes_at(sought.start + 8, 4)
    places = list(islice(walk(sought.stream, sought.start + 12, sought.end, "big"), MOST_CHUNKS))
    common = next((one for one in places if one.id == b"COMM" and one.size >= 18), None)
    sound = next((one for one in places if one.id == b"SSND" and one.size >= 8), None)
    if common is None or sound is None:
        return None
    raw = sought.bytes_at(common.offset, min(common.size, 4096))
    block = _block(raw, kind == b"AIFC")
    offset = int.from_bytes(sought.bytes_at(sound.offset, 4), "big")
    claimed = struct.unpack_from(">I", raw, 2)[0]
    if offset > sound.size - 8:
        offset = 0
    begin, there = sound.offset + 8 + offset, sound.size - 8 - offset
    frames = there // block if block else None
    fits = sound.claimed == sound.size
    notes: tuple[Note, ...] = ()
    if frames is not None and claimed > frames and not says_nothing(claimed):
        notes = (cut_short(frames, claimed),)
    elif not fits and not says_nothing(sound.claimed):
        notes = (cut_short(sound.size, sound.claimed, "bytes of sound"),)
    elif says_nothing(sound.claimed) or says_nothing(claimed):
        notes = (no_length(there, "bytes") if frames is None else no_length(frames),) if there else ()
    elif frames is not None and claimed < frames:
        notes = (Note(REPAIRED, MORE_THERE.format(claimed=claimed, there=frames)),)
    last = places[-1]
    notes += left_over(sought, last.offset + last.size + last.size % 2)
    in_order = all(one.sure for one in places[: places.index(sound) + 1])
    if not in_order:
        notes += (Note(REPAIRED, WRONG_SIZE),)
    if frames is not None:
        raw = raw[:2] + struct.pack(">I", min(frames, 2**32 - 1)) + raw[6:]
    body = kind + (b"FVER" + struct.pack(">II", 4, 0xA2805140) if kind == b"AIFC" else b"")
    body += b"COMM" + struct.pack(">I", len(raw)) + raw + bytes(len(raw) % 2)
    body += b"SSND" + struct.pack(">III", min(there + 8, 2**32 - 1), 0, 0)
    head = b"FORM" + struct.pack(">I", min(len(body) + there, 2**32 - 1)) + body
    made = Survey((Stretch(head, begin, there),), frames, notes, "aiff")
    as_it_is = in_order and fits and not (frames is None and claimed == 0)
    return Survey((sought.whole,), frames, notes, "aiff", spare=made) if as_it_is else made
