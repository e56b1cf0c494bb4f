"""How long kicks take."""

import math
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from flagship.material import Material, Result, Subject, report_progress
from flagship.tables import figures, verdict
from kickitout.errors import InputError, KickItOutError
from kickitout.instrument import exports
from kickitout.instrument import instrument as instruments
from kickitout.instrument.recipes import Encoding
from kickitout.instrument.request import Request
from kickitout.system.workers import available_processors

KICKS_PER_SECOND = 150.0
KICK_MS = 25.0
COLD_SECONDS = 1.5
WRITTEN_SECONDS = 60.0

TIMED_KICKS, TIMED_THREADS, SINGLE_KICKS, COLD_STARTS = 600, 2, 100, 5
WRITTEN_KICKS = 1000


def kicks_per_second(model: str, count: int) -> float:
    """With `TIMED_THREADS` threads, the model being open."""
    instrument = instruments.load(model, gate=False)
    list(instrument.kicks(Request(seeds=range(2 * TIMED_THREADS)), threads=TIMED_THREADS))
    start = time.perf_counter()
    for _ in instrument.kicks(Request(seeds=range(count)), threads=TIMED_THREADS):
        pass
    return count / (time.perf_counter() - start)


def one_kick_ms(model: str, count: int) -> float:
    """The median wall time of a kick by itself, the model being open."""
    instrument = instruments.load(model, gate=False)
    instrument.kick(0)
    times = []
    for seed in range(1, count + 1):
        start = time.perf_counter()
        instrument.kick(seed)
        times.append(1000.0 * (time.perf_counter() - start))
    return statistics.median(times)


def write_gated(model: str, count: int) -> tuple[float, int]:
    """Seconds to open the model, make, judge and write `count` kicks that pass, and how many of them were drawn again;
    endless seconds where none of a seed's kicks passes."""
    with tempfile.TemporaryDirectory() as place:
        start = time.perf_counter()
        instrument = instruments.load(model)
        request = Request(seeds=range(count))
        made = exports.write_kicks(instrument, request, Path(place), Encoding(), threads=TIMED_THREADS)
        try:
            again = sum("attempt" in kick.recipe for _, kick in made)
        except InputError:
            return math.inf, 0
        return time.perf_counter() - start, again


def cold_start(model: str) -> float:
    """Seconds that `kick generate -n 1` takes in a process of its own.

    Raises:
        KickItOutError: it failed.
    """
    with tempfile.TemporaryDirectory() as place:
        command = [sys.executable, "-m", "kickitout", "generate", "-n", "1", "-o", place, "--model", model]
        start = time.perf_counter()
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        seconds = time.perf_counter() - start
    if done.returncode:
        raise KickItOutError(f"kick generate failed: {done.stderr.strip()}")
    return seconds


def alone(work: Callable[..., Result], *given: object) -> Result:
    """What `work` gives in a fresh process."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as executor:
        return executor.submit(work, *given).result()


def speed(subject: Subject, material: Material) -> str:
    """How long kicks take."""
    model = subject.model
    report_progress(f"timing {model}")
    timed, single, count = map(material.sized, (TIMED_KICKS, SINGLE_KICKS, WRITTEN_KICKS))
    rate = alone(kicks_per_second, model, timed)
    each = alone(one_kick_ms, model, single)
    starts = [cold_start(model) for _ in range(COLD_STARTS)]
    cold = statistics.median(starts)
    seconds, again = alone(write_gated, model, count)
    rows = [
        (f"kicks/s, {TIMED_THREADS} threads ({timed} kicks)", f"{rate:.0f}", f"at least {KICKS_PER_SECOND:.0f}", "-",
         verdict(rate >= KICKS_PER_SECOND)),
        (f"one kick, median of {single}", f"{each:.1f} ms", f"at most {KICK_MS:.0f} ms", "-", verdict(each <= KICK_MS)),
        (f"`kick generate -n 1`, median of {COLD_STARTS} processes", f"{cold:.2f} s", f"at most {COLD_SECONDS} s",
         f"slowest {max(starts):.2f} s", verdict(cold <= COLD_SECONDS)),
        (f"{count:,} gated 24-bit WAV files, {TIMED_THREADS} threads", f"{seconds:.1f} s",
         f"at most {WRITTEN_SECONDS:.0f} s", f"{again} drawn again", verdict(seconds <= WRITTEN_SECONDS)),
    ]  # fmt: skip
    load = f"{os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "unknown"
    return (
        f"Wall times on {available_processors()} processors, load {load} in the end; fresh processes, files in the "
        f"disk's cache. The first two rows are without the gate; the last opens the model too.\n\n" + figures(rows)
    )
