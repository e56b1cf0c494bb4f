"""Laws of bringing a sound to the house's form."""

import numpy as np
import pytest

from kickitout.library.normalise import (
    FULL_SCALE,
    PRE_ROLL,
    audible_part,
    cut_to,
    estimate_offset,
    find_onset,
    normalise,
    quantise,
    strip_constant_lead,
)
from kickitout.sound import audio

RATE = 44_100
SEEDS = (0, 17, 101, 250, 1_003)
ROUNDING = 1
"""Steps of 16 bits by which results that should be equal may differ."""

RESAMPLED = 0.998
"""The correlation that is left when a kick went through another rate: its highest frequencies are not the same."""


def largest_difference(a, b):
    """The largest difference of two int16 arrays."""
    return int(np.abs(a.astype(np.int64) - b.astype(np.int64)).max())


@pytest.mark.parametrize("seed", SEEDS)
def test_preparing_twice_changes_nothing(kick, seed):
    once = normalise(kick(seed), RATE)
    again = normalise(once.samples.astype(np.float32) / FULL_SCALE, RATE)
    assert largest_difference(once.samples, again.samples) <= ROUNDING
    assert again.onset_shift == 0
    assert again.gain_db == pytest.approx(0.0, abs=1e-3)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("offset", [0.05, -0.4, 3.0])
def test_a_constant_changes_nothing(kick, seed, offset):
    there = normalise(0.25 * kick(seed) + np.float32(offset), RATE)
    assert largest_difference(normalise(kick(seed), RATE).samples, there.samples) <= ROUNDING


@pytest.mark.parametrize("seed", SEEDS)
def test_an_offset_of_its_own_in_each_channel_goes(kick, seed):
    tilted = 0.5 * kick(seed) + np.array([[0.1], [-0.2]], dtype=np.float32)
    assert largest_difference(normalise(kick(seed), RATE).samples, normalise(tilted, RATE).samples) <= ROUNDING


@pytest.mark.parametrize("silence", [1, 44, 1_000, 30_000])
def test_leading_silence_moves_the_shift_alone(kick, silence):
    plain = normalise(kick(3), RATE)
    later = normalise(np.concatenate([np.zeros((2, silence), np.float32), kick(3)], axis=1), RATE)
    assert largest_difference(plain.samples, later.samples) <= ROUNDING
    assert later.onset_shift == plain.onset_shift + silence


@pytest.mark.parametrize("gain", [1e-3, 0.3, 20.0])
def test_gain_is_taken_out_and_recorded(kick, gain):
    plain, scaled = normalise(kick(5), RATE), normalise(np.float32(gain) * kick(5), RATE)
    assert largest_difference(plain.samples, scaled.samples) <= ROUNDING
    assert scaled.gain_db == pytest.approx(plain.gain_db - 20 * np.log10(gain), abs=0.01)


def test_full_scale_and_the_balance_between_channels(kick):
    left, right = kick(0)[0], 0.25 * kick(0)[0]
    prepared = normalise(np.stack([left, right]), RATE)
    assert np.abs(prepared.samples[0]).max() == FULL_SCALE
    assert np.abs(prepared.samples[1]).max() == pytest.approx(FULL_SCALE / 4, abs=1)
    assert prepared.true_stereo


def test_mono_becomes_two_equal_channels(kick):
    prepared = normalise(kick(0)[:1], RATE)
    assert prepared.samples.shape == (2, 22050)
    assert np.array_equal(prepared.samples[0], prepared.samples[1])
    assert not prepared.true_stereo


@pytest.mark.parametrize("rate", [48_000, 96_000, 192_000, 32_000])
def test_other_rates_give_the_same_kick(kick, rate):
    there = audio.resample(np.ascontiguousarray(kick(17)), RATE, rate)
    a, b = normalise(kick(17), RATE), normalise(there, rate)
    # A resampler rings before a hard click: the onset may lie up to half a millisecond earlier.
    shift = b.onset_shift - a.onset_shift
    assert abs(shift) <= 22
    there_again = np.roll(b.samples, shift, axis=1)
    assert np.corrcoef(a.samples[0, :20_000], there_again[0, :20_000])[0, 1] >= RESAMPLED


def test_the_onset_is_one_millisecond_in(kick):
    for seed in SEEDS:
        samples = normalise(kick(seed), RATE).samples
        level = np.abs(samples.astype(np.int64)).max(axis=0)
        first = int(np.argmax(level >= 0.01 * FULL_SCALE))
        assert PRE_ROLL <= first <= PRE_ROLL + 1


@pytest.mark.parametrize("noise_db", [-70, -50, -40])
def test_noise_before_the_kick_is_not_its_onset(kick, noise_db):
    noise = 10 ** (noise_db / 20) * np.random.default_rng(0).standard_normal((2, 8_000)).astype(np.float32)
    samples = np.concatenate([noise, kick(0)], axis=1)
    assert abs(find_onset(samples) - 8_000 - find_onset(np.asarray(kick(0)))) <= 20


def test_a_slow_body_keeps_its_beginning():
    t = np.arange(22_050) / RATE
    slow = (np.minimum(t / 0.1, 1.0) * np.sin(2 * np.pi * 50 * t)).astype(np.float32)[None]
    onset = find_onset(slow)
    assert np.abs(slow[:, :onset]).max(initial=0.0) < 0.02


def test_an_offset_is_found_where_the_sound_rests():
    t = np.arange(22_050) / RATE
    lopsided = np.maximum(np.sin(2 * np.pi * 60 * t), -0.2) * np.exp(-t * 60)
    assert abs(lopsided.mean()) > 0.01  # the mean is not the offset
    assert estimate_offset((lopsided + 0.125).astype(np.float32)[None], RATE)[0] == pytest.approx(0.125, abs=1e-4)


def test_a_sound_that_never_rests_loses_its_mean():
    t = np.arange(22_050) / RATE
    endless = np.sin(2 * np.pi * 60 * t)[None].astype(np.float32)
    assert estimate_offset(endless + 0.25, RATE)[0] == pytest.approx(0.25, abs=1e-3)


def test_a_longer_sound_fades_out_and_a_shorter_one_is_padded():
    ones = np.ones((1, 1_000), np.float32)
    cut = cut_to(ones, 0, 900)[0]
    assert cut[:459].min() == 1.0
    assert np.all(np.diff(cut[459:]) < 0)
    assert 0 < cut[-1] < 1e-4
    padded = cut_to(ones, -10, 1_100)[0]
    assert np.array_equal(padded, np.pad(ones[0], (10, 90)))


def test_what_is_cut_at_the_start_fades_in():
    cut = cut_to(np.ones((1, 1_000), np.float32), 100, 900)[0]
    assert 0 < cut[0] < 0.01
    assert np.all(cut[PRE_ROLL:] == 1.0)


def test_a_constant_lead_is_cut_but_for_one_sample():
    samples = np.array([[2, 2, 2, 2, 5, 2]], np.float32)
    rest, lead = strip_constant_lead(samples)
    assert (rest.tolist(), lead) == ([[2, 5, 2]], 3)
    rest, lead = strip_constant_lead(np.array([[1, 2, 2]], np.float32))
    assert (rest.tolist(), lead) == ([[1, 2, 2]], 0)


@pytest.mark.parametrize("silence_db", [-40.0, -66.0, -90.0])
def test_the_heard_part_leaves_out_what_is_quiet(silence_db):
    sound = np.full((2, 10_000), 10.0 ** ((silence_db - 3.0) / 20.0), dtype=np.float32)
    sound[:, 44:5_000] = 1.0
    first, last = audible_part(sound, 44_100, silence_db)
    assert first == 44
    assert 5_000 <= last < 5_000 + 441  # the last stretch of 10 ms that has some of the sound
    assert audible_part(sound * np.float32(0.01), 44_100, silence_db) == (first, last)
    assert audible_part(sound, 44_100, silence_db - 6.0) == (0, 10_000)
    assert audible_part(np.zeros_like(sound), 44_100, silence_db) == (0, 10_000)


def test_quantising_is_symmetric():
    integers, gain_db = quantise(np.array([[-0.5, 0.25, 0.5]], np.float32))
    assert integers.tolist() == [[-32767, 16384, 32767]]
    assert gain_db == pytest.approx(6.0206, abs=1e-3)
