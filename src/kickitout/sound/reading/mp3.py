"""MPEG audio: frames one behind the other, each with its length in its header (ISO 11172-3, 13818-3).

The first frame may be no sound, but a table of the others (Xing, LAME): it says how many there are, and may be wrong.
"""

from typing import NamedTuple

from kickitout.sound.reading.notes import CUT_SHORT, DAMAGED, REPAIRED, Note, cut_short
from kickitout.sound.reading.streams import Stretch
from kickitout.sound.reading.survey import Sought, Survey
from kickitout.sound.reading.tags import is_tag, skip_tags

_RATES = (44_100, 48_000, 32_000)
_KBITS = {
    (1, 1): (0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448),
    (1, 2): (0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    (1, 3): (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (2, 1): (0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256),
    (2, 2): (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
    (2, 3): (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
"""By (version 1 or 2, layer)."""

MOST_FRAMES = 200_000
"""More (an hour and a half) are not counted."""

FRAME_SAMPLES = 1152
"""Samples in a frame of MPEG 1, layers II and III."""

_WINDOW = 2**16
_FLAG_FRAMES, _FLAG_BYTES = 1, 2


class Frame(NamedTuple):
    """A frame: its bytes, its samples, Hz, and where in it the table of the others would begin."""

    size: int
    samples: int
    rate: int
    table: int


def frame_of(head: bytes) -> Frame | None:
    """A frame by the four bytes of its header; None where they are none, or one without a length."""
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:
        return None
    version, layer = head[1] >> 3 & 3, 4 - (head[1] >> 1 & 3)
    kbits, step = head[2] >> 4, head[2] >> 2 & 3
    if version == 1 or layer == 4 or kbits in (0, 15) or step == 3:
        return None
    major = 1 if version == 3 else 2
    rate = _RATES[step] // {3: 1, 2: 2, 0: 4}[version]
    samples = 384 if layer == 1 else 576 if layer == 3 and major == 2 else FRAME_SAMPLES
    bits, pad = 1000 * _KBITS[major, layer][kbits], head[2] >> 1 & 1
    size = (12 * bits // rate + pad) * 4 if layer == 1 else samples // 8 * bits // rate + pad
    mono = head[3] >> 6 == 3
    return Frame(size, samples, rate, 4 + ((17 if mono else 32) if major == 1 else (9 if mono else 17)))


class Counted(NamedTuple):
    """What lies between two places: frames, samples, where the last whole frame ends, whether bytes were skipped."""

    frames: int
    samples: int
    end: int
    skipped: bool
    cut: bool


def _count(sought: Sought, at: int) -> Counted:
    frames = samples = 0
    skipped = False
    while frames < MOST_FRAMES and at + 4 <= sought.end:
        head = sought.bytes_at(at, 12)
        frame = frame_of(head)
        if frame is not None:
            if at + frame.size > sought.end:
                return Counted(frames, samples, at, skipped, True)
            frames, samples, at = frames + 1, samples + frame.samples, at + frame.size
            continue
        if is_tag(head) or not head.strip(b"\0"):
            break
        following = _resume(sought, at + 1)
        if following is None:
            break
        skipped, at = True, following
    return Counted(frames, samples, at, skipped, False)


def _resume(sought: Sought, at: int) -> int | None:
    """Where the next two frames follow each other, from a place on."""
    window = sought.bytes_at(at, _WINDOW)
    place = window.find(b"\xff")
    while place >= 0:
        frame = frame_of(window[place : place + 4])
        if frame is not None and frame_of(sought.bytes_at(at + place + frame.size, 4)) is not None:
            return at + place
        place = window.find(b"\xff", place + 1)
    return None


def _begins(sought: Sought, at: int) -> bool:
    """Whether a frame lies at a place, alone or with another behind it: a decoder passes over one that has not."""
    frame = frame_of(sought.bytes_at(at, 4))
    if frame is None:
        return False
    behind = sought.bytes_at(at + frame.size, 12)
    return len(behind) < 4 or frame_of(behind) is not None or is_tag(behind) or not behind.strip(b"\0")


def survey_mp3(sought: Sought) -> Survey | None:
    """Where the sound of an MP3 file lies, and how much there is by its frames; None where it has none."""
    tagged = skip_tags(sought)
    start = tagged if _begins(sought, tagged) else _resume(sought, tagged)
    first = None if start is None else frame_of(sought.bytes_at(start, 4))
    if start is None or first is None:
        return None
    table = sought.bytes_at(start + first.table, 160)
    counted = _count(sought, start)
    if not counted.frames:
        return None
    notes: tuple[Note, ...] = ()
    if counted.skipped or (start > tagged and frame_of(sought.bytes_at(tagged, 4)) is not None):
        notes += (Note(DAMAGED, "bytes between its frames are not sound"),)
    if table[:4] not in (b"Xing", b"Info"):
        if counted.cut:
            notes += (Note(CUT_SHORT, f"its last frame is not whole; {counted.samples:,} frames are there"),)
        return Survey((sought.whole,), None, notes, "mp3")
    flags, there, samples = int.from_bytes(table[4:8], "big"), counted.frames - 1, counted.samples - first.samples
    lame = table[120:144] if flags & 15 == 15 else b""
    trimmed = (lame[21] << 4 | lame[22] >> 4, (lame[22] & 15) << 8 | lame[23]) if len(lame) == 24 else (0, 0)
    claimed = int.from_bytes(table[8:12], "big") if flags & _FLAG_FRAMES else there
    place = 12 if flags & _FLAG_FRAMES else 8
    size = int.from_bytes(table[place : place + 4], "big") if flags & _FLAG_BYTES else counted.end - start
    cut = counted.cut or (claimed > there and size > counted.end - start)
    if cut or claimed > there:
        notes += (cut_short(samples, claimed * first.samples),)
    elif claimed < there:
        notes += (Note(REPAIRED, f"its header claims {claimed:,} MPEG frames, {there:,} are there"),)
    # The decoder holds the claim against all bytes that it is given, tags too.
    differs = max(abs(size - (counted.end - start)), abs(size - sought.whole.length))
    if claimed == there and differs * 100 <= size:
        return Survey((sought.whole,), max(0, samples - sum(trimmed)), notes, "mp3")
    # The table says what is there: a decoder believes it, and complains of it on the terminal.
    head = sought.bytes_at(start, first.table + 160)
    head = _corrected(head, first.table, flags, there, counted.end - start, without_end=cut and len(lame) == 24)
    rest = start + len(head)
    frames = samples - (trimmed[0] if cut else sum(trimmed))
    return Survey((Stretch(head, rest, max(0, counted.end - rest)),), max(0, frames), notes, "mp3")


def _corrected(head: bytes, table: int, flags: int, frames: int, size: int, without_end: bool) -> bytes:
    """The first frame with a table that says what is there; what a coder added at the end of a cut sound is gone."""
    place = table + 8
    for flag, value in ((_FLAG_FRAMES, frames), (_FLAG_BYTES, size)):
        if flags & flag:
            head = head[:place] + value.to_bytes(4, "big") + head[place + 4 :]
            place += 4
    if without_end:
        end = table + 120 + 22
        head = head[:end] + bytes([head[end] & 0xF0, 0]) + head[end + 2 :]
    return head
