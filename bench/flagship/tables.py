"""The tables of Markdown that sections are made of."""

from collections.abc import Callable, Iterable, Sequence

import numpy as np


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table in Markdown."""
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join([*lines, *("| " + " | ".join(row) + " |" for row in rows)]) + "\n"


def figures(rows: Iterable[Sequence[str]]) -> str:
    """The table that most sections are."""
    return table(("figure", "measured", "target", "real or floor", "verdict"), rows)


def verdict(met: bool) -> str:
    """A verdict as a cell; missed ones are to be seen."""
    return "met" if met else "**missed**"


def percent(value: float) -> str:
    """A share."""
    return f"{100.0 * value:.1f} %"


def fine_percent(value: float) -> str:
    """A small share: one of ten thousand shows."""
    return f"{100.0 * value:.2f} %"


def in_decibels(value: float) -> str:
    """Decibels."""
    return f"{value:.2f} dB"


def in_cents(value: float) -> str:
    """Cents; endless where there is no pitch at all."""
    return f"{value:.1f} cents" if np.isfinite(value) else "no pitch"


def plain(value: float) -> str:
    """A number without a unit; NaN where no kick has it."""
    return f"{value:.2f}" if np.isfinite(value) else "none has it"


def at_most(what: str, value: float, limit: float, reference: str, words: Callable[[float], str]) -> tuple[str, ...]:
    """A row whose figure is to be small."""
    return what, words(value), f"at most {words(limit)}", reference, verdict(value <= limit)


def at_least(what: str, value: float, limit: float, reference: str, words: Callable[[float], str]) -> tuple[str, ...]:
    """A row whose figure is to be large."""
    return what, words(value), f"at least {words(limit)}", reference, verdict(value >= limit)
