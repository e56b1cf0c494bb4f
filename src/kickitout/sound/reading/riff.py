"""WAV, and RF64 and BW64, its kin for more than 4 GiB: `fmt ` says how the numbers are written, `data` holds them.

RIFF: IBM and Microsoft, "Multimedia Programming Interface and Data Specifications 1.0", 1991. RF64: EBU Tech 3306;
BW64: ITU-R BS.2088. Sound that is coded as Ogg within a WAV: the tags of Vorbis for ACM, which FL Studio writes.
"""

import struct
from itertools import islice

from kickitout.sound.reading.chunks import MOST_CHUNKS, Order, Place, says_nothing, walk
from kickitout.sound.reading.mp3 import survey_mp3
from kickitout.sound.reading.notes import REPAIRED, WRONG_SIZE, Note, cut_short, no_length
from kickitout.sound.reading.ogg import survey_ogg
from kickitout.sound.reading.streams import Stretch
from kickitout.sound.reading.survey import Sought, Survey
from kickitout.sound.reading.tags import left_over

PLAIN = (0x0001, 0x0003, 0x0006, 0x0007)
"""Tags of WAV whose frames have a fixed number of bytes: integers, floats, A-law and mu-law."""

EXTENSIBLE = 0xFFFE
"""The tag that says that the tag stands further behind."""

MP3 = 0x0055
OGG = (0x674F, 0x6750, 0x6751, 0x676F, 0x6770, 0x6771)
"""Tags of a WAV whose `data` is an Ogg file."""

_LARGEST = 2**32 - 64


def size_notes(there: int, claimed: int, block: int) -> tuple[Note, ...]:
    """A note where a sound of `there` bytes claims more, or no length at all; `block`: bytes of a frame, or 0."""
    if says_nothing(claimed):
        return (no_length(there // block) if block else no_length(there, "bytes"),)
    if claimed <= there:
        return ()
    return (cut_short(there // block, claimed // block) if block else cut_short(there, claimed, "bytes of sound"),)


def _frame(raw: bytes, order: Order) -> tuple[int, int]:
    """The tag of `fmt `, and the bytes of a frame, or 0 where it has no fixed number."""
    sign = "<" if order == "little" else ">"
    tag, channels, _, _, block = struct.unpack_from(f"{sign}HHIIH", raw)
    bits = struct.unpack_from(f"{sign}H", raw, 14)[0] if len(raw) >= 16 else 8
    if tag == EXTENSIBLE and len(raw) >= 26:
        tag = struct.unpack_from(f"{sign}H", raw, 24)[0]
    if tag not in PLAIN:
        return tag, 0
    whole = block > 0 and channels > 0 and block % channels == 0
    return tag, block if whole else channels * ((bits + 7) // 8)


def _head(form: bytes, order: Order, fmt: bytes, size: int) -> bytes:
    """A WAV file up to its numbers, of which there are `size` bytes."""

    def number(value: int, width: int = 4) -> bytes:
        return value.to_bytes(width, order)

    fmt += bytes(len(fmt) % 2)
    rest = b"fmt " + number(len(fmt)) + fmt + b"data"
    total = 4 + len(rest) + 4 + size + size % 2
    if size <= _LARGEST:
        return (b"RIFX" if form == b"RIFX" else b"RIFF") + number(total) + b"WAVE" + rest + number(size)
    long = b"ds64" + number(28) + number(total + 36, 8) + number(size, 8) + bytes(12)
    return b"RF64" + number(2**32 - 1) + b"WAVE" + long + rest + number(2**32 - 1)


def _claimed_long(sought: Sought, places: list[Place], claimed: int) -> int:
    """What the sound claims of itself, where `ds64` says it."""
    for place in places:
        if place.id == b"ds64" and place.size >= 16 and claimed == 2**32 - 1:
            return int.from_bytes(sought.bytes_at(place.offset + 8, 8), "little")
    return claimed


def survey_wav(sought: Sought) -> Survey | None:
    """Where the sound of a WAV, RF64 or BW64 file lies; None where it has none."""
    form = sought.from_start(4)
    order: Order = "big" if form == b"RIFX" else "little"
    places = list(islice(walk(sought.stream, sought.start + 12, sought.end, order), MOST_CHUNKS))
    fmt = next((place for place in places if place.id == b"fmt " and place.size >= 14), None)
    data = next((place for place in places if place.id == b"data"), None)
    if fmt is None or data is None:
        return None
    claimed = _claimed_long(sought, places, data.claimed) if form in (b"RF64", b"BW64") else data.claimed
    there = min(claimed, sought.end - data.offset) if claimed != data.claimed and claimed else data.size
    raw = sought.bytes_at(fmt.offset, min(fmt.size, 4096))
    tag, block = _frame(raw, order)
    inside = Sought(sought.stream, data.offset, data.offset + there)
    if tag in OGG:
        return survey_ogg(inside)
    if tag == MP3:
        return survey_mp3(inside)
    notes = size_notes(there, claimed, block) if claimed != there else ()
    end = data.offset + there + there % 2
    last = places[-1]
    if last is not data:
        end = max(end, last.offset + last.size + last.size % 2)
    notes += left_over(sought, end)
    in_order = all(place.sure for place in places[: places.index(data) + 1]) and fmt.offset < data.offset
    if not in_order:
        notes += (Note(REPAIRED, WRONG_SIZE),)
    made = Survey(
        (Stretch(_head(form, order, raw, there), data.offset, there),),
        frames=there // block if block else None,
        notes=notes,
        demuxer="wav",
    )
    as_it_is = form != b"BW64" and in_order and claimed == there
    return Survey((sought.whole,), made.frames, notes, "wav", spare=made) if as_it_is else made
