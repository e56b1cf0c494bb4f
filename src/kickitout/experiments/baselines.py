"""The published networks beside the draft's: WaveGAN and SpecGAN on the same kicks, with as many samples shown."""

from dataclasses import dataclass

from kickitout.experiments.collapse import DRAFT
from kickitout.experiments.place import Found, Place
from kickitout.experiments.training_runs import Cell, GridSettings, run_grid

CELLS = (Cell("dcgan", "dcgan", DRAFT), Cell("wavegan", "wavegan"), Cell("specgan", "specgan"))


@dataclass(frozen=True)
class Settings(GridSettings):
    """The full size: the draft's ten epochs of its 7,856 kicks."""

    seeds: tuple[int, ...] = (0, 1, 2)
    points: tuple[int, ...] = (7856, 15712, 31424, 62850)
    generated: int = 200
    real: int = 200


QUICK = Settings(seeds=(0,), points=(16,), generated=6, real=6)


def run(settings: Settings, place: Place) -> Found:
    """Train and measure the three networks."""
    return run_grid(CELLS, settings, place)
