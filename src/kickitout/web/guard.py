"""Access control: token, Host, Origin, the size of requests, and security headers for the browser.

The server listens on the loopback interface, where any page that a browser shows, and any user of the machine, can
reach it. So everything needs a token that only the address has which `kick ui` prints (kept in a cookie afterwards);
Host must be ours, or a page could come by a name of its own that points here (DNS rebinding); and what changes anything
must come from our own page.
"""

import asyncio
import hmac
import json
from collections.abc import Awaitable, Callable, MutableMapping
from contextlib import suppress
from typing import Any
from urllib.parse import parse_qs, quote

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

MOST_BYTES = 10_000_000
"""Of what is sent to us."""

MOST_DRAINED = 100_000_000
DRAIN_SECONDS = 10.0
"""Bodies that are too large are read up to these limits: browsers show an answer only once the request was read."""

SLOWEST_SECONDS = 60.0
"""How long a body may take."""

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
            await self._let_in(answer, given)
        elif not self._has_cookie(scope) and scope["path"] != "/favicon.ico":
            await _refuse(answer, 401, NO_TOKEN)
        else:
            await self._pass(scope, receive, answer)

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

    async def _let_in(self, send: Send, given: bytes) -> None:
        if not hmac.compare_digest(given, self.token):
            await _refuse(send, 401, NO_TOKEN)
            return
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

    async def _pass(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand a request on with its body, which is read here to its end."""
        body = await _read(scope, receive)
        if body is None:
            await _refuse(send, 413, f"that is too large: {MOST_BYTES // 1_000_000} MB at most; give a shorter file")
            return
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


def _header(scope: Scope, name: bytes) -> list[bytes]:
    return [value for key, value in scope["headers"] if key == name]


async def _read(scope: Scope, receive: Receive) -> bytes | None:
    """A request's body; None of one that is too large, which is read on for a while and thrown away, or that does not
    come to its end."""
    lengths = _header(scope, b"content-length")
    claimed = int(lengths[0]) if lengths and lengths[0].isdigit() and len(lengths[0]) < 20 else 0
    if claimed > MOST_DRAINED:
        return None
    parts: list[bytes] = []
    size = 0
    fits = claimed <= MOST_BYTES
    try:
        async with asyncio.timeout(SLOWEST_SECONDS) as clock:
            while size <= MOST_DRAINED:
                message = await receive()
                if message["type"] == "http.disconnect":
                    return None
                part = message.get("body", b"")
                size += len(part)
                if fits and size > MOST_BYTES:  # also of a body that did not say how long it is
                    fits = False
                    parts.clear()
                    clock.reschedule(asyncio.get_running_loop().time() + DRAIN_SECONDS)
                if fits:
                    parts.append(part)
                if not message.get("more_body", False):
                    return b"".join(parts) if fits else None
    except TimeoutError:
        return None
    return None


def _with_headers(send: Send) -> Send:
    async def answer(message: Message) -> None:
        if message["type"] == "http.response.start":
            own = [(name, value) for name, value in message.get("headers", ()) if name.lower() not in dict(HEADERS)]
            message = {**message, "headers": [*own, *HEADERS]}
        await send(message)

    return answer


async def _refuse(send: Send, status: int, words: str) -> None:
    body = json.dumps({"error": words}).encode()
    await _answer(send, status, [(b"content-type", b"application/json"), (b"cache-control", b"no-store")], body)


async def _answer(send: Send, status: int, headers: list[tuple[bytes, bytes]], body: bytes) -> None:
    headers = [*headers, (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def disposition(file: str) -> str:
    """The Content-Disposition of a download, for any name (RFC 6266)."""
    plain = "".join(letter if 32 <= ord(letter) < 127 and letter not in '"\\%' else "_" for letter in file)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(file, safe='')}"
