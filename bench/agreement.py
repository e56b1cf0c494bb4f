"""How far apart do one process and two drift, and one thread and two? `python bench/agreement.py`

Trains the `dcgan` preset in float64 on 64 built-in kicks, in three ways that compute the same sums in another order,
and prints the largest difference of any weight after some steps, for the draft's learning rates and for a tenth of
them. Takes about a quarter of an hour on two idle cores; docs/training.md holds its table.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

from safetensors.torch import load_file

STEPS = (1, 2, 5, 10, 20, 50)
BATCH = 16
KICKS = 64
WAYS = {"one process": (1, 1), "two processes": (2, 1), "one process, two threads": (1, 2)}
RATES = {
    "the draft's rates (0.002, 0.001)": (),
    "a tenth (0.0002, 0.0001)": ("optimizer.generator_rate=0.0002", "optimizer.discriminator_rate=0.0001"),
    "the draft's rates, no batch norm in the discriminator": ("discriminator.batch_norm=false",),
}


def train(
    library: Path, run: Path, processes: int, threads: int, changes: tuple[str, ...], steps: int = STEPS[-1]
) -> None:
    """Train some steps and keep the weights of every step."""
    module = ["-m", "kickitout.training", str(library), str(run), "--samples", str(BATCH * steps)]
    every = BATCH / (0.8 * KICKS)  # the plain division trains on 80 %
    for change in (
        "training.precision=float64",
        f"training.threads={threads}",
        f"training.checkpoint_every_epochs={every}",
        "training.validate_every_epochs=1000.0",
        "training.validation_kicks=1",
        "training.spread_kicks=2",
        *changes,
    ):
        module += ["--set", change]
    launcher = ["-m", "torch.distributed.run", "--standalone", f"--nproc-per-node={processes}"]
    command = [sys.executable, *(launcher if processes > 1 else []), *module]
    subprocess.run(command, check=True, capture_output=True)


def difference(one: Path, other: Path, step: int) -> float:
    """The largest difference of any weight or buffer after `step` steps."""
    name = f"checkpoints/weights_{step * BATCH:012d}.safetensors"
    first, second = load_file(one / name), load_file(other / name)
    return max(float((first[key].double() - second[key].double()).abs().max()) for key in first)


def main() -> None:
    """Train, compare, print the table."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        library = place / "library"
        make = ["-m", "kickitout", "prepare", "--builtin", "kicks", "-n", str(KICKS), "-o", str(library)]
        subprocess.run([sys.executable, *make], check=True, capture_output=True)
        print("| learning | compared with one process, one thread | " + " | ".join(f"{step}" for step in STEPS) + " |")
        print("|---|---|" + "---|" * len(STEPS))
        for rates, changes in RATES.items():
            runs = {way: place / f"{rates} {way}" for way in WAYS}
            for way, (processes, threads) in WAYS.items():
                train(library, runs[way], processes, threads, changes)
            first, *others = WAYS
            for way in others:
                values = (difference(runs[first], runs[way], step) for step in STEPS)
                print(f"| {rates} | {way} | " + " | ".join(f"{value:.0e}" for value in values) + " |", flush=True)


if __name__ == "__main__":
    main()
