"""The embedding: size, what it is deaf to, what it hears, and that its constants are what they say."""

from itertools import pairwise

import numpy as np
import pytest

from kickitout.library.synthesis import synthesise_kick
from kickitout.measure import embedding
from kickitout.measure.embedding import EMBEDDING_SIZE, constants, embed, families, features
from kickitout.sound.spectrogram import griffin_lim, stft


@pytest.fixture(scope="module")
def sounds():
    return [synthesise_kick(seed)[0] for seed in range(0, 320, 16)]


@pytest.fixture(scope="module")
def spread(sounds):
    """The median distance of two different kicks."""
    points = np.stack([embed(sound) for sound in sounds])
    apart = np.linalg.norm(points[:, None] - points[None], axis=2)
    return float(np.median(apart[np.triu_indices(len(points), 1)]))


def distance(a, b):
    return float(np.linalg.norm(embed(a) - embed(b)))


def turned(sound, degrees):
    """The right channel's phase turned by `degrees` at all frequencies."""
    spectrum = np.fft.rfft(sound[1].astype(np.float64))
    right = np.fft.irfft(spectrum * np.exp(1j * np.deg2rad(degrees)), sound.shape[1])
    return np.stack([sound[0], right]).astype(np.float32)


def test_size_and_range(sounds):
    for sound in sounds:
        vector = embed(sound)
        assert vector.shape == (EMBEDDING_SIZE,)
        assert vector.dtype == np.float64
        assert np.isfinite(vector).all()


def test_families_cover_the_features_once(sounds):
    places = sorted((place.start, place.stop) for place in families().values())
    assert places[0][0] == 0
    assert all(a[1] == b[0] for a, b in pairwise(places))
    assert places[-1][1] == features(sounds[0]).size


def test_gain_changes_nothing(sounds, spread):
    for sound in sounds[:5]:
        assert distance(sound, np.float32(0.03) * sound) < 1e-3 * spread


def test_polarity_changes_next_to_nothing(sounds, spread):
    for sound in sounds[:5]:
        assert distance(sound, -sound) < 0.02 * spread


@pytest.mark.parametrize("pair", [(0, 16), (32, 48), (64, 80), (96, 112), (128, 144), (160, 176)])
def test_what_hardly_changes_hardly_moves(pair):
    one, other = (synthesise_kick(seed)[0] for seed in pair)
    shares = np.linspace(0.0, 1.0, 201)
    path = [embed(((1.0 - share) * one + share * other).astype(np.float32)) for share in shares]
    steps = np.linalg.norm(np.diff(path, axis=0), axis=1)
    assert steps.max() < 0.1 * steps.sum()


def test_a_body_whose_first_swing_grows_past_any_share_of_its_second_moves_without_a_jump():
    time = np.arange(22_050) / 44_100
    swings = np.sin(2.0 * np.pi * 50.0 * time) * np.exp(-8.0 * time)
    first = time < 0.01
    shares = np.linspace(0.05, 1.5, 300)
    path = [embed(np.stack([np.where(first, share, 1.0) * swings] * 2).astype(np.float32)) for share in shares]
    steps = np.linalg.norm(np.diff(path, axis=0), axis=1)
    assert steps.max() < 0.05 * steps.sum()


def test_rounding_to_16_bits_is_not_heard(sounds, spread):
    for sound in sounds[:5]:
        rounded = (np.rint(sound * 32767.0) / 32767.0).astype(np.float32)
        assert distance(sound, rounded) < 0.15 * spread


def test_a_fade_of_the_last_samples_is_hardly_heard(sounds, spread):
    for sound in sounds[:5]:
        faded = sound.copy()
        faded[:, -441:] *= np.linspace(1.0, 0.0, 441, dtype=np.float32)
        assert distance(sound, faded) < 0.2 * spread


def test_a_shorter_kick_ends_in_silence(sounds):
    assert np.array_equal(embed(sounds[0][:, :9000]), embed(np.pad(sounds[0][:, :9000], ((0, 0), (0, 13050)))))


def test_one_kick_at_a_time_gives_the_same_bits_whatever_came_before(sounds):
    alone = embed(sounds[3])
    for sound in sounds[:3]:
        embed(sound)
    assert np.array_equal(embed(sounds[3]), alone)


def test_a_wrong_phase_of_one_channel_is_heard_though_magnitudes_stay(sounds, spread):
    mono = [np.tile(sound[:1], (2, 1)) for sound in sounds[:5]]
    for sound in mono:
        assert distance(sound, turned(sound, 30)) > 0.3 * spread
        assert distance(sound, turned(sound, 90)) > distance(sound, turned(sound, 10))


def test_a_lost_phase_is_heard_though_magnitudes_stay(sounds, spread):
    for sound in sounds[:4]:
        lost = griffin_lim(np.abs(stft(sound)).astype(np.float32), sound.shape[1], iterations=10)
        assert distance(sound, lost) > 0.3 * spread


def test_noise_is_told_from_a_tone_of_the_same_spectrum(spread):
    rng = np.random.Generator(np.random.Philox(key=1))
    noise = np.tile(rng.standard_normal(22050).astype(np.float32), (2, 1))
    spectrum = np.abs(np.fft.rfft(noise[0]))
    pulse = np.tile(np.fft.irfft(spectrum).astype(np.float32), (2, 1))
    assert distance(noise, pulse) > spread


@pytest.mark.parametrize("length", [0, 1, 30, 22050, 40000])
def test_silence_of_any_length_is_one_finite_point(length):
    vector = embed(np.zeros((2, length), np.float32))
    assert np.isfinite(vector).all()
    assert np.array_equal(vector, embed(np.zeros((2, 22050), np.float32)))


def test_out_of_phase_channels_are_finite(sounds):
    assert np.isfinite(embed(np.stack([sounds[0][0], -sounds[0][0]]))).all()


def test_nothing_is_further_than_the_features_may_be():
    fitted = constants()
    reach = embedding.FURTHEST * np.abs(fitted.matrix.astype(np.float64)).sum(axis=0)
    rng = np.random.Generator(np.random.Philox(key=2))
    wild = rng.standard_normal((2, 22050)).astype(np.float32)
    assert (np.abs(embed(wild)) <= reach + 1e-9).all()


def test_the_constants_say_what_they_were_fitted_on():
    fitted = constants()
    assert fitted.matrix.shape == (fitted.mean.size, EMBEDDING_SIZE)
    assert fitted.mean.shape == fitted.scale.shape
    assert (fitted.scale > 0.0).all()
    assert fitted.count > 500
    assert len(fitted.library) == 16
    int(fitted.library, 16)
