"""Lines, grids and rings: planted ones are found, and only those."""

import numpy as np
import pytest

from kickitout.evaluation import spectra
from kickitout.evaluation.spectra import (
    LINE_BINS,
    LINE_FFT,
    PROFILE_SIZE,
    azimuthal_distance,
    frame_lines,
    highest_line,
    periodic,
    profile,
)

KICKS = 24
TIME = np.arange(22050) / 44100.0


def noise_kicks(seed, colour=0.0):
    """Decaying noise, each its own; `colour` smooths it."""
    rng = np.random.Generator(np.random.Philox(key=seed))
    kicks = rng.standard_normal((KICKS, 1, 22050)) * np.exp(-TIME / 0.2)
    kicks[:, :, 1:] += colour * kicks[:, :, :-1]
    return np.repeat(kicks, 2, axis=1).astype(np.float32)


def profiles(kicks):
    return np.stack([profile(kick) for kick in kicks]).astype(np.float64)


def figure(measure, a, b):
    return float(measure(a, b, np.ones((1, len(a))), np.ones((1, len(b))))[0])


@pytest.fixture(scope="module")
def clean():
    return profiles(noise_kicks(1))


@pytest.fixture(scope="module")
def other():
    return profiles(noise_kicks(2))


def test_size_and_gain():
    kick = noise_kicks(3)[0]
    one = profile(kick)
    assert one.shape == (PROFILE_SIZE,)
    assert one.dtype == np.float32
    assert profile(np.float32(0.05) * kick) == pytest.approx(one, abs=0.05)


@pytest.mark.parametrize("sound", [np.zeros((2, 22050)), np.zeros((2, 100)), np.ones((2, 22050))])
def test_silence_short_and_constant_sounds_have_no_lines_and_no_period(sound):
    one = profile(sound.astype(np.float32))
    assert np.isfinite(one).all()
    assert one[-1] == pytest.approx(0.0, abs=0.5)


def test_out_of_phase_channels_are_measured_too():
    kick = noise_kicks(4)[0]
    kick[1] *= -1.0
    assert np.isfinite(profile(kick)).all()


@pytest.mark.parametrize("measure", [azimuthal_distance, highest_line, frame_lines])
def test_a_set_against_itself_is_exactly_0(measure, clean):
    assert figure(measure, clean, clean) == 0.0


@pytest.mark.parametrize("measure", [azimuthal_distance, highest_line, frame_lines])
def test_weights_are_repetition(measure, clean, other):
    weights = np.arange(len(clean), dtype=np.float64) % 3
    repeated = clean[np.repeat(np.arange(len(clean)), weights.astype(int))]
    weighted = measure(clean, other, weights[None], np.ones((1, len(other))))[0]
    assert weighted == pytest.approx(figure(measure, repeated, other))


@pytest.mark.parametrize("hz", [1000.0, 5512.5, 12345.0])
def test_a_planted_line_is_found_at_its_height(hz, clean, other):
    tone = 0.05 * np.sin(2.0 * np.pi * hz * TIME).astype(np.float32)
    planted = profiles(noise_kicks(2) + tone)
    assert figure(highest_line, planted, clean) > 3.0 + figure(highest_line, other, clean)
    over = planted[:, spectra._LINES].mean(axis=0)
    assert int(over.argmax()) + LINE_BINS[0] == pytest.approx(hz * LINE_FFT / 44100.0, abs=2)


def test_a_louder_line_stands_higher(clean):
    heights = [
        figure(
            highest_line,
            profiles(noise_kicks(2) + level * np.sin(2.0 * np.pi * 5512.5 * TIME).astype(np.float32)),
            clean,
        )
        for level in (0.003, 0.01, 0.03, 0.1)
    ]
    assert heights == sorted(heights)


@pytest.mark.parametrize("hop", [64, 128, 256, 512])
def test_clicks_at_a_frame_rate_are_frame_lines_and_a_period(hop, clean, other):
    clicks = np.zeros(22050, dtype=np.float32)
    clicks[::hop] = np.float32(hop**0.5 / 4.0)
    planted = profiles(noise_kicks(2) + clicks * np.exp(-TIME / 0.2).astype(np.float32))
    assert figure(frame_lines, planted, clean) > 1.0 + figure(frame_lines, other, clean)
    assert np.median(periodic(planted)) > np.quantile(periodic(clean), 0.95)


def test_a_grid_of_bands_is_periodic_noise(clean):
    """Every 32 bins of the image a notch, as up-sampling five times leaves."""
    spectrum = np.fft.rfft(noise_kicks(2), axis=2)
    hz = np.fft.rfftfreq(22050, 1.0 / 44100.0)
    spectrum *= 10.0 ** (0.4 * np.cos(2.0 * np.pi * hz / (32 * 44100.0 / 512)))
    gridded = periodic(profiles(np.fft.irfft(spectrum, 22050).astype(np.float32)))
    assert gridded.min() > periodic(clean).max()


def test_one_lone_line_is_no_period(clean):
    lone = periodic(profiles(noise_kicks(2) + (0.02 * np.sin(2.0 * np.pi * 6000.0 * TIME)).astype(np.float32)))
    assert np.median(lone) < 2.0 * np.median(periodic(clean))


def test_smoother_noise_has_another_azimuthal_spectrum(clean, other):
    blurred = np.stack([np.cumsum(kick, axis=1) / 30.0 for kick in noise_kicks(2)]).astype(np.float32)
    assert figure(azimuthal_distance, profiles(blurred), clean) > 2.0 * figure(azimuthal_distance, other, clean)
