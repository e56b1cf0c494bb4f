"""Levels, stereo and edges on sounds made to have known ones; loudness and true peak against other implementations."""

import math

import numpy as np
import pyloudnorm
import pytest
import scipy.signal

from kickitout.library.synthesis import synthesise_kick
from kickitout.measure.descriptors import describe
from kickitout.measure.descriptors.levels import CLOSELY, INTERPOLATIONS, highest_true_peak, interpolation, true_peak
from kickitout.measure.descriptors.loudness import k_weighting

RATE = 44_100
N = 22_050
TIME = np.arange(N) / RATE


def tone(hz, level=1.0, decay_ms=200.0):
    """One channel: a sine that falls by 30 dB in `decay_ms`."""
    return (level * 10 ** (-1.5 * TIME / (decay_ms / 1000)) * np.sin(2 * np.pi * hz * TIME)).astype(np.float32)


FILTER = np.zeros(4 * 64)
"""The interpolation of `true_peak` as one filter at four times the rate."""
for _at, _taps in enumerate(interpolation(4, 32, 6.0), start=1):
    FILTER[_at::4] = _taps[::-1]


@pytest.mark.parametrize("drive", [0.5, 3.0, 40.0])
def test_the_highest_true_peak_is_that_of_all_places_to_the_bit(drive):
    """Whatever is skipped, and whatever only a matrix product looks at."""
    for seed in range(4):
        noise = np.random.default_rng(seed).standard_normal(N)
        x = np.clip(drive * (tone(50.0 + 9.0 * seed) + 0.02 * noise), -1.0, 1.0)
        expected = float(np.abs(x).max())
        for reach, beta in INTERPOLATIONS:
            windows = np.lib.stride_tricks.sliding_window_view(np.pad(x, (reach, reach)), 2 * reach)
            between = interpolation(CLOSELY, reach, beta)
            expected = max(expected, float(np.abs(np.einsum("nk,pk->np", windows, between)).max()))
        assert highest_true_peak(x[None]) == expected


def both(x):
    return np.stack([x, x]).astype(np.float32)


# BS.1770-4, Annex 1, tables 1 and 2.
SHELF = ((1.53512485958697, -2.69169618940638, 1.19839281085285), (1.0, -1.69065929318241, 0.73248077421585))
HIGH_PASS = ((1.0, -2.0, 1.0), (1.0, -1.99004745483398, 0.99007225036621))


def test_the_filters_are_those_of_the_recommendation():
    for found, table in zip(k_weighting(48_000), (SHELF, HIGH_PASS), strict=True):
        np.testing.assert_allclose(found, table, rtol=0, atol=1e-9)


def test_a_sine_of_997_hz():
    x = np.zeros((2, 48_000), np.float32)
    x[0] = np.sin(2 * np.pi * 997 * np.arange(48_000) / 48_000)
    assert describe(x, 48_000)["loudness_lufs"] == pytest.approx(-3.01, abs=0.02)


@pytest.mark.parametrize("rate", [44_100, 48_000, 96_000])
@pytest.mark.parametrize("seed", [0, 100, 200, 300])
def test_loudness_agrees_with_pyloudnorm(seed, rate):
    sound = np.tile(synthesise_kick(seed)[0], (1, 3))
    meter = pyloudnorm.Meter(rate, filter_class="DeMan")
    theirs = meter.integrated_loudness(sound.T.astype(np.float64))
    assert describe(sound, rate)["loudness_lufs"] == pytest.approx(theirs, abs=0.01)
    default = pyloudnorm.Meter(rate).integrated_loudness(sound.T.astype(np.float64))
    assert describe(sound, rate)["loudness_lufs"] == pytest.approx(default, abs=0.2)


def test_a_short_sound_is_one_block_with_silence_after_it():
    short = synthesise_kick(0)[0][:, :4_410]
    padded = np.pad(short, ((0, 0), (0, 17_640 - 4_410)))
    assert describe(short)["loudness_lufs"] == pytest.approx(describe(padded)["loudness_lufs"], abs=0.01)


@pytest.mark.parametrize("seed", range(0, 200, 20))
def test_true_peak_agrees_with_an_ideal_interpolation(seed):
    padded = np.pad(synthesise_kick(seed)[0].astype(np.float64), ((0, 0), (200, 200)))
    spectrum = np.fft.rfft(padded)
    spectrum[:, round(19_000 / RATE * padded.shape[1]) :] = 0.0  # the last octave's end belongs to the filter's slope
    sound = np.fft.irfft(spectrum, padded.shape[1])
    ideal = np.abs(scipy.signal.resample(sound, 4 * sound.shape[1], axis=1)).max()
    assert 20 * math.log10(true_peak(sound) / ideal) == pytest.approx(0.0, abs=0.05)


@pytest.mark.parametrize("seed", range(0, 200, 40))
@pytest.mark.parametrize("clip", [1.0, 0.3])
def test_no_place_that_is_skipped_has_the_peak(seed, clip):
    """The same as all places interpolated, bright clicks and clipped bodies among them."""
    noise = np.random.default_rng(seed).standard_normal(N) * 10 ** (-TIME / 0.02)
    sound = np.clip(synthesise_kick(seed)[0].astype(np.float64) + 0.2 * noise, -clip, clip)
    all_places = max(np.abs(scipy.signal.upfirdn(FILTER, channel, 4)).max() for channel in sound)
    assert true_peak(sound) == pytest.approx(max(all_places, np.abs(sound).max()), rel=1e-12)


def test_the_peak_between_samples():
    # Samples of a sine at a quarter of the rate fall 45 degrees from its peaks.
    sound = both(np.sin(np.pi / 2 * np.arange(2_000) + np.pi / 4))
    assert np.abs(sound).max() == pytest.approx(math.sqrt(0.5))
    assert describe(sound)["true_peak_db"] == pytest.approx(0.0, abs=0.2)


def test_the_true_peak_is_at_least_the_sample_peak():
    for seed in range(0, 100, 10):
        assert describe(synthesise_kick(seed)[0])["true_peak_db"] >= -1e-6


def test_width_is_side_over_mid():
    x = tone(60.0)
    found = describe(np.stack([x, 0.5 * x]))  # mid 0.75, side 0.25
    assert found["width_db"] == pytest.approx(20 * math.log10(1 / 3), abs=0.01)
    assert found["width_low_db"] == pytest.approx(20 * math.log10(1 / 3), abs=0.01)
    assert found["mono_loss_db"] == pytest.approx(10 * math.log10(1 + 1 / 9), abs=0.01)
    mono = describe(both(x))
    assert (mono["width_db"], mono["width_low_db"], mono["mono_loss_db"], mono["low_correlation"]) == (-60, -60, 0, 1)


def test_a_band_hears_its_own_width_only():
    low, middle = tone(60.0), tone(700.0, 0.3)
    found = describe(np.stack([low + middle, low - middle]))
    assert found["width_low_db"] < -30
    assert found["width_mid_db"] > 15
    assert found["low_correlation"] == pytest.approx(1.0, abs=1e-3)


def test_channels_against_each_other():
    x = tone(60.0)
    found = describe(np.stack([x, -x]))
    assert found["low_correlation"] == pytest.approx(-1.0, abs=1e-9)
    assert found["mono_loss_db"] == found["width_db"] == 60.0
    assert found["end_pitch_hz"] == pytest.approx(60.0, rel=1e-3)  # the body is sought in the side


def test_crest():
    assert describe(both(tone(100.0, decay_ms=1e6)))["crest_db"] == pytest.approx(3.01, abs=0.05)
    square = np.sign(np.sin(2 * np.pi * 100 * TIME + 0.01)).astype(np.float32)
    assert describe(both(square))["crest_db"] == pytest.approx(0.0, abs=0.01)


def test_offset():
    assert describe(both(tone(2_000.0) + 0.02))["dc"] == pytest.approx(0.02, abs=1e-3)


def test_tail_and_last_sound():
    sound = np.zeros((2, N), np.float32)
    sound[:, 441:882] = 1.0
    assert describe(sound)["tail_db"] == -100.0
    sound[:, -441:] = 0.01
    found = describe(sound)
    assert found["tail_db"] == pytest.approx(-40.0, abs=0.01)
    assert found["last_ms"] == pytest.approx(500.0)
    sound[:, -441:] = 0.5e-4  # -86 dB
    assert describe(sound)["last_ms"] == pytest.approx(20.0)


@pytest.mark.parametrize("milliseconds", [0, 1, 5, 20])
def test_the_onset(milliseconds):
    late = round(milliseconds * 44.1)
    kick = synthesise_kick(0)[0][:, 44:]
    sound = np.pad(kick, ((0, 0), (late, 0)))[:, :N]
    found = describe(sound)
    assert found["onset_ms"] == pytest.approx(milliseconds, abs=0.3)
    assert found["pre_echo_db"] < -50.0


def test_pre_echo():
    rng = np.random.default_rng(0)
    kick = np.pad(synthesise_kick(0)[0][:, 44:], ((0, 0), (441, 0)))[:, :N]
    levels = []
    for db in (-60.0, -50.0, -40.0):
        sound = kick.copy()
        sound[:, :441] += 10 ** (db / 20) * rng.standard_normal((2, 441)).astype(np.float32)
        found = describe(sound)
        assert found["onset_ms"] == pytest.approx(10.0, abs=0.5)
        levels.append(found["pre_echo_db"])
    assert np.diff(levels) == pytest.approx([10.0, 10.0], abs=1.0)


def test_attack():
    rise = np.minimum(TIME / 0.010, 1.0)
    found = describe(both(tone(2_000.0, decay_ms=1e6) * rise))
    assert found["attack_ms"] == pytest.approx(9.0, abs=0.4)
