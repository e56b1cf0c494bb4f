"""The paper's Markdown as Typst: the small part of Markdown that the text uses, by markdown-it's own reading of it."""

import re
from collections.abc import Sequence

from markdown_it import MarkdownIt
from markdown_it.token import Token

from paper.text import ANCHOR, FIGURE, Paper

SPECIAL = re.compile(r"([\\*_`$#@<>\[\]~/-])")
"""Characters that mean something to Typst."""

WIDE_COLUMNS = 5
"""A table with more columns goes over both columns of the page; so do all figures."""

UNIT = re.compile(r"(?<=[\d\]]) (?=(?:%|dB|Hz|kHz|ms)(?:\W|$))")
"""The space between a number and its unit."""

NARROW = {"defining-characteristics.png": "62%", "amplitude-and-loudness.png": "72%"}
"""Figures that need less than the width of the page."""

WIDE = 'placement: top, scope: "parent", '


class UnknownMarkdownError(Exception):
    """A part of Markdown that the text does not use so far."""


def escaped(text: str) -> str:
    """Text as Typst prints it; a number and its unit are not parted."""
    return SPECIAL.sub(r"\\\1", UNIT.sub("\N{NO-BREAK SPACE}", text))


def to_typst(paper: Paper) -> str:
    """The body of the paper in Typst, with its references."""
    parser = MarkdownIt("commonmark").enable("table")
    body = ANCHOR.sub("", FIGURE.sub(lambda match: f"![{match[1]}]({match[2]})", paper.body))
    blocks = _Blocks(parser.parse(body)).written()
    entries = "\n".join(f"+ {escaped(entry)}" for entry in paper.references)
    return f'{blocks}\n\n#heading(numbering: none)[References]\n\n#set enum(numbering: "[1]")\n\n{entries}\n'


def marked(text: str) -> str:
    """A single paragraph of Markdown in Typst."""
    return inline(MarkdownIt("commonmark").parseInline(text)[0].children or [])


class _Blocks:
    """Writes the blocks of a text, one after the other."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        self._tokens = tokens
        self._at = 0
        self._caption = ""

    def written(self) -> str:
        parts = []
        while self._at < len(self._tokens):
            parts.append(self._block())
        return "\n\n".join(part for part in parts if part)

    def _next(self) -> Token:
        token = self._tokens[self._at]
        self._at += 1
        return token

    def _block(self) -> str:
        token = self._next()
        if token.type == "heading_open":
            return "=" * int(token.tag[1:]) + " " + self._inline_until("heading_close")
        if token.type == "paragraph_open":
            return self._paragraph()
        if token.type == "bullet_list_open":
            return self._list("- ", "bullet_list_close")
        if token.type == "ordered_list_open":
            return self._list("+ ", "ordered_list_close")
        if token.type == "table_open":
            return self._table()
        if token.type == "fence":
            return f"#raw(block: true, {quoted(token.content)})"
        raise UnknownMarkdownError(f"{token.type}: not used in the paper so far; teach paper/typst.py to write it")

    def _inline_until(self, end: str) -> str:
        text = inline(self._next().children or [])
        assert self._next().type == end
        return text

    def _paragraph(self) -> str:
        children = self._next().children or []
        self._at += 1  # the paragraph's end
        if len(children) == 1 and children[0].type == "image":
            return _figure(children[0])
        if children[0].type == "em_open" and children[-1].type == "em_close" and self._before_table():
            self._caption = inline(children[1:-1])
            return ""
        return inline(children)

    def _before_table(self) -> bool:
        return self._at < len(self._tokens) and self._tokens[self._at].type == "table_open"

    def _list(self, mark: str, end: str) -> str:
        items = []
        while self._tokens[self._at].type != end:
            assert self._next().type == "list_item_open"
            parts = []
            while self._tokens[self._at].type != "list_item_close":
                parts.append(self._block())
            self._at += 1
            items.append(mark + "\n\n".join(parts).replace("\n", "\n  "))  # what is not indented is outside
        self._at += 1
        return "\n".join(items)

    def _table(self) -> str:
        cells: list[str] = []
        columns = 0
        while (token := self._next()).type != "table_close":
            if token.type in ("th_open", "td_open"):
                text = inline(self._next().children or [])
                columns += token.type == "th_open"
                cells.append(f"[*{text}*]" if token.type == "th_open" else f"[{text}]")
        rows = [", ".join(cells[first : first + columns]) for first in range(0, len(cells), columns)]
        head, rest = rows[0], ",\n  ".join(rows[1:])
        wide = WIDE if columns > WIDE_COLUMNS else ""
        caption, self._caption = self._caption, ""
        return f"#figure({wide}caption: [{caption}], table(columns: {columns},\n  table.header({head}),\n  {rest},\n))"


def _figure(image: Token) -> str:
    caption = inline(image.children or [])
    name = str(image.attrGet("src"))
    file, width = quoted(f"figures/{name}"), NARROW.get(name, "100%")
    return f"#figure({WIDE}caption: [{caption}], image({file}, width: {width}))"


def quoted(text: str) -> str:
    """Text as a string of Typst."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def inline(tokens: Sequence[Token]) -> str:
    """What stands within a line."""
    written = []
    for token in tokens:
        if token.type == "text":
            called = token.content.startswith("(") and written and written[-1].endswith(("]", ")"))
            written.append((";" if called else "") + escaped(token.content))  # else the bracket holds arguments
        elif token.type == "softbreak":
            written.append(" ")  # a line that begins with a number and a full stop would be an item of a list
        elif token.type == "code_inline":
            written.append(f"#raw({quoted(token.content)})")
        elif token.type in MARKS:
            written.append(MARKS[token.type])
        elif token.type == "link_open":
            written.append(f"#link({quoted(str(token.attrGet('href')))})[")
        else:
            raise UnknownMarkdownError(f"{token.type}: not used in the paper so far; teach paper/typst.py to write it")
    return "".join(written)


MARKS = {"strong_open": "#strong[", "strong_close": "]", "em_open": "#emph[", "em_close": "]", "link_close": "]"}
