"""The text with its numbers filled in, and its sections, figures, tables and references numbered."""

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np

from kickitout.evaluation.ladder.ladder import RESULT
from kickitout.evaluation.resampling import CONFIDENCE
from kickitout.experiments.results import Result, read_result
from kickitout.instrument.models import models_at_hand
from kickitout.measure.descriptors.decay import DECAY_DB
from kickitout.measure.embedding import EMBEDDING_SIZE
from kickitout.measure.taste import RULES
from kickitout.measure.taste.taste import RUMBLE_HZ
from kickitout.model.card import CARD_FILE
from kickitout.sound.kick import KICK_SAMPLES, SAMPLE_RATE
from kickitout.sound.spectrogram import CEILING_DB, FLOOR_DB, N_BINS, N_FFT, N_FRAMES
from paper.tables import TABLES

HERE = Path(__file__).parent
SECTIONS, RESULTS, REFERENCES, FACTS = (
    HERE / name for name in ("sections", "results", "references.toml", "facts.toml")
)

NUMBER = re.compile(r"\{([a-z][\w-]*(?:\.[\w-]+)+)(?::([^{}]*))?\}")
"""`{experiment.path.to.a.figure:.1f}`, with a format of Python."""

WHERE = re.compile(r"\{if:([\w.-]+)\}((?:(?!\{if:|\{end\}).)*)\{end\}", re.DOTALL)
"""`{if:collapse} ... {else} ... {end}`: what stands there where a result, or a number of one, is there, and where it is
not. One may stand in another: this finds the innermost."""

OPEN = re.compile(r"\{open:([^{}]*)\}")
"""`{open:what the numbers say}`: a sentence that is still to be written. No paper is made with one in it."""

BEGINS_A_LIST = re.compile(r"(?m)^(\d+)\. ")
"""A sentence that ends in a number, where that stands first in its line: no item of a list."""

TABLE = re.compile(r"\{table:([\w-]+)\}")
ANCHOR = re.compile(r" ?\{#([\w-]+)\}")
FIGURE = re.compile(r"!\[([^\]]*(?:\[[^\]]*\][^\]]*)*)\]\(([\w.-]+)\)\{#([\w-]+)\}")
LINK = re.compile(r"\[#([\w-]+)\]")
CITED = re.compile(r"\[@([\w-]+)\]")

ABSTRACT = "00-abstract.md"


def _card(name: str) -> dict[str, Any]:
    """The card of a shipped model."""
    return dict(json.loads((models_at_hand()[name] / CARD_FILE).read_text(encoding="utf-8")))


def _ladder() -> dict[str, Any]:
    """The size of the ladder of known damage, and what precision makes of real kicks through the draft's inverse."""
    ladder = json.loads((files("kickitout.evaluation.ladder") / RESULT).read_text(encoding="utf-8"))
    precision = ladder["metrics"]["precision"]
    window = ladder["levels"]["griffin-lim-window"].index(N_FFT)
    return {
        **ladder["settings"],
        "damages": len(ladder["levels"]),
        "least_levels": min(map(len, ladder["levels"].values())),
        "metrics": len(ladder["metrics"]),
        "precision_undamaged_percent": 100.0 * float(np.mean(precision["floor"])),
        "precision_inverse_percent": 100.0 * float(np.mean(precision["damages"]["griffin-lim-window"][window])),
    }


CONSTANTS: Mapping[str, Mapping[str, Any]] = {
    "kickgan-card": _card("kickgan"),
    "draft-card": _card("draft"),
    "ladder": _ladder(),
    "measures": {
        "embedding_size": EMBEDDING_SIZE,
        "taste_rules": len(RULES),
        "decay_db": -DECAY_DB,
        "rumble_hz": sum(RUMBLE_HZ) / len(RUMBLE_HZ),
    },
    "statistics": {"confidence_percent": 100.0 * CONFIDENCE},
    "sound": {
        "sample_rate": SAMPLE_RATE,
        "length_ms": 1000.0 * KICK_SAMPLES / SAMPLE_RATE,
        "n_frames": N_FRAMES,
        "n_bins": N_BINS,
        "bin_hz": SAMPLE_RATE / N_FFT,
        "floor_db": FLOOR_DB,
        "ceiling_db": CEILING_DB,
    },
}
"""Constants of the package by what they are of, `{sound.sample_rate}`."""


class TextError(Exception):
    """Something in the text that has no counterpart: a name without a number, an unknown reference."""


@dataclass(frozen=True)
class Source:
    """Where the numbers of a text come from.

    Attributes:
        results: by experiment.
        facts: numbers of others, by whose they are.
        strict: whether a number that is missing is an error; quick results may lack some.
    """

    results: Mapping[str, Result]
    facts: Mapping[str, Mapping[str, Any]]
    strict: bool = True

    def value(self, name: str) -> Any:
        """The number of a name. Raises `TextError` for a name that nothing has."""
        first, *path = name.split(".")
        if first in CONSTANTS:
            places: list[Any] = [CONSTANTS[first]]
        elif first in self.facts:
            places = [self.facts[first]]
        elif first in self.results:
            places = [self.results[first].figures, vars(self.results[first])]
        else:
            known = ", ".join([*CONSTANTS, *self.facts, *self.results])
            raise TextError(f"{{{name}}}: there are no results {first}; there are {known}")
        for place in places:
            found = _follow(place, path)
            if found is not None:
                return found
        if self.strict:
            raise TextError(f"{{{name}}}: {first} has no such number")
        return None

    def has(self, name: str) -> bool:
        """Whether there are results, or a number, of a name."""
        if "." not in name:
            return name in self.results
        first, *path = name.split(".")
        result = self.results.get(first)
        return result is not None and any(_follow(place, path) is not None for place in (result.figures, vars(result)))


def _follow(place: Any, path: list[str]) -> Any:
    for step in path:
        if not isinstance(place, Mapping) or step not in place:
            return None
        place = place[step]
    return place


def read_source(results: Path = RESULTS, *, strict: bool = True) -> Source:
    """The results of a folder, and the facts."""
    found = {path.stem: read_result(path) for path in sorted(results.glob("*.json"))}
    return Source(found, tomllib.loads(FACTS.read_text(encoding="utf-8")), strict)


def sections() -> dict[str, str]:
    """The sections as they are written, by the names of their files, in order."""
    return {path.name: path.read_text(encoding="utf-8") for path in sorted(SECTIONS.glob("*.md"))}


def fill(text: str, source: Source) -> str:
    """A text with its numbers; a figure that has an interval is shown with it, `12 [10, 14]`."""
    filled = NUMBER.sub(lambda match: _shown(source.value(match[1]), match[1], match[2] or "", source.strict), text)
    return BEGINS_A_LIST.sub(r"\1\\. ", filled)


def _shown(value: Any, name: str, form: str, strict: bool) -> str:
    if isinstance(value, Mapping):
        middle = value.get("value", value.get("median"))
        if middle is None and strict:
            raise TextError(f"{{{name}}}: no number, and no figure with one")
        ends = [value.get(end) for end in ("low", "high")]
        shown = _formatted(middle, form)
        return shown if None in ends else f"{shown} [{', '.join(_formatted(end, form) for end in ends)}]"
    return _formatted(value, form)


def _formatted(value: Any, form: str) -> str:
    if value is None:
        return "–"
    shown = format(value, form)
    return shown.replace("-", "\N{MINUS SIGN}") if isinstance(value, int | float) else shown


def where_there_is(text: str, source: Source) -> str:
    """A text without the parts whose results are missing. Raises `TextError` for a part that does not end."""

    def chosen(match: re.Match[str]) -> str:
        there, _, missing = match[2].partition("{else}")
        return there if source.has(match[1]) else missing

    count = 1
    while count:
        text, count = WHERE.subn(chosen, text)
    rest = re.search(r"\{(?:if:[^{}]*|else|end)\}", text)
    if rest is not None:
        raise TextError(f"{rest[0]}: an {{if:}} and its {{end}} do not belong together")
    return text


def still_open(text: str, source: Source) -> str:
    """A text whose open sentences stand out. Raises `TextError` for one where the text is to be strict."""

    def marked(match: re.Match[str]) -> str:
        if source.strict:
            raise TextError(f"still to be written: {match[1]}")
        return f"**[OPEN: {match[1]}]**"

    return OPEN.sub(marked, text)


def numbers_of_its_own(text: str) -> Iterator[str]:
    """The numbers in a text that come from no result: there are to be none.

    A word with a digit is a number unless it is a name, which has a letter in it (R3GAN, 1-D), or a year (four digits
    from 1900 to 2099). What is in braces, references and names of files are no text.
    """
    bare = NUMBER.sub(" ", re.sub(r"\{(?:if:[\w.-]+|else|end)\}", " ", text))
    bare = FIGURE.sub(lambda match: f" {match[1]} ", bare)
    for mark in (TABLE, ANCHOR, LINK, CITED):
        bare = mark.sub(" ", bare)
    for word in re.findall(r"[^\s()\[\],;:]*\d[^\s()\[\],;:]*", bare):
        word = word.strip(".*_\"'`")
        if not re.search(r"[^\W\d_]", word) and not re.fullmatch(r"(19|20)\d\d", word):
            yield word


@dataclass(frozen=True)
class Paper:
    """The whole text, numbered, in Markdown.

    Attributes:
        abstract: a paragraph; empty where there is none.
        body: sections with figures as `![caption](file){#anchor}` and tables with a caption line before them.
        references: in the order in which they are cited.
        figures: the files of the figures.
    """

    body: str
    references: tuple[str, ...]
    figures: tuple[str, ...]
    abstract: str = ""


def write(source: Source) -> Paper:
    """The text of all sections, filled in and numbered."""
    parts = {name: still_open(where_there_is(part, source), source) for name, part in sections().items()}
    abstract = fill(parts.pop(ABSTRACT), source)
    text = "\n".join(parts.values())
    text = TABLE.sub(lambda match: f"{{#table-{match[1]}}}\n\n{TABLES[match[1]](source.results)}", text)
    text = fill(text, source)
    names = _names(text)
    text = LINK.sub(lambda match: _known(names, match[1]), text)
    entries = tomllib.loads(REFERENCES.read_text(encoding="utf-8"))
    order = list(dict.fromkeys(CITED.findall(text)))
    for key in order:
        if key not in entries:
            raise TextError(f"[@{key}]: references.toml has no such entry")
    text = CITED.sub(lambda match: f"[{order.index(match[1]) + 1}]", text)
    figures = tuple(match[2] for match in FIGURE.finditer(text))
    return Paper(text, tuple(entries[key]["text"] for key in order), figures, abstract.strip())


def _names(text: str) -> dict[str, str]:
    """The number of each section, figure and table by its anchor."""
    counts = {"section": 0, "fig": 0, "table": 0}
    names = {}
    for anchor in ANCHOR.findall(text):
        kind = anchor.split("-")[0] if anchor.startswith(("fig-", "table-")) else "section"
        counts[kind] += 1
        names[anchor] = str(counts[kind])
    return names


def _known(names: Mapping[str, str], anchor: str) -> str:
    if anchor not in names:
        raise TextError(f"[#{anchor}]: there is no such section, figure or table")
    return names[anchor]
