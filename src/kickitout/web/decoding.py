"""The program that reads sound files for the page's server: a process of its own, which may crash, hang or be refused
memory without taking the server along. `kickitout.web.reader` starts it and talks to it.

It says `READY` when it has started. Each line that comes in is a request as JSON, {"do", "path", "seconds"}, where "do"
is "kick", "recipe" or "sound". The answer is a line of JSON, {"bytes", "shape", "type", "rate", "notes", "recipe"} or
{"bytes", "error"}, then so many bytes of samples. Nothing of it is code.
"""

import json
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from kickitout.errors import AudioFileError, InputError
from kickitout.instrument.recipes import Recipe
from kickitout.library.prepare import read_taken
from kickitout.sound import audio

READY = b"ready\n"

MEGABYTES = 256
"""Memory that it may take beyond what it takes before the first file (POSIX; address space)."""

CPU_SECONDS = 30
"""Work on one file after which the system ends it, should the server be gone that would do so sooner (POSIX)."""

MEMORY = "needs more memory than the {most} MB that a file is given; give another file"
FAULT = "cannot be read as audio ({words}); give another file"


def _limit_memory() -> None:
    """Refuse further memory than a file needs, and no file of what was in it when it crashes."""
    if sys.platform == "win32":
        return
    import resource

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    except (OSError, ValueError):  # macOS has neither this nor a limit that it keeps to
        return
    most = pages * resource.getpagesize() + MEGABYTES * 1_000_000
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (most, most))


def _limit_time() -> None:
    """Allow so much work from now on."""
    if sys.platform == "win32":
        return
    import resource

    times = os.times()
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_CPU, (int(times.user + times.system) + 1 + CPU_SECONDS, hard))


def _load() -> None:
    """Load what reading needs, before memory is limited."""
    import soundfile  # noqa: F401
    import soxr  # noqa: F401

    with suppress(ImportError):
        import av  # type: ignore[import-not-found,unused-ignore]  # noqa: F401


Answer = tuple[dict[str, Any], bytes]


def _plain(value: object) -> object:
    """A fact of an error as JSON has it."""
    return value.item() if isinstance(value, np.generic) else str(value)


def _of(samples: NDArray[Any], **facts: Any) -> Answer:
    data = np.ascontiguousarray(samples)
    return {"bytes": data.nbytes, "shape": data.shape, "type": data.dtype.str, **facts}, data.tobytes()


def _done(asked: dict[str, Any]) -> Answer:
    path = Path(asked["path"])
    if asked["do"] == "kick":
        taken, notes = read_taken(path)
        return _of(taken, notes=[[note.kind, note.words] for note in notes])
    if asked["do"] == "sound":
        samples, rate = audio.read(path, max_seconds=asked["seconds"])
        return _of(samples, rate=rate)
    recipe = Recipe.find(path)
    return {"bytes": 0, "recipe": None if recipe is None else recipe.model_dump_json(exclude_none=True)}, b""


def answer(line: bytes) -> Answer:
    """What a request comes to; whatever is wrong with a file is an answer."""
    try:
        return _done(json.loads(line))
    except InputError as error:
        reason = error.reason if isinstance(error, AudioFileError) else None
        refused = {"remedy": error.remedy, "facts": error.facts, "reason": reason}
    except MemoryError:
        refused = {"remedy": MEMORY, "facts": {"most": MEGABYTES}, "reason": "unreadable"}
    except Exception as error:  # a fault in a library or in us: of this file, not of the server
        words = " ".join(f"{type(error).__name__} {error}".split())[:200]
        refused = {"remedy": FAULT, "facts": {"words": words}, "reason": "unreadable"}
    return {"bytes": 0, "error": refused}, b""


def serve(requests: BinaryIO, answers: BinaryIO) -> None:
    """Answer requests until there are no more."""
    for line in requests:
        _limit_time()
        head, samples = answer(line)
        answers.write(json.dumps(head, default=_plain).encode() + b"\n" + samples)
        answers.flush()


def main() -> None:
    """Serve standard input and output, which nobody else here may use."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    _load()
    _limit_memory()
    with suppress(KeyboardInterrupt, BrokenPipeError):
        answers.write(READY)
        answers.flush()
        serve(sys.stdin.buffer, answers)
    os._exit(0)  # what a library does at its end is nobody's concern


if __name__ == "__main__":
    main()
