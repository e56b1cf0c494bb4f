"""Text for a terminal: what came in with a file moves no cursor there, and standard streams that may be missing."""

import json
import os
import sys
import unicodedata
from contextlib import suppress
from pathlib import Path

_KEPT = frozenset("\n\u200c\u200d")
"""Ends of lines, and the joiners within words and emoji."""


def printable(text: str) -> str:
    """A text whose invisible characters are written as JSON has them: `\\u001b` for the one that begins a command to a
    terminal. A JSON text stays the same JSON."""
    if text.isprintable():
        return text
    return "".join(one if one in _KEPT or _is_seen(one) else json.dumps(one)[1:-1] for one in text)


def _is_seen(character: str) -> bool:
    # All spaces count as invisible in Python; those of other widths are common in file names.
    return character.isprintable() or unicodedata.category(character) == "Zs"


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
