"""Chunks for samplers and archives come back, to us and to readers that we did not write."""

import io
import re
import struct
from xml.etree import ElementTree

import mutagen.aiff
import mutagen.flac
import numpy as np
import pytest
import soundfile as sf
from hypothesis import given, settings
from hypothesis import strategies as st
from wavinfo import WavInfoReader

from kickitout.sound import audio, wav_chunks, wav_marks
from kickitout.sound.kick import Kick, read_recipe
from kickitout.sound.marking import MADE, MADE_WITH_OTHERS, SOURCE_TYPES, Marking, xmp_packet

MARKING = Marking("A model <m & m> made it.", "Free to use: ä", MADE)
RECIPE = {"format": 1, "kickitout": "0.1.0", "model": {"name": "m", "version": "1", "checksum": "f"}, "seed": 7}
MONO = RECIPE | {"processing": {"mono": True}}
FIELD = "{http://iptc.org/std/Iptc4xmpExt/2008-02-29/}DigitalSourceType"
TEXT = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}li"


def tone(n=441):
    wave = 0.5 * np.cos(2 * np.pi * 0.00125 * np.arange(n))
    return np.stack([wave, -0.3 * wave]).astype(np.float32)


def chunks_of(**options):
    return wav_chunks.parse(Kick(tone(), recipe=RECIPE, marking=MARKING).encode(**options))


def saved(tmp_path, data, name="a.wav"):
    path = tmp_path / name
    path.write_bytes(data)
    return path


@settings(max_examples=30, deadline=None)
@given(
    root=st.none() | st.floats(0.0, 127.0),
    points=st.lists(st.tuples(st.integers(0, 2**32 - 1), st.text("aä🥁", max_size=5)), max_size=4),
    words=st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=250),
)
def test_what_is_written_is_read_and_a_second_time_replaces_the_first(root, points, words):
    chunks = wav_chunks.parse(audio.encode(tone(9), 44_100))
    for round_words in ("first", words):
        chunks = wav_marks.with_acid(chunks, root)
        chunks = wav_marks.with_cues(chunks, points)
        chunks = wav_marks.with_broadcast(chunks, round_words, "me", "A=PCM\r\n")
        chunks = wav_marks.with_xmp(chunks, round_words + "x")
        chunks = chunks if root is None else wav_marks.with_instrument(chunks, root)
    chunks = wav_chunks.parse(wav_chunks.build(chunks))
    assert wav_marks.acid(chunks) == (True, None if root is None else round(root))
    assert wav_marks.cues(chunks) == points
    assert wav_marks.broadcast(chunks) == (words, "me", "", "A=PCM\r\n")
    assert wav_marks.xmp(chunks) == words + "x"
    if root is not None:
        note, cents = wav_marks.instrument(chunks)
        assert note - cents / 100.0 == pytest.approx(root, abs=0.0051)
    names = [chunk.id for chunk in chunks]
    assert len(names) == len(set(names))


def test_chunks_of_odd_sizes_are_followed_by_a_zero():
    data = Kick(tone(441), recipe=MONO, marking=MARKING).encode(root=43.3)  # 441 frames of 3 bytes
    sizes, at = {}, 12
    while at < len(data):  # by the specification alone
        letters, size = struct.unpack_from("<4sI", data, at)
        sizes[letters] = size
        assert size % 2 == 0 or data[at + 8 + size] == 0
        at += 8 + size + size % 2
    assert at == len(data) == struct.unpack_from("<I", data, 4)[0] + 8
    assert (sizes[b"data"], sizes[b"inst"]) == (1323, 7)


def test_libsndfile_reads_note_hit_and_texts():
    with sf.SoundFile(io.BytesIO(Kick(tone(), recipe=RECIPE, marking=MARKING).encode(root=43.3))) as file:
        said = file.extra_info
        assert file.copyright == MARKING.rights
    assert re.search(r"Flags\s*: 0x0003 \(OneShot,RootNoteValid,StretchOff", said)
    assert "Root note : 0x2B" in said
    assert "Unknown" not in said


def test_wavinfo_reads_what_archives_want_to_know(tmp_path):
    path = saved(tmp_path, Kick(tone(), recipe=RECIPE, marking=MARKING).encode(root=43.3))
    read = WavInfoReader(path, info_encoding="utf-8")
    assert read.bext.description == "trainedAlgorithmicMedia: A model <m & m> made it. Free to use: ?"
    assert read.bext.originator.startswith("Kick It Out ")
    assert (read.bext.originator_date, read.bext.originator_time) == ("", "")  # the same kick, the same bytes
    assert read.bext.coding_history.startswith("A=PCM,F=44100,W=24,M=stereo,")
    assert (read.info.subject, read.info.copyright) == (MARKING.words, MARKING.rights)
    assert read.smpl.midi_note == 43


def test_wavinfo_reads_points_and_their_names(tmp_path):
    points = [(0, "one"), (100, "three"), (200, "ab")]
    chunks = wav_marks.with_cues(wav_chunks.parse(audio.encode(tone(), 44_100)), points)
    read = WavInfoReader(saved(tmp_path, wav_chunks.build(chunks)))
    assert [(cue.sample_offset, read.cues.label_and_note(cue.name)[0]) for cue in read.cues.cues] == points


@pytest.mark.parametrize("marking", [MARKING, Marking("ä", "b", MADE_WITH_OTHERS), Marking("left", "as it is")])
def test_xmp_says_the_same_to_any_reader_of_xml(marking):
    packet = xmp_packet(marking, "S")
    root = ElementTree.fromstring(packet)
    assert root.findtext(f".//{FIELD}") == (None if marking.kind is None else SOURCE_TYPES + marking.kind)
    assert [one.text for one in root.iter(TEXT)] == [marking.words, marking.rights]
    assert wav_marks.xmp(chunks_of()) == wav_marks.xmp(chunks_of())


def test_too_long_a_text_is_cut_where_it_has_no_room():
    long = Marking("w" * 300, "r", MADE)
    found = wav_chunks.parse(Kick(tone(), recipe=RECIPE, marking=long).encode())
    assert wav_marks.broadcast(found).description == f"{MADE}: ".ljust(253, "w") + "..."
    assert wav_chunks.info(found)["ISBJ"] == long.words


@pytest.mark.parametrize("recipe", [RECIPE, MONO])
@pytest.mark.parametrize("bits", ["16", "24", "32f"])
def test_a_plain_file_is_the_same_sound_in_exactly_two_chunks(tmp_path, bits, recipe):
    kick = Kick(tone(), recipe=recipe, marking=MARKING)
    whole, plain = (saved(tmp_path, kick.encode(bits=bits, plain=one), f"{one}.wav") for one in (None, True))
    assert [chunk.id for chunk in wav_chunks.parse(plain.read_bytes())] == ["fmt ", "data"]
    assert read_recipe(plain) is None
    assert read_recipe(whole)["seed"] == 7
    np.testing.assert_array_equal(sf.read(plain, dtype="float32")[0], sf.read(whole, dtype="float32")[0])
    assert sf.info(plain).channels == (1 if recipe is MONO else 2)


def test_flac_says_it_in_its_comments_and_keeps_its_sound(tmp_path):
    path = saved(tmp_path, Kick(tone(), recipe=RECIPE, marking=MARKING).encode(format="flac"), "a.flac")
    tags = mutagen.flac.FLAC(path).tags
    assert (tags["digitalsourcetype"], tags["subject"]) == ([SOURCE_TYPES + MADE], [MARKING.words])
    assert tags["copyright"] == [MARKING.rights]
    assert read_recipe(path)["seed"] == 7
    np.testing.assert_allclose(sf.read(path)[0].T, tone(), atol=2.0**-23)


@pytest.mark.parametrize("bits", ["16", "32f"])
def test_aiff_says_it_at_its_end_and_keeps_its_sound(tmp_path, bits):
    data = Kick(tone(), recipe=MONO, marking=MARKING).encode(format="aiff", bits=bits)
    path = saved(tmp_path, data, "a.aiff")
    assert mutagen.aiff.AIFF(path).info.channels == 1
    with sf.SoundFile(path) as file:
        assert file.copyright == f"{MARKING.words} Free to use: ?"
        np.testing.assert_allclose(file.read(), tone()[0], atol=2.0**-15)
    packet = data[data.index(b"APPL") + 12 :]
    assert ElementTree.fromstring(packet.rstrip(b"\0").decode()).findtext(f".//{FIELD}") == SOURCE_TYPES + MADE
    assert read_recipe(path)["seed"] == 7
