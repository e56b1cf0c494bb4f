"""Faults of two channels are told from stereo that is meant, and repaired."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kickitout.library.synthesis import synthesise_kick
from kickitout.measure.channels import Kind, channel_fault, note_of, repaired

RATE = 44_100
SEEDS = range(0, 480, 16)
"""One kick of each built-in machine, and more."""


def noisy(samples, db=-60.0, seed=0):
    """With noise of its own in each channel."""
    noise = np.random.default_rng(seed).normal(0.0, 10.0 ** (db / 20.0), samples.shape)
    return (samples + noise).astype(np.float32)


def late(kick, samples):
    """The right channel later, or the left where the number is negative."""
    left, right = (0, samples) if samples > 0 else (-samples, 0)
    n = kick.shape[1] - abs(samples)
    whole = np.zeros((2, kick.shape[1]), np.float32)
    whole[0, left : left + n], whole[1, right : right + n] = kick[0, :n], kick[0, :n]
    return whole


@pytest.mark.parametrize("seed", SEEDS)
def test_built_in_kicks_have_no_fault(seed):
    kick = synthesise_kick(seed)[0]
    assert channel_fault(kick, RATE) is None
    assert channel_fault(noisy(kick, -40.0), RATE) is None
    assert channel_fault(np.stack([kick[0], 0.5 * kick[0]]), RATE) is None


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("silent", [0, 1])
def test_a_silent_channel_becomes_a_copy(seed, silent):
    kick = noisy(synthesise_kick(seed)[0], -70.0)
    kick[silent] *= 1e-3
    fault = channel_fault(kick, RATE)
    assert fault.kind is (Kind.LEFT_SILENT, Kind.RIGHT_SILENT)[silent]
    mended = repaired(kick, fault)
    np.testing.assert_array_equal(mended, np.stack([kick[1 - silent]] * 2))
    assert channel_fault(mended, RATE) is None


@pytest.mark.parametrize("seed", SEEDS)
def test_an_inverted_channel_is_turned(seed):
    kick = np.stack([synthesise_kick(seed)[0][0]] * 2)
    turned = noisy(kick * np.array([[1.0], [-0.95]], np.float32))
    fault = channel_fault(turned, RATE)
    assert fault.kind is Kind.INVERTED
    assert channel_fault(repaired(turned, fault), RATE) is None
    np.testing.assert_array_equal(repaired(turned, fault)[1], -turned[1])


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("shift", [-882, -60, 44, 882])
def test_a_late_channel_is_found_to_the_sample_and_shifted(seed, shift):
    whole = late(noisy(synthesise_kick(seed)[0], -75.0), shift)
    fault = channel_fault(whole, RATE)
    assert (fault.kind, fault.shift) == (Kind.LATE, shift)
    assert note_of(fault, RATE).words == (
        f"the {'right' if shift > 0 else 'left'} comes {abs(shift) / 44.1:.1f} ms after the "
        f"{'left' if shift > 0 else 'right'}"
    )
    mended = repaired(whole, fault)
    assert mended.shape == (2, whole.shape[1] - abs(shift))
    np.testing.assert_array_equal(mended[0], mended[1])


@given(st.integers(1, 4), st.integers(0, 50), st.sampled_from([0.0, 1.0, np.nan, np.inf, 1e30]))
def test_any_array_has_an_answer(channels, n, value):
    found = channel_fault(np.full((channels, n), value, np.float32), RATE)
    assert found is None
    assert channel_fault(np.zeros((2, n), np.float32), RATE) is None


def test_a_fault_does_not_depend_on_level_or_offset():
    kick = late(synthesise_kick(5)[0], 300)
    for gain, offset in ((1e-3, 0.0), (0.5, 0.2), (1e6, 0.0)):
        assert channel_fault((gain * kick + offset).astype(np.float32), RATE) == channel_fault(kick, RATE)
