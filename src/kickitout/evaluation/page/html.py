"""The evaluation as one self-contained HTML page: pictures, sounds, style and script are inside.

The page may load nothing: its content security policy names the hashes of its own style and script, allows pictures and
sounds from data URIs, and forbids the rest. All text that comes from files goes through `text.as_html`.
"""

import base64
import hashlib
from collections.abc import Sequence
from html import escape
from importlib.metadata import version
from importlib.resources import files

from kickitout.evaluation import report as reports
from kickitout.evaluation.page.cards import Sounds
from kickitout.evaluation.page.distributions import descriptors_section, gate_section
from kickitout.evaluation.page.figures import figures_section
from kickitout.evaluation.page.listen import extremes_section, listen_section, pairs_section
from kickitout.evaluation.page.map import map_section
from kickitout.evaluation.page.text import as_html, set_name
from kickitout.evaluation.page.top import top_section
from kickitout.evaluation.report import MARK, Report
from kickitout.evaluation.sets import KickSet


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
        return f"{as_html(kicks.name)}, {len(kicks):,} kicks of {kits:,} {'kit' if kits == 1 else 'kits'}"

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
            top_section,
            lambda report, sounds: figures_section(report),
            listen_section,
            extremes_section,
            pairs_section,
            map_section,
            lambda report, sounds: descriptors_section(report) + gate_section(report),
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
<h1>{as_html(name)} against {as_html(real)}</h1>
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
