"""The draft's representation in torch: equal to its NumPy twin and to SciPy."""

import numpy as np
import pytest
import torch
from scipy.signal import ShortTimeFFT
from scipy.signal.windows import hann

from kickitout.library.synthesis import synthesise_kick
from kickitout.sound import spectrogram
from kickitout.training.dcgan.loudness_image import LoudnessImage


def kicks(count: int = 4) -> torch.Tensor:
    return torch.from_numpy(np.stack([synthesise_kick(seed)[0] for seed in range(count)]))


def test_shape_is_the_drafts():
    assert LoudnessImage().encode(kicks(3)).shape == (3, 2, 176, 257)


def test_equals_scipy():
    waveform = kicks(1)
    transform = ShortTimeFFT(hann(512, sym=False), hop=128, fs=44_100)
    magnitudes = np.abs(transform.stft(waveform[0].double().numpy())).swapaxes(1, 2)  # (2, frames, bins)
    loudness = 20 * np.log10(np.maximum(magnitudes * (100 / magnitudes.max()), 1e-6))
    expected = (loudness + 120) / 80 - 1
    assert np.abs(LoudnessImage().encode(waveform)[0].numpy() - expected).max() < 1e-5


def test_equals_the_numpy_twin():
    waveforms = kicks(4)
    images = LoudnessImage().encode(waveforms).numpy()
    for image, waveform in zip(images, waveforms.numpy(), strict=True):
        assert np.abs(image - spectrogram.loudness_image(waveform)).max() < 1e-5


def test_dB_round_trip_is_exact_above_the_floor():
    image = LoudnessImage().encode(kicks(2).double())
    amplitude = torch.where(image > -1, 10 ** ((image + 1) * 4 - 6), 0.0)
    again = (20 * torch.log10(amplitude.clamp(min=1e-6)) + 120) / 80 - 1
    assert (again - image).abs().max() * 80 < 1e-4


def test_level_does_not_matter_but_balance_does():
    waveform = kicks(1)
    encode = LoudnessImage().encode
    assert torch.allclose(encode(waveform), encode(waveform * 0.25), atol=1e-5)
    quieter_right = waveform * torch.tensor([1.0, 0.5])[None, :, None]
    loud = encode(quieter_right)[0, 0] > -0.5
    step = (encode(quieter_right)[0, 0] - encode(quieter_right)[0, 1])[loud]
    own = (encode(waveform)[0, 0] - encode(waveform)[0, 1])[loud]
    assert float((step - own).median()) == pytest.approx(20 * np.log10(2) / 80, abs=1e-3)


def test_silence_is_minus_one_and_comes_back_as_silence():
    representation = LoudnessImage(iterations=2)
    image = representation.encode(torch.zeros(1, 2, 22_050))
    assert (image == -1).all()
    assert (representation.decode(image) == 0).all()


def test_decode_keeps_magnitudes_better_with_more_iterations():
    waveform = kicks(1)
    amplitude = LoudnessImage()._stft(waveform).abs()
    errors = []
    for iterations in (1, 5, 20):
        representation = LoudnessImage(iterations=iterations)
        made = representation.decode(representation.encode(waveform))
        assert made.shape == waveform.shape
        found = representation._stft(made).abs()
        found = found * (amplitude.norm() / found.norm())
        errors.append(float((found - amplitude).norm() / amplitude.norm()))
    assert errors == sorted(errors, reverse=True)
    assert errors[-1] < 0.3


def test_inverse_transform_is_exact():
    waveform = kicks(2).double()
    representation = LoudnessImage()
    assert (representation._istft(representation._stft(waveform)) - waveform).abs().max() < 1e-12
