"""The command line: parse, call, print. One small module a family of verbs; no work is done here."""

from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> None:
    """Run `kick` with `arguments` (the process's own if None) and exit the process with its code."""
    from kickitout.cli.app import run

    raise SystemExit(run(arguments))
