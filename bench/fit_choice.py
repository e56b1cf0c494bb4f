"""What chooses among a bundle's latents, fitted anew without the run that it came from; all else in it stays the same.

    python -m bench.fit_choice BUNDLE --library LIB -o NEW [--kicks 4000] [--width 1.2] [--classes clean]

Draws kicks from the model's own distribution of latents, `--width` times as wide, judges them by taste and by a critic
that knows the kicks of the library's split `train` in these licence classes, and writes choice.npz, card, checksums and
MODEL_CARD.md anew. Without `--library`, by taste alone. A bundle may be written in its own place.
"""

import argparse
from pathlib import Path

from threadpoolctl import threadpool_limits

from kickitout.errors import KickItOutError
from kickitout.instrument.finishing import PROCESSING
from kickitout.instrument.models import find_model
from kickitout.library.store import Library
from kickitout.model.bundle import Bundle, write_bundle
from kickitout.training.export import choice


def main() -> None:
    """Read the options, fit, write, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bundle", help="a folder, a zip, or the name of a model")
    parser.add_argument("--library", type=Path)
    parser.add_argument("-o", "--output", type=Path, required=True)
    parser.add_argument("--kicks", type=int, default=choice.DRAWS)
    parser.add_argument("--width", type=float, default=choice.WIDTH)
    parser.add_argument("--classes", default="clean", help="licence classes, separated by commas; empty: all")
    given = parser.parse_args()
    bundle = Bundle.open(find_model(given.bundle))
    real = None
    with threadpool_limits(1):
        if given.library is not None:
            library = Library.open(given.library)
            classes = [name for name in given.classes.split(",") if name] or None
            real = choice.real_features(library, library.select({"train"}, classes))
        card, files = choice.chosen(bundle, real, PROCESSING.apply, count=given.kicks, width=given.width)
    write_bundle(given.output, card, files)
    for name, value in card.measured.items():
        if name.startswith("choice/"):
            print(f"{name}: {value:g}")


if __name__ == "__main__":
    try:
        main()
    except KickItOutError as error:
        raise SystemExit(f"error: {error}") from error
