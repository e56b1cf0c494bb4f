"""Finding files, and what manifests say about them."""

import csv
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kickitout.errors import InputError
from kickitout.library.manifest import read_manifest
from kickitout.library.scan import scan


def touch(path):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"x")
    return path


def write_manifest(path, rows):
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def files(found):
    return [candidate.path for candidate in found.candidates]


def test_all_audio_endings_are_found_in_order(tmp_path):
    names = ["a.WAV", "b.aiff", "c.aif", "d.flac", "e.ogg", "f.mp3", "g.txt", "h.wave", "manifest.txt", ".hidden.wav"]
    for name in reversed(names):
        touch(tmp_path / name)
    found = scan([tmp_path])
    assert [path.name for path in files(found)] == ["a.WAV", "b.aiff", "c.aif", "d.flac", "e.ogg", "f.mp3", "h.wave"]
    assert found.other_files == 2


def test_deep_and_unusual_names(tmp_path):
    deep = tmp_path
    for level in range(20):
        deep /= f"level {level} — Übung 太鼓"
    touch(deep / "kick 🥁 'n' \"bass\".wav")
    touch(tmp_path / ("n" * 200) / ("m" * 200) / ("k" * 240 + ".wav"))
    assert len(files(scan([tmp_path]))) == 2


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no such names")
def test_a_name_that_is_no_text_is_still_found(tmp_path):
    import os

    (tmp_path / os.fsdecode(b"kick\xff.wav")).write_bytes(b"x")
    (candidate,) = scan([tmp_path]).candidates
    assert candidate.file.encode("utf-8").endswith(b"kick?.wav")
    assert candidate.key


def test_links_are_followed_and_loops_are_not(tmp_path):
    touch(tmp_path / "samples" / "inner" / "kick.wav")
    try:
        (tmp_path / "samples" / "inner" / "up").symlink_to(tmp_path / "samples", target_is_directory=True)
        (tmp_path / "samples" / "self").symlink_to(tmp_path / "samples" / "self")
        (tmp_path / "samples" / "linked").symlink_to(tmp_path / "else", target_is_directory=True)
    except OSError:
        pytest.skip("this system makes no links")
    touch(tmp_path / "else" / "other.wav")
    found = files(scan([tmp_path / "samples"]))
    assert sorted(path.name for path in found) == ["kick.wav", "other.wav"]


def test_the_library_itself_is_not_entered(tmp_path):
    touch(tmp_path / "kick.wav")
    touch(tmp_path / "library" / "shard.wav")
    assert [path.name for path in files(scan([tmp_path], excluded=[tmp_path / "library"]))] == ["kick.wav"]


def test_folders_are_source_and_kit(tmp_path):
    for name in ("top.wav", "pack/in pack.wav", "pack/808/a.wav", "pack/808/hard/b.wav"):
        touch(tmp_path / "root" / name)
    named = {c.path.name: (c.source, c.kit) for c in scan([tmp_path / "root"]).candidates}
    assert named == {
        "top.wav": ("root", "root"),
        "in pack.wav": ("root", "pack"),
        "a.wav": ("pack", "808"),
        "b.wav": ("pack", "808/hard"),
    }


def test_a_manifest_is_picked_up(tmp_path):
    touch(tmp_path / "a" / "one.wav")
    touch(tmp_path / "a" / "two.wav")
    row = {
        "file": "a/one.wav",
        "source": "someone/pack",
        "kit": "808",
        "origin": "someone/pack",
        "commit": "c0ffee",
        "original_path": "808/BD 01.wav",
        "licence": "CC0-1.0",
        "licence_class": "clean",
    }
    write_manifest(tmp_path / "manifest.csv", [row])
    one, two = scan([tmp_path]).candidates
    assert (one.source, one.kit, one.licence, one.licence_class) == ("someone/pack", "808", "CC0-1.0", "clean")
    assert one.origin == "someone/pack@c0ffee:808/BD 01.wav"
    assert (two.source, two.kit, two.licence_class) == (tmp_path.name, "a", "unknown")
    clean = scan([tmp_path], licence_classes=["clean"])
    assert (files(clean), len(clean.left_out)) == ([tmp_path / "a" / "one.wav"], 1)


def test_a_manifest_may_name_what_is_not_there(tmp_path):
    touch(tmp_path / "there.wav")
    manifest = write_manifest(tmp_path / "list.csv", [{"file": "there.wav"}, {"file": "gone.wav"}])
    found = scan([tmp_path], manifest=manifest)
    assert files(found) == [tmp_path / "there.wav"]
    assert [(one.path.name, one.why) for one in found.skipped] == [("gone.wav", "named in the manifest, not there")]


def test_a_manifest_of_something_else_is_not_used(tmp_path):
    touch(tmp_path / "kick.wav")
    write_manifest(tmp_path / "manifest.csv", [{"name": "ship", "cargo": "rum"}])
    found = scan([tmp_path])
    assert len(found.candidates) == 1
    assert "no column 'file'" in found.notes[0]
    with pytest.raises(InputError, match="has no column 'file' \\(found: name, cargo\\)"):
        scan([tmp_path], manifest=tmp_path / "manifest.csv")


def test_wrong_manifests_are_named(tmp_path):
    touch(tmp_path / "kick.wav")
    with pytest.raises(InputError, match=r"^manifest .*gone\.csv: cannot be read"):
        scan([tmp_path], manifest=tmp_path / "gone.csv")
    manifest = write_manifest(tmp_path / "m.csv", [{"file": "kick.wav", "licence_class": "free"}])
    with pytest.raises(InputError, match=r"m\.csv: the licence_class 'free' in line 2 is unknown; use clean, "):
        scan([tmp_path], manifest=manifest)
    with pytest.raises(InputError, match="give exactly one folder with it"):
        scan([tmp_path, tmp_path / "kick.wav"], manifest=manifest)


def test_an_unknown_licence_class_is_named(tmp_path):
    touch(tmp_path / "kick.wav")
    with pytest.raises(InputError, match=r"^licence_classes free: unknown; choose clean, attribution"):
        scan([tmp_path], licence_classes=["free"])


def test_a_missing_place_is_named(tmp_path):
    with pytest.raises(InputError, match="nowhere: does not exist"):
        scan([tmp_path / "nowhere"])
    with pytest.raises(InputError, match="does not exist"):
        scan([tmp_path / ("n" * 5_000)])


def test_places_that_overlap_count_once(tmp_path):
    kick = touch(tmp_path / "kit" / "kick.wav")
    found = scan([tmp_path, tmp_path / "kit", kick])
    assert files(found) == [kick]


def test_a_key_changes_with_the_file(tmp_path):
    path = touch(tmp_path / "kick.wav")
    (before,) = scan([tmp_path]).candidates
    first = before.key
    assert scan([tmp_path]).candidates[0].key == first
    path.write_bytes(b"longer than before")
    assert scan([tmp_path]).candidates[0].key != first


@given(st.binary(max_size=200))
def test_any_bytes_are_a_manifest_or_an_input_error(tmp_path_factory, data):
    path = tmp_path_factory.getbasetemp() / "any.csv"
    path.write_bytes(data)
    try:
        rows = read_manifest(path)
    except InputError:
        return  # anything else fails the test
    assert all(row["file"] for row in rows)


@given(
    st.lists(
        st.dictionaries(st.sampled_from(["file", "source", "kit", "licence"]), st.text(max_size=20), min_size=4),
        min_size=1,
        max_size=5,
    )
)
def test_what_csv_writes_comes_back(tmp_path_factory, rows):
    rows = [row | {"file": f"f{number}.wav"} for number, row in enumerate(rows)]
    rows = [{k: v.replace("\r", "").replace("\0", "").replace("\ud800", "") for k, v in row.items()} for row in rows]
    path = tmp_path_factory.getbasetemp() / "rows.csv"
    assert read_manifest(write_manifest(path, rows)) == rows
