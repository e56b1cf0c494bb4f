"""CAF, AU and W64: one chunk of sound with a size that may be wrong, or that stands for "to the end".

Apple, "Core Audio Format Specification"; Sun, audio(4); Sony, "Wave64".
"""

import struct

from kickitout.sound.reading.notes import Note, cut_short, no_length
from kickitout.sound.reading.streams import Stretch
from kickitout.sound.reading.survey import Sought, Survey
from kickitout.sound.reading.tags import left_over

W64_RIFF = bytes.fromhex("726966662e91cf11a5d628db04c10000")
_W64_TAIL = bytes.fromhex("f3acd3118cd100c04f8edb8a")
_LONGEST = 2**63 - 1
_MOST_CHUNKS = 1024


def _notes(there: int, claimed: int | None, block: int) -> tuple[Note, ...]:
    """On a sound of `there` bytes that claims another number, or None: no number."""
    if claimed is None:
        return (no_length(there // block) if block else no_length(there, "bytes"),)
    if claimed <= there:
        return ()
    return (cut_short(there // block, claimed // block) if block else cut_short(there, claimed, "bytes of sound"),)


def survey_caf(sought: Sought) -> Survey | None:
    """Where the sound of a CAF file lies; None where it has none."""
    at, block, before = sought.start + 8, 0, sought.from_start(8)
    for _ in range(_MOST_CHUNKS):
        head = sought.bytes_at(at, 12)
        if len(head) < 12:
            return None
        size, here = struct.unpack(">q", head[4:])[0], at + 12
        if head[:4] == b"data":
            there = sought.end - here
            known = size >= 4
            whole = known and size <= there
            length = size if whole else there
            notes = _notes(length - 4, size - 4 if known else None, block)
            notes += left_over(sought, here + size) if whole and _ends(sought, here + size) else ()
            frames = (length - 4) // block if block else None
            if whole:
                return Survey((sought.whole,), frames, notes, "caf")
            made = before + b"data" + struct.pack(">q", length)
            return Survey((Stretch(made, here, length),), frames, notes, "caf")
        if size < 0 or here + size > sought.end:
            return None
        if head[:4] == b"desc":
            kind, _, each, per = struct.unpack(">4sIII", sought.bytes_at(here + 8, 16).ljust(16, b"\0"))
            block = each if kind in (b"lpcm", b"ulaw", b"alaw") and per == 1 else 0
        if head[:4] != b"free" and len(before) + size < 2**20:
            before += head + sought.bytes_at(here, size)
        at = here + size
    return None


def _ends(sought: Sought, at: int) -> bool:
    """Whether no chunk follows at a place."""
    head = sought.bytes_at(at, 12)
    return len(head) < 12 or not 0 <= struct.unpack(">q", head[4:])[0] <= sought.end - at - 12


_AU_WIDTHS = {1: 1, 2: 1, 3: 2, 4: 3, 5: 4, 6: 4, 7: 8, 27: 1}


def survey_au(sought: Sought) -> Survey | None:
    """Where the sound of an AU file lies."""
    head = sought.from_start(24)
    if len(head) < 24:
        return None
    order = ">" if head[:4] == b".snd" else "<"
    offset, claimed, kind, _, channels = struct.unpack(f"{order}IIIII", head[4:])
    there = sought.end - sought.start - offset
    if offset < 24 or there < 0:
        return None
    block = _AU_WIDTHS.get(kind, 0) * channels
    known = claimed not in (0, 2**32 - 1)
    length = min(claimed, there) if known else there
    notes = _notes(length, claimed if known else None, block) if length or known else ()
    notes += left_over(sought, sought.start + offset + length)
    before = sought.from_start(min(offset, 2**20))
    made = before[:8] + struct.pack(f"{order}I", min(length, 2**32 - 1)) + before[12:]
    frames = length // block if block else None
    as_it_is = claimed in (length, 2**32 - 1) or len(before) < offset
    stretch = sought.whole if as_it_is else Stretch(made, sought.start + offset, length)
    return Survey((stretch,), frames, notes, "au")


def survey_w64(sought: Sought) -> Survey | None:
    """Where the sound of a W64 file lies; None where it has none."""
    at, block, fmt = sought.start + 40, 0, b""
    for _ in range(_MOST_CHUNKS):
        head = sought.bytes_at(at, 24)
        if len(head) < 24 or head[4:16] != _W64_TAIL:
            return None
        size = struct.unpack("<Q", head[16:])[0]
        here = at + 24
        if head[:4] == b"data":
            there = sought.end - here
            known = 24 <= size < _LONGEST
            length = min(size - 24, there) if known else there
            notes = _notes(length, size - 24 if known else None, block)
            frames = length // block if block else None
            if known:
                return Survey((sought.whole,), frames, notes, "w64")
            body = fmt + head[:16] + struct.pack("<Q", 24 + length)
            made = sought.from_start(16) + struct.pack("<Q", 40 + len(body) + length)
            made += sought.bytes_at(sought.start + 24, 16) + body
            return Survey((Stretch(made, here, length),), frames, notes, "w64")
        if size < 24 or at + size > sought.end:
            return None
        if head[:4] == b"fmt " and size < 4096:
            raw = sought.bytes_at(here, size - 24)
            fmt = head + raw + bytes(-len(raw) % 8)
            if len(raw) >= 14 and raw[0] in (1, 3, 6, 7, 0xFE):
                block = struct.unpack_from("<H", raw, 12)[0]
        at += size + -size % 8
    return None
