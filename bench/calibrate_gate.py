"""How the gate's limits stand on real kicks: the tables in docs/quality.md.

    python bench/calibrate_gate.py LIBRARY [--kicks 250] [--quantiles] [--list] [--sheet FILE.png]

Looks at the splits `train` and `validation` of a prepared library, and at no other. Limits are chosen on `train`:
each a little beyond the 99th percentile. `validation` (other sources) says whether they hold. A fault is put into
kicks that pass its rule; the tables say how many of them are caught, and from which level on it is 95 %.
"""

import argparse
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kickitout.library.store import Library
from kickitout.measure.gate import RULES, Rule, judge
from kickitout.measure.gate.faults import KNOWN_FAULTS, KnownFault
from kickitout.sound.sheet import draw_sheet
from kickitout.system.randomness import fraction

SPLITS = ("train", "validation")
CAUGHT = 0.95
PLACES = (0, 1, 5, 50, 95, 99, 100)
SHOWN = 6

Samples = NDArray[np.float32]


def measured(audio: Samples) -> dict[str, float]:
    """What the rules see in one kick."""
    return judge(audio).measured


def caught(fault: KnownFault, level: float, seeded: tuple[int, Samples]) -> bool:
    """Whether a rule catches its fault in one kick."""
    seed, audio = seeded
    verdict = judge(fault.inject(audio, level, seed))
    return any(found.rule == fault.rule for found in verdict.faults)


def fails(rule: Rule, kick: dict[str, float]) -> bool:
    """Whether a kick fails a rule; a rule without an answer holds."""
    return rule.name in kick and not rule.holds(kick[rule.name])


def print_passing(kicks: dict[str, list[dict[str, float]]]) -> None:
    """The share of kicks that pass each rule, and all."""
    print(f"| rule | limit | {' | '.join(f'{split} ({len(kicks[split])})' for split in SPLITS)} |\n|---|---|---|---|")
    for rule in RULES:
        shares = (100 * np.mean([not fails(rule, kick) for kick in kicks[split]]) for split in SPLITS)
        print(f"| `{rule.name}` | {rule.bound} | {' | '.join(f'{share:.1f} %' for share in shares)} |")
    shares = (100 * np.mean([not any(fails(rule, k) for rule in RULES) for k in kicks[split]]) for split in SPLITS)
    print(f"| **all** | | {' | '.join(f'**{share:.1f} %**' for share in shares)} |\n")


def print_quantiles(kicks: dict[str, list[dict[str, float]]]) -> None:
    """Quantiles of what the rules see."""
    print(f"| rule | split | no answer | {' | '.join(f'{place} %' for place in PLACES)} |")
    print("|---" * (3 + len(PLACES)) + "|")
    for rule in RULES[2:]:
        for split in SPLITS:
            values = [kick[rule.name] for kick in kicks[split] if rule.name in kick]
            cells = " | ".join(f"{value:.2f}" for value in np.percentile(values, PLACES))
            none = 100 * (1 - len(values) / len(kicks[split]))
            print(f"| `{rule.name}`, {rule.unit or '1'} | {split} | {none:.0f} % | {cells} |")
    print()


def print_caught(
    kicks: dict[str, list[dict[str, float]]], audio: dict[str, list[Samples]], pool: ProcessPoolExecutor
) -> None:
    """How many injected faults each rule catches at the stated level, and from which level on it is 95 %."""
    heads = " | ".join(f"{split}: caught | 95 % from" for split in SPLITS)
    print(f"| rule | fault | stated level | {heads} |\n|---|---|---|---|---|---|---|")
    rules = {rule.name: rule for rule in RULES}
    for fault in KNOWN_FAULTS:
        cells = []
        for split in SPLITS:
            passing = [
                (number, sound)
                for number, (kick, sound) in enumerate(zip(kicks[split], audio[split], strict=True))
                if not fails(rules[fault.rule], kick)
            ]
            shares = {
                level: float(np.mean(list(pool.map(partial(caught, fault, level), passing, chunksize=16))))
                for level in fault.levels
            }
            enough = [
                level for at, level in enumerate(fault.levels) if all(shares[x] >= CAUGHT for x in fault.levels[at:])
            ]
            smallest = f"{enough[0]:g} {fault.unit}" if enough else "none"
            cells.append(f"{100 * shares[fault.stated]:.1f} % of {len(passing)} | {smallest}")
        print(f"| `{fault.rule}` | {fault.words} | {fault.stated:g} {fault.unit} | {' | '.join(cells)} |", flush=True)
    print()


def draw(library: Library, indices: list[int], count: int) -> list[int]:
    """The places of some of the kicks, by their names alone."""
    places = [fraction(f"gate\x1f{library.entries[index].content_hash}") for index in indices]
    return [int(place) for place in np.argsort(places, kind="stable")[:count]]


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("library", type=Path)
    parser.add_argument("--kicks", type=int, default=250, help="how many of each split get faults")
    parser.add_argument("--quantiles", action="store_true", help="of what the rules see")
    parser.add_argument("--list", action="store_true", help="name the kicks that fail")
    parser.add_argument("--sheet", type=Path, help="draw some of the kicks of train that fail each rule")
    arguments = parser.parse_args()

    library = Library.open(arguments.library)
    with ProcessPoolExecutor() as pool:
        indices = {split: library.select({split}) for split in SPLITS}
        sounds = {split: [library.audio(i) for i in indices[split]] for split in SPLITS}
        kicks = {split: list(pool.map(measured, sounds[split], chunksize=16)) for split in SPLITS}
        print_passing(kicks)
        if arguments.quantiles:
            print_quantiles(kicks)
        if arguments.kicks:
            order = {split: draw(library, indices[split], arguments.kicks) for split in SPLITS}
            print_caught(
                {split: [kicks[split][k] for k in order[split]] for split in SPLITS},
                {split: [sounds[split][k] for k in order[split]] for split in SPLITS},
                pool,
            )
    failing = [
        (rule, split, k)
        for rule in RULES
        for split in SPLITS
        for k, kick in enumerate(kicks[split])
        if fails(rule, kick)
    ]
    if arguments.list:
        for rule, split, k in failing:
            entry = library.entries[indices[split][k]]
            print(f"{split} {entry.source} {Path(entry.file).name}: {rule.describe(kicks[split][k][rule.name])}")
    if arguments.sheet:
        cards = []
        for rule in RULES:
            chosen = [k for failed, split, k in failing if failed is rule and split == "train"][:SHOWN]
            cards += [(f"{rule.name} {rule.show(kicks['train'][k][rule.name])}", sounds["train"][k]) for k in chosen]
        draw_sheet(cards).save(arguments.sheet)


if __name__ == "__main__":
    main()
