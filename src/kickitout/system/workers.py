"""Parallel work in threads or processes, with results in the order of the inputs."""

import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from itertools import islice
from multiprocessing import get_context, parent_process
from typing import Any, TypeVar

from kickitout.errors import KickItOutError

Item = TypeVar("Item")
Result = TypeVar("Result")

CHUNK = 8
"""Items in a task: enough that sending a task costs little, few enough that a progress bar moves."""


def available_processors() -> int:
    """How many processors this process may use: a scheduler may allow fewer than the machine has."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class InlineExecutor(Executor):
    """An executor without workers: it does the work on submission."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Call `fn` now."""
        future: Future[Any] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:
            future.set_exception(error)
        return future


class _Processes(ProcessPoolExecutor):
    """A pool whose processes ignore Ctrl-C also while they start: each would print a traceback."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """The same; a process started here begins with Ctrl-C blocked."""
        if not hasattr(signal, "pthread_sigmask"):  # Windows
            return super().submit(fn, *args, **kwargs)
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            return super().submit(fn, *args, **kwargs)
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _begin_worker() -> None:
    """A worker leaves Ctrl-C to its parent, and ends when the parent is gone for whatever reason."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})  # blocked until now: discarded
    parent = parent_process()
    if parent is not None:

        def follow() -> None:
            parent.join()
            os._exit(1)

        threading.Thread(target=follow, daemon=True).start()


@contextmanager
def open_workers(count: int, tasks: int) -> Iterator[Executor]:
    """`count` processes, or none if the tasks are too few to be worth it."""
    if count <= 1 or tasks <= 2 * CHUNK:
        yield InlineExecutor()
        return
    pool = _Processes(min(count, tasks), mp_context=get_context("spawn"), initializer=_begin_worker)
    try:
        yield pool
    finally:
        # Also after Ctrl-C it waits for what is at work: a process that ends before its workers leaves their semaphores
        # behind, and one whose workers are stopped in the middle may wait for them forever.
        pool.shutdown(cancel_futures=True)


def in_order(
    executor: Executor, work: Callable[[Any], list[Result]], items: Sequence[Any], in_flight: int
) -> Iterator[Result]:
    """The results of `work` on chunks of `items`, in the order of the items, `in_flight` chunks at a time.

    Raises:
        KickItOutError: a worker was stopped from outside.
    """
    pending: deque[Future[list[Result]]] = deque()
    rest = iter(items)
    try:
        while True:
            while len(pending) < in_flight and (chunk := list(islice(rest, CHUNK))):
                pending.append(executor.submit(work, chunk))
            if not pending:
                return
            yield from pending.popleft().result()
    except BrokenProcessPool as error:
        raise KickItOutError(
            "a worker process was stopped from outside (out of memory?); try again with one worker"
        ) from error
    finally:
        for future in pending:
            future.cancel()


def in_threads(work: Callable[[Item], Result], items: Iterable[Item], threads: int) -> Iterator[Result]:
    """The results of `work` on each of `items`, in their order, by a number of threads; one is the caller's own."""
    if threads == 1:
        yield from map(work, items)
        return
    executor = ThreadPoolExecutor(threads, thread_name_prefix="kick")
    waiting: deque[Future[Result]] = deque()
    try:
        for item in items:
            waiting.append(executor.submit(work, item))
            if len(waiting) > 2 * threads:  # enough to keep all threads busy; a million kicks would not fit in memory
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        executor.shutdown(cancel_futures=True)
