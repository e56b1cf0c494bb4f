"""Standard streams that may be missing, full, or no longer read."""

import os
import sys
from contextlib import suppress
from pathlib import Path


def fill_missing_streams() -> None:
    """Let a standard stream that was closed by whoever started this process be an empty file.

    Else the next file that is opened would take its place, and what is printed would go there.
    """
    for number, name, mode in ((0, "stdin", "r"), (1, "stdout", "w"), (2, "stderr", "w")):
        try:
            os.fstat(number)
        except OSError:
            with suppress(OSError):
                os.open(os.devnull, os.O_RDWR)  # takes the lowest free number: this one
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open(mode, encoding="utf-8"))  # noqa: SIM115 (for good)


def stop_writing() -> None:
    """Keep Python from complaining at its end that standard output takes no more: its reader (head, less) has closed
    the pipe, or the disk is full."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (OSError, ValueError):  # standard output is not a real file
        sys.stdout = sys.__stdout__
