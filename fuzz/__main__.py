"""The command line: see `fuzz`."""

import argparse
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from fuzz.hunt import Hunt, Result
from fuzz.rules import Find, as_shown
from fuzz.targets import TARGETS

CORPUS = Path(__file__).parent / "corpus"


def report(results: Sequence[Result]) -> str:
    """A table of targets, inputs and finds, and a line for each find."""
    lines = [f"{'target':<12}{'inputs':>10}{'finds':>8}"]
    lines += [f"{one.target:<12}{one.inputs:>10,}{len(one.finds):>8}  {one.note}".rstrip() for one in results]
    lines += [
        f"{one.target}: {kept.find.kind} x {kept.times}: {kept.find.words} [{kept.find.key}]"
        for one in results
        for kept in one.finds.values()
    ]
    return as_shown("\n".join(lines))


def by_target(files: Sequence[Path]) -> dict[str, list[Path]]:
    """Inputs by the target that their folder names."""
    found: dict[str, list[Path]] = {}
    for path in files:
        found.setdefault(path.resolve().parent.name, []).append(path)
    return found


def corpus_files() -> list[Path]:
    """All inputs of the corpus."""
    return sorted(path for path in CORPUS.glob("*/*") if path.is_file())


def replay(hunt: Hunt, files: Sequence[Path]) -> dict[Path, Find]:
    """Run inputs again, each on the target that its folder is named after; those that are finds."""
    found: dict[Path, Find] = {}
    for target, some in by_target(files).items():
        found |= hunt.replay(target, some)
    return found


def search(hunt: Hunt, targets: Sequence[str], minutes: float) -> list[Result]:
    """The results of some minutes, divided among targets. Ctrl-C ends it early, with what there is."""
    results = []
    try:
        for number, target in enumerate(targets, start=1):
            results.append(Result(target))
            hunt.search(target, 60.0 * minutes / len(targets), results[-1])
            one = results[-1]
            print(
                f"{number} of {len(targets)} {target}: {one.inputs:,} inputs, {len(one.finds)} finds", file=sys.stderr
            )
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)
    return results


def main(arguments: Sequence[str] | None = None) -> int:
    """Run; 1 where something was found."""
    parser = argparse.ArgumentParser(prog="fuzz", description="Damaged inputs against everything that reads them.")
    parser.add_argument("--minutes", type=float, default=10.0, help="for all targets together")
    parser.add_argument("--targets", default=",".join(TARGETS), help="comma-separated; all if not given")
    parser.add_argument("--seed", type=int, default=0, help="another seed gives other inputs")
    parser.add_argument("--finds", type=Path, default=Path("finds"), help="the folder for finds")
    parser.add_argument("--replay", type=Path, nargs="+", metavar="FILE", help="run these; each lies in TARGET/")
    parser.add_argument("--corpus", action="store_true", help="run all of fuzz/corpus")
    given = parser.parse_args(arguments)
    targets = given.targets.split(",")
    for target in targets:
        if target not in TARGETS:
            parser.error(f"there is no target {target!r}; choose from {','.join(TARGETS)}")
    home = Path(tempfile.mkdtemp(prefix="fuzz-"))
    try:
        with Hunt(home, None if given.replay or given.corpus else given.finds, given.seed) as hunt:
            if given.replay or given.corpus:
                found = replay(hunt, given.replay or corpus_files())
                for path, find in found.items():
                    print(f"{path}: {find.kind}: {find.words}\n{find.detail}")
                return 1 if found else 0
            results = search(hunt, targets, given.minutes)
    finally:
        shutil.rmtree(home, ignore_errors=True)
    print(report(results))
    return 1 if any(one.finds or one.note for one in results) else 0


if __name__ == "__main__":
    raise SystemExit(main())
