"""Values of the representation, for ever: bundles that were trained on it hear with exactly these numbers."""

import numpy as np
import pytest

from kickitout.sound import spectrogram as sg

SIZE = 1e-5  # of complex values that reach 100
IMAGE = 1e-5
SIGNAL = 1e-3  # three iterations in float32; older NumPy computes them in float64

# (channel, frame, bin): (value of the STFT, value of the loudness image)
VALUES = {
    (0, 0, 0): (5.861083984375 + 0j, 0.6353811621665955),
    (0, 1, 1): (14.930200576782227 - 50.78147888183594j, 0.8743137717247009),
    (0, 10, 35): (1.242920994758606 + 1.1745576858520508j, 0.5016419887542725),
    (1, 40, 1): (20.869115829467773 - 2.2171990871429443j, 0.7738720178604126),
    (1, 175, 0): (0.00011003077815985307 + 0j, -0.5462347865104675),
    (0, 100, 200): (0j, -1.0),
}

# momentum: both channels at the samples 50, 500 and 5000 after three iterations
SAMPLES = {
    0.0: [[-0.443331718, -0.421107352, 0.191377670], [-0.216239035, -0.205861852, 0.095650114]],
    0.99: [[-0.439781219, -0.393063515, 0.182487488], [-0.215425015, -0.191880181, 0.091206461]],
}


@pytest.fixture(scope="module")
def audio():
    t = np.arange(22_050) / 44_100
    body = np.sin(2 * np.pi * 55 * t) * np.exp(-t / 0.1)
    click = 0.05 * np.sin(2 * np.pi * 3000 * t) * np.exp(-t / 0.02)
    return np.stack([body + click, 0.5 * body]).astype(np.float32)


@pytest.mark.parametrize("place", VALUES)
def test_values_stay(audio, place):
    value, loudness = VALUES[place]
    assert abs(sg.stft(audio)[place] - value) < SIZE
    assert abs(sg.loudness_image(audio)[place] - loudness) < IMAGE


@pytest.mark.parametrize("momentum", SAMPLES)
def test_griffin_lim_from_its_own_start_stays(audio, momentum):
    amplitudes = sg.amplitudes(sg.loudness_image(audio))
    signal = sg.griffin_lim(amplitudes, 22_050, iterations=3, momentum=momentum)
    np.testing.assert_allclose(signal[:, [50, 500, 5000]], SAMPLES[momentum], atol=SIGNAL)
