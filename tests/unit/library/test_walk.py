"""Walking folders: what is found, what is skipped and why, and that nothing ends the walk."""

import os
import sys

import pytest

from kickitout.errors import InputError
from kickitout.library import walk as walk_module
from kickitout.library.walk import Skipped, audio_files, is_audio_name, walk

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="this system makes no pipes and no links")


def touch(path):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"x")
    return path


def found(root, excluded=()):
    return [str(path.relative_to(root)) for path in walk(root, excluded) if not isinstance(path, Skipped)]


def skipped(root):
    return {str(one.path.relative_to(root)): one.why for one in walk(root) if isinstance(one, Skipped)}


def test_files_come_before_folders_and_both_by_name(tmp_path):
    for name in ("b.wav", "a.txt", "c/z.wav", "c/a/b.wav", "B/x.wav", ".hidden.wav", ".git/y.wav"):
        touch(tmp_path / name)
    assert found(tmp_path) == ["a.txt", "b.wav", "B/x.wav", "c/z.wav", "c/a/b.wav"]


def test_what_is_no_file_is_skipped_with_its_reason(tmp_path):
    touch(tmp_path / "kick.wav")
    os.mkfifo(tmp_path / "pipe.wav")
    (tmp_path / "device.wav").symlink_to("/dev/null")
    (tmp_path / "dangling.wav").symlink_to("nowhere")
    (tmp_path / "self.wav").symlink_to("self.wav")
    (tmp_path / "loop").symlink_to(".")
    (tmp_path / "linked.wav").symlink_to("kick.wav")
    assert found(tmp_path) == ["kick.wav", "linked.wav"]
    assert skipped(tmp_path) == {
        "pipe.wav": "a named pipe",
        "device.wav": "a device",
        "dangling.wav": "a link to nothing",
        "self.wav": "too many levels of symbolic links",
        "loop": "a folder that is searched already",
    }


def test_what_is_no_file_and_no_sound_by_name_counts_among_the_others(tmp_path):
    touch(tmp_path / "notes.txt")
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "dangling").symlink_to("nowhere")
    assert audio_files(tmp_path) == walk_module.AudioFiles([], [], 3)


def test_a_folder_that_cannot_be_read_is_skipped_unless_it_was_named(tmp_path, monkeypatch):
    touch(tmp_path / "locked" / "kick.wav")
    touch(tmp_path / "open" / "kick.wav")
    real = os.scandir

    def refusing(folder):
        if os.fspath(folder).endswith("locked"):
            raise PermissionError(13, "Permission denied", os.fspath(folder))
        return real(folder)

    monkeypatch.setattr(os, "scandir", refusing)
    assert found(tmp_path) == ["open/kick.wav"]
    assert skipped(tmp_path) == {"locked": "permission denied"}
    with pytest.raises(InputError, match=r"locked: cannot be read \(permission denied\)"):
        list(walk(tmp_path / "locked"))


def test_what_is_excluded_is_passed_over_whatever_it_is_called(tmp_path):
    for name in ("own/kick.wav", "kit/one.wav", "kit/two.wav"):
        touch(tmp_path / name)
    (tmp_path / "other").symlink_to("own")
    (tmp_path / "kit" / "again.wav").symlink_to("one.wav")
    excluded = [tmp_path / "kit" / ".." / "own", tmp_path / "kit" / "one.wav"]
    assert found(tmp_path, excluded) == ["kit/two.wav"]


@pytest.mark.parametrize(
    ("name", "is_one"), [("a.wav", True), ("A.FLAC", True), ("a.b.aif", True), (".wav", False), ("wav", False)]
)
def test_endings(name, is_one):
    assert is_audio_name(name) == is_one
