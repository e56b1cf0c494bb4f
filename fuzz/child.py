"""The process that runs inputs. It may hang, eat memory or die: `hunt` watches it from outside.

    python -m fuzz.child TARGET WORK SEED MEMORY             new inputs until it is killed
    python -m fuzz.child TARGET WORK SEED MEMORY FILE ...    these inputs, then it ends

It writes one JSON line for each thing to tell to its standard output; standard output and error of what it runs go to
the file `terminal` in WORK, where the input under way lies: `input_file`.
"""

import base64
import contextlib
import faulthandler
import json
import mmap
import os
import random
import shutil
import signal
import struct
import sys
import time
import warnings
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import IO, Any

from fuzz.rules import Find, check_refusal, check_terminal, find_of
from fuzz.targets import Target, target_class
from kickitout.errors import KickItOutError

BEAT = struct.Struct("<Qdd")
"""Inputs so far, when the one under way began (`time.monotonic`; 0: none is), and when the process was last alive."""

SPARE = 4 * 2**30
"""Bytes of address space above what the seeds took: a request for more fails at once instead of filling the machine."""


class Beat:
    """What the watcher sees: a file that both have mapped."""

    def __init__(self, path: Path) -> None:
        with path.open("r+b") as stream:
            self._map = mmap.mmap(stream.fileno(), BEAT.size)

    def read(self) -> tuple[int, float, float]:
        """See BEAT."""
        found: tuple[int, float, float] = BEAT.unpack(self._map[:])
        return found

    def write(self, inputs: int, since: float) -> None:
        """State where the process is."""
        self._map[:] = BEAT.pack(inputs, since, time.monotonic())


def input_file(work: Path, inputs: int) -> Path:
    """Where an input lies while it is run, after so many others; it stays there while the next one is run."""
    return work / f"input-{inputs % 2}"


def resident_peak() -> int:
    """The most bytes that this process had in memory since `forget_peak`; 0 where the system does not tell."""
    try:
        for line in Path("/proc/self/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass
    return 0


def forget_peak() -> None:
    """Let `resident_peak` begin anew."""
    with contextlib.suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")


def limit_address_space() -> None:
    """See SPARE."""
    try:
        import resource

        pages = int(Path("/proc/self/statm").read_text().split()[0])
        limit = pages * resource.getpagesize() + SPARE
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    except (ImportError, OSError, ValueError):
        pass


class Runner:
    """Runs inputs one by one, each in an empty folder, and says what they did.

    Args:
        target: what is fed.
        work: the folder of this process.
        terminal: what standard output and error are written to.
        beat: tells the watcher.
        memory: bytes that an input may take.
    """

    def __init__(self, target: Target, work: Path, terminal: IO[bytes], beat: Beat, memory: int) -> None:
        self.target, self.work, self.terminal, self.beat, self.memory = target, work, terminal, beat, memory
        self.place = work / "place" / "inner"  # what climbs out by one step stays with us
        self.inputs = 0
        self.ordinary = 0

    def run(self, data: bytes) -> Find | None:
        """Feed an input; a find, or None."""
        input_file(self.work, self.inputs).write_bytes(data)
        self._tidy()
        forget_peak()
        self.beat.write(self.inputs, time.monotonic())
        found = None
        try:
            self._fed(data)
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            found = find_of(error)
        finally:
            self.inputs += 1
            self.beat.write(self.inputs, 0.0)
        taken = resident_peak() - self.ordinary
        if found is None and self.ordinary and taken > self.memory:
            found = Find("memory", f"it took {taken / 1e9:.1f} GB", "", f"memory {self.target.__class__.__name__}")
        return found

    def _fed(self, data: bytes) -> None:
        try:
            self.target.run(data, self.place)
        except KickItOutError as error:
            check_refusal(error)
        sys.stdout.flush()
        sys.stderr.flush()
        if os.fstat(self.terminal.fileno()).st_size:
            text = (self.work / "terminal").read_text("utf-8", "replace")
            os.ftruncate(self.terminal.fileno(), 0)
            check_terminal(text)

    def _tidy(self) -> None:
        os.chdir(self.work)
        for folder, _, _ in os.walk(self.work / "place"):
            with contextlib.suppress(OSError):
                Path(folder).chmod(0o700)
        shutil.rmtree(self.work / "place", ignore_errors=True)
        self.place.mkdir(parents=True, exist_ok=True)
        os.chdir(self.place)
        os.ftruncate(self.terminal.fileno(), 0)


def _endless(target: Target, seeds: list[bytes], seed: int) -> Iterator[bytes]:
    dice = random.Random(seed)
    while True:
        yield target.mutate(dice, seeds)


def _settled(work: Path) -> IO[bytes]:
    """Standard streams, environment and faults arranged; the stream behind standard output and error."""
    terminal = (work / "terminal").open("ab", buffering=0)
    devnull = os.open(os.devnull, os.O_RDONLY)
    for number, target in ((0, devnull), (1, terminal.fileno()), (2, terminal.fileno())):
        os.dup2(target, number)
    faulthandler.enable(sys.stderr)
    if hasattr(faulthandler, "register"):
        faulthandler.register(signal.SIGUSR1, sys.stderr, all_threads=True)
    home = work / "home"
    home.mkdir(exist_ok=True)
    (work / "tmp").mkdir(exist_ok=True)
    os.environ |= {"HOME": str(home), "TMPDIR": str(work / "tmp"), "OMP_NUM_THREADS": "1", "KICK_DEBUG": "1"}
    warnings.simplefilter("always")
    return terminal


def _loop(runner: Runner, inputs: Iterable[bytes], tell: Callable[..., None]) -> None:
    for data in inputs:
        found = runner.run(data)
        if found is not None:
            tell("find", data=base64.b64encode(data).decode("ascii"), **vars(found))


def main(arguments: list[str]) -> None:
    """See the module."""
    name, folder, seed, memory, *files = arguments
    work = Path(folder)
    out = os.fdopen(os.dup(1), "w", encoding="utf-8", buffering=1)

    def tell(what: str, **facts: Any) -> None:
        out.write(json.dumps({"what": what, **facts}) + "\n")

    inputs = [Path(file).resolve() for file in files]
    terminal = _settled(work)
    target = target_class(name)(work.parent / "base" / name)
    runner = Runner(target, work, terminal, Beat(work / "beat"), int(memory))
    seeds = [] if files else target.seeds()
    for number, data in enumerate(seeds):
        found = runner.run(data)
        if found is not None:
            facts = {**vars(found), "words": f"seed {number} itself: {found.words}"}
            tell("find", data=base64.b64encode(data).decode("ascii"), **facts)
    runner.ordinary = resident_peak()
    limit_address_space()
    tell("ready", inputs=runner.inputs)
    with contextlib.suppress(KeyboardInterrupt):
        if files:
            for path in inputs:
                tell("file", path=str(path))
                _loop(runner, [path.read_bytes()], tell)
        else:
            _loop(runner, _endless(target, seeds, int(seed)), tell)
    os.chdir(work)
    target.close()
    tell("end", inputs=runner.inputs)
    out.flush()
    os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1:])
