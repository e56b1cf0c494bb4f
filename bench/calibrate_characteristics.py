"""How well the draft's defining characteristics tell kicks from other sounds: the table in docs/library.md.

    python bench/calibrate_characteristics.py $KICKS $OTHER [--more $KICKS_MORE] [--quantiles]

Kicks are halved by kit (by a hash of its name); the limits in kickitout.measure.descriptors were chosen on half A
alone. Sounds that `kick prepare` refuses for another reason (a loop, longer than 4 s) count as refused.
"""

import argparse
from collections import Counter, defaultdict
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict
from pathlib import Path

import numpy as np

from kickitout.errors import AudioFileError
from kickitout.library.one_shot import read_one_shot
from kickitout.library.reject import RejectedError
from kickitout.library.scan import Candidate, scan
from kickitout.library.synthesis import synthesise_kick, synthesise_other
from kickitout.measure.descriptors import Characteristics, characteristics
from kickitout.system.randomness import fraction

SYNTHETIC = 480


def of_file(candidate: Candidate) -> Characteristics | str:
    """The characteristics of a file, or the reason why it is refused before."""
    try:
        sound = read_one_shot(candidate.path)
    except (RejectedError, AudioFileError) as error:
        return error.reason
    return characteristics(sound.prepared.audio)


def of_kick(seed: int) -> Characteristics:
    """The characteristics of a built-in kick."""
    return characteristics(synthesise_kick(seed)[0])


def of_other(seed: int) -> tuple[str, Characteristics]:
    """Kind and characteristics of a built-in sound that is no kick."""
    audio, kind = synthesise_other(seed)
    return kind, characteristics(audio)


def passes(verdict: Characteristics | str) -> bool:
    """Whether a sound is taken for a kick."""
    return isinstance(verdict, Characteristics) and verdict.is_kick


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("kicks", type=Path)
    parser.add_argument("other", type=Path)
    parser.add_argument("--more", type=Path, nargs="+", default=[], help="more folders of kicks")
    parser.add_argument("--quantiles", action="store_true", help="the measured numbers of half A and of the others")
    parser.add_argument("--list", action="store_true", help="name the sounds on the wrong side")
    arguments = parser.parse_args()

    kicks = scan([arguments.kicks, *arguments.more]).candidates
    others = scan([arguments.other]).candidates
    with ProcessPoolExecutor() as pool:
        of_kicks = list(pool.map(of_file, kicks, chunksize=32))
        of_others = list(pool.map(of_file, others, chunksize=32))
        built_in = list(pool.map(of_kick, range(0, 8 * SYNTHETIC, 8), chunksize=32))
        synthetic = list(pool.map(of_other, range(SYNTHETIC), chunksize=32))

    groups: dict[str, list[Characteristics | str]] = defaultdict(list)
    by_kind: dict[str, list[Characteristics | str]] = defaultdict(list)
    for candidate, verdict in zip(kicks, of_kicks, strict=True):
        in_a = fraction(f"calibrate\x1f{candidate.source}\x1f{candidate.kit}") < 0.5
        groups["real kicks, half A (limits chosen here)" if in_a else "real kicks, half B"].append(verdict)
        groups["real kicks, all"].append(verdict)
        by_kind[f"kicks, {candidate.licence_class}"].append(verdict)
    groups["real other sounds"] = of_others
    groups["built-in kicks"] = list(built_in)
    groups["built-in other sounds"] = [verdict for _, verdict in synthetic]
    for candidate, verdict in zip(others, of_others, strict=True):
        by_kind["other, " + candidate.path.stem.split("_")[0]].append(verdict)
    for kind, verdict in synthetic:
        by_kind["built-in, " + kind].append(verdict)

    print("| sounds | number | accepted as kicks | refused | share accepted |\n|---|---|---|---|---|")
    for table in (groups, by_kind):
        for name, verdicts in sorted(table.items(), key=lambda item: item[0].startswith("b")):
            taken = sum(map(passes, verdicts))
            share = 100 * taken / len(verdicts)
            print(f"| {name} | {len(verdicts)} | {taken} | {len(verdicts) - taken} | {share:.1f} % |")
    print("\nWhat half A and the others lack:")
    for name, verdicts in groups.items():
        missing: Counter[str] = Counter()
        for verdict in verdicts:
            if isinstance(verdict, str):
                missing[verdict] += 1
            else:
                missing.update(word for word in ("click", "rumble", "decay") if not getattr(verdict, word))
        print(f"  {name}: {dict(missing)}")
    if arguments.list:
        for candidate, verdict in [*zip(kicks, of_kicks, strict=True), *zip(others, of_others, strict=True)]:
            if passes(verdict) != (candidate in kicks):
                why = verdict if isinstance(verdict, str) else "; ".join(verdict.reasons) or "taken"
                print(f"  {candidate.file}: {why}")
    if arguments.quantiles:
        places = (0, 1, 2, 3, 5, 50, 95, 97, 98, 99, 100)
        for name, verdicts in groups.items():
            rows = [asdict(verdict) for verdict in verdicts if isinstance(verdict, Characteristics)]
            for key in ("click_db", "click_contrast_db", "rumble_share", "sustain_db", "decay_db", "rise_db"):
                values = np.percentile([row[key] for row in rows], places)
                print(f"{name[:24]:24s} {key:18s}", *(f"{value:8.2f}" for value in values))


if __name__ == "__main__":
    main()
