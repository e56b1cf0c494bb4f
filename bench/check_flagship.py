"""Whether a model is what the flagship has to be: figures beyond `kick evaluate`, each beside its target and its floor.

    python bench/check_flagship.py LIB MODEL ... [--only stereo,unique] [-n 1000] [--share 1.0]

A model is a name that `kick models` lists, or the folder or zip of a bundle. Prints a section of Markdown for each of
`quality`, `stereo`, `unique`, `controls`, `encoder` and `speed`; what a model cannot do, its section says. Progress
goes to standard error. Counts that are no option can all be made smaller with --share, to try things out. Run it on an
idle machine: `speed` measures what is left of it.
"""

import argparse
import time
from collections.abc import Callable
from pathlib import Path

from flagship.controls import requested_and_measured
from flagship.encoder import encoder
from flagship.material import FEWEST, Material, Subject, report_progress
from flagship.quality import quality
from flagship.speed import speed
from flagship.stereo import stereo
from flagship.unique import unique

from kickitout.errors import InputError, KickItOutError

SECTIONS: dict[str, Callable[[Subject, Material], str]] = {
    "quality": quality,
    "stereo": stereo,
    "unique": unique,
    "controls": requested_and_measured,
    "encoder": encoder,
    "speed": speed,
}


def sections(text: str) -> list[str]:
    """The names in a list with commas."""
    names = text.split(",")
    unknown = [name for name in names if name not in SECTIONS]
    if unknown:
        raise argparse.ArgumentTypeError(f"there is no section {unknown[0]!r}; there are {', '.join(SECTIONS)}")
    return [name for name in SECTIONS if name in names]


def main() -> None:
    """Measure, and print what was found."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("library", type=Path, metavar="LIB")
    parser.add_argument("models", nargs="+", metavar="MODEL")
    parser.add_argument("--only", type=sections, default=list(SECTIONS), metavar="NAMES", help="sections, with commas")
    parser.add_argument("-n", type=int, default=1000, metavar="N", help="unfiltered kicks of each model (1000)")
    parser.add_argument("--share", type=float, default=1.0, help="of all other counts, to try it out (1.0)")
    options = parser.parse_args()
    try:
        if options.n < FEWEST or not 0.0 < options.share <= 1.0:
            raise InputError(f"-n is at least {FEWEST}, --share above 0 and at most 1")
        material = Material(options.library, options.n, options.share)
        for model in options.models:
            subject = Subject(model, material)
            bundle = subject.instrument.bundle
            print(f"## {bundle.card.name} {bundle.card.version} ({bundle.checksum[:12]})\n", flush=True)
            for name in options.only:
                start = time.monotonic()
                print(f"### {name}\n\n{SECTIONS[name](subject, material)}", flush=True)
                report_progress(f"{name}: {time.monotonic() - start:.0f} s")
    except KickItOutError as error:
        raise SystemExit(f"error: {error}") from error


if __name__ == "__main__":
    main()
