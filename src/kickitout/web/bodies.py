"""Bodies of requests: read to their end, within bounds for each and for all together."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, MutableMapping
from contextlib import asynccontextmanager
from typing import Any

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]

MOST_BYTES = 10_000_000
"""Of a file that is sent to us."""

MOST_JSON = 2_000_000
"""Of anything else. Four pads with the longest histories, which the page asks for at once, are 0.9 MB."""

SMALL_BYTES = 20_000
"""What is no longer is not made to wait: it is a turn of a knob, not a file."""

JSON_GROWTH = 16
"""JSON takes so many times its length once it is read: `[],[],[]` does."""

MOST_TOGETHER = 64_000_000
"""Bytes that all requests which are not small take together, until each has its answer."""

MOST_DRAINED = 100_000_000
DRAIN_SECONDS = 10.0
"""Bodies that are too large are read up to these limits: browsers show an answer only once the request was read."""

SLOWEST_SECONDS = 60.0
"""How long a body may take, and how long its request may wait for room."""


class BodyError(Exception):
    """A body that is not taken: the status and the line to answer with."""

    def __init__(self, status: int, words: str) -> None:
        super().__init__(words)
        self.status, self.words = status, words


class Room:
    """Memory for bodies, shared by all requests; who finds none waits for his part."""

    def __init__(self, size: int = MOST_TOGETHER) -> None:
        self._left = size
        self._changed = asyncio.Condition()

    @asynccontextmanager
    async def of(self, size: int) -> AsyncIterator[None]:
        """So many bytes of it, for as long as the block lasts.

        Raises:
            BodyError: there was none for too long.
        """
        async with self._changed:
            try:
                async with asyncio.timeout(SLOWEST_SECONDS):
                    await self._changed.wait_for(lambda: self._left >= size)
            except TimeoutError as error:
                raise BodyError(503, "busy with other files; ask again in 5 s") from error
            self._left -= size
        try:
            yield
        finally:
            self._left += size
            # Shielded: who goes away just now wakes the others, too.
            await asyncio.shield(self._wake())

    async def _wake(self) -> None:
        async with self._changed:
            self._changed.notify_all()


def claimed(headers: Iterable[tuple[bytes, bytes]]) -> int | None:
    """How long a body says it is, in bytes; None where it does not say."""
    lengths = [value for name, value in headers if name == b"content-length"]
    if lengths and lengths[0].isdigit() and len(lengths[0]) < 20:
        return int(lengths[0])
    return None if any(name == b"transfer-encoding" for name, _ in headers) else 0


def room_for(length: int | None, most: int) -> int:
    """Bytes of memory that a body takes which is to hold `most` bytes at most; 0 of a small one, and of one that is
    too large, which is not kept."""
    length = most if length is None else length
    if not SMALL_BYTES < length <= most:
        return 0
    return length * (1 if most == MOST_BYTES else JSON_GROWTH)


async def read_body(receive: Receive, length: int | None, most: int) -> bytes:
    """A request's body. One that is too large is read on for a while, and thrown away.

    Args:
        receive: ASGI's.
        length: how long it says it is; None where it does not say.
        most: how long it may be, in bytes.

    Raises:
        BodyError: it is too large, too slow, or does not come to its end.
    """
    fits = (length or 0) <= most
    too_large = BodyError(413, f"that is too large: {most // 1_000_000} MB at most; give a shorter file")
    if (length or 0) > MOST_DRAINED:
        raise too_large
    parts: list[bytes] = []
    size = 0
    try:
        async with asyncio.timeout(SLOWEST_SECONDS if fits else DRAIN_SECONDS) as clock:
            while size <= MOST_DRAINED:
                message = await receive()
                if message["type"] == "http.disconnect":
                    raise BodyError(400, "the request broke off; send it again")
                part = message.get("body", b"")
                size += len(part)
                if fits and size > most:  # also of a body that did not say how long it is
                    fits = False
                    parts.clear()
                    clock.reschedule(asyncio.get_running_loop().time() + DRAIN_SECONDS)
                if fits:
                    parts.append(part)
                if not message.get("more_body", False):
                    break
    except TimeoutError as error:
        if fits:
            raise BodyError(408, f"the request took longer than {SLOWEST_SECONDS:g} s; send it again") from error
        raise too_large from error
    if not fits:
        raise too_large
    return b"".join(parts)
