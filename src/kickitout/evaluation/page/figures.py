"""The table of figures, each with its interval, floor and verdict."""

import math
from html import escape

from kickitout.evaluation.page import plots
from kickitout.evaluation.page.plots import in_unit, number, quantity
from kickitout.evaluation.page.text import as_html, capital
from kickitout.evaluation.report import BETTER, WITHIN, WORSE, Line, Report
from kickitout.measure.descriptors import DESCRIPTORS

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
"""The titles of figures on the page; others are shown by name."""


def metric_title(line: Line) -> str:
    name = line.metric.name
    if line.is_part:
        part = name.partition("/")[2]
        return capital(next((one.words for one in DESCRIPTORS if one.name == part), part))
    return TITLES.get(name, capital(name.replace("_", " ")))


def _interval(low: float, high: float, unit: str) -> str:
    if not (math.isfinite(low) and math.isfinite(high)):
        return "no interval"
    return f"{in_unit(low, unit)} to {in_unit(high, unit)}"


_SIGNS = {WORSE: ("worse", "▼"), WITHIN: ("within", "●"), BETTER: ("better", "▲")}


def _figure_row(line: Line) -> str:
    metric, figure, floor = line.metric, line.figure, line.floor
    triple = (figure.value, figure.low, figure.high)
    floor_triple = (floor.value, floor.low, floor.high) if floor else None
    label = f"{metric_title(line)}: {number(figure.value)}" + (f", floor {number(floor.value)}" if floor else "")
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
        f'<span class="title">{escape(metric_title(line))}</span></summary>'
        f"<p>{escape(capital(metric.words))} (<code>{metric.name}</code>).</p>"
        f"<p>{escape('Blind to: ' + metric.blind)}.</p>"
        f"<p>{escape(direction + own)}. It needs {metric.least:,} kicks.</p>"
        f"</details></th>"
        f'<td role="cell" data-label="Generated"><b class="generated">{quantity(figure.value, metric.unit)}</b>'
        f'<span class="interval">{_interval(figure.low, figure.high, metric.unit)}</span></td>'
        f'<td role="cell" data-label="Floor">{floor_cell}</td>'
        f'<td role="cell">{picture}{rung}</td>'
        f'<td role="cell"><span class="verdict {kind}">{sign} {line.verdict or "no floor"}</span></td></tr>'
    )


def figures_section(report: Report) -> str:
    headings = ("Figure", "Generated", "Floor", "Better on the left, worse on the right", "Verdict")
    head = "".join(f'<th role="columnheader" scope="col">{heading}</th>' for heading in headings)
    parts = "".join(_figure_row(line) for line in report.lines if line.is_part)
    body = "".join(_figure_row(line) for line in report.lines if not line.is_part)
    if parts:
        body += '<tr class="group" role="row"><th role="rowheader" colspan="5">Descriptors one by one</th></tr>' + parts
    missing = "".join(
        f"<li><b>{escape(name)}</b>: {as_html(reason)}</li>" for name, reason in report.evaluation.missing.items()
    )
    left_out = f'<h3>Not measured</h3><ul class="small">{missing}</ul>' if missing else ""
    dot, floor_band = key_sign("dot"), key_sign("floor-band")
    return f"""<section id="figures"><h2>Figures</h2>
<p>Each figure compares the generated kicks with the real ones; open one to read what it means and what it is blind to.
The floor is what real training kicks reach against the same real kicks: nobody can ask for more, as collections of
real kicks differ too. Intervals hold 95 %, over kits. A verdict compares whole intervals.</p>
<ul class="key"><li>{dot}generated, with its interval</li><li>{floor_band}floor, with its interval</li>
<li>{key_sign("perfect")}perfect</li></ul>
<table class="figures wide" role="table"><thead role="rowgroup"><tr role="row">{head}</tr></thead>
<tbody role="rowgroup">{body}</tbody></table>{left_out}</section>"""


def key_sign(kind: str) -> str:
    """A symbol of the plots, for their legend."""
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
    """The best possible value of a figure; None if unknown."""
    return line.figure.real if line.metric.better == "real" else line.metric.perfect
