"""Fit the styles of `kickitout.library.synthesis.designs` to real kicks.

    python bench/fit_synthesis.py LIBRARY --pool pool.npz --minutes 30

1. Targets: kicks of the library's training split that a producer would keep, by plain rules on their descriptors.
2. Search: points of the box are drawn from broad ranges by family, rendered and embedded; then, generation by
   generation, each target's nearest points are crossed and changed (differential evolution, Storn and Price, 1997). The
   pool file holds all points, so that a search goes on where it ended.
3. Styles: the two nearest points of each target are clustered by what is heard and by place; each cluster gives a
   style: its mean, its spread shrunk to that of all, one table of correlations for all. No style has fewer than three
   kicks, and no kick's own point is kept.
"""

import argparse
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.cluster.vq import kmeans2
from scipy.spatial.distance import cdist

from kickitout.evaluation.distances import radii
from kickitout.library.normalise import quantise
from kickitout.library.store import Entry, Library
from kickitout.library.synthesis import designs
from kickitout.library.synthesis.designer import render_design
from kickitout.measure.embedding import EMBEDDING_SIZE, embed
from kickitout.model.arrays import pack
from kickitout.sound.kick import FULL_SCALE
from kickitout.system.files import write_bytes

Floats = NDArray[np.float64]
Job = tuple[Floats, int, int]
"""A point of the box, a seed and a polarity."""

AXIS = {name: index for index, name in enumerate(designs.AXES)}
LICENCES = ("clean", "unknown")
"""Licence classes of the targets: what is taken from them are distributions of parameters, no sound."""

FIRST = 2_500
"""Points of the first generation."""

NEAREST = 8
"""Parents of a target."""

SIBLINGS = 420
"""Targets in a generation."""

CLUSTERS = 64
FEWEST = 6
"""Points of a style: two of each target, so at least three kicks."""

SPREAD = 0.9
"""Of the styles' standard deviations: a little less than those of their points."""

CORRELATED = 0.8
"""Weight of the measured correlations; the rest are none."""

AIR_DB, AIR_OCTAVES = 4.0, 0.4
TAIL_DB, LONGER_OCTAVES = 1.0, 0.12
"""What the search leaves behind its targets, measured on train: their noise between 12 and 100 ms is stronger by this,
and their bodies are longer."""

# Where the search starts: the 5th and 95th percentile of each parameter, for all families and as each differs.
ALL: dict[str, tuple[float, float]] = {
    "pitch_hz": (38, 75),
    "sweep_octaves": (0.4, 2.4),
    "sweep_ms": (12, 90),
    "snap_octaves": (0, 3.5),
    "snap_ms": (1, 10),
    "drift_octaves": (0, 0.3),
    "drift_ms": (200, 700),
    "start_phase": (0, 0.4),
    "attack_ms": (0.08, 5),
    "hold_ms": (0, 70),
    "decay_ms": (80, 450),
    "decay_curve": (0.7, 1.6),
    "punch_db": (0, 8),
    "punch_ms": (8, 60),
    "tail_db": (-60, -15),
    "tail_ms": (200, 900),
    "gate_ms": (130, 850),
    "release_ms": (8, 90),
    "second_db": (-50, -12),
    "third_db": (-55, -16),
    "harmonic_ms": (40, 500),
    "modes_db": (-75, -20),
    "knock_db": (-60, -6),
    "knock_hz": (110, 500),
    "knock_ms": (10, 90),
    "noise_db": (-40, -6),
    "noise_hz": (700, 9000),
    "noise_octaves": (0.5, 2),
    "noise_ms": (1.2, 30),
    "noise_late_ms": (0, 3),
    "chirp_db": (-50, -4),
    "chirp_hz": (1200, 10000),
    "chirp_ms": (1, 10),
    "pulse_db": (-50, -4),
    "pulse_ms": (0.08, 1.2),
    "tick_db": (-55, -10),
    "tick_hz": (900, 5000),
    "tick_ms": (1, 15),
    "tick_late_ms": (0, 4),
    "low_air_db": (-58, -24),
    "low_air_hz": (250, 1500),
    "low_air_ms": (20, 300),
    "high_air_db": (-58, -26),
    "high_air_hz": (2500, 12000),
    "high_air_ms": (10, 250),
    "haze_db": (-98, -65),
    "drive_db": (-10, 14),
    "hardness": (0, 1),
    "asymmetry": (0, 0.8),
    "compression": (0, 0.6),
    "compress_attack_ms": (1, 20),
    "clip_db": (0, 5),
    "low_cut_hz": (10, 38),
    "high_cut_hz": (4000, 24000),
    "low_shelf_db": (-5, 5),
    "boom_db": (-6, 6),
    "boom_hz": (80, 200),
    "box_db": (-12, 4),
    "box_hz": (250, 700),
    "presence_db": (-8, 9),
    "presence_hz": (1200, 4500),
    "high_shelf_db": (-8, 9),
    "room_db": (-58, -20),
    "room_ms": (15, 150),
    "room_hz": (1000, 10000),
    "width_db": (-75, -18),
    "side_hz": (120, 700),
    "side_noise": (0, 1),
    "length_ms": (160, 620),
    "fade_ms": (3, 120),
}
FAMILIES: dict[str, dict[str, tuple[float, float]]] = {
    "techno": {
        "decay_ms": (120, 450),
        "drive_db": (-4, 20),
        "hold_ms": (10, 120),
        "clip_db": (0, 7),
        "sweep_ms": (15, 70),
        "room_db": (-55, -15),
    },
    "house": {
        "pitch_hz": (44, 65),
        "decay_ms": (90, 300),
        "noise_db": (-30, -4),
    },
    "trap": {
        "pitch_hz": (30, 60),
        "decay_ms": (250, 1100),
        "hold_ms": (0, 160),
        "sweep_ms": (10, 60),
        "tail_db": (-40, -8),
        "drive_db": (-8, 20),
        "width_db": (-80, -30),
    },
    "hip-hop": {
        "pitch_hz": (45, 95),
        "decay_ms": (60, 220),
        "sweep_octaves": (0.2, 1.4),
        "knock_db": (-40, 0),
        "high_cut_hz": (1500, 20000),
        "room_db": (-50, -12),
    },
    "acoustic": {
        "pitch_hz": (45, 110),
        "sweep_octaves": (0.1, 1.0),
        "snap_octaves": (0, 1.5),
        "modes_db": (-40, -4),
        "knock_db": (-40, 0),
        "tick_db": (-40, 2),
        "room_db": (-40, -8),
        "low_air_db": (-45, -14),
        "high_air_db": (-50, -18),
        "width_db": (-60, -10),
        "drive_db": (-12, 6),
        "attack_ms": (0.2, 4),
    },
    "edm": {
        "sweep_octaves": (1.2, 3.2),
        "snap_octaves": (1, 4.5),
        "noise_db": (-26, 0),
        "tick_db": (-45, -4),
        "width_db": (-55, -14),
        "clip_db": (1, 8),
        "compression": (0.1, 0.8),
        "gate_ms": (110, 400),
    },
    "hardstyle": {
        "drive_db": (8, 29),
        "hardness": (0.2, 1),
        "asymmetry": (0.1, 1),
        "sweep_octaves": (1, 3.5),
        "sweep_ms": (25, 150),
        "hold_ms": (20, 180),
        "clip_db": (1, 9),
        "presence_db": (-6, 14),
    },
    "lo-fi": {
        "high_cut_hz": (1000, 7000),
        "haze_db": (-80, -42),
        "sweep_octaves": (0.2, 1.6),
        "decay_ms": (60, 260),
        "low_air_db": (-50, -18),
        "pitch_hz": (42, 100),
    },
}
SHARES = (0.17, 0.17, 0.13, 0.15, 0.12, 0.12, 0.06, 0.08)
NAMING = (
    "pitch_hz", "sweep_octaves", "sweep_ms", "hold_ms", "decay_ms", "drive_db", "high_cut_hz", "modes_db", "knock_db",
    "tick_db", "room_db", "low_air_db", "noise_db", "clip_db", "hardness",
)  # fmt: skip
"""The parameters by which a style gets its family's name."""


@dataclass
class Pool:
    """Points that were tried: places (n, axes), seeds and polarities (n,), embeddings (n, d)."""

    places: Floats
    seeds: NDArray[np.int64]
    polarities: NDArray[np.int64]
    embeddings: Floats

    @classmethod
    def read(cls, path: Path) -> "Pool":
        if not path.exists():
            empty = np.zeros(0, dtype=np.int64)
            return cls(np.zeros((0, len(designs.AXES))), empty, empty, np.zeros((0, EMBEDDING_SIZE)))
        with np.load(path) as stored:
            return cls(stored["places"], stored["seeds"], stored["polarities"], stored["embeddings"])

    def save(self, path: Path) -> None:
        write_bytes(path, pack(vars(self)))

    def add(self, jobs: list[Job], embeddings: Floats) -> None:
        self.places = np.concatenate([self.places, [job[0] for job in jobs]])
        self.seeds = np.concatenate([self.seeds, [job[1] for job in jobs]])
        self.polarities = np.concatenate([self.polarities, [job[2] for job in jobs]])
        self.embeddings = np.concatenate([self.embeddings, embeddings])


def kept(entry: Entry) -> bool:
    """Whether a producer might keep a kick: neither sub-bass nor tom, an attack, level."""
    measured = entry.descriptors
    return (
        entry.licence_class in LICENCES
        and 33.0 <= measured.get("pitch_hz", 60.0) <= 125.0
        and measured["attack_ms"] < 25.0
        and measured["loudness_lufs"] > -23.0
    )


def audible(kick: NDArray[np.float32]) -> bool:
    """Whether most of a kick lies between 30 and 160 Hz, little below 32 Hz, and half of it in the first 160 ms."""
    mid = kick.mean(axis=0, dtype=np.float64)
    power = np.square(np.abs(np.fft.rfft(mid)))
    hz = np.fft.rfftfreq(mid.size, 1.0 / 44_100.0)
    total = power.sum() + 1e-20
    body = power[(hz >= 30.0) & (hz < 160.0)].sum() / total
    half = np.searchsorted(np.cumsum(np.square(mid)), 0.5 * np.square(mid).sum()) / 44.1
    return bool(body > 0.5 and power[hz < 32.0].sum() / total < 0.08 and half < 160.0)


def embedded(job: Job) -> Floats:
    """The embedding of a point's sound in the library's form."""
    places, seed, polarity = job
    sound = render_design(designs.design_at(places, seed=seed, family="", polarity=polarity))
    return embed(quantise(sound)[0].astype(np.float32) / np.float32(FULL_SCALE))


def range_of(family: str, name: str) -> tuple[float, float]:
    """The places of the 5th and 95th percentile of a parameter's start."""
    low, high = FAMILIES[family].get(name, ALL[name])
    least, most = designs.RANGES[name].low, designs.RANGES[name].high
    if designs.RANGES[name].logarithmic:
        return tuple(np.log(np.array((low, high)) / least) / np.log(most / least))  # type: ignore[return-value]
    return (low - least) / (most - least), (high - least) / (most - least)


def starts(count: int, random: np.random.Generator) -> Iterator[Job]:
    """Points of the first generation. What lies beyond the box is held at its ends: levels that are off."""
    for family in random.choice(designs.FAMILIES, count, p=SHARES):
        edges = np.array([range_of(family, name) for name in designs.AXES])
        middle, half = edges.mean(axis=1), 0.5 * (edges[:, 1] - edges[:, 0])
        places = np.clip(middle + half * random.normal(0.0, 0.61, middle.size), 0.0, 1.0)
        yield places, int(random.integers(10**6)), int(random.choice([1, -1]))


def known(places: Floats, entry: Entry) -> Floats:
    """A point with the width and the length that were measured."""
    measured = entry.descriptors
    whole = measured["tail_db"] > -65.0 or measured["last_ms"] > 480.0
    places = places.copy()
    places[AXIS["width_db"]] = designs.RANGES["width_db"].place(measured["width_db"])
    places[AXIS["length_ms"]] = designs.RANGES["length_ms"].place(499.0 if whole else measured["last_ms"])
    return places


def child(pool: Pool, nearest: NDArray[np.int64], random: np.random.Generator) -> Job:
    """A point from a target's nearest ones, in order."""
    parent = nearest[0] if random.random() < 0.6 else random.choice(nearest)
    one, other = pool.places[random.choice(nearest)], pool.places[random.choice(nearest)]
    places = pool.places[parent]
    crossed = random.random(places.size) < 0.8
    places = places + crossed * random.uniform(0.3, 0.9) * (one - other)
    changed = random.random(places.size) < random.choice([0.05, 0.15, 0.4])
    places = places + changed * random.normal(0.0, random.choice([0.03, 0.1, 0.25]), places.size)
    sign = 1 if random.random() < 0.9 else -1
    return np.clip(places, 0.0, 1.0), int(pool.seeds[nearest[0]]), sign * int(pool.polarities[nearest[0]])


def search(pool: Pool, targets: Floats, entries: list[Entry], path: Path, minutes: float, workers: int) -> None:
    """Add generations to the pool until the time is over."""
    random = np.random.default_rng(len(pool.seeds))
    reach = radii(targets)
    end = time.monotonic() + 60.0 * minutes
    with ProcessPoolExecutor(workers) as executor:
        while time.monotonic() < end:
            if len(pool.seeds):
                apart = cdist(targets, pool.embeddings)
                nearest = np.argsort(apart, axis=1)[:, :NEAREST]
                covered = (apart.min(axis=1) < reach).mean()
                print(f"{len(pool.seeds)} points, {covered:.3f} of the targets reached", flush=True)
                jobs = []
                for target in random.permutation(len(targets))[:SIBLINGS]:
                    places, seed, polarity = child(pool, nearest[target], random)
                    jobs.append((known(places, entries[target]), seed, polarity))
            else:
                jobs = list(starts(FIRST, random))
            pool.add(jobs, np.stack(list(executor.map(embedded, jobs, chunksize=20))))
            pool.save(path)


def moved(places: Floats) -> Floats:
    """Points with what the search leaves behind: see AIR_DB."""
    places = places.copy()

    def move(name: str, db: float = 0.0, octaves: float = 0.0) -> None:
        limits, axis = designs.RANGES[name], AXIS[name]
        by = (
            octaves * np.log(2.0) / np.log(limits.high / limits.low)
            if limits.logarithmic
            else db / (limits.high - limits.low)
        )
        made = (places[:, axis] > 0.02) | limits.logarithmic
        places[made, axis] = np.clip(places[made, axis] + by, 0.0, 1.0)

    for band in ("low", "high"):
        move(f"{band}_air_db", db=AIR_DB)
        move(f"{band}_air_ms", octaves=AIR_OCTAVES)
    move("tail_db", db=TAIL_DB)
    for name in ("gate_ms", "decay_ms", "tail_ms"):
        move(name, octaves=LONGER_OCTAVES)
    return places


def likelihoods(centre: Floats) -> list[float]:
    """How well a style's centre fits the start of each family, as logarithms."""
    found = []
    for family in designs.FAMILIES:
        edges = np.array([range_of(family, name) for name in NAMING])
        spread = np.maximum((edges[:, 1] - edges[:, 0]) / 3.3, 0.08)
        off = (centre[[AXIS[name] for name in NAMING]] - edges.mean(axis=1)) / spread
        found.append(float(-0.5 * np.square(off).sum() - np.log(spread).sum()))
    return found


def fit(pool: Pool, targets: Floats, entries: list[Entry]) -> dict[str, NDArray[np.generic]]:
    """The styles as arrays."""
    order = np.argsort(cdist(targets, pool.embeddings), axis=1)[:, :2]
    owners = np.repeat(np.arange(len(targets)), 2)
    chosen = order.ravel()
    places = moved(
        np.stack([known(pool.places[point], entries[owner]) for point, owner in zip(chosen, owners, strict=True)])
    )
    heard = targets[owners]
    spread = places.std(axis=0) + 1e-9
    both = np.hstack([heard / heard.std(), (places - places.mean(axis=0)) / spread])
    _, labels = kmeans2(both, CLUSTERS, minit="++", seed=3, iter=40)
    within = places - np.stack([places[labels == label].mean(axis=0) for label in labels])
    common = within.std(axis=0)
    correlations = CORRELATED * np.corrcoef((within / (common + 1e-9)).T) + (1.0 - CORRELATED) * np.eye(len(AXIS))
    groups = [places[labels == label] for label in range(CLUSTERS) if (labels == label).sum() >= FEWEST]
    weights = np.array([len(group) / (len(group) + 25.0) for group in groups])
    centres = np.stack([group.mean(axis=0) for group in groups])
    variances = [w * group.var(axis=0) + (1.0 - w) * common**2 for w, group in zip(weights, groups, strict=True)]
    fits = np.array([likelihoods(centre) for centre in centres])
    families = (fits - 0.5 * fits.mean(axis=0)).argmax(axis=1)
    sizes = np.array([len(group) for group in groups], dtype=np.float64)
    for index, name in enumerate(designs.FAMILIES):
        print(f"{name:10} {np.sum(families == index):3} styles {sizes[families == index].sum() / sizes.sum():6.1%}")
    return {
        "families": families.astype(np.int64),
        "shares": sizes / sizes.sum(),
        "centres": centres.astype(np.float32),
        "spreads": (SPREAD * np.sqrt(variances)).astype(np.float32),
        "factor": np.linalg.cholesky(correlations).astype(np.float32),
        "positive": np.array((pool.polarities[chosen] > 0).mean()),
    }


def main() -> None:
    """Search, fit and write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("library", type=Path)
    parser.add_argument("--pool", type=Path, required=True)
    parser.add_argument("--minutes", type=float, default=0.0)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("-o", "--output", type=Path, default=Path(designs.__file__).parent / designs.STYLES)
    arguments = parser.parse_args()
    library = Library.open(arguments.library)
    chosen = [i for i in library.select({"train"}) if kept(library.entries[i]) and audible(library.audio(i))]
    entries = [library.entries[index] for index in chosen]
    targets = np.stack([embed(library.audio(index)) for index in chosen])
    pool = Pool.read(arguments.pool)
    search(pool, targets, entries, arguments.pool, arguments.minutes, arguments.workers)
    content = pack(fit(pool, targets, entries))
    write_bytes(arguments.output, content)
    print(f"{len(targets)} targets, {len(pool.seeds)} points, {len(content):,} bytes")


if __name__ == "__main__":
    main()
