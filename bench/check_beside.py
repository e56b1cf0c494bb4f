"""Training beside other work: its speed while every processor is kept busy, as a share of its speed alone.

    python bench/check_beside.py LIB [--start kickgan] [--seconds 40] [--rounds 2]

Each round trains alone, then beside one endless loop a processor, as `kick train` would: with as many threads as the
load leaves, from the start. Counted is from the first step on, the time of the first decision included. Then the same
with the threads fixed, for comparison. The share must not be below 40 %. Let nothing else run.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from kickitout.system.workers import available_processors

LEAST_SHARE = 0.40

TRAIN = """
import json, sys, time
from pathlib import Path
from kickitout.instrument.models import find_model
from kickitout.library.store import Library
from kickitout.training.loop import train
from kickitout.training.run.folder import settings_for
from kickitout.training.settings.presets import with_budget

class Enough(Exception):
    pass

library, run, start, seconds, changes = sys.argv[1:6]
weights = find_model(start)
settings = settings_for(Path(run), None, tuple(changes.split()), weights)
settings = with_budget(settings, samples=None, epochs=None, minutes=1e6)
times = []
def progress(done, total):
    times.append(time.monotonic())
    if times[-1] - times[0] > float(seconds):
        raise Enough
try:
    train(Library.open(library), Path(run), settings, weights=weights, progress=progress,
          say=lambda words: print(words, file=sys.stderr))
except Enough:
    pass
kicks = settings.training.batch_size * (len(times) - 1)
print(json.dumps({"rate": kicks / (times[-1] - times[0])}))
"""


@contextmanager
def loops(count: int) -> Iterator[None]:
    """So many processes that do nothing, as fast as they can; an hour at most."""
    command = [sys.executable, "-c", "import time\nend = time.time() + 3600\nwhile time.time() < end: pass"]
    running = [subprocess.Popen(command) for _ in range(count)]
    try:
        yield
    finally:
        for process in running:
            process.kill()
            process.wait()


def rate(library: Path, start: str, seconds: float, beside: int, changes: str = "") -> float:
    """Kicks a second of a run of its own process, beside so many loops."""
    free = {name: value for name, value in os.environ.items() if name not in ("OMP_NUM_THREADS", "MKL_NUM_THREADS")}
    with tempfile.TemporaryDirectory() as folder, loops(beside):
        command = [sys.executable, "-c", TRAIN, str(library), str(Path(folder) / "run"), start, str(seconds), changes]
        done = subprocess.run(command, env=free, check=True, capture_output=True, text=True)
    notes = [line for line in done.stderr.splitlines() if "threads from here on" in line]
    found = float(json.loads(done.stdout.splitlines()[-1])["rate"])
    print(f"  {found:6.1f} kicks/s beside {beside} loops {changes} {'; '.join(notes)}", flush=True)
    return found


def main() -> int:
    """Measure and print; the exit code says whether the share is large enough."""
    parser = argparse.ArgumentParser(description="Training beside other work.")
    parser.add_argument("library", type=Path)
    parser.add_argument("--start", default="kickgan")
    parser.add_argument("--seconds", type=float, default=40.0)
    parser.add_argument("--rounds", type=int, default=2)
    options = parser.parse_args()
    processors = available_processors()
    alone, beside = [], []
    for number in range(1, options.rounds + 1):
        print(f"round {number}", flush=True)
        alone.append(rate(options.library, options.start, options.seconds, 0))
        beside.append(rate(options.library, options.start, options.seconds, processors))
    print("for comparison, threads fixed", flush=True)
    for threads in sorted({1, processors}):
        for busy in (0, processors):
            rate(options.library, options.start, options.seconds, busy, f"training.threads={threads}")
    share = median(beside) / median(alone)
    print(f"{share:.0%} of its speed alone, beside {processors} busy loops (at least {LEAST_SHARE:.0%})")
    return 0 if share >= LEAST_SHARE else 1


if __name__ == "__main__":
    sys.exit(main())
