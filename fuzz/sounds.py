"""Whole sound files of many kinds, made here: what readers' inputs begin with."""

import contextlib
import io
import struct
from functools import cache

import numpy as np
import soundfile
from numpy.typing import NDArray

from kickitout.library.synthesis import synthesise_kick
from kickitout.sound.kick import Kick

RATE = 44_100

RECIPE = {
    "format": 1,
    "kickitout": "0.1.0",
    "model": {"name": "tiny", "version": "1", "checksum": "0" * 64},
    "seed": 7,
    "processing": {},
}


@cache
def kick(samples: int = 8_000) -> NDArray[np.float32]:
    """The beginning of a built-in kick: (2, samples)."""
    audio, _ = synthesise_kick(3)
    return np.ascontiguousarray(audio[:, :samples], dtype=np.float32)


def encoded(
    format: str, subtype: str | None = None, channels: int = 2, rate: int = RATE, samples: int = 8_000
) -> bytes:
    """The kick as libsndfile writes it."""
    stream = io.BytesIO()
    soundfile.write(stream, kick(samples)[:channels].T, rate, format=format, subtype=subtype)
    return stream.getvalue()


def _libsndfile() -> list[bytes]:
    wanted = [
        ("WAV", "PCM_16"), ("WAV", "PCM_24"), ("WAV", "FLOAT"), ("WAV", "DOUBLE"), ("WAV", "PCM_U8"), ("WAV", "ULAW"),
        ("WAV", "IMA_ADPCM"), ("WAV", "MS_ADPCM"), ("WAV", "GSM610"), ("WAV", "G721_32"), ("WAVEX", "PCM_16"),
        ("RF64", "PCM_16"), ("W64", "PCM_16"), ("AIFF", "PCM_16"), ("AIFF", "PCM_24"), ("AIFF", "FLOAT"),
        ("AIFF", "DWVW_16"), ("FLAC", "PCM_16"), ("FLAC", "PCM_24"), ("OGG", "VORBIS"), ("OGG", "OPUS"),
        ("MP3", "MPEG_LAYER_III"), ("CAF", "PCM_16"), ("CAF", "ALAC_16"), ("AU", "PCM_16"), ("SVX", "PCM_16"),
        ("NIST", "PCM_16"), ("VOC", "PCM_16"), ("IRCAM", "PCM_16"), ("PVF", "PCM_16"), ("MAT4", "PCM_16"),
        ("MAT5", "PCM_16"), ("XI", "DPCM_16"), ("HTK", "PCM_16"), ("AVR", "PCM_16"), ("WVE", "ALAW"), ("SDS", "PCM_16"),
        ("PAF", "PCM_16"), ("MPC2K", "PCM_16"),
    ]  # fmt: skip
    found = []
    for format, subtype in wanted:
        for channels, rate in ((2, RATE), (1, RATE), (1, 48_000), (1, 8_000)):
            with contextlib.suppress(soundfile.SoundFileError, ValueError):  # not in this libsndfile
                found.append(encoded(format, subtype, channels, rate))
                break
    return found


def chunk(name: bytes, body: bytes, size: int | None = None, pad: bool = True) -> bytes:
    """A RIFF chunk, perhaps with a size that lies or without its pad byte."""
    return name + struct.pack("<I", len(body) if size is None else size) + body + b"\0" * (len(body) % 2 * pad)


def riff(*chunks: bytes, name: bytes = b"RIFF", size: int | None = None) -> bytes:
    """A WAV file of these chunks."""
    body = b"WAVE" + b"".join(chunks)
    return name + struct.pack("<I", len(body) if size is None else size) + body


def _pcm(samples: int = 4_000) -> bytes:
    return np.rint(kick(samples) * 32_000).astype("<i2").T.tobytes()


def _form(tag: int = 1, channels: int = 2, bits: int = 16) -> bytes:
    width = channels * bits // 8
    return chunk(b"fmt ", struct.pack("<HHIIHH", tag, channels, RATE, RATE * width, width, bits))


def _by_hand() -> list[bytes]:
    """What other programs write: sizes left open, tags before and behind, odd chunks, Ogg in RIFF, chains, BW64."""
    pcm, ogg = _pcm(), encoded("OGG", "VORBIS")
    id3 = b"ID3\x04\0\0\0\0\0\x14" + b"TIT2\0\0\0\x05\0\0\0kick" + bytes(5)
    ds64 = chunk(b"ds64", struct.pack("<QQQI", 0, len(pcm), len(pcm) // 4, 0))
    whole = riff(_form(), chunk(b"data", pcm))
    return [
        whole,
        riff(_form(), chunk(b"data", pcm, 0)),
        riff(_form(), chunk(b"data", pcm, 2**32 - 1), size=2**32 - 1),
        riff(_form(), chunk(b"junk", b"odd"), chunk(b"data", pcm), chunk(b"LIST", b"INFOICMT\x03\0\0\0ab\0\0")),
        riff(_form(), chunk(b"junk", b"odd", pad=False), chunk(b"data", pcm)),
        riff(ds64, _form(), chunk(b"data", pcm, 2**32 - 1), name=b"BW64", size=2**32 - 1),
        riff(ds64, _form(), chunk(b"data", pcm, 2**32 - 1), name=b"RF64", size=2**32 - 1),
        riff(chunk(b"fmt ", struct.pack("<HHIIHHH", 0x674F, 2, RATE, 16_000, 1, 16, 0)), chunk(b"data", ogg)),
        riff(chunk(b"fmt ", struct.pack("<HHIIHH", 0x55, 2, RATE, 16_000, 1, 0)), chunk(b"data", encoded("MP3"))),
        ogg + encoded("OGG", "VORBIS", channels=1),
        id3 + whole,
        id3 + encoded("FLAC"),
        id3 + encoded("AIFF"),
        whole + id3,
    ]


def _ours() -> list[bytes]:
    """As Kick It Out writes them, with a recipe."""
    one = Kick(kick(6_000), RATE, RECIPE, {"pitch_hz": 50.0})
    return [one.encode(), one.encode(format="flac"), one.encode(format="aiff"), one.encode(bits="32f", rights="CC0")]


def _by_av() -> list[bytes]:
    """What PyAV writes, where it is installed."""
    try:
        import av
    except ImportError:
        return []
    found = []
    for container, codec in (
        ("ipod", "aac"),
        ("adts", "aac"),
        ("asf", "wmav2"),
        ("matroska", "aac"),
        ("wv", "wavpack"),
    ):
        stream = io.BytesIO()
        with contextlib.suppress(Exception):  # not in this build of FFmpeg
            with av.open(stream, "w", format=container) as out:
                track = out.add_stream(codec, rate=RATE)
                frame = av.AudioFrame.from_ndarray(kick(8_192), format="fltp", layout="stereo")
                frame.sample_rate = RATE
                for packet in [*track.encode(frame), *track.encode(None)]:
                    out.mux(packet)
            found.append(stream.getvalue())
    return found


def sounds() -> list[bytes]:
    """All kinds, each 8 to 60 kB."""
    return _by_hand() + _ours() + _libsndfile() + _by_av()
