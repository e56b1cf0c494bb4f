"""Who is let in, and how much is read: without a socket, straight through ASGI."""

import asyncio
import json

import pytest

from kickitout.web import bodies
from kickitout.web.bodies import MOST_BYTES, MOST_JSON, SMALL_BYTES, BodyError, Room, room_for
from kickitout.web.guard import Guard, disposition

PORT, TOKEN = 8123, "secret"
HOST = ("host", f"127.0.0.1:{PORT}")
COOKIE = ("cookie", f"theme=dark; kick_{PORT}={TOKEN}")
ORIGIN = ("origin", f"http://127.0.0.1:{PORT}")


async def echo(scope, receive, send):
    """Answers with how many bytes it was given."""
    body = (await receive())["body"]
    await send({"type": "http.response.start", "status": 200, "headers": [(b"x-frame-options", b"ALLOWALL")]})
    await send({"type": "http.response.body", "body": str(len(body)).encode()})


def ask(method="GET", path="/api/state", headers=(HOST, COOKIE), parts=(b"",), query="", kind="http"):
    """Status, headers, body, and how many parts of the request's body were read."""
    sent, read = [], []

    async def receive():
        number = len(read)
        read.append(number)
        if number >= len(parts):
            return {"type": "http.disconnect"}
        return {"type": "http.request", "body": parts[number], "more_body": number + 1 < len(parts)}

    async def send(message):
        sent.append(message)

    scope = {
        "type": kind,
        "method": method,
        "path": path,
        "query_string": query.encode(),
        "headers": [(name.encode(), value.encode()) for name, value in headers],
    }
    asyncio.run(Guard(echo, TOKEN, PORT)(scope, receive, send))
    if kind != "http":
        return sent
    head = dict(sent[0]["headers"])
    return sent[0]["status"], head, b"".join(message.get("body", b"") for message in sent[1:]), len(read)


def test_with_the_cookie_it_is_let_in_and_the_browser_is_told_the_rules():
    status, head, body, _ = ask()
    assert (status, body) == (200, b"0")
    assert b"default-src 'self'" in head[b"content-security-policy"]
    assert b"unsafe" not in head[b"content-security-policy"]
    assert head[b"x-frame-options"] == b"DENY"  # ours, whatever the application said
    assert head[b"cross-origin-resource-policy"] == b"same-origin"
    assert head[b"x-content-type-options"] == b"nosniff"


def test_the_token_in_the_address_becomes_a_cookie():
    status, head, _, _ = ask(path="/", query=f"token={TOKEN}", headers=(HOST,))
    assert (status, head[b"location"]) == (303, b"/")
    assert head[b"set-cookie"] == f"kick_{PORT}={TOKEN}; HttpOnly; SameSite=Strict; Path=/".encode()


@pytest.mark.parametrize(
    ("path", "query", "headers"),
    [
        ("/", "", (HOST,)),
        ("/", "token=wrong", (HOST,)),
        ("/", "token=", (HOST,)),
        ("/", "token=%C3%A9", (HOST, COOKIE)),
        ("/api/state", f"token={TOKEN}", (HOST,)),  # the address of the page alone takes it
        ("/api/state", "", (HOST, ("cookie", f"kick_{PORT}=wrong"))),
        ("/api/state", "", (HOST, ("cookie", f"kick_9999={TOKEN}"))),
        ("/static/page/main.js", "", (HOST,)),
    ],
)
def test_without_the_token_nothing_is_told(path, query, headers):
    status, head, body, _ = ask(path=path, query=query, headers=headers)
    assert status == 401
    assert "kick ui" in json.loads(body)["error"]
    assert b"set-cookie" not in head
    assert b"content-security-policy" in head


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_the_icon_needs_no_token_and_has_no_body_read(method):
    status, head, body, read = ask(method, path="/favicon.ico", headers=(HOST, ORIGIN), parts=[bytes(1_000_000)] * 10)
    assert (status, body, read) == (204, b"", 0)
    assert head[b"connection"] == b"close"


@pytest.mark.parametrize(
    "host", [None, "evil.example", f"evil.example:{PORT}", "127.0.0.1", "127.0.0.1:80", "[::1]:8123", "0.0.0.0:8123"]
)
def test_a_foreign_host_is_refused(host):
    headers = [COOKIE] if host is None else [COOKIE, ("host", host)]
    assert ask(headers=headers)[0] == 421
    assert ask(headers=[*headers, HOST])[0] == (200 if host is None else 421)  # two of them are none


def test_localhost_is_a_name_of_ours():
    assert ask(headers=(COOKIE, ("host", f"LocalHost:{PORT}")))[0] == 200


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS"])
@pytest.mark.parametrize(
    "origin", [None, "null", "http://evil.example", "http://127.0.0.1:80", "https://127.0.0.1:8123"]
)
def test_what_changes_something_must_come_from_the_page(method, origin):
    headers = [HOST, COOKIE] + ([] if origin is None else [("origin", origin)])
    status, _, _, read = ask(method, headers=headers, parts=(b"x",))
    assert (status, read) == (403, 0)


def test_from_the_page_it_may():
    assert ask("POST", headers=(HOST, COOKIE, ORIGIN), parts=(b"ab", b"c"))[:3:2] == (200, b"3")
    local = ("origin", f"http://localhost:{PORT}")
    assert ask("POST", headers=(HOST, COOKIE, local), parts=(b"ab",))[0] == 200


def test_no_body_is_read_of_a_stranger():
    assert ask("POST", headers=(HOST, ORIGIN), parts=(b"x",))[3] == 0


@pytest.mark.parametrize(("path", "most"), [("/api/files", MOST_BYTES), ("/api/kicks", MOST_JSON)])
def test_the_largest_body_goes_through(path, most):
    part = bytes(most // 4)
    assert ask("POST", path, headers=(HOST, COOKIE, ORIGIN), parts=[part] * 4)[2] == str(most).encode()


@pytest.mark.parametrize(("path", "most"), [("/api/files", MOST_BYTES), ("/api/kicks", MOST_JSON)])
@pytest.mark.parametrize("claimed", [None, "5", "more"])
def test_a_body_that_is_too_large_is_refused_whatever_it_claims(path, most, claimed):
    length = str(most + 1) if claimed == "more" else claimed
    headers = [HOST, COOKIE, ORIGIN] + ([] if length is None else [("content-length", length)])
    status, _, body, read = ask("POST", path, headers=headers, parts=[bytes(most // 4)] * 4 + [b"x"])
    assert (status, read) == (413, 5)  # read to its end, so that the browser shows the answer
    assert f"{most // 1_000_000} MB" in json.loads(body)["error"]


def test_what_claims_a_gigabyte_is_not_read_at_all():
    headers = [HOST, COOKIE, ORIGIN, ("content-length", str(10**9))]
    assert ask("POST", headers=headers, parts=[b"x"])[0::3] == (413, 0)


def test_an_endless_body_is_not_read_for_ever(monkeypatch):
    monkeypatch.setattr(bodies, "MOST_DRAINED", 20_000_000)
    status, _, _, read = ask("POST", headers=(HOST, COOKIE, ORIGIN), parts=[bytes(1_000_000)] * 1000)
    assert status == 413
    assert read < 30


def status_of(app, receive):
    """What a file that comes by `receive` is answered with."""
    answers = []

    async def send(message):
        answers.append(message)

    headers = [(name.encode(), value.encode()) for name, value in (HOST, COOKIE, ORIGIN)]
    scope = {"type": "http", "method": "POST", "path": "/api/files", "query_string": b"", "headers": headers}
    asyncio.run(Guard(app, TOKEN, PORT)(scope, receive, send))
    return answers[0]["status"]


def test_a_slow_body_is_given_up(monkeypatch):
    monkeypatch.setattr(bodies, "SLOWEST_SECONDS", 0.05)

    async def receive():
        await asyncio.sleep(10)

    assert status_of(echo, receive) == 408


def test_a_body_that_breaks_off_is_not_handed_on():
    async def forbidden(scope, receive, send):
        raise AssertionError("half a body was handed on")

    parts = [{"type": "http.request", "body": b"half", "more_body": True}, {"type": "http.disconnect"}]

    async def receive():
        return parts.pop(0)

    assert status_of(forbidden, receive) == 400


def test_bodies_share_one_room_and_small_ones_do_not_wait_for_it():
    """However many come at once: no more of them are held than there is room for, and each has its turn."""
    held, most = 0, 0

    async def one(room, size):
        nonlocal held, most
        async with room.of(size):
            held += size
            most = max(most, held)
            await asyncio.sleep(0)
            held -= size

    async def all_of_them():
        room = Room(100)
        await asyncio.gather(*(one(room, size) for size in [60, 50, 100, 1, 40] * 20))

    asyncio.run(asyncio.wait_for(all_of_them(), 5.0))
    assert 50 <= most <= 100
    assert room_for(SMALL_BYTES, MOST_BYTES) == room_for(SMALL_BYTES, MOST_JSON) == 0
    assert room_for(None, MOST_BYTES) == MOST_BYTES  # who does not say how much comes is given room for all
    assert 0 < room_for(MOST_BYTES, MOST_BYTES) <= bodies.MOST_TOGETHER
    assert MOST_JSON < room_for(MOST_JSON, MOST_JSON) <= bodies.MOST_TOGETHER  # JSON grows when it is read


def test_who_goes_away_leaves_the_room_to_others(monkeypatch):
    async def leave():
        room = Room(10)
        async with room.of(10):
            waiting = asyncio.ensure_future(room.of(10).__aenter__())
            await asyncio.sleep(0)
            waiting.cancel()
        async with room.of(10):
            monkeypatch.setattr(bodies, "SLOWEST_SECONDS", 0.02)
            with pytest.raises(BodyError, match="busy with other files") as caught:
                await room.of(1).__aenter__()
            assert caught.value.status == 503
        async with room.of(10):
            pass

    asyncio.run(asyncio.wait_for(leave(), 5.0))


def test_the_work_for_who_goes_away_is_given_up():
    ended = []

    async def slow(scope, receive, send):
        try:
            await asyncio.sleep(10)
        except asyncio.CancelledError:
            ended.append("given up")
            raise

    parts = [{"type": "http.request", "body": b"", "more_body": False}, {"type": "http.disconnect"}]

    async def receive():
        return parts.pop(0)

    async def send(message):
        raise AssertionError("nobody is there to hear")

    headers = [(name.encode(), value.encode()) for name, value in (HOST, COOKIE)]
    scope = {"type": "http", "method": "GET", "path": "/api/state", "query_string": b"", "headers": headers}
    asyncio.run(asyncio.wait_for(Guard(slow, TOKEN, PORT)(scope, receive, send), 5.0))
    assert ended == ["given up"]


def test_web_sockets_are_closed():
    assert ask(kind="websocket") == [{"type": "websocket.close", "code": 1008}]


def test_a_download_has_its_name_in_plain_letters_and_in_all():
    assert disposition('a"b\r\n\\é.wav') == (
        "attachment; filename=\"a_b____.wav\"; filename*=UTF-8''a%22b%0D%0A%5C%C3%A9.wav"
    )
