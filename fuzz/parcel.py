"""An input that is a folder of files: what differs from a base that the target has on its disk."""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass
class Parcel:
    """Changes to the files of a base.

    Attributes:
        base: its name.
        changes: by file name, with slashes: the start and end of what is replaced, and what stands there instead; None
            where the file is gone.
        options: what else the target is told.
    """

    base: str
    changes: dict[str, tuple[int, int, bytes] | None] = field(default_factory=dict)
    options: dict[str, Any] = field(default_factory=dict)

    def to_bytes(self) -> bytes:
        """As an input."""
        changes = {
            name: None if change is None else [change[0], change[1], base64.b64encode(change[2]).decode("ascii")]
            for name, change in self.changes.items()
        }
        return json.dumps({"base": self.base, "changes": changes, "options": self.options}).encode("ascii")

    @classmethod
    def from_bytes(cls, data: bytes) -> "Parcel":
        """The parcel that an input is."""
        told = json.loads(data)
        changes = {
            name: None if change is None else (change[0], change[1], base64.b64decode(change[2]))
            for name, change in told["changes"].items()
        }
        return cls(told["base"], changes, told["options"])

    def replace(self, name: str, old: bytes, new: bytes) -> None:
        """State that a file of the base, `old`, is now `new`: what both begin and end with is not told."""
        most = min(len(old), len(new))
        start = next((at for at in range(most) if old[at] != new[at]), most)
        end = next((at for at in range(most - start) if old[-1 - at] != new[-1 - at]), most - start)
        self.changes[name] = (start, len(old) - end, new[start : len(new) - end])

    def files(self, base: Mapping[str, bytes]) -> dict[str, bytes]:
        """All files with the changes."""
        found = dict(base)
        for name, change in self.changes.items():
            if change is None:
                found.pop(name, None)
            else:
                start, end, middle = change
                old = base.get(name, b"")
                found[name] = old[:start] + middle + old[end:]
        return found


def files_below(folder: Path) -> dict[str, bytes]:
    """All files of a folder by name, with slashes."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()
    }


def write_files(folder: Path, files: Mapping[str, bytes]) -> None:
    """Files into a folder, which is made."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
