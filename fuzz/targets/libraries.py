"""Prepared libraries: opened, read, measured, added to, trained on as far as the first batch."""

import json
from pathlib import Path
from random import Random

from fuzz.mutation import damaged
from fuzz.parcel import Parcel, files_below, write_files
from fuzz.rules import tried
from fuzz.structure import restructured, to_json
from fuzz.targets import Target
from fuzz.targets.bundles import damaged_arrays
from kickitout.evaluation.sets import from_library
from kickitout.library.store import Library
from kickitout.library.writer import LibraryWriter


class Libraries(Target):
    """See the module."""

    def __init__(self, base: Path) -> None:
        super().__init__(base)
        self.files = files_below(base / "library") if (base / "library").exists() else {}

    @classmethod
    def build(cls, base: Path) -> None:
        """A library of three kicks, and what a run leaves beside them; the same bytes each time."""
        from testing.tiny_library import make_library

        folder = base / "library"
        make_library(folder, kicks=3, validation=1)
        rejected = {"file": "noise.wav", "reason": "not a kick", "detail": "no low end"}
        (folder / "rejections.jsonl").write_text(json.dumps(rejected) + "\n")
        (folder / "seen.txt").write_text("".join(f"{number:024x}\n" for number in range(4)))

    def seeds(self) -> list[bytes]:
        """The library as it is."""
        return [Parcel("library").to_bytes()]

    def mutate(self, dice: Random, seeds: list[bytes]) -> bytes:
        """One file or two."""
        parcel = Parcel("library")
        names = sorted(name for name in self.files if not name.endswith((".png", ".lock")))
        for _ in range(dice.choice((1, 1, 2))):
            name = dice.choice(names)
            parcel.replace(name, self.files[name], self._damaged(dice, name, self.files[name]))
        if dice.random() < 0.05:
            parcel.changes[dice.choice(names)] = None
        return parcel.to_bytes()

    def _damaged(self, dice: Random, name: str, data: bytes) -> bytes:
        if dice.random() < 0.2:
            return damaged(dice, data)
        if name.endswith(".json"):
            return to_json(restructured(dice, json.loads(data)))
        if name.endswith(".jsonl") and data.strip():
            lines = data.splitlines()
            place = dice.randrange(len(lines))
            lines[place] = to_json(restructured(dice, json.loads(lines[place])))
            return b"\n".join(lines) + b"\n"
        return damaged_arrays(dice, data) if name.endswith(".npz") else damaged(dice, data)

    def run(self, data: bytes, place: Path) -> None:
        """Everything that opens a library."""
        folder = place / "library"
        write_files(folder, Parcel.from_bytes(data).files(self.files))
        library = tried(Library.open, folder)
        if library is not None:
            assert library.fingerprint
            for index in range(min(len(library), 4)):
                tried(library.integers, index)
                tried(library.audio, index)
            tried(library.kick_fingerprints)
            library.select(["train"], ["clean"])
        writer = tried(LibraryWriter, folder)
        if writer is not None:
            tried(self._add, writer)
        for split in ("train", "unseen"):
            tried(from_library, folder, split, workers=1)

    def _add(self, writer: LibraryWriter) -> None:
        with writer:
            writer.flush()
