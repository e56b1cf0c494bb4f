"""Short-time spectra and filters: what they are, and that their gradients are theirs."""

import numpy as np
import pytest
import torch
from scipy.signal import ShortTimeFFT

from kickitout.training.blocks.transforms import (
    AT_ONCE,
    Compression,
    compressed_short_time,
    filtered,
    framed,
    overlap_added,
    shaped,
    short_time,
)
from kickitout.training.kickgan.low_band import DECIMATION, KERNEL, decimated

SIZES = [(16, 4, 12, 37), (16, 8, 6, 37), (8, 8, 6, 40), (16, 2, 30, 50)]  # n_fft, hop, frames, samples


def white(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


@pytest.mark.parametrize(("n_fft", "hop", "count", "samples"), SIZES)
def test_the_short_time_spectrum_is_scipys(n_fft, hop, count, samples):
    sound, window = white(2, samples), torch.hann_window(n_fft, dtype=torch.float64)
    scipys = ShortTimeFFT(window.numpy(), hop=hop, fs=1.0, phase_shift=None)
    reached = min(count, scipys.p_max(samples))
    expected = scipys.stft(sound.numpy(), p0=0, p1=reached).swapaxes(-1, -2)
    found = short_time(sound, window, hop, count, n_fft // 2 + 1).numpy()
    assert np.abs(found[:, :reached] - expected).max() < 1e-12


@pytest.mark.parametrize(("n_fft", "hop", "count", "samples"), SIZES)
def test_adding_up_is_the_adjoint_of_cutting(n_fft, hop, count, samples):
    sound, frames = white(2, samples), white(2, count, n_fft, seed=1)
    cut = framed(sound, torch.ones(n_fft, dtype=torch.float64), hop, count)
    added = overlap_added(frames, hop, samples)
    assert float((cut * frames).sum()) == pytest.approx(float((sound * added).sum()), rel=1e-12)


@pytest.mark.parametrize("bins", [9, 5, 1])
@pytest.mark.parametrize(("n_fft", "hop", "count", "samples"), [size for size in SIZES if size[0] == 16])
def test_the_gradient_of_a_short_time_spectrum(n_fft, hop, count, samples, bins):
    window = torch.hann_window(n_fft, dtype=torch.float64)
    assert torch.autograd.gradcheck(
        lambda sound: short_time(sound, window, hop, count, bins), white(2, samples).requires_grad_()
    )


@pytest.mark.parametrize(("sizes", "phases"), [(2.0, 0.0), (0.0, 0.7), (1.0, 0.5)])
@pytest.mark.parametrize("bins", [9, 5])
def test_a_compressed_spectrum_is_that_of_short_time_and_so_is_its_gradient(bins, sizes, phases):
    window, how = torch.hann_window(16, dtype=torch.float64), Compression(1e-3, sizes, phases, 0.4)
    sound = white(3, 2, 37).requires_grad_()
    found = compressed_short_time(sound, window, 4, 12, bins, how)
    spectrum = short_time(sound, window, 4, 12, bins)
    power = spectrum.real.square() + spectrum.imag.square() + 1e-3
    pairs = torch.stack([spectrum.real, spectrum.imag], dim=1) * power.pow(-0.3)[:, None]
    expected = (sizes * 0.5 * power.log()[:, None] if sizes else None, phases * pairs if phases else None)
    gradients = []
    for each in (found, expected):
        assert [part is None for part in each] == [not sizes, not phases]
        parts = [part for part in each if part is not None]
        total = sum((part * white(*part.shape, seed=9)).sum() for part in parts)
        gradients.append(torch.autograd.grad(total, sound)[0])
    for one, two in zip(found, expected, strict=True):
        assert one is None or torch.allclose(one, two, rtol=1e-12, atol=1e-12)
    assert torch.allclose(*gradients, rtol=1e-10, atol=1e-12)


def shaping(seed=0):
    """A sound, and amplitudes and additions of its spectrum: eight frames of nine bins."""
    sound, amplitude = white(2, 28, seed=seed), white(2, 8, 9, seed=seed + 1)
    start = torch.complex(white(2, 3, 9, seed=seed + 2), white(2, 3, 9, seed=seed + 3))
    later = torch.complex(white(2, 5, 4, seed=seed + 4), white(2, 5, 4, seed=seed + 5))
    return sound, amplitude, start, later


def windows():
    return torch.hann_window(16, dtype=torch.float64), torch.hamming_window(16, dtype=torch.float64)


def test_shaping_is_a_product_and_a_sum_of_spectra():
    sound, amplitude, start, later = shaping()
    window, inverse = windows()
    spectrum = short_time(sound, window, 4, 8, 9) * amplitude
    spectrum[:, :3] += start
    spectrum[:, 3:, :4] += later
    expected = overlap_added(torch.fft.irfft(spectrum, n=16) * inverse, 4, 28)
    torch.testing.assert_close(shaped(sound, amplitude, start, later, window, inverse, 4), expected)


def test_sounds_are_shaped_one_by_one_as_together():
    """More sounds than are worked on at once."""
    sounds = [shaping(seed) for seed in range(AT_ONCE + 2)]
    together = shaped(*(torch.stack(part) for part in zip(*sounds, strict=True)), *windows(), 4)
    for sound, one in zip(sounds, together, strict=True):
        torch.testing.assert_close(shaped(*(part[None] for part in sound), *windows(), 4)[0], one)


@pytest.mark.parametrize("all_of_them", [True, False])
def test_the_gradient_of_shaping(all_of_them):
    sound, *others = shaping()
    inputs = sound.requires_grad_(all_of_them), *(one.requires_grad_() for one in others)
    assert torch.autograd.gradcheck(lambda *given: shaped(*given, *windows(), 4), inputs)


def test_a_filter_and_its_gradient():
    sound, band = white(2, 21), white(17, seed=1)
    expected = torch.fft.irfft(torch.fft.rfft(sound, 32) * band, 32)
    assert torch.equal(filtered(sound, band, 32), expected)
    assert torch.autograd.gradcheck(lambda given: filtered(given, band, 32)[:, 3:20], sound.requires_grad_())


@pytest.mark.parametrize("length", [500, 512, 513])
def test_the_low_band_is_a_convolution_with_the_kernel(length):
    sound = white(2, 3, length)
    expected = torch.nn.functional.conv1d(
        sound.reshape(6, 1, length), KERNEL.double(), stride=DECIMATION, padding=64
    ).reshape(2, 3, -1)
    torch.testing.assert_close(decimated(sound), expected)
