"""The lines of a run's metrics file as they grow, thinned for the page's curves."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

MOST_ROWS = 200
"""Lines of each kind that the page is sent: enough for a curve."""


class MetricsFile:
    """The lines of a run's metrics as they grow: each is read once."""

    def __init__(self) -> None:
        self._path: Path | None = None
        self._offset = 0
        self._rows: list[dict[str, Any]] = []

    def read(self, path: Path) -> list[dict[str, Any]]:
        """All whole lines so far. A file that has shrunk was written anew, and is read anew."""
        try:
            size = path.stat().st_size
            if path != self._path or size < self._offset:
                self._path, self._offset, self._rows = path, 0, []
            with path.open("rb") as stream:
                stream.seek(self._offset)
                data = stream.read()
        except OSError:
            return []
        whole = data[: data.rfind(b"\n") + 1]
        self._offset += len(whole)
        for line in whole.splitlines():
            try:
                row = json.loads(line)
            except ValueError:
                continue
            if isinstance(row, dict):
                self._rows.append(row)
        return self._rows


def thinned(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """At most MOST_ROWS lines of each kind, evenly chosen, the last among them, without what is no finite number."""
    kinds: dict[str, list[int]] = {}
    for place, row in enumerate(rows):
        kinds.setdefault(str(row.get("kind")), []).append(place)
    kept: list[int] = []
    for places in kinds.values():
        step = max(1, -(-len(places) // MOST_ROWS))
        kept += places[::-1][::step]
    return [
        {name: value for name, value in rows[place].items() if not isinstance(value, float) or value - value == 0.0}
        for place in sorted(kept)
    ]
