"""The command line as a whole: its verbs, their help, their documentation, and how it fails."""

import importlib
import importlib.util
import inspect
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from kickitout.cli import app
from kickitout.cli.app import VERBS, build_app, run
from kickitout.cli.output import Output
from kickitout.errors import DamagedFileError, InputError

NAMES = [name for name, _, _ in VERBS]
REFERENCE = Path(__file__).parents[2] / "docs" / "cli.md"


def function_of(name):
    module, function = next(path for verb, path, _ in VERBS if verb == name).split(":")
    return getattr(importlib.import_module(module), function)


def options_of(name):
    """Every spelling of every option and argument of a verb, with its help."""
    collection = build_app(name)[name].assemble_argument_collection(parse_docstring=True)
    return [(argument.names, argument.parameter.help) for argument in collection if argument.names != ("*",)]


def writer():
    """docs/write_cli.py as a module."""
    spec = importlib.util.spec_from_file_location("write_cli", REFERENCE.with_name("write_cli.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


# --- every verb


@pytest.mark.parametrize("name", NAMES)
def test_every_verb_has_help_with_an_example_and_the_options_of_all(name, capsys):
    assert run([name, "--help"]) == 0
    text = capsys.readouterr().out
    assert f"kick {name}" in text.split("\n", 1)[1], "the help ends with an example"
    for option in ("--json", "--quiet"):
        assert option in text


@pytest.mark.parametrize("name", NAMES)
def test_every_verb_and_option_is_described(name):
    assert inspect.getdoc(function_of(name))
    undescribed = [names for names, text in options_of(name) if not text]
    assert not undescribed


@pytest.mark.parametrize("name", NAMES)
def test_every_verb_and_option_is_in_the_reference(name):
    page = REFERENCE.read_text(encoding="utf-8")
    for names, text in options_of(name):
        assert all(f"`{spelling}`" in page for spelling in names)
        assert " ".join(text.split()) in page
    assert writer().section(name) in page, "python docs/write_cli.py brings docs/cli.md up to date"


def test_the_reference_has_nothing_that_is_gone():
    page = REFERENCE.read_text(encoding="utf-8")
    assert writer().render(page) == page, "python docs/write_cli.py brings docs/cli.md up to date"


# --- the whole


def test_without_arguments_it_helps(capsys):
    assert run([]) == 0
    text = capsys.readouterr().out
    assert all(name in text for name in NAMES)
    assert run(["--help"]) == 0
    assert capsys.readouterr().out == text


def test_its_version_is_the_packages(capsys):
    from importlib.metadata import version

    assert run(["--version"]) == 0
    assert capsys.readouterr().out.strip() == version("kickitout")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["genrate"], "there is no verb 'genrate'; did you mean generate?"),
        (["gen", "-n", "3"], "did you mean generate?"),
        (["insp"], "did you mean inspect?"),
        (["dance"], "there is no verb 'dance' (kick --help lists them)"),
        (["--frobnicate"], "there is no option --frobnicate"),
        ([""], "there is no verb ''"),
        (["models", "extra"], "'extra' is too much"),
        (["doctor", "--fast"], "--fast"),
        (["GENERATE"], "there is no verb 'GENERATE'"),
    ],
)
def test_unknown_verbs_and_options_are_named_in_one_line(capsys, arguments, words):
    assert run(arguments) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert words in err
    assert err.count("\n") == 1


def test_naming_an_unknown_verb_loads_no_verb(capsys, monkeypatch):
    monkeypatch.setattr(app, "VERBS", (("broken", "kickitout.cli.nowhere:broken", "Not there."),))
    assert run(["brokn"]) == 2
    assert "did you mean broken?" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("error", "code", "words"),
    [
        (InputError("file", Path("x.wav"), "is\nbad"), 2, "kick: file x.wav: is bad\n"),
        (DamagedFileError("x is damaged"), 1, "kick: x is damaged\n"),
        (KeyboardInterrupt(), 130, "kick: stopped\n"),
        (KeyboardInterrupt("stopped; 3 done"), 130, "kick: stopped; 3 done\n"),
        (MemoryError(), 1, "kick: not enough memory"),
        (OSError(28, "No space left on device", "out/x"), 1, "kick: out/x: no space left on device; free some space"),
        (PermissionError(13, "Permission denied", "x"), 1, "kick: x: permission denied\n"),
        (ZeroDivisionError("division by zero"), 1, "kick: a bug in Kick It Out, ZeroDivisionError: division by zero"),
        (BrokenPipeError(), 0, ""),
    ],
)
def test_every_failure_is_one_line_with_its_exit_code(capfd, monkeypatch, error, code, words):
    def fail(*arguments, **options):
        raise error

    monkeypatch.setattr("kickitout.instrument.models.models_at_hand", fail)
    monkeypatch.setattr(app, "stop_writing", lambda: None)
    monkeypatch.delenv("KICK_DEBUG", raising=False)
    assert run(["models"]) == code
    out, err = capfd.readouterr()
    assert out == ""
    assert err.startswith(words)
    assert err.count("\n") == (1 if words else 0)


def test_a_bug_shows_where_when_asked(monkeypatch):
    def fail():
        raise ZeroDivisionError

    monkeypatch.setattr("kickitout.instrument.models.models_at_hand", fail)
    monkeypatch.setenv("KICK_DEBUG", "1")
    with pytest.raises(ZeroDivisionError):
        run(["models"])


def test_the_process_ends_with_the_code():
    """In a process of its own: `main` ends the one it is in, at once where other threads are at work there."""
    done = subprocess.run([sys.executable, "-c", 'from kickitout.cli import main; main(["genrate"])'], check=False)
    assert done.returncode == 2


@pytest.mark.parametrize("command", [[sys.executable, "-m", "kickitout"], [str(Path(sys.executable).parent / "kick")]])
def test_both_doors_are_open(command):
    done = subprocess.run([*command, "--version"], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    done = subprocess.run([*command, "dance"], capture_output=True, text=True)
    assert done.returncode == 2


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no file names of bytes")
def test_file_names_that_are_no_text_and_poor_terminals_are_survived(tmp_path):
    name = b"kick-\xff-\xc3\xa4.wav"
    with open(os.path.join(os.fsencode(tmp_path), name), "wb") as stream:  # noqa: PTH118, PTH123
        stream.write(b"no sound")
    done = subprocess.run(
        [sys.executable, "-m", "kickitout", "inspect", os.path.join(os.fsencode(tmp_path), name)],  # noqa: PTH118
        capture_output=True,
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
    )
    assert done.returncode == 2
    assert done.stderr.count(b"\n") == 1
    assert b"cannot be read as audio" in done.stderr


# --- what verbs say


def test_results_go_out_and_messages_go_to_the_side(capsys):
    Output().message("said")
    Output().result("text", {"a": "ü"})
    assert capsys.readouterr() == ("text\n", "said\n")
    Output(json=True).message("said")
    Output(json=True).result("text", {"a": "ü"})
    out, err = capsys.readouterr()
    assert (json.loads(out), err) == ({"a": "ü"}, "said\n")
    Output(quiet=True).message("said")
    Output(quiet=True).result("text", {})
    assert capsys.readouterr() == ("", "")
    Output(json=True, quiet=True).result("", {"a": 1})
    assert capsys.readouterr().out == '{"a": 1}\n'


def test_a_progress_bar_is_for_terminals(capsys, monkeypatch):
    with Output().progress("Working") as progress:
        progress(1, 2)
    assert capsys.readouterr() == ("", "")
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    with Output().progress("Working") as progress:
        progress(1, 2)
        progress(2, 2)
    out, err = capsys.readouterr()
    assert out == ""
    assert "Working" in err
    assert "2/2" in err
