"""The tree of errors, what each does to the exit code, and how each interface words the same error."""

import ast
import inspect
import pickle
import re
from pathlib import Path

import pytest

from kickitout import errors
from kickitout.errors import AudioFileError, InputError, python_name, shown

CLASSES = {
    name: value for name, value in vars(errors).items() if inspect.isclass(value) and issubclass(value, Exception)
}
ARGUMENTS = {
    InputError: ("seed", -1, "out of range"),
    AudioFileError: (Path("x.wav"), "silent"),
    errors.MissingExtraError: ("kick train", "train"),
}
SOURCES = sorted((Path(errors.__file__).parent).rglob("*.py"))


def make(value):
    arguments = ARGUMENTS.get(value, ("x.wav is silent",))
    return value(*arguments, **({"reason": "silent"} if value is AudioFileError else {}))


def test_the_drawn_tree_is_the_real_one():
    drawn = dict(re.findall(r"(\w+Error)\s+exit code (\d)", errors.__doc__))
    assert {name: str(value.exit_code) for name, value in CLASSES.items()} == drawn


def test_every_error_is_one_of_ours():
    assert all(issubclass(value, errors.KickItOutError) for value in CLASSES.values())
    assert issubclass(errors.AudioFileError, errors.InputError)


@pytest.mark.parametrize("value", CLASSES.values(), ids=CLASSES)
def test_every_error_says_its_message(value):
    error = make(value)
    assert str(ARGUMENTS.get(value, ("x.wav is silent",))[0]) in str(error)
    assert "\n" not in str(error)


@pytest.mark.parametrize("value", CLASSES.values(), ids=CLASSES)
def test_every_error_comes_whole_out_of_another_process(value):
    error = make(value)
    copy = pickle.loads(pickle.dumps(error))
    assert type(copy) is value
    assert str(copy) == str(error)
    assert vars(copy) == vars(error)


def test_reasons_and_install_lines_travel_along():
    assert errors.AudioFileError("x", "silent", reason="silent").reason == "silent"
    error = errors.MissingExtraError("kick train", "train")
    assert error.extra == "train"
    assert "pip install 'kickitout[train]'" in str(error)


def test_wrong_input_names_the_thing_the_value_and_the_remedy():
    error = InputError("seed", -1, "out of range; give 0 to {most:,}", most=1000)
    assert str(error) == "seed -1: out of range; give 0 to 1,000"
    assert (error.what, error.value, error.problem()) == ("seed", -1, "out of range; give 0 to 1,000")
    assert str(InputError("seeds", None, "give either {seeds} or {n}, not both")) == (
        "seeds: give either seeds or n, not both"
    )


def test_each_interface_words_the_things_in_a_remedy():
    error = InputError("seed", 5, "try another {seed}, {n:2}, or {gate:off}")
    assert str(error) == "seed 5: try another seed, n=2, or gate=False"
    words = error.sentence(lambda thing, value: f"<{thing}{value and ' ' + value}>")
    assert words == "<seed> 5: try another <seed>, <n 2>, or <gate off>"


def test_an_error_in_a_remedy_is_worded_by_the_same_interface():
    inner = InputError("note", "H", "not a note; give {note:F}")
    outer = InputError("notes", ["C", "H"], "{error}", error=inner)
    assert str(outer) == "notes C, H: note H: not a note; give note=F"
    assert outer.sentence(lambda thing, value: thing.upper()) == "NOTES C, H: NOTE H: not a note; give NOTE"


@pytest.mark.parametrize("text", ["{seed}", "{0}", "{", "}", "{x!r:>9}", "--x"])
def test_what_was_given_is_never_taken_for_a_template(text):
    assert str(InputError("name", Path(text), "not {given}", given=text)) == f"name {text}: not {text}"


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0.1 + 0.2, "0.3"),
        (7, "7"),
        ("wav", "wav"),
        ("", "''"),
        ("a b", "'a b'"),
        ("a\nb", r"'a\nb'"),
        ("x" * 999, "x" * 197 + "..."),
        (Path("my kick.wav"), "my kick.wav"),
        ([1, "a b"], "1, 'a b'"),
        ([], "none"),
    ],
)
def test_values_are_shown_so_that_their_ends_can_be_seen(value, words):
    assert shown(value) == words


def test_python_names_parameters():
    assert [python_name("gate", "on"), python_name("gate", "off"), python_name("bits", "24")] == [
        "gate=True",
        "gate=False",
        "bits=24",
    ]


def calls_of_errors(path):
    """A module, and the places in it where errors are made."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return tree, [call for call in calls if str(getattr(call.func, "id", "")).endswith("Error")]


def texts(node):
    return [part.value for part in ast.walk(node) if isinstance(part, ast.Constant) and isinstance(part.value, str)]


def templates(call):
    """The names that an error's arguments are, or are made of: `remedy`, `A + B`, `A.format(...)`."""
    for argument in call.args:
        if isinstance(argument, ast.Call):
            argument = argument.func
        if isinstance(argument, (ast.Name, ast.BinOp, ast.Attribute)):
            yield from (part.id for part in ast.walk(argument) if isinstance(part, ast.Name))


def messages():
    """Every text that an error outside the command line is made of, with the module it stands in."""
    parsed = {path: calls_of_errors(path) for path in SOURCES if "cli" not in path.parts}
    used = {path: {name for call in calls for name in templates(call)} for path, (_, calls) in parsed.items()}
    everywhere = {name for names in used.values() for name in names if name.isupper()}
    for path, (tree, calls) in parsed.items():
        yield from ((path.name, text) for call in calls for text in texts(call))
        for node in ast.walk(tree):
            targets = {getattr(target, "id", "") for target in node.targets} if isinstance(node, ast.Assign) else set()
            if targets & (used[path] | everywhere):
                yield from ((path.name, text) for text in texts(node.value))


def test_only_the_command_line_knows_its_dashes():
    found = list(messages())
    assert len(found) > 300
    assert not [one for one in found if re.search(r"(^|[\s(])--?[a-z]", one[1])]


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_wrong_input_always_has_its_three_parts(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "InputError":
            assert len(node.args) == 3, f"{path.name}:{node.lineno}"
            assert not isinstance(node.args[2], ast.JoinedStr), f"{path.name}:{node.lineno}: facts go by name"


@pytest.mark.parametrize("kind", [errors.DamagedFileError, errors.VersionError, errors.OutputError])
def test_no_message_moves_a_cursor_or_fills_a_screen(kind):
    evil = "\x1b[2J\u202e" + "x" * 5000
    for error in (kind(f"{evil} is damaged"), InputError("file", evil, "{why}", why=evil)):
        assert "\x1b" not in str(error)
        assert "\u202e" not in str(error)
        assert len(str(error)) < 1100
