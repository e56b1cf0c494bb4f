"""What experiments measure, on sounds, images and kernels whose answer is known."""

import numpy as np
import pytest

from kickitout.experiments import data, discriminator, kernels, representation, sine
from kickitout.experiments.collapse import kept_of_all
from kickitout.experiments.images import azimuthal_db, grid_db, lines_db
from kickitout.experiments.place import Place
from kickitout.experiments.regulariser import layers
from kickitout.figures.experiments.data import whole_of
from kickitout.library.synthesis import synthesise_kick
from kickitout.measure.descriptors import describe
from kickitout.sound.kick import KICK_SAMPLES, SAMPLE_RATE
from kickitout.sound.spectrogram import N_BINS, N_FRAMES

WAYS = {way.name: way for way in representation.ways(representation.QUICK)}


@pytest.fixture(scope="module")
def kick():
    return synthesise_kick(40)[0]


def test_with_the_true_phase_nothing_is_lost(kick):
    back = representation.there_and_back(kick, WAYS["w512h128_true_phase"], representation.QUICK)
    found = representation.measure(kick, back, describe(kick).get("pitch_hz"))
    assert found["snr_db"] > 100.0
    assert found["convergence"] < 1e-4
    assert found["body_correlation"] == pytest.approx(1.0, abs=1e-6)
    assert not found["pitch_lost"]


def test_channels_that_begin_apart_lose_each_other(kick):
    mono = np.repeat(kick.mean(axis=0, keepdims=True), 2, axis=0)
    apart, together = (
        representation.there_and_back(mono, WAYS[f"w512h128_plain_{start}"], representation.QUICK)
        for start in ("own", "same")
    )
    np.testing.assert_array_equal(together[0], together[1])
    assert describe(apart)["low_correlation"] < 0.9
    assert describe(together)["low_correlation"] == pytest.approx(1.0, abs=1e-6)


def test_the_body_is_found_late_and_upside_down():
    tone = np.sin(2.0 * np.pi * 60.0 * np.arange(KICK_SAMPLES) / SAMPLE_RATE) * np.hanning(KICK_SAMPLES)
    kick = np.stack([tone, tone]).astype(np.float32)
    assert representation.body_correlation(kick, -np.roll(kick, 100, axis=1)) > 0.99
    assert representation.body_correlation(kick, np.zeros_like(kick)) == 0.0


def test_a_grid_in_an_image_is_measured_and_a_smooth_image_has_none():
    smooth = np.tile(np.linspace(0.5, -0.5, N_BINS, dtype=np.float32), (2, N_FRAMES, 1))
    assert grid_db(smooth) < 0.5
    ripple = 0.1 * np.sin(2.0 * np.pi * np.arange(N_BINS) / 8.0)
    gridded = (smooth + ripple).astype(np.float32)
    assert grid_db(gridded) == pytest.approx(0.1 * 80.0 / np.sqrt(2.0), rel=0.1)
    assert 8 + int(np.argmax(lines_db(gridded)[8:])) == pytest.approx(N_BINS / 8.0, abs=1.0)


def test_the_azimuthal_spectrum_is_blind_to_contrast_and_flat_for_noise():
    noise = np.random.default_rng(0).normal(size=(2, N_FRAMES, N_BINS)).astype(np.float32)
    spectrum = azimuthal_db(0.1 * noise)
    np.testing.assert_allclose(spectrum, azimuthal_db(0.3 * noise), atol=1e-3)
    assert np.abs(spectrum[8:]).max() < 3.0
    assert (azimuthal_db(np.zeros_like(noise)) == 0.0).all()


def test_a_bilinear_kernel_makes_no_checkerboard_and_a_single_tap_makes_nothing_else():
    assert kernels.checkerboard_db(kernels.BILINEAR) < -100.0
    single = np.zeros((1, 1, 4, 4))
    single[0, 0, 1, 1] = 1.0
    assert kernels.checkerboard_db(single) == pytest.approx(0.0)
    assert kernels.image_db(single) == pytest.approx(0.0, abs=1e-9)
    assert kernels.image_db(kernels.BILINEAR) > 10.0


def test_the_response_of_a_difference_rises():
    difference = np.array([1.0, -1.0])[None, None, None, :]
    power = kernels.responses(difference, 3)
    np.testing.assert_allclose(power, 4.0 * np.sin(np.pi * np.linspace(0.0, 0.5, kernels.POINTS)) ** 2, atol=1e-9)


def test_layers_are_described_by_their_strongest_kernels():
    taps = np.random.default_rng(0).normal(size=(6, 5, 4, 4))
    taps[2, 3] *= 10.0
    found = kernels.describe_layer("layer", taps, 4, doubles=True)
    np.testing.assert_allclose(found["kernels"][0], taps[2, 3] / np.abs(taps[2, 3]).max(), atol=1e-3)
    assert len(found["kernels"]) == 4
    assert found.keys() >= {"image_db", "uneven_time_db", "response_frequency_db"}


def test_a_sequence_has_no_frequency_axis():
    found = kernels.describe_layer("layer", np.random.default_rng(0).normal(size=(3, 3, 1, 5)), 4, doubles=False)
    assert "response_time_db" in found
    assert "response_frequency_db" not in found


def test_the_middle_band_is_empty_elsewhere(kick):
    band = sine.middle_band(kick)
    power = np.square(np.abs(np.fft.rfft(band[0].astype(np.float64))))
    hz = np.fft.rfftfreq(band.shape[1], 1.0 / SAMPLE_RATE)
    assert power[hz > sine.EMPTY_HZ].sum() < 1e-7 * power.sum()
    assert power[hz < 200.0].sum() < 1e-5 * power.sum()


def test_what_is_empty_of_a_sine_lies_apart_from_it():
    from kickitout.sound.spectrogram import loudness_image

    rows = sine.mean_rows(loudness_image(sine.one_sine(3)))
    found = sine.describe(loudness_image(sine.one_sine(3)), "one", np.array([sine.ONE_HZ]))
    assert int(np.argmax(rows)) == round(sine.ONE_HZ / sine.BIN_HZ)
    assert found["empty_db"] < -40.0
    assert found["bins_off"] < 1.0


def test_an_average_image_in_blocks_is_drawn_at_its_place():
    """Blocks hold the means of their parts, and repeated they cover the image that they came from."""
    ramp = np.broadcast_to(np.arange(N_BINS, dtype=np.float64), (2, N_FRAMES, N_BINS))
    small = data.in_blocks(ramp)
    assert small.shape == (2, *data.BLOCKS)
    assert small[0, 0, :2].tolist() == [1.0, 4.0]
    whole = whole_of(small[0].astype(np.float32))
    assert whole.shape == (N_FRAMES, N_BINS)
    assert np.abs(whole - ramp[0]).max() <= 1.0


def test_scores_are_compared_pair_by_pair():
    assert discriminator.above_percent(np.array([3.0, 4.0]), np.array([1.0, 2.0])) == 100.0
    assert discriminator.above_percent(np.ones(3), np.ones(5)) == 50.0
    assert discriminator.above_percent(np.array([1.0, 4.0]), np.array([2.0, 3.0])) == 50.0


def test_synthetic_noise_falls_as_it_was_asked_to():
    for sound in (discriminator.comb(1, 120.0), discriminator.hiss(1, 120.0)):
        power = np.square(sound[0].astype(np.float64))
        at = round(0.12 * SAMPLE_RATE)
        start, later = (power[first : first + 1000].mean() for first in (0, at))
        assert 10.0 * np.log10(start / later) == pytest.approx(30.0, abs=1.5)


def test_the_sets_of_decays_are_as_large_and_one_has_one_long_kick(tmp_path):
    library = Place(tmp_path).library
    sets = discriminator.chosen(library, discriminator.QUICK)
    narrow, long, mixed = (discriminator.decays(library, sets[name]) for name in discriminator.SETS)
    assert len(narrow) == len(long) == len(mixed)
    everything = discriminator.decays(library, library.select({"train"}))
    assert long.max() == np.nanmax(everything)
    assert sets["narrow"][:-1] == sets["long"][:-1]
    assert np.ptp(narrow) < np.ptp(everything)


def test_what_all_runs_keep_is_counted_in_kicks():
    figures = {
        "cells": ["one", "other"],
        "one": {"each": {"kept_percent": {"0": 0.0, "1": 2.5}}},
        "other": {"each": {"kept_percent": {"7": 100.0 / 3.0}}},
    }
    found = kept_of_all(figures, generated=120)
    assert found == {"runs": 3, "kicks": 360, "kept": 43, "runs_keeping": 2}


def test_layers_are_compared_by_their_runs():
    def runs(*values):
        lines = {str(seed): value for seed, value in enumerate(values)}
        return {"each": {"lines_db": lines, "periodic_db": {seed: 0.1 * value for seed, value in lines.items()}}}

    figures = {"transposed": runs(5.0, 30.0), "transposed_regularised": runs(7.0), "interpolated": runs(2.0, 4.0)}
    found = layers(figures)["layers"]
    assert found["lines_db"] == {"transposed_least": 5.0, "interpolated_most": 4.0}
    assert found["periodic_db"]["interpolated_most"] == pytest.approx(0.4)
    assert found["runs"] == {"transposed": 3, "interpolated": 2}
    assert layers({"interpolated": runs(2.0)}) == {}
