"""Manifests from anywhere: what they may be written in, and what they may not name."""

import sys
import tracemalloc

import pytest

from kickitout.errors import InputError
from kickitout.library import manifest as manifest_module
from kickitout.library.manifest import MOST_MISSING, match, read_manifest
from kickitout.library.scan import scan


@pytest.fixture
def root(tmp_path):
    for name in ("Kit A/Größe 1.wav", "Kit A/two.WAV", "three.wav", ".hidden.wav"):
        (tmp_path / "samples" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "samples" / name).write_bytes(b"x")
    return tmp_path / "samples"


def matched(root, rows, encoding="utf-8", ends="\n"):
    path = root.parent / "list.csv"
    path.write_bytes(ends.join(rows).encode(encoding))
    paths = [file for file in sorted(root.rglob("*")) if file.is_file() and not file.name.startswith(".")]
    found = match(path, root, paths)
    return {file.relative_to(root).as_posix(): row for file, row in found.rows.items()}, found


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_any_encoding_and_delimiter_say_the_same(root, encoding, delimiter):
    rows = [("File", "Source", "licence_class"), ("Kit A/Größe 1.wav", "Müller", "Clean"), ("three.wav", "", "")]
    said, found = matched(root, [delimiter.join(row) for row in rows], encoding, "\r\n")
    assert said["Kit A/Größe 1.wav"].source == "Müller"
    assert said["Kit A/Größe 1.wav"].licence_class == "clean"
    assert said["three.wav"].source is None
    assert said["three.wav"].licence_class is None
    assert not found.missing
    assert not found.notes


@pytest.mark.parametrize(
    "name", ["Kit A\\two.WAV", "kit a\\TWO.wav", ".\\Kit A\\\\two.WAV", "./Kit A/two.WAV", "KIT A/Two.Wav"]
)
def test_names_as_windows_writes_them(root, name):
    said, _ = matched(root, ["file", name])
    assert list(said) == ["Kit A/two.WAV"]


def test_a_decomposed_name_is_the_same_name(root):
    assert list(matched(root, ["file", "Kit A/Gro\u0308ße 1.wav"])[0]) == ["Kit A/Größe 1.wav"]


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no two names that differ in case alone")
def test_a_name_that_may_be_two_files_is_neither(root):
    (root / "THREE.wav").write_bytes(b"x")
    said, found = matched(root, ["file", "three.wav", "Three.wav"])
    assert list(said) == ["three.wav"]
    assert [path.name for path in found.missing] == ["Three.wav"]


def test_hidden_files_are_found_where_they_are_named(root):
    assert list(matched(root, ["file", ".hidden.wav"])[0]) == [".hidden.wav"]


@pytest.mark.parametrize(
    "name", ["../secret.wav", "..\\secret.wav", "Kit A/../../secret.wav", "/etc/passwd", "C:\\x.wav", "c:x.wav",
             "\\\\server\\share\\x.wav", "a\0b.wav", "/"]
)  # fmt: skip
def test_a_row_that_leads_outside_is_noted_and_nothing_of_it_read(root, name):
    (root.parent / "secret.wav").write_bytes(b"x")
    said, found = matched(root, ["file", name, "three.wav"])
    assert list(said) == ["three.wav"]
    assert not found.missing
    assert "1 rows not used: they name no file inside the folder (first: line 2" in found.notes[0]


def test_a_whole_path_into_the_folder_is_inside(root):
    assert list(matched(root, ["file", str(root.absolute() / "three.wav")])[0]) == ["three.wav"]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"\0\0\0\0", "not a CSV file|no column 'file'"),
        (b"\xff\xfe\x00", "not a CSV file"),
        (b"file\n\x81\x8d", "not a CSV file"),
        (b'file\n"open', "not a CSV file"),
        (b"name,cargo\nship,rum\n", "no column 'file'"),
        (b"", "no column 'file'"),
        (b"file\n" + b"x" * (1 << 20), "a line of 1,048,576 characters or more"),
        (b"file,licence_class\nthree.wav,free\n", "licence_class 'free' in line 2 is unknown"),
    ],
)
def test_what_is_no_manifest_is_not_used_and_says_why(root, data, words):
    (root / "manifest.csv").write_bytes(data)
    found = scan([root])
    assert len(found.candidates) == 3
    assert found.notes[0].startswith("not used: manifest ")
    with pytest.raises(InputError, match=words):
        read_manifest(root / "manifest.csv")


def test_only_what_is_there_is_kept(root, monkeypatch):
    count = 20_000
    path = root.parent / "large.csv"
    path.write_text("file,source\n" + "".join(f"pack/kick {n}.wav,source {n}\n" for n in range(count)), "utf-8")
    tracemalloc.start()
    try:
        found = match(path, root, [root / "three.wav"])
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(found.missing) == MOST_MISSING
    assert f"{count - MOST_MISSING:,} more rows name files that are not there" in found.notes[0]
    assert peak < 2_000_000  # as rows: ten


@pytest.mark.slow
def test_a_million_rows_take_little_time_and_memory(root):
    import time

    path = root.parent / "large.csv"
    with path.open("w", encoding="utf-8") as stream:
        stream.write("file,source,kit\n")
        stream.writelines(f"Pack {n % 50}\\Kick {n}.wav,source {n % 30},{n % 100}\n" for n in range(1_000_000))
    start = time.process_time()
    assert len(manifest_module.match(path, root, [root / "three.wav"]).missing) == MOST_MISSING
    assert time.process_time() - start < 30.0
