"""What the draft's discriminator looks at, and what it takes for a kick.

The draft's guesses: one kick with a very long decay makes it doubt all short ones; and it "could be fooled into
believing random periodic noisy textures are the same as a kick". The preset `dcgan` learns three sets of as many kicks
of a library: of a *narrow* range of decays, the same with one *long* kick among them, and of *mixed* decays. Then its
discriminator scores kicks that it never saw:

- by their decay, and how the score follows the decay (Spearman);
- synthetic periodic noise, a comb of tones under a kick's own decay, and white noise under the same decay, beside real
  kicks: how often a kick scores higher than the noise (the area under the curve, in percent; 50 is a coin);
- and where in the image the score depends on what it sees (`kickitout.training.study.saliency`).
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata, spearmanr

from kickitout.errors import InputError
from kickitout.experiments.collapse import DRAFT
from kickitout.experiments.intervals import OVER_SEEDS, over_seeds
from kickitout.experiments.libraries import of_library, write_library
from kickitout.experiments.place import Found, Place, waveforms
from kickitout.experiments.rows import Row
from kickitout.experiments.training_runs import Cell, chosen_of, each_seed, train_to
from kickitout.library.store import Library
from kickitout.sound.kick import KICK_SAMPLES, SAMPLE_RATE
from kickitout.system.randomness import normal, permutation, uniform

SETS = ("narrow", "long", "mixed")
NARROW = (0.35, 0.65)
"""Quantiles of the decays between which the narrow set lies."""

TERCILES = ("short", "middle", "long")
GRID_HZ = 86.13 * 8
"""Distance of the comb's tones: eight bins of the image, as a network leaves them that doubles three times."""

BLOCKS = (22, 32)
"""Frames and bins of the picture of the saliency: means over so many parts of the image."""


@dataclass(frozen=True)
class Settings:
    """The full size.

    Attributes:
        kicks: of each set.
        seeds: of runs on each.
        samples: shown.
        scored: kicks that are scored, and sounds of each kind of noise.
        cells: the sets that are learned; none for all.
    """

    kicks: int = 200
    seeds: tuple[int, ...] = (0, 1, 2, 3, 4)
    samples: int = 12800
    scored: int = 200
    cells: tuple[str, ...] = ()


QUICK = Settings(kicks=8, seeds=(0,), samples=16, scored=8)


def decays(library: Library, indices: list[int]) -> NDArray[np.float64]:
    """The decays of kicks in ms, as the library has them."""
    return np.array([library.entries[index].descriptors.get("decay_ms", np.nan) for index in indices])


def chosen(library: Library, settings: Settings) -> dict[str, list[int]]:
    """The kicks of each set, from the training split. Raises `InputError` where the library has too few."""
    indices = np.array(library.select({"train"}))
    decay = decays(library, indices.tolist())
    indices, decay = indices[np.isfinite(decay)], decay[np.isfinite(decay)]
    low, high = np.quantile(decay, NARROW) if len(decay) else (0.0, 0.0)
    narrow = indices[(decay >= low) & (decay <= high)]
    count = min(settings.kicks, len(narrow))
    if count < 4:
        raise InputError("library", library.folder, "has too few kicks with a decay; prepare more")
    drawn = narrow[permutation(0, "experiments/narrow", len(narrow))[:count]].tolist()
    mixed = indices[permutation(0, "experiments/mixed", len(indices))[:count]].tolist()
    longest = int(indices[np.argmax(decay)])
    return {"narrow": drawn, "long": [*drawn[:-1], longest], "mixed": mixed}


def comb(seed: int, decay_ms: float) -> NDArray[np.float32]:
    """Periodic noise: tones at every `GRID_HZ` with phases of their own, falling as a kick does, (2, n), peak 1."""
    time = np.arange(KICK_SAMPLES) / SAMPLE_RATE
    tones = np.arange(1, int(0.45 * SAMPLE_RATE / GRID_HZ)) * GRID_HZ
    phases = 2.0 * np.pi * uniform(seed, "experiments/comb", len(tones))
    sound = np.sin(2.0 * np.pi * tones[:, None] * time + phases[:, None]).sum(axis=0)
    return _under_decay(np.stack([sound, sound]), decay_ms)


def hiss(seed: int, decay_ms: float) -> NDArray[np.float32]:
    """White noise under the same decay, (2, n), peak 1."""
    return _under_decay(normal(seed, "experiments/hiss", (2, KICK_SAMPLES)).astype(np.float64), decay_ms)


def _under_decay(sound: NDArray[np.float64], decay_ms: float) -> NDArray[np.float32]:
    """A sound that has fallen by 30 dB after `decay_ms`."""
    fallen = sound * 10.0 ** (-1.5 * np.arange(sound.shape[1]) / (decay_ms * SAMPLE_RATE / 1000.0))
    return np.asarray(fallen / np.abs(fallen).max(), dtype=np.float32)


def above_percent(scores: NDArray[np.floating], others: NDArray[np.floating]) -> float:
    """How often a score is higher than another, in percent; ties count half."""
    ranks = rankdata(np.concatenate([scores, others]))
    n, m = len(scores), len(others)
    return 100.0 * float((ranks[:n].sum() - n * (n + 1) / 2.0) / (n * m))


def blocks(image: NDArray[np.float32]) -> list[list[float]]:
    """The mean over channels of an image (2, frames, bins) in `BLOCKS` parts: frames by bins."""
    mean = image.astype(np.float64).mean(axis=0)
    frames, bins = BLOCKS
    rows = [part.mean(axis=0) for part in np.array_split(mean, frames, axis=0)]
    parts = [[float(cell.mean()) for cell in np.array_split(row, bins)] for row in rows]
    largest = max(max(row) for row in parts) or 1.0
    return [[round(cell / largest, 3) for cell in row] for row in parts]


def judged(run: Path, kicks: NDArray[np.float32], decay: NDArray[np.float64]) -> Row:
    """How a run's discriminator scores kicks it never saw, and noise under their decays."""
    from kickitout.training import study

    scores = study.discriminator_scores(run, kicks).astype(np.float64)
    pairs = list(enumerate(decay))
    noises = {
        "comb": np.stack([comb(seed, ms) for seed, ms in pairs]),
        "hiss": np.stack([hiss(seed, ms) for seed, ms in pairs]),
    }
    noise_scores = {name: study.discriminator_scores(run, sounds) for name, sounds in noises.items()}
    order = np.argsort(decay, kind="stable")
    made = study.discriminator_scores(run, study.kicks_of_run(run, len(kicks)))
    correlation = float(spearmanr(decay, scores).statistic) if len(set(scores)) > 1 else 0.0
    return {
        **{
            f"score_{name}": float(scores[part].mean())
            for name, part in zip(TERCILES, np.array_split(order, 3), strict=True)
        },
        "decay_spearman": correlation,
        "score_generated": float(made.mean()),
        "kicks_above_generated_percent": above_percent(scores, made),
        **{f"score_{name}": float(values.mean()) for name, values in noise_scores.items()},
        **{f"kicks_above_{name}_percent": above_percent(scores, values) for name, values in noise_scores.items()},
        "saliency": blocks(study.saliency(run, kicks)),
    }


def run(settings: Settings, place: Place) -> Found:
    """Train on each set, and ask the discriminators."""
    library = place.library
    names = chosen_of(SETS, settings.cells)
    validation = library.select({"validation"})
    held_out = [index for index, ms in zip(validation, decays(library, validation), strict=True) if np.isfinite(ms)]
    held_out = held_out[: settings.scored]
    if len(held_out) < 3:
        raise InputError("library", library.folder, "has too few validation kicks with a decay; prepare more")
    made_with = {
        "kicks": settings.kicks,
        "samples": settings.samples,
        "scored": settings.scored,
        "tiny": place.quick,
        "library": library.fingerprint,
    }
    indices = chosen(library, settings)

    def make(name: str, seed: int) -> Row:
        sounds = [*of_library(library, indices[name], "train"), *of_library(library, held_out, "validation")]
        folder = write_library(place.folder / f"library-{name}", sounds)
        run_folder = place.folder / "runs" / f"{name}-{seed}"
        cell = Cell(name, "dcgan", DRAFT, library=folder)
        train_to(cell, run_folder, settings.samples, seed, place, tiny=place.quick)
        return judged(run_folder, waveforms(library, held_out), decays(library, held_out))

    measured = each_seed(names, settings.seeds, made_with, make, place)
    figures: dict[str, Any] = {"sets": [name for name in names if measured[name]]}
    for name in figures["sets"]:
        rows = list(measured[name].values())
        extremes = np.nanquantile(decays(library, indices[name]), (0.0, 1.0))
        figures[name] = {
            "kicks": len(indices[name]),
            "decay_ms": dict(zip(("least", "most"), extremes, strict=True)),
            **{one: over_seeds([row[one] for row in rows]) for one in rows[0] if one != "saliency"},
            "saliency": np.mean([row["saliency"] for row in rows], axis=0),
        }
    seeds = {name: list(measured.get(name, {})) for name in SETS}
    counts = {
        "scored": len(held_out),
        "seeds": max(map(len, seeds.values())),
        "samples_shown": settings.samples,
    }
    return Found(figures, OVER_SEEDS, counts, seeds)
