"""What the experiment on peers measures: cutting, telling kicks from drums, and distances of reconstructions."""

import numpy as np
import pytest
import soundfile

from kickitout.errors import InputError
from kickitout.experiments import published, rebuilding
from kickitout.experiments.catalogue import run_experiment
from kickitout.experiments.cutting import check_length, cut, onsets_late_ms, silent
from kickitout.experiments.peers import exact_share
from kickitout.experiments.published import PAIRS, RECORDINGS, pairs_of, recordings_of
from kickitout.experiments.telling import plain
from kickitout.library.synthesis import synthesise_kick
from kickitout.sound.kick import KICK_SAMPLES, SAMPLE_RATE

RATE = 16_000
STEP = 6_098  # 0.381 s: no whole number of frames of 5 ms


def hit(number, samples=STEP):
    """Decaying noise that is at once there."""
    noise = np.random.default_rng(number).normal(size=samples)
    return (0.3 * noise * np.exp(-np.arange(samples) / 800.0)).astype(np.float32)[None]


@pytest.fixture(scope="module")
def hits():
    return [hit(number) for number in range(9)]


@pytest.fixture(scope="module")
def kicks():
    return [synthesise_kick(number)[0] for number in (3, 40, 41)]


def test_a_recording_is_cut_into_the_sounds_that_it_was_made_of(hits):
    found = cut(np.concatenate(hits, axis=1), RATE, len(hits))
    assert len(found) == len(hits)
    for one, other in zip(found, hits, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("late", [0, 40, -40, 120])
def test_onsets_say_how_far_they_are_from_the_grid(hits, late):
    recording = np.roll(np.concatenate(hits, axis=1), late * RATE // 1000, axis=1)
    assert onsets_late_ms(recording, RATE, len(hits)) == pytest.approx(late, abs=5.0)


def test_a_sound_that_is_missing_is_told(hits):
    without = [*hits[:4], np.zeros_like(hits[4]), *hits[5:]]
    found = cut(np.concatenate(without, axis=1), RATE, len(without))
    assert silent(found) == [4]
    assert silent(hits) == []


def test_a_recording_of_another_length_is_refused(hits):
    recording = np.concatenate(hits, axis=1)
    check_length("a.flac", recording, RATE, len(hits), STEP / RATE)
    with pytest.raises(InputError, match=r"a\.flac: lasts 3\.05 s, not the 3\.43 s of 9 sounds"):
        check_length("a.flac", recording[:, :-STEP], RATE, len(hits), STEP / RATE)
    with pytest.raises(ValueError, match="are not 9 sounds"):
        cut(recording[:, :5], RATE, 9)


def write(folder, recording, samples, rate):
    (folder / published.MIXED).mkdir(exist_ok=True)
    soundfile.write(folder / published.MIXED / recording.file, samples.T, rate)


def test_drums_are_numbered_as_in_the_recording(tmp_path):
    recording = RECORDINGS["wavegan"]
    step = round(recording.apart * RATE)
    sounds = [hit(number, step) if number != 7 else np.zeros((1, step)) for number in range(recording.sounds)]
    write(tmp_path, recording, np.concatenate(sounds, axis=1), RATE)
    found = recordings_of(tmp_path)
    assert found.keys() == {"wavegan"}
    drums = found["wavegan"]
    assert drums.empty == [7]
    assert drums.numbers == [number for number in range(recording.sounds) if number != 7]
    assert drums.late_ms == 0.0
    assert all(sound.shape == (1, RATE // 2) for sound in drums.sounds)


def test_kicks_and_their_reconstructions_are_paired(tmp_path, kicks):
    assert pairs_of(tmp_path) == []
    step, between = round(PAIRS.apart * SAMPLE_RATE), round(published.BETWEEN_SECONDS * SAMPLE_RATE)
    recording = np.zeros((1, PAIRS.sounds * step), dtype=np.float32)
    for number in range(PAIRS.sounds):
        for place, kick in ((0, kicks[0]), (between, kicks[1])):
            at = number * step + place
            recording[0, at : at + KICK_SAMPLES] = kick.mean(axis=0)
    write(tmp_path, PAIRS, recording, SAMPLE_RATE)
    pairs = pairs_of(tmp_path)
    assert len(pairs) == PAIRS.sounds
    first, second = (published.in_form(kick.mean(axis=0, keepdims=True), SAMPLE_RATE) for kick in kicks[:2])
    for one, other in pairs:
        assert np.abs(one - first).max() < 1e-3
        assert np.abs(other - second).max() < 1e-3


def test_the_plain_rule_tells_kicks_from_other_drums(kicks):
    assert all(plain(kick, SAMPLE_RATE).is_kick for kick in kicks)
    seconds = np.arange(KICK_SAMPLES) / SAMPLE_RATE
    tom = (np.sin(2.0 * np.pi * 190.0 * seconds) * np.exp(-8.0 * seconds)).astype(np.float32)[None]
    assert not plain(tom, SAMPLE_RATE).is_kick
    assert not plain(hit(0, KICK_SAMPLES), SAMPLE_RATE).is_kick
    late = np.roll(kicks[0], 3 * KICK_SAMPLES // 5, axis=1)
    assert plain(late, SAMPLE_RATE).low_share >= 0.5
    assert not plain(late, SAMPLE_RATE).is_kick
    assert not plain(np.zeros((1, 100), dtype=np.float32), SAMPLE_RATE).is_kick


def test_shares_of_few_are_never_certain():
    assert exact_share(0, 7)["low"] == 0.0
    assert exact_share(0, 7)["high"] == pytest.approx(41.0, abs=0.1)  # 1 - 0.025^(1/7)
    assert exact_share(7, 7)["low"] == pytest.approx(59.0, abs=0.1)
    assert np.isnan(exact_share(0, 0)["value"])


def test_distances_of_reconstructions_know_what_they_are_of(kicks):
    same = rebuilding.apart(kicks[1], kicks[1])
    assert same["spectral_db"] == same["embedding"] == 0.0
    assert same["decay_ratio"] == same["brightness_ratio"] == 1.0
    assert rebuilding.spectral_db(kicks[1], -0.25 * kicks[1]) == pytest.approx(0.0, abs=1e-3)
    far, near = (rebuilding.spectral_db(kicks[1], other) for other in (kicks[0], 0.98 * kicks[1] + 0.02 * kicks[0]))
    assert 0.0 < near < far
    other = rebuilding.apart(kicks[0], kicks[1])
    assert rebuilding.nearer([same, same], [other, same])["spectral_db"] == 1
    with pytest.raises(ValueError, match="silence"):
        rebuilding.spectral_db(kicks[0], np.zeros_like(kicks[0]))


def test_without_peers_there_are_ours_and_real_ones(tmp_path):
    _, result = run_experiment("peers", tmp_path, quick=True, changes=["kicks=6"])
    assert result.figures["sets"] == ["real", "reference", "kickgan", "draft", "real_16k"]
    assert "mixed" not in result.figures


def test_a_folder_without_kicks_is_refused_in_one_line(tmp_path):
    with pytest.raises(InputError, match="holds no folder drumgan_vst of sounds"):
        run_experiment("peers", tmp_path, quick=True, peers=tmp_path)
