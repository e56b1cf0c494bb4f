"""A kick as a file: its recipe travels along, and the same kick is the same bytes."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.signal import resample_poly

from kickitout.errors import AudioFileError, InputError
from kickitout.sound import audio, wav_chunks
from kickitout.sound.kick import Kick, read_recipe

ENCODINGS = [("wav", "16"), ("wav", "24"), ("wav", "32f"), ("flac", "16"), ("flac", "24")]
ENCODINGS += [("aiff", "16"), ("aiff", "24"), ("aiff", "32f")]
RECIPE = {"format": 1, "kickitout": "0.1.0", "model": {"name": "tröt", "version": "1", "checksum": "f"}, "seed": 7}


def tone(n=2205, peak=0.5, hertz=55.0):
    times = np.arange(n) / 44_100
    wave = peak * np.cos(2 * np.pi * hertz * times)
    return np.stack([wave, -0.3 * wave]).astype(np.float32)


@pytest.mark.parametrize(("format", "bits"), ENCODINGS)
def test_the_recipe_comes_back_with_how_it_was_written(tmp_path, format, bits):
    path = tmp_path / f"a.{format}"
    Kick(tone(), recipe=RECIPE).save(path, bits=bits)
    assert read_recipe(path) == RECIPE | {"file": {"format": format, "bits": bits, "rate": 44_100}}
    samples, rate = audio.read(path)
    assert rate == 44_100
    np.testing.assert_allclose(samples, tone(), atol=2.0**-16 if bits == "16" else 2.0**-23)


@pytest.mark.parametrize(("format", "bits"), ENCODINGS)
def test_the_same_kick_is_the_same_bytes(format, bits):
    kicks = [Kick(tone(), recipe=dict(RECIPE)) for _ in range(2)]
    assert kicks[0].encode(format=format, bits=bits) == kicks[1].encode(format=format, bits=bits)
    assert kicks[0].encode(format=format, bits=bits) != Kick(tone(), recipe=RECIPE | {"seed": 8}).encode(
        format=format, bits=bits
    )


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=9), lambda x: st.lists(x, max_size=3)))
def test_any_plain_data_travels_in_a_wav(value):
    recipe = RECIPE | {"more": value}
    data = Kick(tone(10), recipe=recipe).encode()
    text = wav_chunks.info(wav_chunks.parse(data))["ICMT"]
    assert json.loads(text)["more"] == value


def test_a_kick_of_no_model_has_no_recipe(tmp_path):
    Kick(tone()).save(tmp_path / "a.wav")
    assert read_recipe(tmp_path / "a.wav") is None


@pytest.mark.parametrize(
    "comment", [None, "", "loud", "[1]", "{}", '{"seed": 1}', "{" * 9000, "1" * 5000, '"kickitout"']
)
def test_comments_of_others_are_no_recipes(tmp_path, comment):
    path = tmp_path / "a.wav"
    chunks = wav_chunks.parse(audio.encode(tone(), 44_100))
    if comment is not None:
        chunks = wav_chunks.with_info(chunks, {"ICMT": comment})
    path.write_bytes(wav_chunks.build(chunks))
    assert read_recipe(path) is None


def test_what_is_no_audio_has_no_recipe_and_says_so(tmp_path):
    (tmp_path / "a.wav").write_bytes(b"RIFF1234WAVEdata\xff\xff\0\0")
    (tmp_path / "b.wav").write_text("text")
    for name in ("a.wav", "b.wav", "c.wav", "."):
        with pytest.raises(AudioFileError):
            read_recipe(tmp_path / name)


@pytest.mark.parametrize("rate", [8_000, 22_050, 48_000, 96_000, 192_000])
def test_at_any_rate_it_is_as_long_and_as_high_and_no_louder(rate):
    kick = Kick(tone(22_050))
    data = wav_chunks.parse(kick.encode(rate=rate, bits="32f"))
    samples = np.frombuffer(next(chunk.data for chunk in data if chunk.id == "data"), "<f4").reshape(-1, 2).T
    assert samples.shape == (2, rate // 2)
    before, after = (np.abs(resample_poly(sound, 8, 1, axis=1)).max() for sound in (kick.audio, samples))
    assert 0.95 * before < after < 1.02 * before  # it starts with a step, which rings
    spectrum = np.abs(np.fft.rfft(samples[0] * np.hanning(samples.shape[1])))
    assert np.argmax(spectrum) * 2 == pytest.approx(55, abs=2)


@pytest.mark.parametrize(
    ("name", "magic"),
    [("a.wav", b"RIFF"), ("a.FLAC", b"fLaC"), ("a.aif", b"FORM"), ("a.aiff", b"FORM"), ("a", b"RIFF")],
)
def test_the_ending_of_the_name_chooses_the_format(tmp_path, name, magic):
    Kick(tone()).save(tmp_path / name)
    assert (tmp_path / name).read_bytes()[:4] == magic
    Kick(tone()).save(str(tmp_path / name), format="wav")
    assert (tmp_path / name).read_bytes()[:4] == b"RIFF"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"rate": 7_999}, "^rate 7999: out of range; give 8000 to 192000 Hz$"),
        ({"rate": 192_001}, "^rate 192001: out of range"),
        ({"bits": "8"}, "^bits 8: unknown; choose 16, 24, 32f$"),
        ({"format": "ogg"}, "^format ogg: unknown; choose wav, flac, aiff$"),
        ({"format": "flac", "bits": "32f"}, "FLAC"),
    ],
)
def test_what_cannot_be_written_is_named_and_leaves_nothing(tmp_path, options, words):
    with pytest.raises(InputError, match=words):
        Kick(tone()).save(tmp_path / "a.wav", **options)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("hertz", "note"), [(440.0, 69.0), (55.0, 33.0), (46.249302838954300, 30.0), (60.0, 34.506)])
def test_a_measured_pitch_becomes_the_samplers_note(hertz, note):
    chunks = wav_chunks.parse(Kick(tone(), descriptors={"pitch_hz": hertz}).encode())
    assert wav_chunks.sampler_note(chunks) == pytest.approx(note, abs=1e-3)


@pytest.mark.parametrize("descriptors", [{}, {"pitch_hz": 0.0}, {"pitch_hz": float("nan")}, {"pitch_hz": 1.0}])
def test_without_a_pitch_there_is_no_note(descriptors):
    assert wav_chunks.sampler_note(wav_chunks.parse(Kick(tone(), descriptors=descriptors).encode())) is None


@pytest.mark.parametrize("bad", [np.zeros((1, 9), np.float32), np.zeros(9, np.float32), np.zeros((2, 9))])
def test_a_kick_is_two_channels_of_float32(bad):
    with pytest.raises(ValueError, match="float32 of shape"):
        Kick(bad)


def test_its_length_is_told_in_milliseconds():
    assert Kick(tone(22_050)).duration_ms == 500.0


@given(st.floats(0.0, 127.0), st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=200))
def test_a_root_and_rights_stand_in_the_file_and_in_its_recipe(root, rights):
    data = Kick(tone(), recipe=RECIPE).encode(root=root, rights=rights)
    chunks = wav_chunks.parse(data)
    assert wav_chunks.sampler_note(chunks) == pytest.approx(root, abs=1e-6)
    texts = wav_chunks.info(chunks)
    assert texts[wav_chunks.COPYRIGHT] == rights
    written = json.loads(texts[wav_chunks.COMMENT])["file"]
    assert (written["root"], written["rights"]) == (root, rights)


def test_the_root_that_is_asked_goes_before_the_measured_one():
    kick = Kick(tone(), recipe=RECIPE, descriptors={"pitch_hz": 55.0})
    for asked, found in ((None, 33.0), (40.25, 40.25)):
        chunks = wav_chunks.parse(kick.encode(root=asked))
        assert wav_chunks.sampler_note(chunks) == pytest.approx(found)
        assert json.loads(wav_chunks.info(chunks)[wav_chunks.COMMENT])["file"]["root"] == pytest.approx(found)


@pytest.mark.parametrize("format", ["flac", "aiff"])
def test_other_formats_tell_neither_root_nor_rights(tmp_path, format):
    path = tmp_path / f"a.{format}"
    Kick(tone(), recipe=RECIPE).save(path, root=33.0, rights="mine")
    assert set(read_recipe(path)["file"]) == {"format", "bits", "rate"}


def test_rights_without_a_recipe_are_told_too():
    texts = wav_chunks.info(wav_chunks.parse(Kick(tone()).encode(rights="mine")))
    assert texts == {wav_chunks.COPYRIGHT: "mine"}
