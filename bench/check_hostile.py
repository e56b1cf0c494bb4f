"""How the page bears a hostile neighbour: `python bench/check_hostile.py`; a minute. docs/ui.md shows its figures.

Starts `kick ui`, and beside it a program without the token that keeps 150 idle connections, and 150 that do what they
can: heads and bodies that come byte by byte, bodies of 10 MB for the icon, garbage, and connections that open and close
at once. Meanwhile its owner turns knobs, on one connection as a browser does and on a new one for each turn, and the
memory of the server with its children is watched. Everything stays on the loopback interface, in number and in time
bounded; exit code 1 where a limit is passed.
"""

import argparse
import asyncio
import json
import os
import signal
import statistics
import subprocess
import sys
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx

MOST_MS, MOST_MB = 300.0, 600.0
"""What a knob may take, in the median and nine of ten, and what the server may hold."""

IDLE, HOSTILE = 150, 150

BIG = 10_000_000
"""Bytes of a body for the icon."""

EVERY = 0.05
"""Seconds between two bytes of a slow one, and before a connection that was ended is opened again."""

SECONDS = 30.0


# The neighbour --------------------------------------------------------------------------------------------------------


async def idle(port: int, told: Counter[str]) -> None:
    """Connects, and says nothing."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    told["idle"] += 1
    with suppress(OSError):
        await reader.read()
    writer.close()


async def slow_head(port: int, told: Counter[str]) -> None:
    """Sends a request that never comes to the end of its head."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"GET / HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\nx: ".encode())
    told["slow head"] += 1
    while not reader.at_eof():
        writer.write(b"x")
        await writer.drain()
        await asyncio.sleep(EVERY)


async def slow_body(port: int, told: Counter[str]) -> None:
    """Sends a body byte by byte."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    host = f"127.0.0.1:{port}"
    writer.write(f"POST /api/files HTTP/1.1\r\nhost: {host}\r\norigin: http://{host}\r\n".encode())
    writer.write(f"content-length: {BIG}\r\n\r\n".encode())
    told["slow body"] += 1
    while not reader.at_eof():
        writer.write(b"x")
        await writer.drain()
        await asyncio.sleep(EVERY)


async def big_body(port: int, told: Counter[str]) -> None:
    """Sends 10 MB to the one address that needs no token."""
    _, writer = await asyncio.open_connection("127.0.0.1", port)
    host = f"127.0.0.1:{port}"
    writer.write(f"POST /favicon.ico HTTP/1.1\r\nhost: {host}\r\norigin: http://{host}\r\n".encode())
    writer.write(f"content-length: {BIG}\r\n\r\n".encode())
    told["big body"] += 1
    part = bytes(100_000)
    for _ in range(BIG // len(part)):
        writer.write(part)
        await writer.drain()
    writer.close()


async def garbage(port: int, told: Counter[str]) -> None:
    """Sends what is no HTTP."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(os.urandom(2000))
    told["garbage"] += 1
    await reader.read()
    writer.close()


async def come_and_go(port: int, told: Counter[str]) -> None:
    """Connects, and is gone."""
    _, writer = await asyncio.open_connection("127.0.0.1", port)
    told["open and close"] += 1
    writer.close()


KINDS = (slow_head, slow_body, big_body, garbage, come_and_go)


async def neighbour(port: int, seconds: float) -> Counter[str]:
    """Does all that for so long; how many connections were opened, by kind."""
    told: Counter[str] = Counter()
    until = time.monotonic() + seconds

    async def again(kind: object) -> None:
        while time.monotonic() < until:
            with suppress(OSError, TimeoutError):
                await asyncio.wait_for(kind(port, told), until - time.monotonic())
            await asyncio.sleep(EVERY)

    kinds = [idle] * IDLE + [KINDS[number % len(KINDS)] for number in range(HOSTILE)]
    await asyncio.gather(*(again(kind) for kind in kinds))
    return told


# The owner ------------------------------------------------------------------------------------------------------------


def megabytes(process: int) -> float:
    """What a process and its children hold in memory (Linux)."""
    found = 0.0
    for name in Path("/proc").iterdir():
        if name.name.isdigit():
            with suppress(OSError, ValueError, IndexError):
                status = dict(line.split(":", 1) for line in (name / "status").read_text().splitlines())
                if int(name.name) == process or int(status["PPid"]) == process:
                    found += int(status["VmRSS"].split()[0]) / 1000.0
    return found


class Owner:
    """Turns knobs as the page does, and watches the server."""

    def __init__(self, address: str, process: int) -> None:
        self.base, self.token = address.split("/?token=")
        self.port = int(self.base.rsplit(":", 1)[1])
        self.process = process
        self.most = 0.0
        self.turns = 0

    def client(self) -> httpx.Client:
        """A browser that holds the cookie."""
        headers = {"origin": self.base, "cookie": f"kick_{self.port}={self.token}"}
        return httpx.Client(base_url=self.base, headers=headers, timeout=30.0)

    def turn(self, client: httpx.Client) -> float:
        """From a knob to its sound, in ms."""
        self.turns += 1
        started = time.perf_counter()
        asked = {"seeds": [self.turns], "controls": {"decay": 150.0 + self.turns % 200}}
        for kick in client.post("/api/kicks", json=asked).raise_for_status().json()["kicks"]:
            client.get(f"/api/kicks/{kick['id']}.wav").raise_for_status()
        found = 1000.0 * (time.perf_counter() - started)
        self.most = max(self.most, megabytes(self.process))
        return found

    def play(self, seconds: float) -> tuple[list[float], list[float]]:
        """Turns on one connection, and each on a new one."""
        kept, new = [], []
        until = time.monotonic() + seconds
        with self.client() as client:
            while time.monotonic() < until:
                kept.append(self.turn(client))
                with self.client() as other:
                    new.append(self.turn(other))
                time.sleep(0.1)
        return kept, new


def line(found: list[float]) -> str:
    """Turns in one line."""
    ordered = sorted(found)
    return (
        f"median {statistics.median(found):.0f} ms, nine of ten within {ordered[9 * len(found) // 10]:.0f} ms, "
        f"longest {ordered[-1]:.0f} ms ({len(found)} turns)"
    )


def main() -> int:
    """Measure, print, and say whether the limits are held."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=SECONDS)
    parser.add_argument("--neighbour", type=int, help="be the neighbour of this port")
    given = parser.parse_args()
    if given.neighbour:
        print(json.dumps(asyncio.run(neighbour(given.neighbour, given.seconds))))
        return 0
    print(f"load before: {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")
    with TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "kickitout", "ui", "--no-browser", "--json", "--quiet", "-o", folder]
        server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        try:
            owner = Owner(json.loads(server.stdout.readline())["address"], server.pid)
            alone = owner.play(5.0)
            print(f"alone, one connection:       {line(alone[0])}\nalone, new connections:      {line(alone[1])}")
            command = [sys.executable, __file__, "--neighbour", str(owner.port), "--seconds", str(given.seconds)]
            attack = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
            time.sleep(1.0)
            kept, new = owner.play(given.seconds - 2.0)
            opened = json.loads(attack.communicate(timeout=given.seconds + 30.0)[0])
        finally:
            server.send_signal(signal.SIGINT)
            said = server.communicate(timeout=30.0)[1]
    print(f"attacked, one connection:    {line(kept)}\nattacked, new connections:   {line(new)}")
    print(f"memory with children:        {owner.most:.0f} MB at most")
    print("connections of the neighbour: " + ", ".join(f"{count:,} {kind}" for kind, count in opened.items()))
    print(f"the terminal says:           {said.strip() or 'nothing'}")
    within = max(statistics.quantiles(found, n=10)[-1] for found in (kept, new)) <= MOST_MS
    return 0 if within and owner.most <= MOST_MB and not said else 1


if __name__ == "__main__":
    sys.exit(main())
