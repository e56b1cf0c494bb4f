"""Numbers of designed kicks, for ever: seeds name them, and libraries rest on them."""

import numpy as np
import pytest

from kickitout.library import synthesis

SAMPLE = 2e-5  # noise is float32 in newer NumPy, float64 in older

# seed: machine, family, pitch in Hz, decay in ms, width in dB, polarity; left and right at samples 60, 200, 1000, 5000
KICKS = {
    0: (
        ("machine-0000", "edm", 52.709695160, 247.366405408, -34.214471407, 1),
        (0.3848080635, -0.1134956628, 0.3675870001, 0.5769248605),
        (0.3836350441, -0.1315781027, 0.3482569754, 0.5758212805),
    ),
    40: (
        ("machine-0002", "edm", 40.992939771, 203.855427171, -60.000000000, -1),
        (0.0037459051, -0.5621275306, 0.2051059157, 0.0753826201),
        (0.0037459051, -0.5621275306, 0.2051059157, 0.0753826201),
    ),
    2000: (
        ("machine-0125", "edm", 54.699673913, 706.599311967, -19.915936451, 1),
        (0.3238650262, -0.3499275744, -0.4507618248, 0.4224248528),
        (0.2560720742, -0.2370099574, -0.5852539539, 0.4209104478),
    ),
    123456: (
        ("machine-7716", "trap", 44.928988729, 545.257950177, -40.417994642, -1),
        (0.0054495041, -0.7246706486, -0.5382096767, 0.4122236669),
        (-0.0008179621, -0.7395691872, -0.5332832932, 0.4122080505),
    ),
}

PLACES = [60, 200, 1000, 5000]


@pytest.mark.parametrize("seed", KICKS)
def test_designed_kicks_stay(seed):
    (machine, family, pitch, decay, width, polarity), left, right = KICKS[seed]
    audio, design = synthesis.design_kick(seed)
    assert (design.machine, design.family, design.polarity) == (machine, family, polarity)
    np.testing.assert_allclose((design.pitch_hz, design.decay_ms, design.width_db), (pitch, decay, width), rtol=1e-9)
    np.testing.assert_allclose(audio[0, PLACES], left, atol=SAMPLE)
    np.testing.assert_allclose(audio[1, PLACES], right, atol=SAMPLE)
