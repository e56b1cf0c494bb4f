"""SpecGAN's images: equal to SciPy's transform, normalised over the training kicks, and audible again."""

import numpy as np
import pytest
import torch
from scipy.signal import ShortTimeFFT
from scipy.signal.windows import hann

from kickitout.library.synthesis import synthesise_kick
from kickitout.sound import spectrogram
from kickitout.sound.kick import FULL_SCALE
from kickitout.training.run.data import as_float
from kickitout.training.wavegan.representations import HOP_LENGTH, N_FFT, NormalisedSpectrogram, Waveform


def kicks(count: int) -> torch.Tensor:
    """int16 kicks (count, 2, 22050)."""
    audio = np.stack([synthesise_kick(seed)[0] for seed in range(count)])
    return torch.from_numpy(np.rint(audio * FULL_SCALE).astype(np.int16))


@pytest.fixture(scope="module")
def fitted():
    representation = NormalisedSpectrogram().double()
    representation.fit(kicks(12))
    return representation


def magnitudes(waveform: torch.Tensor) -> np.ndarray:
    """SciPy's, of mono: (frames, bins)."""
    transform = ShortTimeFFT(hann(N_FFT, sym=False), hop=HOP_LENGTH, fs=44_100)
    return np.abs(transform.stft(waveform.mean(0).numpy())).T


def test_a_kick_has_128_frames_of_which_128_bins_are_kept():
    waveform = as_float(kicks(1), torch.float64)
    assert magnitudes(waveform[0]).shape == (128, 175)
    assert spectrogram.count_frames(22_050, N_FFT, HOP_LENGTH) == 128


def test_an_image_is_the_normalised_logarithm_of_scipys_magnitudes(fitted):
    everything = as_float(kicks(12), torch.float64)
    logarithms = np.stack([np.log(magnitudes(one)[:, :128] + 1e-6) for one in everything])
    mean, deviation = logarithms.mean((0, 1)), logarithms.std((0, 1))
    expected = np.clip((logarithms - mean) / (3 * deviation), -1, 1)
    assert np.abs(fitted.encode(everything)[:, 0].numpy() - expected).max() < 1e-9


def test_bins_of_training_kicks_have_the_same_mean_and_deviation(fitted):
    images = fitted.encode(as_float(kicks(12), torch.float64))
    assert images.abs().max() <= 1
    assert images.mean((0, 1, 2)).abs().max() < 0.02  # but for what is clipped
    assert (images.std((0, 1, 2)) - 1 / 3).abs().max() < 0.03


def test_the_loudness_image_of_an_image_is_in_decibels_and_silent_above_16_kHz(fitted):
    waveform = as_float(kicks(3), torch.float64)
    image = fitted.encode(waveform)
    loudness = fitted.loudness(image)
    assert loudness.shape == (3, 2, 128, 175)
    assert torch.equal(loudness[:, 0], loudness[:, 1])
    assert (loudness[..., 128:] == -1).all()
    for one, found, normal in zip(waveform, loudness, image[:, 0], strict=True):
        decibels = 20 * np.log10(magnitudes(one)[:, :128] + 1e-6)
        whole = normal.abs().numpy() < 1  # not clipped
        assert np.abs(((found[0, :, :128] + 1) * 80 - 120).numpy() - decibels)[whole].max() < 1e-6
        assert whole.mean() > 0.95


def test_decoding_gives_a_kick_of_these_magnitudes_back(fitted):
    waveform = as_float(kicks(4), torch.float64)
    image = fitted.encode(waveform)
    sound = fitted.decode(image)
    assert sound.shape == (4, 2, 22_050)
    assert torch.equal(sound[:, 0], sound[:, 1])
    assert sound.abs().amax((1, 2)).numpy() == pytest.approx(1.0)
    wanted = [magnitudes(one)[:, :128].ravel() for one in waveform]
    found = [magnitudes(one)[:, :128].ravel() for one in sound]
    likeness = np.array([[a @ b / np.linalg.norm(a) / np.linalg.norm(b) for a in wanted] for b in found])
    assert likeness.diagonal().min() > 0.95
    assert (likeness.argmax(axis=1) == np.arange(4)).all()  # no other kick is as close


def test_silence_stays_silent():
    representation = NormalisedSpectrogram()
    representation.mean.fill_(np.log(1e-6))
    representation.deviation.fill_(1e-3)
    assert representation.decode(torch.full((1, 1, 128, 128), -1.0)).abs().max() == 0


def test_a_waveform_is_itself():
    waveform = as_float(kicks(2), torch.float32)
    representation = Waveform()
    assert representation.shape == (2, 22_050)
    for same in (representation.encode, representation.decode, representation.heard):
        assert torch.equal(same(waveform), waveform)
    # Its loudness image is the draft's, so that spreads compare.
    assert (
        np.abs(representation.loudness(waveform)[0].numpy() - spectrogram.loudness_image(waveform[0].numpy())).max()
        < 1e-5
    )
