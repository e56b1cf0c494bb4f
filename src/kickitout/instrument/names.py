"""Names that somebody gave to files, made fit to be shown and to stand in a file's name."""

import os
import re
import unicodedata
from collections.abc import Iterator
from pathlib import PurePath

from kickitout.measure.descriptors import heard_note

LONGEST = 100
"""Characters."""

LONGEST_STEM = 60
"""Characters of a file's name that go into those of its variations."""

LONGEST_NAME_BYTES = 255
"""No file system takes longer names."""

NAMELESS = "kick.wav"

_FORBIDDEN = re.compile(r'[<>:"|?*]')
_UNFIT = re.compile("[^A-Za-z0-9_#-]+")
_NOTE = re.compile("_[A-G]#?$")
_MARK = re.compile("_[0-9a-f]{4}$")
MARK = len("_3fa2")


def plain_name(name: str) -> str:
    """The last part of a path without what no file's name may hold everywhere, of a decent length."""
    last = re.split(r"[/\\]", name)[-1]
    kept = "".join(letter for letter in unicodedata.normalize("NFC", last) if letter.isprintable())
    return _FORBIDDEN.sub("_", kept)[-LONGEST:].strip(" .") or NAMELESS


def fit(text: str) -> str:
    """A text in the letters that names of our files have, A-Z, a-z, 0-9, _, - and #: accents are left out, anything
    else is an underscore."""
    letters = [one for one in unicodedata.normalize("NFKD", text) if unicodedata.category(one) != "Mn"]
    return _UNFIT.sub("_", "".join(letters)).strip("_-")


def short_stem(stem: str) -> str:
    """As much of a stem as the names of what is made from it begin with."""
    return fit(stem)[:LONGEST_STEM] or PurePath(NAMELESS).stem


def stem_for(name: str) -> str:
    """What the names of files begin with that are made from the file of a name: one rule for all verbs and the page."""
    return short_stem(PurePath(plain_name(name)).stem)


def seeded(model: str, seed: int) -> str:
    """What the name of a seed's kick begins with."""
    return f"{short_stem(model)}_kick_{seed}"


def morph_base(model: str) -> str:
    """What the name of a morph between four kicks begins with."""
    return f"{short_stem(model)}_morph"


def derived_base(stem: str, verb: str, seed: int) -> str:
    """What the name of a variation or a match begins with, by the stem of what it was made from."""
    return f"{short_stem(stem)}_{'match' if verb == 'match' else f'vary_{seed}'}"


def note_part(hz: float | None) -> str | None:
    """The note that is nearest to a pitch, without its octave, which is not counted alike everywhere; None of none."""
    found = heard_note(hz)
    return None if found is None else found[0].rstrip("-0123456789")


def named(base: str, note: str | None, mark: str | None) -> str:
    """The name of a kick's file without its ending: one rule for command line, page and packs.

    Args:
        base: what it is made from: model and seed, or the kick that it was made from and how.
        note: see `note_part`.
        mark: of what its recipe says beyond that: see `Recipe.mark`.
    """
    return "_".join(part for part in (base, note, mark) if part is not None)


def base_of(stem: str, mark: str | None) -> str:
    """What `named` made a name from, the mark being known; a name that is another's stays whole."""
    rest = stem if mark is None else stem.removesuffix(f"_{mark}")
    return stem if mark is not None and rest == stem else _NOTE.sub("", rest)


def bases_of(stem: str) -> Iterator[tuple[str, str | None]]:
    """All bases and marks of which `named` may have made a name, of whatever note."""
    for rest, mark in ((stem, None), (stem[:-MARK], stem[1 - MARK :])) if _MARK.search(stem) else ((stem, None),):
        yield rest, mark
        if _NOTE.search(rest):
            yield _NOTE.sub("", rest), mark


def with_ending(stem: str, ending: str) -> str:
    """A file's name of this stem, cut only where no file system would take it."""
    whole = f"{stem}.{ending}"
    return whole if len(os.fsencode(whole)) <= LONGEST_NAME_BYTES else f"{short_stem(stem)}.{ending}"
