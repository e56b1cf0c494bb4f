"""Chunks of WAV files: laws of reading and writing."""

import io
import struct
import wave

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kickitout.errors import AudioFileError
from kickitout.sound import audio, wav_chunks
from kickitout.sound.wav_chunks import Chunk

LETTERS = st.text(alphabet=[chr(c) for c in range(32, 127)], min_size=4, max_size=4)
CHUNKS = st.lists(st.builds(Chunk, LETTERS, st.binary(max_size=40)), max_size=6)
TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=60)
TAGS = st.dictionaries(LETTERS, TEXTS, max_size=5)


@given(CHUNKS)
def test_reading_undoes_writing(chunks):
    assert wav_chunks.parse(wav_chunks.build(chunks)) == chunks


@given(CHUNKS)
def test_writing_undoes_reading(chunks):
    data = wav_chunks.build(chunks)
    assert wav_chunks.build(wav_chunks.parse(data)) == data
    assert len(data) % 2 == 0


@given(CHUNKS, TAGS)
def test_texts_come_back_and_all_else_stays(chunks, texts):
    result = wav_chunks.with_info(chunks, texts)
    found = wav_chunks.info(wav_chunks.parse(wav_chunks.build(result)))
    assert {tag: found[tag] for tag in texts} == texts
    kept = [chunk for chunk in result if chunk.id != "LIST"]
    assert kept == [chunk for chunk in chunks if chunk.id != "LIST"]


@given(TAGS, TAGS)
def test_later_texts_replace_earlier_ones_of_their_tag_only(first, second):
    chunks = wav_chunks.with_info(wav_chunks.with_info([], first), second)
    assert wav_chunks.info(chunks) == first | second
    assert len(chunks) == 1


@given(CHUNKS, st.floats(0.0, 127.0), st.floats(0.0, 127.0))
def test_the_note_comes_back_and_a_second_one_replaces_it(chunks, note, other):
    result = wav_chunks.with_sampler(wav_chunks.with_sampler(chunks, other, 48_000), note, 44_100)
    assert wav_chunks.sampler_note(result) == pytest.approx(note, abs=2**-31)
    assert sum(chunk.id == "smpl" for chunk in result) == 1
    assert [chunk for chunk in result if chunk.id != "smpl"] == [chunk for chunk in chunks if chunk.id != "smpl"]


@given(st.binary(max_size=80), st.booleans())
def test_any_bytes_are_read_or_refused_in_words(junk, begins_well):
    data = b"RIFF" + struct.pack("<I", len(junk) + 4) + b"WAVE" + junk if begins_well else junk
    refusal = None
    try:
        chunks = wav_chunks.parse(data, "x.wav")
    except AudioFileError as error:
        refusal = error
    if refusal is None:
        wav_chunks.info(chunks)
        wav_chunks.sampler_note(chunks)
    else:
        assert "x.wav" in str(refusal)
        assert refusal.reason == "unreadable"


def test_a_very_long_text_survives_where_soundfile_cuts_it(tmp_path):
    path = tmp_path / "long.wav"
    samples = np.zeros((2, 101), dtype=np.float32)
    text = "ü" * 100_000 + "end"
    path.write_bytes(
        wav_chunks.build(wav_chunks.with_info(wav_chunks.parse(audio.encode(samples, 44_100)), {"ICMT": text}))
    )
    assert wav_chunks.read_info(path)["ICMT"] == text
    assert audio.read(path)[0].shape == (2, 101)


def test_other_readers_still_hear_the_same_sound(tmp_path):
    samples = np.random.default_rng(0).uniform(-1, 1, (2, 333)).astype(np.float32)
    plain = audio.encode(samples, 44_100, bits="16")
    chunks = wav_chunks.with_sampler(wav_chunks.with_info(wav_chunks.parse(plain), {"ICMT": "odd"}), 30.5, 44_100)
    with wave.open(io.BytesIO(plain)) as before, wave.open(io.BytesIO(wav_chunks.build(chunks))) as after:
        assert after.getparams() == before.getparams()
        assert after.readframes(1000) == before.readframes(1000)


@pytest.mark.parametrize("claimed", [0, 0xFFFFFFFF, 10_000])
def test_a_wrong_size_of_the_whole_is_not_believed(claimed):
    data = bytearray(wav_chunks.build([Chunk("data", b"12345678")]))
    data[4:8] = struct.pack("<I", claimed)
    assert wav_chunks.parse(bytes(data)) == [Chunk("data", b"12345678")]


def test_what_follows_the_form_is_not_part_of_it():
    data = wav_chunks.build([Chunk("data", b"1234")])
    assert wav_chunks.parse(data + b"ID3 junk junk") == [Chunk("data", b"1234")]


def test_a_missing_last_padding_is_forgiven():
    data = wav_chunks.build([Chunk("data", b"123")])
    assert wav_chunks.parse(data[:-1]) == [Chunk("data", b"123")]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "does not begin"),
        (b"RIFF\4\0\0\0AVI ", "does not begin"),
        (b"RF64\xff\xff\xff\xffWAVE", "RF64"),
        (b"BW64\xff\xff\xff\xffWAVE", "RF64"),
        (wav_chunks.build([Chunk("data", bytes(100))])[:60], "'data' claims 100 bytes"),
    ],
)
def test_what_is_no_whole_wav_is_refused(data, words):
    with pytest.raises(AudioFileError, match=words):
        wav_chunks.parse(data, "x.wav")


def test_texts_with_a_zero_and_notes_out_of_range_are_refused():
    with pytest.raises(ValueError, match="zero character"):
        wav_chunks.with_info([], {"ICMT": "a\0b"})
    for note in (-0.1, 127.1, float("nan")):
        with pytest.raises(ValueError, match="0 to 127"):
            wav_chunks.with_sampler([], note, 44_100)
    with pytest.raises(ValueError, match="four letters"):
        wav_chunks.build([Chunk("toolong", b"")])


def test_a_broken_info_list_gives_what_can_be_read():
    whole = wav_chunks.with_info([], {"ICMT": "kept", "ISFT": "lost"})[0].data
    assert wav_chunks.info([Chunk("LIST", whole[:-2])]) == {"ICMT": "kept"}
