"""Names that somebody gave to files, made fit to be shown and to stand in a file's name."""

import re
import unicodedata

LONGEST = 100
"""Characters."""

NAMELESS = "kick.wav"

_FORBIDDEN = re.compile(r'[<>:"|?*]')


def plain_name(name: str) -> str:
    """The last part of a path without what no file's name may hold everywhere, of a decent length."""
    last = re.split(r"[/\\]", name)[-1]
    kept = "".join(letter for letter in unicodedata.normalize("NFC", last) if letter.isprintable())
    return _FORBIDDEN.sub("_", kept)[-LONGEST:].strip(" .") or NAMELESS
