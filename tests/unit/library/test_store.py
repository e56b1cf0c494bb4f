"""The library on disk: round trips, what NumPy alone can read, and damage in words."""

import json
import threading
import time
from dataclasses import asdict

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from kickitout.errors import DamagedFileError, InputError, OutputError, VersionError
from kickitout.library import lines
from kickitout.library import writer as writer_module
from kickitout.library.lines import read_lines
from kickitout.library.shards import decode, encode
from kickitout.library.store import FORMAT, FORMAT_VERSION, Library, content_hash
from kickitout.library.writer import LibraryWriter, NewKick
from kickitout.system.locks import lock

SIZE = 288


def new_kick(samples, number=0, **facts):
    planes = encode(samples)
    return NewKick(
        facts={
            "content_hash": content_hash(samples),
            "file": f"kit/kick {number} ü.wav",
            "source": "source",
            "kit": f"kit {number % 3}",
            "origin": "",
            "licence": "CC0-1.0",
            "licence_class": "clean" if number % 2 else "unknown",
            "gain_db": 1.5,
            "onset_shift": -44,
            "original_rate": 44100,
            "original_channels": 2,
            "true_stereo": bool((samples[0] != samples[1]).any()),
            "length": planes.shape[2],
            "descriptors": {"decay_ms": 100.0 + number},
        }
        | facts,
        planes=planes,
        fingerprint=np.full(SIZE, number / 16, dtype=np.float32),
    )


def sounds(count):
    rng = np.random.default_rng(1)
    made = []
    for number in range(count):
        samples = np.zeros((2, 22050), dtype=np.int16)
        length = 500 + 100 * number
        samples[:, :length] = rng.integers(-32767, 32767, length)
        samples[:, length - 1] = 7
        if number % 2:
            samples[1, :length] = samples[1, :length] // 2 + 3
        made.append(samples)
    return made


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A library of seven kicks in shards of three."""
    monkeypatch.setattr(writer_module, "SHARD_SIZE", 3)
    with LibraryWriter(tmp_path / "library") as writer:
        for number, samples in enumerate(sounds(7)):
            writer.add(new_kick(samples, number))
        writer.reject("bad.wav", "source", "silent", "all zeros")
        writer.mark_seen("abc")
        writer.flush()
        kits = {("source", f"kit {number}"): "train" for number in range(3)}
        writer.assign(["train"] * 4 + ["test"] * 3, kits)
    return tmp_path / "library"


@given(hnp.arrays(np.int16, st.tuples(st.just(2), st.integers(0, 300))))
def test_encoding_gives_the_same_samples_back(samples):
    planes = encode(samples)
    back = decode(planes)
    heard = np.flatnonzero(samples.any(axis=0))
    length = int(heard[-1]) + 1 if len(heard) else 0
    assert back.dtype == np.int16
    assert np.array_equal(back, samples[:, :length])
    assert planes.shape[1] == (1 if np.array_equal(samples[0], samples[1]) else 2)


def test_what_was_stored_comes_back(folder):
    library = Library.open(folder)
    assert len(library) == 7
    for index, samples in enumerate(sounds(7)):
        entry = library.entries[index]
        assert np.array_equal(library.integers(index), samples[:, : entry.length])
        assert content_hash(samples) == entry.content_hash
        audio = library.audio(index)
        assert audio.dtype == np.float32
        assert np.array_equal(np.rint(audio * 32767).astype(np.int16), samples)
        assert np.array_equal(library.audio(index, 200), audio[:, :200])
        assert not library.audio(index, 30_000)[:, 22050:].any()
    assert library.kick_fingerprints().shape == (7, SIZE)
    assert library.kick_fingerprints()[:, 0].tolist() == [number / 16 for number in range(7)]


def test_numpy_alone_reads_a_shard(folder):
    with np.load(folder / "shards" / "00000.npz", allow_pickle=False) as shard:
        assert sorted(shard.files) == ["00000", "00001", "00002", "embeddings"]
        planes = shard["00001"]
    # The recipe in the module's docstring, in other words.
    folded = planes[0].astype(np.int64) + 256 * planes[1].astype(np.int64)
    second = np.where(folded % 2, -(folded + 1) // 2, folded // 2)
    left, difference = np.cumsum(np.cumsum(second, axis=1), axis=1)
    right = (left + difference + 2**15) % 2**16 - 2**15
    left = (left + 2**15) % 2**16 - 2**15
    expected = sounds(2)[1][:, : planes.shape[2]]
    assert np.array_equal(left, expected[0])
    assert np.array_equal(right, expected[1])


def test_select_by_split_and_licence_class(folder):
    library = Library.open(folder)
    assert library.select() == list(range(7))
    assert library.select({"test"}) == [4, 5, 6]
    assert library.select({"train", "test"}, {"clean"}) == [1, 3, 5]
    assert library.select(set()) == []


def test_the_fingerprint_names_kicks_and_splits(folder):
    library = Library.open(folder)
    assert library.fingerprint == Library.open(folder).fingerprint
    lines = (folder / "manifest.jsonl").read_text("utf-8").replace('"split":"test"', '"split":"train"')
    (folder / "manifest.jsonl").write_text(lines, "utf-8")
    assert Library.open(folder).fingerprint != library.fingerprint


def test_the_same_kicks_make_the_same_bytes(folder, tmp_path, monkeypatch):
    monkeypatch.setattr(writer_module, "SHARD_SIZE", 3)
    with LibraryWriter(tmp_path / "other") as writer:
        for number, samples in enumerate(sounds(7)):
            writer.add(new_kick(samples, number))
        writer.flush()
    for shard in sorted((folder / "shards").iterdir()):
        assert shard.read_bytes() == (tmp_path / "other" / "shards" / shard.name).read_bytes()


def test_adding_moves_nothing(folder):
    before = {path: path.read_bytes() for path in (folder / "shards").iterdir()}
    lines = read_lines(folder / "manifest.jsonl")
    with LibraryWriter(folder) as writer:
        assert writer.seen == {"abc"}
        extra = sounds(9)[8]
        writer.add(new_kick(extra, 8))
        assert len(writer) == 8
        assert np.array_equal(writer.integers(7), extra[:, : 500 + 800])
        writer.reject("bad.wav", "source", "silent", "all zeros")
        writer.flush()
        writer.assign(["validation"] * 8, writer.known_splits())
    assert {path: path.read_bytes() for path in before} == before
    assert read_lines(folder / "manifest.jsonl")[:7] == lines
    assert Library.open(folder).entries[7].split == "validation"
    assert len(read_lines(folder / "rejections.jsonl")) == 1


def test_a_line_that_was_cut_short_is_not_there(folder):
    with (folder / "manifest.jsonl").open("ab") as stream:
        stream.write(b'{"content_hash": "half')
    assert len(Library.open(folder)) == 7
    with LibraryWriter(folder) as writer:
        writer.add(new_kick(sounds(8)[7], 7))
        writer.flush()
    assert [entry.file for entry in Library.open(folder).entries][7] == "kit/kick 7 ü.wav"


def test_a_shard_that_no_line_names_is_written_over(folder):
    (folder / "shards" / "00003.npz").write_bytes(b"left by a run that was killed")
    with LibraryWriter(folder) as writer:
        writer.add(new_kick(sounds(8)[7], 7))
        writer.flush()
    library = Library.open(folder)
    assert library.entries[7].shard == "00003.npz"
    assert np.array_equal(library.integers(7), sounds(8)[7][:, : library.entries[7].length])


@pytest.mark.parametrize("keep", [0, 10, 200, -10])
def test_a_truncated_shard_is_named(folder, keep):
    shard = folder / "shards" / "00001.npz"
    shard.write_bytes(shard.read_bytes()[:keep])
    library = Library.open(folder)
    library.audio(0)
    with pytest.raises(DamagedFileError, match=r"00001\.npz is truncated or altered"):
        library.audio(3)
    with pytest.raises(DamagedFileError, match=r"00001\.npz"):
        library.kick_fingerprints()


@given(st.integers(0, 10**6), st.integers(1, 255))
def test_an_altered_shard_never_gives_other_samples(tmp_path_factory, place, change):
    root = tmp_path_factory.mktemp("altered")
    with LibraryWriter(root / "library") as writer:
        writer.add(new_kick(sounds(1)[0]))
        writer.flush()
    shard = root / "library" / "shards" / "00000.npz"
    data = bytearray(shard.read_bytes())
    data[place % len(data)] ^= change
    shard.write_bytes(bytes(data))
    library = Library.open(root / "library")
    try:
        samples = library.integers(0)
    except DamagedFileError:
        return
    assert np.array_equal(samples, sounds(1)[0][:, :500])


def test_a_missing_shard_is_named(folder):
    (folder / "shards" / "00002.npz").unlink()
    with pytest.raises(DamagedFileError, match=r"00002\.npz is missing"):
        Library.open(folder)


@pytest.mark.parametrize("line", ["{", "[]", "null", '{"file": "x"}', "\x00"])
def test_a_damaged_manifest_line_is_named(folder, line):
    path = folder / "manifest.jsonl"
    lines = read_lines(path)
    lines[2] = line
    path.write_text("\n".join(lines) + "\n", "utf-8")
    with pytest.raises(DamagedFileError, match=r"manifest\.jsonl is damaged in line 3"):
        Library.open(folder)


def test_a_manifest_that_is_no_text_is_damaged(folder):
    (folder / "manifest.jsonl").write_bytes(b"\xff\xfe\n")
    with pytest.raises(DamagedFileError, match=r"manifest\.jsonl is damaged"):
        Library.open(folder)


def test_a_newer_library_asks_for_an_update(folder):
    header = {"format": FORMAT, "version": FORMAT_VERSION + 1}
    (folder / "library.json").write_text(json.dumps(header), "utf-8")
    with pytest.raises(VersionError, match="update kickitout"):
        Library.open(folder)
    with pytest.raises(VersionError):
        LibraryWriter(folder)


@pytest.mark.parametrize("text", ["", "{}", "[1]", '{"format": "kickitout-library", "version": "x"}'])
def test_a_damaged_header_is_named(folder, text):
    (folder / "library.json").write_text(text, "utf-8")
    with pytest.raises(DamagedFileError, match=r"library\.json is damaged"):
        Library.open(folder)


def test_what_is_no_library_is_said_to_be_none(tmp_path, folder):
    with pytest.raises(InputError, match="holds no library"):
        Library.open(tmp_path / "nowhere")
    (tmp_path / "file").write_text("x")
    with pytest.raises(InputError, match="holds no library"):
        Library.open(tmp_path / "file")
    (folder / "library.json").write_text('{"format": "else", "version": 1}', "utf-8")
    with pytest.raises(InputError, match="not a library of Kick It Out"):
        Library.open(folder)


def test_a_folder_with_other_things_is_not_taken(tmp_path):
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(InputError, match="not empty and holds no library"):
        LibraryWriter(tmp_path)
    with pytest.raises(InputError, match="there is already a file of this name"):
        LibraryWriter(tmp_path / "thesis.txt")


def test_two_writers_do_not_meet(folder):
    with LibraryWriter(folder), pytest.raises(InputError, match=r"^library .*: another run is adding to it"):
        LibraryWriter(folder)
    with LibraryWriter(folder):
        pass


@pytest.mark.parametrize("text", ["{", "[]", '{"kits": [1]}'])
def test_damaged_splits_are_named(folder, text):
    (folder / "splits.json").write_text(text, "utf-8")
    with LibraryWriter(folder) as writer, pytest.raises(DamagedFileError, match=r"splits\.json is damaged"):
        writer.known_splits()


def test_missing_splits_are_named(folder):
    (folder / "splits.json").unlink()
    with LibraryWriter(folder) as writer, pytest.raises(DamagedFileError, match=r"splits\.json is missing"):
        writer.known_splits()


def test_a_full_disk_leaves_a_valid_library(folder, monkeypatch):
    real = lines.os.fsync

    def full(_descriptor):
        raise OSError(28, "No space left on device")

    with LibraryWriter(folder) as writer:
        writer.add(new_kick(sounds(8)[7], 7))
        monkeypatch.setattr("kickitout.system.files.os.fsync", full)
        with pytest.raises(OutputError, match="no space left on device"):
            writer.flush()
        assert len(Library.open(folder)) == 7
        monkeypatch.setattr("kickitout.system.files.os.fsync", real)
        # Shards can be written again, lines cannot.
        monkeypatch.setattr(lines.os, "fsync", full)
        with pytest.raises(OutputError, match="no space left on device"):
            lines.append_lines(folder / "manifest.jsonl", ["a line"])
        monkeypatch.setattr(lines.os, "fsync", real)
        assert len(Library.open(folder)) == 7
        writer.flush()
    assert len(Library.open(folder)) == 8


def test_entries_are_plain_data(folder):
    entry = Library.open(folder).entries[1]
    assert json.loads(json.dumps(asdict(entry))) == asdict(entry)


# Others at the same place, and time ---------------------------------------------------------------------------------


def test_a_library_is_locked_before_it_is_read(folder, monkeypatch):
    """Else what another run adds in between would be lost."""
    read, seen = Library.open.__func__, []

    def reading(cls, path):
        with pytest.raises(InputError, match="another run is adding to it"):
            lock(path, "library", writer_module.ADDED_TO)
        seen.append(path)
        return read(cls, path)

    monkeypatch.setattr(Library, "open", classmethod(reading))
    with LibraryWriter(folder):
        pass
    assert seen == [folder]


@pytest.mark.parametrize("place", ["new", "library"])
def test_runs_that_add_at_once_lose_nothing(tmp_path, folder, place):
    """Each waits until the place is free; then it finds what the others have added."""
    start, kicks, failed = threading.Barrier(4), sounds(12), []

    def add(number):
        try:
            start.wait()
            until = time.monotonic() + 20.0
            while time.monotonic() < until:
                try:
                    writer = LibraryWriter(tmp_path / place)
                except InputError:
                    time.sleep(0.001)
                    continue
                with writer:
                    for index in range(3 * number, 3 * number + 3):
                        writer.add(new_kick(kicks[index], 100 + index))
                    writer.flush()
                return
            failed.append("waited in vain")
        except Exception as error:
            failed.append(error)

    threads = [threading.Thread(target=add, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    library = Library.open(tmp_path / place)
    assert len(library) == 12 + (7 if place == "library" else 0)
    assert all(np.abs(library.integers(index)).max() for index in range(len(library)))
    assert {entry.file for entry in library.entries} >= {f"kit/kick {100 + index} ü.wav" for index in range(12)}


def test_a_writer_that_fails_to_open_lets_others_in(folder):
    (folder / "library.json").write_text("{")
    with pytest.raises(DamagedFileError):
        LibraryWriter(folder)
    lock(folder, "library", "").release()


def add_all(folder, every=None):
    """Seven kicks, written when a shard is full, and after `every` kicks."""
    with LibraryWriter(folder) as writer:
        for number, samples in enumerate(sounds(7)):
            writer.add(new_kick(samples, number))
            if every and number % every == 0:
                writer.flush()
                assert len(Library.open(folder)) == len(writer) == number + 1
                assert np.array_equal(writer.integers(number), samples[:, : writer.library.entries[number].length])
        writer.flush()
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("every", [1, 2, 5])
def test_how_often_is_written_changes_no_byte(tmp_path, monkeypatch, every):
    monkeypatch.setattr(writer_module, "SHARD_SIZE", 3)
    whole = add_all(tmp_path / "whole")
    assert add_all(tmp_path / "parts", every) == whole
    assert sum(path.suffix == ".npz" for path in whole) == 3


def test_what_waits_is_written_after_some_seconds(tmp_path):
    now = [0.0]
    with LibraryWriter(tmp_path / "library", clock=lambda: now[0]) as writer:
        writer.add(new_kick(sounds(1)[0]))
        writer.reject("bad.wav", "source", "silent", "all zeros")
        writer.mark_seen("abc")
        writer.flush_if_due()
        assert len(Library.open(tmp_path / "library")) == 0
        now[0] = writer_module.FLUSH_SECONDS
        writer.flush_if_due()
        # As a kill would leave it.
        assert len(Library.open(tmp_path / "library")) == 1
        assert [len(read_lines(tmp_path / "library" / name)) for name in ("rejections.jsonl", "seen.txt")] == [1, 1]
        assert writer_module.FLUSH_SECONDS <= 30.0


def test_who_reads_while_a_shard_grows_reads_what_was_there(tmp_path):
    kicks = sounds(4)
    with LibraryWriter(tmp_path / "library") as writer:
        for number in range(2):
            writer.add(new_kick(kicks[number], number))
        writer.flush()
        reader = Library.open(tmp_path / "library")
        assert np.array_equal(reader.kick_fingerprints()[:, 0], [0.0, 1 / 16])  # where things lie is known from here on
        for number in range(2, 4):
            writer.add(new_kick(kicks[number], number))
        writer.flush()
        assert np.array_equal(reader.kick_fingerprints()[:, 0], [0.0, 1 / 16])
        for number in range(2):
            assert np.array_equal(reader.integers(number), kicks[number][:, : reader.entries[number].length])


def test_killed_between_a_shard_and_its_lines_it_goes_on(tmp_path, monkeypatch):
    kicks = sounds(4)
    with LibraryWriter(tmp_path / "library") as writer:
        writer.add(new_kick(kicks[0], 0))
        writer.flush()
        writer.add(new_kick(kicks[1], 1))
        with monkeypatch.context() as patch:
            patch.setattr(writer_module, "append_lines", interrupt)
            with pytest.raises(KeyboardInterrupt):
                writer.flush()
    with LibraryWriter(tmp_path / "library") as writer:
        for number in range(1, 4):
            writer.add(new_kick(kicks[number], number))
        writer.flush()
    library = Library.open(tmp_path / "library")
    assert len(library) == 4
    for number, samples in enumerate(kicks):
        assert np.array_equal(library.integers(number), samples[:, : library.entries[number].length])


def interrupt(path, lines):
    raise KeyboardInterrupt


def test_an_unused_library_leaves_nothing(tmp_path):
    with LibraryWriter(tmp_path / "library") as writer:
        writer.discard_if_new()
    assert list(tmp_path.iterdir()) == []
    lock_of_another = tmp_path / "notes" / ".lock"
    lock_of_another.parent.mkdir()
    lock_of_another.write_text("mine")
    (tmp_path / "notes" / "notes.txt").write_text("mine")
    with pytest.raises(InputError, match="is not empty and holds no library"):
        LibraryWriter(tmp_path / "notes")
    assert lock_of_another.read_text() == "mine"
