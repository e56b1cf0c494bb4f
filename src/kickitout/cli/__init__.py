"""The command line: parse, call, print. One small module for each family of verbs; the work is done elsewhere."""

import sys
from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> None:
    """Run `kick` with `arguments` (the process's own if None) and exit the process with its code."""
    from kickitout.system.interrupts import leave
    from kickitout.system.terminal import fill_missing_streams

    fill_missing_streams()
    try:
        from kickitout.cli.app import run

        code = run(arguments)
    except KeyboardInterrupt:  # while starting
        print("kick: stopped", file=sys.stderr)
        code = 130
    leave(code)
