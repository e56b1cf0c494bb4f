"""Runs a target's inputs in a child process for some time, and keeps what they did.

The child is watched from outside: an input that takes longer than `rules.SECONDS` (see `hangs`), or lets the resident
memory of the child and of the processes that it started grow by more than `rules.MEMORY` over what it was when the
seeds had been run, ends it, as does a signal. The input that did it is kept and a new child goes on. (Memory is watched
where there is /proc: the processes of the child's group four times a second, the child's own peak after each input.)
"""

import base64
import contextlib
import hashlib
import json
import os
import selectors
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fuzz.child import BEAT, Beat, input_file
from fuzz.rules import MEMORY, SECONDS, Find, place_in

TICK = 0.25
"""Seconds between two looks at a child."""

START_SECONDS = 180.0
"""How long a child may take to begin, or to think of an input."""

IDLE = 0.02
"""Of a processor: who uses less waits."""

MOST_PATIENCE = 6.0
"""Times `rules.SECONDS` that an input may take on a busy machine."""

BUILD = "import sys; from pathlib import Path; from fuzz.targets import target_class; "
BUILD += "target_class(sys.argv[1]).build(Path(sys.argv[2]))"


@dataclass
class Kept:
    """A find, the smallest input that led to it, and how often it came."""

    find: Find
    data: bytes
    times: int = 1


@dataclass
class Result:
    """What a target's time brought: the number of inputs, and finds by their keys."""

    target: str
    inputs: int = 0
    finds: dict[str, Kept] = field(default_factory=dict)
    note: str = ""


def group_use(group: int) -> tuple[int, float]:
    """Resident bytes of all processes of a group, and the seconds of processor time that they used; zeros where the
    system does not tell."""
    memory, seconds = 0, 0.0
    for entry in Path("/proc").glob("[0-9]*/stat") if Path("/proc/self/stat").exists() else ():
        with contextlib.suppress(OSError, ValueError, IndexError):
            facts = entry.read_text().rpartition(")")[2].split()
            if int(facts[2]) == group:
                memory += int(facts[21]) * os.sysconf("SC_PAGE_SIZE")
                seconds += sum(map(int, facts[11:15])) / os.sysconf("SC_CLK_TCK")
    return memory, seconds


@dataclass(frozen=True)
class Limits:
    """What an input may take: see `rules`."""

    seconds: float = SECONDS
    memory: int = MEMORY

    def hangs(self, passed: float, used: float) -> bool:
        """Whether an input hangs that began so many seconds ago and used so much processor time since.

        Time that other programs take from it is none of its own; who uses none at all waits for something.
        """
        if passed <= self.seconds:
            return False
        return used >= 0.8 * self.seconds or used < IDLE * passed or passed > MOST_PATIENCE * self.seconds


class Child:
    """A process that runs inputs, and what it has told.

    Args:
        target: the target's name.
        home: the folder of all children; what targets have built lies in there.
        seed: of its inputs.
        limits: what an input may take.
        files: inputs to run instead of new ones.
    """

    def __init__(self, target: str, home: Path, seed: int, limits: Limits, files: Sequence[Path] = ()) -> None:
        self.limits = limits
        self.work = Path(tempfile.mkdtemp(prefix=f"{target}-", dir=home))
        (self.work / "beat").write_bytes(bytes(BEAT.size))
        self.beat = Beat(self.work / "beat")
        numbers = [str(seed), str(limits.memory)]
        command = [sys.executable, "-m", "fuzz.child", target, str(self.work), *numbers, *map(str, files)]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, start_new_session=True)
        assert self.process.stdout is not None
        os.set_blocking(self.process.stdout.fileno(), False)
        self.began = time.monotonic()
        self.ordinary = 0
        self.before = (-1, 0.0)
        self.ready = False
        self.file = ""
        self._rest = b""
        self._held: tuple[list[dict[str, Any]], bytes] | None = None
        self._ears = selectors.DefaultSelector()
        self._ears.register(self.process.stdout, selectors.EVENT_READ)

    def told(self, seconds: float) -> Iterator[dict[str, Any]]:
        """What it tells within so many seconds; of one that was held, what it had told until then."""
        if self._held is not None:
            yield from self._held[0]
            self._held = [], self._held[1]
            return
        self._ears.select(seconds)
        assert self.process.stdout is not None
        with contextlib.suppress(BlockingIOError):
            self._rest += self.process.stdout.read() or b""
        *lines, self._rest = self._rest.split(b"\n")
        for line in lines:
            message: dict[str, Any] = json.loads(line)
            if message["what"] == "ready":
                self.ready, self.ordinary = True, group_use(self.process.pid)[0]
            elif message["what"] == "file":
                self.file = message["path"]
            yield message

    def fault(self) -> Find | None:
        """What it does wrong right now: a hang, memory, its death."""
        code = self.process.poll()
        inputs, since, alive = self.beat.read()
        now = time.monotonic()
        memory, used = group_use(self.process.pid)
        if inputs != self.before[0]:
            self.before = inputs, used
        if code is not None:
            if code == 0:
                return None
            words = signal.Signals(-code).name if code < 0 else f"exit code {code}"
            dump = self.terminal()
            kind = "signal" if since or code < 0 else "harness"
            return Find(kind, words, dump, f"{kind} {words} {place_in(dump)}")
        if since and self.limits.hangs(now - since, used - self.before[1]):
            return self._caught("hang", f"more than {self.limits.seconds:.0f} s")
        if not since and now - max(alive, self.began) > START_SECONDS:
            return self._caught("harness", f"nothing for {START_SECONDS:.0f} s after {inputs} inputs")
        grown = memory - self.ordinary if self.ready else 0
        if grown <= self.limits.memory:
            return None
        time.sleep(TICK)
        self._signal(signal.SIGSTOP)
        if self.beat.read()[:2] != (inputs, since):
            self._signal(signal.SIGCONT)
            return None  # over by now: the child itself knows how much that input took at most
        # Where it is, it says only as it runs, and an input may be over by then: what counts is what was until now.
        self._held = list(self.told(0.0)), self.input()
        return self._caught("memory", f"{grown / 1e9:.1f} GB more")

    def _signal(self, number: int) -> None:
        with contextlib.suppress(ProcessLookupError):
            self.process.send_signal(number)

    def _caught(self, kind: str, words: str) -> Find:
        with contextlib.suppress(AttributeError):
            self._signal(signal.SIGUSR1)  # faulthandler says where it is
            self._signal(signal.SIGCONT)  # as soon as it runs
            time.sleep(0.5)
        dump = self.terminal()
        return Find(kind, words, dump, f"{kind} {place_in(dump)}")

    def terminal(self) -> str:
        """The end of what came to its terminal."""
        return (self.work / "terminal").read_text("utf-8", "replace")[-6000:]

    def input(self) -> bytes:
        """The input that `fault` was about: under way, or the last one."""
        if self._held is not None:
            return self._held[1]
        path = input_file(self.work, self.before[0])
        return path.read_bytes() if path.is_file() else b""

    def kill(self) -> None:
        """End it with all that it started."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self._ears.close()
        assert self.process.stdout is not None
        self.process.stdout.close()


class Hunt:
    """The hunt for finds, target by target. Used in a `with` block, which ends the child that runs.

    Args:
        home: a folder for what is built and for the children.
        finds: the folder where finds are kept, one more inside for each target; None: they are not.
        seed: of all inputs.
        limits: what an input may take.
    """

    def __init__(self, home: Path, finds: Path | None, seed: int = 0, limits: Limits = Limits()) -> None:
        self.home, self.finds, self.seed, self.limits = home, finds, seed, limits
        self._child: Child | None = None

    def __enter__(self) -> "Hunt":
        return self

    def __exit__(self, *_: object) -> None:
        if self._child is not None:
            self._child.kill()

    def build(self, target: str) -> None:
        """Have a target make what its inputs need."""
        base = self.home / "base" / target
        if not base.exists():
            base.mkdir(parents=True)
            subprocess.run([sys.executable, "-c", BUILD, target, str(base)], check=True)

    def search(self, target: str, seconds: float, result: Result) -> None:
        """Run new inputs for so many seconds, and add to the result."""
        try:
            self.build(target)
        except subprocess.CalledProcessError:
            result.note = "what it needs could not be built"
            return
        end = time.monotonic() + seconds
        starts = 0
        while time.monotonic() < end:
            child = self._child = Child(target, self.home, self.seed + 1_000_003 * starts, self.limits)
            starts += 1
            self._watch(child, end, result)
            result.inputs += child.beat.read()[0]
            child.kill()
            if not child.ready and not result.finds:
                result.note = "its time was over before its seeds had been run"
                return

    def replay(self, target: str, files: Sequence[Path]) -> dict[Path, Find]:
        """Run these inputs; what they did that is a find."""
        self.build(target)
        found: dict[Path, Find] = {}
        left = [path.resolve() for path in files]
        while left:
            result = Result(target)
            child = self._child = Child(target, self.home, self.seed, self.limits, left)
            fault = self._watch(child, time.monotonic() + 3600.0, result, found)
            child.kill()
            if fault is None:
                break
            done = Path(child.file)
            found[done] = fault
            left = left[left.index(done) + 1 :] if done in left else []
        return found

    def _watch(self, child: Child, end: float, result: Result, by_file: dict[Path, Find] | None = None) -> Find | None:
        """Follow a child until it ends, does wrong, or the time is over; the wrong that ended it."""
        while time.monotonic() < end:
            fault = child.fault()
            ended = child.process.poll() is not None
            # What it told before its end is read after that: the last file that it names is the one that ended it.
            for message in child.told(0.0 if fault or ended else TICK):
                if message["what"] == "find":
                    find = Find(message["kind"], message["words"], message["detail"], message["key"])
                    if by_file is not None:
                        by_file[Path(child.file)] = find
                    self._keep(result, find, base64.b64decode(message["data"]))
            if fault is not None:
                self._keep(result, fault, child.input())
                return fault
            if ended and child.process.returncode == 0:
                return None
        return None

    def _keep(self, result: Result, find: Find, data: bytes) -> None:
        kept = result.finds.get(find.key)
        if kept is not None:
            kept.times += 1
            if len(data) >= len(kept.data):
                return
        result.finds[find.key] = Kept(find, data, kept.times if kept else 1)
        if self.finds is None:
            return
        folder = self.finds / result.target
        folder.mkdir(parents=True, exist_ok=True)
        name = f"{find.kind}-{hashlib.sha256(find.key.encode('utf-8', 'replace')).hexdigest()[:8]}"
        (folder / f"{name}.bin").write_bytes(data)
        text = f"{find.kind}: {find.words}\n\n{find.detail}\n"
        (folder / f"{name}.txt").write_text(text, encoding="utf-8", errors="backslashreplace")
