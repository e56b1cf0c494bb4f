"""`python -m kickitout.training LIBRARY RUN`: training where only torch, NumPy and safetensors are installed.

The same as `kick train`, without the command line's own dependencies: for rented GPUs and clusters.
"""

import argparse
import sys
from pathlib import Path

from kickitout.errors import KickItOutError, printable
from kickitout.library.store import Library
from kickitout.system.interrupts import leave
from kickitout.training.blocks.distributed import leave_world
from kickitout.training.loop import train
from kickitout.training.run.folder import settings_for
from kickitout.training.settings.presets import preset_names, with_budget


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m kickitout.training", description="Train on a prepared library.")
    parser.add_argument("library", type=Path, help="the prepared library")
    parser.add_argument("run", type=Path, help="the run's folder, new or to be resumed")
    parser.add_argument("--preset", help=f"{', '.join(preset_names())}, or a TOML file; if not given, see settings_for")
    parser.add_argument("--epochs", type=float, help="stop after so many passes over the training kicks")
    parser.add_argument("--samples", type=int, help="stop after this many real kicks were shown to the networks")
    parser.add_argument("--minutes", type=float, help="stop after so many minutes")
    parser.add_argument("--from", dest="start", type=Path, help="a run, a weights file or a bundle to start from")
    parser.add_argument("--set", dest="changes", action="append", default=[], help="section.key=value")
    return parser


def main() -> int:
    """Parse and train; the exit code is that of `kick train`."""
    options = _parser().parse_args()
    try:
        settings = with_budget(
            settings_for(options.run, options.preset, options.changes, options.start),
            samples=options.samples,
            epochs=options.epochs,
            minutes=options.minutes,
        )
        outcome = train(
            Library.open(options.library),
            options.run,
            settings,
            weights=options.start,
            say=lambda text: print(printable(text), flush=True),
        )
    except KickItOutError as error:
        print(printable(" ".join(str(error).split())), file=sys.stderr)
        return error.exit_code
    finally:
        leave_world()
    return 0 if outcome.finished else 130


if __name__ == "__main__":
    leave(main())
