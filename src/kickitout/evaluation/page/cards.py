"""Kicks to see and to hear: their sounds, and a card for each."""

import base64
import math
from collections.abc import Iterable
from html import escape

from kickitout.evaluation.page import plots
from kickitout.evaluation.page.plots import number
from kickitout.evaluation.page.text import as_attribute, as_html, short_name
from kickitout.evaluation.report import Report
from kickitout.evaluation.sets import KickSet
from kickitout.measure.descriptors import note_of
from kickitout.sound.audio import encode
from kickitout.sound.kick import SAMPLE_RATE


class Sounds:
    """The sounds of a page, each stored once: ids by (kind, index), and the elements that hold them."""

    def __init__(self, report: Report) -> None:
        self._sets = {"generated": report.generated, "real": report.real, "training": report.training}
        self._elements: dict[tuple[str, int], str] = {}
        self.size = 0

    def add(self, kind: str, index: int) -> str:
        """The id of a kick's sound, which is encoded on first use."""
        identity = f"{kind}-{index}"
        if (kind, index) not in self._elements:
            data = encode(self.kicks(kind).audio(index), SAMPLE_RATE, bits="16", format="flac")
            text = base64.b64encode(data).decode("ascii")
            self.size += len(text)
            self._elements[kind, index] = f'<audio id="{identity}" preload="none" src="data:audio/flac;base64,{text}">'
        return identity

    def has(self, kind: str, index: int) -> bool:
        """Whether a kick's sound is in the page."""
        return (kind, index) in self._elements

    def kicks(self, kind: str) -> KickSet:
        """The set of this kind."""
        kicks = self._sets[kind]
        assert kicks is not None, "no kick of a set that is not there is shown"
        return kicks

    def html(self) -> str:
        """All elements."""
        return "".join(f"{element}</audio>\n" for element in self._elements.values())


def _facts(kicks: KickSet, index: int) -> str:
    """Pitch and decay of a kick in words, if known."""

    def known(name: str) -> float:
        return float(kicks.descriptors[name][index]) if name in kicks.descriptors else math.nan

    pitch, decay = known("pitch_hz"), known("decay_ms")
    words = [f"{number(pitch)} Hz {note_of(pitch)[0]}" if pitch > 0.0 else "no pitch"]
    if math.isfinite(decay):
        words.append("rings on" if known("decay_extrapolated") > 0.0 else f"{decay:.0f} ms")
    return " · ".join(words)


def _card(sounds: Sounds, kind: str, index: int, fact: str = "") -> str:
    """A kick to see and to hear."""
    kicks = sounds.kicks(kind)
    audio = kicks.audio(index)
    picture = base64.b64encode(plots.thumbnail(audio)).decode("ascii")
    width, height = plots.THUMBNAIL_SIZE
    name = short_name(kicks.files[index])
    return (
        f'<li><button type="button" class="kick of-{kind}" data-sound="{sounds.add(kind, index)}" '
        f'title="{as_attribute(kicks.files[index])}">'
        f'<span class="unseen">Play {kind} kick</span><span class="name">{as_html(name)}</span>'
        f'<img width="{width}" height="{height}" alt="" src="data:image/png;base64,{picture}">'
        f"{plots.waveform(audio)}"
        f'<span class="facts">{escape(_facts(kicks, index))}{"<br>" + escape(fact) if fact else ""}</span>'
        "</button></li>"
    )


def card_list(sounds: Sounds, identity: str, cards: Iterable[tuple[str, int, str]]) -> str:
    inner = "".join(_card(sounds, kind, index, fact) for kind, index, fact in cards)
    return f'<ul class="cards" id="{identity}">{inner}</ul>'


def play_button(identity: str, words: str = "Play in turn") -> str:
    return (
        f'<button type="button" class="play-all" data-group="{identity}" aria-pressed="false">'
        f"▶ {escape(words)}</button>"
    )
