"""One process and two gloo processes train alike."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from kickitout.errors import InputError
from kickitout.library.store import Library
from kickitout.training.blocks.distributed import World
from kickitout.training.loop import train
from kickitout.training.run import folder as run_folder
from kickitout.training.run.checkpoint import load_checkpoint
from kickitout.training.settings.presets import load_preset
from testing.tiny_library import EVERYTHING, KICKGAN, WAVEGAN, make_library

STEPS = 3


def train_in(
    processes: int, library: Path, folder: Path, changes: tuple[str, ...], preset: str = "dcgan"
) -> dict[str, torch.Tensor]:
    """The last state of a run that was trained here, or in so many processes of a launcher."""
    if processes == 1:
        assert train(Library.open(library), folder, load_preset(preset, changes)).finished
    else:
        launcher = ["torch.distributed.run", "--standalone", f"--nproc-per-node={processes}"]
        command = [sys.executable, "-m", *launcher, "-m", "kickitout.training", str(library), str(folder)]
        command += ["--preset", preset, *(word for change in changes for word in ("--set", change))]
        environment = {**os.environ, "OMP_NUM_THREADS": "1"}
        done = subprocess.run(command, capture_output=True, text=True, timeout=300, env=environment, check=False)
        assert done.returncode == 0, done.stderr
    latest = run_folder.latest_state(folder)
    assert latest is not None
    return load_checkpoint(latest)[0]


def test_two_processes_equal_one(tmp_path):
    """Statistics over the batch (batch norm, feature matching, ...) span both, or this fails in the first step.

    Few steps: the draft's learning rates make training chaotic, and rounding grows without end, whether it comes
    from two processes or from two threads (docs/training.md has the figures).
    """
    library = make_library(tmp_path / "library", kicks=20, validation=4)
    exact = (
        *EVERYTHING,
        "training.precision=float64",
        "training.batch_size=8",
        f"budget.samples={8 * STEPS}",
        "training.keep_weights=false",
    )
    one = train_in(1, library.folder, tmp_path / "one", exact)
    two = train_in(2, library.folder, tmp_path / "two", exact)
    assert one.keys() == two.keys()
    for name, tensor in one.items():
        assert (tensor.double() - two[name].double()).abs().max() < 1e-7, name


@pytest.mark.slow  # what divides and averages is the same code as above
@pytest.mark.parametrize("preset", ["wavegan", "specgan"])
def test_two_processes_of_a_wasserstein_family_equal_one(tmp_path, preset):
    library = make_library(tmp_path / "library", kicks=12, validation=4)
    changes = (*WAVEGAN, "training.precision=float64", f"budget.samples={4 * STEPS}")
    one = train_in(1, library.folder, tmp_path / "one", changes, preset)
    two = train_in(2, library.folder, tmp_path / "two", changes, preset)
    assert one.keys() == two.keys()
    for name, tensor in one.items():
        assert (tensor.double() - two[name].double()).abs().max() < 1e-7, name


@pytest.mark.slow  # what divides and averages is the same code as above
def test_two_processes_of_the_flagship_equal_one(tmp_path):
    """Two steps of the warm start, one of draws, one with critics; all but a few weights agree to a thousandth of a
    step (a loss that weighs 1 % more moves them by two whole ones). Adam makes a full step of a gradient that is
    rounding alone: after more steps, rounding is all one sees."""
    library = make_library(tmp_path / "library", kicks=12, validation=4)
    changes = (
        *KICKGAN,
        "training.batch_size=8",
        "reconstruction.warm_samples=16",
        "energy.samples=8",
        "budget.samples=32",
        "loss.feature_matching=0.0",
        "training.alarm_spread=0.0",  # a network of four steps may well say one kick
    )
    one = train_in(1, library.folder, tmp_path / "one", changes, "kickgan")
    two = train_in(2, library.folder, tmp_path / "two", changes, "kickgan")
    assert one.keys() == two.keys()
    weights = [name for name in one if name.startswith(("generator.", "encoder.", "critics."))]
    apart = torch.cat([(one[name] - two[name]).abs().flatten() for name in weights])
    assert float(apart.sort().values[int(0.98 * apart.numel())]) < 1e-6


def test_a_batch_that_cannot_be_divided_is_refused():
    assert World(1, 2).share(16) == slice(8, 16)
    with pytest.raises(InputError, match=r"^training\.batch_size 16: cannot be divided among 3 processes; give a"):
        World(0, 3).share(16)
