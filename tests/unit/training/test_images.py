"""Laws of what images reach without a network."""

from functools import partial

import numpy as np
import pytest

from kickitout.library.synthesis import synthesise_kick
from kickitout.sound.kick import FULL_SCALE
from kickitout.training import images
from kickitout.training.dcgan.loudness_image import LoudnessImage
from kickitout.training.images import PRESETS, average_sound, image_of, there_and_back
from kickitout.training.wavegan import representations


@pytest.fixture(autouse=True)
def _few_iterations(monkeypatch):
    """What is told here holds long before phases agree."""
    monkeypatch.setattr(images, "LoudnessImage", partial(LoudnessImage, iterations=8))
    monkeypatch.setattr(representations, "ITERATIONS", 8)


@pytest.fixture(scope="module")
def kicks():
    sounds = np.stack([synthesise_kick(seed)[0] for seed in (3, 40, 41)])
    return np.rint(sounds * FULL_SCALE).astype(np.int16)


@pytest.mark.parametrize("preset", PRESETS)
def test_the_average_of_one_kick_is_that_kick_returned(preset, kicks):
    image = image_of(preset, kicks)
    np.testing.assert_allclose(average_sound(image, kicks[:1]), there_and_back(image, kicks[:1])[0], atol=1e-5)


@pytest.mark.parametrize("preset", PRESETS)
def test_kicks_come_back_in_their_order_with_their_loudness_over_time(preset, kicks):
    """Phases are found anew, so waveforms differ; what is left of a kick after each tenth of it does not."""
    returned = there_and_back(image_of(preset, kicks), kicks)
    assert returned.shape == kicks.shape
    assert np.abs(returned).max(axis=(1, 2)) == pytest.approx(1.0)

    def fall(sounds):
        power = sounds.astype(np.float64).reshape(len(sounds), 2, 10, -1)
        parts = np.square(power).sum(axis=(1, 3))
        return np.log10(parts / parts.sum(axis=1, keepdims=True) + 1e-4)

    apart = np.abs(fall(returned)[:, None] - fall(kicks)[None]).mean(axis=2)
    assert apart.argmin(axis=1).tolist() == [0, 1, 2]


def test_a_kick_shown_twice_has_two_parts_of_the_average(kicks):
    """Rounding grows while phases are found, so sounds are alike and not the same."""
    image = image_of("dcgan", kicks)

    def alike(one, other):
        return np.corrcoef(average_sound(image, kicks[one]).ravel(), average_sound(image, kicks[other]).ravel())[0, 1]

    assert alike([0, 0, 1, 1, 2, 2], [0, 1, 2]) > 0.999
    assert alike([0, 0, 1], [0, 1, 1]) < 0.99
