"""Writing files: whole or not at all."""

import errno
import os
import platform
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from kickitout.errors import InputError, OutputError
from kickitout.system import files


def test_a_file_appears_with_all_its_bytes(tmp_path):
    files.write_bytes(tmp_path / "a", b"\0\r\n\xff")
    files.write_text(tmp_path / "b", "ä\n")
    assert (tmp_path / "a").read_bytes() == b"\0\r\n\xff"
    assert (tmp_path / "b").read_bytes() == b"\xc3\xa4\n"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "b"]


@pytest.mark.parametrize(
    "error", [OSError(errno.ENOSPC, "No space left on device"), ValueError("x"), KeyboardInterrupt()]
)
def test_a_failure_leaves_the_old_file_and_nothing_else(tmp_path, error):
    path = tmp_path / "a"
    path.write_bytes(b"old")
    seen = []

    def fail():
        with files.replacing(path) as temporary:
            seen.append(temporary)
            temporary.write_bytes(b"half")
            assert path.read_bytes() == b"old"
            raise error

    with pytest.raises(OutputError if isinstance(error, OSError) else type(error)) as caught:
        fail()
    if isinstance(error, OSError):
        assert str(path) in str(caught.value)
        assert "no space left on device" in str(caught.value)
    assert seen[0].parent == tmp_path
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_two_writers_of_one_file_do_not_meet(tmp_path):
    with files.replacing(tmp_path / "a") as first, files.replacing(tmp_path / "a") as second:
        assert first != second
        first.write_bytes(b"1")
        second.write_bytes(b"2")
    assert (tmp_path / "a").read_bytes() == b"1"  # the outer block ends last


@pytest.mark.parametrize("name", ["x" * 255, "ключ" * 30, "a b\tc", ".hidden"])
def test_any_name_that_the_file_system_takes(tmp_path, name):
    if sys.platform == "win32" and "\t" in name:
        pytest.skip("Windows takes no tabs in names")
    files.write_bytes(tmp_path / name, b"1")
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_a_name_that_is_too_long_is_said_in_one_line(tmp_path):
    with pytest.raises(OutputError, match="cannot write"):
        files.write_bytes(tmp_path / ("x" * 5000), b"1")


def test_a_missing_folder_is_said_in_words(tmp_path):
    with pytest.raises(OutputError, match="no such file or directory"):
        files.write_bytes(tmp_path / "no" / "a", b"1")


def test_folders_are_made_to_any_depth_and_may_be_there(tmp_path):
    deep = tmp_path / "a" / "b" / "c"
    assert files.make_folder(deep) == deep
    assert files.make_folder(deep).is_dir()


@pytest.mark.parametrize("below", ["file", "file/sub/sub"])
def test_a_file_in_the_way_of_a_folder_is_wrong_input(tmp_path, below):
    (tmp_path / "file").write_bytes(b"1")
    with pytest.raises(InputError, match=r"^folder .*: there is already a file of this name; choose another name$"):
        files.make_folder(tmp_path / below)
    assert (tmp_path / "file").read_bytes() == b"1"


@pytest.mark.parametrize("number", [errno.EROFS, errno.EACCES, errno.ENOSPC])
def test_a_refusing_machine_is_said_in_words(tmp_path, monkeypatch, number):
    def refuse(self, *arguments, **options):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(Path, "mkdir", refuse)
    with pytest.raises(OutputError, match=os.strerror(number).lower()):
        files.make_folder(tmp_path / "a")


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (OSError(errno.ENOSPC, "No space left on device", "x"), "no space left on device"),
        (OSError("Strange"), "strange"),
        (OSError(), "oserror"),
    ],
)
def test_errors_are_described_in_the_machines_words(error, words):
    assert files.describe_os_error(error).lower() == words


@pytest.mark.parametrize(
    "error", [OSError(errno.ENOSPC, "No space left on device"), ValueError("x"), KeyboardInterrupt()]
)
def test_a_folder_that_fails_leaves_the_old_one_and_nothing_else(tmp_path, error):
    folder = tmp_path / "a"
    folder.mkdir()
    (folder / "old").touch()

    def fail():
        with files.replacing_folder(folder, "the thing ") as new:
            (new / "half").touch()
            raise error

    with pytest.raises(OutputError if isinstance(error, OSError) else type(error)) as caught:
        fail()
    if isinstance(error, OSError):
        assert f"cannot write the thing {folder}: no space left on device" in str(caught.value)
    assert list(tmp_path.iterdir()) == [folder]
    assert [path.name for path in folder.iterdir()] == ["old"]


def test_a_folder_is_replaced_as_a_whole_and_only_at_the_end(tmp_path):
    folder = tmp_path / "a"
    for name in ("old", "new"):
        before = sorted(path.name for path in folder.iterdir()) if folder.exists() else None
        with files.replacing_folder(folder) as new:
            (new / name).touch()
            assert before == (sorted(path.name for path in folder.iterdir()) if folder.exists() else None)
        assert [path.name for path in folder.iterdir()] == [name]
    assert list(tmp_path.iterdir()) == [folder]


def test_a_folder_that_cannot_be_moved_away_stays(tmp_path, monkeypatch):
    folder = tmp_path / "a"
    folder.mkdir()
    (folder / "old").touch()
    rename = Path.rename

    def refuse(self, target):
        if Path(target) == folder and self.suffix == ".tmp":
            raise OSError(errno.EACCES, "Permission denied")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", refuse)
    with pytest.raises(OutputError, match="permission denied"), files.replacing_folder(folder) as new:
        (new / "new").touch()
    assert [path.name for path in folder.iterdir()] == ["old"]
    assert list(tmp_path.iterdir()) == [folder]


# What a killed process leaves ---------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def gone():
    """The number of a process that has ended."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def named(path, process):
    """A temporary name as another process would have given it."""
    return path.with_name(path.name.replace(f"-{os.getpid()}-", f"-{process}-"))


def test_leftovers_of_dead_processes_are_swept_and_nothing_else_is(tmp_path, gone, monkeypatch):
    file, folder = (named(files.temporary_path(tmp_path / "a"), gone) for _ in range(2))
    old = tmp_path / f".kick-{gone}-0123abcd.tmp"  # as earlier versions called them
    alive = files.temporary_path(tmp_path / "a")
    monkeypatch.setattr(platform, "node", lambda: "another machine")
    elsewhere = named(files.temporary_path(tmp_path / "a"), gone)
    monkeypatch.undo()
    strangers = [tmp_path / name for name in (".kick-1-notes.tmp", ".kick-.tmp", "a.tmp", f"kick-{gone}-0123abcd.tmp")]
    for path in (file, old, alive, elsewhere, *strangers):
        path.write_bytes(b"1")
    (folder / "deep").mkdir(parents=True)
    (folder / "deep" / "half").write_bytes(b"1")
    files.sweep(tmp_path)
    assert sorted(tmp_path.iterdir()) == sorted([alive, elsewhere, *strangers])
    files.sweep(tmp_path / "missing")


@pytest.mark.skipif(sys.platform == "win32", reason="links need a right there")
def test_sweeping_follows_no_link(tmp_path, gone):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "kick.wav").write_bytes(b"1")
    (tmp_path / "place").mkdir()
    link = named(files.temporary_path(tmp_path / "place" / "a"), gone)
    link.symlink_to(tmp_path / "mine")
    files.sweep(tmp_path / "place")
    assert not link.is_symlink()
    assert (tmp_path / "mine" / "kick.wav").exists()


def test_whoever_writes_into_a_folder_sweeps_it_first(tmp_path, gone):
    for number, write in enumerate((lambda path: files.write_bytes(path, b"1"), replace)):
        folder = tmp_path / str(number)
        folder.mkdir()
        named(files.temporary_path(folder / "b"), gone).write_bytes(b"half")
        write(folder / "a")
        assert [path.name for path in folder.iterdir()] == ["a"]


def replace(folder):
    with files.replacing_folder(folder) as new:
        (new / "whole").touch()


def test_a_folder_that_was_taken_away_by_a_killed_process_comes_back(tmp_path, gone):
    """Killed between the two renames: the old one is all that there is."""
    folder, other = tmp_path / "a", tmp_path / "b"
    old = named(files.temporary_path(folder, "old"), gone)
    old.mkdir()
    (old / "old").touch()
    files.recover(other)  # not its own
    assert not other.exists()
    with files.replacing_folder(folder) as new:
        assert [path.name for path in folder.iterdir()] == ["old"]
        (new / "new").touch()
    assert [path.name for path in folder.iterdir()] == ["new"]
    folder.rename(old)
    folder.mkdir()  # this time the new one had been put in
    files.recover(folder)
    assert list(tmp_path.iterdir()) == [folder]


def test_of_two_that_replace_a_folder_at_once_each_is_whole_and_the_last_one_stays(tmp_path):
    folder, start, failed = tmp_path / "a", threading.Barrier(4), []

    def work(number):
        try:
            start.wait()
            for _ in range(10):
                with files.replacing_folder(folder) as new:
                    for part in "xyz":
                        (new / part).write_text(str(number))
        except Exception as error:
            failed.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert sorted(path.name for path in folder.iterdir()) == ["x", "y", "z"]
    assert len({path.read_text() for path in folder.iterdir()}) == 1
    assert list(tmp_path.iterdir()) == [folder]


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (0, "0 bytes"),
        (999, "999 bytes"),
        (1000, "1.0 kB"),
        (999_949, "999.9 kB"),
        (999_951, "1.0 MB"),
        (12_345_678, "12.3 MB"),
        (5 * 10**9, "5.0 GB"),
        (10**13, "10000.0 GB"),
    ],
)
def test_sizes_are_said_in_a_unit_that_shows_them(count, words):
    assert files.size_in_words(count) == words
