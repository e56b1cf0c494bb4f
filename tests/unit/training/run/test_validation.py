"""Figures of a validation: what few kicks have to say, and no more."""

import numpy as np
import pytest
import torch

from kickitout.training.run.validation import LEAST_COMPARED, frechet, spread, spread_figures, too_few


def points(count, scale=1.0, seed=0):
    return scale * np.random.default_rng(seed).standard_normal((count, 27))


def test_the_distance_needs_two_points():
    for few, others in ((1, 5), (5, 1), (0, 5)):
        with pytest.raises(ValueError, match="two points of each set at least"):
            frechet(points(few), points(others))
    assert np.isfinite(frechet(points(2), points(2, seed=1)))


def test_the_distance_to_few_points_is_lowest_for_what_collapses_and_to_enough_it_is_not():
    """Why so many are needed: the alarm of the collapse is at 0.4 of the real spread."""

    def best(count):
        scales = np.arange(0.1, 1.3, 0.1)
        return scales[np.argmin([frechet(points(400, scale, seed=1), points(count)) for scale in scales])]

    assert best(3) < 0.4
    assert best(LEAST_COMPARED) > 0.4
    assert best(400) == pytest.approx(1.0)


def test_the_spread_of_kicks_that_do_not_differ_is_not_compared():
    assert spread_figures(0.5, 2.0, 4) == ({"spread/generated": 0.5, "spread/real": 2.0, "spread/ratio": 0.25}, ())
    one, said = spread_figures(0.5, spread(torch.zeros(1, 3)), 1)
    assert one == {"spread/generated": 0.5}
    assert said == (too_few("spread of real kicks", 2, "training kicks", 1),)
    alike, said = spread_figures(0.5, spread(torch.ones(4, 3)), 4)
    assert alike == {"spread/generated": 0.5, "spread/real": 0.0}
    assert "all alike" in said[0]
