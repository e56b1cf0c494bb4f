"""A run's folder: what lies where, and how a run is found again.

settings.json        the resolved settings, the versions, and what the run trains on
metrics.jsonl        a JSON line for each figure taken
tensorboard/         the same as events
sheets/, audio/      example kicks at every validation
checkpoints/         state_<samples>.safetensors (the last two), weights_<samples>.safetensors (all, if kept),
                     best.safetensors (the state with the best validation figure, where a family has one)
"""

import dataclasses
import json
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from kickitout.errors import DamagedFileError, InputError, VersionError
from kickitout.system.files import make_folder, sweep, write_text
from kickitout.system.locks import Lock, lock
from kickitout.training.settings.presets import Settings, load_preset, settings_from, to_data

FORMAT_VERSION = 1
DEFAULT_PRESET = "kickgan"
SETTINGS_FILE = "settings.json"
METRICS_FILE = "metrics.jsonl"
CHECKPOINTS = "checkpoints"

TRAINED_IN = "another run trains there{who}; wait until it has finished, stop it, or choose another folder"

MOST = 10**15
"""No run shows more kicks to its networks."""

KEPT_STATES = 2
"""Full checkpoints that are kept: the last, and one more in case the disk dies under it."""


@dataclasses.dataclass(frozen=True)
class RunRecord:
    """The contents of `settings.json`: the settings, and what the run trains on (see `data.describe_data`)."""

    settings: Settings
    data: dict[str, Any]


def write_record(run: Path, record: RunRecord) -> None:
    """Write the run's `settings.json` atomically, and make the folder of its checkpoints. Raises `OutputError`."""
    data = {"format_version": FORMAT_VERSION, "settings": to_data(record.settings), "data": record.data}
    write_text(run / SETTINGS_FILE, json.dumps(data, indent=2) + "\n")
    make_folder(run / CHECKPOINTS)


def read_record(run: Path) -> RunRecord:
    """Read a run's `settings.json`.

    Raises:
        InputError: the folder is no run.
        DamagedFileError: the file is not what we wrote.
        VersionError: a newer Kick It Out wrote it.
    """
    path = run / SETTINGS_FILE
    if not path.is_file():
        remedy = "not a training run (it has no {file}); give the folder of a run of kick train"
        raise InputError("run", run, remedy, file=SETTINGS_FILE)
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        version = data["format_version"]
        if type(version) is not int:  # true is an int in Python, and 1e999 a number
            raise TypeError("no version")
        if version > FORMAT_VERSION:
            raise VersionError(
                f"{path} has format {version}, this version reads up to {FORMAT_VERSION}; upgrade kickitout"
            )
        _check_data(data["data"])
        return RunRecord(settings_from(data["settings"], source=str(path)), data["data"])
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise DamagedFileError(f"{path} is damaged ({error}); restore it or train anew in another folder") from error


CREDIT_WORDS = ("source", "licence", "origin")
"""What is said of a source beside the number of its kicks."""


def _check_data(data: Any) -> None:
    """Raise an error unless what a run trains on is said as `data.describe_data` says it."""
    credits = data.get("credits", [])  # runs of before have none, nor classes
    counts = [data["kicks"], data.get("synthesised", 0), *data["by_licence"].values(), *data["by_source"].values()]
    counts += [*data.get("by_licence_class", {}).values(), *(one["kicks"] for one in credits)]
    if not all(type(count) is int and 0 <= count <= MOST for count in counts):
        raise ValueError("no count")
    words = [data["library_fingerprint"], *data["splits"]]
    words += [one[name] for one in credits for name in CREDIT_WORDS]
    if any(set(one) != {*CREDIT_WORDS, "kicks"} for one in credits):
        raise ValueError("no credit")
    if not all(isinstance(word, str) for word in words):
        raise TypeError("no text")


def settings_for(run: Path, preset: str | None, changes: Sequence[str] = (), start: Path | None = None) -> Settings:
    """The settings that a command asks for, without its budget.

    Args:
        run: the run's folder, new or with a run in it.
        preset: a preset's name or a TOML file's path. None: as the run in the folder, if nothing is changed; else the
            preset of what it starts from, or `DEFAULT_PRESET`.
        changes: `section.key=value` texts.
        start: what the run starts from: a run's folder, a file of weights, or a bundle.

    Raises:
        InputError, DamagedFileError, VersionError: see `load_preset`, `read_record` and `Bundle.open`.
    """
    if preset is None and not changes and is_run(run):
        return read_record(run).settings
    return load_preset(preset or _preset_of(start) or DEFAULT_PRESET, changes)


def _preset_of(start: Path | None) -> str | None:
    if start is None:
        return None
    if is_run(start):
        return read_record(start).settings.preset
    if is_bundle(start):
        from kickitout.model.bundle import Bundle  # here, as training from a run or from nothing does without it

        return Bundle.open(start).card.preset
    return None


def read_metrics(run: Path) -> list[dict[str, Any]]:
    """The lines of a run's `metrics.jsonl`; a last line that was cut short by a kill is left out.

    Raises:
        DamagedFileError: a line that is no JSON object with `samples`.
        FileNotFoundError: there is no such file.
    """
    path = run / METRICS_FILE
    rows: list[dict[str, Any]] = []
    for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").split("\n")[:-1], start=1):
        try:
            row = json.loads(line)
        except (ValueError, RecursionError):
            row = None
        if not isinstance(row, dict) or not _is_count(row.get("samples")) or not isinstance(row.get("kind"), str):
            raise DamagedFileError(f"{path} is damaged in line {number}; remove the line, or train again")
        rows.append(row)
    return rows


def _is_count(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= MOST


def is_run(folder: Path) -> bool:
    """Whether a run lives in `folder`."""
    return (folder / SETTINGS_FILE).is_file()


def is_bundle(place: Path) -> bool:
    """Whether a place to start from is meant as a bundle: a zip, or a folder with a card."""
    return place.suffix == ".zip" or (place / "card.json").is_file()


def open_folder(run: Path) -> Lock:
    """Make the folder of a new run, or take one up: until the lock is released, no other process trains there.

    `write_record` comes next: a folder with anything in it and no settings is no run.

    Raises:
        InputError: something else lives there, or another process trains there.
        OutputError: the machine refuses to write there.
    """
    make_folder(run)
    _check_place(run)
    held = lock(run, "run", TRAINED_IN)
    try:
        _check_place(run)
        for folder in (run, *(path for path in run.rglob("*") if path.is_dir())):
            sweep(folder)
    except BaseException:
        held.release()
        raise
    return held


def _check_place(run: Path) -> None:
    others = [path for path in run.iterdir() if not path.name.startswith(".")]
    if others and not is_run(run):
        raise InputError("run", run, "is not empty and holds no run; choose a new folder")


def check_same_run(old: RunRecord, new: RunRecord, run: Path) -> None:
    """Only the budget may differ between a run and its continuation. Raises `InputError` naming what differs."""
    before, after = to_data(old.settings), to_data(new.settings)
    for section in before:
        if section == "budget" or before[section] == after[section]:
            continue
        key, was, now = _first_difference(section, before[section], after[section])
        remedy = "holds a run with {key}={was}, not {now}; choose a new folder, or leave {key} as it was"
        raise InputError("run", run, remedy, key=key, was=was, now=now)
    if old.data["library_fingerprint"] != new.data["library_fingerprint"]:
        raise InputError(
            "run",
            run,
            "was trained on another library, or on this one before kicks were added; choose a new folder, and start "
            "from the weights of this run: {weights}",
        )


def _first_difference(section: str, before: Any, after: Any) -> tuple[str, Any, Any]:
    if not isinstance(before, dict):
        return section, before, after
    key = next(key for key in before if before[key] != after[key])
    return f"{section}.{key}", before[key], after[key]


def state_path(run: Path, samples: int) -> Path:
    """The full checkpoint after `samples` samples."""
    return run / CHECKPOINTS / f"state_{samples:012d}.safetensors"


def weights_path(run: Path, samples: int) -> Path:
    """The weights after `samples` samples."""
    return run / CHECKPOINTS / f"weights_{samples:012d}.safetensors"


def latest_state(run: Path) -> Path | None:
    """The run's last full checkpoint, or None."""
    return max((run / CHECKPOINTS).glob("state_*.safetensors"), default=None)


def best_path(run: Path) -> Path:
    """The full checkpoint with the best validation figure."""
    return run / CHECKPOINTS / "best.safetensors"


def forget_old_states(run: Path) -> None:
    """Remove all but the last full checkpoints."""
    for path in sorted((run / CHECKPOINTS).glob("state_*.safetensors"))[:-KEPT_STATES]:
        with suppress(OSError):
            path.unlink()


def forget_states_after(run: Path, samples: int) -> None:
    """Remove full checkpoints beyond `samples`: a run that went back must not be resumed from where it went wrong."""
    for path in (run / CHECKPOINTS).glob("state_*.safetensors"):
        if path > state_path(run, samples):
            with suppress(OSError):
                path.unlink()


def resolve_weights(place: Path) -> Path:
    """The file of weights that `place` means: itself, or the best checkpoint of a run's folder, or its last where none
    is called the best. Raises `InputError`."""
    if place.is_dir():
        best = best_path(place)
        if best.is_file():
            return best
        found = latest_state(place) or max((place / CHECKPOINTS).glob("weights_*.safetensors"), default=None)
        if found is None:
            remedy = "holds no checkpoints; give a run's folder or a .safetensors file"
            raise InputError("weights", place, remedy)
        return found
    if not place.is_file():
        remedy = "there is no such run or file; give a run's folder or a .safetensors file"
        raise InputError("weights", place, remedy)
    return place
