"""Writing files: whole or not at all."""

import errno
import os
import sys
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
