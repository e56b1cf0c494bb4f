"""The top of the page: the answer, the findings, and a few kicks."""

from html import escape

from kickitout.evaluation import report as reports
from kickitout.evaluation.page.cards import Sounds, card_list, play_button
from kickitout.evaluation.page.figures import metric_title
from kickitout.evaluation.page.plots import quantity
from kickitout.evaluation.page.text import as_html
from kickitout.evaluation.report import BETTER, WITHIN, WORSE, Line, Report

FINDINGS = 5
"""Figures named at the top on either side."""

IN_TOP = 3
"""Kicks of each kind at the top."""


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
    reference = ("floor", line.floor.value) if line.floor else ("real", line.figure.real)
    floor = (
        f' <span class="quiet">{reference[0]} {quantity(reference[1], line.metric.unit)}</span>'
        if reference[1] is not None
        else ""
    )
    return (
        f'<li><span><a href="#figure-{line.metric.name}">{escape(metric_title(line))}</a></span>'
        f"<span>{quantity(line.figure.value, line.metric.unit)}{floor}</span></li>"
    )


def top_section(report: Report, sounds: Sounds) -> str:
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
    notes = "".join(f"<p>{as_html(note)}</p>" for note in report.notes)
    if notes:
        parts.append(f'<div class="note" role="note">{notes}</div>')
    listen = ""
    for kind, kicks in (("generated", report.generated), ("real", report.real)):
        identity = f"top-{kind}"
        cards = [(kind, index, "") for index in reports.at_random(kicks, IN_TOP)]
        listen += (
            f'<div class="row"><h3 class="{kind}">{kind.capitalize()}, at random</h3>{play_button(identity)}</div>'
            + card_list(sounds, identity, cards)
        )
    return f'<div class="top"><div>{"".join(parts)}</div><div>{listen}</div></div>'
