"""Folders of training runs: settings, figures, checkpoints; read, gone on with, loaded for an export."""

import contextlib
import json
import shutil
from pathlib import Path
from random import Random

from fuzz.mutation import NUMBERS_64, damaged
from fuzz.parcel import Parcel, files_below, write_files
from fuzz.rules import run_verb, tried
from fuzz.structure import restructured, to_json
from fuzz.targets import Target
from kickitout.training.export.export import load_trained
from kickitout.training.loop import train
from kickitout.training.run.checkpoint import load_checkpoint
from kickitout.training.run.folder import latest_state, read_metrics, read_record
from kickitout.training.run.initial_weights import read_weights
from kickitout.training.settings.presets import load_preset, with_budget

SAMPLES = 12
"""Kicks that the run of the base is shown: a step of each stage."""


def damaged_checkpoint(dice: Random, data: bytes) -> bytes:
    """A safetensors file with another header: its tensors, or the state that we keep in there."""
    length = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + length])
    if dice.random() < 0.6:
        state = restructured(dice, json.loads(header["__metadata__"]["kickitout"]))
        header["__metadata__"]["kickitout"] = to_json(state).decode("ascii")
        changed = json.dumps(header).encode()
    else:
        changed = to_json(restructured(dice, header))
    length = dice.choice(NUMBERS_64) if dice.random() < 0.1 else len(changed)
    return length.to_bytes(8, "little") + changed + data[8 + int.from_bytes(data[:8], "little") :]


class Runs(Target):
    """See the module."""

    def __init__(self, base: Path) -> None:
        super().__init__(base)
        self.files = files_below(base / "run")

    @classmethod
    def build(cls, base: Path) -> None:
        """A library and a run of some seconds."""
        from testing.tiny_library import KICKGAN, make_library

        library = make_library(base / "library", kicks=12, validation=4)
        settings = with_budget(
            load_preset("kickgan", [*KICKGAN, "training.alarm_spread=0"]), samples=SAMPLES, epochs=None, minutes=None
        )
        train(library, base / "run", settings)
        shutil.rmtree(base / "run" / "tensorboard", ignore_errors=True)

    def seeds(self) -> list[bytes]:
        """The run as it is."""
        return [Parcel("run", {}, {"train": True}).to_bytes()]

    def mutate(self, dice: Random, seeds: list[bytes]) -> bytes:
        """One file or two."""
        parcel = Parcel("run")
        names = sorted(name for name in self.files if name.endswith((".json", ".jsonl", ".safetensors")))
        for _ in range(dice.choice((1, 1, 2))):
            name = dice.choice(names)
            data = self._damaged(dice, name, self.files[name])
            parcel.replace(name, self.files[name], data)
        if dice.random() < 0.05:
            parcel.changes[dice.choice(names)] = None
        parcel.options["train"] = dice.random() < 0.15  # it takes seconds
        return parcel.to_bytes()

    def _damaged(self, dice: Random, name: str, data: bytes) -> bytes:
        if name.endswith(".safetensors"):
            if dice.random() < 0.2:
                return data[: dice.randrange(len(data))]
            return damaged_checkpoint(dice, data)
        if dice.random() < 0.15:
            return damaged(dice, data)
        if name.endswith(".json"):
            return to_json(restructured(dice, json.loads(data)))
        lines = data.splitlines()
        place = dice.randrange(len(lines))
        lines[place] = to_json(restructured(dice, json.loads(lines[place])))
        return b"\n".join(lines) + b"\n"

    def run(self, data: bytes, place: Path) -> None:
        """Everything that opens a run."""
        parcel = Parcel.from_bytes(data)
        run = place / "run"
        write_files(run, parcel.files(self.files))
        tried(read_record, run)
        with contextlib.suppress(FileNotFoundError):
            tried(read_metrics, run)
        if latest_state(run) is not None:
            tried(load_checkpoint, latest_state(run))
        tried(read_weights, run)
        tried(load_trained, run)
        if parcel.options["train"]:
            run_verb(["train", str(self.base / "library"), "-o", "run", "--samples", str(SAMPLES)])
