"""How well descriptors find the truth of built-in kicks, and how fast: the tables in docs/descriptors.md.

    OPENBLAS_NUM_THREADS=1 python bench/check_descriptors.py [--kicks 960] [--bases 40] [--library LIB]

With a library, also what its training and validation kicks measure: no other split is looked at. The default needs a
minute or two on one core.
"""

import argparse
import math
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyloudnorm
from numpy.typing import NDArray
from scipy.stats import spearmanr

from kickitout.library.store import Library
from kickitout.library.synthesis import KickParameters, kick_parameters, render_kick, synthesise_kick
from kickitout.measure.descriptors import DESCRIPTORS, describe
from kickitout.sound.kick import SAMPLE_RATE

Measured = dict[str, float]

FIRST_SEED = 3
SEED_STEP = 5

STABLE_CENTS = 2.0
STABLE_PLACE = 0.75
"""A tail is stable if less than 2 cents of the sweep are left after three quarters of the decay: by the parameters."""

STEPS_ALONE = 9
SPLITS = {"train", "validation"}


def left_of_sweep(truth: KickParameters) -> float:
    """Cents of the sweep that are left after STABLE_PLACE of the decay."""
    passed = truth.attack_ms + STABLE_PLACE * truth.decay_ms
    return 1200.0 * truth.sweep_octaves * 10.0 ** (-passed / truth.sweep_ms)


def cents(found: float, true: float) -> float:
    """An interval in cents."""
    return 1200.0 * math.log2(found / true)


def pitch_rows(pairs: list[tuple[KickParameters, Measured]]) -> Iterator[str]:
    """The errors of pitch, by what is left of the sweep."""
    pitched = [(truth, found) for truth, found in pairs if "end_pitch_hz" in found]
    yield f"{len(pitched)} of {len(pairs)} have an end pitch.\n"
    yield "| kicks | number | within 5 cents | median | 90 % | 95 % |\n|---|---|---|---|---|---|"
    for words, limit in ((f"stable tail (< {STABLE_CENTS:g} cents left)", STABLE_CENTS), ("all", math.inf)):
        errors = np.array([abs(cents(f["end_pitch_hz"], t.pitch_hz)) for t, f in pitched if left_of_sweep(t) < limit])
        p50, p90, p95 = np.percentile(errors, (50, 90, 95))
        share = 100.0 * np.mean(errors <= 5.0)
        yield f"| {words} | {len(errors)} | {share:.1f} % | {p50:.2f} | {p90:.1f} | {p95:.1f} cents |"


def decay_rows(pairs: list[tuple[KickParameters, Measured]]) -> Iterator[str]:
    """The errors of decay, where it ends within the file and where it was extrapolated."""
    yield "| decay | number | within 10 % | within 20 % | found / true: 5, 50, 95 % |\n|---|---|---|---|---|"
    for words, flag in (("reached", 0.0), ("extrapolated", 1.0), ("all", None)):
        kept = [(t, f) for t, f in pairs if "decay_ms" in f and flag in (None, f["decay_extrapolated"])]
        ratio = np.array([f["decay_ms"] / t.decay_ms for t, f in kept])
        ten, twenty = (100.0 * np.mean(np.abs(ratio - 1.0) <= limit) for limit in (0.1, 0.2))
        places = ", ".join(f"{x:.2f}" for x in np.percentile(ratio, (5, 50, 95)))
        yield f"| {words} | {len(kept)} | {ten:.1f} % | {twenty:.1f} % | {places} |"
    missing = sum("decay_ms" not in found for _, found in pairs)
    yield f"\n{missing} have no decay."


def grids(base: KickParameters) -> dict[str, tuple[str, NDArray[np.float64]]]:
    """What is swept alone: parameter to descriptor and values."""
    deepest = min(3.6, math.log2(600.0 / base.pitch_hz))
    grid = {
        "sweep_octaves": ("sweep_octaves", np.linspace(0.3, deepest, STEPS_ALONE)),
        "pitch_hz": ("end_pitch_hz", np.geomspace(30.0, 110.0, STEPS_ALONE)),
        "decay_ms": ("decay_ms", np.geomspace(max(60.0, 1.5 * base.hold_ms), 900.0, STEPS_ALONE)),
    }
    if base.sweep_octaves >= 0.5:
        grid["sweep_ms"] = ("sweep_ms", np.geomspace(12.0, max(40.0, 0.4 * base.decay_ms), STEPS_ALONE))
    if base.click_kind != "none":
        grid["click_level"] = ("click_db", np.geomspace(0.06, 1.1, STEPS_ALONE))
    if base.air_level > 0.0:
        grid["air_level"] = ("noise", np.geomspace(0.01, 0.5, STEPS_ALONE))
    if base.mode_level > 0.0:
        grid["mode_level"] = ("noise", np.geomspace(0.05, 0.8, STEPS_ALONE))
    return grid


CLEAN = {"air_level": 0.0, "mode_level": 0.0, "room_level": 0.0, "snap_octaves": 0.0}
"""What is taken away from a base for the second set of figures: all that masks a click or blurs a sweep."""


def ranks_alone(bases: list[int], changes: dict[str, float]) -> dict[tuple[str, str], list[float]]:
    """Spearman correlations with one parameter changed and all others held, by parameter and descriptor."""
    found: dict[tuple[str, str], list[float]] = {}
    for seed in bases:
        # As long as the file: a longer decay must not be cut.
        base = replace(kick_parameters(seed), length_ms=499.0)
        for parameter, (name, values) in grids(base).items():
            changed = replace(base, **changes)
            answers = np.array(
                [describe(render_kick(replace(changed, **{parameter: float(x)}))).get(name, math.nan) for x in values]
            )
            kept = np.isfinite(answers)
            if kept.sum() >= STEPS_ALONE - 3:
                rank = spearmanr(values[kept], answers[kept]).statistic
                found.setdefault((parameter, name), []).append(0.0 if math.isnan(rank) else float(rank))
    return found


def alone_rows(bases: list[int], across: dict[str, float]) -> Iterator[str]:
    """The table of `ranks_alone`, for kicks as they come and for clean ones."""
    found, clean = ranks_alone(bases, {}), ranks_alone(bases, CLEAN)
    yield "| parameter | descriptor | kicks | median | 10 % | at least 0.95 | clean kicks | across all kicks |"
    yield "|---|---|---|---|---|---|---|---|"
    for (parameter, name), ranks in found.items():
        middle, low = np.percentile(ranks, (50, 10))
        shares = [f"{100.0 * np.mean(np.array(x) >= 0.95):.0f} %" for x in (ranks, clean[parameter, name])]
        yield (
            f"| `{parameter}` | `{name}` | {len(ranks)} | {middle:.3f} | {low:.3f} | {' | '.join(shares)} "
            f"| {across.get(f'{parameter} {name}', math.nan):.2f} |"
        )


def across(pairs: list[tuple[KickParameters, Measured]]) -> dict[str, float]:
    """Spearman correlations over kicks that differ in everything."""
    result = {}
    for parameter, name in (
        ("sweep_octaves", "sweep_octaves"),
        ("sweep_ms", "sweep_ms"),
        ("pitch_hz", "end_pitch_hz"),
        ("decay_ms", "decay_ms"),
        ("click_level", "click_db"),
        ("air_level", "noise"),
        ("mode_level", "noise"),
    ):
        kept = [(getattr(truth, parameter), found[name]) for truth, found in pairs if name in found]
        result[f"{parameter} {name}"] = float(spearmanr(*zip(*kept, strict=True)).statistic)
    return result


def loudness_row(sounds: list[NDArray[np.float32]]) -> str:
    """The largest difference from pyloudnorm."""
    differences = []
    for filters in ("DeMan", "K-weighting"):
        meter = pyloudnorm.Meter(SAMPLE_RATE, filter_class=filters)
        theirs = [meter.integrated_loudness(sound.T.astype(np.float64)) for sound in sounds]
        ours = [describe(sound)["loudness_lufs"] for sound in sounds]
        differences.append(float(np.abs(np.subtract(theirs, ours)).max()))
    exact, rounded = differences
    return (
        f"Loudness of {len(sounds)} kicks: at most {exact:.4f} LU from pyloudnorm with the recommendation's filters, "
        f"{rounded:.2f} LU with its default ones."
    )


def seconds_a_kick(measure: Callable[[NDArray[np.float32]], object], sounds: list[NDArray[np.float32]]) -> float:
    """Processor time of one call, the fastest of five rounds: the machine may be shared."""
    rounds = []
    for _ in range(5):
        begin = time.process_time()
        for sound in sounds:
            measure(sound)
        rounds.append((time.process_time() - begin) / len(sounds))
    return min(rounds)


def speed_rows(sounds: list[NDArray[np.float32]]) -> Iterator[str]:
    """Kicks per second of processor time."""
    mono = [sound for sound in sounds if np.array_equal(sound[0], sound[1])]
    stereo = [sound for sound in sounds if not np.array_equal(sound[0], sound[1])]
    yield "| kicks of 500 ms | number | ms each | kicks/s |\n|---|---|---|---|"
    for words, part in (("stereo", stereo), ("both channels equal", mono)):
        each = seconds_a_kick(describe, part)
        yield f"| {words} | {len(part)} | {1000.0 * each:.2f} | {1.0 / each:.0f} |"


def library_rows(folder: Path) -> Iterator[str]:
    """What the training and validation kicks of a library measure."""
    library = Library.open(folder)
    found = [describe(library.audio(index)) for index in library.select(SPLITS)]
    yield f"{len(found)} kicks of {' and '.join(sorted(SPLITS))}.\n"
    yield "| descriptor | has one | 0 | 5 | 25 | 50 | 75 | 95 | 100 % |\n|---|---|---|---|---|---|---|---|---|"
    for one in DESCRIPTORS:
        values = [measured[one.name] for measured in found if one.name in measured]
        places = " | ".join(f"{x:.4g}" for x in np.percentile(values, (0, 5, 25, 50, 75, 95, 100)))
        yield f"| `{one.name}` | {100.0 * len(values) / len(found):.0f} % | {places} |"


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kicks", type=int, default=960)
    parser.add_argument("--bases", type=int, default=40)
    parser.add_argument("--library", type=Path, help="a prepared library")
    arguments = parser.parse_args()
    seeds = range(FIRST_SEED, FIRST_SEED + SEED_STEP * arguments.kicks, SEED_STEP)
    pairs = []
    sounds = []
    for number, seed in enumerate(seeds):
        sound, truth = synthesise_kick(seed)
        pairs.append((truth, describe(sound)))
        if number < 120:
            sounds.append(sound)
    bases = [50 + 100 * number for number in range(arguments.bases)]
    print(*pitch_rows(pairs), "", *decay_rows(pairs), "", *alone_rows(bases, across(pairs)), sep="\n")
    print("", loudness_row(sounds), "", *speed_rows(sounds), sep="\n")
    if arguments.library:
        print("", *library_rows(arguments.library), sep="\n")


if __name__ == "__main__":
    main()
