"""What is found out about a file before it is decoded."""

from dataclasses import dataclass
from typing import BinaryIO

from kickitout.sound.reading.notes import Note
from kickitout.sound.reading.streams import Stretch, bytes_at


@dataclass(frozen=True)
class Survey:
    """Where the sound of a file lies, and how much of it there is.

    Attributes:
        stretches: what is decoded, one behind the other.
        frames: how many the bytes hold, where that can be told without decoding.
        notes: what is not as the file says.
        demuxer: FFmpeg's name of the container, where PyAV may read what libsndfile does not.
        checksum: MD5 of the integers of the whole sound (FLAC), and their number of bits; None if it is not there.
        spare: how else it may be read, if a decoder refuses this.
    """

    stretches: tuple[Stretch, ...]
    frames: int | None = None
    notes: tuple[Note, ...] = ()
    demuxer: str = ""
    checksum: tuple[bytes, int] | None = None
    spare: "Survey | None" = None


@dataclass(frozen=True)
class Sought:
    """A sound file in a file: the stream, and where it begins and ends."""

    stream: BinaryIO
    start: int
    end: int

    def bytes_at(self, at: int, count: int) -> bytes:
        """Up to `count` bytes from a place in the stream, none beyond the end."""
        return bytes_at(self.stream, at, min(count, self.end - at))

    def from_start(self, count: int) -> bytes:
        """The first bytes."""
        return self.bytes_at(self.start, count)

    @property
    def whole(self) -> Stretch:
        """All of it."""
        return Stretch(b"", self.start, self.end - self.start)
