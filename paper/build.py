"""`make paper`: every figure and the PDF from the results; `make paper-quick`: quick results of every experiment first.

    python -m paper.build              paper/figures, paper/kick-it-out.pdf, docs/research/paper.md and its pictures
    python -m paper.build --quick      the same below build/paper-quick, from experiments of seconds

The same results give the same bytes: figures have no dates, fonts are those that come with Typst, and the PDF has a
fixed time.
"""

import argparse
import re
import shutil
import sys
import time
from pathlib import Path

from kickitout.experiments.catalogue import EXPERIMENTS, run_experiment
from kickitout.system.files import make_folder, write_bytes, write_text
from paper import text as paper_text
from paper.typst import marked, quoted, to_typst

HERE = Path(__file__).parent
ROOT = HERE.parent
DOCS = ROOT / "docs"
PAGE = DOCS / "research" / "paper.md"
PICTURES = DOCS / "images" / "paper"

TITLE = "Kick It Out: why a convolutional network for images fails on kick drums, and what makes one work"
CREDIT = (
    "Kick It Out contributors, after the research draft of Abhay Shukla (continuation of UCLA COSMOS 2024 research)"
)
QUICK_NOTE = "QUICK RUN: THE NUMBERS OF THIS COPY MEAN NOTHING"
MOMENT = 0
"""Seconds since 1970 that the PDF claims to be of: it has to be some time, and is to be the same one."""


def draw_figures(folder: Path, source: paper_text.Source) -> None:
    """Every figure that its results allow, as SVG, anew; and the pictures that need none, as PNG."""
    from kickitout.figures import save_figure
    from kickitout.figures.experiments import FIGURES, draw
    from paper.pictures import PICTURES as OF_MODELS

    shutil.rmtree(folder, ignore_errors=True)
    make_folder(folder)
    for name, figure in FIGURES.items():
        if figure.experiment in source.results:
            save_figure(draw(name, source.results[figure.experiment].figures), folder / f"{name}.svg", "svg")
    for name, draw_picture in OF_MODELS.items():
        save_figure(draw_picture(), folder / f"{name}.png", "png")


def page_of(paper: paper_text.Paper) -> str:
    """The paper as a page of the documentation: the same text, with the numbers that the PDF gives its parts."""
    counts = {"section": 0, "figure": 0, "table": 0}

    def number(kind: str) -> int:
        counts[kind] += 1
        return counts[kind]

    def figure(match: re.Match[str]) -> str:
        caption = " ".join(match[1].split())
        words = f"Figure {number('figure')}"
        return f"![{words}](../images/paper/{match[2]})\n\n*{words}. {caption}*"

    body = paper_text.FIGURE.sub(figure, paper.body)
    body = re.sub(r"\{#table-[\w-]+\}\s+\*", lambda match: f"*Table {number('table')}. ", body)
    body = paper_text.ANCHOR.sub("", body)
    body = re.sub(r"^# ", lambda match: f"## {number('section')}. ", body, flags=re.MULTILINE)
    entries = "\n".join(f"{place}. {entry}" for place, entry in enumerate(paper.references, start=1))
    head = f"# The paper\n\n<!-- Written by paper/build.py from paper/sections. -->\n\n**{TITLE}.** {CREDIT}.\n"
    head += "\nIts [sounds](paper-sounds.md), with a listening test that anybody can take.\n"
    abstract = f"\n**Abstract.** {paper.abstract}\n" if paper.abstract else ""
    return f"{head}{abstract}\n{body.strip()}\n\n## References\n\n{entries}\n"


def typeset(folder: Path, paper: paper_text.Paper, note: str, versions: str) -> bytes:
    """The PDF, from `figures` in a folder; its Typst is left there to be looked at."""
    import typst

    data = {"credit": CREDIT, "version": versions, "abstract": " ".join(paper.abstract.split())}
    lines = [f'#let title = "{TITLE}"', f"#let note = {quoted(note)}"]
    lines += [f"#let {name} = [{marked(words)}]" for name, words in data.items()]
    write_text(folder / "data.typ", "\n".join(lines) + "\n")
    write_text(folder / "body.typ", to_typst(paper))
    shutil.copyfile(HERE / "template.typ", folder / "paper.typ")
    compiled = typst.compile(
        str(folder / "paper.typ"), root=str(folder), ignore_system_fonts=True, format="pdf", timestamp=MOMENT
    )
    assert isinstance(compiled, bytes)
    return compiled


def quick_results(folder: Path) -> None:
    """Quick results of every experiment."""
    for name in EXPERIMENTS:
        begun = time.monotonic()
        run_experiment(name, folder, quick=True)
        print(f"{name}: {time.monotonic() - begun:.0f} s", flush=True)


def build(*, quick: bool) -> Path:
    """Make everything; returns the PDF."""
    place = ROOT / "build" / ("paper-quick" if quick else "paper")
    results = place / "results" if quick else paper_text.RESULTS
    if quick:
        shutil.rmtree(place, ignore_errors=True)
        quick_results(results)
    source = paper_text.read_source(results, strict=not quick)
    figures = place / "figures" if quick else HERE / "figures"
    draw_figures(figures, source)
    if not quick:
        shutil.rmtree(place, ignore_errors=True)
        shutil.copytree(figures, make_folder(place) / "figures")
    paper = paper_text.write(source)
    first = next(iter(source.results.values()))
    versions = f"Kick It Out {first.versions['kickitout']}. Every number is from a file of results, by name."
    pdf = (place if quick else HERE) / "kick-it-out.pdf"
    write_bytes(pdf, typeset(place, paper, QUICK_NOTE if quick else "", versions))
    if not quick:
        shutil.rmtree(PICTURES, ignore_errors=True)
        make_folder(PICTURES)
        for name in paper.figures:
            shutil.copyfile(figures / name, PICTURES / name)
        write_text(PAGE, page_of(paper))
    return pdf


def main() -> None:
    """Build the paper."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="from quick results of every experiment")
    begun = time.monotonic()
    pdf = build(quick=parser.parse_args().quick)
    print(f"{pdf.relative_to(ROOT)}: {time.monotonic() - begun:.0f} s", file=sys.stderr)


if __name__ == "__main__":
    main()
