"""Files of results: what an experiment found, and what is needed to make it again."""

import json
import math
import platform
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np

from kickitout.errors import DamagedFileError, InputError, VersionError
from kickitout.system.files import make_folder, write_text

FORMAT, FORMAT_VERSION = "kickitout-experiment", 1
DIGITS = 4
"""Significant digits that are kept: more than any interval leaves."""

PACKAGES = ("kickitout", "numpy", "scipy", "scikit-learn", "torch", "onnx", "onnxruntime", "soxr")
"""Packages that results may depend on."""


@dataclass(frozen=True)
class Result:
    """The contents of a file of results.

    Attributes:
        experiment: its name.
        quick: whether it is of a run of seconds, whose numbers mean nothing.
        settings: as plain data, seeds among them.
        library: the fingerprint of the library, and how many kicks it holds in which split; "built-in" by name.
        command: makes it again; LIB stands for the library's folder.
        versions: of Python and of the packages that are installed.
        minutes: that it took, over all calls if it was stopped and taken up.
        intervals: what the intervals are of, in words.
        counts: how many of what were measured.
        shorter: what ran shorter than planned.
        figures: what was found.
    """

    experiment: str
    quick: bool
    settings: dict[str, Any]
    library: dict[str, Any]
    command: str
    versions: dict[str, str]
    minutes: float
    intervals: str
    counts: dict[str, int]
    shorter: str
    figures: dict[str, Any]


def versions() -> dict[str, str]:
    """The versions of Python and of the packages that results may depend on, where they are installed."""
    found = {"python": platform.python_version()}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


def rounded(value: Any) -> Any:
    """Plain data of `value`: NumPy's numbers as Python's, `DIGITS` significant digits, what is not finite as None."""
    if isinstance(value, Mapping):
        return {str(name): rounded(one) for name, one in value.items()}
    if isinstance(value, list | tuple | np.ndarray):
        return [rounded(one) for one in value]
    if isinstance(value, bool | np.bool_):
        return bool(value)
    if isinstance(value, int | np.integer):
        return int(value)
    if isinstance(value, float | np.floating):
        return _significant(float(value))
    return value


def _significant(value: float) -> float | None:
    return float(f"{value:.{DIGITS}g}") if math.isfinite(value) else None


def result_path(folder: Path, name: str) -> Path:
    """The file of an experiment's results."""
    return folder / f"{name}.json"


def write_result(folder: Path, result: Result) -> Path:
    """Write a result below `folder`, whole or not at all. Raises `OutputError`, `InputError`."""
    data = {"format": FORMAT, "format_version": FORMAT_VERSION, **vars(result), "figures": rounded(result.figures)}
    path = result_path(make_folder(folder), result.experiment)
    write_text(path, _compact(data) + "\n")
    return path


def _compact(data: Any, depth: int = 0) -> str:
    """JSON with a line for each name; lists of numbers, and a value with its interval, have one line each."""
    if not isinstance(data, dict) or not data or "value" in data:
        return json.dumps(data, ensure_ascii=False, allow_nan=False)
    inside = "  " * (depth + 1)
    lines = [f"{inside}{json.dumps(name)}: {_compact(value, depth + 1)}" for name, value in data.items()]
    return "{\n" + ",\n".join(lines) + "\n" + "  " * depth + "}"


def read_result(path: Path) -> Result:
    """Read a file of results.

    Raises:
        InputError: there is no such file.
        DamagedFileError: it is none of ours.
        VersionError: a newer Kick It Out wrote it.
    """
    if not path.is_file():
        raise InputError("results", path, "does not exist; make it with kick experiment {name}", name=path.stem)
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        kind, number = data.pop("format"), data.pop("format_version")
        if kind != FORMAT or type(number) is not int:
            raise ValueError("no results")
        if number > FORMAT_VERSION:
            raise VersionError(f"{path} has format {number}, this version reads up to {FORMAT_VERSION}: upgrade it")
        return Result(**data)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise DamagedFileError(f"{path} is no file of results ({error}); make it again") from error
