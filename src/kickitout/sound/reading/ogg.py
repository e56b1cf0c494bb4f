"""Ogg: pages, each with the number of its stream; a chained file holds several streams one behind the other (RFC 3533).

A decoder of one stream reads the first alone, so that each is given to it by itself.
"""

import struct
from dataclasses import dataclass, field
from typing import NamedTuple

from kickitout.sound.reading.notes import CHAINED, CUT_SHORT, DAMAGED, Note
from kickitout.sound.reading.streams import Stretch
from kickitout.sound.reading.survey import Sought, Survey
from kickitout.sound.reading.tags import left_over

PAGE = b"OggS"
BEGINS, ENDS = 2, 4
"""Flags of a page: the first, the last of its stream."""

_WINDOW = 2**16


@dataclass
class Link:
    """One of the streams of a chained file, or several that are mixed: its place, and what its pages say."""

    start: int
    end: int = 0
    open: set[int] = field(default_factory=set)
    streams: int = 0
    started: bool = False
    damaged: bool = False
    next_page: dict[int, int] = field(default_factory=dict)
    place: int = 0


class Page(NamedTuple):
    """The header of a page; `place`: how much of its stream ends with it, -1: no packet does."""

    flags: int
    place: int
    stream: int
    number: int
    size: int


def _page(sought: Sought, at: int) -> Page | None:
    """The page at a place; None where there is none."""
    head = sought.bytes_at(at, 27)
    if len(head) < 27 or head[:5] != PAGE + b"\0":
        return None
    sizes = sought.bytes_at(at + 27, head[26])
    if len(sizes) < head[26]:
        return None
    place, stream, number = struct.unpack_from("<qII", head, 6)
    return Page(head[5], place, stream, number, 27 + len(sizes) + sum(sizes))


def _next_page(sought: Sought, at: int) -> int | None:
    """Where the next page begins, from a place on."""
    while at < sought.end:
        window = sought.bytes_at(at, _WINDOW + 3)
        found = window.find(PAGE)
        if found >= 0:
            return at + found
        if len(window) <= 3:
            return None
        at += len(window) - 3
    return None


def links(sought: Sought) -> tuple[list[Link], int]:
    """The streams of an Ogg file, and where its last whole page ends."""
    found: list[Link] = []
    at = sought.start
    lost = False
    while True:
        page = _page(sought, at)
        if page is None or at + page.size > sought.end:
            following = _next_page(sought, at + 4) if at < sought.end else None
            if following is None:
                return found, at
            lost, at = True, following
            continue
        flags, place, stream, number, size = page
        if flags & BEGINS and (not found or found[-1].started):
            found.append(Link(at))
        elif not found:
            found.append(Link(at, damaged=True))
        link = found[-1]
        if flags & BEGINS:
            link.open.add(stream)
            link.streams += 1
        else:
            link.started = True
        link.damaged |= lost or link.next_page.get(stream, number) != number or -1 < place < link.place
        link.place = max(place, link.place if link.streams == 1 else 0)
        link.next_page[stream] = number + 1
        if flags & ENDS:
            link.open.discard(stream)
        lost = False
        at += size
        link.end = at


def survey_ogg(sought: Sought) -> Survey:
    """Where the streams of an Ogg file lie, and whether all are whole."""
    found, end = links(sought)
    notes: list[Note] = []
    if len(found) > 1:
        notes.append(Note(CHAINED, f"{len(found)} streams one behind the other, all read"))
    if any(link.damaged for link in found):
        notes.append(Note(DAMAGED, "pages are missing, or say something else than those before them"))
    elif any(link.started and not link.place for link in found):
        notes.append(Note(DAMAGED, "its last page does not say how long it is"))
    if found and (found[-1].open or sought.bytes_at(end, 4) == PAGE):
        notes.append(Note(CUT_SHORT, "its last page is not there"))
    elif found:
        notes += left_over(sought, end)
    stretches = tuple(Stretch(b"", link.start, link.end - link.start) for link in found) if len(found) > 1 else ()
    return Survey(stretches or (sought.whole,), None, tuple(notes), "ogg")
