"""The trial of a graph: it runs once in a process of its own, with limits, before it may run in this one.

`kickitout.model.graphs` lets no graph through whose shapes depend on its inputs, so one run speaks for all: a graph
that passes takes about the same memory and time each time. A passed trial is remembered by what the graph is, to the
bit, and by the version of ONNX Runtime, in this process and in the cache folder of this user.

The child runs this module, too.
"""

import hashlib
import json
import math
import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

from kickitout.errors import KickItOutError
from kickitout.model import runtime
from kickitout.system.places import cache_folder

SECONDS = 8
"""Processor time that a graph may take to load and to run once. The shipped ones take 0.1 to 0.2 s."""

PATIENCE = 60.0
"""Seconds after which a child is given up, whatever it does: a busy machine is slow."""

MEMORY = 2**29
"""Bytes that a graph may take: 512 MiB, and so many times its own size as GROWTH says."""

GROWTH = 6
"""Numbers of half the precision are doubled when they are loaded, and stored a second time in another order."""

TOO_MUCH = f"it takes more than {SECONDS} seconds or {MEMORY // 2**20} MiB to make a kick"

FOLDER = "trials"
"""Where passed trials are kept below the cache folder: an empty file each."""

_passed: set[str] = set()


def fault(graph: bytes) -> str:
    """Why a graph may not run in this process: "" where nothing speaks against it.

    Args:
        graph: an ONNX file that `kickitout.model.graphs.check` let through.

    Raises:
        KickItOutError: no process can be started.
    """
    key = hashlib.sha256(f"1 {runtime.load().__version__} ".encode() + graph).hexdigest()
    if key in _passed or _remembered(key):
        return ""
    words = _try_out(graph)
    if not words:
        _passed.add(key)
        _remember(key)
    return words


def _remembered(key: str) -> bool:
    folder = cache_folder()
    with suppress(OSError):
        return folder is not None and (folder / FOLDER / key).is_file()
    return False


def _remember(key: str) -> None:
    """Note that a graph passed. Where that fails it is tried again by the next process, which costs half a second."""
    folder = cache_folder()
    if folder is not None:
        with suppress(OSError):
            (folder / FOLDER).mkdir(mode=0o700, parents=True, exist_ok=True)
            (folder / FOLDER / key).touch(mode=0o600)


def _try_out(graph: bytes) -> str:
    # Not `-m`, and no folder of this process's own on the path: the current one may be a stranger's, too.
    code = "import sys; sys.path.append(sys.argv[1]); from kickitout.model import trial; trial.main(int(sys.argv[2]))"
    command = [sys.executable, "-P", "-c", code, str(Path(__file__).parents[2]), str(SECONDS)]
    environment = os.environ | {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    try:
        done = subprocess.run(command, input=graph, capture_output=True, timeout=PATIENCE, env=environment, check=False)
    except subprocess.TimeoutExpired:
        return TOO_MUCH
    except OSError as error:
        raise KickItOutError(f"cannot start a process to try the model in: {error}; try again") from error
    try:
        words = json.loads(done.stdout)["fault"]
    except (ValueError, KeyError, TypeError):
        return TOO_MUCH  # killed at a limit
    return str(words)[:200]


# In the child ---------------------------------------------------------------------------------------------------------


def main(seconds: int) -> None:
    """Run the graph on standard input once, within limits, and say on standard output what is wrong with it."""
    graph = sys.stdin.buffer.read()
    import numpy as np

    runtime.load()  # before the limit: it is not the graph's doing
    _limit(MEMORY + GROWTH * len(graph), seconds)
    words = ""
    try:
        session = runtime.open_session(graph)
        random = np.random.default_rng(0)
        inputs = {one.name: random.standard_normal(one.shape, dtype=np.float32) for one in session.get_inputs()}
        results = session.run(None, inputs)
        if any(not isinstance(result, np.ndarray) or result.dtype != np.float32 for result in results):
            words = "its output is not float32 numbers"
    except MemoryError:
        words = TOO_MUCH
    except Exception as error:  # ONNX Runtime's exceptions have no base of their own
        words = " ".join(str(error).split())[:200]
    sys.stdout.write(json.dumps({"fault": words}))
    sys.stdout.flush()
    os._exit(0)  # nothing of the graph is taken apart in order: that could take as long as it likes


def _limit(memory: int, seconds: int) -> None:
    """Limit this process to so many bytes and seconds more than it has had, where the system can (not Windows)."""
    try:
        import resource
    except ImportError:
        return
    pages = 0
    with suppress(OSError, ValueError, IndexError):
        pages = int(Path("/proc/self/statm").read_text("ascii").split()[0])
    size = pages * resource.getpagesize() if pages else 2**30
    used = resource.getrusage(resource.RUSAGE_SELF)
    seconds += math.ceil(used.ru_utime + used.ru_stime)
    for name, most in (("RLIMIT_AS", size + memory), ("RLIMIT_CPU", seconds), ("RLIMIT_CORE", 0), ("RLIMIT_FSIZE", 0)):
        with suppress(OSError, ValueError, AttributeError):
            number = getattr(resource, name)
            hard = resource.getrlimit(number)[1]
            if hard == resource.RLIM_INFINITY or most <= hard:
                resource.setrlimit(number, (most, most))
