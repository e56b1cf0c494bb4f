"""What training and playing cost: operations a kick, kicks a second, and the share of the machine's peak.

    python bench/profile_training.py LIB [--preset kickgan kickgan-large] [--seconds 20] [--trace]

For each preset, each stage of training: multiplications and additions of the networks' convolutions and products for
one kick shown (forward and backward, counted by torch), kicks a second of whole steps, and both together as a share of
what this machine reaches in one large product of matrices in the same precision. Then the same for playing. `--trace`
adds where the time of a step goes. The tables of docs/training.md. Let nothing else run.
"""

import argparse
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from torch.utils.flop_counter import FlopCounterMode

from kickitout.library.store import Library
from kickitout.system.memory import keep_freed_memory
from kickitout.training.blocks.distributed import World
from kickitout.training.kickgan.networks import NOISE_SHAPE
from kickitout.training.kickgan.trainer import KickganTrainer
from kickitout.training.run.data import load_waveforms
from kickitout.training.settings.kickgan import KickganSettings
from kickitout.training.settings.presets import load_preset

KICKS = 64
"""Training kicks that are shown again and again: where they come from does not change what a step costs."""

STAGES = ("warm", "energy", "critics")
SIZE = 2048  # of the matrices whose product gives the peak


def rate(work: Callable[[], object], seconds: float) -> float:
    """How often a second, after a first time that does not count."""
    work()
    start, count = time.perf_counter(), 0
    while time.perf_counter() - start < seconds:
        work()
        count += 1
    return count / (time.perf_counter() - start)


def peak(precision: torch.dtype) -> float:
    """Operations a second of a product of two large matrices."""
    one, other = torch.randn(2, SIZE, SIZE).to(precision)
    return 2.0 * SIZE**3 * rate(lambda: one @ other, 3.0)


def operations(work: Callable[[], object]) -> float:
    """Operations of the convolutions and products in it: a multiplication and an addition are two."""
    with FlopCounterMode(display=False) as counter:
        work()
    return float(counter.get_total_flops())


def in_stage(settings: KickganSettings, stage: str) -> KickganSettings:
    """The settings of a run that is in one stage from the first step on and stays there."""
    long = 10**9
    warm, scored = {"warm": (long, long), "energy": (0, long), "critics": (0, 0)}[stage]
    return replace(
        settings,
        reconstruction=replace(settings.reconstruction, warm_samples=warm),
        energy=replace(settings.energy, samples=scored),
        augmentation=replace(settings.augmentation, speeds=(1.0,)),
    )


def train(preset: str, library: Library, seconds: float, *, trace: bool) -> None:
    """Rows of the table of training."""
    settings = load_preset(preset)
    assert isinstance(settings, KickganSettings)
    precision = torch.bfloat16 if settings.training.precision == "bfloat16" else torch.float32
    top, batch = peak(precision), settings.training.batch_size
    kicks = load_waveforms(library, np.array(library.select({"train"})[:KICKS]))
    for stage in STAGES:
        trainer = KickganTrainer(in_stage(settings, stage), World(0, 1), torch.device("cpu"))
        trainer.prepare(kicks, kicks[:4])
        steps = iter(range(10**9))

        def step(trainer: KickganTrainer = trainer, steps: object = steps) -> None:
            first = batch * next(steps)  # type: ignore[call-overload]
            trainer.step((torch.arange(batch) + first) % len(kicks))

        # Critics take turns: over a whole round of them, and not the first, which has penalties (a round in eight has),
        # as torch's counter cannot follow these.
        period = 4 // settings.critics.at_once if stage == "critics" else 1
        trainer.step_count = period
        cost = sum(operations(step) for _ in range(period)) / (period * batch)
        shown = batch * rate(step, seconds)
        print(f"| {preset} | {stage} | {cost / 1e9:.2f} | {shown:.1f} | {cost * shown / top:.0%} |", flush=True)
        if trace:
            with torch.profiler.profile() as profile:
                for _ in range(period):
                    step()
            print(profile.key_averages().table(sort_by="self_cpu_time_total", row_limit=16))


def play(preset: str, seconds: float) -> None:
    """A row of the table of playing: the generator's network alone, one kick at a time, in float32."""
    settings = load_preset(preset)
    assert isinstance(settings, KickganSettings)
    trainer = KickganTrainer(settings, World(0, 1), torch.device("cpu"))
    generator = trainer.networks.generator.eval()
    latent, noise = torch.zeros(1, generator.latent_size), torch.zeros(1, *NOISE_SHAPE)
    with torch.no_grad():
        cost = operations(lambda: generator(latent, noise))
        each = rate(lambda: generator(latent, noise), seconds)
    weights = sum(one.numel() for one in generator.parameters())
    print(
        f"| {preset} | {weights / 1e6:.1f} | {cost / 1e9:.2f} | {each:.0f} | {cost * each / peak(torch.float32):.0%} |"
    )


def main() -> None:
    """Read the options, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("library", type=Path, metavar="LIB")
    parser.add_argument("--preset", nargs="+", default=["kickgan-large", "kickgan"])
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--trace", action="store_true")
    options = parser.parse_args()
    torch.set_flush_denormal(True)
    keep_freed_memory()
    library = Library.open(options.library)
    print("| preset | stage | GFLOP a kick shown | kicks/s | share of the peak |\n|---|---|---|---|---|")
    for preset in options.preset:
        train(preset, library, options.seconds, trace=options.trace)
    print("\n| preset | million weights | GFLOP a kick | kicks/s in torch | share of the peak |\n|---|---|---|---|---|")
    for preset in options.preset:
        play(preset, options.seconds / 4)


if __name__ == "__main__":
    main()
