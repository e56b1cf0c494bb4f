"""What the page writes for itself: seen by its owner alone, and gone when its server is."""

import os
import subprocess
import sys
import tempfile

import pytest

from kickitout.system.files import make_private_folder, write_bytes, write_text
from kickitout.web import belongings
from kickitout.web.map import Maps, write_map
from kickitout.web.train import JOB_FILE, Training

needs_modes = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no modes")


@pytest.fixture
def temporary(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


@pytest.fixture
def welcoming():
    """A user who lets everybody read."""
    before = os.umask(0)
    yield
    os.umask(before)


def mode(path):
    return path.stat().st_mode & 0o777


@needs_modes
def test_what_the_page_keeps_is_its_owners_alone(temporary, welcoming, studio):
    place = belongings.make_place()
    with belongings.kept(place, b"sound") as path:
        assert path.read_bytes() == b"sound"
        assert [mode(one) for one in (place, path.parent, path)] == [0o700, 0o700, 0o600]
    assert list(place.iterdir()) == []
    home = temporary / "Kicks" / "training"
    home.mkdir(parents=True)  # of an earlier version: open to all
    training = Training(home, program=[sys.executable, "-c", "pass"])
    (temporary / "samples").mkdir()
    training.start(str(temporary / "samples"), None, 1.0, None)
    training.close()
    assert (mode(home.parent), mode(home), mode(home / JOB_FILE)) == (0o777, 0o700, 0o600)
    maps = Maps(studio.instrument, home / "maps", lambda one: {"fields": [], "explained": {}, "points": []})
    maps._draw()
    assert (mode(maps._path.parent), mode(maps._path)) == (0o700, 0o600)
    write_map(temporary / "shipped.json", studio.instrument, {"fields": [], "explained": {}, "points": []})
    assert mode(temporary / "shipped.json") == 0o666  # what everybody may see stays so


@needs_modes
def test_private_files_and_folders(tmp_path, welcoming):
    folder = make_private_folder(tmp_path / "a" / "b")
    write_text(folder / "x", "ä\n", private=True)
    write_bytes(folder / "y", b"y")
    assert [mode(one) for one in (folder.parent, folder, folder / "x", folder / "y")] == [0o777, 0o700, 0o600, 0o666]
    assert make_private_folder(folder) == folder
    assert (folder / "x").read_text("utf-8") == "ä\n"


def test_what_a_killed_server_left_is_swept_and_nothing_else(temporary):
    code = "from kickitout.web import belongings; print(belongings.make_place())"
    environment = os.environ | {"TMPDIR": str(temporary), "TEMP": str(temporary)}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    left = temporary / os.path.basename(done.stdout.strip())  # noqa: PTH119
    (left / "tmpx").mkdir()
    (left / "tmpx" / "sound").write_bytes(b"sound")
    mine = belongings.make_place()
    other = temporary / left.name.replace(belongings.machine(), "0" * 8)
    others = [other, temporary / "kick-ui-folder", temporary / f"{left.name}.zip", temporary / "kick-ui-x-1-y"]
    for one in others:
        one.mkdir()
    link = temporary / f"{left.name}link"
    if sys.platform != "win32":
        link.symlink_to(mine, target_is_directory=True)
        others.append(link)
    belongings.sweep()
    assert not left.exists()
    assert set(temporary.iterdir()) == {mine, *others}
