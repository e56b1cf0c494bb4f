"""The ladder of known damage: which metric orders which damage, and the least of it that it sees.

A cell of the ladder is one damage at one level with one seed. The seed draws kicks from the training split, which are
damaged, prepared and measured as anybody's files, and judged against `sibling` as the real set; the training kicks that
were not drawn are what the generator is presumed to have seen. Undamaged draws, judged in the same way, are the floor.

Of a metric and a damage:

    correlation   Spearman's rank correlation of the level and how bad the figure is, over all levels and seeds
    orders        the correlation is at least `ORDERS`
    seen from     the least level at which, and at all above which, every seed is worse than every undamaged draw

A metric claims the damages that it is there for, before anything is measured, and earns its place if it orders and sees
at least one of them. `load` gives the table that was measured last (by bench/climb_ladder.py; it ships with the
package), `place` says in its words how far from real a figure is.
"""

import json
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from kickitout.evaluation.damage import BY_NAME, DAMAGES, Damage, other_sounds, replaced
from kickitout.evaluation.metrics import METRICS, Evaluation, Metric
from kickitout.evaluation.sets import KickSet, from_arrays
from kickitout.system.randomness import permutation

KICKS = 160
"""Kicks in a cell."""

SEEDS = (1, 2, 3)
"""Of the damaged draws."""

FLOORS = tuple(range(1, 25))
"""Seeds of the undamaged draws; those of the damaged ones are among them."""

KITS_DRAWN = 0.5
"""The share of the kits that a draw may come from: two draws differ as two collections do, not by chance alone."""

ORDERS = 0.9
"""The least correlation of a metric that orders a damage."""

RESULT = "ladder.json"
"""What was measured last, beside this file."""

Values = NDArray[np.float64]

_PHASE = ("griffin-lim-window", "griffin-lim-rounds", "wrong-phase", "wrong-phase-low")
_SPECTRUM = ("low-pass", "high-pass", "tone", "frame-lines", "hum", "noise", "blur", "quantisation", "clipping")
_TIME = ("time-smear", "pre-echo", "short-tail", "detuned")
_CHANNELS = ("wrong-phase", "wrong-phase-low", "griffin-lim-window")
_SOUND = (*_PHASE, *_TIME, *_SPECTRUM, "narrow", "average", "other-sounds")

CLAIMS: dict[str, tuple[str, ...]] = {
    "auc_trees": _SOUND,
    "auc_linear": _SOUND,
    "frechet": (*_SOUND, "few-modes"),
    "frechet_infinity": (*_SOUND, "few-modes"),
    "kernel": (*_SOUND, "few-modes"),
    "precision": (*_SOUND,),
    "recall": ("average", "few-modes"),
    "density": (*_SOUND,),
    "coverage": (*_SOUND, "few-modes"),
    "wasserstein": _SOUND,
    "unpitched": ("griffin-lim-window", "noise", "other-sounds"),
    "mono": ("narrow", "wrong-phase", "griffin-lim-window", "mono"),
    "diversity": ("average", "few-modes"),
    "duplicates": ("few-modes", "repeats"),
    "near_copies": ("copies",),
    "copies": ("copies",),
    "characteristics": ("high-pass", "noise", "other-sounds"),
    "gate": ("wrong-phase", "wrong-phase-low", "tone", "hum", "offset", "noise", "clipping", "other-sounds"),
    "azimuthal": ("griffin-lim-window", "griffin-lim-rounds", "time-smear", "noise", "blur", "quantisation", "average"),
    "lines": ("tone", "frame-lines"),
    "frame_lines": ("frame-lines",),
    "periodic": ("frame-lines",),
    "wasserstein/pitch_hz": ("griffin-lim-window", "detuned"),
    "wasserstein/sweep_octaves": ("griffin-lim-window", "noise", "swept"),
    "wasserstein/sweep_ms": ("griffin-lim-window", "detuned", "noise", "swept"),
    "wasserstein/pre_echo_db": ("pre-echo",),
    "wasserstein/attack_ms": ("time-smear", "pre-echo", "blur", "low-pass"),
    "wasserstein/decay_ms": ("short-tail", "detuned", "noise"),
    "wasserstein/length_ms": ("short-tail", "detuned", "noise", "hum"),
    "wasserstein/click_db": ("time-smear", "low-pass", "blur"),
    "wasserstein/brightness_hz": ("low-pass", "high-pass", "detuned"),
    "wasserstein/centroid_early_hz": ("low-pass", "high-pass", "detuned"),
    "wasserstein/centroid_middle_hz": ("low-pass", "high-pass", "detuned"),
    "wasserstein/centroid_late_hz": ("low-pass", "high-pass", "tone", "quantisation"),
    "wasserstein/drive": ("griffin-lim-window", "clipping", "noise", "high-pass"),
    "wasserstein/crest_db": ("clipping", "noise", "short-tail"),
    "wasserstein/width_db": ("narrow", *_CHANNELS),
    "wasserstein/width_low_db": _CHANNELS,
    "wasserstein/width_mid_db": ("narrow", "wrong-phase", "griffin-lim-window"),
    "wasserstein/width_high_db": ("narrow", "wrong-phase", "griffin-lim-window"),
    "wasserstein/low_correlation": _CHANNELS,
    "wasserstein/mono_loss_db": _CHANNELS,
    "wasserstein/tail_db": ("tone", "hum", "noise", "short-tail"),
    "wasserstein/true_peak_db": ("clipping",),
    "wasserstein/loudness_lufs": ("clipping", "short-tail", "noise"),
}
"""The damages that each metric is there for. Stated from what the metrics are made of, not from what they turned out to
do: a claim that the ladder refutes stays here and is told."""


# One cell ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Cell:
    """One damage at one level with one seed; an undamaged draw where `damage` is empty."""

    damage: str
    level: float
    seed: int

    @property
    def key(self) -> str:
        """A name for files."""
        return f"{self.damage or 'undamaged'}_{self.level:g}_{self.seed}"


def cells(damages: Iterable[Damage] = DAMAGES) -> list[Cell]:
    """All cells of these damages, after the undamaged ones."""
    floor = [Cell("", 0.0, seed) for seed in FLOORS]
    return floor + [Cell(one.name, level, seed) for one in damages for level in one.levels for seed in SEEDS]


def draw(train: KickSet, seed: int, count: int = KICKS) -> tuple[KickSet, KickSet]:
    """(drawn, rest): `count` kicks of half the kits, and all training kicks that were not drawn."""
    kits = sorted(set(train.kits))
    half = math.ceil(KITS_DRAWN * len(kits))
    chosen = {kits[i] for i in permutation(seed, "ladder/kits", len(kits))[:half]}
    order = permutation(seed, "ladder/kicks", len(train))
    drawn = [int(i) for i in order if train.kits[i] in chosen][:count]
    rest = sorted(set(range(len(train))) - set(drawn))
    return train.select(drawn, name="drawn"), train.select(rest, name="training")


def join(one: KickSet, other: KickSet, name: str) -> KickSet:
    """The kicks of both sets, in the order of their content."""
    files, kits, hashes = one.files + other.files, one.kits + other.kits, one.hashes + other.hashes
    order = sorted(range(len(files)), key=lambda i: (hashes[i], kits[i], files[i]))
    faults = one.faults + other.faults

    def both(a: NDArray[Any], b: NDArray[Any]) -> NDArray[Any]:
        return np.concatenate([a, b])[order]

    return replace(
        one,
        name=name,
        files=tuple(files[i] for i in order),
        kits=tuple(kits[i] for i in order),
        hashes=tuple(hashes[i] for i in order),
        samples=both(one.samples, other.samples),
        embeddings=both(one.embeddings, other.embeddings),
        fingerprints=both(one.fingerprints, other.fingerprints),
        descriptors={key: both(values, other.descriptors[key]) for key, values in one.descriptors.items()},
        is_kick=both(one.is_kick, other.is_kick),
        faults=tuple(faults[i] for i in order),
        profiles=both(one.profiles, other.profiles),
        refused=one.refused + other.refused,
    )


def damaged_sounds(cell: Cell, drawn: KickSet) -> NDArray[np.float32]:
    """The drawn kicks after a cell's damage, (n, 2, 22050), brought to full scale as a generator's are."""
    apply = BY_NAME[cell.damage].apply
    assert apply is not None
    heard = np.stack([drawn.audio(index) for index in range(len(drawn))])
    sound = apply(heard, cell.level, cell.seed)
    return np.asarray(sound / np.maximum(np.abs(sound).max(axis=(1, 2), keepdims=True), np.float32(1e-9)))


def damaged(
    cell: Cell,
    train: KickSet,
    count: int = KICKS,
    sounds: Callable[[Cell, KickSet], NDArray[np.float32]] = damaged_sounds,
) -> tuple[KickSet, KickSet]:
    """(damaged kicks, training kicks) of a cell, measured; what it depends on is the cell and `train` alone.

    `sounds` may remember what `damaged_sounds` once gave.
    """
    drawn, rest = draw(train, cell.seed, count)
    if not cell.damage:
        return drawn, rest
    damage = BY_NAME[cell.damage]
    if damage.apply is not None:
        sound = sounds(cell, drawn)
        return from_arrays(sound, name=cell.key, files=drawn.files, kits=drawn.kits, workers=1), rest
    pool = len(rest) if damage.pool == "training" else len(drawn)
    out, taken = replaced(len(drawn), pool, cell.level, cell.seed)
    kept = drawn.select(sorted(set(range(len(drawn))) - set(out.tolist())))
    if damage.pool == "training":
        return join(kept, rest.select(taken), cell.key), rest
    names = [f"other/{number:05d}" for number in sorted(taken.tolist())]
    others = other_sounds(pool, cell.seed)[np.sort(taken)]
    return join(kept, from_arrays(others, name="other", files=names, workers=1), cell.key), rest


DEAR = ("copies",)
"""Metrics that cost more than all others together: tried on the damages that they claim alone."""


def asked(cell: Cell) -> list[str]:
    """The metrics that a cell is judged by."""
    return [name for name in METRICS if not cell.damage or name not in DEAR or cell.damage in CLAIMS[name]]


def figures(evaluation: Evaluation) -> dict[str, tuple[float, float | None]]:
    """What a cell keeps of an evaluation: (the figure, the real set's own where the metric compares with it)."""
    return {name: (float(figure.value), figure.real) for name, figure in evaluation.figures.items()}


# The table ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Standing:
    """One metric before one damage.

    Attributes:
        values: its figures, (levels, seeds); NaN where there was none.
        correlation: of the level and how bad the figure is; NaN where that cannot be said.
        seen_from: the index of the least level from which on it sees the damage; None if it does not.
    """

    damage: Damage
    values: Values
    correlation: float
    seen_from: int | None

    @property
    def orders(self) -> bool:
        """Whether more damage is a worse figure."""
        return self.correlation >= ORDERS

    @property
    def catches(self) -> bool:
        """Whether it both orders and sees the damage."""
        return self.orders and self.seen_from is not None

    @property
    def words(self) -> str:
        """The least damage seen, in words; empty where none is."""
        return "" if self.seen_from is None else self.damage.describe(self.damage.levels[self.seen_from])


@dataclass(frozen=True)
class Rung:
    """What a metric says of real kicks with known damage: the figure (median over seeds), and the damage in words."""

    words: str
    value: float
    bad: float
    step: float
    """0..1: where the level stands between the least and the grossest of its damage."""


@dataclass(frozen=True)
class Climb:
    """One metric on the ladder.

    Attributes:
        metric: its name.
        better: "lower", "higher", or "real": the nearer to the real set's own figure the better.
        claims: the damages it is there for.
        floor: its figures of undamaged draws.
        real: the real set's own figure where the metric compares with it.
        standings: by damage.
    """

    metric: str
    better: str
    claims: tuple[str, ...]
    floor: Values
    real: float | None
    standings: dict[str, Standing]

    @property
    def kept_claims(self) -> tuple[str, ...]:
        """The claimed damages that it orders and sees."""
        return tuple(name for name in self.claims if name in self.standings and self.standings[name].catches)

    @property
    def earns_its_place(self) -> bool:
        """Whether it keeps at least one claim."""
        return bool(self.kept_claims)

    @property
    def worst_undamaged(self) -> float:
        """How bad it called the worst undamaged draw."""
        return float(np.max(badness(self.floor, self.better, self.real)))

    @cached_property
    def rungs(self) -> tuple[Rung, ...]:
        """The levels that it sees of the claimed damages that it orders, from the least bad to the worst."""
        result = []
        for name in self.kept_claims:
            standing = self.standings[name]
            levels = standing.damage.levels
            for index in range(standing.seen_from or 0, len(levels)):
                value = float(np.median(standing.values[index]))
                bad = float(badness(np.array(value), self.better, self.real))
                result.append(Rung(standing.damage.describe(levels[index]), value, bad, index / (len(levels) - 1)))
        return tuple(sorted(result, key=lambda rung: (rung.bad, rung.step, rung.words)))

    def place(self, value: float, real: float | None = None) -> str:
        """Between which rungs a figure lies, in words; empty where there are none.

        Args:
            value: the figure.
            real: the real set's own figure where the metric compares with it; None: that of the ladder's real set.
        """
        if not math.isfinite(value) or not self.rungs:
            return ""
        bad = float(badness(np.array(value), self.better, self.real if real is None else real))
        if bad <= self.worst_undamaged:
            return "like undamaged kicks"
        # Where figures saturate many rungs are equal: the mildest of them is what can be said for sure.
        under = [rung for rung in self.rungs if rung.bad <= bad]
        under = [rung for rung in under if math.isclose(rung.bad, under[-1].bad)]
        over = next((rung for rung in self.rungs if rung.bad > bad), None)
        if not under:
            return f"nearer to real than {self.rungs[0].words}"
        least = min(under, key=lambda rung: (rung.step, rung.words))
        if math.isclose(least.bad, bad):
            return f"as far from real as {least.words}"
        if over is None:
            return f"further from real than {least.words}"
        return f"between {least.words} and {over.words}"


def badness(values: Values, better: str, real: float | None) -> Values:
    """Figures on a scale where more is worse: themselves, their negatives, or how far they are from the real set's."""
    if better == "lower":
        return values
    if better == "higher":
        return -values
    if real is None:
        return np.full(values.shape, np.nan)
    return np.asarray(np.abs(values - real))


def rank_correlation(levels: Values, values: Values) -> float:
    """Spearman's rank correlation of two arrays of one shape, ties in the middle; NaN where it cannot be said.

    Pairs without a value are left out; it cannot be said if they are more than a third, or if nothing varies.
    """
    known = np.isfinite(values)
    if known.sum() < 3 or 3 * known.sum() < 2 * values.size:
        return math.nan
    a, b = rankdata(levels[known]), rankdata(values[known])
    a, b = a - a.mean(), b - b.mean()
    scale = float(np.sqrt((a @ a) * (b @ b)))
    return float(a @ b) / scale if scale > 0.0 else 0.0


def stand(damage: Damage, values: Values, floor: Values, better: str, real: float | None) -> Standing:
    """How a metric with these figures (levels, seeds) stands before a damage, beside those of undamaged draws."""
    bad = badness(values, better, real)
    levels = np.broadcast_to(np.arange(len(bad), dtype=np.float64)[:, None], bad.shape)
    known = badness(floor[np.isfinite(floor)], better, real)
    beyond = (bad > known.max()).all(axis=1) if known.size else np.zeros(len(bad), dtype=bool)
    blind = np.flatnonzero(~beyond)
    first = int(blind[-1]) + 1 if blind.size else 0
    seen_from = first if first < len(bad) else None
    return Standing(damage, values, rank_correlation(levels, bad), seen_from)


@dataclass(frozen=True)
class Ladder:
    """All metrics on the ladder, by name, in the order of `metrics.METRICS`; and what it was climbed with."""

    climbs: dict[str, Climb]
    settings: dict[str, Any]

    @property
    def damages(self) -> tuple[Damage, ...]:
        """The damages that were tried."""
        tried = {name for climb in self.climbs.values() for name in climb.standings}
        return tuple(damage for damage in DAMAGES if damage.name in tried)

    @property
    def dropped(self) -> tuple[Climb, ...]:
        """The metrics that keep none of their claims."""
        return tuple(climb for climb in self.climbs.values() if not climb.earns_its_place)

    def catchers(self, damage: str) -> list[Climb]:
        """The metrics that earn their place and catch a damage, the most sensitive first."""
        found = [
            climb
            for climb in self.climbs.values()
            if climb.earns_its_place and damage in climb.standings and climb.standings[damage].catches
        ]
        return sorted(found, key=lambda climb: climb.standings[damage].seen_from or 0)

    def to_json(self) -> str:
        """As text, the same for the same ladder."""
        rows = {
            name: {
                "better": climb.better,
                "claims": climb.claims,
                "real": _short(climb.real),
                "floor": [_short(x) for x in climb.floor.tolist()],
                "damages": {
                    damage: [[_short(x) for x in level] for level in standing.values.tolist()]
                    for damage, standing in climb.standings.items()
                },
            }
            for name, climb in self.climbs.items()
        }
        levels = {damage.name: damage.levels for damage in self.damages}
        head = json.dumps({"settings": self.settings, "levels": levels}, ensure_ascii=False)[:-1]
        lines = [f"{json.dumps(name)}: {json.dumps(row)}" for name, row in rows.items()]
        return f'{head}, "metrics": {{\n' + ",\n".join(lines) + "\n}}\n"


def _short(value: float | None) -> float | None:
    """Five digits; None where there is no number."""
    return None if value is None or not math.isfinite(value) else float(f"{value:.5g}")


def _array(rows: Any) -> Values:
    return np.array(rows, dtype=np.float64)  # None becomes NaN


def from_json(text: str) -> Ladder:
    """What `to_json` wrote. Damages that are no longer there, or have other levels by now, are left out."""
    data = json.loads(text)
    still = {
        name: BY_NAME[name]
        for name, levels in data["levels"].items()
        if name in BY_NAME and tuple(map(float, levels)) == tuple(map(float, BY_NAME[name].levels))
    }
    climbs = {}
    for name, row in data["metrics"].items():
        floor, real, better = _array(row["floor"]), row["real"], row["better"]
        standings = {
            damage: stand(still[damage], _array(values), floor, better, real)
            for damage, values in row["damages"].items()
            if damage in still
        }
        climbs[name] = Climb(name, better, tuple(row["claims"]), floor, real, standings)
    return Ladder(climbs, data["settings"])


def build(
    found: Mapping[Cell, Mapping[str, tuple[float, float | None]]],
    settings: dict[str, Any],
    metrics: Iterable[Metric] = tuple(METRICS.values()),
    claims: Mapping[str, tuple[str, ...]] | None = None,
) -> Ladder:
    """The ladder from the figures of its cells, as `figures` gives them; damages without all their cells are left out.

    A metric that has no figure of any undamaged draw is left out too. `claims` by metric; None: `CLAIMS`.
    """
    whole = [damage for damage in DAMAGES if all(cell in found for cell in cells([damage]))]

    def figure(cell: Cell, metric: str) -> float:
        return found[cell].get(metric, (math.nan, None))[0]

    stated = CLAIMS if claims is None else claims
    climbs = {}
    for metric in metrics:
        floor = np.array([figure(cell, metric.name) for cell in cells([])])
        if not np.isfinite(floor).any():
            continue
        # The real set is the same in all cells.
        real = next((row[metric.name][1] for row in found.values() if metric.name in row), None)
        standings = {}
        for damage in whole:
            values = [
                [figure(Cell(damage.name, level, seed), metric.name) for seed in SEEDS] for level in damage.levels
            ]
            if np.isfinite(values).any():
                standings[damage.name] = stand(damage, np.array(values), floor, metric.better, real)
        climbs[metric.name] = Climb(metric.name, metric.better, stated.get(metric.name, ()), floor, real, standings)
    return Ladder(climbs, settings)


@cache
def load() -> Ladder | None:
    """The ladder that ships with the package; None where there is none."""
    place_of_it = files(__package__).joinpath(RESULT)
    return from_json(place_of_it.read_text(encoding="utf-8")) if place_of_it.is_file() else None


def place(metric: str, value: float, real: float | None = None) -> str:
    """How far from real a figure is in words of known damage: "between a low-pass at 8000 Hz and ...".

    Empty where the ladder does not know. Figures that depend on the number of kicks (see the metric) compare with the
    ladder's only roughly. Arguments as of `Climb.place`.
    """
    ladder = load()
    climb = None if ladder is None else ladder.climbs.get(metric)
    return "" if climb is None else climb.place(value, real)


def rungs(metric: str) -> tuple[Rung, ...]:
    """The rungs of a metric's ladder, from the least bad to the worst; none where it is not known."""
    ladder = load()
    climb = None if ladder is None else ladder.climbs.get(metric)
    return () if climb is None else climb.rungs


# In words ----------------------------------------------------------------------------------------------------------


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows]) + "\n"


def _number(value: float) -> str:
    return f"{value:.3g}" if abs(value) < 1000.0 else f"{value:.0f}"


def damages_table(ladder: Ladder) -> str:
    """Markdown: every damage, who catches it, and from where on."""
    rows = []
    for damage in ladder.damages:
        catchers = ladder.catchers(damage.name)
        first = [
            c for c in catchers if c.standings[damage.name].seen_from == catchers[0].standings[damage.name].seen_from
        ]
        rows.append(
            (
                f"**{damage.name}**: {damage.words}",
                f"{', '.join(f'{level:g}' for level in damage.levels)} ({damage.unit})",
                first[0].standings[damage.name].words if first else "not caught",
                ", ".join(f"`{climb.metric}`" for climb in first) or "-",
                str(len(catchers)),
            )
        )
    return _table(("damage", "levels", "the least that is caught", "by", "metrics that catch it"), rows)


def metrics_table(ladder: Ladder) -> str:
    """Markdown: every metric, its floor, and what became of its claims."""
    rows = []
    for climb in ladder.climbs.values():
        claims = []
        for name in climb.claims:
            standing = climb.standings.get(name)
            if standing is None:
                continue
            words = standing.words if standing.catches else "not seen" if standing.orders else "not ordered"
            claims.append(f"{name} {standing.correlation:.2f} ({words})")
        known = climb.floor[np.isfinite(climb.floor)]
        rows.append(
            (
                f"`{climb.metric}`",
                f"{_number(float(np.median(known)))} ({_number(float(known.min()))} to {_number(float(known.max()))})",
                "; ".join(claims),
                "stays" if climb.earns_its_place else "**dropped**",
            )
        )
    return _table(("metric", "undamaged", "claims: correlation (the least seen)", "verdict"), rows)


def matrix(ladder: Ladder) -> str:
    """Markdown: every metric before every damage; a cell is the number of the least level seen, 1 the mildest."""

    def cell(standing: Standing | None) -> str:
        if standing is None:
            return ""
        seen = "" if standing.seen_from is None else str(standing.seen_from + 1)
        return f"**{seen}**" if standing.catches else seen or "·"

    rows = [
        (f"`{climb.metric}`", *(cell(climb.standings.get(damage.name)) for damage in ladder.damages))
        for climb in ladder.climbs.values()
    ]
    return _table(("metric", *(damage.name for damage in ladder.damages)), rows)
