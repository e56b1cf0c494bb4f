"""Parts of a file as files of their own, for decoders: with another beginning, and with seeks that never raise."""

from contextlib import suppress
from typing import BinaryIO, NamedTuple


class Stretch(NamedTuple):
    """What a decoder is given: bytes of our own, then `length` bytes of the file from `start` on."""

    head: bytes
    start: int
    length: int


class Spliced:
    """A `Stretch` of a file as a file of its own, whose seeks and reads never raise.

    libsndfile calls back into Python to read. Damaged headers make it seek to impossible places, and an exception in
    there would be printed as a traceback instead of being raised. `error` keeps the operating system's error of a read.
    """

    def __init__(self, stream: BinaryIO, stretch: Stretch) -> None:
        self._stream = stream
        self._head, self._start, length = stretch
        self._size = len(self._head) + length
        self._at = 0
        self.error: OSError | None = None

    def seek(self, offset: int, whence: int = 0) -> int:
        """Seek as in any file; an impossible place leaves the position unchanged."""
        place = offset + (0, self._at, self._size)[whence]
        if 0 <= place < 2**63:
            self._at = place
        return self._at

    def tell(self) -> int:
        """The position."""
        return self._at

    def read(self, count: int = -1) -> bytes:
        """At most `count` bytes; none after an error."""
        end = self._size if count is None or count < 0 else min(self._size, self._at + count)
        if end <= self._at:
            return b""
        found = self._head[self._at : end]
        missing = end - self._at - len(found)
        try:
            if missing:
                self._stream.seek(self._start + self._at + len(found) - len(self._head))
                found += self._stream.read(missing)
        except OSError as error:
            self.error = error
            return b""
        self._at += len(found)
        return found


def bytes_at(stream: BinaryIO, at: int, count: int) -> bytes:
    """Up to `count` bytes from a place; fewer where the file ends."""
    with suppress(ValueError, OverflowError):
        stream.seek(at)
        return stream.read(max(0, count))
    return b""
