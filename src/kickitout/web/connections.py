"""Connections to the page's server, bounded: its owner always gets in.

Any program of the machine can connect. A connection is a stranger's until a request on it shows the token. Strangers
have some seconds in all, are told at most one refusal, and have no body read. When there are too many, the oldest of
them goes, so that there is always room for the next, which may be the owner's. Connections of the owner stay open
between requests, and go only when there are too many of these, the longest unused first.
"""

import asyncio
import json
import socket
import sys
from contextlib import suppress
from typing import Any

import h11
from uvicorn.config import Config
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

MOST_STRANGERS = 384
"""Connections that have not shown the token."""

MOST_OWNERS = 256
"""Connections that have; a browser opens six."""

STRANGER_SECONDS = 10.0
"""How long a connection may take to show the token."""

HEAD_SECONDS = 10.0
"""How long the head of a request may take, from its first byte."""

IDLE_SECONDS = 60
"""How long a connection of the owner is kept between two requests."""

ACCEPTED_AT_ONCE = 16
"""Connections that are taken up before those that are there are read again: far fewer than the strangers that may be
there, or a flood would push out a connection before its request was looked at."""

QUEUE = 1024
"""Connections that the system holds until they are taken up."""

MOST_FILES = 1024
"""Open files of this process: what connections, models and children need."""

CONNECTION = "connection"
"""The name of a request's connection in the state of its scope."""

NO_REQUEST = "that is no HTTP request"


class Crowd:
    """Connections of a kind, the longest unused first; when there are too many, that one is ended.

    Args:
        most: how many there may be.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._there: dict[Connection, None] = {}

    def add(self, connection: "Connection") -> None:
        """Count a connection, as the one that was used last."""
        self.drop(connection)
        if len(self._there) >= self._most:
            # Requests that are being answered stay: strangers have their answer within moments.
            unused = next((one for one in self._there if not one.is_busy), None)
            if unused is not None:
                self.drop(unused)
                unused.transport.abort()
        self._there[connection] = None

    def drop(self, connection: "Connection") -> None:
        """Count a connection no more."""
        self._there.pop(connection, None)


class Connection(H11Protocol):
    """A connection, with its deadline."""

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, {**app_state, CONNECTION: self}, _loop)
        # The state of the application is the same for all connections of a server.
        self._strangers: Crowd = app_state.setdefault("strangers", Crowd(MOST_STRANGERS))
        self._owners: Crowd = app_state.setdefault("owners", Crowd(MOST_OWNERS))
        self.is_owners = False
        self._deadline: asyncio.TimerHandle | None = None

    def recognise(self) -> None:
        """A request on it has shown the token."""
        if self.transport.is_closing():
            return
        self._set_deadline(None)
        self.is_owners = True
        self._strangers.drop(self)
        self._owners.add(self)

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """It begins."""
        super().connection_made(transport)
        self._set_deadline(STRANGER_SECONDS)
        self._strangers.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        """It has ended."""
        self._set_deadline(None)
        self._strangers.drop(self)
        self._owners.drop(self)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Part of a request has come."""
        super().data_received(data)
        if not self.is_owners:
            if self.is_busy:
                self.flow.pause_reading()  # who is refused has no body read
        elif self.conn.their_state is not h11.IDLE:
            self._set_deadline(None)
        elif self._deadline is None:
            self._set_deadline(HEAD_SECONDS)

    def send_400_response(self, msg: str) -> None:
        """Answer what cannot be understood in the form of all errors, and close."""
        if self.conn.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            body = json.dumps({"error": NO_REQUEST}).encode()
            length = str(len(body))
            headers = [("content-type", "application/json"), ("content-length", length), ("connection", "close")]
            response = h11.Response(status_code=400, headers=headers, reason=b"Bad Request")
            with suppress(h11.LocalProtocolError):  # a HEAD is answered without a body
                for event in (response, h11.Data(data=body), h11.EndOfMessage()):
                    self.transport.write(self.conn.send(event) or b"")
        if self.cycle is not None:  # garbage in a body: what its request comes to is told to nobody
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        self.transport.close()

    @property
    def is_busy(self) -> bool:
        """Whether a request is being answered."""
        return self.cycle is not None and not self.cycle.response_complete

    def _set_deadline(self, seconds: float | None) -> None:
        """End the connection after so many seconds from now; None: not at all."""
        if self._deadline is not None:
            self._deadline.cancel()
        # `abort`: what waits to be sent to somebody who does not read would keep it open.
        self._deadline = None if seconds is None else self.loop.call_later(seconds, self.transport.abort)


def make_room_for_files() -> None:
    """Allow this process as many open files as the connections need, where the system lets it."""
    if sys.platform == "win32":
        return
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = MOST_FILES if hard == resource.RLIM_INFINITY else min(MOST_FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < most:
        with suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


def widen_queue(listener: socket.socket) -> None:
    """Let the system hold many connections until they are taken up: asyncio takes up as many at once as its queue is
    long, and so would give the system a short one."""
    listener.listen(QUEUE)
