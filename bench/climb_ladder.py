"""The ladder of known damage: damage real kicks in known ways, and see which metric orders and sees which damage.

    python bench/climb_ladder.py LIB [--part NAME ...] [--resamples N] [--workers N] [--work DIR]

Writes src/kickitout/evaluation/ladder/ladder.json and the tables between the marks in docs/evaluation.md. Every
finished cell is kept in the work folder, so a run that was stopped goes on where it was. What is kept is keyed by the
sources that made it: a metric that changes is measured again on the damaged kicks that are there; a descriptor or a
damage that changes, from the start. Nothing but the splits train and sibling is read.

With --part only these damages (and the undamaged draws) are climbed and shown, and nothing is written but what is kept,
unless all others are there already. From nothing it takes about half an hour on two cores.
"""

import argparse
import hashlib
import inspect
import json
import re
import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from ladder_tables import damages_table, matrix, metrics_table
from numpy.typing import NDArray

import kickitout
from kickitout.errors import InputError, KickItOutError
from kickitout.evaluation import ladder
from kickitout.evaluation.damage import BY_NAME, DAMAGES
from kickitout.evaluation.ladder import Cell
from kickitout.evaluation.metrics import evaluate
from kickitout.evaluation.sets import KickSet, from_library
from kickitout.library.store import Library
from kickitout.system.files import make_folder, write_text
from kickitout.system.workers import in_order, open_workers

PACKAGE = Path(kickitout.__file__).parent
RESULT = PACKAGE / "evaluation" / "ladder" / ladder.RESULT
PAGE = Path(__file__).parent.parent / "docs" / "evaluation.md"
BEGIN, END = "<!-- ladder: written by bench/climb_ladder.py -->\n", "<!-- end of the ladder -->\n"

DAMAGING = (
    "sound/kick.py", "system/randomness.py", "sound/spectrogram.py", "library/synthesis", "evaluation/damage",
)  # fmt: skip
"""What decides how a kick is damaged."""

MEASURING = (
    "measure", "library/normalise.py", "evaluation/sets.py", "evaluation/spectra.py",
)  # fmt: skip
"""What decides how a damaged kick is measured."""

JUDGING = (
    "library/duplicates.py", "evaluation/metrics", "evaluation/distances.py", "evaluation/two_sample.py",
    "evaluation/resampling.py", "evaluation/copies.py",
)  # fmt: skip
"""What decides how the measured kicks are judged."""


@dataclass(frozen=True)
class Folders:
    """Where cells are kept: damaged sounds that took long, measured sets, and figures."""

    sounds: Path
    sets: Path
    figures: Path


# What is kept ------------------------------------------------------------------------------------------------------


def digest_of(paths: Sequence[str], *more: str) -> str:
    """16 hex digits that name these sources of the package (files, or all files of a folder) and texts.

    Raises:
        FileNotFoundError: one of the sources is not there. A list that does not follow a move would otherwise leave out
            what it is to watch, and figures of older code would count as today's.
    """
    digest = hashlib.sha256()
    for name in paths:
        place = PACKAGE / name
        if not place.exists():
            raise FileNotFoundError(f"{place} is not there; correct the lists of sources in {__file__}")
        found = sorted(place.rglob("*")) if place.is_dir() else [place]
        for path in found:
            if path.suffix in (".py", ".npz", ".json"):
                digest.update(f"{path.relative_to(PACKAGE).as_posix()}\n".encode() + path.read_bytes())
    for text in more:
        digest.update(f"\n{text}".encode())
    return digest.hexdigest()[:16]


def save_set(kicks: KickSet, path: Path) -> None:
    """Keep a measured set as .npz, whole or not at all."""
    words = {name: getattr(kicks, name) for name in ("name", "files", "kits", "hashes", "faults", "refused")}
    arrays: dict[str, Any] = {f"descriptors/{name}": values for name, values in kicks.descriptors.items()}
    for name in ("samples", "embeddings", "fingerprints", "is_kick", "profiles"):
        arrays[name] = getattr(kicks, name)
    temporary = path.with_suffix(".part.npz")
    np.savez_compressed(temporary, words=np.frombuffer(json.dumps(words).encode(), dtype=np.uint8), **arrays)
    temporary.replace(path)


def load_set(path: Path) -> KickSet:
    """What `save_set` kept."""
    with np.load(path, allow_pickle=False) as data:
        words = json.loads(data["words"].tobytes())
        return KickSet(
            name=words["name"],
            files=tuple(words["files"]),
            kits=tuple(words["kits"]),
            hashes=tuple(words["hashes"]),
            samples=data["samples"],
            embeddings=data["embeddings"],
            fingerprints=data["fingerprints"],
            descriptors={name[12:]: data[name] for name in data.files if name.startswith("descriptors/")},
            is_kick=data["is_kick"],
            faults=tuple(tuple(one) for one in words["faults"]),
            profiles=data["profiles"],
            refused=tuple((file, reason) for file, reason in words["refused"]),
        )


@lru_cache(maxsize=4)
def split(sets: Path, name: str) -> KickSet:
    """The measured kicks of a split, once a process."""
    return load_set(sets / f"split-{name}.npz")


def slow(name: str) -> bool:
    """Whether a damage takes longer to do than to measure, so that its sound is kept as well."""
    return name.startswith("griffin-lim")


def sounds_in(folder: Path) -> Callable[[Cell, KickSet], NDArray[np.float32]]:
    """`ladder.damaged_sounds` that remembers what took long."""

    def sounds(cell: Cell, drawn: KickSet) -> NDArray[np.float32]:
        if not slow(cell.damage):
            return ladder.damaged_sounds(cell, drawn)
        path = folder / f"{cell.key}.npy"
        if not path.exists():
            temporary = path.with_suffix(".part.npy")
            np.save(temporary, ladder.damaged_sounds(cell, drawn))
            temporary.replace(path)
        return np.asarray(np.load(path), dtype=np.float32)

    return sounds


Found = dict[str, tuple[float, float | None]]


Item = tuple[Cell, "Folders", int]
"""A cell, where things are kept, and draws of the bootstrap."""


def climb_one(item: Item) -> tuple[Cell, Found]:
    """The figures of a cell; damaged kicks and figures are kept as soon as they are there."""
    cell, folders, resamples = item
    train, real = split(folders.sets, "train"), split(folders.sets, "sibling")
    kept = folders.sets / f"{cell.key}.npz"
    costly = bool(cell.damage) and BY_NAME[cell.damage].pool != "training"
    if costly and kept.exists():
        kicks, training = load_set(kept), ladder.draw(train, cell.seed)[1]
    else:
        kicks, training = ladder.damaged(cell, train, sounds=sounds_in(folders.sounds))
        if costly:
            save_set(kicks, kept)
    found = ladder.figures(evaluate(kicks, real, training, resamples=resamples, only=ladder.metrics_for(cell)))
    write_text(folders.figures / f"{cell.key}.json", json.dumps(found) + "\n")
    return cell, found


def climb_some(items: Sequence[Item]) -> list[tuple[Cell, Found]]:
    """`climb_one` for several cells: one task of an executor."""
    return [climb_one(item) for item in items]


def kept_figures(figures: Path) -> dict[Cell, Found]:
    """The figures that earlier runs of the same sources kept."""
    found: dict[Cell, Found] = {}
    for cell in ladder.cells():
        path = figures / f"{cell.key}.json"
        if path.exists():
            found[cell] = {name: (value, real) for name, (value, real) in json.loads(path.read_text()).items()}
    return found


# The climb ---------------------------------------------------------------------------------------------------------


def prepare(library: Path, work: Path, resamples: int, workers: int) -> Folders:
    """The folders for the sources of today, without those of yesterday; the splits are measured if need be."""
    name = Library.open(library).fingerprint
    cell = [inspect.getsource(one) for one in (Cell, ladder.draw, ladder.damaged_sounds)]
    damaging = digest_of(DAMAGING, name, f"{ladder.KICKS} {ladder.KITS_DRAWN} numpy {np.__version__}", *cell)
    measuring = digest_of(MEASURING, damaging, *[inspect.getsource(one) for one in (ladder.join, ladder.damaged)])
    versions = [f"{package} {version(package)}" for package in ("scipy", "scikit-learn")]
    judging = digest_of(
        JUDGING, measuring, str(resamples), *versions, inspect.getsource(ladder.metrics_for), str(ladder.COSTLY)
    )
    folders = Folders(work / f"sounds-{damaging}", work / f"sets-{measuring}", work / f"figures-{judging}")
    for old in work.glob("*-*"):
        if old not in (folders.sounds, folders.sets, folders.figures) and re.fullmatch(r"s\w+-[0-9a-f]{16}", old.name):
            shutil.rmtree(old)  # gigabytes that nothing reads any more
    for folder in (folders.sounds, folders.sets, folders.figures):
        make_folder(folder)
    for one in ("train", "sibling"):
        if not (folders.sets / f"split-{one}.npz").exists():
            print(f"measuring {one}", flush=True)
            save_set(from_library(library, one, workers=workers), folders.sets / f"split-{one}.npz")
    return folders


def climb(wanted: Sequence[Cell], folders: Folders, resamples: int, workers: int) -> dict[Cell, Found]:
    """The figures of all cells that there are, after the wanted ones were seen to."""
    found = kept_figures(folders.figures)
    rest = [cell for cell in wanted if cell not in found]
    print(f"{len(wanted)} cells, {len(wanted) - len(rest)} kept", flush=True)
    began = time.monotonic()
    with open_workers(workers, len(rest)) as executor:
        items = [(cell, folders, resamples) for cell in rest]
        for done, (cell, row) in enumerate(in_order(executor, climb_some, items, 2 * workers), start=1):
            found[cell] = row
            if done % 8 == 0 or done == len(rest):
                minutes = (time.monotonic() - began) / 60.0
                left = minutes / done * (len(rest) - done)
                print(f"{done} of {len(rest)}, {minutes:.1f} min, {left:.0f} more; {cell.key}", flush=True)
    return found


def tables(found: ladder.Ladder) -> str:
    """All tables in Markdown."""
    dropped = ", ".join(f"`{climb.metric}`" for climb in found.dropped) or "none"
    uncaught = [damage.name for damage in found.damages if not found.catchers(damage.name)]
    settings = found.settings
    return (
        f"{settings['kicks']} training kicks a cell, {settings['seeds']} seeds a level, {settings['floors']} undamaged "
        f"draws, against {settings['real']} `sibling` kicks. Metrics that keep no claim: {dropped}. Damages that no "
        f"metric catches: {', '.join(uncaught) or 'none'}.\n\n"
        f"### Damages\n\n{damages_table(found)}\n"
        f"### Metrics and their claims\n\n{metrics_table(found)}\n"
        f"### Every metric against every damage\n\n{matrix(found)}\n"
    )


def write_page(text: str) -> None:
    """Put the tables between the marks of the page. Raises `InputError` where it has none."""
    page = PAGE.read_text(encoding="utf-8")
    if BEGIN not in page or END not in page:
        raise InputError(f"{PAGE} has no marks; put {BEGIN.strip()} and {END.strip()} where the tables go")
    head, rest = page.split(BEGIN)
    write_text(PAGE, f"{head}{BEGIN}\n{text}{END}{rest.split(END)[1]}")


def main() -> None:
    """Climb, and write down what was found."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("library", type=Path, metavar="LIB")
    parser.add_argument("--part", action="append", choices=sorted(BY_NAME), metavar="NAME", help="only this damage")
    parser.add_argument("--resamples", type=int, default=0, help="draws of the bootstrap in a cell (0)")
    parser.add_argument("--workers", type=int, default=2, help="processes (2)")
    parser.add_argument("--work", type=Path, default=Path("runs/ladder"), help="where cells are kept (runs/ladder)")
    options = parser.parse_args()
    try:
        folders = prepare(options.library, make_folder(options.work), options.resamples, options.workers)
        damages = [BY_NAME[name] for name in options.part] if options.part else DAMAGES
        found = climb(ladder.cells(damages), folders, options.resamples, options.workers)
        settings = {
            "kicks": ladder.KICKS,
            "seeds": len(ladder.SEEDS),
            "floors": len(ladder.FLOORS),
            "real": len(load_set(folders.sets / "split-sibling.npz")),
        }
        whole = ladder.build(found, settings)
        if all(cell in found for cell in ladder.cells()):
            write_text(RESULT, whole.to_json())
            # As it was stored: what is shipped and what is told are the same numbers.
            write_page(tables(ladder.from_json(whole.to_json())))
            print(f"wrote {RESULT} and {PAGE}")
        else:
            shown = {cell: row for cell, row in found.items() if not cell.damage or BY_NAME[cell.damage] in damages}
            print(tables(ladder.build(shown, settings)))
    except KickItOutError as error:
        raise SystemExit(f"{error}") from error


if __name__ == "__main__":
    main()
