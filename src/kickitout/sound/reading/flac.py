"""FLAC: the header says how many samples there are, each frame says its number (RFC 9639).

Encoders that write into a pipe leave the header's number 0; a file that was cut says too many.
"""

from typing import NamedTuple

from kickitout.sound.reading.notes import CUT_SHORT, MORE_THERE, REPAIRED, Note, cut_short, no_length
from kickitout.sound.reading.streams import Stretch
from kickitout.sound.reading.survey import Sought, Survey

STREAM_INFO = 34
"""Bytes of the first block of metadata."""

MOST_BLOCKS = 1024
_WINDOW = 2**18
_SEARCHED = 2**24
"""Bytes from the end in which the last frame is looked for: the largest that a frame can have."""

_BLOCK_SIZES = {1: 192, **{n: 576 << (n - 2) for n in range(2, 6)}, **{n: 256 << (n - 8) for n in range(8, 16)}}


class Frame(NamedTuple):
    """A frame's header: whether frames vary in length, its number, or that of its first sample, and its samples."""

    varies: bool
    number: int
    samples: int


def _crc8(data: bytes) -> int:
    found = 0
    for byte in data:
        found ^= byte
        for _ in range(8):
            found = (found << 1) ^ (0x107 if found & 0x80 else 0)
    return found


def _coded_number(data: bytes) -> tuple[int, int] | None:
    """A number coded as in UTF-8, of up to seven bytes: itself and its bytes."""
    if not data:
        return None
    first = data[0]
    if first < 0x80:
        return first, 1
    length = next((n for n in range(2, 8) if first >> (7 - n) == (1 << (n + 1)) - 2), 0)
    if not length or len(data) < length or any(one >> 6 != 2 for one in data[1:length]):
        return None
    value = first & ((1 << (7 - length)) - 1)
    for one in data[1:length]:
        value = value << 6 | one & 0x3F
    return value, length


def frame_at(data: bytes, at: int) -> Frame | None:
    """The header of a frame at a place; None where there is none."""
    head = data[at : at + 16]
    if len(head) < 6 or head[0] != 0xFF or head[1] & 0xFE != 0xF8 or head[3] & 1:
        return None
    size_code, rate_code = head[2] >> 4, head[2] & 15
    number = _coded_number(head[4:])
    if size_code == 0 or rate_code == 15 or head[3] >> 4 > 10 or number is None:
        return None
    end = 4 + number[1]
    samples = _BLOCK_SIZES.get(size_code, 0)
    if size_code in (6, 7):
        samples = 1 + int.from_bytes(head[end : end + size_code - 5], "big")
        end += size_code - 5
    end += {12: 1, 13: 2, 14: 2}.get(rate_code, 0)
    if len(head) <= end or _crc8(head[:end]) != head[end]:
        return None
    return Frame(head[1] == 0xF9, number[0], samples)


def _sound_at(sought: Sought) -> int | None:
    """Where the frames begin, behind the blocks of metadata."""
    at = sought.start + 4
    for _ in range(MOST_BLOCKS):
        head = sought.bytes_at(at, 4)
        if len(head) < 4:
            return None
        at += 4 + int.from_bytes(head[1:], "big")
        if head[0] & 0x80:
            return at if at < sought.end else None
    return None


def _last_frame(sought: Sought, begin: int, like: bytes) -> Frame | None:
    """The last frame of the file that looks like its first, whose header begins with `like`."""
    low = max(begin, sought.end - _SEARCHED)
    at = sought.end
    while at > low:
        start = max(low, at - _WINDOW)
        window = sought.bytes_at(start, at - start + 16)
        place = window.rfind(like, 0, at - start + 1)
        while place >= 0:
            found = frame_at(window, place)
            if found is not None:
                return found
            place = window.rfind(like, 0, place + 1)
        at = start
    return None


def survey_flac(sought: Sought) -> Survey | None:
    """Where the sound of a FLAC file lies, and how long it is by its last frame; None where its header is no header."""
    info = sought.bytes_at(sought.start + 8, STREAM_INFO)
    begin = _sound_at(sought)
    if len(info) < STREAM_INFO or sought.bytes_at(sought.start + 4, 1)[:1] not in (b"\x00", b"\x80"):
        return None
    claimed = int.from_bytes(info[13:18], "big") & (2**36 - 1)
    bits = 1 + ((info[12] & 1) << 4 | info[13] >> 4)
    checksum = (info[18:34], bits) if any(info[18:34]) and claimed else None
    if begin is None:
        return Survey((sought.whole,), 0, (cut_short(0, claimed),), "flac")
    head = sought.bytes_at(begin, 16)
    first, last = frame_at(head, 0), _last_frame(sought, begin, head[:2])
    if first is None or last is None or (first.varies, True) != (last.varies, last.number >= first.number):
        return Survey((sought.whole,), claimed or None, (), "flac", checksum)
    usual = 1 if first.varies else first.samples
    begun = (last.number - first.number) * usual
    there = begun + last.samples
    before = sought.bytes_at(sought.start, begin - sought.start) if begin - sought.start <= 2**24 else None

    def patched(frames: int, *notes: Note, spare: Survey | None = None) -> Survey:
        if before is None:
            return Survey((sought.whole,), frames, notes, "flac")
        count = (int.from_bytes(before[21:26], "big") & ~(2**36 - 1) | frames).to_bytes(5, "big")
        stretch = Stretch(before[:21] + count + bytes(16) + before[42:], begin, sought.end - begin)
        return Survey((stretch,), frames, notes, "flac", spare=spare)

    cut = patched(begun, cut_short(begun, claimed) if claimed > there else _incomplete(begun))
    if claimed == there:
        return Survey((sought.whole,), there, (), "flac", checksum, spare=cut)
    if claimed == 0:
        return patched(there, no_length(there), spare=cut)
    if claimed > there:
        return patched(there, cut_short(there, claimed), spare=cut)
    return patched(there, Note(REPAIRED, MORE_THERE.format(claimed=claimed, there=there)), spare=cut)


def _incomplete(frames: int) -> Note:
    return Note(CUT_SHORT, f"its last frame is not whole; {frames:,} frames are there")
