"""Kicks to listen to: drawn by lot, most obvious, most typical, nearest to training kicks."""

import math

from kickitout.evaluation import report as reports
from kickitout.evaluation.page.cards import Sounds, card_list, play_button
from kickitout.evaluation.page.plots import number
from kickitout.evaluation.report import Report


def listen_section(report: Report, sounds: Sounds) -> str:
    count = min(reports.SHOWN, len(report.generated), len(report.real))
    groups = ""
    for kind, kicks in (("generated", report.generated), ("real", report.real)):
        identity = f"random-{kind}"
        cards = [(kind, index, "") for index in reports.at_random(kicks, count)]
        groups += (
            f'<div><div class="row"><h3 class="{kind}">{kind.capitalize()}</h3>{play_button(identity)}</div>'
            + card_list(sounds, identity, cards)
            + "</div>"
        )
    return f"""<section id="listen"><h2>Drawn by lot</h2>
<p>{count} of each, not chosen. Pictures show 500 ms from left to right and 25 Hz to 20 kHz from bottom to top, the
waveform below. All kicks are brought to the same peak. Click to hear one; Escape stops.</p>
<div class="groups">{groups}</div></section>"""


def extremes_section(report: Report, sounds: Sounds) -> str:
    parts = []
    scores = report.evaluation.per_kick.get("score")
    obvious = reports.most_obvious(report)
    if obvious and scores is not None:
        cards = [("generated", index, _sureness(float(scores[index]))) for index in obvious]
        parts.append(
            f'<section id="worst"><div class="row"><h2>Most obviously generated</h2>{play_button("worst-kicks")}</div>'
            "<p>The classifier that was trained on other kicks is surest of these. Listen for what they share: that is "
            "the generator's accent.</p>" + card_list(sounds, "worst-kicks", cards) + "</section>"
        )
    typical = reports.most_typical(report)
    if typical:
        cards = [("generated", index, "") for index in typical]
        parts.append(
            f'<section id="typical"><div class="row"><h2>Most typical</h2>{play_button("typical-kicks")}</div>'
            "<p>The generated kicks whose five nearest real ones are nearest: what the generator does best.</p>"
            + card_list(sounds, "typical-kicks", cards)
            + "</section>"
        )
    return "".join(parts)


def _sureness(score: float) -> str:
    """The certainty of the trees in words; their scores are log odds."""
    return f"{100.0 / (1.0 + math.exp(-max(-50.0, score))):.1f} % sure"


def pairs_section(report: Report, sounds: Sounds) -> str:
    if report.training is None:
        return (
            '<section id="copies"><h2>Nearest to the training kicks</h2>'
            "<p>No training kicks were given, so nobody looked for copies of them.</p></section>"
        )
    items = ""
    for place, pair in enumerate(reports.nearest_pairs(report), start=1):
        identity = f"pair-{place}"
        cards = card_list(sounds, identity, [("generated", pair.generated, ""), ("training", pair.training, "")])
        items += (
            f'<li><div class="row"><span class="small quiet">{place}. distance {number(pair.distance)}</span>'
            f"{play_button(identity, 'Both')}</div>{cards}</li>"
        )
    return f"""<section id="copies"><h2>Nearest to the training kicks</h2>
<p>Each of these generated kicks (left) lies nearest of all to a kick that the generator has learned from (right). If
you hear the same kick twice, it is a copy.</p><ul class="pairs">{items}</ul></section>"""
