"""The engine's constants are those of Python, and nothing is typed in both languages."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from twins import write_constants

SOURCE = Path(__file__).parents[2] / "src/kickitout"
ENGINE = SOURCE / "web/static/engine"

SHORTEST_TEXT = 20
"""Characters: shorter texts are names of formats, of fields, of parts of an address."""

FIGURES = 4
"""Digits of a number that is nobody's by chance."""

MACHINE = {str(2**power - less) for power in (15, 16, 23, 31) for less in (0, 1)}
"""Numbers of the machine's own: 16, 24 and 32 bits."""

OWN = {"training", "evaluation", "cli"}
"""Rooms of Python of which the engine has no part."""


def engine_files() -> list[Path]:
    return [path for path in sorted(ENGINE.rglob("*.js")) if path != write_constants.TARGET]


def without_comments(path: Path) -> str:
    return re.sub(r"/\*.*?\*/|(?<![:\"'`])//[^\n]*", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)


@cache
def python_trees() -> list[ast.Module]:
    paths = [path for path in SOURCE.rglob("*.py") if path.relative_to(SOURCE).parts[0] not in OWN]
    return [ast.parse(path.read_text(encoding="utf-8")) for path in paths]


def python_names() -> set[str]:
    """The constants of all modules, a leading underscore left out."""
    found = set()
    for tree in python_trees():
        for node in tree.body:
            targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
            names = [one for target in targets if target is not None for one in ast.walk(target)]
            found |= {one.id.lstrip("_") for one in names if isinstance(one, ast.Name)}
    return {name for name in found if re.fullmatch(r"[A-Z][A-Z0-9_]*", name)}


@cache
def python_values() -> tuple[set[str], set[float]]:
    """All texts but docstrings, and all numbers."""
    texts, numbers = set(), set()
    for tree in python_trees():
        docs = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and id(node) not in docs:
                if isinstance(node.value, str):
                    texts.add(node.value)
                elif isinstance(node.value, int | float):
                    numbers.add(float(node.value))
    return texts, numbers


def test_the_file_is_what_python_has_now():
    assert write_constants.TARGET.read_text(encoding="utf-8") == write_constants.render(), (
        "python -m twins.write_constants brings the engine's constants up to date"
    )


def test_every_constant_is_used():
    texts = [
        path.read_text(encoding="utf-8") for path in SOURCE.glob("web/static/*/**/*.js") if "vendor" not in path.parts
    ]
    used = {word for text in texts if "export const kick = frozen" not in text for word in re.findall(r"\w+", text)}
    unused = {name for values in write_constants.constants().values() for name in values} - used
    assert not unused, "take them out of twins/write_constants.py"


def test_no_name_is_defined_in_both_languages():
    names, found = python_names(), []
    assert len(names) > 400
    for path in engine_files():
        for pattern, value in re.findall(
            r"\b(?:const|let|var) (\{[^}]*\}|\[[^\]]*\]|\w+) =\s*(\S*)", without_comments(path)
        ):
            if not value.startswith("constants."):
                found += [
                    f"{path.name}: {name}" for name in re.findall(r"\b[A-Z][A-Z0-9_]*\b", pattern) if name in names
                ]
    assert not found


def test_no_sentence_is_typed_in_both_languages():
    texts, _ = python_values()
    found = []
    for path in engine_files():
        for quoted, template in re.findall(r'"((?:[^"\\\n]|\\.)*)"|`((?:[^`\\]|\\.)*)`', without_comments(path)):
            parts = [part.strip() for part in re.split(r"\$\{[^}]*\}", quoted or template)]
            long = [part for part in parts if len(part) >= SHORTEST_TEXT]
            found += [f"{path.name}: {part}" for part in long if any(part in text for text in texts)]
    assert not found


def test_no_number_that_is_nobodys_by_chance_is_typed_in_both_languages():
    _, numbers = python_values()
    found = []
    for path in engine_files():
        for match in re.findall(r"(?<![\w.])\d[\d_]*(?:\.\d+)?(?:e-?\d+)?\b", without_comments(path)):
            text = match.replace("_", "")
            figures = text.partition("e")[0].replace(".", "").strip("0")
            if len(figures) >= FIGURES and text not in MACHINE and float(text) in numbers:
                found.append(f"{path.name}: {match}")
    assert not found


def test_every_engine_file_says_what_it_is():
    for path in engine_files():
        text = path.read_text(encoding="utf-8")
        assert text.startswith(("/**", "//")), path.name


def test_twins_that_are_named_exist():
    for path in engine_files():
        for name in re.findall(r"`(kickitout(?:\.\w+)+)`", path.read_text(encoding="utf-8")):
            place = SOURCE.parent / name.replace(".", "/")
            assert place.with_suffix(".py").is_file() or (place / "__init__.py").is_file(), f"{path.name}: {name}"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.1 + 0.2, "0.30000000000000004"),
        (-50.0, "-50"),
        (2**63 - 1, "9223372036854775807n"),
        (True, "true"),
        (None, "null"),
        ('a "b"', '"a \\"b\\""'),
        ((1.0, 2.5), "[1, 2.5]"),
        ({"a": (1,), "b c": None}, '{ a: [1], "b c": null }'),
        (range(8, 11), "[8, 10]"),
    ],
)
def test_values_are_written_as_javascript_reads_them(value, text):
    assert write_constants.written(write_constants.plain(value), "") == text


def test_what_has_no_form_in_javascript_is_an_error():
    with pytest.raises(TypeError, match="no form"):
        write_constants.plain(object())
    with pytest.raises(ValueError, match="no constant"):
        write_constants.number(float("nan"))
