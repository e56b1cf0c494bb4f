"""The paper's text: no number of its own, nothing that leads nowhere, and a page that is up to date."""

import json
import re

import pytest

from kickitout.experiments.catalogue import EXPERIMENTS
from kickitout.experiments.results import Result, versions
from kickitout.figures.experiments import FIGURES
from paper import build, text
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
    ],
)
def test_numbers_of_its_own_are_found(words, found):
    assert list(text.numbers_of_its_own(words)) == found


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
    assert {name.removesuffix(".svg") for name in paper.figures} <= FIGURES.keys()
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


def test_markdown_becomes_typst():
    written = to_typst(text.Paper(MARKDOWN, ("Somebody. Something. 2020.",), ("f.svg",)))
    assert written.startswith("= One\n\n")
    assert '#emph[leaning], #strong[strong], #raw("code_1"), #link("https://example.org/a_b")[a link], 5 \\$' in written
    assert "- first\n- second" in written
    assert "table.header([*a*], [*b*]),\n  [1], [x\\_y],\n" in written
    assert "caption: [A caption.]" in written
    assert 'image("figures/f.svg", width: 100%)' in written
    assert written.endswith("+ Somebody. Something. 2020.\n")


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
