"""Who is let in, and how much is read: without a socket, straight through ASGI."""

import asyncio
import json

import pytest

from kickitout.web import guard
from kickitout.web.guard import MOST_BYTES, Guard, disposition

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


def test_the_icon_needs_no_token():
    assert ask(path="/favicon.ico", headers=(HOST,))[0] == 200


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


def test_the_largest_body_goes_through():
    part = bytes(MOST_BYTES // 4)
    assert ask("POST", headers=(HOST, COOKIE, ORIGIN), parts=[part] * 4)[2] == str(MOST_BYTES).encode()


@pytest.mark.parametrize("claimed", [None, "5", str(MOST_BYTES + 1)])
def test_a_body_that_is_too_large_is_refused_whatever_it_claims(claimed):
    headers = [HOST, COOKIE, ORIGIN] + ([] if claimed is None else [("content-length", claimed)])
    status, _, body, read = ask("POST", headers=headers, parts=[bytes(MOST_BYTES // 4)] * 4 + [b"x"])
    assert (status, read) == (413, 5)  # read to its end, so that the browser shows the answer
    assert "10 MB" in json.loads(body)["error"]


def test_what_claims_a_gigabyte_is_not_read_at_all():
    headers = [HOST, COOKIE, ORIGIN, ("content-length", str(10**9))]
    assert ask("POST", headers=headers, parts=[b"x"])[0::3] == (413, 0)


def test_an_endless_body_is_not_read_for_ever(monkeypatch):
    monkeypatch.setattr(guard, "MOST_DRAINED", 20_000_000)
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
    monkeypatch.setattr(guard, "SLOWEST_SECONDS", 0.05)

    async def receive():
        await asyncio.sleep(10)

    assert status_of(echo, receive) == 413


def test_a_body_that_breaks_off_is_not_handed_on():
    async def forbidden(scope, receive, send):
        raise AssertionError("half a body was handed on")

    parts = [{"type": "http.request", "body": b"half", "more_body": True}, {"type": "http.disconnect"}]

    async def receive():
        return parts.pop(0)

    assert status_of(forbidden, receive) == 413


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
