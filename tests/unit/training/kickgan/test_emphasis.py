"""How much cells count: as on logarithmic axes."""

import pytest
import torch

from kickitout.training.kickgan.emphasis import EARLY_S, LOW_HZ, emphasis

SECONDS, HERTZ = torch.linspace(0.0, 0.5, 173), torch.linspace(0.0, 22_050.0, 257)


def test_weights_have_the_mean_1_and_fall_with_time_and_frequency():
    weights = emphasis(SECONDS, HERTZ)
    assert weights.shape == (257, 173)
    assert weights.dtype == torch.float32
    assert float(weights.mean()) == pytest.approx(1.0, rel=1e-5)
    assert (weights.diff(dim=0) < 0.0).all()
    assert (weights.diff(dim=1) < 0.0).all()


def test_octaves_and_doubled_times_count_alike():
    """Far above the places where it is even, the cells from t to 2 t weigh together what those from 2 t to 4 t do."""
    seconds, hertz = torch.arange(100_000) * 1e-3, torch.arange(30_000) * 10.0
    late, high = emphasis(seconds, [0.0])[0], emphasis([0.0], hertz)[:, 0]
    for weights, first, step in ((late, EARLY_S, 1e-3), (high, LOW_HZ, 10.0)):
        start = round(100 * first / step)
        one, other = weights[start : 2 * start].sum(), weights[2 * start : 4 * start].sum()
        assert float(one) == pytest.approx(float(other), rel=0.01)


def test_before_a_kick_begins_frames_count_as_its_first():
    weights = emphasis([-0.1, 0.0, 0.1], [100.0])
    assert weights[0, 0] == weights[0, 1] > weights[0, 2]
