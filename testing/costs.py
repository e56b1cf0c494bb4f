"""What tests cost: seconds of processor time, theirs and that of their child processes. Wall time tells as much about
the machine's other work; this grows by half on a busy one."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

LIMIT = 5.0
"""Seconds that a test without the marker `slow` may take, or a fixture that several share, before the summary names
it."""

PROPERTY = "processor seconds"
"""Of a test's report: its own seconds; of a fixture that others share: `PROPERTY` and its name."""


def used() -> float:
    """Seconds of processor time so far: of this process, its children that ended, and, where the system tells, those
    that run (a browser, a server)."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system + sum(_running(os.getpid()))


def _running(parent: int) -> Iterator[float]:
    for children in Path(f"/proc/{parent}/task").glob("*/children"):
        try:
            processes = [int(word) for word in children.read_text().split()]
        except OSError:  # the thread has ended
            continue
        for process in processes:
            try:
                facts = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            yield sum(map(int, facts[11:15])) / os.sysconf("SC_CLK_TCK")
            yield from _running(process)


@dataclass
class Meter:
    """Reads the costs of one test after another, and of what they share: that is no test's own."""

    last: float = field(default_factory=used)
    shared: list[tuple[str, float]] = field(default_factory=list)
    _within: bool = False

    @contextmanager
    def sharing(self, name: str) -> Iterator[None]:
        """What is made for several tests; what is made within is a part of it."""
        if self._within:
            yield
            return
        before, self._within = used(), True
        try:
            yield
        finally:
            self._within = False
            self.shared.append((name, max(used() - before, 0.0)))

    def read(self) -> list[tuple[str, float]]:
        """Properties for the report of a test that ends."""
        now = used()
        spent, shared = now - self.last, self.shared
        self.last, self.shared = now, []
        own = max(spent - sum(seconds for _, seconds in shared), 0.0)
        return [(PROPERTY, own), *((f"{PROPERTY}: {name}", seconds) for name, seconds in shared)]


@dataclass
class Bill:
    """Adds up the costs that reports tell."""

    tests: dict[str, float] = field(default_factory=dict)
    shared: dict[str, float] = field(default_factory=dict)
    long: dict[str, float] = field(default_factory=dict)

    def add(self, report: pytest.TestReport) -> None:
        """Of the report of a test's end."""
        for name, seconds in report.user_properties:
            if name == PROPERTY:
                self.tests[report.nodeid] = float(str(seconds))
                of = report.nodeid
            elif name.startswith(f"{PROPERTY}: "):
                of = name.removeprefix(f"{PROPERTY}: ")
                self.shared[of] = self.shared.get(of, 0.0) + float(str(seconds))
            else:
                continue
            if float(str(seconds)) > LIMIT and "slow" not in report.keywords:
                self.long[of] = float(str(seconds))

    def lines(self) -> list[str]:
        """What the summary says."""
        told = f"{sum(self.tests.values()):.0f} s in {len(self.tests):,} tests"
        lines = [f"processor time: {told}, {sum(self.shared.values()):.0f} s in what they share"]
        if self.long:
            lines.append(f"more than {LIMIT:g} s without the marker slow (see CONTRIBUTING.md):")
        lines += [f"{seconds:7.1f} s {of}" for of, seconds in sorted(self.long.items(), key=lambda one: -one[1])]
        return lines
