"""How good a run of the flagship is, in a minute: a row of docs/research/experiments.md for each of its states.

    python bench/judge_run.py LIB RUN_OR_WEIGHTS ... [-n 400] [--sheet FOLDER]

Makes n kicks from the prior with the averaged generator of each state and judges them by `sibling` and `validation`;
never by `test` or `unseen`. Of a run it takes the best state, or the last where none is the best. Without intervals:
they take longer than all the rest.
"""

import argparse
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from kickitout.errors import InputError, KickItOutError
from kickitout.evaluation.metrics import evaluate
from kickitout.evaluation.sets import KickSet, from_arrays, from_library
from kickitout.instrument.instrument import PROCESSING
from kickitout.sound.sheet import draw_sheet, save_png
from kickitout.training.blocks.distributed import World
from kickitout.training.kickgan.trainer import KickganTrainer
from kickitout.training.run import checkpoint
from kickitout.training.run import folder as run_folder
from kickitout.training.settings.kickgan import KickganSettings

SPLITS = ("sibling", "validation")
SHOWN = {
    "auc_trees": ".2f", "auc_linear": ".2f", "frechet": ".1f", "kernel": ".1f", "precision": ".2f", "recall": ".2f",
    "coverage": ".2f", "diversity": ".1f", "gate": ".1%", "characteristics": ".1%", "mono": ".2f", "lines": ".1f",
    "periodic": ".1%", "near_copies": ".1%",
}  # fmt: skip


def kicks_of(state: Path, count: int) -> tuple[int, NDArray[np.float32]]:
    """How many samples a state has seen, and kicks of it as the instrument finishes them, (count, 2, 22050)."""
    folder = state if state.is_dir() else state.parent.parent
    settings = run_folder.read_record(folder).settings
    if not isinstance(settings, KickganSettings):
        raise InputError(f"{folder} is a run of another family; give one of kickgan")
    source = run_folder.resolve_weights(state)
    tensors, state_record = checkpoint.load_checkpoint(source)
    trainer = KickganTrainer(settings, World(0, 1), torch.device("cpu"))
    trainer.load_weights(tensors, source)
    sounds = trainer.generate(count, "judge").numpy()
    return state_record["samples"], np.stack([PROCESSING.apply(sound) for sound in sounds])


def row(name: str, generated: KickSet, real: KickSet, training: KickSet) -> str:
    """A row of the table."""
    found = evaluate(generated, real, training, resamples=0, only=list(SHOWN)).figures
    cells = [format(found[key].value, form) if key in found else "-" for key, form in SHOWN.items()]
    return f"| {name} | " + " | ".join(cells) + " |"


def main() -> None:
    """Read the options, judge, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("library", type=Path)
    parser.add_argument("states", type=Path, nargs="+")
    parser.add_argument("-n", type=int, default=400)
    parser.add_argument("--sheet", type=Path, help="write a picture of the first 16 kicks of each state here")
    options = parser.parse_args()
    training = from_library(options.library, "train")
    reals = {split: from_library(options.library, split) for split in SPLITS}
    print("| state | samples | against | " + " | ".join(SHOWN) + " |", flush=True)
    for state in options.states:
        samples, sounds = kicks_of(state, options.n)
        generated = from_arrays(sounds, name=state.name)
        for split, real in reals.items():
            print(row(f"{state.name} | {samples:,} | {split}", generated, real, training), flush=True)
        if options.sheet is not None:
            named = [(f"kick {index}", sound) for index, sound in enumerate(sounds[:16])]
            save_png(draw_sheet(named, title=f"{state.name}, {samples:,} samples"), options.sheet / f"{state.name}.png")


if __name__ == "__main__":
    try:
        main()
    except KickItOutError as error:
        raise SystemExit(f"error: {error}") from error
