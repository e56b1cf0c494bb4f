"""Connections, on real sockets: who knocks and says nothing, says nonsense, or comes in crowds, keeps nobody out."""

import asyncio
import json
import logging
from contextlib import asynccontextmanager, suppress

import pytest
import uvicorn
from uvicorn.server import ServerState

from kickitout.web import connections
from kickitout.web.connections import Connection
from kickitout.web.guard import Guard

TOKEN = "secret"


async def echo(scope, receive, send):
    """Answers with how many bytes it was given."""
    body = (await receive()).get("body", b"")
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"8")]})
    await send({"type": "http.response.body", "body": b"%08d" % len(body)})


class Place:
    """A server on the loopback interface, and how many bytes it was given."""

    def __init__(self, port):
        self.port = port
        self.read = 0
        self.faults = []
        self.writers = []

    def request(self, path="/api/state", method="GET", owner=True, body=b"", length=None):
        host = f"127.0.0.1:{self.port}"
        cookie = f"cookie: kick_{self.port}={TOKEN}\r\n" if owner else ""
        length = len(body) if length is None else length
        head = f"{method} {path} HTTP/1.1\r\nhost: {host}\r\norigin: http://{host}\r\n{cookie}content-length: {length}"
        return head.encode() + b"\r\n\r\n" + body

    async def open(self, sent=b""):
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        writer.write(sent)
        self.writers.append(writer)
        return reader, writer

    async def ask(self, sent, pair=None):
        """The status and the body of the answer to a request."""
        reader, writer = pair or await self.open()
        writer.write(sent)
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
        return int(head[9:12]), await reader.readexactly(length)


@asynccontextmanager
async def serving():
    """The guard before `echo`, as `launch` sets it up."""
    config = uvicorn.Config(echo, http=Connection, ws="none", log_level="error", access_log=False)
    config.load()
    server_state, app_state = ServerState(), {}
    place = Place(0)

    class Counted(Connection):
        def data_received(self, data):
            place.read += len(data)
            super().data_received(data)

    server = await asyncio.get_running_loop().create_server(
        lambda: Counted(config, server_state, app_state), "127.0.0.1", 0, backlog=connections.ACCEPTED_AT_ONCE
    )
    place.port = server.sockets[0].getsockname()[1]
    config.loaded_app = Guard(echo, TOKEN, place.port)
    asyncio.get_running_loop().set_exception_handler(lambda loop, context: place.faults.append(context))
    try:
        yield place
    finally:
        server.close()
        for writer in place.writers:
            writer.transport.abort()
        for one in list(server_state.connections):
            one.transport.abort()
        await asyncio.sleep(0.01)


def run(work):
    """Run a test on a server; nothing may be said in the terminal."""

    async def within():
        async with serving() as place:
            await asyncio.wait_for(work(place), 20.0)
        assert place.faults == []

    asyncio.run(within())


async def is_ended(reader, within=5.0):
    """Whether the other side ends a connection in so many seconds."""
    try:
        while await asyncio.wait_for(reader.read(65536), within):
            pass
    except TimeoutError:
        return False
    except OSError:
        pass
    return True


@pytest.mark.parametrize("sent", [b"", b"GET / HT", b"GET / HTTP/1.1\r\nhost: x\r\n", b"\r\n"])
def test_who_does_not_come_to_the_point_is_shown_out(monkeypatch, sent):
    monkeypatch.setattr(connections, "STRANGER_SECONDS", 0.2)

    async def work(place):
        reader, writer = await place.open(sent)

        async def go_on():  # byte by byte: time counts from the beginning, not from the last byte
            while not reader.at_eof():
                writer.write(b"x" if sent else b"")
                await asyncio.sleep(0.05)

        dripping = asyncio.ensure_future(go_on())
        assert await is_ended(reader, 2.0)
        dripping.cancel()

    run(work)


def test_the_owner_gets_in_past_any_number_of_idle_and_slow_ones(monkeypatch):
    monkeypatch.setattr(connections, "MOST_STRANGERS", 5)

    async def work(place):
        crowd = [await place.open(b"GET / HTTP/1.1\r\n" * (number % 2)) for number in range(30)]
        started = asyncio.get_running_loop().time()
        pair = await place.open()
        assert (await place.ask(place.request(), pair))[0] == 200
        assert asyncio.get_running_loop().time() - started < 1.0
        ended = [await is_ended(reader, 0.02) for reader, _ in crowd]
        assert ended == sorted(ended, reverse=True)  # the oldest go
        assert 24 <= sum(ended) <= 26
        more = [await place.open() for _ in range(30)]
        assert (await place.ask(place.request(), pair))[0] == 200  # the owner's stays
        assert await is_ended(more[0][0])

    run(work)


def test_of_too_many_of_the_owner_the_longest_unused_goes(monkeypatch):
    monkeypatch.setattr(connections, "MOST_OWNERS", 3)

    async def work(place):
        pairs = [await place.open() for _ in range(4)]
        for pair in (*pairs[:3], pairs[0], pairs[3]):
            assert (await place.ask(place.request(), pair))[0] == 200
        assert [await is_ended(reader, 0.05) for reader, _ in pairs] == [False, True, False, False]

    run(work)


def test_a_connection_of_the_owner_outlives_a_strangers_time_but_no_endless_head(monkeypatch):
    monkeypatch.setattr(connections, "STRANGER_SECONDS", 0.1)
    monkeypatch.setattr(connections, "HEAD_SECONDS", 0.2)

    async def work(place):
        pair = await place.open()
        for _ in range(3):
            assert (await place.ask(place.request(), pair))[0] == 200
            await asyncio.sleep(0.15)
        assert (await place.ask(place.request(method="POST", body=b"x" * 1000), pair)) == (200, b"00001000")
        pair[1].write(b"GET /api/state HTTP/1.1\r\n")
        assert await is_ended(pair[0], 2.0)

    run(work)


@pytest.mark.parametrize(("path", "status"), [("/favicon.ico", b"204"), ("/api/files", b"401")])
def test_of_a_stranger_no_body_is_read_and_one_request_is_answered(path, status):
    async def work(place):
        reader, writer = await place.open(place.request(path, "POST", owner=False, length=50_000_000))
        with suppress(OSError):
            for _ in range(500):
                writer.write(bytes(100_000))
                await asyncio.wait_for(writer.drain(), 5.0)
        with suppress(OSError):
            assert (await reader.readline()).split()[1] == status
        assert await is_ended(reader)
        assert place.read < 2_000_000
        reader, _ = await place.open(place.request(path, "GET", owner=False) * 5)
        answer = await reader.read()
        assert answer.count(b"HTTP/1.1") == 1
        assert b"connection: close" in answer

    run(work)


GARBAGE = {
    "bytes": bytes(range(256)) * 8 + b"\r\n\r\n",
    "TLS hello": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(500) + b"\n\n",
    "HTTP/2 preface": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0",
    "a huge head": b"GET / HTTP/1.1\r\nx: " + b"x" * 400_000,
    "many headers": b"GET / HTTP/1.1\r\n" + b"x: y\r\n" * 50_000,
    "a bad length": b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: -1\r\n\r\n",
    "two lengths": b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n",
    "no host": b"GET / HTTP/1.1\r\n\r\n",
    "an upgrade": b"GET / HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n",
    "a tunnel": b"CONNECT x:1 HTTP/1.1\r\nhost: x\r\n\r\n",
    "old": b"GET /\r\n\r\n",
    "HTTP/9.9": b"GET / HTTP/9.9\r\nhost: x\r\n\r\n",
    "a target that is none": b"GET http://[::1 HTTP/1.1\r\nhost: x\r\n\r\n",
    "letters beyond ASCII": b"GET /\xff\xfe HTTP/1.1\r\nhost: \xff\r\n\r\n",
}


@pytest.mark.parametrize("half", [False, True])
@pytest.mark.parametrize("kind", GARBAGE)
def test_nonsense_is_answered_or_closed_and_says_nothing_in_the_terminal(kind, half, caplog):
    async def work(place):
        reader, writer = await place.open(GARBAGE[kind])
        if half:
            writer.write_eof()
        answer = b""
        with suppress(OSError):
            answer = await asyncio.wait_for(reader.read(), 5.0)
        if answer:
            head, _, body = answer.partition(b"\r\n\r\n")
            assert head.startswith(b"HTTP/1.1 4")
            assert list(json.loads(body)) == ["error"]
        assert (await place.ask(place.request()))[0] == 200

    with caplog.at_level(logging.ERROR):
        run(work)
    assert caplog.records == []


@pytest.mark.parametrize("where", ["after a request", "in a body"])
def test_nonsense_of_the_owners_own_connection_is_no_worse(where, caplog):
    async def work(place):
        if where == "in a body":
            head = place.request(method="POST").replace(b"content-length: 0", b"transfer-encoding: chunked")
            pair = await place.open(head + b"5\r\nhello\r\nnonsense\r\n")
        else:
            pair = await place.open(place.request() + GARBAGE["bytes"])
        assert await is_ended(pair[0])
        assert (await place.ask(place.request()))[0] == 200

    with caplog.at_level(logging.ERROR):
        run(work)
    assert caplog.records == []
