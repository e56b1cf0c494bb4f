"""From folders of samples to a prepared library."""

import os
import signal
import threading
from collections import Counter, deque
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from multiprocessing import get_context, parent_process
from pathlib import Path
from typing import Any

import numpy as np

from kickitout import audio
from kickitout.descriptors import describe
from kickitout.embedding import embed
from kickitout.errors import AudioFileError, InputError, KickItOutError
from kickitout.library import reject
from kickitout.library.normalise import FULL_SCALE, normalise
from kickitout.library.scan import Candidate, scan
from kickitout.library.splits import assign
from kickitout.library.store import LibraryWriter, NewKick, content_hash, encode

Progress = Callable[[int, int], None]
"""Called with (done, total)."""

CHUNK = 8
"""Files a task: enough that sending a task costs little, few enough that the bar moves."""

RATES = (2_000, 1_000_000)
"""Sample rates in Hz that are believed."""


@dataclass(frozen=True)
class Outcome:
    """What became of one file: a kick, or a reason and a detail."""

    candidate: Candidate
    key: str
    kick: NewKick | None = None
    reason: str = ""
    detail: str = ""


class RejectedError(Exception):
    """A file is not taken; never leaves this module."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(reason, detail)
        self.reason = reason
        self.detail = detail


def _load(candidate: Candidate) -> NewKick:
    info = audio.probe(candidate.path)
    if info.channels > 2:
        raise RejectedError(reject.CHANNELS, f"{info.channels} channels")
    if not RATES[0] <= info.sample_rate <= RATES[1]:
        raise RejectedError(reject.UNREADABLE, f"a sample rate of {info.sample_rate} Hz")
    if info.seconds > reject.LONGEST_SECONDS:
        raise RejectedError(reject.TOO_LONG, f"{info.seconds:.1f} s, at most {reject.LONGEST_SECONDS:g} s")
    samples, rate = audio.read(candidate.path, max_seconds=reject.LONGEST_SECONDS + 0.1)
    if not np.isfinite(samples).all():
        raise RejectedError(reject.NON_FINITE, "NaN or infinite samples")
    if samples.shape[1] > reject.LONGEST_SECONDS * rate:
        raise RejectedError(reject.TOO_LONG, f"more than {reject.LONGEST_SECONDS:g} s")
    if float(np.ptp(samples, axis=1).max()) < reject.SILENCE:
        raise RejectedError(reject.SILENT, "no sample moves by more than -80 dB of full scale")
    prepared = normalise(samples, rate)
    planes = encode(prepared.samples)
    if planes.shape[2] < reject.SHORTEST_SAMPLES:
        raise RejectedError(reject.TOO_SHORT, f"{planes.shape[2] / 44.1:.0f} ms of sound")
    heard = prepared.samples.astype(np.float32) / FULL_SCALE
    facts: dict[str, Any] = {
        "content_hash": content_hash(prepared.samples),
        "file": candidate.file,
        "source": candidate.source,
        "kit": candidate.kit,
        "origin": candidate.origin,
        "licence": candidate.licence,
        "licence_class": candidate.licence_class,
        "gain_db": round(prepared.gain_db, 3),
        "onset_shift": prepared.onset_shift,
        "original_rate": rate,
        "original_channels": info.channels,
        "true_stereo": prepared.true_stereo,
        "length": planes.shape[2],
        "descriptors": {name: round(value, 4) for name, value in describe(heard).items()},
    }
    return NewKick(facts, planes, embed(heard))


def prepare_file(candidate: Candidate) -> Outcome:
    """Decode, normalise and examine one file; never raises for what the file holds."""
    key = candidate.key
    try:
        return Outcome(candidate, key, kick=_load(candidate))
    except RejectedError as error:
        return Outcome(candidate, key, reason=error.reason, detail=error.detail)
    except AudioFileError as error:
        return Outcome(candidate, key, reason=error.reason, detail=str(error))
    except MemoryError:
        return Outcome(candidate, key, reason=reject.UNREADABLE, detail="it asks for more memory than there is")


def prepare_chunk(candidates: Sequence[Candidate]) -> list[Outcome]:
    """`prepare_file` for several files: one task of an executor."""
    return [prepare_file(candidate) for candidate in candidates]


class InlineExecutor(Executor):
    """An executor without workers: does the work when it is submitted."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Call `fn` now."""
        future: Future[Any] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:
            future.set_exception(error)
        return future


def _begin_worker() -> None:
    """A worker leaves Ctrl-C to its parent, and ends when the parent is gone however that came."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = parent_process()
    if parent is not None:

        def follow() -> None:
            parent.join()
            os._exit(1)

        threading.Thread(target=follow, daemon=True).start()


def available_cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextmanager
def _workers(count: int, tasks: int) -> Iterator[Executor]:
    if count <= 1 or tasks <= 2 * CHUNK:
        yield InlineExecutor()
        return
    pool = ProcessPoolExecutor(min(count, tasks), mp_context=get_context("spawn"), initializer=_begin_worker)
    try:
        yield pool
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        raise
    pool.shutdown()


def in_order(
    executor: Executor, work: Callable[[Any], list[Outcome]], items: Sequence[Any], in_flight: int
) -> Iterator[Outcome]:
    """The outcomes of `work` on chunks of `items`, in the order of the items, `in_flight` chunks at a time."""
    pending: deque[Future[list[Outcome]]] = deque()
    rest = iter(items)
    try:
        while True:
            while len(pending) < in_flight and (chunk := list(islice(rest, CHUNK))):
                pending.append(executor.submit(work, chunk))
            if not pending:
                return
            yield from pending.popleft().result()
    except BrokenProcessPool as error:
        raise KickItOutError("a worker was stopped from outside (out of memory?); try again with --workers 1") from error
    finally:
        for future in pending:
            future.cancel()


@dataclass
class Report:
    """What a run did."""

    found: int = 0
    known: int = 0
    taken: int = 0
    left_out: int = 0
    rejected: Counter[str] = field(default_factory=Counter)
    notes: list[str] = field(default_factory=list)


def prepare_folders(
    places: Sequence[str | Path],
    destination: str | Path,
    *,
    manifest: str | Path | None = None,
    licence_classes: Collection[str] | None = None,
    workers: int | None = None,
    executor: Executor | None = None,
    in_flight: int | None = None,
    progress: Progress = lambda done, total: None,
) -> Report:
    """Add the kicks of `places` (folders and files) to the library `destination`, which is made if need be."""
    folder = Path(destination)
    roots = [Path(place) for place in places]
    if any(root.is_dir() and folder.exists() and root.samefile(folder) for root in roots):
        raise InputError(f"-o {folder} is the folder of samples itself; name another folder for the library")
    found = scan(
        roots,
        manifest=None if manifest is None else Path(manifest),
        licence_classes=licence_classes,
        excluded=[folder],
    )
    names = ", ".join(str(root) for root in roots)
    if not found.candidates:
        words = f"of licence class {' or '.join(licence_classes)} " if licence_classes and found.left_out else ""
        raise InputError(f"{names} holds no audio files {words}; give a folder with WAV, AIFF, FLAC, OGG or MP3 files")
    writer = LibraryWriter(folder)
    new = [candidate for candidate in found.candidates if candidate.key not in writer.seen]
    report = Report(len(found.candidates), len(found.candidates) - len(new), left_out=found.left_out, notes=found.notes)
    hashes = {entry.content_hash: index for index, entry in enumerate(writer.library.entries)}
    count = available_cores() if workers is None else workers
    with _workers(count, len(new)) as own:
        outcomes = in_order(executor or own, prepare_chunk, new, in_flight or 4 * count)
        try:
            for done, outcome in enumerate(outcomes, start=1):
                if outcome.kick is None:
                    if outcome.candidate.named:
                        raise InputError(f"{outcome.candidate.file}: {outcome.reason} ({outcome.detail})")
                    writer.reject(outcome.candidate.file, outcome.reason, outcome.detail)
                    report.rejected[outcome.reason] += 1
                elif (name := outcome.kick.facts["content_hash"]) in hashes:
                    first = writer.file(hashes[name])
                    writer.reject(outcome.candidate.file, reject.EXACT_DUPLICATE, f"of {first}")
                    report.rejected[reject.EXACT_DUPLICATE] += 1
                else:
                    hashes[name] = len(writer)
                    writer.add(outcome.kick)
                    report.taken += 1
                writer.mark_seen(outcome.key)
                progress(done, len(new))
        finally:
            writer.flush()
    splits, _ = assign(writer.library.entries, {})
    writer.assign(splits)
    return report
