"""How many kicks a user needs: the flagship on ten kicks to all of a library, from nothing and from shipped weights.

The kicks of each size are drawn from the training split, the smaller sets from the larger ones. All are compared with
the same held-out kicks, the library's validation split, so that a small set also shows how much of what kicks can be a
model misses that has seen few.
"""

from dataclasses import dataclass

from kickitout.experiments.libraries import of_library, write_library
from kickitout.experiments.place import Found, Place
from kickitout.experiments.training_runs import Cell, GridSettings, run_grid
from kickitout.system.randomness import permutation

SHIPPED = "kickgan"


@dataclass(frozen=True)
class Settings(GridSettings):
    """The full size.

    Attributes:
        sizes: kicks to train on; 0 for all.
        warm: samples of the warm start, of runs from nothing.
    """

    sizes: tuple[int, ...] = (10, 30, 100, 300, 0)
    seeds: tuple[int, ...] = (0, 1, 2)
    points: tuple[int, ...] = (8000, 32000)
    generated: int = 200
    real: int = 200
    warm: int = 12000


QUICK = Settings(sizes=(10,), seeds=(0,), points=(16,), generated=6, real=6, warm=8)


def run(settings: Settings, place: Place) -> Found:
    """Train and measure all sizes."""
    library = place.library
    train = library.select({"train"})
    order = permutation(0, "experiments/data-size", len(train))
    validation = of_library(library, library.select({"validation"}))
    warm = f"reconstruction.warm_samples={settings.warm}"
    cells = []
    for size in settings.sizes:
        count = min(size or len(train), len(train))
        drawn = sorted(train[place] for place in order[:count])
        folder = write_library(place.folder / f"library-{size}", [*of_library(library, drawn), *validation])
        name = str(size) if size else "all"
        cells.append(Cell(f"nothing_{name}", "kickgan", (warm,), library=folder))
        cells.append(Cell(f"shipped_{name}", "kickgan", (), start=SHIPPED, library=folder))
    return run_grid(cells, settings, place)
