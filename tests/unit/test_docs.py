"""The documentation: links lead somewhere, commands are ones that exist, and what is generated is up to date."""

import re
import shlex
from importlib.metadata import version
from pathlib import Path

import pytest

import kickitout
from docs import check_site, draw_guide, draw_house
from kickitout.cli.app import VERBS, build_app

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = sorted([*DOCS.rglob("*.md"), *ROOT.glob("*.md"), ROOT / "data" / "README.md"])
FENCE = re.compile(r"^( *)(`{3,}|~{3,})([^\n]*)\n(.*?)^ *\2 *$", re.DOTALL | re.MULTILINE)
LINK = re.compile(r"\]\(\s*<?([^)\s>]+)>?(?:\s+\"[^\"]*\")?\s*\)")
CODE = re.compile(r"`[^`\n]*`")


def name_of(page):
    return page.relative_to(ROOT).as_posix()


def prose(page):
    """A page without its code."""
    return CODE.sub("", FENCE.sub("", page.read_text(encoding="utf-8")))


def anchors(page):
    """The anchors of a page's headings, as GitHub and MyST name them."""
    found = {}
    text = FENCE.sub("", page.read_text(encoding="utf-8"))
    for heading in re.findall(r"^#{1,6} +(.+?) *#*$", text, re.MULTILINE):
        plain = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", heading).lower()
        slug = re.sub(r"[^\w\- ]", "", plain).replace(" ", "-")
        found[slug] = found.get(slug, -1) + 1
    return {slug if not number else f"{slug}-{number}" for slug, last in found.items() for number in range(last + 1)}


# --- links


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_links_lead_somewhere(page):
    broken = []
    for link in LINK.findall(prose(page)):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = link.partition("#")
        target = page if not path else page.parent / path
        if not target.exists() or (anchor and target.suffix == ".md" and anchor not in anchors(target)):
            broken.append(link)
    assert not broken


def test_anchors_are_those_of_github(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("# A (b), `c`?\n\n```\n# no heading\n```\n\n## A\n\n## A\n\n## [d](e.md) f\n", encoding="utf-8")
    assert anchors(page) == {"a-b-c", "a", "a-1", "d-f"}


# --- commands


def commands(page):
    """The `kick` commands in a page's blocks of code, as words."""
    for _, _, language, block in FENCE.findall(page.read_text(encoding="utf-8")):
        if language.strip() not in ("", "sh", "console"):
            continue
        for line in re.sub(r"\\\n", " ", block).splitlines():
            words = line.strip().removeprefix("$ ")
            if words.startswith("kick "):
                yield shlex.split(words, comments=True)[1:]


@pytest.fixture(scope="module")
def spellings():
    """Every spelling of every option, by verb."""
    return {
        name: {
            spelling
            for argument in build_app(name)[name].assemble_argument_collection(parse_docstring=True)
            for spelling in argument.names
        }
        for name, _, _ in VERBS
    }


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_commands_and_their_options_exist(page, spellings):
    for words in commands(page):
        verb = words[0]
        assert verb in spellings or verb.startswith("-"), words
        options = {word.split("=")[0] for word in words[1:] if re.match(r"--?[a-z]", word)}
        assert options <= spellings.get(verb, set()) | {"--help"}, words


def test_every_verb_is_in_a_guide(spellings):
    guides = [DOCS / "quick-start.md", DOCS / "faq.md", DOCS / "page.md", *(DOCS / "guide").glob("*.md")]
    text = "\n".join(page.read_text(encoding="utf-8") for page in guides)
    assert not [name for name in spellings if f"kick {name}" not in text]


def test_every_public_name_is_on_the_api_page():
    page = (DOCS / "api.md").read_text(encoding="utf-8")
    assert not [name for name in kickitout.__all__ if f"kickitout.{name}" not in page]


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_modules_and_names_exist(page):
    """`kickitout.a.b` is a module, or a name that the module `kickitout.a` defines; nothing is imported for it."""
    unknown = []
    for path in set(re.findall(r"\bkickitout((?:\.[a-z_]\w*)+)", page.read_text(encoding="utf-8"), re.IGNORECASE)):
        *rooms, name = path.removeprefix(".").split(".")
        place = draw_house.PACKAGE.joinpath(*rooms)
        homes = [file for file in (place / "__init__.py", place.with_suffix(".py")) if file.is_file()]
        text = "".join(home.read_text(encoding="utf-8") for home in homes)
        is_module = (place / name).is_dir() or (place / f"{name}.py").is_file()
        if not is_module and not re.search(rf"\b{name}\b", text):
            unknown.append(f"kickitout{path}")
    assert not unknown


# --- the map of the rooms


@pytest.mark.parametrize("name", ["house.svg", "imports.svg", "way.svg"])
def test_pictures_of_the_code_are_up_to_date(name):
    drawn = (DOCS / "images" / name).read_text(encoding="utf-8")
    assert draw_house.pictures()[name] == drawn, "python docs/draw_house.py brings it up to date"


def test_the_table_of_rooms_is_up_to_date():
    page = draw_house.PAGE.read_text(encoding="utf-8")
    assert draw_house.render_page(page) == page, "python docs/draw_house.py brings it up to date"


def test_the_map_has_every_room_and_every_room_a_purpose():
    rooms = {path.name.removesuffix(".py") for path in draw_house.PACKAGE.iterdir() if not path.name.startswith("_")}
    assert {room for storey in draw_house.storeys() for room in storey} == rooms - {"py.typed"}
    assert all(draw_house.purpose(room) for room in rooms - {"py.typed"})


def test_arrows_on_the_map_say_all_that_the_imports_say():
    arrows = draw_house.imports()
    drawn = draw_house.needed(arrows)
    order = list(arrows)
    assert all(order.index(room) < order.index(other) for room, others in arrows.items() for other in others)
    reached = {}
    for room in reversed(order):  # the lowest first
        below = [other for start, other in drawn if start == room]
        reached[room] = {far for other in below for far in (other, *reached[other])}
    assert all(set(others) <= reached[room] for room, others in arrows.items())


def test_the_way_of_a_kick_leads_through_files_that_exist():
    assert not [file for step in draw_house.WAY for file in step.code if not (draw_house.PACKAGE / file).exists()]


def test_files_that_the_architecture_page_names_exist():
    """Paths below the package, as the page says; below a room, as its table says; or below the repository."""
    named = re.findall(r"`([\w./-]+(?:\.py|\.js|\.md|/))`", draw_house.PAGE.read_text(encoding="utf-8"))
    assert len(named) > 60
    rooms = [path for path in draw_house.PACKAGE.iterdir() if path.is_dir()]
    places = [draw_house.PACKAGE, ROOT, *rooms]
    assert not [path for path in named if not any((place / path).exists() for place in places)]


def test_functions_that_the_architecture_page_names_exist():
    rows = re.findall(r"`([\w/]+\.py)` \(`(\w+)`\)", draw_house.PAGE.read_text(encoding="utf-8"))
    assert rows
    for file, name in rows:
        assert f"def {name}(" in (draw_house.PACKAGE / file).read_text(encoding="utf-8")


# --- the guide


def test_the_table_of_controls_is_up_to_date():
    page = draw_guide.PAGE.read_text(encoding="utf-8")
    card = kickitout.load().bundle.card
    assert draw_guide.render_page(page, card) == page, "python docs/draw_guide.py brings it up to date"


# --- the check of the built site


@pytest.fixture
def site(tmp_path):
    """A site of two pages without a fault."""
    (tmp_path / "_static").mkdir()
    (tmp_path / "_static" / "site.css").write_text("body { color: black; }", encoding="utf-8")
    (tmp_path / "other.html").write_text('<a href="index.html#top">up</a>', encoding="utf-8")
    (tmp_path / "index.html").write_text(
        '<link rel="stylesheet" href="_static/site.css"><h1 id="top">Kicks</h1><a href="other.html">on</a>'
        '<a href="https://example.org/">elsewhere</a><a href="mailto:a@example.org">write</a>'
        '<img src="data:image/png;base64,AA==">',
        encoding="utf-8",
    )
    return tmp_path


def test_a_site_without_a_fault_passes(site):
    assert check_site.faults(site) == []


@pytest.mark.parametrize(
    ("html", "fault"),
    [
        ('<script src="https://cdn.example.org/a.js"></script>', "loads https://cdn.example.org/a.js"),
        ('<script src="//cdn.example.org/a.js"></script>', "loads //cdn.example.org/a.js"),
        ('<link rel="stylesheet" href="https://fonts.example.org/x.css">', "loads https://fonts.example.org/x.css"),
        ('<img src="http://example.org/p.png">', "loads http://example.org/p.png"),
        ('<p style="background: url(https://example.org/p.png)">', "loads https://example.org/p.png"),
        ("<style>@import 'https://example.org/x.css';</style>", "loads https://example.org/x.css"),
        ('<a href="gone.html">x</a>', "gone.html leads nowhere"),
        ('<a href="index.html#gone">x</a>', "index.html#gone leads nowhere"),
        ('<img src="gone.png">', "gone.png leads nowhere"),
    ],
)
def test_a_fault_of_a_page_is_found(site, html, fault):
    (site / "bad.html").write_text(html, encoding="utf-8")
    (found,) = check_site.faults(site)
    assert found.startswith("bad.html: ")
    assert fault in found


def test_a_fault_of_a_style_is_found(site):
    (site / "_static" / "site.css").write_text("@import url(https://fonts.example.org/x.css);", encoding="utf-8")
    (found,) = check_site.faults(site)
    assert "loads https://fonts.example.org/x.css from another host" in found


# --- what others read


def test_the_citation_names_this_version():
    text = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert re.search(r"^version: (.+)$", text, re.MULTILINE).group(1) == version("kickitout")
