"""Tags that programs put before and behind a sound of any kind: ID3, APE, Lyrics3."""

from kickitout.sound.reading.notes import LEFT_OVER, NOT_READ, Note
from kickitout.sound.reading.survey import Sought

BEHIND = (b"ID3", b"3DI", b"TAG", b"APETAGEX", b"LYRICSBEGIN")

LOOKED_AT = 4096
"""Bytes behind a sound that are looked at for what they are."""

_MOST_PADDING = 2**16
_MOST_TAGS = 16


def is_tag(begin: bytes) -> bool:
    """Whether bytes behind a sound are those of a tag."""
    return begin.startswith(BEHIND)


def skip_tags(sought: Sought) -> int:
    """Where a file begins behind its ID3v2 tags (ID3v2.4, section 3.1) and the zeros after them."""
    at = sought.start
    for _ in range(_MOST_TAGS):
        head = sought.bytes_at(at, 10)
        if len(head) < 10 or head[:3] != b"ID3" or head[3] == 0xFF or any(one & 0x80 for one in head[6:]):
            break
        size = head[6] << 21 | head[7] << 14 | head[8] << 7 | head[9]
        at += 10 + size + (10 if head[5] & 0x10 else 0)
    if at > sought.start:
        padding = sought.bytes_at(at, _MOST_PADDING)
        if padding[4:8] != b"ftyp":  # an MP4 file begins with zeros of its own
            at += len(padding) - len(padding.lstrip(b"\0"))
    return min(at, sought.end)


def left_over(sought: Sought, at: int) -> tuple[Note, ...]:
    """A note on what follows a sound at `at`, unless it is a tag, padding, or too little to be anything."""
    rest = sought.end - at
    begin = sought.bytes_at(at, LOOKED_AT).lstrip(b"\0")
    if rest < 16 or not begin or is_tag(begin):
        return ()
    return (Note(LEFT_OVER, NOT_READ.format(rest=rest)),)
