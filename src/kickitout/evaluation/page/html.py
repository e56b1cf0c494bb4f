"""The evaluation as one HTML page that needs nothing but itself: pictures, sounds, style and script are inside.

The page may load nothing: its content security policy names the hashes of its own style and script, allows pictures and
sounds from data URIs, and forbids the rest. All text that comes from files goes through `_text`.
"""

import base64
import hashlib
import json
import math
from collections.abc import Iterable, Sequence
from html import escape
from importlib.metadata import version
from importlib.resources import files
from pathlib import PurePath

import numpy as np
from numpy.typing import NDArray

from kickitout.evaluation import report as reports
from kickitout.evaluation.page import plots
from kickitout.evaluation.page.plots import in_unit, number, quantity
from kickitout.evaluation.report import BETTER, MARK, WITHIN, WORSE, Line, Report
from kickitout.evaluation.sets import KickSet
from kickitout.measure.descriptors import DESCRIPTORS, Descriptor, note_of
from kickitout.measure.gate import RULES
from kickitout.sound.audio import encode
from kickitout.sound.kick import SAMPLE_RATE

SOUND_BYTES = 8_000_000
"""Of sounds in the page, as text. Kicks that are shown have theirs in any case; what is left goes to the map."""

FINDINGS = 5
"""Figures named at the top on either side."""

IN_TOP = 3
"""Kicks of each kind at the top."""

TITLES = {
    "auc_trees": "Told apart by trees",
    "auc_linear": "Told apart by a line",
    "frechet": "Frechet distance",
    "frechet_infinity": "Frechet distance, infinite N",
    "kernel": "Kernel distance",
    "precision": "Precision",
    "recall": "Recall",
    "density": "Density",
    "coverage": "Coverage",
    "wasserstein": "Descriptors, mean distance",
    "unpitched": "Without a pitch",
    "mono": "Mono",
    "diversity": "Diversity",
    "duplicates": "Duplicates",
    "near_copies": "Near to training kicks",
    "copies": "Copies of training kicks",
    "characteristics": "Click, rumble and decay",
    "gate": "Pass the quality gate",
    "azimuthal": "Power spectrum distance",
    "lines": "Highest spectral line",
    "frame_lines": "Lines of the frame rate",
    "periodic": "Periodic noise",
}
"""What the page calls the figures; any other by its own name."""


def _text(text: str) -> str:
    """Text from outside as HTML: escaped, freed of control characters, its direction kept to itself."""
    return f"<bdi>{escape(reports.clean(text))}</bdi>"


def _attribute(text: str) -> str:
    """Text from outside as the value of an attribute in double quotes."""
    return escape(reports.clean(text))


def short_name(file: str) -> str:
    """A kick's name for people: its file without folders and ending."""
    return PurePath(file.replace("\\", "/")).stem or file


def set_name(name: str) -> str:
    """A set's name for people: of a path the last two parts."""
    return "/".join(part for part in name.replace("\\", "/").split("/") if part not in ("", "."))[-80:] or name


class Sounds:
    """The sounds of a page, each once: ids by (kind, index), and the elements that hold them."""

    def __init__(self, report: Report) -> None:
        self._sets = {"generated": report.generated, "real": report.real, "training": report.training}
        self._elements: dict[tuple[str, int], str] = {}
        self.size = 0

    def add(self, kind: str, index: int) -> str:
        """The id of a kick's sound; encoded when it is asked for first."""
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
        """The set of that kind."""
        kicks = self._sets[kind]
        assert kicks is not None, "no kick of a set that is not there is shown"
        return kicks

    def html(self) -> str:
        """All elements."""
        return "".join(f"{element}</audio>\n" for element in self._elements.values())


# --- cards ------------------------------------------------------------------------------------------------------------


def _facts(kicks: KickSet, index: int) -> str:
    """Pitch and decay of a kick in words, as far as they are known."""

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
        f'title="{_attribute(kicks.files[index])}">'
        f'<span class="unseen">Play {kind} kick</span><span class="name">{_text(name)}</span>'
        f'<img width="{width}" height="{height}" alt="" src="data:image/png;base64,{picture}">'
        f"{plots.waveform(audio)}"
        f'<span class="facts">{escape(_facts(kicks, index))}{"<br>" + escape(fact) if fact else ""}</span>'
        "</button></li>"
    )


def _cards(sounds: Sounds, identity: str, cards: Iterable[tuple[str, int, str]]) -> str:
    inner = "".join(_card(sounds, kind, index, fact) for kind, index, fact in cards)
    return f'<ul class="cards" id="{identity}">{inner}</ul>'


def _play_all(identity: str, words: str = "Play in turn") -> str:
    return (
        f'<button type="button" class="play-all" data-group="{identity}" aria-pressed="false">'
        f"▶ {escape(words)}</button>"
    )


# --- the top ----------------------------------------------------------------------------------------------------------


def answer(report: Report) -> str:
    """The evaluation in one sentence."""
    tally = report.tally
    total = sum(tally.values())
    if not total:
        return "Without a floor these figures cannot be called good or bad."
    if not tally[WORSE]:
        return f"These kicks cannot be told from more real kicks by any of the {total} figures."
    return f"These kicks fall short of real ones in {tally[WORSE]} of {total} figures."


def _finding(line: Line) -> str:
    beside = ("floor", line.floor.value) if line.floor else ("real", line.figure.real)
    floor = (
        f' <span class="quiet">{beside[0]} {quantity(beside[1], line.metric.unit)}</span>'
        if beside[1] is not None
        else ""
    )
    return (
        f'<li><span><a href="#figure-{line.metric.name}">{escape(_title(line))}</a></span>'
        f"<span>{quantity(line.figure.value, line.metric.unit)}{floor}</span></li>"
    )


def _top(report: Report, sounds: Sounds) -> str:
    tally = report.tally
    chips = "".join(
        f'<li class="{kind}"><b>{tally[word]}</b>{sign} {word}</li>'
        for word, kind, sign in ((WORSE, "worse", "▼"), (WITHIN, "within", "●"), (BETTER, "better", "▲"))
    )
    whole = [line for line in report.lines if not line.is_part]
    failing = sorted((line for line in whole if line.verdict == WORSE), key=lambda line: -line.excess)
    holding = [line for line in whole if line.verdict in (WITHIN, BETTER)]
    parts = [f'<p class="answer">{escape(answer(report))}</p>']
    if tally:
        parts.append(f'<ul class="tally" aria-label="Figures by verdict">{chips}</ul>')
    if failing:
        listed = "".join(_finding(line) for line in failing[:FINDINGS])
        parts.append(f'<h3>Furthest from real</h3><ul class="findings">{listed}</ul>')
    if holding:
        listed = "".join(_finding(line) for line in holding[: FINDINGS if not failing else 3])
        parts.append(f'<h3>As good as real</h3><ul class="findings">{listed}</ul>')
    notes = "".join(f"<p>{_text(note)}</p>" for note in report.notes)
    if notes:
        parts.append(f'<div class="note" role="note">{notes}</div>')
    listen = ""
    for kind, kicks in (("generated", report.generated), ("real", report.real)):
        identity = f"top-{kind}"
        cards = [(kind, index, "") for index in reports.at_random(kicks, IN_TOP)]
        listen += (
            f'<div class="row"><h3 class="{kind}">{kind.capitalize()}, at random</h3>{_play_all(identity)}</div>'
            + _cards(sounds, identity, cards)
        )
    return f'<div class="top"><div>{"".join(parts)}</div><div>{listen}</div></div>'


# --- the figures ------------------------------------------------------------------------------------------------------


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def _title(line: Line) -> str:
    name = line.metric.name
    if line.is_part:
        part = name.partition("/")[2]
        return _capital(next((one.words for one in DESCRIPTORS if one.name == part), part))
    return TITLES.get(name, _capital(name.replace("_", " ")))


def _interval(low: float, high: float, unit: str) -> str:
    if not (math.isfinite(low) and math.isfinite(high)):
        return "no interval"
    return f"{in_unit(low, unit)} to {in_unit(high, unit)}"


_SIGNS = {WORSE: ("worse", "▼"), WITHIN: ("within", "●"), BETTER: ("better", "▲")}


def _figure_row(line: Line) -> str:
    metric, figure, floor = line.metric, line.figure, line.floor
    triple = (figure.value, figure.low, figure.high)
    floor_triple = (floor.value, floor.low, floor.high) if floor else None
    label = f"{_title(line)}: {number(figure.value)}" + (f", floor {number(floor.value)}" if floor else "")
    perfect = _perfect(line)
    picture = plots.strip(triple, floor_triple, perfect, higher_is_better=metric.better == "higher", label=label)
    rung = f'<span class="interval rung">{escape(line.place)}</span>' if line.place else ""
    kind, sign = _SIGNS.get(line.verdict, ("quiet", ""))
    direction = {"lower": "Lower is better", "higher": "Higher is better"}.get(
        metric.better, "Nearer to real is better"
    )
    own = f"; real kicks have {quantity(figure.real, metric.unit)}" if figure.real is not None else ""
    if floor is not None:
        interval = _interval(floor.low, floor.high, metric.unit)
        floor_cell = f'{quantity(floor.value, metric.unit)}<span class="interval">{interval}</span>'
    elif figure.real is not None:
        floor_cell = f'{quantity(figure.real, metric.unit)}<span class="interval">of the real kicks</span>'
    else:
        floor_cell = '<span class="quiet">–</span>'
    return (
        f'<tr role="row" id="figure-{metric.name}"><th role="rowheader" scope="row"><details><summary>'
        f'<span class="title">{escape(_title(line))}</span></summary>'
        f"<p>{escape(_capital(metric.words))} (<code>{metric.name}</code>).</p>"
        f"<p>{escape('Blind to: ' + metric.blind)}.</p>"
        f"<p>{escape(direction + own)}. It needs {metric.least:,} kicks.</p>"
        f"</details></th>"
        f'<td role="cell" data-label="Generated"><b class="generated">{quantity(figure.value, metric.unit)}</b>'
        f'<span class="interval">{_interval(figure.low, figure.high, metric.unit)}</span></td>'
        f'<td role="cell" data-label="Floor">{floor_cell}</td>'
        f'<td role="cell">{picture}{rung}</td>'
        f'<td role="cell"><span class="verdict {kind}">{sign} {line.verdict or "no floor"}</span></td></tr>'
    )


def _figures(report: Report) -> str:
    headings = ("Figure", "Generated", "Floor", "Better on the left, worse on the right", "Verdict")
    head = "".join(f'<th role="columnheader" scope="col">{heading}</th>' for heading in headings)
    parts = "".join(_figure_row(line) for line in report.lines if line.is_part)
    body = "".join(_figure_row(line) for line in report.lines if not line.is_part)
    if parts:
        body += '<tr class="group" role="row"><th role="rowheader" colspan="5">Descriptors one by one</th></tr>' + parts
    missing = "".join(
        f"<li><b>{escape(name)}</b>: {_text(reason)}</li>" for name, reason in report.evaluation.missing.items()
    )
    left_out = f'<h3>Not measured</h3><ul class="small">{missing}</ul>' if missing else ""
    return f"""<section id="figures"><h2>Figures</h2>
<p>Each figure compares the generated kicks with the real ones; open one to read what it means and what it is blind to.
The floor is what real training kicks reach against the same real kicks: nobody can ask for more, as collections of
real kicks differ too. Intervals hold 95 %, over kits. A verdict compares whole intervals.</p>
<ul class="key"><li>{_key("dot")}generated, with its interval</li><li>{_key("floor-band")}floor, with its interval</li>
<li>{_key("perfect")}perfect</li></ul>
<table class="figures wide" role="table"><thead role="rowgroup"><tr role="row">{head}</tr></thead>
<tbody role="rowgroup">{body}</tbody></table>{left_out}</section>"""


def _key(kind: str) -> str:
    """A sign of the figures' pictures for their key."""
    shapes = {
        "dot": '<path class="whisker" d="M2 7H22"/><circle class="dot" cx="12" cy="7" r="4.5"/>',
        "floor-band": '<rect class="floor-band" width="24" height="14" rx="3"/><path class="floor-mark" d="M12 0v14"/>',
        "perfect": '<path class="perfect" d="M12 0v14"/>',
        "real-area": '<rect class="real-area" y="2" width="24" height="12"/>',
        "generated-line": '<path class="generated-line" d="M1 12V4H12V9H23V13"/>',
        **{
            f"{kind}-points": f'<path class="points {kind}-points" d="M12 7h0"/>'
            for kind in ("generated", "real", "training")
        },
    }
    return f'<svg width="24" height="14" viewBox="0 0 24 14" aria-hidden="true">{shapes[kind]}</svg>'


def _perfect(line: Line) -> float | None:
    """Where a figure cannot be better; None where no such place is known."""
    return line.figure.real if line.metric.better == "real" else line.metric.perfect


# --- to listen to -----------------------------------------------------------------------------------------------------


def _listen(report: Report, sounds: Sounds) -> str:
    count = min(reports.SHOWN, len(report.generated), len(report.real))
    groups = ""
    for kind, kicks in (("generated", report.generated), ("real", report.real)):
        identity = f"random-{kind}"
        cards = [(kind, index, "") for index in reports.at_random(kicks, count)]
        groups += (
            f'<div><div class="row"><h3 class="{kind}">{kind.capitalize()}</h3>{_play_all(identity)}</div>'
            + _cards(sounds, identity, cards)
            + "</div>"
        )
    return f"""<section id="listen"><h2>Drawn by lot</h2>
<p>{count} of each, not chosen. Pictures show 500 ms from left to right and 25 Hz to 20 kHz from bottom to top, the
waveform below. All kicks are brought to the same peak. Click to hear one; Escape stops.</p>
<div class="groups">{groups}</div></section>"""


def _extremes(report: Report, sounds: Sounds) -> str:
    parts = []
    scores = report.evaluation.per_kick.get("score")
    obvious = reports.most_obvious(report)
    if obvious and scores is not None:
        cards = [("generated", index, _sureness(float(scores[index]))) for index in obvious]
        parts.append(
            f'<section id="worst"><div class="row"><h2>Most obviously generated</h2>{_play_all("worst-kicks")}</div>'
            "<p>The classifier that was trained on other kicks is surest of these. Listen for what they share: that is "
            "the generator's accent.</p>" + _cards(sounds, "worst-kicks", cards) + "</section>"
        )
    typical = reports.most_typical(report)
    if typical:
        cards = [("generated", index, "") for index in typical]
        parts.append(
            f'<section id="typical"><div class="row"><h2>Most typical</h2>{_play_all("typical-kicks")}</div>'
            "<p>The generated kicks whose five nearest real ones are nearest: what the generator does best.</p>"
            + _cards(sounds, "typical-kicks", cards)
            + "</section>"
        )
    return "".join(parts)


def _sureness(score: float) -> str:
    """How sure the trees are, whose scores are logarithms of odds, in words."""
    return f"{100.0 / (1.0 + math.exp(-max(-50.0, score))):.1f} % sure"


def _pairs(report: Report, sounds: Sounds) -> str:
    if report.training is None:
        return (
            '<section id="copies"><h2>Nearest to the training kicks</h2>'
            "<p>No training kicks were given, so nobody looked for copies of them.</p></section>"
        )
    items = ""
    for place, pair in enumerate(reports.nearest_pairs(report), start=1):
        identity = f"pair-{place}"
        cards = _cards(sounds, identity, [("generated", pair.generated, ""), ("training", pair.training, "")])
        items += (
            f'<li><div class="row"><span class="small quiet">{place}. distance {number(pair.distance)}</span>'
            f"{_play_all(identity, 'Both')}</div>{cards}</li>"
        )
    return f"""<section id="copies"><h2>Nearest to the training kicks</h2>
<p>Each of these generated kicks (left) lies nearest of all to a kick that the generator has learned from (right). If
you hear the same kick twice, it is a copy.</p><ul class="pairs">{items}</ul></section>"""


# --- the map ----------------------------------------------------------------------------------------------------------


def _map(report: Report, sounds: Sounds) -> str:
    places = reports.lay_out(report)
    if not places:
        return ""
    pixels = plots.place_points(np.array([(place.x, place.y) for place in places]))
    kinds = [kind for kind in ("training", "real", "generated") if any(place.kind == kind for place in places)]
    sets = [(kind, pixels[[place.kind == kind for place in places]]) for kind in kinds]
    # What is left for sounds goes to generated and real kicks in turn, as they were drawn.
    waiting = [[place for place in places if place.kind == kind] for kind in ("generated", "real")]
    for turn in range(max(map(len, waiting))):
        for queue in waiting:
            if turn < len(queue) and sounds.size < SOUND_BYTES:
                sounds.add(queue[turn].kind, queue[turn].index)
    data = [
        [
            float(x),
            float(y),
            place.kind,
            reports.clean(short_name(sounds.kicks(place.kind).files[place.index])),
            f"{place.kind}-{place.index}" if sounds.has(place.kind, place.index) else "",
        ]
        for place, (x, y) in zip(places, pixels.tolist(), strict=True)
    ]
    counts = ", ".join(f"{len(points)} {kind}" for kind, points in sets)
    picture = plots.scatter(sets, f"Map of {counts} kicks").replace(
        'role="img"', 'role="application" tabindex="0" aria-describedby="map-words"', 1
    )
    key = "".join(f"<li>{_key(f'{kind}-points')}{kind}</li>" for kind in reversed(kinds))
    return f"""<section id="map"><h2>Map</h2>
<p>Alike kicks lie near each other (t-SNE of their embeddings; how far apart two crowds lie means nothing). A good
generator mixes with the real kicks everywhere: an island of its own is an accent, an empty region is what it never
makes. Click a point to hear it, or go from point to point with the arrow keys and press Enter.</p>
<ul class="key">{key}</ul>{picture}
<p class="under-map" id="map-words" aria-live="polite">Point at a kick to see its name.</p>
<script type="application/json" id="map-data">{_json(data)}</script></section>"""


def _json(data: object) -> str:
    """JSON inside a script element: nothing in it can end the element."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")


# --- descriptors and gate ---------------------------------------------------------------------------------------------


def _middle(values: NDArray[np.float64], unit: str) -> str:
    finite = values[np.isfinite(values)]
    if not len(finite):
        return "none"
    return f"{quantity(float(np.median(finite)), unit)} ({100.0 * len(finite) / len(values):.0f} %)"


def _descriptor(report: Report, one: Descriptor) -> str:
    real, generated = (kicks.descriptors.get(one.name) for kicks in (report.real, report.generated))
    if real is None or generated is None:
        return ""
    words = f"median real {_middle(real, one.unit)}, generated {_middle(generated, one.unit)}"
    picture = plots.histogram(real, generated, logarithmic=one.logarithmic, label=f"{one.words}: {words}")
    if not picture:
        return ""
    unit = f" <span class='quiet'>{one.unit}</span>" if one.unit else ""
    return f"<li><h3>{escape(_capital(one.words))}{unit}</h3><p>{escape(words)}</p>{picture}</li>"


def _descriptors(report: Report) -> str:
    items = "".join(_descriptor(report, one) for one in DESCRIPTORS if not one.flag)
    return f"""<section id="descriptors"><h2>Descriptors</h2>
<p>How often each value occurs among real and among generated kicks. In brackets: the share of kicks that have an
answer; an unpitched kick has no pitch. The outer bins hold what lies outside.</p>
<ul class="key"><li>{_key("real-area")}real</li><li>{_key("generated-line")}generated</li></ul>
<ul class="histograms">{items}</ul></section>"""


def _percent(share: float) -> str:
    return f"{100.0 * share:.1f} %"


def _rule(name: str) -> str:
    """A rule of the gate: the fault that it is there for, and its name."""
    fault = next((rule.catches for rule in RULES if rule.name == name), "")
    return f'{escape(_capital(fault))} <code class="quiet">{escape(name)}</code>'


def _gate(report: Report) -> str:
    rows = ""
    for rule, ours, theirs in reports.gate_failures(report):
        cells = "".join(
            f'<td role="cell" data-label="{kind.capitalize()}"><span class="bar-cell">'
            f"{plots.bar(share, kind, f'{kind}: {_percent(share)}')}{_percent(share)}</span></td>"
            for kind, share in (("generated", ours), ("real", theirs))
        )
        rows += f'<tr role="row"><th role="rowheader" scope="row">{_rule(rule)}</th>{cells}</tr>'
    table = (
        f'<table class="figures wide" role="table"><thead role="rowgroup"><tr role="row">'
        f'<th role="columnheader" scope="col">Rule</th><th role="columnheader" scope="col">Generated that fail</th>'
        f'<th role="columnheader" scope="col">Real that fail</th></tr></thead>'
        f'<tbody role="rowgroup">{rows}</tbody></table>'
        if rows
        else "<p>No kick fails any rule.</p>"
    )
    return f"""<section id="gate"><h2>The quality gate</h2>
<p>What would be held back on export, by rule (<code>kick inspect</code> says it for one file). Files are judged as they
came; the kicks of a library after their preparation.</p>{table}</section>"""


# --- the page ---------------------------------------------------------------------------------------------------------


def _asset(name: str) -> str:
    return (files(__package__) / name).read_text("utf-8")


def _hash(text: str) -> str:
    return "'sha256-" + base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii") + "'"


def _navigation(sections: Sequence[tuple[str, str]], body: str) -> str:
    return "".join(f'<a href="#{place}">{words}</a>' for place, words in sections if f'id="{place}"' in body)


_SECTIONS = (
    ("figures", "Figures"),
    ("listen", "Listen"),
    ("worst", "Worst"),
    ("typical", "Typical"),
    ("copies", "Copies"),
    ("map", "Map"),
    ("descriptors", "Descriptors"),
    ("gate", "Gate"),
)


def _about(report: Report) -> str:
    def words(kicks: KickSet) -> str:
        kits = len(set(kicks.kits))
        return f"{_text(kicks.name)}, {len(kicks):,} kicks of {kits:,} {'kit' if kits == 1 else 'kits'}"

    training = (
        f"<br>Training: {words(report.training)}; the floor rests on {report.floor_size:,} of them, drawn by lot."
        if report.training is not None
        else ""
    )
    return f"""<footer class="small quiet">
<p>Generated: {words(report.generated)}.<br>Real: {words(report.real)}.{training}</p>
<p>Kick It Out {escape(version("kickitout"))}, <code>kick evaluate</code>. The same sets give the same page. The page
loads nothing from anywhere.</p></footer>"""


def render(report: Report) -> str:
    """The page. The same report gives the same text."""
    sounds = Sounds(report)
    body = "".join(
        part(report, sounds)
        for part in (
            _top,
            lambda report, sounds: _figures(report),
            _listen,
            _extremes,
            _pairs,
            _map,
            lambda report, sounds: _descriptors(report) + _gate(report),
        )
    )
    style, script = _asset("page.css"), _asset("page.js")
    policy = (
        f"default-src 'none'; img-src data:; media-src data:; style-src {_hash(style)}; script-src {_hash(script)}; "
        "base-uri 'none'; form-action 'none'"
    )
    name, real = set_name(report.generated.name), set_name(report.real.name)
    floor = f"floor: {report.floor_size:,} training kicks" if report.floor else "no floor"
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="{MARK}">
<title>{escape(reports.clean(name))} against {escape(reports.clean(real))} – Kick It Out</title>
<link rel="icon" href="data:,">
<style>{style}</style>
</head>
<body>
<a class="skip" href="#main">To the content</a>
<div class="bar"><div><nav aria-label="Sections">{_navigation(_SECTIONS, body)}</nav>
<label>Volume <input type="range" id="volume" min="0" max="100" value="70"></label></div></div>
<main id="main">
<h1>{_text(name)} against {_text(real)}</h1>
<p class="quiet">{len(report.generated):,} <span class="generated">generated</span> kicks judged by {len(report.real):,}
<span class="real">real</span> ones; {floor}.</p>
<noscript><p class="note">Scripts are off: there is no sound and no map to point at, but all that was measured is
here.</p></noscript>
{body}
{_about(report)}
</main>
{sounds.html()}
<script>{script}</script>
</body>
</html>
"""
