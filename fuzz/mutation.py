"""Damage to bytes: bits, pieces, numbers, and chunks of the containers that sounds come in."""

import struct
from collections.abc import Callable, Sequence
from random import Random

MOST_BYTES = 400_000
"""Larger inputs are cut to this: time goes to many small ones."""

NUMBERS = (0, 1, 2, 3, 7, 16, 127, 128, 255, 256, 32_767, 32_768, 65_535, 65_536, 192_000, 10**9, 2**31 - 1, 2**31)
NUMBERS_64 = (*NUMBERS, 2**32 - 1, 2**32, 2**53, 2**63 - 1, 2**63, 2**64 - 1)
"""Whole numbers at which something ends."""

TOKENS = (
    b"RIFF", b"RIFX", b"RF64", b"BW64", b"WAVE", b"FORM", b"AIFF", b"AIFC", b"fLaC", b"OggS", b"ID3\x04\0\0\0\0\0\x7f",
    b"fmt ", b"data", b"ds64", b"LIST", b"INFO", b"ICMT", b"smpl", b"fact", b"COMM", b"SSND", b"NONE", b"sowt", b"TAG",
    b"\xff\xfb\x90\x64", b"\x01vorbis", b"OpusHead", b"ftyp", b"moov", b"mdat", b"caff", b".snd", b"PK\x03\x04",
    b"\xff\xff\xff\xff", b"\0\0\0\0", b"\x7f\xc0\0\0", b"\0\0\xc0\x7f", b"\0\0\x80\x7f", b"\r\n", b"\xef\xbb\xbf",
    b"\xed\xa0\x80", b"\x1b[31m", b"{}", b"[[[[", b"NaN", b"1e999",
)  # fmt: skip
"""Words of the formats that are read here."""


def damaged(dice: Random, data: bytes, others: Sequence[bytes] = (), tokens: Sequence[bytes] = TOKENS) -> bytes:
    """Bytes after one to five kinds of damage. `others` are inputs that pieces may come from."""
    for _ in range(dice.choice((1, 1, 1, 2, 3, 5))):
        data = dice.choice(_KINDS)(dice, data, others, tokens)[:MOST_BYTES]
    return data


def number_bytes(dice: Random) -> bytes:
    """A number at which something ends, in 1, 2, 4 or 8 bytes of either order."""
    size = dice.choice((1, 2, 4, 4, 4, 8))
    number = dice.choice(NUMBERS_64) % 256**size
    return number.to_bytes(size, dice.choice(("little", "big")))


def _place(dice: Random, data: bytes) -> int:
    """Somewhere, more often in the header."""
    most = len(data) if dice.random() < 0.4 else min(len(data), 128)
    return dice.randrange(most + 1)


def _piece(dice: Random, data: bytes) -> tuple[int, int]:
    start = _place(dice, data)
    return start, min(len(data), start + dice.choice((1, 2, 4, 8, 30, 300, 5000)))


def _bits(dice: Random, data: bytes, others: Sequence[bytes], tokens: Sequence[bytes]) -> bytes:
    found = bytearray(data)
    for _ in range(dice.choice((1, 2, 4, 16))):
        if found:
            found[min(_place(dice, data), len(found) - 1)] ^= 1 << dice.randrange(8)
    return bytes(found)


def _cut(dice: Random, data: bytes, others: Sequence[bytes], tokens: Sequence[bytes]) -> bytes:
    return data[: _place(dice, data)]


def _without(dice: Random, data: bytes, others: Sequence[bytes], tokens: Sequence[bytes]) -> bytes:
    start, end = _piece(dice, data)
    return data[:start] + data[end:]


def _twice(dice: Random, data: bytes, others: Sequence[bytes], tokens: Sequence[bytes]) -> bytes:
    start, end = _piece(dice, data)
    return data[:end] + data[start:end] * dice.choice((1, 1, 2, 50)) + data[end:]


def _number(dice: Random, data: bytes, others: Sequence[bytes], tokens: Sequence[bytes]) -> bytes:
    put, at = number_bytes(dice), _place(dice, data)
    return data[:at] + put + data[at + len(put) :]


def _token(dice: Random, data: bytes, others: Sequence[bytes], tokens: Sequence[bytes]) -> bytes:
    put, at = dice.choice(tokens), _place(dice, data)
    return data[:at] + put + data[at + dice.choice((0, len(put))) :]


def _noise(dice: Random, data: bytes, others: Sequence[bytes], tokens: Sequence[bytes]) -> bytes:
    start, end = _piece(dice, data)
    return data[:start] + dice.randbytes(end - start) + data[end:]


def _spliced(dice: Random, data: bytes, others: Sequence[bytes], tokens: Sequence[bytes]) -> bytes:
    other = dice.choice(others) if others else data
    return data[: _place(dice, data)] + other[_place(dice, other) :]


def _behind(dice: Random, data: bytes, others: Sequence[bytes], tokens: Sequence[bytes]) -> bytes:
    other = dice.choice(others) if others else data
    return data + other if dice.random() < 0.5 else other[: _place(dice, other)] + data


_Kind = Callable[[Random, bytes, Sequence[bytes], Sequence[bytes]], bytes]
_KINDS: tuple[_Kind, ...] = (_bits, _bits, _cut, _without, _twice, _number, _number, _token, _noise, _spliced, _behind)


# --- containers -------------------------------------------------------------------------------------------------------


def damaged_chunks(dice: Random, data: bytes) -> bytes:
    """A RIFF or FORM file with chunks left out, doubled, swapped, renamed, of another size, or without their pad byte;
    other bytes unchanged."""
    order = {b"RIFF": "<", b"RF64": "<", b"BW64": "<", b"RIFX": ">", b"FORM": ">"}.get(data[:4])
    if order is None or len(data) < 20:
        return data
    chunks, at = [], 12
    while at + 8 <= len(data):
        size = struct.unpack_from(order + "I", data, at + 4)[0]
        chunks.append((data[at : at + 4], size, data[at + 8 : at + 8 + size]))
        at += 8 + size + size % 2
    for _ in range(dice.choice((1, 1, 2, 3))):
        if not chunks:
            break
        place = dice.randrange(len(chunks))
        name, size, body = chunks[place]
        change = dice.randrange(7)
        if change == 0:
            del chunks[place]
        elif change == 1:
            chunks.insert(dice.randrange(len(chunks) + 1), chunks[place])
        elif change == 2:
            other = dice.randrange(len(chunks))
            chunks[place], chunks[other] = chunks[other], chunks[place]
        elif change == 3:
            chunks[place] = (name, dice.choice((*NUMBERS, 2**32 - 1, size + 1, max(0, size - 1))), body)
        elif change == 4:
            chunks[place] = (name, size, damaged(dice, body))
        elif change == 5:
            chunks[place] = (
                dice.choice((b"fmt ", b"data", b"LIST", b"ds64", b"COMM", b"SSND", b"\0\0\0\0")),
                size,
                body,
            )
        else:
            chunks.insert(place, (b"JUNK", 3, b"odd"))
    padded = dice.random() < 0.8
    body = b"".join(
        name + struct.pack(order + "I", size % 2**32) + part + b"\0" * (len(part) % 2 if padded else 0)
        for name, size, part in chunks
    )
    claimed = dice.choice((len(body) + 4,) * 6 + (0, 2**32 - 1, len(body) // 2))
    return (data[:4] + struct.pack(order + "I", claimed) + data[8:12] + body)[:MOST_BYTES]


def ogg_sum(page: bytes) -> int:
    """The sum of a page of Ogg whose own field is zero."""
    found = 0
    for byte in page:
        found = ((found << 8) & 0xFFFFFFFF) ^ _OGG_TABLE[(found >> 24) ^ byte]
    return found


def _ogg_table() -> list[int]:
    table = []
    for start in range(256):
        value = start << 24
        for _ in range(8):
            value = ((value << 1) ^ 0x04C11DB7) & 0xFFFFFFFF if value & 0x80000000 else value << 1
        table.append(value)
    return table


_OGG_TABLE = _ogg_table()


def damaged_pages(dice: Random, data: bytes) -> bytes:
    """An Ogg file with pages left out, doubled, swapped, damaged or of other positions, with sums that are right."""
    starts, at = [], data.find(b"OggS")
    while at >= 0:
        starts.append(at)
        at = data.find(b"OggS", at + 4)
    pages = [bytearray(data[a:b]) for a, b in zip(starts, [*starts[1:], len(data)], strict=True)]
    pages = [page for page in pages if len(page) >= 27]
    for _ in range(dice.choice((1, 1, 2))):
        if not pages:
            return data
        place, change = dice.randrange(len(pages)), dice.randrange(5)
        if change == 0:
            del pages[place]
        elif change == 1:
            pages.insert(dice.randrange(len(pages) + 1), bytearray(pages[place]))
        elif change == 2:
            pages[place] = bytearray(damaged(dice, bytes(pages[place]))) + bytes(27)
        elif change == 3:
            pages[place][6:14] = dice.choice(NUMBERS_64).to_bytes(8, "little")  # the position in the sound
        else:
            pages[place][14:18] = dice.randbytes(4)  # the stream's number
    for page in pages:
        page[22:26] = bytes(4)
        page[22:26] = ogg_sum(bytes(page)).to_bytes(4, "little")
    return b"".join(pages)[:MOST_BYTES]
