"""Bytes on the socket of `kick ui`: what is no HTTP, or half of it."""

import contextlib
import http.client
import os
import re
import socket
import subprocess
import sys
import time
from pathlib import Path
from random import Random
from typing import IO

from fuzz.mutation import damaged
from fuzz.rules import FindError
from fuzz.targets import Target
from fuzz.targets.page import REFUSALS

TOKENS = (
    b"\r\n", b"\r\n\r\n", b"\n", b"\0", b"GET ", b"POST ", b"HTTP/1.1", b"HTTP/1.0", b"HTTP/9.9", b"HTTP/2.0",
    b"Host: 127.0.0.1\r\n", b"Content-Length: 5\r\n", b"Content-Length: -1\r\n", b"Content-Length: 99999999999999\r\n",
    b"Transfer-Encoding: chunked\r\n", b"Connection: Upgrade\r\nUpgrade: websocket\r\n", b"Expect: 100-continue\r\n",
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b"\x16\x03\x01\x02\0\x01\0", b"A" * 9000, b"X: " + b"a" * 70_000 + b"\r\n",
    b"5\r\nhello\r\n", b"FFFFFFFFFFFFFFFF\r\n", b"%00", b"\xff", b"?token=", b"Cookie: kick_1=\xe9\r\n",
    b"X:y\r\n" * 500,
)  # fmt: skip

ANSWER_SECONDS = 2.0
"""How long an answer is waited for."""

ALIVE_EVERY = 50
"""Inputs after which the server must answer its owner."""

OWNER_SECONDS = 5.0


class Wire(Target):
    """See the module."""

    def __init__(self, base: Path) -> None:
        super().__init__(base)
        self.log: IO[bytes] = (base / f"log-{os.getpid()}").open("w+b")
        command = [
            sys.executable,
            "-m",
            "kickitout",
            "ui",
            "--no-browser",
            "--no-gate",
            "--model",
            str(base / "sketchy"),
        ]
        self.server = subprocess.Popen(
            [*command, "-o", str(base / "saved")], stdout=self.log, stderr=self.log, stdin=subprocess.DEVNULL
        )
        self.port, self.token = self._address()
        self.cookie = f"kick_{self.port}={self.token}"
        self.asked = 0

    @classmethod
    def build(cls, base: Path) -> None:
        """A model."""
        from testing.tiny_sketch import write_sketch_bundle

        write_sketch_bundle(base / "sketchy")

    def _address(self) -> tuple[int, str]:
        end = time.monotonic() + 60.0
        while time.monotonic() < end:
            found = re.search(rb"http://127\.0\.0\.1:(\d+)/\?token=(\S+)", self._said())
            if found:
                return int(found[1]), found[2].decode()
            time.sleep(0.1)
        raise RuntimeError(f"the server did not begin: {self._said()!r}")

    def _said(self) -> bytes:
        self.log.flush()
        return Path(self.log.name).read_bytes()

    def seeds(self) -> list[bytes]:
        """Requests of the page. PORT and COOKIE stand for those of the server."""
        own = b"Host: 127.0.0.1:PORT\r\nOrigin: http://127.0.0.1:PORT\r\nCookie: COOKIE\r\n"
        json = b"Content-Type: application/json\r\n"
        body = b'{"seeds": [1]}'
        return [
            b"GET / HTTP/1.1\r\n" + own + b"\r\n",
            b"GET /api/state HTTP/1.1\r\n" + own + b"\r\n",
            b"GET /favicon.ico HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\n\r\n",
            b"POST /api/kicks HTTP/1.1\r\n" + own + json + b"Content-Length: 14\r\n\r\n" + body,
            b"POST /api/kicks HTTP/1.1\r\n"
            + own
            + json
            + b"Transfer-Encoding: chunked\r\n\r\ne\r\n"
            + body
            + b"\r\n0\r\n\r\n",
            b"POST /api/files?name=a.wav HTTP/1.1\r\n" + own + b"Content-Length: 4\r\n\r\nRIFF",
            b"HEAD /static/page/page.css HTTP/1.1\r\n" + own + b"\r\n",
        ]

    def mutate(self, dice: Random, seeds: list[bytes]) -> bytes:
        """Their bytes."""
        data = dice.choice(seeds)
        for _ in range(dice.choice((1, 1, 2, 4))):
            data = damaged(dice, data, seeds, TOKENS)
        return data[:200_000]

    def run(self, data: bytes, place: Path) -> None:
        """Send, hear, and see that the server goes on."""
        self.asked += 1
        sent = data.replace(b"PORT", str(self.port).encode()).replace(b"COOKIE", self.cookie.encode())
        answer = self._ask(sent)
        if answer and not re.match(rb"HTTP/1\.[01] [1-5]\d\d ", answer):
            raise FindError("answer", f"no HTTP: {answer[:60]!r}")
        for status in re.findall(rb"(?m)^HTTP/1\.1 (5\d\d) ", answer):
            if int(status) not in REFUSALS:
                raise FindError("status", f"{status.decode()}: {answer[:300]!r}")
        if self.server.poll() is not None:
            raise FindError("death", f"the server ended with {self.server.returncode}: {self._said()[-2000:]!r}")
        if b"Traceback" in self._said():
            text = self._said().decode("utf-8", "replace")
            self.log.seek(0)
            self.log.truncate()
            raise FindError("terminal", text[-2000:])
        if self.asked % ALIVE_EVERY == 0 or self.asked < 3:
            self._owner()

    def _ask(self, data: bytes) -> bytes:
        """What the server answers until it is silent for a while or hangs up."""
        heard = b""
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), OWNER_SECONDS) as line:
            line.settimeout(ANSWER_SECONDS)
            line.sendall(data)
            line.shutdown(socket.SHUT_WR)
            while part := line.recv(65_536):
                heard += part
        return heard

    def _owner(self) -> None:
        """Ask as the page does."""
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=OWNER_SECONDS)
        try:
            line.request("GET", "/api/state", headers={"cookie": self.cookie})
            status = line.getresponse().status
        except (OSError, http.client.HTTPException) as error:
            raise FindError("owner", f"the owner is not answered: {type(error).__name__}") from error
        finally:
            line.close()
        if status != 200:
            raise FindError("owner", f"the owner is answered {status}")

    def close(self) -> None:
        """End the server."""
        self.server.terminate()
        self.server.wait(10)
        self.log.close()
