"""Laws of the representation: SciPy is the oracle of the transform, inverses invert, Griffin-Lim does what it must."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.signal import ShortTimeFFT

from kickitout.library.synthesis import synthesise_kick
from kickitout.sound import spectrogram as sg
from kickitout.sound.kick import KICK_SAMPLES

ORACLE = 1e-5  # how far the loudness image may be from SciPy's
EXACT = 2e-6  # rounding of float32 signals within [-1, 1]
DECIBEL = 1e-4  # how exact the loudness coding is above its floor


def noise(*shape, seed=0):
    return (np.random.default_rng(seed).standard_normal(shape) * 0.2).astype(np.float32)


def scipy_stft(audio, n_fft, hop_length):
    transform = ShortTimeFFT(0.5 - 0.5 * np.cos(2 * np.pi * np.arange(n_fft) / n_fft), hop_length, fs=44_100)
    return transform.stft(audio.astype(np.float64)).swapaxes(-1, -2)


def magnitude_error(audio, wanted, n_fft=sg.N_FFT, hop_length=sg.HOP_LENGTH):
    """Griffin and Lim's distance: squared over the whole, two-sided spectrum."""
    magnitudes = np.abs(sg.stft(audio, n_fft, hop_length)).astype(np.float64)
    weights = np.full(n_fft // 2 + 1, 2.0)
    weights[[0, -1]] = 1.0
    return np.sqrt((weights * (magnitudes - wanted) ** 2).sum())


# The transform


def test_a_kick_has_the_drafts_shape():
    assert sg.loudness_image(noise(2, KICK_SAMPLES)).shape == (2, 176, 257) == (2, sg.N_FRAMES, sg.N_BINS)


@pytest.mark.parametrize(("n_fft", "hop_length"), [(512, 128), (1024, 256), (2048, 256), (2048, 128), (64, 32)])
@pytest.mark.parametrize("n", [22_050, 22_016, 22_017, 22_018, 22_019, 4096, 1024])
def test_the_transform_is_scipys(n_fft, hop_length, n):
    audio = noise(2, n)
    expected = scipy_stft(audio, n_fft, hop_length)
    ours = sg.stft(audio, n_fft, hop_length)
    assert ours.shape == expected.shape
    assert ours.dtype == np.complex64
    # Complex numbers: phases too.
    assert np.abs(ours - expected).max() < 1e-6 * np.abs(expected).max()


@given(n=st.integers(256, 3000), sizes=st.sampled_from([(512, 128), (256, 64), (128, 64), (96, 12)]))
def test_any_length_has_scipys_frames_and_comes_back(n, sizes):
    audio = noise(n, seed=n)
    spectrum = sg.stft(audio, *sizes)
    assert spectrum.shape == scipy_stft(audio, *sizes).shape
    assert np.abs(sg.istft(spectrum, n, *sizes) - audio).max() < EXACT


def test_the_inverse_is_exact_to_the_edges():
    audio = noise(2, KICK_SAMPLES)
    assert np.abs(sg.istft(sg.stft(audio), KICK_SAMPLES) - audio).max() < EXACT


def test_frame_one_is_centred_on_the_first_sample():
    impulse = np.zeros(KICK_SAMPLES, dtype=np.float32)
    impulse[0] = 1.0
    spectrum = sg.stft(impulse)
    assert sg.first_frame() == -1
    # At the centre of its frame an impulse has the magnitude 1 and the phase 0 in every bin.
    np.testing.assert_allclose(spectrum[1], 1.0, atol=1e-6)
    # Frames -1 and +1 see it half a window's slope away.
    np.testing.assert_allclose(np.abs(spectrum[[0, 2]]), 0.5, atol=1e-6)
    assert not spectrum[3:].any()


def test_the_image_is_that_of_scipys_magnitudes():
    audio, _ = synthesise_kick(3)
    magnitudes = np.abs(scipy_stft(audio, sg.N_FFT, sg.HOP_LENGTH))
    loudness = np.clip(20 * np.log10(np.maximum(100 * magnitudes / magnitudes.max(), 1e-12)), -120, 40)
    assert np.abs(sg.loudness_image(audio) - ((loudness + 120) / 80 - 1)).max() < ORACLE


# The loudness image


def test_silence_is_the_floor_everywhere():
    image = sg.loudness_image(np.zeros((2, KICK_SAMPLES), dtype=np.float32))
    assert (image == -1.0).all()
    assert not sg.amplitudes(image).any()


def test_the_image_ignores_the_level_and_keeps_the_balance():
    audio = noise(2, KICK_SAMPLES)
    audio[1] = 0.1 * audio[0]
    image = sg.loudness_image(audio)
    np.testing.assert_allclose(image, sg.loudness_image(np.float32(0.001) * audio), atol=2e-6)
    heard = image[1] > -1.0
    difference_db = (sg.image_to_decibels(image[0]) - sg.image_to_decibels(image[1]))[heard]
    np.testing.assert_allclose(difference_db, 20.0, atol=1e-3)
    assert image.max() == 1.0
    assert image[0].max() == image.max()


@pytest.mark.parametrize("peak", [1e-44, 1e-30, 1.0, 1e30])
def test_no_level_breaks_the_image(peak):
    audio = np.zeros((2, KICK_SAMPLES), dtype=np.float32)
    audio[:, 5000] = peak
    image = sg.loudness_image(audio)
    assert np.isfinite(image).all()
    assert image.max() == 1.0


def test_swapped_channels_swap_the_image():
    audio = noise(2, KICK_SAMPLES)
    np.testing.assert_array_equal(sg.loudness_image(audio[::-1]), sg.loudness_image(audio)[::-1])


def test_decibels_make_the_round_trip():
    audio, _ = synthesise_kick(11)
    magnitudes = np.abs(scipy_stft(audio, sg.N_FFT, sg.HOP_LENGTH))
    true = 100.0 * magnitudes / magnitudes.max()
    back = sg.amplitudes(sg.loudness_image(audio)).astype(np.float64)
    above = true > 1.01e-6
    assert above.mean() > 0.1
    assert np.abs(20 * np.log10(back[above] / true[above])).max() < DECIBEL
    assert not back[true < 0.99e-6].any()


@given(st.floats(-119.99, 40.0))
def test_any_loudness_above_the_floor_makes_the_round_trip(decibels):
    image = np.array([(decibels + 120.0) / 80.0 - 1.0], dtype=np.float32)
    assert 20.0 * np.log10(sg.amplitudes(image)[0]) == pytest.approx(decibels, abs=DECIBEL)


def test_images_beyond_the_range_are_taken_at_its_ends():
    low, floor, top, high = sg.amplitudes(np.array([-3.0, -1.0, 1.0, 2.0], dtype=np.float32))
    assert (low, floor) == (0.0, 0.0)
    assert top == high == pytest.approx(100.0, rel=1e-6)


# Griffin-Lim


@pytest.fixture(scope="module")
def kick():
    return synthesise_kick(33)[0]


@pytest.fixture(scope="module")
def magnitudes(kick):
    return np.abs(sg.stft(kick))


@pytest.mark.parametrize(("n_fft", "hop_length"), [(512, 128), (2048, 256)])
def test_the_plain_iteration_never_gets_worse(kick, n_fft, hop_length):
    wanted = np.abs(sg.stft(kick, n_fft, hop_length))
    sizes = {"n_fft": n_fft, "hop_length": hop_length}
    errors = [
        magnitude_error(sg.griffin_lim(wanted, KICK_SAMPLES, iterations=i, **sizes), wanted, n_fft, hop_length)
        for i in (0, 1, 2, 3, 5, 8, 13, 21, 34, 55)
    ]
    assert all(later <= earlier * (1 + 1e-5) for earlier, later in pairwise(errors))
    assert errors[-1] < 0.5 * errors[0]


@pytest.mark.parametrize("momentum", [0.0, 0.99])
def test_the_true_phase_stays_the_answer(kick, magnitudes, momentum):
    phase = np.angle(sg.stft(kick))
    result = sg.griffin_lim(magnitudes, KICK_SAMPLES, iterations=20, momentum=momentum, initial_phase=phase)
    assert np.abs(result - kick).max() < 1e-4


def test_no_iterations_use_the_initial_phase_as_it_is(kick, magnitudes):
    phase = np.angle(sg.stft(kick))
    result = sg.griffin_lim(magnitudes, KICK_SAMPLES, iterations=0, initial_phase=phase)
    assert np.abs(result - kick).max() < 1e-5


def test_momentum_ends_lower_on_broad_sounds():
    wanted = np.abs(sg.stft(noise(1, KICK_SAMPLES)))
    plain = sg.griffin_lim(wanted, KICK_SAMPLES, iterations=100)
    fast = sg.griffin_lim(wanted, KICK_SAMPLES, iterations=100, momentum=0.99)
    assert magnitude_error(fast, wanted) < 0.8 * magnitude_error(plain, wanted)


def test_the_result_is_reproducible_and_of_the_right_kind(magnitudes):
    first = sg.griffin_lim(magnitudes, KICK_SAMPLES, iterations=5)
    assert first.dtype == np.float32
    assert first.shape == (2, KICK_SAMPLES)
    np.testing.assert_array_equal(first, sg.griffin_lim(magnitudes, KICK_SAMPLES, iterations=5))


def test_channels_do_not_touch_each_other(magnitudes):
    both = magnitudes.copy()
    both[1] *= 0.3
    both[1, :, 40:] = 0.0
    together = sg.griffin_lim(both, KICK_SAMPLES, iterations=10, momentum=0.99)
    for channel in range(2):
        alone = sg.griffin_lim(both[channel : channel + 1], KICK_SAMPLES, iterations=10, momentum=0.99)
        np.testing.assert_allclose(together[channel], alone[0], atol=1e-6)


def test_equal_channels_stay_equal(magnitudes):
    same = np.repeat(magnitudes[:1], 2, axis=0)
    left, right = sg.griffin_lim(same, KICK_SAMPLES, iterations=10)
    np.testing.assert_array_equal(left, right)


def test_twice_the_magnitudes_are_twice_the_signal(magnitudes):
    once = sg.griffin_lim(magnitudes, KICK_SAMPLES, iterations=10)
    np.testing.assert_array_equal(sg.griffin_lim(2 * magnitudes, KICK_SAMPLES, iterations=10), 2 * once)


@pytest.mark.parametrize("momentum", [0.0, 0.99])
def test_empty_bins_and_silence_are_no_trouble(magnitudes, momentum):
    sparse = magnitudes.copy()
    sparse[:, 10:150] = 0.0
    sparse[:, :, 3:] = 0.0
    assert np.isfinite(sg.griffin_lim(sparse, KICK_SAMPLES, iterations=10, momentum=momentum)).all()
    assert not sg.griffin_lim(np.zeros_like(sparse), KICK_SAMPLES, iterations=3, momentum=momentum).any()


def test_wrong_sizes_are_refused(magnitudes):
    with pytest.raises(ValueError, match="have \\(frames, bins\\)"):
        sg.griffin_lim(magnitudes, KICK_SAMPLES + 1000)
    with pytest.raises(ValueError, match="at least 0"):
        sg.griffin_lim(magnitudes, KICK_SAMPLES, iterations=-1)
    with pytest.raises(ValueError, match="multiple of hop_length"):
        sg.stft(noise(2, 4096), 512, 100)
    with pytest.raises(ValueError, match="shorter than half a window"):
        sg.stft(noise(2, 100))
