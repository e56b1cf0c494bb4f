"""Audio files: what is written is what is read, to the last bit that the format holds."""

import errno
import io
import math
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st

from kickitout.errors import AudioFileError, InputError, OutputError
from kickitout.sound import audio

ENCODINGS = [(format, bits) for format in audio.FORMATS for bits in audio.SUBTYPES if (format, bits) != ("flac", "32f")]
HALF_STEP = {"16": 0.5 / 2**15, "24": 0.5 / 2**23, "32f": 0.0}
"""The largest error that rounding to the nearest step makes, in shares of full scale."""


def noise(n=4410, channels=2, seed=0):
    return np.random.default_rng(seed).uniform(-0.999, 0.999, (channels, n)).astype(np.float32)


@pytest.mark.parametrize(("format", "bits"), ENCODINGS)
@pytest.mark.parametrize("channels", [1, 2])
def test_reading_undoes_writing_within_half_a_step(tmp_path, format, bits, channels):
    samples = noise(channels=channels)
    path = tmp_path / f"a.{format}"
    audio.write(path, samples, 44_100, bits=bits, format=format)
    back, rate = audio.read(path)
    assert rate == 44_100
    assert back.dtype == np.float32
    # float32 itself holds 24 bits: one more half step of 2^-24 when reading.
    assert np.abs(back.astype(np.float64) - samples).max() <= HALF_STEP[bits] + (2.0**-25 if bits != "32f" else 0.0)
    info = audio.probe(path)
    assert (info.channels, info.frames, info.seconds) == (channels, 4410, 0.1)


@pytest.mark.parametrize(("format", "bits"), ENCODINGS)
def test_what_was_read_is_written_without_loss(tmp_path, format, bits):
    first, second = tmp_path / f"1.{format}", tmp_path / f"2.{format}"
    audio.write(first, noise(), 48_000, bits=bits, format=format)
    back, rate = audio.read(first)
    audio.write(second, back, rate, bits=bits, format=format)
    assert second.read_bytes() == first.read_bytes()


@pytest.mark.parametrize(("format", "bits"), ENCODINGS)
def test_the_same_sound_is_the_same_bytes_at_any_time(monkeypatch, format, bits):
    samples = noise()
    first = audio.encode(samples, 44_100, bits=bits, format=format, comment="x")
    # The clock that libsndfile writes counts seconds.
    import time

    time.sleep(1.1 if bits == "32f" else 0.0)
    assert audio.encode(samples, 44_100, bits=bits, format=format, comment="x") == first


@pytest.mark.parametrize("bits", ["16", "24"])
def test_integers_are_rounded_to_the_nearest_and_clipped_not_wrapped(bits):
    step = 2.0 ** (1 - int(bits))
    asked = np.array([[0.4, 0.6, -0.4, -0.6, 1.5 + 0.1], [0, 1, 2, 3, 4]], dtype=np.float64) * step
    asked[1, 3:] = 1.5, -1.5
    data = audio.encode(asked.astype(np.float32), 44_100, bits=bits)
    back, _ = soundfile.read(io.BytesIO(data), dtype="float64", always_2d=True)
    np.testing.assert_array_equal(back.T[0] / step, [0, 1, 0, -1, 2])
    np.testing.assert_array_equal(back.T[1] / step, [0, 1, 2, 2 ** (int(bits) - 1) - 1, -(2 ** (int(bits) - 1))])


@pytest.mark.parametrize(("format", "bits"), [(f, b) for f, b in ENCODINGS if f != "wav"])
@pytest.mark.parametrize("text", ["", "kick", '{"seed":1,"name":"Tröt"}', "x" * 7_999 + "z"])
def test_comments_come_back(tmp_path, format, bits, text):
    path = tmp_path / f"a.{format}"
    audio.write(path, noise(101), 44_100, bits=bits, format=format, comment=text)
    assert audio.probe(path).comment == text
    assert audio.read(path)[0].shape == (2, 101)


def test_a_comment_that_aiff_cannot_hold_is_refused():
    with pytest.raises(
        InputError, match=r"^format aiff: AIFF files hold comments of at most 8,000 bytes; choose format=w"
    ):
        audio.encode(noise(10), 44_100, format="aiff", comment="ü" * 4_001)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"bits": "12"}, "^bits 12: unknown; choose 16, 24, 32f$"),
        ({"format": "mp3"}, "^format mp3: unknown; choose wav, flac, aiff$"),
        (
            {"format": "flac", "bits": "32f"},
            "^bits 32f: FLAC has no floating-point samples; choose bits=24 or format=w",
        ),
    ],
)
def test_unknown_encodings_are_named(tmp_path, options, words):
    with pytest.raises(InputError, match=words):
        audio.write(tmp_path / "a", noise(10), 44_100, **options)
    assert list(tmp_path.iterdir()) == []


def test_channels_that_a_format_does_not_hold_are_refused():
    with pytest.raises(InputError, match="9 channels"):
        audio.encode(noise(10, channels=9), 44_100, format="flac")


def test_a_full_disk_leaves_the_old_file_and_says_so_once(tmp_path, monkeypatch, capfd):
    path = tmp_path / "a.wav"
    path.write_bytes(b"old")

    def full(self, data):
        with self.open("wb") as stream:
            stream.write(data[:10])
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(OutputError, match="no space left"):
        audio.write(path, noise(), 44_100)
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]
    assert capfd.readouterr() == ("", "")


# --- reading


@pytest.mark.parametrize("subtype", ["PCM_U8", "PCM_16", "PCM_24", "PCM_32", "FLOAT", "DOUBLE", "ULAW"])
@pytest.mark.parametrize("rate", [8_000, 44_100, 192_000])
def test_other_word_lengths_and_rates_are_read(tmp_path, subtype, rate):
    path = tmp_path / "a.wav"
    samples = noise(500)
    soundfile.write(path, samples.T, rate, subtype=subtype)
    back, found = audio.read(path)
    assert found == rate
    np.testing.assert_allclose(back, samples, atol=0.04 if subtype in ("PCM_U8", "ULAW") else 2e-4)


def test_no_more_than_asked_for_is_read(tmp_path):
    path = tmp_path / "a.wav"
    samples = noise(1000)
    audio.write(path, samples, 8000, bits="32f")
    np.testing.assert_array_equal(audio.read(path, max_seconds=0.03125)[0], samples[:, :250])
    assert audio.read(path, max_seconds=9.0)[0].shape == (2, 1000)


@pytest.mark.parametrize("name", ["ключ и замок.wav", "a b.wav", "x" * 250 + ".wav", "no ending"])
def test_any_file_name_is_read(tmp_path, name):
    audio.write(tmp_path / name, noise(10), 44_100)
    assert audio.read(tmp_path / name)[0].shape == (2, 10)


def test_what_cannot_be_read_is_named_with_its_reason(tmp_path):
    (tmp_path / "text.wav").write_text("this is no sound")
    (tmp_path / "zero.wav").write_bytes(b"")
    (tmp_path / "folder.wav").mkdir()
    audio.write(tmp_path / "empty.wav", np.zeros((2, 0), np.float32), 44_100)
    for name, reason in {
        "text": "unreadable",
        "zero": "unreadable",
        "folder": "not read",
        "gone": "not read",
    }.items():
        with pytest.raises(AudioFileError, match=rf"{name}\.wav") as caught:
            audio.read(tmp_path / f"{name}.wav")
        assert caught.value.reason == reason
        with pytest.raises(AudioFileError, match=rf"{name}\.wav"):
            audio.probe(tmp_path / f"{name}.wav")
    with pytest.raises(AudioFileError, match=r"empty\.wav") as caught:
        audio.read(tmp_path / "empty.wav")
    assert caught.value.reason == "empty"


@given(st.data())
def test_any_damage_is_read_or_refused_in_words(data):
    encoding = data.draw(st.sampled_from(ENCODINGS))
    whole = bytearray(audio.encode(noise(60), 44_100, format=encoding[0], bits=encoding[1], comment="c"))
    for at, value in data.draw(st.lists(st.tuples(st.integers(0, 80), st.integers(0, 255)), max_size=5)):
        whole[at] = value
    cut = bytes(whole[: data.draw(st.integers(0, len(whole)))])
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a"
        path.write_bytes(cut)
        refused = None
        try:
            samples, _ = audio.read(path, max_seconds=1.0)
        except AudioFileError as error:
            refused = error
        if refused is None:
            assert samples.shape[1] > 0
        else:
            assert refused.reason in ("unreadable", "empty")


# --- resampling


@pytest.mark.parametrize("rate", [8_000, 22_050, 44_100, 48_000, 96_000, 192_000])
def test_a_tone_keeps_its_pitch_and_level_at_any_rate(rate):
    times = np.arange(44_100) / 44_100
    tone = np.stack([np.sin(2 * np.pi * 1_000 * times), 0.5 * np.cos(2 * np.pi * 200 * times)]).astype(np.float32)
    result = audio.resample(tone, 44_100, rate)
    assert result.shape == (2, rate)
    assert result.dtype == np.float32
    new_times = np.arange(rate) / rate
    expected = np.stack([np.sin(2 * np.pi * 1_000 * new_times), 0.5 * np.cos(2 * np.pi * 200 * new_times)])
    middle = slice(rate // 10, -rate // 10)
    np.testing.assert_allclose(result[:, middle], expected[:, middle], atol=1e-4)


@pytest.mark.parametrize("rate", [48_000, 96_000, 22_050])
def test_what_resampling_makes_of_single_samples_is_all_that_it_does(rate):
    whole, opening = audio.response(rate, 44_100)
    samples = noise()[:, :3000]
    wanted = audio.resample(samples, rate, 44_100)
    places, step = 44_100 // math.gcd(rate, 44_100), rate // math.gcd(rate, 44_100)
    away = np.abs(np.arange(wanted.shape[1])[:, None] * step - np.arange(3000) * places)
    gains = np.append(whole, 0.0)[np.minimum(away, len(whole))]
    gains[: len(opening), : opening.shape[1]] = opening
    np.testing.assert_allclose(samples.astype(np.float64) @ gains.T, wanted, atol=1e-7)


def test_the_same_rate_changes_nothing():
    samples = noise()
    assert audio.resample(samples, 44_100, 44_100) is samples
