"""Short, comparable trials of the flagship: one thing changed at a time, the same kicks shown, the same seed.

    python bench/run_trials.py LIB [--only NAME ...] [--folder runs/trials]

Each trial trains `kickgan` on the clean kicks of LIB: a warm start of 16,000 kicks and 8,000 with energy scores.
Trials of the score share one warm start; trials of critics go on for 5,000 kicks from the end of the trial of nothing
changed. Rivals (`rivals.py`) and "no warm start" see 24,000 kicks with energy scores. Then 400 kicks from the prior are
judged against `sibling` and `validation`; never by `test` or `unseen`. Prints rows for docs/research/experiments.md;
trials that are done are only judged.
"""

import argparse
import subprocess
import sys
from collections.abc import Callable
from contextlib import redirect_stdout
from dataclasses import dataclass, fields, replace
from pathlib import Path

from kickitout.errors import KickItOutError

WARM, ENERGY, CRITICS = 16_000, 8_000, 5_000
JUDGED = 400
START, BASE = "warm start alone", "as it is"


def _no_emphasis() -> None:
    from kickitout.training.kickgan import emphasis

    emphasis.EARLY_S, emphasis.LOW_HZ = 1e9, 1e12  # then all cells count alike


def _no_onset() -> None:
    from kickitout.training.kickgan import energy_score

    energy_score.ONSET = 0.0


def _no_swing() -> None:
    from kickitout.training.kickgan import energy_score

    energy_score.SWING = 0.0


def _no_phases() -> None:
    from kickitout.training.kickgan import energy_score

    energy_score.RESOLUTIONS = {name: replace(one, phases=0.0) for name, one in energy_score.RESOLUTIONS.items()}


def _single_cells() -> None:
    from kickitout.training.kickgan import energy_score

    energy_score.PATCH_SIZES = 1


def _only_near() -> None:
    import torch
    from torch import Tensor

    from kickitout.training.kickgan import energy_score
    from kickitout.training.kickgan.energy_score import Looks

    def near(real: Looks, drawn: Looks, weights: Tensor) -> dict[str, Tensor]:
        spectra = {name: torch.cat([one, one]) for name, one in real.spectra.items()}
        others = [getattr(real, field.name) for field in fields(Looks) if field.name != "spectra"]
        twice = Looks(spectra, *(torch.cat([one, one]) for one in others))
        found = energy_score.distances(twice, drawn, weights.repeat(2, 1))
        return {name: part.mean() for name, part in found.items()}

    energy_score.energy_score = near


def _complex_stft() -> None:
    import rivals

    rivals.takes_over(rivals.ComplexStft)()


def _pqmf() -> None:
    import rivals

    rivals.takes_over(rivals.Pqmf)()


@dataclass(frozen=True)
class Trial:
    """One thing that is different.

    Attributes:
        settings: as `kick train --set` takes them.
        patch: a change that no setting makes, before the rest is imported.
        after: the trial that it goes on from, which is run before.
        samples: kicks shown.
    """

    settings: tuple[str, ...] = ()
    patch: Callable[[], None] | None = None
    after: str | None = None
    samples: int = WARM + ENERGY


def _score(patch: Callable[[], None] | None = None) -> Trial:
    """A trial of the energy scores."""
    return Trial(patch=patch, after=START, samples=ENERGY)


def _critics(*settings: str) -> Trial:
    """A trial of critics."""
    return Trial(("energy.samples=0", *settings), after=BASE, samples=CRITICS)


NO_WARM_START = ("reconstruction.warm_samples=0", f"energy.samples={WARM + ENERGY}")

TRIALS = {
    START: Trial(samples=WARM),
    BASE: _score(),
    "another seed": Trial(("training.seed=1",)),
    "no attention": Trial(("generator.attention=[]",)),
    "no copies, no exchange": Trial(("augmentation.speeds=[]", "augmentation.exchange=0")),
    "no warm start": Trial(NO_WARM_START),
    "complex STFT, no warm start": Trial(NO_WARM_START, patch=_complex_stft),
    "PQMF, no warm start": Trial(NO_WARM_START, patch=_pqmf),
    "likeness without variety": _score(_only_near),
    "no phases in the score": _score(_no_phases),
    "no swing in the score": _score(_no_swing),
    "no onset in the score": _score(_no_onset),
    "single cells in the score": _score(_single_cells),
    "critics: relativistic, gamma 1": _critics(),
    "critics: BCE": _critics("loss.kind=bce"),
    "critics: WGAN-GP": _critics("loss.kind=wasserstein", "loss.gradient_penalty=10"),
    "critics: gamma 10": _critics("loss.gradient_penalty=10"),
    "critics: gamma 0.1": _critics("loss.gradient_penalty=0.1"),
    "critics: no energy scores beside": _critics("energy.weight=0"),
    "no emphasis": Trial(patch=_no_emphasis),
    "no silence, drift, start phase": Trial(
        ("reconstruction.silence=0", "reconstruction.drift=0", "reconstruction.start_phase=0")
    ),
}


def run_of(name: str, folder: Path) -> Path:
    """The folder of a trial's run."""
    return folder / "".join(letter if letter.isalnum() else "-" for letter in name)


def arguments(library: Path, name: str, folder: Path) -> list[str]:
    """What `kick` is called with."""
    trial = TRIALS[name]
    start = [] if trial.after is None else ["--from", str(run_of(trial.after, folder))]
    # In so short trials the average may not remember the weights that a trial goes on from.
    common = (
        f"reconstruction.warm_samples={WARM}",
        f"energy.samples={ENERGY}",
        'data.licence_classes=["clean"]',
        "averaging.half_life=1000",
        "training.validate_every_epochs=1000",
    )
    settings = [part for one in (*common, *trial.settings) for part in ("--set", one)]
    run = ["--preset", "kickgan", "-o", str(run_of(name, folder)), "--samples", str(trial.samples)]
    return ["train", str(library), *run, *start, *settings]


def train_and_judge(library: Path, name: str, folder: Path) -> int:
    """Train one trial in this process, if it is not done, and print its rows. Returns what `kick` returned."""
    patch = TRIALS[name].patch
    if patch is not None:
        patch()
    from judge_run import SPLITS, kicks_of, row  # here, so that patches come before what they change

    from kickitout.cli.app import run
    from kickitout.evaluation.sets import from_arrays, from_library

    with redirect_stdout(sys.stderr):  # on standard output there is the table alone
        code = run(arguments(library, name, folder))
    if code:
        return code
    last = max((run_of(name, folder) / "checkpoints").glob("state_*.safetensors"))
    generated, training = from_arrays(kicks_of(last, JUDGED)[1], name=name), from_library(library, "train")
    for split in SPLITS:
        print(row(f"{name} | {split}", generated, from_library(library, split), training), flush=True)
    return 0


def main() -> None:
    """Train what is not done, judge, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("library", type=Path, metavar="LIB")
    parser.add_argument("--only", nargs="+", choices=TRIALS, default=list(TRIALS), metavar="NAME")
    parser.add_argument("--folder", type=Path, default=Path("runs/trials"))
    parser.add_argument("--here", choices=TRIALS, help="train and judge this one in this process, and no more")
    options = parser.parse_args()
    if options.here is not None:
        raise SystemExit(train_and_judge(options.library, options.here, options.folder))
    from judge_run import SHOWN

    print("| trial | against | " + " | ".join(SHOWN) + " |\n|" + "---|" * (len(SHOWN) + 2), flush=True)
    for name in options.only:
        command = [sys.executable, __file__, str(options.library), "--folder", str(options.folder), "--here", name]
        if subprocess.run(command, check=False).returncode:
            print(f"| {name} | failed |", flush=True)


if __name__ == "__main__":
    try:
        main()
    except KickItOutError as error:
        raise SystemExit(f"error: {error}") from error
