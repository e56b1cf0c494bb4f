"""Names that somebody gave to files, made fit to be shown and to stand in a file's name."""

import os
import re
import unicodedata
from pathlib import PurePath

LONGEST = 100
"""Characters."""

LONGEST_STEM = 60
"""Characters of a file's name that go into those of its variations,"""

STEM_BYTES = 100
"""and at most so many bytes of UTF-8: two such stems and what is added to them fit into a name of 255 bytes."""

LONGEST_NAME_BYTES = 255
"""No file system takes longer names."""

NAMELESS = "kick.wav"

_FORBIDDEN = re.compile(r'[<>:"|?*]')


def plain_name(name: str) -> str:
    """The last part of a path without what no file's name may hold everywhere, of a decent length."""
    last = re.split(r"[/\\]", name)[-1]
    kept = "".join(letter for letter in unicodedata.normalize("NFC", last) if letter.isprintable())
    return _FORBIDDEN.sub("_", kept)[-LONGEST:].strip(" .") or NAMELESS


def short_stem(stem: str) -> str:
    """As much of a stem as the names of what is made from it begin with."""
    kept = stem[:LONGEST_STEM]
    while len(kept.encode("utf-8", "surrogatepass")) > STEM_BYTES:
        kept = kept[:-1]
    return kept


def stem_for(name: str) -> str:
    """What the names of files begin with that are made from the file of a name: one rule for all verbs and the page."""
    return short_stem(PurePath(plain_name(name)).stem)


def with_ending(stem: str, ending: str) -> str:
    """A file's name of this stem, cut only where no file system would take it."""
    whole = f"{stem}.{ending}"
    return whole if len(os.fsencode(whole)) <= LONGEST_NAME_BYTES else f"{short_stem(stem)}.{ending}"
