"""The walk over chunks whose sizes may be wrong: laws."""

import io
import struct

from hypothesis import given
from hypothesis import strategies as st

from kickitout.sound import wav_chunks
from kickitout.sound.reading.chunks import walk
from kickitout.sound.wav_chunks import Chunk

LETTERS = st.text(alphabet=[chr(c) for c in range(32, 127)], min_size=4, max_size=4)
CHUNKS = st.lists(st.builds(Chunk, LETTERS, st.binary(max_size=40)), max_size=6)
TAGS = st.lists(st.builds(Chunk, st.sampled_from(["LIST", "bext", "cue ", "JUNK"]), st.binary(max_size=40)), max_size=4)
SOUND = Chunk("data", bytes(range(128, 168)))


def walked(data, start=12, order="little"):
    return list(walk(io.BytesIO(data), start, len(data), order))


@given(CHUNKS)
def test_of_a_whole_file_it_is_what_the_strict_reader_finds(chunks):
    data = wav_chunks.build(chunks)
    places = walked(data)
    assert [(place.id.decode(), data[place.offset : place.offset + place.size]) for place in places] == chunks
    assert all(place.sure and place.size == place.claimed for place in places)


@given(st.binary(max_size=300), st.integers(0, 3), st.sampled_from(["little", "big"]))
def test_of_any_bytes_it_ends_and_its_chunks_lie_in_their_order(junk, start, order):
    at = start
    for place in walked(junk, start, order):
        assert place.offset >= at + 8
        at = place.offset + place.size
        assert place.size >= 0
        assert at <= len(junk)


@given(TAGS, st.data())
def test_the_sound_is_found_behind_chunks_without_their_pads(tags, data):
    body = b""
    for one in tags:
        padded = data.draw(st.booleans())
        body += one.id.encode() + struct.pack("<I", len(one.data)) + one.data
        body += b"\0" * (len(one.data) % 2 if padded else 0)
    whole = b"RIFF\0\0\0\0WAVE" + body + b"data" + struct.pack("<I", len(SOUND.data)) + SOUND.data
    found = [place for place in walked(whole) if place.id == b"data"][-1]
    assert whole[found.offset : found.offset + found.size] == SOUND.data


@given(TAGS, st.integers(0, 2**32 - 1))
def test_the_sound_is_found_behind_a_chunk_of_any_size(tags, claimed):
    bad = b"LIST" + struct.pack("<I", claimed) + b"INFOtext" + b"\x80" * 40
    whole = b"RIFF\0\0\0\0WAVE" + wav_chunks.build(tags)[12:] + bad + b"data" + struct.pack("<I", 40) + SOUND.data
    found = [whole[place.offset : place.offset + place.size] for place in walked(whole) if place.id == b"data"]
    # A size that leads right to other letters, or to the end, cannot be told from a right one.
    assert SOUND.data in found or claimed in range(40, 104)
