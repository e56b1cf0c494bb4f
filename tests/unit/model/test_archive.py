"""Folders and zips that say they are bundles: refused by what they claim, before memory is taken."""

import os
import struct
import sys
import tracemalloc
import zipfile
from contextlib import contextmanager

import pytest

from kickitout.errors import DamagedFileError, InputError
from kickitout.model import archive
from kickitout.model.bundle import Bundle
from testing.tiny_bundle import tiny_graph, write_tiny_bundle

GRAPH = tiny_graph((1, 2, 4))
GB = 2**30


@pytest.fixture
def folder(tmp_path):
    return write_tiny_bundle(tmp_path / "tiny", output="waveform", graph=GRAPH)


@contextmanager
def little_memory():
    """What is done takes less than 40 MB."""
    tracemalloc.start()
    try:
        yield
        assert tracemalloc.get_traced_memory()[1] < 40e6
    finally:
        tracemalloc.stop()


def zipped(folder, target, **others):
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as packed:
        for path in sorted(folder.iterdir()):
            packed.write(path, path.name)
        for name, data in others.items():
            packed.writestr(name, data)
    return target


def central(data, name, place, value):
    """Change a number of four bytes in the directory's entry of a name."""
    at = data.rfind(b"PK\1\2", 0, data.rfind(name.encode()))
    data[at + place : at + place + 4] = struct.pack("<L", value)


def test_zeros_that_claim_gigabytes_are_refused_unread(folder, tmp_path):
    path = zipped(folder, tmp_path / "zeros.zip", zeros=bytes(2**20))
    data = bytearray(path.read_bytes())
    central(data, "zeros", 24, 2 * GB)
    path.write_bytes(data)
    with little_memory(), pytest.raises(DamagedFileError, match="unpacks to more than 268,435,456 bytes"):
        Bundle.open(path)


def test_zeros_that_claim_to_be_few_are_read_as_few(folder, tmp_path):
    path = zipped(folder, tmp_path / "zeros.zip", **{"more.onnx": bytes(2**27)})
    data = bytearray(path.read_bytes())
    central(data, "more.onnx", 24, 1000)
    path.write_bytes(data)
    with little_memory(), pytest.raises(DamagedFileError, match=r"zeros\.zip"):
        Bundle.open(path)


def test_a_zip_of_very_many_files_is_refused_unread(tmp_path):
    one = struct.pack("<4s4B4HL2L5H2L", b"PK\1\2", 20, 3, 20, 0, 0, 0, 0, 33, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0) + b"a"
    path = tmp_path / "many.zip"
    path.write_bytes(b"PK\3\4" + one * 400_000 + struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 3, 3, 400_000 * 47, 4, 0))
    with little_memory(), pytest.raises(DamagedFileError, match="holds more than 32 files"):
        Bundle.open(path)


def test_files_that_share_bytes_in_a_zip_are_refused(folder, tmp_path):
    path = zipped(folder, tmp_path / "shared.zip")
    data = bytearray(path.read_bytes())
    first = data.find(b"PK\1\2")
    second = data.find(b"PK\1\2", first + 4)
    data[second + 42 : second + 46] = data[first + 42 : first + 46]
    path.write_bytes(data)
    with pytest.raises(DamagedFileError, match=r"shared\.zip"):
        Bundle.open(path)


def test_an_encrypted_zip_is_refused(folder, tmp_path):
    path = zipped(folder, tmp_path / "secret.zip")
    data = bytearray(path.read_bytes())
    at = data.find(b"PK\1\2")
    data[at + 8] |= 1
    path.write_bytes(data)
    with pytest.raises(DamagedFileError, match=r"secret\.zip packs card\.json in an unusual way|secret\.zip packs"):
        Bundle.open(path)


def test_a_folder_of_very_many_files_is_refused(folder):
    for number in range(archive.MAX_FILES):
        (folder / f"{number}.onnx").touch()
    with pytest.raises(DamagedFileError, match="holds more than 32 files"):
        Bundle.open(folder)


def test_a_giant_file_in_a_folder_is_refused_unread(folder):
    with (folder / "giant.onnx").open("wb") as stream:
        stream.truncate(8 * GB)  # of holes: it takes no room
    with pytest.raises(DamagedFileError, match="is larger than 268,435,456 bytes"):
        Bundle.open(folder)


@pytest.mark.skipif(sys.platform == "win32", reason="no pipes in folders")
def test_a_pipe_is_not_waited_for(folder, tmp_path):
    os.mkfifo(tmp_path / "pipe.zip")
    with pytest.raises(InputError, match=r"pipe\.zip: not a bundle"):
        Bundle.open(tmp_path / "pipe.zip")
    os.mkfifo(folder / "more.onnx")
    with pytest.raises(DamagedFileError, match="only plain files"):
        Bundle.open(folder)


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
def test_links_to_files_are_files_and_dangling_ones_are_named(folder, tmp_path):
    (folder / "generator.onnx").rename(tmp_path / "elsewhere")
    (folder / "generator.onnx").symlink_to(tmp_path / "elsewhere")
    assert Bundle.open(folder).card.name == "tiny"
    (tmp_path / "elsewhere").unlink()
    with pytest.raises(DamagedFileError, match=r"generator\.onnx"):
        Bundle.open(folder)
