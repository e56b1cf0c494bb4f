"""How precisely the instrument meets requests: the tables in docs/instrument.md.

    python bench/check_instrument.py LIBRARY MODEL [--only controls,vary,morph,gate] [--kicks 200]

Real kicks are those of the splits `test` and `unseen`, of which no model knows anything; what a standard deviation is
comes from the model's own tables of training kicks: differences are of normal scores (`kickitout.model.controls`).
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.stats import spearmanr

from kickitout.errors import KickItOutError
from kickitout.instrument import instrument as instruments
from kickitout.instrument import morphing, originals, variations
from kickitout.instrument.instrument import Instrument
from kickitout.library.store import Library
from kickitout.measure.embedding import embed
from kickitout.measure.gate import judge
from kickitout.model import controls
from kickitout.system.randomness import permutation
from kickitout.system.workers import available_processors

Float64Array = NDArray[np.float64]

ASKED = (0.02, 0.98)
"""Places on the dial over which a control is asked; of a control with a unit, quantiles within `controls.REACH`."""

MOVED = (0.25, 0.75)
"""Between these a control moves, the seed held, to see what else does."""

NAMES = tuple(kind.name for kind in controls.KINDS)
"""Drive and wild are set: there is nothing to measure."""

COUPLED = {
    frozenset(
        {"click", "brightness"}
    ): "the click is what lies above 1 kHz in the first 25 ms, brightness the centroid of the first 50",
    frozenset({"click", "noise"}): "noise counts all that is beside the body's tone, the click too",
    frozenset({"brightness", "noise"}): "what is bright is not the body's tone",
    frozenset({"sweep", "sweep_time"}): "the time is that of the sweep: none is there without depth",
    frozenset({"sweep", "brightness"}): "a sweep from high up is bright in the first 50 ms",
    frozenset({"sweep", "click"}): "a sweep from above 1 kHz is a click",
    frozenset({"pitch", "sweep"}): "the sweep is counted from the end pitch",
    frozenset({"decay", "sweep_time"}): "both are times of the same fall where a body falls as long as it sounds",
}
"""Pairs that move together by definition, told before measuring."""

AMOUNTS = (0.1, 0.2, 0.3, 0.5, 0.7, 1.0)
VARIED = 50
PER_KICK = 4
RANDOM = 500
MORPHS = 24
MORPH_STEPS = 9
GATED = 1_000
BESIDE = 0.03


@cache
def player(model: str, gate: bool = False) -> Instrument:
    """The model, loaded once a process."""
    return instruments.load(model, gate=gate)


def heard(audio: NDArray[np.float32]) -> Float64Array:
    """What the controls measure, in the order of NAMES."""
    return controls.measure(audio)


def tables(model: str) -> dict[str, tuple[str, list[float]]]:
    """Unit and percentiles of each control that a model has."""
    card = player(model).bundle.card
    return {one.name: (one.unit, one.quantiles) for one in card.controls}


def wish(model: str, name: str, quantile: float) -> float:
    """What a person gives for a quantile."""
    unit, table = tables(model)[name]
    return quantile if unit in controls.OF_ONE else controls.value(quantile, controls.QUANTILE, table)


def answer(item: tuple[str, int, str, float]) -> Float64Array:
    """What is heard of the kick of (model, seed, control, quantile); a control of "" asks nothing."""
    model, seed, name, quantile = item
    asked = {name: wish(model, name, quantile)} if name else None
    return heard(player(model).kick(seed, controls=asked).audio)


def spread(pool: ProcessPoolExecutor, work: object, items: Sequence[object]) -> Iterator[object]:
    """Results in order, by all processors."""
    return pool.map(work, items, chunksize=4)  # type: ignore[arg-type]


def print_controls(pool: ProcessPoolExecutor, model: str, count: int) -> None:
    """Spearman's correlation, exactness of pitch and decay, and what else moves."""
    names = [name for name in NAMES if name in tables(model)]
    quantiles = np.linspace(*ASKED, count)
    asked = {name: np.array([wish(model, name, q) for q in quantiles]) for name in names}
    items = [(model, seed, name, float(q)) for name in names for seed, q in enumerate(quantiles)]
    found = np.array(list(spread(pool, answer, items))).reshape(len(names), count, len(NAMES))
    print(f"{count} kicks a control, quantiles {ASKED[0]:g} to {ASKED[1]:g} of the training kicks, one seed each.\n")
    print("| control | Spearman | has it | error: median | 90 % | 95 % | |\n|---|---|---|---|---|---|---|")
    for place, name in enumerate(names):
        unit, table = tables(model)[name]
        values = found[place][:, NAMES.index(name)]
        wanted = np.array([controls.value(float(value), unit, table) for value in asked[name]])
        known = np.isfinite(values)
        rank = spearmanr(controls.scores(wanted[known], table), values[known]).statistic
        if name == "pitch":
            off, words = 1200.0 * np.abs(np.log2(values[known] / wanted[known])), "cents"
        elif name in ("decay", "sweep_time"):
            off, words = 100.0 * np.abs(values[known] / wanted[known] - 1.0), "%"
        else:
            off, words = np.abs(values[known] - wanted[known]), {"sweep": "octaves"}.get(name, "")
        cells = " | ".join(f"{np.percentile(off, share):.3g} {words}".strip() for share in (50, 90, 95))
        limits = {"pitch": 10.0, "decay": 10.0}
        within = f"{100 * np.mean(off <= limits[name]):.1f} % within {limits[name]:g} {words}" if name in limits else ""
        print(f"| {name} | {rank:.3f} | {100 * known.mean():.0f} % | {cells} | {within} |")

    seeds = range(count)
    items = [(model, seed, name, q) for name in names for q in MOVED for seed in seeds]
    moved = np.array(list(spread(pool, answer, items))).reshape(len(names), 2, len(seeds), len(NAMES))
    scores = np.stack([controls.scores(moved[..., NAMES.index(n)].ravel(), tables(model)[n][1]) for n in names], -1)
    scores = scores.reshape(len(names), 2, len(seeds), len(names))
    apart = np.nanmedian(np.abs(scores[:, 1] - scores[:, 0]), axis=1)
    print(f"\nMoved from quantile {MOVED[0]:g} to {MOVED[1]:g}, {len(seeds)} seeds: medians of how far each")
    print("descriptor moves, in standard deviations of normal scores. Brackets mark what moves along by definition.\n")
    print(f"| moved | {' | '.join(names)} |\n|---{'|---' * len(names)}|")
    over = []
    for place, name in enumerate(names):
        cells = []
        for other_place, other in enumerate(names):
            value = float(apart[place, other_place])
            coupled = frozenset({name, other}) in COUPLED
            cells.append(f"**{value:.2f}**" if name == other else f"({value:.2f})" if coupled else f"{value:.2f}")
            if name != other and not coupled and value >= 0.5:
                over.append(f"{name} moves {other} by {value:.2f}")
        print(f"| {name} | {' | '.join(cells)} |")
    print(f"\nOver 0.5: {', '.join(over) or 'none'}.\n")


def real_kicks(library: Library, count: int) -> list[int]:
    """Held-out kicks, drawn once for all."""
    held = library.select(("test", "unseen"))
    return [held[place] for place in permutation(0, "check instrument", len(held))[:count]]


def taken_in(model: str, folder: str, index: int) -> originals.Original:
    """A real kick as one to begin with."""
    audio = Library.open(folder).audio(index)
    samples = np.round(audio * 32767).astype(np.int16)
    return originals.take_in(player(model), samples, f"{index}.wav")


def varied_one(item: tuple[str, str, int, Float64Array]) -> dict[str, object]:
    """All that is measured of the variations of one real kick."""
    model, folder, index, random = item
    instrument, original = player(model), taken_in(model, folder, index)
    voice, finish = instrument.voice, original.processing.apply
    audio = finish(Library.open(folder).audio(index))
    base, before = embed(audio), heard(audio)
    limit = float(np.percentile(np.linalg.norm(random - base, axis=1), 5))

    def made(seed: int, amount: float, keep: tuple[str, ...] = ()) -> NDArray[np.float32]:
        origin, _, _ = variations.varied(voice, original.origin, seed, amount, keep, None, finish)
        return finish(variations.sound(voice, origin))

    apart = [
        [float(np.linalg.norm(embed(made(seed, amount)) - base)) for seed in range(PER_KICK)] for amount in AMOUNTS
    ]
    kept = np.array([heard(made(seed, 0.3, ("pitch", "decay"))) for seed in range(PER_KICK)])
    places = [NAMES.index(name) for name in ("pitch", "decay")]
    return {
        "zero": float(np.abs(made(0, 0.0) - audio).max()),
        "apart": apart,
        "near": [one < limit for one in apart[AMOUNTS.index(0.3)]],
        "cents": (1200.0 * np.abs(np.log2(kept[:, places[0]] / before[places[0]]))).tolist(),
        "decay": (np.abs(kept[:, places[1]] / before[places[1]] - 1.0)).tolist(),
    }


def print_vary(pool: ProcessPoolExecutor, model: str, folder: str) -> None:
    """Variations of real kicks."""
    random = np.array([embed(player(model).kick(seed).audio) for seed in range(RANDOM)])
    items = [(model, folder, index, random) for index in real_kicks(Library.open(folder), VARIED)]
    rows = list(spread(pool, varied_one, items))
    apart = np.array([row["apart"] for row in rows])  # (kicks, amounts, seeds)
    print(f"{VARIED} real kicks of `test` and `unseen`, {PER_KICK} variations each.\n")
    print(f"- amount 0: at most {max(row['zero'] for row in rows):.1e} from the kick itself, relative to full scale 1")
    means = ", ".join(f"{amount:g}: {mean:.1f}" for amount, mean in zip(AMOUNTS, apart.mean((0, 2)), strict=True))
    print(f"- distance by amount: {means}")
    steps = np.diff(apart, axis=1)
    print(
        f"- distance grows with amount in {100 * np.mean(np.diff(apart.mean(2), axis=1) > 0):.1f} % of the steps "
        f"for the mean over a kick's variations, in {100 * np.mean(steps > 0):.1f} % for single variations"
    )
    near = np.array([row["near"] for row in rows])
    print(
        f"- amount 0.3: {100 * near.mean():.1f} % of the variations are nearer to their kick than 95 % of "
        f"{RANDOM} random kicks; for {100 * np.mean(np.median(near, axis=1) >= 0.5):.0f} % of the kicks at least half "
        "of the variations are"
    )
    cents = np.array([row["cents"] for row in rows]).ravel()
    cents = cents[np.isfinite(cents)]
    decay = np.array([row["decay"] for row in rows]).ravel()
    print(
        f"- pitch and decay kept, amount 0.3: {100 * np.mean(cents <= 10):.1f} % within 10 cents (median "
        f"{np.median(cents):.1f}), {100 * np.mean(decay <= 0.1):.1f} % within 10 % (median "
        f"{100 * np.median(decay):.1f})\n"
    )


def morphed(item: tuple[str, str, int, int]) -> tuple[list[float], float, float]:
    """Steps of a morph, and how far its ends are from the kicks themselves; -1 - seed is a kick of the model."""
    model, folder, *ends = item
    instrument = player(model)
    pair = [
        taken_in(model, folder, end) if end >= 0 else originals.open_original(instrument, instrument.kick(-1 - end))
        for end in ends
    ]
    made = [kick.audio for kick in morphing.morph(instrument, *pair, MORPH_STEPS)]
    alone = [one.processing.apply(variations.sound(instrument.voice, one.origin)) for one in pair]
    off = [float(np.abs(a - b).max()) for a, b in zip((made[0], made[-1]), alone, strict=True)]
    return [float(np.linalg.norm(embed(b) - embed(a))) for a, b in pairwise(made)], off[0], off[1]


def print_morph(pool: ProcessPoolExecutor, model: str, folder: str) -> None:
    """Steps of morphs between real kicks, between the model's, and from one to the other."""
    real = real_kicks(Library.open(folder), 2 * MORPHS)
    pairs = {
        "real to real": [(real[2 * n], real[2 * n + 1]) for n in range(MORPHS)],
        "real to made": [(real[n], -1 - n) for n in range(MORPHS)],
        "made to made": [(-1 - n, -1 - MORPHS - n) for n in range(MORPHS)],
    }
    print(f"{MORPHS} pairs each, {MORPH_STEPS} kicks.\n")
    print("| from, to | largest step over smallest: median | 90 % | most | within 2 | ends off |\n" + "|---" * 6 + "|")
    for name, ends in pairs.items():
        rows = list(spread(pool, morphed, [(model, folder, *pair) for pair in ends]))
        ratios = np.array([max(steps) / min(steps) for steps, _, _ in rows])
        off = max(max(a, b) for _, a, b in rows)
        cells = " | ".join(f"{np.percentile(ratios, share):.2f}" for share in (50, 90, 100))
        print(f"| {name} | {cells} | {100 * np.mean(ratios <= 2.0):.0f} % | {off:.0e} |")
    print()


def gated(item: tuple[str, int, str]) -> tuple[bool, int]:
    """Whether an export passes the gate, and at which attempt."""
    model, seed, name = item
    asked = {name: wish(model, name, 0.5 + 0.45 * ((seed % 3) - 1))} if name else None
    kick = player(model, True).kick(seed, controls=asked)
    return judge(kick.audio).passes, kick.recipe.get("attempt", 0)


def print_gate(pool: ProcessPoolExecutor, model: str) -> None:
    """That every export passes the gate, and what that costs."""
    asked = ["", *tables(model)]
    print("| request | kicks | pass | drawn again | most attempts |\n|---|---|---|---|---|")
    for name in asked:
        count = GATED if not name else GATED // 10
        rows = list(spread(pool, gated, [(model, seed, name) for seed in range(count)]))
        passes, attempts = (np.array(column) for column in zip(*rows, strict=True))
        print(
            f"| {name or 'nothing'} | {count:,} | {100 * passes.mean():.1f} % | {100 * np.mean(attempts > 0):.1f} % | "
            f"{1 + attempts.max()} |"
        )
    print()


def main() -> None:
    """See the module's docstring."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("library")
    parser.add_argument("model")
    parser.add_argument("--only", default="controls,vary,morph,gate")
    parser.add_argument("--kicks", type=int, default=200)
    options = parser.parse_args()
    only = options.only.split(",")
    with ProcessPoolExecutor(available_processors()) as pool:
        if "controls" in only:
            print("## Controls\n")
            print_controls(pool, options.model, options.kicks)
        if "vary" in only:
            print("## Variations\n")
            print_vary(pool, options.model, options.library)
        if "morph" in only:
            print("## Morphs\n")
            print_morph(pool, options.model, options.library)
        if "gate" in only:
            print("## The gate\n")
            print_gate(pool, options.model)


if __name__ == "__main__":
    try:
        main()
    except KickItOutError as error:
        sys.exit(f"check_instrument: {error}")
