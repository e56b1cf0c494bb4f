"""Access control: token, Host, Origin, and security headers for the browser.

The server listens on the loopback interface, where any page that a browser shows, and any user of the machine, can
reach it. So everything needs a token that only the address has which `kick ui` prints (kept in a cookie afterwards);
Host must be ours, or a page could come by a name of its own that points here (DNS rebinding); and what changes anything
must come from our own page.
"""

import asyncio
import hmac
import json
from collections.abc import Awaitable, Callable, MutableMapping
from contextlib import nullcontext, suppress
from typing import Any
from urllib.parse import parse_qs, quote

from kickitout.web.bodies import MOST_BYTES, MOST_JSON, BodyError, Message, Receive, Room, claimed, read_body, room_for
from kickitout.web.connections import CONNECTION

Scope = MutableMapping[str, Any]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

FILES = "/api/files"
"""Where sound files are sent; everything else takes JSON."""

ICON = "/favicon.ico"
"""Browsers ask for it by themselves. It holds nothing, so it needs no token."""

PLAIN_METHODS = frozenset({"GET", "HEAD"})

POLICY = (
    "default-src 'self'; img-src 'self' blob: data:; media-src 'self' blob:; object-src 'none'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'"
)

HEADERS = (
    (b"content-security-policy", POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"midi=(self), microphone=(), camera=(), geolocation=()"),
)
"""Sent with every answer."""

CLOSE = (b"connection", b"close")

NO_TOKEN = "open the address that kick ui printed: it holds the token that this page needs"


class Guard:
    """An ASGI application in front of another.

    Args:
        app: what is guarded.
        token: what the first request must know.
        port: where the server listens.
    """

    def __init__(self, app: App, token: str, port: int) -> None:
        self.app = app
        self.token = token.encode()
        self.cookie = f"kick_{port}"
        self.hosts = {f"{name}:{port}".encode() for name in ("127.0.0.1", "localhost")}
        self.origins = {b"http://" + host for host in self.hosts}
        self.room = Room()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or refuse it."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1008})
            return
        answer = _with_headers(send)
        refusal = self._refusal(scope)
        if refusal is not None:
            status, words = refusal
            await _refuse(answer, status, words)
        elif (given := self._given_token(scope)) is not None:
            await self._let_in(scope, answer, given)
        elif self._has_cookie(scope):
            _recognise(scope)
            await self._take(scope, receive, answer)
        elif scope["path"] == ICON:
            await _answer(answer, 204, [CLOSE], b"")
        else:
            await _refuse(answer, 401, NO_TOKEN)

    def _refusal(self, scope: Scope) -> tuple[int, str] | None:
        hosts = _header(scope, b"host")
        if len(hosts) != 1 or hosts[0].lower() not in self.hosts:
            return 421, "this address is not ours: open the one that kick ui printed"
        if scope["method"] not in PLAIN_METHODS:
            origins = _header(scope, b"origin")
            if len(origins) != 1 or origins[0].lower() not in self.origins:
                return 403, "only the page of kick ui itself may ask for this"
        return None

    def _given_token(self, scope: Scope) -> bytes | None:
        """The token in the address, of a request for the page."""
        if scope["path"] != "/" or scope["method"] != "GET":
            return None
        given = parse_qs(scope["query_string"].decode("latin-1")).get("token")
        return given[0].encode("utf-8") if given else None

    async def _let_in(self, scope: Scope, send: Send, given: bytes) -> None:
        if not hmac.compare_digest(given, self.token):
            await _refuse(send, 401, NO_TOKEN)
            return
        _recognise(scope)
        cookie = f"{self.cookie}={self.token.decode()}; HttpOnly; SameSite=Strict; Path=/"
        headers = [(b"location", b"/"), (b"set-cookie", cookie.encode()), (b"cache-control", b"no-store")]
        await _answer(send, 303, headers, b"")

    def _has_cookie(self, scope: Scope) -> bool:
        wanted = self.cookie.encode()
        for header in _header(scope, b"cookie"):
            for part in header.split(b";"):
                name, _, value = part.strip().partition(b"=")
                if name == wanted and hmac.compare_digest(value, self.token):
                    return True
        return False

    async def _take(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Read a request's body to its end, and hand it on; there is room for the body until it has its answer."""
        length = claimed(scope["headers"])
        most = MOST_BYTES if scope["path"] == FILES else MOST_JSON
        size = room_for(length, most)
        try:
            async with self.room.of(size) if size else nullcontext():
                body = await read_body(receive, length, most)
                await self._hand_on(scope, receive, send, body)
        except BodyError as error:
            await _refuse(send, error.status, error.words)

    async def _hand_on(self, scope: Scope, receive: Receive, send: Send, body: bytes) -> None:
        started = False

        async def answer(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        parts = [{"type": "http.request", "body": body, "more_body": False}]
        gone = asyncio.create_task(_gone(receive))

        async def receive_body() -> Message:
            if parts:
                return parts.pop()
            await asyncio.shield(gone)
            return {"type": "http.disconnect"}

        # Who goes away is not waited for: else what nobody hears would keep others out.
        work = asyncio.ensure_future(self.app(scope, receive_body, answer))
        try:
            await asyncio.wait((work, gone), return_when=asyncio.FIRST_COMPLETED)
            if gone.done() and not started:
                work.cancel()
            with suppress(asyncio.CancelledError):
                await work
        finally:
            work.cancel()
            gone.cancel()


async def _gone(receive: Receive) -> None:
    """Returns when the other side has gone, or has its answer."""
    while (await receive())["type"] != "http.disconnect":
        pass


def _recognise(scope: Scope) -> None:
    """Tell a request's connection that it is the owner's."""
    connection = scope.get("state", {}).get(CONNECTION)
    if connection is not None:
        connection.recognise()


def _header(scope: Scope, name: bytes) -> list[bytes]:
    return [value for key, value in scope["headers"] if key == name]


def _with_headers(send: Send) -> Send:
    async def answer(message: Message) -> None:
        if message["type"] == "http.response.start":
            own = [(name, value) for name, value in message.get("headers", ()) if name.lower() not in dict(HEADERS)]
            message = {**message, "headers": [*own, *HEADERS]}
        await send(message)

    return answer


async def _refuse(send: Send, status: int, words: str) -> None:
    body = json.dumps({"error": words}).encode()
    # Closed, so that what has not been read of the request is never read.
    headers = [(b"content-type", b"application/json"), (b"cache-control", b"no-store"), CLOSE]
    await _answer(send, status, headers, body)


async def _answer(send: Send, status: int, headers: list[tuple[bytes, bytes]], body: bytes) -> None:
    if body or status != 204:
        headers = [*headers, (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def disposition(file: str) -> str:
    """The Content-Disposition of a download, for any name (RFC 6266)."""
    plain = "".join(letter if 32 <= ord(letter) < 127 and letter not in '"\\%' else "_" for letter in file)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(file, safe='')}"
