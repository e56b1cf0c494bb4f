"""What a bundle's choice at the draw is worth: its kicks against the real ones that taste keeps, a row a bundle.

    python -m bench.judge_choice LIB BUNDLE ... [-n 400] [--first 10000] [--as-drawn]

The real kicks are those of `sibling`, and those of `validation` that are not of the clean class, which taste keeps;
never those of `test` or `unseen`. Also says how many kicks of a seed were rendered, how many latents were drawn, and
the processor time of a kick. Without intervals: they take longer than all the rest.
"""

import argparse
import time
from itertools import islice
from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_limits

from kickitout.errors import KickItOutError
from kickitout.evaluation.metrics import evaluate
from kickitout.evaluation.sets import KickSet, from_arrays, from_library
from kickitout.instrument import instrument as instruments
from kickitout.instrument.choosing import CHOICES
from kickitout.instrument.instrument import Instrument
from kickitout.measure.taste import taste
from kickitout.sound.kick import Kick

UNCLEAN = ("attribution", "share-alike", "unknown")
SHOWN = {
    "auc_trees": ".2f", "auc_linear": ".2f", "frechet": ".1f", "precision": ".2f", "recall": ".2f", "coverage": ".2f",
    "diversity": ".1f",
}  # fmt: skip


def kept(kicks: KickSet) -> KickSet:
    """Those that taste keeps."""
    return kicks.select(np.flatnonzero(kicks.keeps()))


def rendered(player: Instrument, kick: Kick) -> int:
    """How many of its seed's kicks were rendered until a kick was taken."""
    chooser, attempt = player._chooser, kick.recipe.get("attempt", 0)
    tried = list(islice(chooser.taken(kick.recipe["seed"]), CHOICES))
    return 1 + tried.index(attempt) if attempt in tried else CHOICES


def judged(model: str, seeds: range, reals: dict[str, KickSet], *, as_drawn: bool) -> None:
    """Print the rows of a bundle."""
    player = instruments.load(model)
    player.kick(seeds.stop)
    start = time.process_time()
    kicks = [player.kick(seed, as_drawn=as_drawn) for seed in seeds]
    each = 1000.0 * (time.process_time() - start) / len(kicks)
    keep = np.mean([taste(kick.audio).keeps for kick in kicks])
    work = 1.0 if as_drawn else np.mean([rendered(player, kick) for kick in kicks])
    latents = np.mean([1 + kick.recipe.get("attempt", 0) for kick in kicks])
    print(f"{model}: keep {keep:.1%}, {work:.2f} rendered, {latents:.1f} latents, {each:.1f} ms a kick", flush=True)
    generated = from_arrays(np.stack([kick.audio for kick in kicks]), name=model)
    for name, real in reals.items():
        found = evaluate(generated, real, None, resamples=0, only=list(SHOWN)).figures
        cells = " | ".join(format(found[key].value, form) for key, form in SHOWN.items())
        print(f"| {Path(model).name} | {name} | {cells} |", flush=True)


def main() -> None:
    """Read the options, judge, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("library", type=Path)
    parser.add_argument("bundles", nargs="+")
    parser.add_argument("-n", type=int, default=400)
    parser.add_argument("--first", type=int, default=10_000)
    parser.add_argument("--as-drawn", action="store_true")
    given = parser.parse_args()
    with threadpool_limits(1):
        reals = {
            "sibling": kept(from_library(given.library, "sibling")),
            "validation": kept(from_library(given.library, "validation", licence_classes=UNCLEAN)),
        }
        print(", ".join(f"{len(real)} of {name}" for name, real in reals.items()))
        print("| kicks | against | " + " | ".join(SHOWN) + " |")
        for model in given.bundles:
            judged(model, range(given.first, given.first + given.n), reals, as_drawn=given.as_drawn)


if __name__ == "__main__":
    try:
        main()
    except KickItOutError as error:
        raise SystemExit(f"error: {error}") from error
