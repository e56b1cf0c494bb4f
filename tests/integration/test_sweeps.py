"""A sweep that is asked of a kick falls: it never brings the body below where it is heard, from where it would rise."""

import pytest

import kickitout
from kickitout.measure.taste import taste

RISE_OCTAVES = 0.35
"""More than that of a kick's pitch over the lowest before it is heard as a second start."""

WISHES = [
    {"pitch": 60.0, "sweep": 0.5, "decay": 150.0},
    {"pitch": 55.0, "sweep": 2.0, "sweep_time": 30.0, "decay": 350.0},
]


@pytest.fixture(scope="module")
def model():
    return kickitout.load()


@pytest.mark.parametrize("wishes", WISHES)
@pytest.mark.parametrize("seed", [0, 3, 14, 19])
def test_a_sweep_never_rises_again(model, seed, wishes):
    plain = taste(model.kick(seed).audio).measured["rise"]
    assert taste(model.kick(seed, controls=wishes).audio).measured["rise"] <= max(plain, RISE_OCTAVES)
