"""Whether a shipped model helps those who own few kicks: fine-tuning beside training from nothing.

    python bench/check_finetune.py LIB MODEL SOURCE [--kicks 100] [--minutes 10] [-n 400] [--folder runs/finetune]

SOURCE is a source in the library that the model was not trained on. Whole kits of it, by lot, give the kicks that
somebody owns; the other kits are held out. Runs `kick prepare`, `kick train` from MODEL and from nothing, and
`kick export`, as anybody would, and prints a table in Markdown: the model as it is, fine-tuned, and trained from
nothing, each judged by the held-out kicks, beside the owned kicks themselves. Run it on an idle machine: what can be
learned in some minutes depends on it.
"""

import argparse
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from kickitout.errors import InputError, KickItOutError
from kickitout.evaluation.metrics import METRICS, evaluate
from kickitout.evaluation.page.plots import in_unit
from kickitout.evaluation.sets import KickSet, from_arrays
from kickitout.instrument import instrument
from kickitout.instrument.request import Request
from kickitout.library.store import Library
from kickitout.sound import audio
from kickitout.sound.kick import SAMPLE_RATE
from kickitout.system import randomness

PRESET = "kickgan"
SHOWN = ("frechet", "kernel", "precision", "recall", "coverage", "auc_linear", "auc_trees", "gate")


def divided(library: Library, source: str, count: int) -> tuple[list[int], list[int]]:
    """The kicks that are owned, `count` of whole kits by lot (the last kit is cut), and all of the other kits.

    Raises:
        InputError: the source has not twice as many kicks.
    """
    indices = [index for index, entry in enumerate(library.entries) if entry.source == source]
    if len(indices) < 2 * count:
        known = ", ".join(sorted({entry.source for entry in library.entries}))
        raise InputError(f"source {source!r} has {len(indices)} kicks, {2 * count} are needed; the sources are {known}")
    kits = sorted({library.entries[index].kit for index in indices}, key=randomness.fraction)
    owned: list[int] = []
    while len(owned) < count:
        kit = kits.pop(0)
        owned += [index for index in indices if library.entries[index].kit == kit]
    return owned[:count], [index for index in indices if library.entries[index].kit in kits]


def measured(library: Library, indices: Sequence[int], name: str) -> KickSet:
    """Kicks of the library as a set."""
    kicks = np.stack([library.audio(index) for index in indices]).astype(np.float32)
    return from_arrays(kicks, name=name, kits=[library.entries[index].kit for index in indices])


def of_model(model: str, count: int, name: str) -> KickSet:
    """Kicks of the seeds 0..count-1."""
    sounds = np.stack([kick.audio for kick in instrument.load(model, gate=False).kicks(Request(seeds=range(count)))])
    return from_arrays(sounds, name=name)


def kick(*arguments: str | Path) -> None:
    """Run a command of the house; what it says goes to standard error.

    Raises:
        KickItOutError: it failed.
    """
    command = [sys.executable, "-m", "kickitout", *map(str, arguments)]
    if subprocess.run(command, stdout=sys.stderr, check=False).returncode:
        raise KickItOutError(f"this failed: kick {' '.join(map(str, arguments))}")


def trained(library: Path, folder: Path, minutes: float, model: str | None) -> Path:
    """The bundle of a training of so many minutes, from a model or from nothing."""
    start = [] if model is None else ["--from", model]
    run = folder / ("from-nothing" if model is None else "fine-tuned")
    division = ["--set", "data.division=plain"]  # one collection has no kits to keep apart
    kick("train", library, "--preset", PRESET, "-o", run, "--minutes", f"{minutes:g}", *start, *division)
    bundle = folder / f"{run.name}-bundle"
    kick("export", run, "-o", bundle, "--name", run.name)
    return bundle


def main() -> None:
    """Train twice, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("library", type=Path, metavar="LIB")
    parser.add_argument("model", metavar="MODEL")
    parser.add_argument("source", metavar="SOURCE")
    parser.add_argument("--kicks", type=int, default=100, help="kicks that are owned (100)")
    parser.add_argument("--minutes", type=float, default=10.0, help="of each training (10)")
    parser.add_argument("-n", type=int, default=400, help="kicks of each model (400)")
    parser.add_argument("--folder", type=Path, default=Path("runs/finetune"), help="to work in; emptied first")
    options = parser.parse_args()
    try:
        library = Library.open(options.library)
        owned, held_out = divided(library, options.source, options.kicks)
        shutil.rmtree(options.folder, ignore_errors=True)
        for index in owned:
            entry = library.entries[index]
            path = options.folder / "owned" / folder_of(entry.kit) / f"{entry.content_hash[:16]}.wav"
            path.parent.mkdir(parents=True, exist_ok=True)
            audio.write(path, library.audio(index), SAMPLE_RATE, bits="16")
        kick("prepare", options.folder / "owned", "-o", options.folder / "library")
        made = [
            ("the model as it is", options.model),
            ("fine-tuned", trained(options.folder / "library", options.folder, options.minutes, options.model)),
            ("trained from nothing", trained(options.folder / "library", options.folder, options.minutes, None)),
        ]
        real = measured(library, held_out, "held out")
        sets = [(name, of_model(str(model), options.n, name)) for name, model in made]
        sets.append(("the owned kicks", measured(library, owned, "owned")))
        print(f"{len(owned)} kicks of {options.source}, judged by {len(real)} of its other kits:\n")
        print("| kicks | " + " | ".join(f"`{name}`" for name in SHOWN) + " |\n|" + "---|" * (len(SHOWN) + 1))
        for name, kicks in sets:
            found = evaluate(kicks, real, only=SHOWN, resamples=0).figures
            cells = [in_unit(found[one].value, METRICS[one].unit) if one in found else "-" for one in SHOWN]
            print(f"| {name} | " + " | ".join(cells) + " |", flush=True)
    except KickItOutError as error:
        raise SystemExit(f"{error}") from error


def folder_of(kit: str) -> str:
    """A folder's name for a kit."""
    return f"{int(randomness.fraction(kit) * 10**9):09d}"


if __name__ == "__main__":
    main()
