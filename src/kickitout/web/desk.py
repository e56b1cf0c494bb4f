"""Work in fair turns: a few threads, a bounded number of requests, and one task of each at a time.

A request of 64 kicks does not hold up one of a single kick for longer than the tasks that are under way: the threads
take one task of each request in turn. Requests beyond the bound are refused at once, with the time after which it is
worth asking again.
"""

import asyncio
import math
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from kickitout.errors import KickItOutError

Result = TypeVar("Result")

MOST_REQUESTS = 64
"""Requests that wait or are under way, in total."""

USUAL_SECONDS = 0.05
"""What a task takes, before any is known."""

LONGEST_WAIT = 30
"""Longest wait that is suggested, in seconds."""


class BusyError(KickItOutError):
    """All places are taken; `retry_after` is how many seconds to wait before asking again."""

    def __init__(self, retry_after: int, why: str = "busy with other requests") -> None:
        super().__init__(f"{why}; ask again in {retry_after} s")
        self.retry_after = retry_after


class GivenUpError(KickItOutError):
    """Nobody waits for this task any more."""


_task = threading.local()
"""The request of the task that this thread does."""


def go_on() -> None:
    """Raise `GivenUpError` within a task that nobody waits for any more: between the steps of long ones."""
    request = getattr(_task, "request", None)
    if request is not None and request.given_up:
        raise GivenUpError("nobody waits for this any more")


@dataclass(eq=False)
class _Request(Generic[Result]):
    """Tasks, their results, and who waits for them."""

    tasks: Sequence[Callable[[], Result]]
    loop: asyncio.AbstractEventLoop
    done: "asyncio.Future[None]"
    results: dict[int, Result] = field(default_factory=dict)
    next: int = 0
    error: BaseException | None = None
    given_up: bool = False
    doing: int = 0  # tasks that are under way


class Desk:
    """Threads that do what requests ask for.

    Args:
        threads: how many.
        most: requests that may wait or be under way.
    """

    def __init__(self, threads: int, most: int = MOST_REQUESTS) -> None:
        self._most = most
        self._waiting: deque[_Request[Any]] = deque()
        self._under_way: set[_Request[Any]] = set()
        self._changed = threading.Condition()
        self._closed = False
        self._seconds = USUAL_SECONDS
        self._threads = [threading.Thread(target=self._work, name=f"desk {n}", daemon=True) for n in range(threads)]
        for thread in self._threads:
            thread.start()

    async def run(self, tasks: Sequence[Callable[[], Result]]) -> list[Result]:
        """The results of tasks, in their order.

        Raises:
            BusyError: too many requests are waiting.
            Exception: what the first task that failed raised; those that had not begun are left out.
        """
        loop = asyncio.get_running_loop()
        request = _Request(tasks, loop, loop.create_future())
        with self._changed:
            if self._closed or len(self._under_way) >= self._most:
                raise BusyError(self._wait())
            self._under_way.add(request)
            self._waiting.append(request)
            self._changed.notify_all()
        try:
            await request.done
        except asyncio.CancelledError:
            with self._changed:
                request.given_up = True
                if request in self._waiting:
                    self._waiting.remove(request)  # what it holds, an upload for one, goes now
                    if not request.doing:
                        self._under_way.discard(request)
            raise
        if request.error is not None:
            raise request.error
        return [request.results[place] for place in range(len(tasks))]

    async def one(self, task: Callable[[], Result]) -> Result:
        """The result of one task; as `run`."""
        return (await self.run([task]))[0]

    def close(self) -> None:
        """Take no more, refuse what waits, and let the tasks that are under way end."""
        with self._changed:
            self._closed = True
            left = list(self._under_way)
            self._changed.notify_all()
        for request in left:
            request.error = request.error or BusyError(1)
            self._settle(request, over=True)
        for thread in self._threads:
            thread.join(timeout=5.0)

    def _wait(self) -> int:
        """Seconds until about half of what waits is done."""
        left = sum(len(request.tasks) - len(request.results) for request in self._under_way)
        seconds = 0.5 * left * self._seconds / max(len(self._threads), 1)
        return min(max(math.ceil(seconds), 1), LONGEST_WAIT)

    def _work(self) -> None:
        while True:
            with self._changed:
                while not self._waiting and not self._closed:
                    self._changed.wait()
                if self._closed:
                    return
                request = self._waiting.popleft()
                place = request.next
                request.next += 1
                over = request.given_up or request.error is not None or not request.tasks
                if not over and request.next < len(request.tasks):
                    self._waiting.append(request)
                request.doing += not over
            if not over:
                self._do(request, place)
            self._settle(request, over)
            del request  # an upload lies in it, and the next may be hours away

    def _do(self, request: _Request[Any], place: int) -> None:
        started = time.monotonic()
        _task.request = request
        try:
            request.results[place] = request.tasks[place]()
        except BaseException as error:
            request.error = request.error or error
        finally:
            _task.request = None
        # How long recent tasks took: enough to suggest when to come back.
        self._seconds += 0.1 * (time.monotonic() - started - self._seconds)

    def _settle(self, request: _Request[Any], over: bool) -> None:
        """Wake who waits for a request that is over: done, failed, or given up."""
        with self._changed:
            request.doing -= not over
            left = request.given_up and not request.doing
            finished = over or left or request.error is not None or len(request.results) == len(request.tasks)
            if not finished or request not in self._under_way:
                return
            self._under_way.discard(request)

        def wake() -> None:
            if not request.done.done():
                request.done.set_result(None)

        try:
            request.loop.call_soon_threadsafe(wake)
        except RuntimeError:  # the loop is closed: nobody waits any more
            return
