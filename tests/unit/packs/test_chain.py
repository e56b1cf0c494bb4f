"""A chain holds every kick as it is, at even distances; strudel.json and multisamples name files that are there."""

import io
import json
import zipfile
from xml.etree import ElementTree

import numpy as np
import pytest
import soundfile as sf

from kickitout.packs import chain, presets, strudel
from kickitout.packs.place import write_zip
from kickitout.sound import audio, wav_chunks, wav_marks
from kickitout.sound.marking import MADE, Marking
from tests.unit.packs.test_presets import LAYERS

MARKING = Marking("made", "free", MADE)


def sounds(tmp_path, lengths, channels=2, bits="24"):
    rng = np.random.default_rng(1)
    paths = []
    for number, length in enumerate(lengths):
        path = tmp_path / f"k{number}.wav"
        audio.write(path, rng.uniform(-1, 1, (channels, length)).astype(np.float32), 8000, bits=bits)
        paths.append(path)
    return paths


@pytest.mark.parametrize(("channels", "bits"), [(1, "16"), (2, "24"), (2, "32f")])
def test_each_slice_is_a_kick_to_the_bit_and_points_at_its_start(tmp_path, channels, bits):
    paths = sounds(tmp_path, [31, 50, 17, 8, 20], channels, bits)
    data = chain.chain(paths, bits=bits, rate=8000, marking=MARKING)
    whole, rate = sf.read(io.BytesIO(data), dtype="float32", always_2d=True)
    assert (rate, whole.shape) == (8000, (6 * 50, channels))  # six is the next number of slices on a grid
    points = wav_marks.cues(wav_chunks.parse(data))
    assert points == [(50 * number, f"k{number}") for number in range(5)]
    for (at, _), path in zip(points, paths, strict=True):
        sound = sf.read(path, dtype="float32", always_2d=True)[0]
        np.testing.assert_array_equal(whole[at : at + len(sound)], sound)
        assert not whole[at + len(sound) : at + 50].any()
    assert MADE in wav_marks.xmp(wav_chunks.parse(data))
    plain = chain.chain(paths, bits=bits, rate=8000, marking=MARKING, plain=True)
    assert [chunk.id for chunk in wav_chunks.parse(plain)] == ["fmt ", "data"]


@pytest.mark.parametrize(("count", "sizes"), [(1, [1]), (64, [64]), (65, [64, 1]), (256, [64] * 4)])
def test_a_chain_has_no_more_slices_than_samplers_take(count, sizes):
    groups = chain.chains([f"{number}.wav" for number in range(count)])
    assert [len(group) for group in groups] == sizes
    assert [one for group in groups for one in group] == [f"{number}.wav" for number in range(count)]
    assert all(len(group) <= chain.places(len(group)) <= chain.MOST_SLICES for group in groups)


def test_strudel_finds_each_kick_by_number_and_by_name():
    found = json.loads(strudel.strudel_json("velvet", ["velvet_kick_a.wav", "velvet_kick_F#.wav"]))
    assert found == {
        "_base": "",
        "velvet_bd": ["velvet_kick_a.wav", "velvet_kick_F%23.wav"],  # a sharp would end the address
        "velvet_kick_a": "velvet_kick_a.wav",
        "velvet_kick_F#": "velvet_kick_F%23.wav",
    }


ORDER = ["generator", "category", "creator", "description", "keywords", "group", "sample"]
"""Of a multisample's parts: its schema at github.com/bitwig/multisample is a sequence."""


@pytest.mark.parametrize(
    "text",
    [presets.multisample_kit("V <1>", [(36, "a.wav"), (37, "b.wav")]), presets.multisample_instrument("V", LAYERS)],
)
def test_a_multisample_is_as_its_schema_says(text):
    root = ElementTree.fromstring(text)
    assert (root.tag, bool(root.get("name"))) == ("multisample", True)
    tags = [part.tag for part in root]
    assert tags == sorted(tags, key=ORDER.index)
    for sample in root.iter("sample"):
        assert [part.tag for part in sample] == ["key", "velocity", "select", "loop"]
        key, velocity = sample.find("key"), sample.find("velocity")
        assert set(key.attrib) <= {"low", "high", "root", "track", "tune"}
        assert 0 <= int(key.get("low")) <= int(key.get("root")) <= int(key.get("high")) <= 127
        assert 1 <= int(velocity.get("low")) <= int(velocity.get("high")) <= 127
        assert sample.get("zone-logic", "round-robin") == "round-robin"
        assert "/" not in sample.get("file")


def test_a_multisample_tunes_its_samples_to_the_keys():
    root = ElementTree.fromstring(presets.multisample_instrument("V", LAYERS))
    found = [(one.get("root"), one.get("track"), one.get("tune")) for one in root.iter("key")]
    assert found == [("29", "1", "0.03"), ("36", "0", "0"), ("29", "1", "0"), ("29", "1", "-0.04")]
    assert [one.get("group") for one in root.iter("sample")] == ["0", "0", "1", "1"]


def test_a_zip_of_the_same_files_is_the_same_bytes_and_holds_them_as_they_are(tmp_path):
    for name in ("a.zip", "b.zip"):
        write_zip(tmp_path / name, [("multisample.xml", b"<x/>"), ("a.wav", b"RIFF")])
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        assert archive.testzip() is None
        assert {one.filename: one.compress_type for one in archive.infolist()} == {
            "multisample.xml": zipfile.ZIP_STORED,
            "a.wav": zipfile.ZIP_STORED,
        }
