"""Where packs go, and their archives."""

import json
import zipfile
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kickitout.errors import InputError
from kickitout.packs.place import MANIFEST, check_archive, check_folder, check_name, write_archive


@pytest.fixture
def pack(tmp_path):
    """A folder that looks like a pack of ours."""
    folder = tmp_path / "velvet"
    (folder / "layers").mkdir(parents=True)
    files = {"a.wav": b"a", "layers/b.wav": b"b" * 5000}
    for name, data in files.items():
        (folder / name).write_bytes(data)
    (folder / MANIFEST).write_text(json.dumps({"kickitout": "1", "files": [*files, MANIFEST]}))
    return folder


@pytest.mark.parametrize("name", ["Velvet", "a", "808", "Velvet Hammer-2_x", "x" * 40])
def test_names_that_are_taken(name):
    check_name(name)


@pytest.mark.parametrize("name", ["", " a", "a ", "a/b", "a\\b", "..", ".a", "ä", "a\n", "x" * 41, "con", "LPT1", "F#"])
def test_names_that_no_machine_or_not_every_machine_takes(name):
    with pytest.raises(InputError, match=r"^name .*: not a file name that works everywhere; give 1 to 40"):
        check_name(name)


@given(st.text(max_size=50))
def test_a_name_that_is_taken_is_one_part_of_a_path(name):
    with suppress(InputError):
        check_name(name)
        assert name.isascii()
        assert not set(name) & set('/\\:*?"<>|#.\0\n')
        assert name == name.strip()


def test_a_pack_may_be_replaced_and_so_may_nothing(pack, tmp_path):
    (pack / ".DS_Store").touch()
    check_folder(pack)
    check_folder(tmp_path / "absent")
    (tmp_path / "empty").mkdir()
    check_folder(tmp_path / "empty")


def test_what_is_no_pack_is_left_alone(pack, tmp_path):
    (pack / "mine.wav").touch()
    with pytest.raises(InputError, match=r"mine\.wav"):
        check_folder(pack)
    other = tmp_path / "other"
    other.mkdir()
    (other / "mine.wav").touch()
    for text in (None, "{", "[]", '{"files": []}', '{"kickitout": "1", "files": "a"}'):
        if text is not None:
            (other / MANIFEST).write_text(text)
        with pytest.raises(InputError, match="not a pack of Kick It Out"):
            check_folder(other)
    file = tmp_path / "file"
    file.touch()
    with pytest.raises(InputError, match="there is already a file of this name"):
        check_folder(file)


def test_an_archive_is_the_same_bytes_whenever_and_wherever(pack, tmp_path):
    write_archive(pack, tmp_path / "one.zip", "Velvet")
    for path in pack.rglob("*"):
        path.touch()
        path.chmod(0o700)
    moved = pack.rename(tmp_path / "elsewhere")
    write_archive(moved, tmp_path / "two.zip", "Velvet")
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()
    with zipfile.ZipFile(tmp_path / "one.zip") as archive:
        assert archive.testzip() is None
        assert archive.namelist() == ["Velvet/a.wav", "Velvet/layers/b.wav", f"Velvet/{MANIFEST}"]
        assert archive.read("Velvet/layers/b.wav") == b"b" * 5000


def test_an_archive_of_ours_may_be_replaced_and_no_other(pack, tmp_path):
    path = tmp_path / "Velvet.zip"
    check_archive(path, "Velvet")
    write_archive(pack, path, "Velvet")
    check_archive(path, "Velvet")
    with pytest.raises(InputError, match="not a pack"):
        check_archive(path, "Other")
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(InputError, match="not a pack"):
        check_archive(path, "Velvet")
    path.write_text("mine")
    with pytest.raises(InputError, match="not a pack"):
        check_archive(path, "Velvet")
