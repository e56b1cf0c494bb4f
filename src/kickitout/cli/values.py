"""Types of option values shared by verbs: strict where Python would guess."""

from collections.abc import Sequence
from typing import Annotated, Any

from cyclopts import Parameter, Token


def _whole(_type: Any, tokens: Sequence[Token]) -> int:
    """A whole number in digits: not 4.5, which int() of a float would cut, nor 1_000 or other spellings."""
    text = tokens[0].value.strip()
    if not text.lstrip("+-").isdecimal() or not text.isascii() or len(text) > 40:
        raise ValueError(f'"{text[:40]}" is not a whole number')
    return int(text)


def listed(text: str) -> list[str]:
    """The parts of an option's value, separated by commas; empty ones are left out."""
    return [part.strip() for part in text.split(",") if part.strip()]


Whole = Annotated[int, Parameter(converter=_whole)]
"""A whole number."""
