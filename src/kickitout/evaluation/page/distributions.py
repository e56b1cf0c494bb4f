"""Histograms of descriptors, and the shares that fail each rule of the gate."""

from html import escape

import numpy as np
from numpy.typing import NDArray

from kickitout.evaluation import report as reports
from kickitout.evaluation.page import plots
from kickitout.evaluation.page.figures import key_sign
from kickitout.evaluation.page.plots import quantity
from kickitout.evaluation.page.text import capital
from kickitout.evaluation.report import Report
from kickitout.measure.descriptors import DESCRIPTORS, Descriptor
from kickitout.measure.gate import RULES


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
    return f"<li><h3>{escape(capital(one.words))}{unit}</h3><p>{escape(words)}</p>{picture}</li>"


def descriptors_section(report: Report) -> str:
    items = "".join(_descriptor(report, one) for one in DESCRIPTORS if not one.flag)
    return f"""<section id="descriptors"><h2>Descriptors</h2>
<p>How often each value occurs among real and among generated kicks. In brackets: the share of kicks that have an
answer; an unpitched kick has no pitch. The outer bins hold what lies outside.</p>
<ul class="key"><li>{key_sign("real-area")}real</li><li>{key_sign("generated-line")}generated</li></ul>
<ul class="histograms">{items}</ul></section>"""


def _percent(share: float) -> str:
    return f"{100.0 * share:.1f} %"


def _rule(name: str) -> str:
    """A rule of the gate: the fault that it catches, and its name."""
    fault = next((rule.catches for rule in RULES if rule.name == name), "")
    return f'{escape(capital(fault))} <code class="quiet">{escape(name)}</code>'


def gate_section(report: Report) -> str:
    rows = ""
    for rule, generated_share, real_share in reports.gate_failures(report):
        cells = "".join(
            f'<td role="cell" data-label="{kind.capitalize()}"><span class="bar-cell">'
            f"{plots.bar(share, kind, f'{kind}: {_percent(share)}')}{_percent(share)}</span></td>"
            for kind, share in (("generated", generated_share), ("real", real_share))
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
