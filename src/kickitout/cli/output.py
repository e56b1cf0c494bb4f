"""The output of every verb: results on standard output, messages and progress on standard error."""

import json as json_module
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

from kickitout.errors import printable

LISTED = 10
"""Files of a kind that messages name."""

Progress = Callable[[int, int], None]
"""Called with (done, total)."""


RECENT_SECONDS = 60.0
"""The estimate of the time left follows the rate of so long."""


@Parameter(name="*")
@dataclass(frozen=True)
class Output:
    """The options of every verb."""

    json: Annotated[bool, Parameter(negative=(), show_default=False)] = False
    """Print the results as JSON, one object per line."""

    quiet: Annotated[bool, Parameter(negative=(), show_default=False)] = False
    """Print errors only; with --json, the JSON lines are still printed."""

    def message(self, text: str) -> None:
        """Print a message for people on standard error, unless `--quiet`."""
        if not self.quiet:
            print(printable(text), file=sys.stderr, flush=True)

    def fault(self, text: str) -> None:
        """Print what is wrong with one of several things, in one line on standard error, `--quiet` or not."""
        print(printable(f"kick: {' '.join(text.split())}"), file=sys.stderr, flush=True)

    def result(self, text: str, data: dict[str, Any]) -> None:
        """Print one result on standard output: `data` as a JSON line with `--json`, else `text`, unless `--quiet`."""
        if self.json:
            print(printable(json_module.dumps(data, ensure_ascii=False)), flush=True)
        elif text and not self.quiet:
            print(printable(text), flush=True)

    def refused(self, files: Sequence[tuple[Path | str, str]], words: str) -> None:
        """List files that were left out, each with the reason: all of them with `--json`, else the first few.

        Args:
            files: and why.
            words: what they are, after their number.
        """
        if not files:
            return
        self.message(f"{len(files):,} {words}:")
        if self.json:
            for file, why in files:
                self.result("", {"file": str(file), "error": why})
        else:
            for file, why in files[:LISTED]:
                self.message(f"  {file}: {why}")
            if len(files) > LISTED:
                self.message(f"  and {len(files) - LISTED:,} more (--json lists all)")

    def others(self, count: int) -> None:
        """Say how many files were not looked at because of their names."""
        if count:
            self.message(f"{count:,} other files: not audio by name")

    @contextmanager
    def progress(self, label: str) -> Iterator[Progress]:
        """A progress bar with an estimate of the time left, on standard error; silent with `--quiet` or no terminal."""
        if self.quiet or not sys.stderr.isatty():
            yield lambda done, total: None
            return
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
        from rich.progress import Progress as Bar

        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        with Bar(*columns, console=Console(stderr=True), speed_estimate_period=RECENT_SECONDS) as bar:
            task = bar.add_task(label, total=None)
            yield lambda done, total: bar.update(task, completed=done, total=total)
