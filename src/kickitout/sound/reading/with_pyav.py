"""What libsndfile does not read, by PyAV (FFmpeg): the only module that uses it, and only when such a file is there."""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kickitout.sound.reading.notes import CUT_SHORT, DAMAGED, Note, cut_short
from kickitout.sound.reading.streams import Spliced

PROBED_SECONDS = 60.0
"""The length of a file is counted up to here, and then believed."""

UNMEASURED = ("aac", "ac3", "eac3", "amr")
"""Containers without a length: FFmpeg guesses one."""


class NotDecodedError(Exception):
    """FFmpeg cannot read it; the message says why."""


def is_there() -> bool:
    """Whether PyAV is installed."""
    return find_spec("av") is not None


@contextmanager
def _opened(stream: Spliced, demuxer: str) -> Iterator[tuple[Any, Any]]:
    """The container and its track of sound. Raises `NotDecodedError`.

    Only the demuxer that the file's first bytes ask for is used, and it is given no name: so it opens nothing else.
    """
    import av
    import av.logging

    av.logging.set_level(None)
    try:
        with av.open(stream, format=demuxer, metadata_errors="ignore") as container:
            if not container.streams.audio:
                raise NotDecodedError("there is no sound in it")
            yield container, container.streams.audio[0]
    except (av.FFmpegError, ValueError, OverflowError) as error:
        raise NotDecodedError(str(getattr(error, "strerror", None) or error).lower()) from error


def _as_float(frame: Any) -> NDArray[np.float32]:
    """The samples of a decoded frame, (channels, n)."""
    found: NDArray[Any] = frame.to_ndarray()
    if not frame.format.is_planar:
        found = found.reshape(-1, len(frame.layout.channels)).T
    if found.dtype == np.uint8:
        return np.asarray((found.astype(np.float32) - 128.0) / 128.0, dtype=np.float32)
    if found.dtype.kind == "i":
        return np.asarray(found / 2.0 ** (8 * found.dtype.itemsize - 1), dtype=np.float32)
    return np.asarray(found, dtype=np.float32)


class Decoded:
    """A track that is decoded piece by piece, and what is said of it when it ends."""

    def __init__(self, container: Any, track: Any) -> None:
        self._container, self._track = container, track
        self.packets = self.faults = 0
        self.last_failed = self.complete = False

    def pieces(self) -> Iterator[Any]:
        """Frames of sound, in their order."""
        import av

        for packet in self._container.demux(self._track):
            self.packets += packet.size > 0
            self.last_failed = bool(packet.is_corrupt) and packet.size > 0
            try:
                yield from packet.decode()
            except av.FFmpegError:
                self.last_failed = True
            self.faults += self.last_failed and packet.size > 0
        self.complete = True

    def notes(self, frames: int, rate: int, longest: int) -> tuple[Note, ...]:
        """What is to be said after `frames` were decoded, of pieces of at most `longest`."""
        if not self.complete:
            return ()
        kind = self._container.format.name
        claimed = 0 if kind in UNMEASURED else _claimed(self._container, self._track, rate)
        listed = int(self._track.frames) if kind.startswith("mov") else 0  # others count something else
        if listed > self.packets or (not listed and claimed - frames > 2 * longest):
            return (cut_short(frames, max(claimed, frames + 1)),)
        if self.faults > self.last_failed:
            return (Note(DAMAGED, f"{self.faults} of {self.packets} packets cannot be decoded"),)
        return (Note(CUT_SHORT, f"its last packet is not whole; {frames:,} frames are there"),) if self.faults else ()


def _claimed(container: Any, track: Any, rate: int) -> int:
    """Frames by the container's own account; 0: it has none."""
    if track.duration is not None and track.time_base is not None:
        return round(float(track.duration * track.time_base) * rate)
    return 0 if container.duration is None else round(float(container.duration) / 1e6 * rate)


def probe(stream: Spliced, demuxer: str) -> tuple[int, int, int, str, str]:
    """Hz, channels, frames, container and coding of a file: the length by its packets, not by its header.

    Raises:
        NotDecodedError: FFmpeg cannot read it.
    """
    with _opened(stream, demuxer) as (container, track):
        first = next(iter(Decoded(container, track).pieces()), None)
        if first is None:
            raise NotDecodedError("nothing in it can be decoded")
        rate, channels = int(first.sample_rate), len(first.layout.channels)
        names = container.format.name.split(",")[0].upper(), track.codec_context.name.upper()
        claimed = _claimed(container, track, rate)
    with _opened(stream_again(stream), demuxer) as (container, track):
        ends = (packet for packet in container.demux(track) if packet.size and packet.duration)
        seconds = 0.0
        for packet in islice(ends, 10**6):
            seconds += float(packet.duration * packet.time_base)
            if seconds > PROBED_SECONDS:
                return rate, channels, max(claimed, round(seconds * rate)), *names
    return rate, channels, round(seconds * rate) or claimed, *names


def stream_again(stream: Spliced) -> Spliced:
    """The stream from its beginning."""
    stream.seek(0)
    return stream


def read(
    stream: Spliced, demuxer: str, max_seconds: float | None, most_values: int
) -> tuple[NDArray[np.float32], int, tuple[Note, ...]]:
    """Decode a file, at most its first `max_seconds`: samples, (channels, n), Hz, and notes.

    Raises:
        NotDecodedError: FFmpeg cannot read it, or it changes its rate or channels.
        MemoryError: it has more values than `most_values`.
    """
    found: list[NDArray[np.float32]] = []
    frames = rate = channels = 0
    with _opened(stream_again(stream), demuxer) as (container, track):
        decoded = Decoded(container, track)
        for piece in decoded.pieces():
            if not found:
                rate, channels = int(piece.sample_rate), len(piece.layout.channels)
            if (int(piece.sample_rate), len(piece.layout.channels)) != (rate, channels):
                raise NotDecodedError("its rate or its channels change on the way")
            found.append(_as_float(piece))
            frames += found[-1].shape[1]
            if frames * channels > most_values:
                raise MemoryError
            if max_seconds is not None and frames >= max_seconds * rate:
                break
        if not found:
            raise NotDecodedError("nothing in it can be decoded")
        notes = decoded.notes(frames, rate, max(one.shape[1] for one in found))
    samples = np.concatenate(found, axis=1)
    if max_seconds is not None:
        samples = samples[:, : int(np.ceil(max_seconds * rate))]
    return samples, rate, notes
