"""How soon the page's server answers: `python bench/ui_speed.py`; half a minute.

Starts `kick ui` and measures, over HTTP on this machine: from the start to 16 kicks that can be played; from a knob,
one control of one kick, to its file, in the median and nine of ten; and 20 clients that ask at once.
"""

import json
import os
import signal
import statistics
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import httpx

KNOBS = {
    "pitch": (30.0, 70.0),
    "sweep": (1.0, 3.5),
    "sweep_time": (30.0, 150.0),
    "decay": (120.0, 400.0),
    "click": (0.1, 0.9),
    "brightness": (0.1, 0.9),
    "noise": (0.1, 0.9),
    "drive": (0.1, 0.9),
    "width": (0.1, 0.95),
    "wild": (0.1, 0.9),
}
"""Between which values each is turned."""

TURNS = 25
CLIENTS = 20


def milliseconds(action: object) -> float:
    """How long a call takes."""
    started = time.perf_counter()
    action()
    return 1000.0 * (time.perf_counter() - started)


def main() -> None:
    """Measure and print."""
    print(f"load before: {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")
    started = time.perf_counter()
    command = [sys.executable, "-m", "kickitout", "ui", "--no-browser", "--json", "--quiet"]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    address = json.loads(server.stdout.readline())["address"]
    print(f"address after {1000.0 * (time.perf_counter() - started):.0f} ms")
    base, token = address.split("/?token=")
    with httpx.Client(base_url=base, headers={"origin": base}, timeout=60.0) as client:
        client.get("/", params={"token": token})
        client.headers["cookie"] = f"kick_{base.rsplit(':', 1)[1]}={token}"

        def fetch(body: dict, one: httpx.Client = client) -> None:
            for kick in one.post("/api/kicks", json=body).raise_for_status().json()["kicks"]:
                one.get(f"/api/kicks/{kick['id']}.wav").raise_for_status()

        fetch({"n": 16})
        print(f"16 kicks after {1000.0 * (time.perf_counter() - started):.0f} ms from the start of the process")
        print(f"16 more in {statistics.median(milliseconds(lambda: fetch({'n': 16})) for _ in range(5)):.0f} ms")
        everything = []
        for name, (low, high) in KNOBS.items():
            found = [
                milliseconds(
                    lambda name=name, turn=turn, low=low, high=high: fetch(
                        {"seeds": [turn], "controls": {name: low + (high - low) * turn / TURNS}}
                    )
                )
                for turn in range(TURNS)
            ]
            everything += found
            print(f"{name:>10}: median {statistics.median(found):.0f} ms, 90 % {sorted(found)[9 * TURNS // 10]:.0f} ms")
        print(f" all knobs: median {statistics.median(everything):.0f} ms")

        def several(number: int) -> float:
            with httpx.Client(base_url=base, headers=client.headers, timeout=60.0) as one:
                return milliseconds(lambda: fetch({"seeds": [number], "controls": {"decay": 200.0 + number}}, one))

        with ThreadPoolExecutor(CLIENTS) as pool:
            found = list(pool.map(several, range(CLIENTS)))
        print(f"{CLIENTS} clients at once: median {statistics.median(found):.0f} ms, last {max(found):.0f} ms")
    server.send_signal(signal.SIGINT)
    print(f"ended with {server.wait(30)}")


if __name__ == "__main__":
    main()
