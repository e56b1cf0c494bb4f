"""Names and words as HTML."""

import json
from html import escape
from pathlib import PurePath

from kickitout.evaluation import report as reports


def as_html(text: str) -> str:
    """Text from outside as HTML: escaped, freed of control characters, its direction kept to itself."""
    return f"<bdi>{escape(reports.clean(text))}</bdi>"


def as_attribute(text: str) -> str:
    """Text from outside as the value of an attribute in double quotes."""
    return escape(reports.clean(text))


def short_name(file: str) -> str:
    """A kick's name for people: its file name without folders and suffix."""
    return PurePath(file.replace("\\", "/")).stem or file


def set_name(name: str) -> str:
    """A set's name for people: the last two parts of a path."""
    return "/".join(part for part in name.replace("\\", "/").split("/") if part not in ("", "."))[-80:] or name


def capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def as_json(data: object) -> str:
    """JSON inside a script element: nothing in it can end the element."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")
