"""Many kicks, side by side: in threads where they are few, and in processes where they are many.

Half of the work on a kick is a few thousand small calls of NumPy, which hold the interpreter: two threads make 1.2 to
1.3 times as many kicks as one. Two processes make nearly twice as many, once each has opened the model, which takes as
long as some thirty kicks. The kicks are the same.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import cache, partial
from pathlib import Path
from typing import TypeVar

from kickitout.errors import DamagedFileError
from kickitout.instrument.instrument import Instrument, load
from kickitout.instrument.request import Request
from kickitout.sound.kick import Kick
from kickitout.system.workers import in_order, in_threads, open_workers

Seen = TypeVar("Seen")

MANY = 100
"""From so many kicks on processes are worth their start: two of them, and one more for each half as many."""


def kicks_seen(
    instrument: Instrument, request: Request, look: Callable[[Kick], Seen], workers: int
) -> Iterator[tuple[Kick, Seen]]:
    """The kicks of a request in the order of its seeds, made lazily, each with what is seen of it.

    Args:
        instrument: that makes them.
        request: the seeds, and how their kicks should sound.
        look: a function of a module, as it may be called in another process.
        workers: how many kicks are made at a time. Kicks that are compared with known ones are made in threads.

    Raises:
        InputError, DamagedFileError: as `Instrument.kicks`, or the model's files changed meanwhile.
        KickItOutError: a process was stopped from outside.
    """
    make = instrument.maker(request)  # what is wrong with the request is said before any process is there
    compared = instrument.known is not None or request.unique_against is not None
    if workers == 1 or compared or len(request.seeds) < MANY:
        yield from in_threads(lambda seed: _seen(make(seed), look), request.seeds, workers)
        return
    model = (instrument.bundle.path.absolute(), instrument.bundle.checksum, instrument.gate, instrument.taste)
    work = partial(_made, model, replace(request, seeds=request.seeds[:1]), look)
    processes = min(workers, 2 * len(request.seeds) // MANY)
    with open_workers(processes, len(request.seeds)) as executor:
        yield from in_order(executor, work, request.seeds, 2 * processes)


def _seen(kick: Kick, look: Callable[[Kick], Seen]) -> tuple[Kick, Seen]:
    return kick, look(kick)


def _made(
    model: tuple[Path, str, bool, bool], request: Request, look: Callable[[Kick], Seen], seeds: Sequence[int]
) -> list[tuple[Kick, Seen]]:
    make = _opened(*model).maker(request)
    return [_seen(make(seed), look) for seed in seeds]


@cache
def _opened(path: Path, checksum: str, gate: bool, taste: bool) -> Instrument:
    """The instrument of another process here."""
    instrument = load(path, gate=gate, taste=taste)
    if instrument.bundle.checksum != checksum:
        raise DamagedFileError(f"the bundle {path} changed while kicks were made; make them again")
    return instrument
