"""Which folder a run of the page lives in, and whether its kicks are enough.

A run is of the kicks that it began with. When its folder of kicks has grown, another run begins beside it, from the
weights of the last one: NAME, NAME+2, NAME+3, ...
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kickitout.errors import InputError, KickItOutError
from kickitout.library.splits import LEAST_TO_TRAIN
from kickitout.library.store import Library
from kickitout.training.run.folder import is_run, latest_state, read_record
from kickitout.web.facts import page_name

TOO_FEW = "holds {kicks}, and training needs {least} at least; put more into it"


def few_kicks(folder: str, report: Mapping[str, Any]) -> str:
    """Why a folder cannot be trained on, by its report, in the words of the page; empty if it can."""
    count = int(report["library"]["kicks"])
    if count >= LEAST_TO_TRAIN:
        return ""
    kicks = "one usable kick" if count == 1 else f"{count} usable kicks"
    return InputError("folder", folder, TOO_FEW, kicks=kicks, least=LEAST_TO_TRAIN).sentence(page_name)


def _numbered(first: Path, number: int) -> Path:
    return first if number == 1 else first.with_name(f"{first.name}+{number}")


def latest(first: Path) -> Path:
    """The last of the runs that began as `first`; that itself if there is none."""
    number = 1
    while is_run(_numbered(first, number + 1)):
        number += 1
    return _numbered(first, number)


def fits(run: Path, library: Path) -> bool:
    """Whether a run is of a library as it is now. What cannot be read is for the verbs to say."""
    try:
        return bool(read_record(run).data["library_fingerprint"] == Library.open(library).fingerprint)
    except (KickItOutError, KeyError):
        return True


def continued(first: Path, library: Path) -> tuple[Path, Path | None]:
    """The folder of the run that goes on, and the earlier run whose weights it begins with, or None."""
    run = latest(first)
    if not is_run(run) or fits(run, library):
        return run, None
    number = 2
    while is_run(_numbered(first, number)):
        number += 1
    return _numbered(first, number), run if latest_state(run) is not None else None
