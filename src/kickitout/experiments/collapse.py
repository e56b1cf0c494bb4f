"""How the draft's DCGAN collapses, and what each remedy does to that.

The preset `dcgan` from seed to seed, with the double sigmoid that its text describes, and with one change each: what
the draft has taken away, or what it calls for added. Losses, spread, precision and recall, periodic noise, over the
samples shown: do the losses flatten, where, and does a remedy make it worse, as the draft says of its own? Seeds that
stop at the first look count there: `--set points=1600` trains them.
"""

from dataclasses import dataclass, replace
from typing import Any

from kickitout.experiments.place import Found, Place
from kickitout.experiments.training_runs import Cell, GridSettings, of_runs, run_grid

DRAFT = ("loss.double_sigmoid=true",)

CELLS = (
    Cell("draft", "dcgan", DRAFT),
    Cell("one_sigmoid", "dcgan"),
    Cell("no_spectral_norm", "dcgan", (*DRAFT, "discriminator.spectral_norm=false")),
    Cell("no_phase_shuffle", "dcgan", (*DRAFT, "discriminator.phase_shuffle=0")),
    Cell("no_smoothing", "dcgan", (*DRAFT, "loss.real_label=1.0", "loss.fake_label=0.0")),
    Cell("attention", "dcgan", (*DRAFT, "generator.attention=[32]", "discriminator.attention=[32]")),
    Cell("feature_matching", "dcgan", (*DRAFT, "loss.feature_matching=1.0")),
    Cell("diversity", "dcgan", (*DRAFT, "loss.diversity=0.1")),
)


@dataclass(frozen=True)
class Settings(GridSettings):
    """The full size: shorter runs than the draft's, whose ten epochs are 62,850 samples, for ten seeds each."""

    seeds: tuple[int, ...] = (0, 1, 2, 3, 4, 5, 6, 7, 8, 9)
    points: tuple[int, ...] = (1600, 3200, 6400, 12800)
    generated: int = 120
    real: int = 120


QUICK = Settings(seeds=(0,), points=(16,), generated=6, real=6)


def run(settings: Settings, place: Place) -> Found:
    """Train and measure all variants."""
    found = run_grid(CELLS, settings, place)
    return replace(found, figures=found.figures | {"all": kept_of_all(found.figures, settings.generated)})


def kept_of_all(figures: dict[str, Any], generated: int) -> dict[str, int]:
    """How many of all runs there are, of their kicks, of those that taste keeps, and of runs with any of these."""
    percents = of_runs(figures, figures["cells"], "kept_percent")
    kept = [round(percent * generated / 100.0) for percent in percents]
    return {"runs": len(kept), "kicks": generated * len(kept), "kept": sum(kept), "runs_keeping": sum(map(bool, kept))}
