"""The page's API, in this process: requests by schemathesis from the application's own description, and requests that
a page sends, damaged."""

import asyncio
import base64
import json
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import quote

import httpx

from fuzz import sounds
from fuzz.mutation import damaged
from fuzz.rules import FindError, check_message
from fuzz.structure import restructured, to_json
from fuzz.targets import Target
from kickitout.instrument.instrument import load
from kickitout.web.app import create_app
from kickitout.web.studio import Studio

PORT = 25_999
ADDRESS = f"http://127.0.0.1:{PORT}"
TOKEN = "secret"

REFUSALS = (501, 503)
"""Answers from 500 on that are no fault: a part that is not installed, and too much at once."""

AT_ONCE = 20
"""Cases that schemathesis thinks of at once."""

DULL_HEADERS = frozenset({"host", "content-length", "transfer-encoding", "connection", "cookie", "origin"})
"""Headers that the guard and the server judge, not the API."""

FOLDERS = ("/api/train/report", "/api/train/start")
"""What takes a folder of the disk: it is asked for folders that are not there only."""


class Page(Target):
    """See the module."""

    def __init__(self, base: Path) -> None:
        super().__init__(base)
        self.studio = Studio(load(base / "sketchy", gate=False))
        guard = create_app(self.studio, token=TOKEN, port=PORT, folder=base / "saved", show=lambda path: True)
        self.api = guard.app
        self.runner = asyncio.Runner()
        self.client = httpx.AsyncClient(
            transport=httpx.ASGITransport(app=guard), base_url=ADDRESS, headers={"origin": ADDRESS}, timeout=60.0
        )
        self.runner.run(self.client.get("/", params={"token": TOKEN}))
        self.kicks = self.runner.run(self.client.post("/api/kicks", json={"seeds": [1, 2, 3, 4]})).json()["kicks"]
        self._thought: Iterator[bytes] | None = None

    @classmethod
    def build(cls, base: Path) -> None:
        """A model."""
        from testing.tiny_sketch import write_sketch_bundle

        write_sketch_bundle(base / "sketchy")

    def seeds(self) -> list[bytes]:
        """What the page sends."""
        ids = [one["id"] for one in self.kicks]
        wav = base64.b64encode(sounds.encoded("WAV", samples=8_000)).decode()
        found = [
            self._asked("POST", "/api/kicks", {"n": 2, "controls": {"pitch": 55.0}, "note": "F#", "style": "edm"}),
            self._asked("POST", "/api/kicks", {"seeds": [5, "9007199254740993"], "length_ms": 300.0}),
            self._asked("POST", f"/api/kicks/{ids[0]}/vary", {"n": 2, "amount": 0.3, "keep": ["pitch"], "seed": 5}),
            self._asked("POST", f"/api/kicks/{ids[0]}/reveal", {}),
            self._asked("POST", "/api/morph", {"corners": ids, "x": 0.3, "y": 0.6}),
            self._asked("POST", "/api/recipes", {"recipes": [one["recipe"] for one in self.kicks]}),
            self._asked("POST", "/api/packs", {"name": "mine", "ids": ids}),
            self._asked("POST", "/api/train/report", {"folder": "nowhere"}),
            self._asked("POST", "/api/train/start", {"folder": "nowhere", "preset": "kickgan", "minutes": 1.0}),
            self._asked("POST", "/api/train/stop", {}),
            self._asked("POST", "/api/train/resume", {"minutes": 2.0}),
            self._asked("POST", "/api/train/export", {}),
            self._asked("POST", "/api/model", {"name": "sketchy"}),
            self._asked("GET", f"/api/kicks/{ids[0]}", None),
            self._asked("GET", f"/api/kicks/{ids[0]}.wav", None),
            self._asked("GET", "/api/state", None),
            self._asked("GET", "/api/train/kicks/first.wav", None),
            self._asked("GET", "/static/page/page.css", None),
        ]
        upload = {"method": "POST", "path": "/api/files", "query": [["name", "kick.wav"]], "headers": [], "body": wav}
        return [*found, json.dumps(upload).encode()]

    def _asked(self, method: str, path: str, body: Any) -> bytes:
        content = b"" if body is None else json.dumps(body).encode()
        headers = [] if body is None else [["content-type", "application/json"]]
        told = {"method": method, "path": path, "query": [], "headers": headers}
        return json.dumps({**told, "body": base64.b64encode(content).decode()}).encode()

    def mutate(self, dice: Random, seeds: list[bytes]) -> bytes:
        """One of schemathesis's, or one of the page's, damaged."""
        if dice.random() < 0.4:
            self._thought = self._thought or self._cases()
            return next(self._thought)
        told = json.loads(dice.choice(seeds))
        body = base64.b64decode(told["body"])
        if body[:1] == b"{":
            body = to_json(restructured(dice, json.loads(body)))
            body = damaged(dice, body) if dice.random() < 0.1 else body
        elif body:
            body = damaged(dice, body)
        if dice.random() < 0.1:
            told["query"].append(["name", dice.choice(("", "\0", "../x", "\ud800", "a" * 5000, "con.wav", "\x1b[31m"))])
        if dice.random() < 0.1:
            told["path"] += dice.choice(("/", "/..", "%00", "%2e%2e%2f", "?", "\ud800", "é", "a" * 5000))
        if dice.random() < 0.05:
            told["headers"] = [
                ["content-type", dice.choice(("", "text/plain", "multipart/form-data", "application/json;"))]
            ]
        if dice.random() < 0.05:
            told["method"] = dice.choice(("PUT", "DELETE", "HEAD", "OPTIONS", "TRACE", "GET", "POST", "X"))
        return json.dumps({**told, "body": base64.b64encode(body).decode()}).encode()

    def _cases(self) -> Iterator[bytes]:
        """Cases without end, some at once from one operation after the other."""
        import hypothesis
        import schemathesis

        schema = schemathesis.openapi.from_dict(self.api.openapi())
        operations = [one.ok() for one in schema.get_all_operations()]
        turn = 0
        while True:
            turn += 1
            for operation in operations:
                cases: list[bytes] = []
                settings = hypothesis.settings(
                    max_examples=AT_ONCE, database=None, deadline=None, phases=[hypothesis.Phase.generate],
                    suppress_health_check=list(hypothesis.HealthCheck),
                )  # fmt: skip

                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    given = hypothesis.given(case=operation.as_strategy())(self._thinking(cases))
                    hypothesis.seed(turn)(settings(given))()
                yield from cases

    def _thinking(self, cases: list[bytes]) -> Callable[[Any], None]:
        """What hypothesis calls with each case."""

        def think(case: Any) -> None:
            cases.append(self._told(case))

        return think

    def _told(self, case: Any) -> bytes:
        """A case of schemathesis as an input. Names of kicks become those of kicks that are there, half of the time."""
        sent = case.as_transport_kwargs(base_url=ADDRESS)
        path = case.formatted_path
        name = (case.path_parameters or {}).get("name")
        if name and len(str(name)) % 2 and not path.endswith("/match"):  # which takes seconds
            path = path.replace(quote(str(name), safe=""), self.kicks[0]["id"])
        if "json" in sent:
            body = json.dumps(sent["json"]).encode()
        else:
            raw = sent.get("data") or b""
            body = raw if isinstance(raw, bytes) else str(raw).encode("utf-8", "surrogatepass")
        query = [[key, str(value)] for key, value in (sent.get("params") or {}).items()]
        headers = [
            [key, value] for key, value in (sent.get("headers") or {}).items() if key.lower() not in DULL_HEADERS
        ]
        told = {"method": sent["method"], "path": path, "query": query, "headers": headers}
        return json.dumps({**told, "body": base64.b64encode(body).decode()}).encode()

    def run(self, data: bytes, place: Path) -> None:
        """Ask, and judge the answer."""
        told = json.loads(data)
        body = base64.b64decode(told["body"])
        if told["path"].rstrip("/") in FOLDERS and _names_a_folder(body):
            return
        try:
            query = "&".join(
                f"{quote(key, errors='replace')}={quote(value, errors='replace')}" for key, value in told["query"]
            )
            path = quote(told["path"], safe="/%?#", errors="replace")
            address = httpx.URL(f"{ADDRESS}{path}{'?' if query else ''}{query}")
            request = self.client.build_request(told["method"], address, headers=told["headers"], content=body)
        except (httpx.InvalidURL, ValueError, TypeError):  # it cannot be sent by any client
            return
        answer = self.runner.run(self.client.send(request))
        self._judge(answer)

    def _judge(self, answer: httpx.Response) -> None:
        if answer.status_code >= 500 and answer.status_code not in REFUSALS:
            route = "/".join(answer.request.url.path.split("/")[:3])
            raise FindError("status", f"{answer.status_code} of {route}: {answer.text[:200]}")
        kind = answer.headers.get("content-type", "")
        if answer.status_code >= 400 and answer.request.method != "HEAD":
            told = answer.json()
            check_message(told["error"])
        elif kind.startswith("application/json") and answer.content:
            json.loads(answer.content, parse_constant=_no_number)

    def close(self) -> None:
        """End the studio."""
        self.studio.close()


def _no_number(text: str) -> float:
    raise FindError("law", f"an answer holds {text}, which is no JSON")


def _names_a_folder(body: bytes) -> bool:
    """Whether a request names a folder that is there: it would be read, and trained on."""
    try:
        folder = json.loads(body)["folder"]
        return Path(folder).expanduser().exists()
    except (ValueError, KeyError, TypeError, OSError, RuntimeError, RecursionError):
        return False
