"""Without an extra every verb works or names the line that installs it: in real environments, which `make environments`
builds from constraints.txt: the core alone, as `make kicks` has it, and the core with `[analysis]`."""

import json
import os
import shutil
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import pytest

from kickitout.cli.app import VERBS
from kickitout.library.synthesis import synthesise_kick
from kickitout.sound import audio
from testing.tiny_library import make_library

ROOT = Path(__file__).parents[2]
ENVIRONMENTS = {"core": (), "analysis": ("analysis",)}
"""By name of the folder, `.venv-NAME`: the extras it has."""

WORKSHOP = ("torch", "safetensors", "tensorboard", "onnx", "onnxscript")
ABSENT = {"core": (*WORKSHOP, "scipy", "sklearn", "threadpoolctl", "matplotlib"), "analysis": WORKSHOP}
"""What the environment must not have, or the tests in it prove nothing."""


@dataclass(frozen=True)
class Call:
    """A call of a verb where `kick.wav` is, the folders `few`, `kicks` and `real` of kicks, and `lib`, a library.

    Attributes:
        arguments: what follows the verb.
        extra: without it the verb cannot do its work.
        before: Python that makes the work of this verb small, run before it.
        refused: what the verb answers, where its work would need a network.
    """

    arguments: str
    extra: str | None = None
    before: str | None = None
    refused: str | None = None


SHORT_SEARCH = """
from kickitout.instrument import matching, variations
matching.OTHERS, variations.MATCH_GENERATIONS = 2, 1
"""
"""One generation, compared with two other kicks: what the environment must have is the same."""

FEW_DRAWS = """
from kickitout.evaluation.metrics import evaluate
evaluate.__kwdefaults__["resamples"] = 4
"""
"""Of the bootstrap, that is."""

FEW_KICKS = """
from importlib.util import find_spec
if find_spec("scipy"):
    from kickitout.experiments import representation
    representation.QUICK = representation.Settings(kicks=1, windows=(512,), hops=(128,), iterations=1)
"""
"""Of the experiment, without importing what the core lacks."""

CALLS = {
    "generate": Call("-n 1 --seed 1 -o made"),
    "vary": Call("kick.wav -n 1 --seed 1 -o varied"),
    "morph": Call("kick.wav few/kick-0.wav --steps 3 -o between"),
    "match": Call("kick.wav -o matched", before=SHORT_SEARCH),
    "similar": Call("kick.wav few -n 2"),
    "pack": Call("--name Two -n 2 --seed 1 -o packs"),
    "ui": Call("--no-browser"),
    "inspect": Call("kick.wav"),
    "prepare": Call("few -o library"),
    "collect": Call("empty.csv -o collected", refused="empty.csv: has no rows"),
    "train": Call("lib -o run", extra="train"),
    "export": Call("lib -o bundle", extra="train"),
    "evaluate": Call("kicks --real real", extra="analysis", before=FEW_DRAWS),
    "figures": Call("-o drawn --only amplitude-and-loudness", extra="analysis"),
    "experiment": Call("representation --quick --library lib -o results", extra="analysis", before=FEW_KICKS),
    "models": Call(""),
    "doctor": Call(""),
}
"""A call of each verb that does its work."""

TO_WEB = Call("kickgan --to web -o page")
"""`kick export` needs no torch for this."""

EXTRAS_THERE = {
    name: f"from importlib.util import find_spec; print(*filter(find_spec, {absent!r}))"
    for name, absent in ABSENT.items()
}
SETTINGS = "import kickitout.training.run.folder, kickitout.training.settings.presets"
FIGURES = "import kickitout.figures"
PUBLIC = "from kickitout import *; load()"


def python_of(name: str) -> Path:
    """The Python of an environment. Without it the test is skipped; where CI is set it fails, so that nothing goes
    untested."""
    folder = ROOT / f".venv-{name}"
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if not python.exists():
        message = f"there is no {folder.name}; `make environments` builds it"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    return python


@pytest.fixture(scope="module", params=ENVIRONMENTS)
def environment(request):
    return request.param


@pytest.fixture(scope="module")
def python(environment):
    return python_of(environment)


@pytest.fixture(scope="session")
def material(tmp_path_factory):
    """What the calls are made with, the same in each environment."""
    folder = tmp_path_factory.mktemp("material")
    sounds = [synthesise_kick(seed)[0] for seed in range(0, 1600, 16)]
    audio.write(folder / "kick.wav", sounds[3], 44_100)
    for name, some in (("few", sounds[:4]), ("kicks", sounds[:50]), ("real", sounds[50:])):
        (folder / name).mkdir()
        for number, sound in enumerate(some):
            audio.write(folder / name / f"kick-{number}.wav", sound, 44_100)
    (folder / "empty.csv").write_text("file,origin,commit,original_path,licence,licence_class,source,kit\n")
    make_library(folder / "lib", 12)
    return folder


@pytest.fixture(scope="module")
def place(environment, material, tmp_path_factory):
    """The folder that the calls are made in."""
    return shutil.copytree(material, tmp_path_factory.mktemp("place") / environment)


def alone() -> dict[str, str]:
    """Nothing of the environment of these tests reaches that of a process."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL_ENV"))}


@pytest.fixture(scope="module")
def told(python, environment, place, tmp_path_factory):
    """By verb or piece of Python: its exit code, what it said and what it made. All are run by one process of the
    environment, the pieces first, so that no verb has imported anything for them."""
    asked = {piece: piece for piece in (EXTRAS_THERE[environment], FIGURES, SETTINGS, PUBLIC)}
    for verb, call in CALLS.items():
        if verb != "ui":
            asked |= {call.before: call.before} if call.before else {}
            asked[verb] = [verb, *call.arguments.split()]
    asked["to web"] = ["export", *TO_WEB.arguments.split()]
    files = [tmp_path_factory.mktemp("calls") / name for name in ("asked.json", "told.json")]
    files[0].write_text(json.dumps(list(asked.values())))
    script = Path(__file__).with_name("calls.py")
    done = subprocess.run(
        [str(python), str(script), *map(str, files)], cwd=place, env=alone(), capture_output=True, text=True,
        encoding="utf-8", timeout=1200,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return {name: SimpleNamespace(**one) for name, one in zip(asked, json.loads(files[1].read_text()), strict=True)}


def install_line(extra: str) -> str:
    return f"pip install 'kickitout[{extra}]'"


def assert_one_line(done: SimpleNamespace, extra: str) -> None:
    """The line that installs the extra is all that is said."""
    assert done.out == ""
    assert done.err.startswith("kick: ")
    assert done.err.endswith(f"{install_line(extra)}\n")
    assert done.err.count("\n") == 1
    assert done.code == 2


def test_each_verb_has_its_call():
    assert CALLS.keys() == {name for name, _, _ in VERBS}


def test_the_environment_has_its_extras_and_no_others(told, environment):
    assert told[EXTRAS_THERE[environment]].out.split() == []


@pytest.mark.parametrize("verb", [name for name in CALLS if name != "ui"])
def test_a_verb_works_or_names_the_line_that_installs_what_it_needs(told, environment, verb):
    call, done = CALLS[verb], told[verb]
    if call.refused:
        assert done.code == 2
        assert call.refused in done.err
        assert done.err.count("\n") == 1
    elif call.extra is None or call.extra in ENVIRONMENTS[environment]:
        assert (done.code, "Traceback" in done.err) == (0, False), done.err
        assert done.out
    else:
        assert_one_line(done, call.extra)
        assert done.made == []


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such signal")
def test_the_page_is_served(python, place, hearing_interrupts):
    process = subprocess.Popen(
        [str(python), "-m", "kickitout", "ui", *CALLS["ui"].arguments.split(), "--json"],
        cwd=place, env=alone(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        preexec_fn=hearing_interrupts,
    )  # fmt: skip
    try:
        assert json.loads(process.stdout.readline())["address"].startswith("http://127.0.0.1:")
        process.send_signal(signal.SIGINT)
        assert process.communicate(timeout=60)[1].count("Traceback") == 0
        assert process.returncode == 0
    finally:
        process.kill()


def test_a_model_becomes_a_page_without_torch(told, place):
    assert told["to web"].code == 0, told["to web"].err
    assert (place / "page" / "index.html").is_file()


def test_importing_figures_works_or_names_the_line(told, environment):
    """In Python it is an exception, whose message is the line."""
    done = told[FIGURES]
    if "analysis" in ENVIRONMENTS[environment]:
        assert (done.code, done.err) == (0, "")
        return
    last = done.err.splitlines()[-1]
    assert last.startswith("kickitout.errors.MissingExtraError: ")
    assert last.endswith(install_line("analysis"))


def test_training_a_settings_file_needs_no_torch(told):
    """What `kick figures` and the page read of a run."""
    assert (told[SETTINGS].code, told[SETTINGS].err) == (0, "")


def test_all_public_names_are_there(told):
    assert (told[PUBLIC].code, told[PUBLIC].err) == (0, "")
