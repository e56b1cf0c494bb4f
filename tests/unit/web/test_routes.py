"""Whatever is sent as JSON, to any route, is answered in one line and never with a fault of ours."""

import asyncio
import json

import httpx
import pytest

from kickitout.instrument.instrument import load
from kickitout.web.app import create_app
from kickitout.web.bodies import MOST_JSON
from kickitout.web.studio import Studio
from testing.tiny_bundle import write_tiny_bundle

BASE = "http://127.0.0.1:1"

NESTED = "[" * 10_000 + "]" * 10_000

RAW = [
    *["NaN", "Infinity", "-1e999", "1" * 5000, "9" * 400, "1e-999", "-1", "0.5", "9007199254740993", "null", "true"],
    *[
        '""',
        '"\\ud800"',
        '"\\u0000"',
        '"a\\u001b[31m\\nb"',
        f'"{"x" * 9000}"',
        '"9223372036854775808"',
        '"F#9999999999"',
    ],
    *[
        "[]",
        "{}",
        "[null]",
        "[[]]",
        '["\\ud800"]',
        '{"\\ud800": 1}',
        '{"a\\nb\\u001b": 1}',
        '{"decay": 1, "decay": 1e999}',
    ],
    *[NESTED, '{"a":' * 10_000 + "1" + "}" * 10_000, '{"recipe":' * 10_000 + "1" + "}" * 10_000],
    *['"~\\u0000/x"', '"~nobody-at-all/x"', f'"/{"x" * 4000}"', '"/\\u0000"'],
]

WHOLE = [b"", b"{", b"nul", b"\xff\xfe", b"\xef\xbb\xbf{}", b"\0", b"1" * 100_000, b"[" * 100_000, b'{"n": 1, "n": 1}x']


@pytest.fixture(scope="module")
def one(tmp_path_factory):
    studio = Studio(load(write_tiny_bundle(tmp_path_factory.mktemp("models") / "tiny"), gate=False))
    yield studio
    studio.close()


def bodies(recipe, name):
    """A sensible body for each route, but where that is nothing to do with JSON, or long work."""
    return {
        "/api/kicks": {
            "n": 1,
            "seeds": [1],
            "controls": {"decay": 200.0},
            "note": "F",
            "style": "edm",
            "bpm": 128.0,
            "beats": "1/2",
            "level": "lufs:-14",
        },
        f"/api/kicks/{name}/vary": {"n": 1, "amount": 0.5, "keep": ["pitch"], "seed": 1, "beats": 0.5, "bpm": 99.0},
        "/api/morph": {"corners": [name] * 4, "x": 0.5, "y": 0.5},
        "/api/recipes": {"recipes": [recipe]},
        "/api/packs": {"name": "Mine", "ids": ["0" * 16]},
        "/api/model": {"name": "other"},
        "/api/train/report": {"folder": "/nowhere"},
        "/api/train/start": {"folder": "/nowhere", "preset": "x", "minutes": 1.0, "start": "y"},
        "/api/train/resume": {"minutes": 1.0},
    }


def places(data, here=()):
    yield here
    for name, part in data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ():
        yield from places(part, (*here, name))


def replaced(data, place, new):
    if not place:
        return new
    copy = dict(data) if isinstance(data, dict) else list(data)
    copy[place[0]] = replaced(copy[place[0]], place[1:], new)
    return copy


def asked(one, folder, questions):
    """The answers of the application to bodies: (path, bytes)."""

    async def ask():
        app = create_app(one, token="t", port=1, folder=folder)
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        headers = {"origin": BASE, "cookie": "kick_1=t", "content-type": "application/json"}
        async with httpx.AsyncClient(transport=transport, base_url=BASE, headers=headers) as client:
            return [await client.post(path, content=content) for path, content in questions]

    return asyncio.run(ask())


def test_junk_in_any_place_of_any_body_is_answered_in_one_line(one, tmp_path):
    (held,) = (task() for task in one.make(seeds=[1]))
    questions = []
    for path, body in bodies(held.recipe.for_javascript(), held.id).items():
        for number, place in enumerate(places(body)):
            for raw in RAW[number % 3 :: 3]:  # all of them in each would take ten seconds
                text = json.dumps(replaced(body, place, "@@")).replace('"@@"', raw)
                questions.append((path, text.encode()))
        questions += [(path, content) for content in WHOLE]
    assert len(questions) > 400
    for (path, content), answer in zip(questions, asked(one, tmp_path, questions), strict=True):
        about = (path, content[:300], answer.text[:300])
        assert answer.status_code in (200, 400, 404, 413, 422, 501), about
        if answer.status_code != 200:
            error = answer.json()["error"]
            assert error.isprintable(), about
            assert len(error) <= 1000, about


def test_more_json_than_any_page_sends_is_not_read(one, tmp_path):
    content = b'{"recipes": [' + b"{}," * (MOST_JSON // 3) + b"{}]}"
    (answer,) = asked(one, tmp_path, [("/api/recipes", content)])
    assert answer.status_code == 413
    assert "2 MB" in answer.json()["error"]
