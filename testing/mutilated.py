"""Sound files of every kind, and what befalls them: cut, lied about, tagged, with junk between their parts."""

import io
import struct
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np

RATE = 48_000
FRAMES = 96_000

LIBSNDFILE = {
    "WAV 16": ("WAV", "PCM_16"), "WAV 24": ("WAV", "PCM_24"), "WAV float": ("WAV", "FLOAT"), "RF64": ("RF64", "PCM_16"),
    "AIFF": ("AIFF", "PCM_24"), "AIFC": ("AIFF", "FLOAT"), "FLAC": ("FLAC", "PCM_16"), "OGG": ("OGG", "VORBIS"),
    "MP3": ("MP3", "MPEG_LAYER_III"), "Opus": ("OGG", "OPUS"), "CAF": ("CAF", "PCM_16"),
}  # fmt: skip
"""Container and coding, for soundfile."""

CONTAINERS = (*LIBSNDFILE, "BW64", "M4A")
WITH_PYAV = ("M4A",)
"""Those that need the extra `formats`."""


def kick(frames: int = FRAMES, rate: int = RATE):
    """A decaying tone with some noise, different left and right: float32 (2, frames)."""
    times = np.arange(frames) / rate
    noise = np.random.default_rng(7).uniform(-0.1, 0.1, (2, frames))
    return ((np.sin(400.0 * times) * 0.7 + noise) * np.exp(-4.0 * times)).astype(np.float32)


def made(container: str, samples=None, rate: int = RATE) -> bytes:
    """A whole file of a kind."""
    samples = kick() if samples is None else samples
    if container == "M4A":
        return coded(samples, rate, "mp4", "aac")
    if container == "BW64":
        return b"BW64" + made("RF64", samples, rate)[4:]
    import soundfile

    stream = io.BytesIO()
    format, subtype = LIBSNDFILE[container]
    soundfile.write(stream, samples.T, rate, format=format, subtype=subtype)
    return stream.getvalue()


def coded(samples, rate: int, container: str, codec: str, **options: str) -> bytes:
    """A file that PyAV writes of samples of shape (channels, n), in pieces as the codec wants them."""
    import av

    whole = np.rint(np.clip(samples, -1.0, 1.0) * 32767).astype(np.int16)
    scaled = {"flt": samples, "s16": whole, "s32": whole.astype(np.int32) << 16}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a"
        with av.open(str(path), "w", format=container, options=options) as file:
            track = file.add_stream(codec, rate=rate)
            track.layout = layout = "stereo" if len(samples) == 2 else "mono"
            formats = [one.name for one in track.codec_context.codec.audio_formats]
            track.format = kind = next(one for one in formats if one.removesuffix("p") in scaled)
            track.bit_rate = 128_000
            track.open()
            size = track.codec_context.frame_size or 1024
            for start in range(0, samples.shape[1], size):
                piece = scaled[kind.removesuffix("p")][:, start : start + size]
                if not kind.endswith("p"):
                    piece = piece.T.reshape(1, -1)
                frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(piece), format=kind, layout=layout)
                frame.sample_rate, frame.pts = rate, start
                file.mux(track.encode(frame))
            file.mux(track.encode(None))
        return path.read_bytes()


def with_bytes(data: bytes, at: int, new: bytes) -> bytes:
    """`data` with other bytes at a place."""
    return data[:at] + new + data[at + len(new) :]


def id3(size: int = 200) -> bytes:
    """An ID3v2.4 tag of `size` bytes behind its header."""
    return b"ID3\4\0\0" + bytes([size >> 21 & 127, size >> 14 & 127, size >> 7 & 127, size & 127]) + b"\x55" * size


def _ogg_pages(data: bytes) -> list[int]:
    found, at = [], 0
    while data[at : at + 4] == b"OggS":
        found.append(at)
        at += 27 + data[at + 26] + sum(data[at + 27 : at + 27 + data[at + 26]])
    return found


def _ogg_crc(page: bytes) -> bytes:
    """A page with its checksum: CRC-32 of the polynomial 0x04C11DB7."""
    page = with_bytes(page, 22, bytes(4))
    crc = 0
    for byte in page:
        crc ^= byte << 24
        for _ in range(8):
            crc = (crc << 1) ^ (0x104C11DB7 if crc & 0x80000000 else 0)
    return with_bytes(page, 22, struct.pack("<I", crc))


def claiming(container: str, data: bytes, frames: int) -> bytes:
    """A file whose header claims another number of frames (2 channels); where it is the size of the sound in bytes,
    that one."""
    if container.startswith("WAV"):
        width = {"WAV 16": 2, "WAV 24": 3, "WAV float": 4}[container]
        return with_bytes(data, data.index(b"data") + 4, struct.pack("<I", min(2 * width * frames, 2**32 - 1)))
    if container in ("RF64", "BW64"):
        return with_bytes(data, data.index(b"ds64") + 16, struct.pack("<QQ", 4 * frames, frames))
    if container in ("AIFF", "AIFC"):
        width = 3 if container == "AIFF" else 4
        size = min(2 * width * frames + 8 if frames else 0, 2**32 - 1)
        data = with_bytes(data, data.index(b"SSND") + 4, struct.pack(">I", size))
        return with_bytes(data, data.index(b"COMM") + 10, struct.pack(">I", min(frames, 2**32 - 1)))
    if container == "FLAC":
        return with_bytes(
            data, 21, bytes([data[21] & 0xF0 | frames >> 32 & 15]) + struct.pack(">I", frames & 2**32 - 1)
        )
    if container == "CAF":
        return with_bytes(data, data.index(b"data") + 4, struct.pack(">q", 4 * frames + 4 if frames else -1))
    if container in ("OGG", "Opus"):
        last = _ogg_pages(data)[-1]
        return data[:last] + _ogg_crc(with_bytes(data[last:], 6, struct.pack("<q", frames)))
    if container == "MP3":
        table = max(data.find(b"Xing"), data.find(b"Info"))
        return with_bytes(data, table + 8, struct.pack(">I", frames // 1152))
    for box, at, size in ((b"mdhd", 20, ">I"), (b"mvhd", 20, ">I"), (b"tkhd", 24, ">I"), (b"elst", 12, ">I")):
        place = data.find(box)
        if place >= 0:
            data = with_bytes(data, place + at, struct.pack(size, frames))
    return data


def without_pad(container: str, data: bytes) -> bytes:
    """An odd chunk without its pad byte before the sound; where there are no chunks, junk in the middle, or behind."""
    if container in ("OGG", "Opus"):
        last = _ogg_pages(data)[-1]
        return data[:last] + b"junk, no page" * 3 + data[last:]
    if container in ("FLAC", "M4A"):
        return data + b"junk, no sound" * 40
    if container == "MP3":
        return data[:-800] + b"junk, no frame" * 4 + data[-800:]
    if container == "CAF":
        return data + b"junk, no sound" * 40
    order = ">" if container in ("AIFF", "AIFC") else "<"
    place = data.index(b"SSND" if order == ">" else b"data")
    odd = b"LIST" + struct.pack(f"{order}I", 13) + b"INFOICMTodd!x"
    return data[:place] + odd + data[place:]


MUTILATIONS: dict[str, Callable[[str, bytes], bytes]] = {
    "cut": lambda container, data: data[: len(data) * 2 // 3],
    "size 0": lambda container, data: claiming(container, data, 0),
    "size too large": lambda container, data: claiming(container, data, 40 * FRAMES),
    "ID3 before": lambda container, data: id3() + data,
    "junk, no pad": without_pad,
    "unknown, cut": lambda container, data: claiming(container, data, 2**32 - 1)[: len(data) * 2 // 3],
}
"""What befalls a file: by its kind and its bytes."""
