"""Numbers of the built-in sounds, for ever: seeds name them, and other tests and libraries rest on them."""

import numpy as np
import pytest

from kickitout.library import synthesis

SAMPLE = 2e-5  # noise and its filters are float32 in newer NumPy, float64 in older

# seed: machine, family, click, pitch in Hz, decay in ms, width, polarity; left and right at samples 60, 200, 1000, 5000
KICKS = {
    0: (
        ("machine-0000", "analogue", "blip", 104.950048156, 58.321236947, 1.568802467, -1),
        (-0.6214522719, 0.9800485969, -0.0314778835, 0.0),
        (-0.7447662950, 1.0, -0.0305878762, 0.0),
    ),
    5: (
        ("machine-0000", "analogue", "blip", 108.075131487, 77.863809793, 1.781322759, -1),
        (-0.7985627055, 0.9804789424, -0.1613791734, -0.0012870521),
        (-0.7953296304, 0.9947913885, -0.1638644487, -0.0012870521),
    ),
    40: (
        ("machine-0002", "driven", "noise", 31.009147833, 255.781013212, 0.0, -1),
        (-0.3405497968, -0.0862849951, 0.8123533726, -0.1769595742),
        (-0.3405497968, -0.0862849951, 0.8123533726, -0.1769595742),
    ),
    123456: (
        ("machine-7716", "analogue", "noise", 58.094390479, 234.131947591, 0.0, -1),
        (-0.5661923289, -0.2919164598, 0.3355475068, 0.1101894849),
        (-0.5661923289, -0.2919164598, 0.3355475068, 0.1101894849),
    ),
}

# seed: kind, right channel at the same samples
OTHERS = {
    3: ("snare", (0.3077555001, 0.2411338389, -0.1805146337, -0.0110045848)),
    8: ("hum", (0.4002767503, 0.8461779356, 0.5828043222, -0.7331719398)),
    25: ("drum loop", (-0.1059175879, -0.2110441327, 0.1160044819, 0.1863778383)),
}

PLACES = [60, 200, 1000, 5000]


@pytest.mark.parametrize("seed", KICKS)
def test_kicks_stay(seed):
    (machine, family, click, pitch, decay, width, polarity), left, right = KICKS[seed]
    audio, p = synthesis.synthesise_kick(seed)
    assert (p.machine, p.family, p.click_kind, p.polarity) == (machine, family, click, polarity)
    np.testing.assert_allclose((p.pitch_hz, p.decay_ms, p.width), (pitch, decay, width), rtol=1e-9)
    np.testing.assert_allclose(audio[0, PLACES], left, atol=SAMPLE)
    np.testing.assert_allclose(audio[1, PLACES], right, atol=SAMPLE)


def test_sines_stay():
    _, truth = synthesis.synthesise_sine(7)
    values = (truth.frequency_hz, truth.level_left, truth.level_right, truth.phase)
    expected = (2732.460177709426, 0.09404787251553563, 0.26843614526080267, 3.1299973621013275)
    np.testing.assert_allclose(values, expected, rtol=1e-12)


@pytest.mark.parametrize("seed", OTHERS)
def test_other_sounds_stay(seed):
    kind, right = OTHERS[seed]
    audio, found = synthesis.synthesise_other(seed)
    assert found == kind
    np.testing.assert_allclose(audio[1, PLACES], right, atol=SAMPLE)
