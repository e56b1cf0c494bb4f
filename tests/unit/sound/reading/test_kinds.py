"""What single kinds of files do that others do not."""

import hashlib
import io
import struct

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st

from kickitout.errors import AudioFileError
from kickitout.sound import audio
from kickitout.sound.reading import notes, with_pyav
from kickitout.sound.reading.flac import survey_flac
from kickitout.sound.reading.riff import OGG
from kickitout.sound.reading.survey import Sought
from testing.mutilated import FRAMES, RATE, claiming, coded, id3, kick, made, with_bytes


def reading(folder, data):
    (folder / "a.bin").write_bytes(data)
    return audio.reading(folder / "a.bin")


def kinds(found):
    return [note.kind for note in found.notes]


# --- WAV


def riff(*chunks):
    body = b"WAVE" + b"".join(letters + struct.pack("<I", len(data)) + data for letters, data in chunks)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def fmt(tag, channels=2, rate=RATE, bits=16, extra=b""):
    block = channels * bits // 8
    return struct.pack("<HHIIHH", tag, channels, rate, rate * block, block, bits) + extra


@pytest.mark.parametrize("tag", OGG)
def test_ogg_within_a_wav_is_read(tmp_path, tag):
    whole = reading(tmp_path, made("OGG"))
    inside = reading(tmp_path, riff((b"fmt ", fmt(tag)), (b"fact", bytes(4)), (b"data", made("OGG"))))
    np.testing.assert_array_equal(inside.samples, whole.samples)


def test_mp3_within_a_wav_is_read(tmp_path):
    whole = reading(tmp_path, made("MP3"))
    inside = reading(tmp_path, riff((b"fmt ", fmt(0x55)), (b"data", made("MP3"))))
    np.testing.assert_array_equal(inside.samples, whole.samples)


def test_an_extensible_wav_that_was_cut_knows_its_frames(tmp_path):
    kind = struct.pack("<HHIH", 22, 16, 3, 1) + bytes.fromhex("000000001000800000aa00389b71")
    data = riff((b"fmt ", fmt(0xFFFE, extra=kind)), (b"data", bytes(range(200)) * 4))
    assert reading(tmp_path, data).samples.shape == (2, 200)
    cut = reading(tmp_path, data[:-400])
    assert cut.samples.shape == (2, 100)
    assert str(cut.notes[0]) == "cut short: 100 of 200 frames are there"


def test_a_description_behind_the_sound_is_found(tmp_path):
    found = reading(tmp_path, riff((b"data", bytes(range(200)) * 4), (b"fmt ", fmt(1))))
    assert found.samples.shape == (2, 200)
    assert kinds(found) == [notes.REPAIRED]


def test_what_lies_behind_the_last_chunk_is_said(tmp_path):
    found = reading(tmp_path, made("WAV 16") + b"\x91" * 5000)
    assert found.samples.shape == (2, FRAMES)
    assert kinds(found) == [notes.LEFT_OVER]


def test_an_empty_sound_among_other_chunks_is_empty(tmp_path):
    with pytest.raises(AudioFileError) as caught:
        reading(tmp_path, riff((b"fmt ", fmt(1)), (b"data", b""), (b"LIST", b"INFO" + bytes(80))))
    assert caught.value.reason == "empty"


# --- claims


@pytest.mark.parametrize("container", ["WAV 16", "AIFF", "CAF", "RF64", "FLAC"])
def test_claims_of_giant_lengths_take_no_memory(tmp_path, container):
    import tracemalloc

    data = claiming(container, made(container), 2**30)
    reading(tmp_path, data)  # what is imported is not counted
    tracemalloc.start()
    found = reading(tmp_path, data)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert found.samples.shape == (2, FRAMES)
    assert peak < 64 * 2**20


def test_more_than_can_be_held_is_refused_before_it_is_read(tmp_path, monkeypatch):
    from kickitout.sound.reading import decoding

    monkeypatch.setattr(decoding, "MOST_VALUES", 2 * FRAMES - 1)
    with pytest.raises(AudioFileError, match=r"a\.bin: its header claims 96,000 frames of 2 channels"):
        reading(tmp_path, made("WAV 16"))
    assert audio.read(tmp_path / "a.bin", max_seconds=1.0)[0].shape == (2, RATE)


@pytest.mark.parametrize("rate", [1, 1_999, 1_000_001, 1_000_000_000])
def test_rates_that_none_is_are_refused_at_once(tmp_path, rate):
    path = tmp_path / "a.wav"
    path.write_bytes(riff((b"fmt ", fmt(1, rate=rate)), (b"data", bytes(4000))))
    for look in (audio.probe, audio.reading):
        with pytest.raises(AudioFileError, match=f"has a sample rate of {rate} Hz; give one of 2000 to 1000000 Hz"):
            look(path)


def test_floats_far_over_full_scale_are_read_and_said(tmp_path):
    for peak, said in ((3.9, []), (32_768.0, [notes.OVER]), (1e30, [notes.OVER])):
        found = reading(tmp_path, made("WAV float", kick() * np.float32(peak / np.abs(kick()).max())))
        assert np.abs(found.samples).max() == pytest.approx(peak)
        assert kinds(found) == said


# --- FLAC


@given(st.integers(1, 30_000), st.integers(1, 2), st.integers(0, 100))
def test_the_last_frame_of_a_flac_says_how_long_it_is(frames, channels, seed):
    sound = np.random.default_rng(seed).normal(0, 0.1, (frames, channels))
    stream = io.BytesIO()
    soundfile.write(stream, sound, RATE, format="FLAC")
    unknown = claiming("FLAC", stream.getvalue(), 0)
    found = survey_flac(Sought(io.BytesIO(unknown), 0, len(unknown)))
    assert found.frames == frames


def test_a_flac_that_was_changed_inside_is_said_or_refused(tmp_path):
    samples = reading(tmp_path, made("FLAC")).samples
    integers = np.rint(samples.T * 32768.0).astype("<i2")
    data = with_bytes(made("FLAC"), 26, hashlib.md5(integers.tobytes()).digest())
    assert reading(tmp_path, data).notes == ()
    for at in range(len(data) // 2, len(data) // 2 + 10):
        changed = with_bytes(data, at, bytes([data[at] ^ 0x10]))
        said = []
        try:
            said = kinds(reading(tmp_path, changed))
        except AudioFileError as error:
            said = [error.reason]
        assert said, at


# --- Ogg


def test_all_streams_of_a_chained_ogg_are_read(tmp_path):
    parts = [kick()[:, :9000], kick()[:, 9000:40_000]]
    links = [made("OGG", part) for part in parts]
    found = reading(tmp_path, b"".join(links))
    assert kinds(found) == [notes.CHAINED]
    alone = [reading(tmp_path, link).samples for link in links]
    np.testing.assert_array_equal(found.samples, np.concatenate(alone, axis=1))
    assert audio.read(tmp_path / "a.bin", max_seconds=0.1)[0].shape == (2, RATE // 10)


def test_streams_that_do_not_go_together_are_refused_by_name(tmp_path):
    with pytest.raises(AudioFileError, match="chained"):
        reading(tmp_path, made("OGG") + made("OGG", kick()[:1]))


# --- what needs PyAV

EXTRAS = (
    ("ipod", "alac", {}), ("mp4", "aac", {"movflags": "faststart"}), ("asf", "wmav2", {}), ("wv", "wavpack", {}),
    ("ac3", "ac3", {}), ("adts", "aac", {}), ("webm", "libopus", {}), ("matroska", "flac", {}), ("tta", "tta", {}),
)  # fmt: skip
SELF_FRAMED = ("ac3",)
"""A stream of frames of one size: one that was cut between two cannot be told."""


@pytest.fixture(scope="module")
def extra_file():
    kept = {}

    def give(container, codec, options):
        av = pytest.importorskip("av")
        try:
            return kept.setdefault((container, codec), coded(kick(), RATE, container, codec, **options))
        except av.codec.codec.UnknownCodecError:
            pytest.skip(f"this FFmpeg has no {codec}")

    return give


@pytest.mark.parametrize(("container", "codec", "options"), EXTRAS)
def test_what_libsndfile_does_not_read_pyav_reads(tmp_path, extra_file, container, codec, options):
    found = reading(tmp_path, extra_file(container, codec, options))
    assert found.notes == ()
    assert (found.rate, len(found.samples)) == (RATE, 2)
    assert abs(found.samples.shape[1] - FRAMES) <= 2048
    first, second = (np.fft.rfft(one.mean(axis=0), 2**18) for one in (found.samples, kick()))
    likeness = np.fft.irfft(first * np.conj(second)).max() / np.sqrt(
        np.square(found.samples.mean(axis=0)).sum() * np.square(kick().mean(axis=0)).sum()
    )
    assert likeness > 0.95
    info = audio.probe(tmp_path / "a.bin")
    assert abs(info.frames - found.samples.shape[1]) <= 2048
    assert (info.sample_rate, info.channels) == (RATE, 2)
    assert audio.read(tmp_path / "a.bin", max_seconds=0.2)[0].shape == (2, RATE // 5)


@pytest.mark.parametrize(("container", "codec", "options"), EXTRAS)
@pytest.mark.parametrize("share", [0.37, 0.999])
def test_of_these_too_nothing_is_cut_off_without_a_word(tmp_path, extra_file, container, codec, options, share):
    data = extra_file(container, codec, options)
    before = reading(tmp_path, data).samples.shape[1]
    try:
        found = reading(tmp_path, data[: int(share * len(data))])
    except AudioFileError:
        return
    assert found.notes or container in SELF_FRAMED or found.samples.shape[1] >= before


def test_junk_behind_boxes_is_no_box(tmp_path, extra_file):
    data = extra_file("mp4", "aac", {"movflags": "faststart"})
    assert reading(tmp_path, data + b"junk, no sound" * 40).notes == ()


def test_without_pyav_the_line_that_installs_it_is_the_answer(tmp_path, extra_file, monkeypatch):
    data = extra_file("ipod", "alac", {})
    monkeypatch.setattr(with_pyav, "is_there", lambda: False)
    for tag in (b"", id3()):
        path = tmp_path / "kick.m4a"
        path.write_bytes(tag + data)
        for look in (audio.probe, audio.reading):
            with pytest.raises(
                AudioFileError, match=r"kick\.m4a: is M4A .*: pip install 'kickitout\[formats\]'$"
            ) as caught:
                look(path)
            assert caught.value.reason == audio.NOT_READ  # tried again once it is there


def test_playlists_and_scripts_of_ffmpeg_are_opened_by_nobody(tmp_path):
    (tmp_path / "secret.wav").write_bytes(made("WAV 16"))
    for text in (
        "#EXTM3U\n#EXTINF:1,\nsecret.wav\n",
        "ffconcat version 1.0\nfile secret.wav\n",
        "v=0\no=- 0 0 IN IP4 0",
    ):
        (tmp_path / "list.m4a").write_text(text)
        with pytest.raises(AudioFileError, match="cannot be read as audio"):
            audio.reading(tmp_path / "list.m4a")
