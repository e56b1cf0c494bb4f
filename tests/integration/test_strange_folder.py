"""Every verb that walks a folder ends, lists what is strange in it, and does the rest."""

import json
import os
import signal
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest

from kickitout.cli.app import run
from kickitout.library.scan import scan
from kickitout.library.store import Library
from testing import strange_folder
from testing.tiny_sketch import write_sketch_bundle

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="this system has no pipes and no such names")

SECONDS = 110


@contextmanager
def within(seconds):
    """Fail rather than hang: opening a pipe waits for ever, and no test would say so."""

    def give_up(number, frame):
        raise TimeoutError(f"still at it after {seconds} s")

    before = signal.signal(signal.SIGALRM, give_up)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


@pytest.fixture(autouse=True)
def _in_time():
    with within(SECONDS):
        yield


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return str(write_sketch_bundle(tmp_path_factory.mktemp("models") / "sketchy"))


def built(tmp_path_factory, entries, strange):
    root = tmp_path_factory.mktemp("strange") / "folder"
    made = strange_folder.build(root, entries, strange)
    yield made
    strange_folder.unlock(root)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    yield from built(tmp_path_factory, 30, len(strange_folder.KINDS))


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    yield from built(tmp_path_factory, 500, 60)


def called(capsys, *arguments):
    """The exit code of a verb, its JSON lines, and what it says."""
    code = run([str(argument) for argument in arguments])
    out, err = capsys.readouterr()
    assert "a bug in Kick It Out" not in err
    return code, [json.loads(line) for line in out.splitlines() if line.startswith("{")], err


def listed(rows):
    """The files of rows with a fault, without their folder."""
    return {Path(row["file"]).name for row in rows if "error" in row}


def names(entries):
    return {Path(entry).name for entry in entries}


def check_prepare(folder, library, capsys):
    code, (report,), _ = called(capsys, "prepare", folder.root, "-o", library, "--json", "--workers", "1")
    assert code == 0
    told = report["run"]
    assert names(folder.skipped) <= {Path(file).name for file, _ in told["skipped"]}
    refused = {Path(file).name for file, _ in (*told["refused"], *told["not_read"])}
    assert names(folder.refused) <= refused
    taken = told["taken"] + told["rejected"].get("near duplicate", 0) + told["rejected"].get("not a kick", 0)
    assert taken >= len(folder.kicks)
    assert told["found"] == told["taken"] + sum(told["rejected"].values()) + len(told["not_read"])
    assert len(Library.open(library)) == told["taken"] > 0.8 * len(folder.kicks)


def check_the_others(folder, model, capsys):
    good = folder.root / folder.kicks[-1]
    for arguments in (["similar", good, folder.root, "-n", 1000], ["inspect", folder.root]):
        code, rows, err = called(capsys, *arguments, "--json")
        assert code == 0
        assert names(folder.skipped) <= listed(rows)
        assert {Path(row["file"]).name for row in rows if "error" not in row} >= names(folder.kicks[-8:-1])
        assert "2 other files: not audio by name" in err
    code, rows, err = called(
        capsys, "generate", "-n", 1, "--model", model, "--no-gate", "-o", folder.root.parent / "made",
        "--unique-against", folder.root, "--json",
    )  # fmt: skip
    assert code == 0
    assert names(folder.skipped) <= listed(rows)
    assert "comparing with" in err


def test_prepare_takes_what_is_good_and_lists_the_rest(folder, tmp_path, capsys):
    check_prepare(folder, tmp_path / "library", capsys)


def test_a_manifest_from_windows_counts_and_reads_nothing_outside(folder):
    found = scan([folder.root], licence_classes=["clean"])
    assert {(one.source, one.licence_class) for one in found.candidates} == {("Trommel groß", "clean")}
    assert len(found.candidates) >= 0.8 * len(folder.kicks)
    assert "4 rows not used: they name no file inside the folder" in found.notes[0]
    assert "named in the manifest, not there" in {one.why for one in found.skipped if one.path.name == "gone.wav"}


def test_similar_inspect_and_generate_end_and_list(folder, model, capsys):
    check_the_others(folder, model, capsys)


def test_evaluate_reads_what_it_can_and_lists_the_rest(folder):
    from kickitout.evaluation import sets

    found = sets.from_folder(folder.root, workers=1)
    assert names(folder.skipped) | names(folder.refused) <= names(file for file, _ in found.refused) | {"claims_12.wav"}
    assert len(found) >= len(folder.kicks)
    assert any("other files" in note for note in found.notes)


def test_messages_name_the_first_few(folder, capsys):
    assert run(["inspect", str(folder.root)]) == 0
    err = capsys.readouterr().err
    assert "not measured:" in err
    assert "more (--json lists all)" in err
    assert len(err.splitlines()) < 20


@pytest.mark.parametrize("verb", ["vary", "match", "inspect", "prepare", "similar"])
@pytest.mark.parametrize("kind", ["pipe", "socket", "dangling", "self", "device", "empty", "text"])
def test_named_itself_it_is_one_line_and_no_wait(folder, model, tmp_path, monkeypatch, capsys, verb, kind):
    monkeypatch.chdir(tmp_path)
    (name,) = [one for one in (*folder.skipped, *folder.refused) if one.startswith(f"{kind}_")]
    more = {"vary": ["--model", model], "match": ["--model", model], "prepare": ["-o", "lib"], "similar": ["."]}
    code, rows, err = called(capsys, verb, folder.root / name, *more.get(verb, []))
    assert (code, rows) == (2, [])
    assert err.startswith("kick: ")
    assert name in err.splitlines()[0]
    assert err.count("\n") <= 2
    assert not (tmp_path / "lib").exists()


def test_strange_names_work_where_a_kick_is_named(folder, model, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    good = folder.root / folder.kicks[-1]
    for name in [one for one in folder.kicks if len(os.fsencode(one)) == 255 or not one.isprintable()]:
        for arguments in (
            ["vary", folder.root / name, "-n", 1, "--amount", 0, "--sheet"],
            ["morph", folder.root / name, good, "--steps", 2, "--sheet"],
        ):
            code, rows, _ = called(
                capsys, *arguments, "--model", model, "--no-gate", "-o", f"out {len(name)}", "--json"
            )
            assert code == 0
            made = [row for row in rows if "recipe" in row]
            assert made
            for row in made:
                assert all(part.isprintable() for part in (row["file"], row["recipe"]["derivation"]["of"][0]["file"]))
                assert len(os.fsencode(Path(row["file"]).name)) <= 255
                assert run(["generate", "--from", row["file"], "--original", str(folder.root / name), "--original",
                            str(good), "--model", model, "-o", "again"]) == 0  # fmt: skip
                assert (tmp_path / "again" / Path(row["file"]).name).read_bytes() == Path(row["file"]).read_bytes()


@pytest.mark.slow
def test_five_hundred_entries(large, model, tmp_path, capsys):
    check_prepare(large, tmp_path / "library", capsys)
    check_the_others(large, model, capsys)
