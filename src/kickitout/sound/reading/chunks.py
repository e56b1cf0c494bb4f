"""The chunks of a RIFF or FORM file whose sizes may be wrong: letters, a size, bytes, and a pad byte after an odd size.

Programs leave out the pad byte, write a wrong size, or write none at all. Where no chunk begins that could be one, the
next known letters are looked for. (`wav_chunks` is strict: it takes files apart that are put together again.)
"""

import re
from collections.abc import Iterator
from typing import BinaryIO, Literal, NamedTuple

from kickitout.sound.reading.streams import bytes_at

KNOWN = (
    b"fmt ", b"data", b"fact", b"ds64", b"LIST", b"JUNK", b"junk", b"bext", b"cue ", b"smpl", b"inst", b"PEAK", b"id3 ",
    b"ID3 ", b"iXML", b"_PMX", b"acid", b"cart", b"chna", b"axml", b"PAD ", b"FLLR", b"elm1", b"afsp", b"COMM", b"SSND",
    b"FVER", b"MARK", b"INST", b"COMT", b"NAME", b"AUTH", b"ANNO", b"(c) ", b"APPL", b"AESD", b"MIDI", b"CHAN", b"basc",
    b"trns", b"cate",
)  # fmt: skip
"""Letters of chunks that sound files have."""

SOUND = (b"data", b"SSND")
"""Letters of the chunks that hold the sound."""

_ANY = re.compile(b"|".join(map(re.escape, KNOWN)))

SEARCHED = 16 * 2**20
"""Bytes in which the next chunk is looked for."""

_WINDOW = 2**16

UNKNOWN_SIZE = 0x7FFFF000
"""From this size on, one that does not fit was written by a program that did not know it; so was 0."""

MOST_CHUNKS = 4096
"""More of a file are not looked at."""

Order = Literal["little", "big"]


class Place(NamedTuple):
    """A chunk of a file: its letters, where its bytes begin, how many are there, and how many it claims.

    `sure` is false where the chunk was found by its letters, or ends where the next was found.
    """

    id: bytes
    offset: int
    size: int
    claimed: int
    sure: bool = True


def says_nothing(claimed: int) -> bool:
    """Whether a size stands for an unknown one."""
    return claimed == 0 or claimed >= UNKNOWN_SIZE


def _could_be(stream: BinaryIO, at: int, end: int, order: Order) -> bool:
    """Whether something that looks like a chunk begins here: its letters are letters, and it fits. So does the end."""
    if at == end:
        return True
    head = bytes_at(stream, at, 8)
    fits = len(head) == 8 and at + 8 + int.from_bytes(head[4:], order) <= end
    return fits and all(0x20 <= one < 0x7F for one in head[:4])


def _next_known(stream: BinaryIO, start: int, end: int) -> int | None:
    """Where the next known letters are."""
    at = start
    while at < min(end, start + SEARCHED):
        window = bytes_at(stream, at, min(_WINDOW + 3, end - at))
        found = _ANY.search(window)
        if found:
            return at + found.start()
        if len(window) <= 3:
            return None
        at += len(window) - 3
    return None


def _follower(stream: BinaryIO, after: int, padded: bool, end: int, order: Order) -> int | None:
    """Where the chunk behind one that ends at `after` begins: with or without its pad byte; None: nowhere."""
    places = [at for at in ((after + 1, after) if padded else (after,)) if at <= end]
    for at in places:
        if bytes_at(stream, at, 4) in KNOWN and at + 8 <= end:
            return at
    return next((at for at in places if _could_be(stream, at, end, order)), None)


def walk(stream: BinaryIO, start: int, end: int, order: Order) -> Iterator[Place]:
    """The chunks between two places of a file, in their order.

    A chunk that claims more than is there ends where known letters are, or with the file; one of sound always ends with
    the file. One of sound with a size that says nothing ends with the file, unless it is empty and others follow.
    """
    at, sure = start, True
    while at + 8 <= end:
        head = bytes_at(stream, at, 8)
        if len(head) < 8:
            return
        letters, claimed, here = head[:4], int.from_bytes(head[4:], order), at + 8
        follower = _follower(stream, here + claimed, claimed % 2 == 1, end, order)
        if letters in SOUND:
            to_end = here + claimed > end or (claimed == 0 and follower is None)
            yield Place(letters, here, end - here if to_end else claimed, claimed, sure)
            if to_end or follower is None:
                return
            at, sure = follower, True
        elif follower is not None:
            yield Place(letters, here, claimed, claimed, sure)
            sure = follower == here + claimed + claimed % 2 or follower == end
            at = follower
        else:
            found = _next_known(stream, here, end)
            yield Place(letters, here, (end if found is None else found) - here, claimed, False)
            if found is None:
                return
            at, sure = found, False
