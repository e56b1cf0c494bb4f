"""The published networks beside the draft's: WaveGAN and SpecGAN on the same kicks, with as many samples shown.

Beside them, with no network at all, what the images of two of them reach (`kickitout.training.images`):

- *average*: the mean image of the training kicks, sounded, as often as a run has kicks. What a network gives that has
  learned where all kicks are alike, and nothing of how they differ.
- *returned*: held-out real kicks, through the image and back. What a network gives that has learned everything.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from kickitout.evaluation.sets import KickSet, from_arrays, from_library
from kickitout.experiments.collapse import DRAFT
from kickitout.experiments.place import Found, Place
from kickitout.experiments.rows import Row, Rows
from kickitout.experiments.training_runs import SIBLING, Cell, GridSettings, compared, head_of, of_one, run_grid
from kickitout.measure.taste import taste

CELLS = (Cell("dcgan", "dcgan", DRAFT), Cell("wavegan", "wavegan"), Cell("specgan", "specgan"))
AVERAGE, RETURNED = "average", "returned"


@dataclass(frozen=True)
class Settings(GridSettings):
    """The full size: the draft's ten epochs of its 7,856 kicks."""

    seeds: tuple[int, ...] = (0, 1, 2)
    points: tuple[int, ...] = (7856, 15712, 31424, 62850)
    generated: int = 200
    real: int = 200


QUICK = Settings(seeds=(0,), points=(16,), generated=6, real=6)


def run(settings: Settings, place: Place) -> Found:
    """Train and measure the three networks, and measure what their images reach without them."""
    found = run_grid(CELLS, settings, place)
    others = {"nearest": nearest(found.figures), "beside": without_networks(settings, place)}
    return replace(found, figures=found.figures | others)


def nearest(figures: Mapping[str, Any]) -> dict[str, float]:
    """The least Frechet distance that each network has at any point; of too few kicks there is none."""
    courses = {cell: figures[cell]["course"].get("frechet") for cell in figures["cells"]}
    return {cell: min(point["value"] for point in course) for cell, course in courses.items() if course}


def without_networks(settings: Settings, place: Place) -> dict[str, Any]:
    """Way_preset: measure: figure, as those of runs; empty where the library holds no kicks of training kits out."""
    from kickitout.training.images import PRESETS

    library = place.library
    if not library.select({SIBLING}):
        return {}
    head = head_of(settings, library)
    rows = Rows(place.rows_path, lambda key: head)
    keys = [f"{way}_{preset}" for way in (AVERAGE, RETURNED) for preset in PRESETS]
    if not all(key in rows for key in keys):
        rows.fill(keys, _measure(settings, place), place.progress)
    return {key: of_one(rows[key]) for key in keys}


def _measure(settings: Settings, place: Place) -> Callable[[str], Row]:
    """How the row of a way_preset is made."""
    from kickitout.training.images import PRESETS, average_sound, image_of, there_and_back
    from kickitout.training.run.data import load_waveforms

    library = place.library
    training = load_waveforms(library, library.select({"train"})).numpy()
    images = {preset: image_of(preset, training) for preset in PRESETS}
    real = from_library(place.library_path, "validation", workers=1).draw(settings.real)
    held_out = from_library(place.library_path, SIBLING, workers=1).draw(settings.generated)

    def make(key: str) -> Row:
        way, preset = key.split("_")
        place.say(f"{way}, image of {preset}, without a network")
        if way == AVERAGE:
            sounds = np.repeat(average_sound(images[preset], training)[None], settings.generated, axis=0)
        else:
            sounds = there_and_back(images[preset], held_out.samples)
        made = from_arrays(sounds, name=key, workers=1)
        return {"kicks": len(made), **compared(made, real), "rumble_alone_percent": _rumble_alone(made)}

    return make


def _rumble_alone(kicks: KickSet) -> float:
    """The share of kicks, in percent, that taste refuses for their rumble and for nothing else: a filter would do."""
    refused = [[one.rule for one in taste(kicks.audio(index)).failures] for index in range(len(kicks))]
    return 100.0 * float(np.mean([rules == ["rumble"] for rules in refused]))
