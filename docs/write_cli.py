"""Write the second half of docs/cli.md from the verbs' own help: `python docs/write_cli.py`.

tests/integration/test_cli.py fails where the page and the verbs do not agree.
"""

import importlib
import inspect
import re
from pathlib import Path
from typing import Literal, get_args, get_origin

from kickitout.cli.app import VERBS, build_app

PAGE = Path(__file__).parent / "cli.md"
MARK = "<!-- From here on: written by docs/write_cli.py from the verbs' own help. -->\n"


def _choices(hint: object) -> list[str]:
    """The values of a Literal, also inside `Literal[...] | None`."""
    if get_origin(hint) is Literal:
        return [str(value) for value in get_args(hint)]
    return [value for part in get_args(hint) for value in _choices(part)]


def _row(argument: object) -> str:
    names = [f"`{name}`" for name in argument.names]
    if argument.index is not None and argument.names[0].startswith("--"):  # by its place, or by its name
        names.insert(0, f"`{argument.names[0][2:].upper()}`")
    text = " ".join((argument.parameter.help or "").split())
    choices = _choices(argument.hint)
    if choices:
        text += f" One of {', '.join(f'`{value}`' for value in choices)}."
    if argument.required:
        text += " Required."
    return f"| {', '.join(names)} | {text.strip()} |"


def section(name: str) -> str:
    """The part of the page about one verb."""
    path = next(path for verb, path, _ in VERBS if verb == name)
    module, function = path.split(":")
    words = inspect.getdoc(getattr(importlib.import_module(module), function)) or ""
    body = re.split(r"\nParameters\n---|\nArgs:\n", words, maxsplit=1)[0].strip()
    collection = build_app(name)[name].assemble_argument_collection(parse_docstring=True)
    rows = [_row(argument) for argument in collection if argument.names != ("*",)]
    return "\n".join([f"## kick {name}", "", body, "", "| option | meaning |", "|---|---|", *rows, ""])


def render(page: str) -> str:
    """The page with its second half written anew."""
    return page.split(MARK, 1)[0] + MARK + "\n" + "\n".join(section(name) for name, _, _ in VERBS)


if __name__ == "__main__":
    PAGE.write_text(render(PAGE.read_text(encoding="utf-8")), encoding="utf-8", newline="\n")
