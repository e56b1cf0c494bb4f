"""Libraries of strangers: whatever a file in them says, it is a kick or one line, and takes no memory."""

import io
import json
import os
import shutil
import struct
import sys
import tracemalloc
import zipfile
from contextlib import contextmanager

import numpy as np
import pytest

from kickitout.errors import DamagedFileError, InputError, KickItOutError
from kickitout.library.report import summarise
from kickitout.library.store import LIBRARY, MANIFEST, REJECTIONS, SPLITS, Library, read_header
from kickitout.library.writer import LibraryWriter
from testing.tiny_library import make_library

GIANT = 2**32


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("library") / "lib"
    make_library(folder, kicks=3, validation=1)
    return folder


@pytest.fixture
def folder(made, tmp_path):
    return shutil.copytree(made, tmp_path / "lib")


@contextmanager
def little_memory():
    """What is done takes less than 30 MB."""
    tracemalloc.start()
    try:
        yield
        assert tracemalloc.get_traced_memory()[1] < 30e6
    finally:
        tracemalloc.stop()


def npy(header, data=b""):
    text = repr(header) if isinstance(header, dict) else header
    text = text.ljust(-(-(len(text) + 11) // 64) * 64 - 11) + "\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text.encode() + data


def shard(folder, kick, **others):
    """Write the shard anew with `kick` as its first member."""
    path = folder / "shards" / "00000.npz"
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    members |= {"00000.npy": kick} | others
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)


HEADER = {"descr": "|u1", "fortran_order": False, "shape": (2, 1, 4)}


@pytest.mark.parametrize(
    "kick",
    [
        npy(HEADER | {"shape": (2, 1, GIANT)}),
        npy(HEADER | {"shape": (2, 1, 10**30)}),
        npy(HEADER | {"shape": (2, -1, -4)}, b"1234567890"),
        npy(HEADER | {"shape": (2, 3, 4)}, bytes(24)),
        npy(HEADER | {"shape": (24,)}, bytes(24)),
        npy(HEADER | {"descr": "<f8", "shape": (2, 1, 2)}, bytes(32)),
        npy(HEADER | {"descr": "|O", "shape": (2, 1, 1)}, bytes(16)),
        npy("(" * 9000),
        npy("{'descr': " + "[" * 500),
        npy("'''"),
        npy({}),
        b"",
        bytes(2**28),  # a quarter of a gigabyte of zeros, in 260 kB
    ],
    ids=lambda data: repr(data[10:50]),
)
def test_a_kick_that_claims_or_unpacks_to_more_than_a_kick_is_damaged(folder, kick):
    shard(folder, kick)
    with little_memory(), pytest.raises(DamagedFileError, match=r"00000\.npz"):
        Library.open(folder).integers(0)


def test_a_directory_that_claims_giant_members_is_damaged(folder):
    path = folder / "shards" / "00000.npz"
    data = bytearray(path.read_bytes())
    at = data.find(b"PK\x01\x02")
    data[at + 20 : at + 24] = struct.pack("<L", GIANT - 1)  # the packed size of the first
    path.write_bytes(data)
    with little_memory(), pytest.raises(DamagedFileError, match=r"00000\.npz"):
        Library.open(folder).integers(0)


def test_a_shard_of_very_many_members_is_damaged_unread(folder):
    path = folder / "shards" / "00000.npz"
    one = struct.pack("<4s4B4HL2L5H2L", b"PK\1\2", 20, 3, 20, 0, 0, 0, 0, 33, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0) + b"a"
    for count, claimed in ((300_000, 65_535), (300_000, 3)):
        end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, claimed, claimed, count * len(one), 0, 0)
        path.write_bytes(one * count + end)
        with little_memory(), pytest.raises(DamagedFileError, match=r"00000\.npz"):
            Library.open(folder).integers(0)


def test_fingerprints_that_are_no_numbers_are_damaged(folder):
    for values in (np.full((3, 288), np.nan, np.float16), np.zeros((2, 288), np.float16)):
        stream = io.BytesIO()
        np.save(stream, values)
        shard(folder, npy(HEADER, bytes(8)), **{"embeddings.npy": stream.getvalue()})
        with pytest.raises(DamagedFileError, match="shards"):
            Library.open(folder).kick_fingerprints()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("shard", value) for value in ("../00000.npz", "/etc/passwd", "00000.npz\0", "a/00000.npz", 0, None)),
        *(("position", value) for value in (-1, -2, 3, 10**30, 0.5, True, "0", None)),
        *(("length", value) for value in (-1, 10**9, 1e999, float("nan"), "22050")),
        *(("gain_db", value) for value in (float("nan"), float("inf"), 1e300, "0", None, [])),
        *(("original_rate", value) for value in (0, -44_100, float("inf"), True)),
        *(("descriptors", value) for value in ([], {"pitch_hz": None}, {"pitch_hz": float("nan")}, {"a": "b"}, "x")),
        *(("split", value) for value in ("", "a b", "\x1b[31m", 1)),
        *(("file", value) for value in (1, None, "x" * 10**5)),
        ("content_hash", 7),
        ("true_stereo", "yes"),
    ],
    ids=lambda value: repr(value)[:20],
)
def test_a_manifest_line_of_nonsense_is_named(folder, name, value):
    path = folder / MANIFEST
    lines = path.read_text("utf-8").splitlines()
    lines[1] = json.dumps(json.loads(lines[1]) | {name: value})
    path.write_text("\n".join(lines) + "\n", "utf-8")
    with pytest.raises(DamagedFileError, match=r"manifest\.jsonl is damaged in line 2|does not match|is trunc"):
        Library.open(folder).integers(1)


def read_all(folder):
    with LibraryWriter(folder) as writer:
        writer.known_splits()
        summarise(writer.library)


NONSENSE = ("", "null", "[]", "7", "{}", "nan", "[" * 10**5, '{"a":' * 10**5, '"\ud800"', "9" * 5000, "\0")


@pytest.mark.parametrize("text", NONSENSE, ids=lambda text: repr(text)[:12])
@pytest.mark.parametrize("name", [LIBRARY, MANIFEST, SPLITS, REJECTIONS])
def test_nonsense_in_any_file_is_one_line_that_names_it(folder, name, text):
    (folder / name).write_bytes(f"{text}\n".encode("utf-8", "surrogatepass"))
    with pytest.raises(KickItOutError, match=name.replace(".", r"\.")) as caught:
        read_all(folder)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 500


@pytest.mark.parametrize("version", ["1e999", "true", "1.5", "NaN", '"1"', "null", "0", "-1", "[1]"])
def test_a_version_that_is_no_whole_number_is_damage(folder, version):
    (folder / LIBRARY).write_text(f'{{"format": "kickitout-library", "version": {version}}}')
    with pytest.raises(DamagedFileError, match=r"library\.json is damaged"):
        read_header(folder)


@pytest.mark.skipif(sys.platform == "win32", reason="no pipes in folders")
@pytest.mark.parametrize("name", [LIBRARY, MANIFEST])
def test_a_pipe_is_not_waited_for(folder, name):
    (folder / name).unlink()
    os.mkfifo(folder / name)
    with pytest.raises((DamagedFileError, InputError), match=name.replace(".", r"\.")):
        Library.open(folder)
