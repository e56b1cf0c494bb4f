"""Tags of FLAC and AIFF files that soundfile does not write: bytes in, bytes out, all else unchanged.

FLAC: the block of Vorbis comments (RFC 9639, section 8.6), NAME=text. AIFF: chunks of four letters, a big-endian size,
that many bytes and a zero byte after an odd size (Apple, "Audio Interchange File Format" 1.3, 1989); XMP in an `APPL`
chunk (XMP specification, part 3).
"""

import struct
from collections.abc import Mapping

COMMENTS = 4
"""The kind of block that holds the tags of a FLAC file."""

FINAL = 0x80
MOST_BLOCK = 2**24 - 1

AIFF_COPYRIGHT = b"(c) "
AIFF_XMP = b"APPL", b"XMP "
"""The chunk of an AIFF file that holds XMP, and what it begins with."""


def with_vorbis_comments(data: bytes, tags: Mapping[str, str]) -> bytes:
    """A FLAC file with further tags behind its own.

    Raises:
        ValueError: the data are no FLAC file with such a block, or it would be too long.
    """
    at = 4
    while data[:4] == b"fLaC" and at + 4 <= len(data):
        kind, length = data[at], int.from_bytes(data[at + 1 : at + 4], "big")
        if kind & ~FINAL == COMMENTS:
            block = data[at + 4 : at + 4 + length]
            count_at = 4 + int.from_bytes(block[:4], "little")
            count = int.from_bytes(block[count_at : count_at + 4], "little") + len(tags)
            texts = (f"{name}={text}".encode() for name, text in tags.items())
            more = b"".join(struct.pack("<I", len(text)) + text for text in texts)
            block = block[:count_at] + struct.pack("<I", count) + block[count_at + 4 :] + more
            if len(block) > MOST_BLOCK:
                raise ValueError(f"tags of a FLAC file take at most {MOST_BLOCK:,} bytes; got {len(block):,}")
            return data[: at + 1] + len(block).to_bytes(3, "big") + block + data[at + 4 + length :]
        if kind & FINAL:
            break
        at += 4 + length
    raise ValueError("no FLAC file with comments")


def with_aiff_chunks(data: bytes, rights: str, xmp: str) -> bytes:
    """An AIFF file with a copyright, in ASCII, and XMP at its end.

    Raises:
        ValueError: the data are no AIFF file.
    """
    if data[:4] != b"FORM" or data[8:12] not in (b"AIFF", b"AIFC"):
        raise ValueError("no AIFF file")
    letters, application = AIFF_XMP
    for name, content in ((AIFF_COPYRIGHT, rights.encode("ascii", "replace")), (letters, application + xmp.encode())):
        data += bytes(len(data) % 2) + name + struct.pack(">I", len(content)) + content
    data += bytes(len(data) % 2)
    return data[:4] + struct.pack(">I", len(data) - 8) + data[8:]
