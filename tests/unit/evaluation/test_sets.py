"""Sets of kicks: one form for all, an order of their own, and nothing that cannot be read goes unsaid."""

from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest
import soundfile

from kickitout.errors import InputError
from kickitout.evaluation import sets
from kickitout.library.synthesis import synthesise_kick
from kickitout.sound.audio import resample
from testing.tiny_library import make_library

RATE = 44_100


@pytest.fixture(scope="module")
def kicks():
    return np.stack([synthesise_kick(seed)[0] for seed in range(20)])


@pytest.fixture(scope="module")
def measured(kicks):
    return sets.from_arrays(kicks, name="built-in", workers=1)


def assert_equal(a, b, *, but=("name",)):
    for field in fields(sets.KickSet):
        if field.name in but:
            continue
        x, y = getattr(a, field.name), getattr(b, field.name)
        if isinstance(x, dict):
            assert x.keys() == y.keys()
            assert all(np.array_equal(x[key], y[key], equal_nan=True) for key in x), field.name
        elif isinstance(x, np.ndarray):
            assert np.array_equal(x, y), field.name
        else:
            assert x == y, field.name


def write(folder, kicks, order, suffix="wav", **options):
    folder.mkdir(parents=True, exist_ok=True)
    for place, number in enumerate(order):
        soundfile.write(folder / f"{place:03d}-{number}.{suffix}", kicks[number].T, RATE, **options)


def test_a_set_has_an_order_of_its_own(kicks, measured):
    names = [f"{number:05d}" for number in range(20)]
    backwards = sets.from_arrays(kicks[::-1], name="backwards", files=names[::-1], kits=names[::-1], workers=1)
    assert list(measured.hashes) == sorted(measured.hashes)
    assert_equal(measured, backwards)


def test_the_number_of_workers_changes_nothing(kicks, measured):
    assert_equal(measured, sets.from_arrays(kicks, name="two", workers=2))


def test_gain_and_silence_before_it_change_nothing_that_is_measured_of_the_sound(kicks, measured):
    late = np.pad(0.25 * kicks, ((0, 0), (0, 0), (441, 0)))
    other = sets.from_arrays(late.astype(np.float32), name="late", workers=1)
    place = {file: i for i, file in enumerate(other.files)}
    match = [place[file] for file in measured.files]
    # Not the same integers: the gain is rounded. As near as rounding to 16 bits lets them be.
    assert np.abs(other.samples[match].astype(int) - measured.samples).max() <= 1
    assert np.array_equal(other.is_kick[match], measured.is_kick)
    assert np.allclose(other.embeddings[match], measured.embeddings, atol=0.05)


def test_files_and_arrays_are_the_same_kicks(tmp_path, kicks, measured):
    write(tmp_path / "files", kicks, range(20), subtype="PCM_24")
    found = sets.from_folder(tmp_path / "files")
    assert len(set(found.kits)) == 20
    place = {file.split("-")[1].split(".")[0]: i for i, file in enumerate(found.files)}
    match = [place[str(int(file))] for file in measured.files]
    assert np.abs(found.samples[match].astype(int) - measured.samples).max() <= 1


def test_shuffled_names_are_the_same_set(tmp_path, kicks):
    write(tmp_path / "a", kicks, range(6))
    write(tmp_path / "b", kicks, [3, 5, 0, 2, 1, 4])
    a, b = sets.from_folder(tmp_path / "a"), sets.from_folder(tmp_path / "b")
    assert_equal(a, b, but=("name", "files", "kits"))


def test_folders_are_kits(tmp_path, kicks):
    write(tmp_path / "all" / "one", kicks, range(3))
    write(tmp_path / "all" / "two", kicks, range(3, 5))
    found = sets.from_folder(tmp_path / "all")
    assert sorted({found.kits.count(kit) for kit in found.kits}) == [2, 3]


def test_any_rate_and_one_channel(tmp_path, kicks, measured):
    mono = kicks[0].mean(axis=0, keepdims=True)
    (tmp_path / "odd").mkdir()
    for rate in (22_050, 48_000, 96_000):
        soundfile.write(tmp_path / "odd" / f"{rate}.wav", resample(mono, RATE, rate).T, rate, subtype="FLOAT")
    found = sets.from_folder(tmp_path / "odd")
    assert len(found) == 3
    assert found.samples.shape == (3, 2, 22_050)
    assert np.array_equal(found.samples[:, 0], found.samples[:, 1])
    assert np.ptp(found.descriptors["pitch_hz"]) < 0.5


def test_what_cannot_be_read_is_named_and_what_is_silent_counts(tmp_path, kicks):
    folder = tmp_path / "mixed"
    write(folder, kicks, range(2))
    (folder / "broken.wav").write_bytes(b"RIFF no audio at all")
    soundfile.write(folder / "silent.wav", np.zeros((500, 2)), RATE)
    soundfile.write(folder / "short.wav", np.ones((1, 1)), RATE)
    soundfile.write(folder / "three.wav", np.zeros((500, 3)), RATE)
    soundfile.write(folder / "nan.wav", np.full((500, 1), np.nan), RATE, subtype="FLOAT")
    found = sets.from_folder(folder)
    assert len(found) == 4
    assert [file for file, _ in found.refused] == ["broken.wav", "nan.wav", "three.wav"]
    assert all(reason for _, reason in found.refused)
    silent = found.files.index("silent.wav")
    assert not found.samples[silent].any()
    assert not found.is_kick[silent]
    assert np.isfinite(found.embeddings).all()


def test_nothing_to_measure_is_said(tmp_path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match="holds no audio files"):
        sets.from_folder(tmp_path / "empty")
    with pytest.raises(InputError, match="does not exist"):
        sets.from_folder(tmp_path / "nowhere")
    (tmp_path / "empty" / "x.wav").write_bytes(b"nothing")
    with pytest.raises(InputError, match=r"holds no readable audio \(x.wav"):
        sets.from_folder(tmp_path / "empty")
    with pytest.raises(InputError, match=r"^workers 0: too few"):
        sets.measure([], name="none", workers=0)
    assert len(sets.measure([], name="none")) == 0


def test_numbers_that_are_none_from_a_generator(kicks):
    wrong = kicks[:2].copy()
    wrong[1, 0, 5] = np.nan
    found = sets.from_arrays(wrong, name="wrong", workers=1)
    assert len(found) == 1
    assert found.refused == (("00001", "non-finite"),)


def test_a_split_of_a_library(tmp_path):
    library = make_library(tmp_path / "lib", 20)
    split = library.entries[0].split
    found = sets.from_library(library.folder, split)
    chosen = [entry for entry in library.entries if entry.split == split]
    assert sorted(found.hashes) == sorted(entry.content_hash for entry in chosen)
    assert set(found.kits) == {f"{entry.source}/{entry.kit}" for entry in chosen}
    assert sorted(found.files) == sorted(f"{entry.source}/{Path(entry.file).name}" for entry in chosen)
    with pytest.raises(InputError, match="the splits of this library are"):
        sets.from_library(library.folder, "nothing")


def test_select_and_draw(measured):
    few = measured.select([7, 2, 2])
    assert few.files == (measured.files[2], measured.files[7])
    assert np.array_equal(few.audio(1), measured.audio(7))
    assert_equal(measured.draw(5, seed=1), measured.draw(5, seed=1))
    assert measured.draw(5, seed=1).hashes != measured.draw(5, seed=2).hashes
    assert_equal(measured.draw(100), measured)
