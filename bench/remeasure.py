"""The controls of a bundle measured anew, for where what they measure has changed; all else in it stays the same.

    python bench/remeasure.py BUNDLE -o NEW [--kicks 4000] [--keep decay,click,brightness,noise,width,wild]

Draws kicks from the model's own distribution of latents, measures them, and writes tables, prior, checksums and
MODEL_CARD.md anew. The tables of the controls named by --keep stay as they are: those of the training kicks, which
are not needed for this.
"""

import argparse
from pathlib import Path

from kickitout.instrument.models import find_model
from kickitout.model.bundle import Bundle
from kickitout.training.export.controls import CONTROL_KICKS
from kickitout.training.export.remeasure import remeasure


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bundle", help="a folder, a zip, or the name of a model")
    parser.add_argument("-o", "--output", type=Path, required=True)
    parser.add_argument("--kicks", type=int, default=CONTROL_KICKS)
    parser.add_argument("--keep", default="", help="names, separated by commas")
    given = parser.parse_args()
    keep = [name for name in given.keep.split(",") if name]
    card = remeasure(Bundle.open(find_model(given.bundle)), given.output, given.kicks, keep)
    for control in card.controls:
        middle = control.quantiles[50]
        print(f"{control.name}: {control.minimum:g} to {control.maximum:g} {control.unit}, median {middle:g}")


if __name__ == "__main__":
    main()
