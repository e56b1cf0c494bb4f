"""What listeners answered: kept kicks by system, and how often X was told.

    python -m paper.listening.score test-key.json answers-*.json

Of each system: how many of its kicks were kept, with a 95 % interval over listeners and kicks together (Wilson). Of
each way: how often X was told rightly, and the probability of so many by guessing (one-sided binomial).
"""

import argparse
import json
import math
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from scipy.stats import binomtest

ORIGINALS = ("real", "synthesis")
"""Systems whose kicks are compared with themselves after a way there and back."""

Key = Mapping[str, Mapping[str, str]]


def wilson(successes: int, count: int, z: float = 1.959964) -> tuple[float, float]:
    """The 95 % interval of a share (Wilson, 1927)."""
    share, squared = successes / count, z * z
    middle = (share + squared / (2 * count)) / (1 + squared / count)
    reach = z * math.sqrt(share * (1 - share) / count + squared / (4 * count * count)) / (1 + squared / count)
    return max(0.0, middle - reach), min(1.0, middle + reach)


def score(key: Key, answers: Iterable[Mapping[str, Any]]) -> dict[str, dict[str, dict[str, float]]]:
    """`keep` by system and `abx` by way, from the answers of all listeners. A sound that no key has is an error."""
    kept: dict[str, list[bool]] = {}
    told: dict[str, list[bool]] = {}
    for one in answers:
        for answer in one["keep"]:
            kept.setdefault(key[answer["file"]]["system"], []).append(bool(answer["keep"]))
        for answer in one["abx"]:
            systems = [key[file]["system"] for file in (answer["a"], answer["b"])]
            way = next(system for system in systems if system not in ORIGINALS)
            told.setdefault(way, []).append(answer["answer"] == answer["x"])
    return {
        "keep": {system: _share(flags) for system, flags in kept.items()},
        "abx": {
            way: {**_share(flags), "by_chance": float(binomtest(sum(flags), len(flags), 0.5, "greater").pvalue)}
            for way, flags in told.items()
        },
    }


def _share(flags: list[bool]) -> dict[str, float]:
    low, high = wilson(sum(flags), len(flags))
    return {"percent": 100.0 * sum(flags) / len(flags), "low": 100.0 * low, "high": 100.0 * high, "answers": len(flags)}


def main() -> None:
    """Print the scores."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("key", type=Path)
    parser.add_argument("answers", type=Path, nargs="+")
    options = parser.parse_args()
    answers = [json.loads(path.read_text(encoding="utf-8")) for path in options.answers]
    found = score(json.loads(options.key.read_text(encoding="utf-8")), answers)
    for part, words in (("keep", "kept"), ("abx", "X told")):
        for name, one in found[part].items():
            chance = f", by guessing: p = {one['by_chance']:.3g}" if "by_chance" in one else ""
            interval = f"[{one['low']:.0f}, {one['high']:.0f}]"
            print(f"{name}: {words} {one['percent']:.0f} % {interval} of {one['answers']}{chance}")


if __name__ == "__main__":
    main()
