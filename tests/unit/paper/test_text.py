"""The paper's text: no number of its own, nothing that leads nowhere, and a page that is up to date."""

import json
import re

import pytest
from markdown_it import MarkdownIt

from kickitout.experiments.catalogue import EXPERIMENTS
from kickitout.experiments.results import Result, versions
from kickitout.figures.experiments import FIGURES
from paper import build, text
from paper.pictures import PICTURES
from paper.tables import COLUMNS, NAMES, TABLES
from paper.typst import UnknownMarkdownError, escaped, to_typst


def source_of(figures, *, strict=True):
    result = Result("trial", False, {}, {}, "", versions(), 0.0, "", {"kicks": 7}, "", figures)
    return text.Source({"trial": result}, {"draft": {"kicks": 7856}}, strict)


@pytest.mark.parametrize("name", text.sections())
def test_every_number_of_the_text_is_from_a_result(name):
    assert list(text.numbers_of_its_own(text.sections()[name])) == []


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("It loses 3 dB.", ["3"]),
        ("about 12.5% of them", ["12.5%"]),
        ("from 30 to 40", ["30", "40"]),
        ("window `512`", ["512"]),
        ("R3GAN, 1-D, in 2024 [@a1], {trial.b.c:.1f} and {draft.kicks:,}; Section [#s2]", []),
        ("![A figure of 5 kicks.](file-2.svg){#fig-2}", ["5"]),
        ("2500 kicks", ["2500"]),
        ("{if:a-1.b}x{else}y{end} 4", ["4"]),
    ],
)
def test_numbers_of_its_own_are_found(words, found):
    assert list(text.numbers_of_its_own(words)) == found


def test_a_figure_with_an_interval_is_shown_with_it():
    source = source_of(
        {"a": {"value": 12.3, "low": 10.0, "high": -14.0}, "b": {"median": 5.0, "low": None, "high": 6.0}}
    )
    assert text.fill("{trial.a:.0f}, {trial.b:.1f}", source) == "12 [10, \N{MINUS SIGN}14], 5.0"
    with pytest.raises(text.TextError, match=r"trial\.c"):
        text.fill("{trial.c}", source_of({"c": {"value": None, "low": None, "high": None}}))


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("a{if:trial} b{end} c", "a b c"),
        ("a{if:other} b{end} c", "a c"),
        ("{if:other}b{else}c{end}", "c"),
        ("{if:trial.a}b{else}c{end}", "b"),
        ("{if:trial.z}b{else}c{end}", "c"),
        ("{if:trial}a{if:other}b{else}c{end}d{end}", "acd"),
        ("{if:other}a{if:trial}b{else}c{end}d{end}e", "e"),
        ("{if:trial.counts.kicks}b{end}", "b"),
    ],
)
def test_what_has_no_result_is_left_out(words, found):
    assert text.where_there_is(words, source_of({"a": 1.0})) == found


@pytest.mark.parametrize("words", ["{if:trial}a", "a{end}", "a{else}b"])
def test_a_part_that_does_not_end_is_an_error(words):
    with pytest.raises(text.TextError, match="do not belong together"):
        text.where_there_is(words, source_of({}))


def test_no_paper_is_made_with_an_open_sentence():
    words = "It {open:does it?} does."
    with pytest.raises(text.TextError, match=r"still to be written: does it\?"):
        text.still_open(words, source_of({}))
    assert text.still_open(words, source_of({}, strict=False)) == "It **[OPEN: does it?]** does."


def test_numbers_are_filled_in_by_name():
    source = source_of({"a": {"median": -1.26}, "none": None})
    filled = text.fill("{trial.a.median:.1f} of {trial.counts.kicks}, {draft.kicks:,}, {sound.n_bins}", source)
    assert filled == "\N{MINUS SIGN}1.3 of 7, 7,856, 257"


@pytest.mark.parametrize("name", ["trial.b", "trial.a.mean", "nobody.a", "trial.none"])
def test_a_number_that_nothing_has_is_an_error_but_in_quick_results(name):
    with pytest.raises(text.TextError, match=name.split(".")[0]):
        text.fill(f"{{{name}}}", source_of({"a": {"median": 1.0}, "none": None}))
    if not name.startswith("nobody"):
        assert text.fill(f"{{{name}:.1f}}", source_of({"none": None}, strict=False)) == "–"


def test_the_committed_results_are_of_full_size_and_of_real_kicks():
    source = text.read_source()
    assert source.results
    for name, result in source.results.items():
        assert name == result.experiment
        assert name in EXPERIMENTS
        assert not result.quick
        assert result.library.get("name") != "built-in"


def test_the_results_name_no_place_of_a_machine():
    for path in text.RESULTS.glob("*.json"):
        assert not re.search(r"/(home|work|root|tmp|Users)/", path.read_text(encoding="utf-8"))
        assert path.stat().st_size < 100_000


def test_the_whole_text_is_filled_in_and_numbered():
    paper = text.write(text.read_source())
    assert not re.search(r"\{[a-z#][^}]*\}", text.ANCHOR.sub("", paper.body))
    assert not re.search(r"\[[@#]", paper.body)
    drawn = {f"{name}.svg" for name in FIGURES} | {f"{name}.png" for name in PICTURES}
    assert set(paper.figures) <= drawn
    assert paper.abstract
    assert len(set(paper.references)) == len(paper.references)


def test_the_page_of_the_site_is_up_to_date():
    expected = build.page_of(text.write(text.read_source()))
    assert build.PAGE.read_text(encoding="utf-8") == expected, "run make paper"
    assert {path.name for path in build.PICTURES.iterdir()} == set(text.write(text.read_source()).figures)


def test_the_page_numbers_its_parts_as_the_text_names_them():
    body = "# One {#one}\n\n{#table-t}\n\n*Words.*\n\n| a |\n|---|\n\n![A *b*.](f.svg){#fig-f}\n\n# Two {#two}\n"
    page = build.page_of(text.Paper(body, ("Somebody.",), ("f.svg",)))
    assert "## 1. One\n\n*Table 1. Words.*\n\n| a |" in page
    assert "![Figure 1](../images/paper/f.svg)\n\n*Figure 1. A *b*.*" in page
    assert "## 2. Two" in page
    assert page.endswith("## References\n\n1. Somebody.\n")


def test_every_reference_is_cited():
    import tomllib

    entries = tomllib.loads(text.REFERENCES.read_text(encoding="utf-8"))
    assert set(entries) == set(text.CITED.findall("\n".join(text.sections().values())))


MARKDOWN = """# One {#one}

Plain, *leaning*, **strong**, `code_1`, [a link](https://example.org/a_b), 5 $ and @b #c.

- first
- second

*A caption.*

| a | b |
|---|---|
| 1 | x_y |

![A *figure*.](f.svg){#fig-f}
"""


PARAGRAPH = ["paragraph_open", "inline", "paragraph_close"]


def test_markdown_becomes_typst():
    written = to_typst(text.Paper(MARKDOWN, ("Somebody. Something. 2020.",), ("f.svg",)))
    assert written.startswith("= One\n\n")
    assert '#emph[leaning], #strong[strong], #raw("code_1"), #link("https://example.org/a_b")[a link], 5 \\$' in written
    assert "- first\n- second" in written
    assert "table.header([*a*], [*b*]),\n  [1], [x\\_y],\n" in written
    assert "caption: [A caption.]" in written
    assert 'image("figures/f.svg", width: 100%)' in written
    assert written.endswith("+ Somebody. Something. 2020.\n")


def test_brackets_after_emphasis_are_no_arguments_and_items_stay_whole():
    written = to_typst(text.Paper("*d*(a, b) at 5 dB\n\n- one\n  line\n- two\n", (), ()))
    assert "#emph[d];(a, b) at 5\N{NO-BREAK SPACE}dB" in written
    assert "- one line\n- two" in written


@pytest.mark.parametrize("number", ["1", "92"])
def test_a_number_that_ends_a_sentence_first_in_its_line_begins_no_list(number, monkeypatch):
    sections = {text.ABSTRACT: "", "10": "It ends at\n{trial.a}. So it ends.\n"}
    monkeypatch.setattr(text, "sections", lambda: sections)
    body = text.write(source_of({"a": int(number)})).body
    assert [token.type for token in MarkdownIt("commonmark").parse(body)] == PARAGRAPH
    assert f"It ends at {number}. So it ends." in to_typst(text.Paper(body, (), ()))


def a_grid(name):
    """Figures of a grid with two of an experiment's variants, the second without one of the measures."""
    cells = list(NAMES.get(name, {"a": "", "b_c": ""}))[:2]
    measured = {one: {"value": 12.34, "low": 10.0, "high": None} for one in COLUMNS}
    measured["recall_percent"] = {"value": 50.0, "low": 40.0, "high": 60.0}
    second = {one: value for one, value in measured.items() if one != "spread_ratio"}
    return {
        "cells": cells,
        cells[0]: {"minutes": 5.0, **measured},
        cells[1]: {"minutes": 6.0, **second},
        "real": {"precision_percent": {"value": 80.0, "low": None, "high": None}},
    }


@pytest.mark.parametrize("name", ["baselines", "collapse", "regulariser", "ablation", "data-size"])
def test_tables_of_grids_have_a_row_a_variant_and_real_kicks_below(name):
    result = Result(name, False, {"real": 9}, {}, "", versions(), 0.0, "", {"seeds": 1}, "Shorter.", a_grid(name))
    lines = TABLES[name]({name: result}).split("\n")
    assert lines[0].endswith(f"{{{name}.shorter}}*")
    assert len({line.count("|") for line in lines[2:]}) == 1
    assert "| 50 [40, 60] |" in lines[4]
    assert "| 12 |" in lines[4] or "| 12.3" in lines[4]
    assert lines[-1].startswith("| real kicks | ")
    assert len(lines) == 7


def test_what_needs_no_network_stands_above_real_kicks():
    beside = {"average_dcgan": {"frechet": {"value": 199.0, "low": None, "high": None}}}
    grid = {**a_grid("baselines"), "beside": beside}
    result = Result("baselines", False, {"real": 9}, {}, "", versions(), 0.0, "", {"seeds": 1}, "", grid)
    lines = TABLES["baselines"]({"baselines": result}).split("\n")
    assert lines[-2].startswith("| average, the draft's image | 199 | \N{EN DASH} |")
    assert lines[-1].startswith("| real kicks | ")


def test_early_looks_are_of_variants_that_more_seeds_reached_then():
    grid = a_grid("collapse")
    early = {"frechet": {"value": 710.0, "low": 590.0, "high": 830.0, "seeds": 10}}
    result = Result(
        "collapse", False, {"real": 9}, {}, "", versions(), 0.0, "", {}, "", {**grid, "draft": {"early": early}}
    )
    lines = TABLES["collapse-early"]({"collapse": result}).split("\n")
    assert len(lines) == 5
    assert lines[-1].startswith("| draft | 10 | 710 [590, 830] |")


def test_what_the_writer_does_not_know_is_an_error():
    with pytest.raises(UnknownMarkdownError, match="blockquote_open"):
        to_typst(text.Paper("> said\n", (), ()))


def test_special_characters_are_no_commands():
    assert escaped("a*b_c#d$e@f/g") == "a\\*b\\_c\\#d\\$e\\@f\\/g"


def test_the_pdf_is_the_same_bytes_twice(tmp_path):
    pytest.importorskip("typst", reason="the extra [paper] is not installed")
    paper = text.Paper("# One {#one}\n\nSome text.\n", ("Somebody.",), ())
    first, second = (build.typeset(tmp_path, paper, "a note", "a version") for _ in range(2))
    assert first == second
    assert first.startswith(b"%PDF")


def refuse(name):
    raise AssertionError(f"{name} is no JSON")


@pytest.mark.parametrize("path", sorted(text.RESULTS.glob("*.json")), ids=lambda path: path.stem)
def test_results_are_json_that_others_read(path):
    assert json.loads(path.read_text(encoding="utf-8"), parse_constant=refuse)["figures"]
