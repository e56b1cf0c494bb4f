"""Whether anybody's sound is taken by vary and match: the table in docs/instrument.md.

    python bench/check_strangers.py $KICKS $KICKS_MORE $OTHER -o build/strangers.jsonl [--every 10] [--match-every 10]

Each file is taken in, varied by 0 and by 0.3 (seed 0) and matched, as the command line does it. Results are added to
the file of --out, one line a sound; run again, it goes on where it stopped. Prints how many were taken, how near amount
0 comes to the sound itself, what is remarked, and each refusal.
"""

import argparse
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kickitout.errors import KickItOutError
from kickitout.instrument import matching, originals, varying
from kickitout.instrument.instrument import Instrument, load
from kickitout.library.normalise import as_float
from kickitout.library.prepare import read_taken
from kickitout.library.walk import audio_files

AMOUNTS = (0.0, 0.3)


def correlation(one: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    """The correlation of two sounds, (2, n), at no shift."""
    a, b = (x.astype(np.float64).ravel() for x in (one, other))
    return float(a @ b / np.sqrt((a @ a) * (b @ b)))


def tried(instrument: Instrument, path: Path, *, match: bool) -> dict[str, Any]:
    """What becomes of a file: per verb the remarks or the refusal, and the correlation of amount 0 with the sound."""
    found: dict[str, Any] = {"file": str(path)}
    try:
        samples, _ = read_taken(path)
        original = originals.open_original(instrument, path)
    except KickItOutError as error:
        return found | {"refused": str(error)}
    sound = originals.FAITHFUL.apply(as_float(samples))
    for amount in AMOUNTS:
        try:
            (kick,) = varying.vary(instrument, original, 1, seed=0, amount=amount)
            found[f"vary {amount:g}"] = list(kick.remarks)
            found[f"correlation {amount:g}"] = correlation(kick.audio, sound)
        except KickItOutError as error:
            found |= {"refused": f"vary by {amount:g}: {error}"}
    if match:
        try:
            matched = matching.match(instrument, path)
            found |= {"match": list(matched.kick.remarks), "distance": matched.distance}
        except KickItOutError as error:
            found |= {"refused": f"match: {error}"}
    return found


def results(path: Path) -> list[dict[str, Any]]:
    """What an earlier run has written, without a last line that it did not finish."""
    if not path.exists():
        return []
    lines = path.read_text("utf-8").split("\n")[:-1]
    return [json.loads(line) for line in lines]


def report(folder: Path, rows: list[dict[str, Any]]) -> Iterator[str]:
    """The lines on the sounds of a folder."""
    taken = [row for row in rows if "refused" not in row]
    yield f"{folder}: {len(taken)} of {len(rows)} taken, {sum('match' in row for row in taken)} matched"
    if taken:
        near = np.array([row["correlation 0"] for row in taken])
        varied = np.array([row["correlation 0.3"] for row in taken])
        worst = taken[int(near.argmin())]["file"]
        yield f"  amount 0 and the sound itself: correlation at least {near.min():.6f} ({Path(worst).name})"
        yield f"  amount 0.3: median {np.median(varied):.3f}, least {varied.min():.3f}"
    for amount in AMOUNTS:
        remarks = [remark for row in taken for remark in row[f"vary {amount:g}"]]
        kinds = Counter(remark.partition(":")[0] for remark in remarks)
        yield f"  amount {amount:g}, remarks: {dict(kinds.most_common())}"
        for words in ("is kept as it is", "either", "comes nearest"):
            yield f"    gate, '{words}': {sum(remark.endswith(words) for remark in remarks)}"
    for row in rows:
        if "refused" in row:
            yield f"  refused: {row['file']}: {row['refused']}"


def main() -> None:
    """Try the files, and print what became of them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("-o", "--out", type=Path, required=True)
    parser.add_argument("--every", type=int, default=1, help="try every n-th file")
    parser.add_argument("--match-every", type=int, default=10, help="match every n-th of those (it takes seconds)")
    parser.add_argument("--model", default=None)
    arguments = parser.parse_args()

    instrument = load(arguments.model)
    known = {row["file"]: row for row in results(arguments.out)}
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    with arguments.out.open("a", encoding="utf-8") as stream:
        for folder in arguments.folders:
            paths = audio_files(folder).paths[:: arguments.every]
            for number, path in enumerate(paths):
                if str(path) not in known:
                    row = tried(instrument, path, match=number % arguments.match_every == 0)
                    known[str(path)] = row
                    stream.write(json.dumps(row) + "\n")
                    stream.flush()
            print(*report(folder, [known[str(path)] for path in paths]), sep="\n", flush=True)


if __name__ == "__main__":
    main()
