"""Copies are found, other kicks are not."""

import io

import numpy as np
import pytest
import soundfile

from kickitout.library import duplicates
from kickitout.library.duplicates import (
    NEAREST,
    DuplicateIndex,
    find_copies,
    find_pairs,
    find_repeated,
    pool,
    same_sound,
)
from kickitout.library.normalise import normalise
from kickitout.measure.fingerprint import fingerprint
from kickitout.sound import audio
from kickitout.sound.kick import FULL_SCALE

RATE = 44_100
SEEDS = range(0, 16 * 24, 16)
"""One kick of each of 24 machines."""


def prepare(samples, rate=RATE):
    return normalise(np.asarray(samples, dtype=np.float32), rate).samples


def as_float(samples):
    return samples.astype(np.float32) / FULL_SCALE


def through(samples, format, subtype):
    stream = io.BytesIO()
    soundfile.write(stream, samples.T, RATE, format=format, subtype=subtype)
    stream.seek(0)
    return soundfile.read(stream, dtype="float32", always_2d=True)[0].T


def faded(samples, length):
    cut = samples[:, :length].copy()
    cut[:, -900:] *= np.linspace(1, 0, 900, dtype=np.float32)
    return cut


COPIES = {
    "gain": lambda x: (through(0.3 * x, "WAV", "PCM_16"), RATE),
    "silence before": lambda x: (np.pad(x, ((0, 0), (777, 0))), RATE),
    "22.05 kHz": lambda x: (audio.resample(x, RATE, 22_050), 22_050),
    "48 kHz and back": lambda x: (audio.resample(audio.resample(x, RATE, 48_000), 48_000, RATE), RATE),
    "three samples later": lambda x: (np.pad(0.9 * x, ((0, 0), (3, 0))) + 1e-4, RATE),
    "48 kHz": lambda x: (audio.resample(x, RATE, 48_000), 48_000),
    "32 kHz": lambda x: (audio.resample(x, RATE, 32_000), 32_000),
    "ogg": lambda x: (through(0.9 * x, "OGG", "VORBIS"), RATE),
    "mp3": lambda x: (through(0.9 * x, "MP3", "MPEG_LAYER_III"), RATE),
    "cut": lambda x: (x[:, :11_000], RATE),
    "cut and faded": lambda x: (faded(x, 9_000), RATE),
}

LEAST_FOUND = 0.9
"""The share of copies that must be found (docs/library.md has the figures on real kicks)."""


@pytest.fixture(scope="module")
def originals(kick):
    return [prepare(kick(seed)) for seed in SEEDS]


@pytest.fixture(scope="module")
def index(originals):
    return DuplicateIndex(np.stack([fingerprint(as_float(samples)) for samples in originals]))


@pytest.mark.parametrize("name", COPIES)
def test_copies_are_found(kick, originals, index, name):
    found = 0
    for number, seed in enumerate(SEEDS):
        copy = prepare(*COPIES[name](np.asarray(kick(seed))))
        found += index.find(fingerprint(as_float(copy)), copy, originals.__getitem__) == number
    assert found >= LEAST_FOUND * len(SEEDS)


def test_other_kicks_are_not_found(kick, originals, index):
    for seed in range(5, 16 * 24, 16):  # of the same machines
        other = prepare(kick(seed))
        near = index.find(fingerprint(as_float(other)), other, originals.__getitem__)
        assert near is None, (seed, near)


def test_a_kick_is_the_same_sound_as_itself_and_the_relation_is_mutual(originals):
    for one in originals[:6]:
        assert same_sound(one, one)
        for other in originals[:6]:
            assert same_sound(one, other) == same_sound(other, one)


def test_silence_is_no_copy_of_anything(originals):
    silence = np.zeros((2, 22050), dtype=np.int16)
    assert not same_sound(silence, originals[0])
    assert not same_sound(silence, silence)


def test_an_index_that_grew_is_an_index_that_was_built(originals):
    fingerprints = np.stack([fingerprint(as_float(samples)) for samples in originals])
    many = np.concatenate([fingerprints + 0.01 * step for step in range(60)])[:1_300]
    built, grown = DuplicateIndex(many), DuplicateIndex(many[:0])
    for one in many:
        grown.add(one)
    for one in fingerprints:
        assert built.candidates(one) == grown.candidates(one)
        assert len(built.candidates(one)) <= NEAREST
        assert built.candidates(one)[0] == grown.candidates(one)[0]


def test_an_empty_index_has_no_candidates():
    assert DuplicateIndex(np.zeros((0, 288), np.float32)).candidates(np.zeros(288, np.float32)) == []


def test_keys_are_means_of_the_mid():
    fingerprints = np.zeros((1, 288), np.float32)
    fingerprints[0, 144:] = 1.0  # the side does not count
    assert not pool(fingerprints).any()
    fingerprints[0, :144] = 0.5
    assert np.allclose(pool(fingerprints), 0.5)
    assert pool(fingerprints).shape == (1, 32)


def fingerprints(kicks):
    return np.stack([fingerprint(as_float(samples)) for samples in kicks])


def test_all_pairs_of_a_set_are_found_in_any_order(kick, originals):
    copies = [
        prepare(*COPIES[name](np.asarray(kick(seed)))) for name, seed in zip(("gain", "mp3"), SEEDS, strict=False)
    ]
    kicks = [*originals[:8], *copies]
    assert find_pairs(fingerprints(kicks), kicks.__getitem__) == [(0, 8), (1, 9)]
    turned = kicks[::-1]
    assert find_pairs(fingerprints(turned), turned.__getitem__) == [(0, 8), (1, 9)]


def test_a_set_of_different_kicks_has_no_pairs_and_none_has_none(originals):
    assert find_pairs(fingerprints(originals), originals.__getitem__) == []
    assert find_pairs(np.zeros((0, 288), np.float32), originals.__getitem__) == []


def test_every_pair_of_a_heap_of_copies_is_found_at_bounded_cost(originals):
    heap = [originals[0]] * 60
    compared = []

    def samples_of(index):
        compared.append(index)
        return heap[index]

    pairs = find_pairs(fingerprints(heap), samples_of)
    assert pairs == [(i, j) for i in range(60) for j in range(i + 1, 60)]
    assert len(compared) <= 2 * NEAREST * 60


def test_repeated_kicks_are_those_of_some_pair_in_any_order(kick, originals):
    copies = [
        prepare(*COPIES[name](np.asarray(kick(seed)))) for name, seed in zip(("gain", "mp3"), SEEDS, strict=False)
    ]
    kicks = [*originals[:8], *copies, originals[4]]
    expected = [0, 1, 4, 8, 9, 10]
    assert np.flatnonzero(find_repeated(fingerprints(kicks), kicks.__getitem__)).tolist() == expected
    turned = kicks[::-1]
    found = find_repeated(fingerprints(turned), turned.__getitem__)
    assert np.flatnonzero(found[::-1]).tolist() == expected
    assert find_repeated(np.zeros((0, 288), np.float32), kicks.__getitem__).shape == (0,)


def test_repetitions_among_kicks_that_are_all_close_cost_no_more_than_eight_comparisons_a_kick(originals, monkeypatch):
    """A collapsed set: one fingerprint for all, and no two the same sound."""
    compared = []
    monkeypatch.setattr(duplicates, "_same", lambda *pair: compared.append(pair))
    kicks = [originals[number % len(originals)] + np.int16(number) for number in range(60)]
    close = np.repeat(fingerprints(originals[:1]), 60, axis=0)
    assert not find_repeated(close, kicks.__getitem__).any()
    assert 0 < len(compared) <= NEAREST * 60


def test_a_copy_in_another_set_is_named_by_its_place(kick, originals):
    copies = [prepare(*COPIES["gain"](np.asarray(kick(seed)))) for seed in SEEDS[:5]]
    new = prepare(kick(5))
    found = find_copies(
        fingerprints([*copies, new]), [*copies, new].__getitem__, fingerprints(originals), originals.__getitem__
    )
    assert found.tolist() == [0, 1, 2, 3, 4, -1]
    nothing = find_copies(fingerprints(copies), copies.__getitem__, np.zeros((0, 288), np.float32), copies.__getitem__)
    assert nothing.tolist() == [-1] * 5
