"""Which kicks of many go into a pack."""

from itertools import combinations_with_replacement

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from kickitout.packs.selection import TYPICAL_SHARE, farthest, typical

POINTS = arrays.arrays(
    np.float64, st.tuples(st.integers(2, 14), st.integers(1, 4)), elements=st.integers(-50, 50).map(float)
)


@given(POINTS, st.data())
def test_each_choice_is_the_farthest_from_those_before(points, data):
    n = data.draw(st.integers(1, len(points)))
    everyone = range(len(points))
    taken = farthest(points, [everyone] * n)
    assert len(set(taken)) == n
    norms = np.linalg.norm(points, axis=1)
    assert norms[taken[0]] == norms.min()
    for place in range(1, n):
        apart = np.linalg.norm(points[:, None] - points[taken[:place]][None], axis=2).min(axis=1)
        left = [index for index in everyone if index not in taken[:place]]
        assert apart[taken[place]] == apart[left].max()
        assert taken[place] == next(index for index in left if apart[index] == apart[left].max())


@given(POINTS)
def test_it_is_within_twice_the_best_possible_cover(points):
    """Gonzalez: no set of three points covers all within less than half of what these three do."""
    n = min(3, len(points))
    taken = farthest(points, [range(len(points))] * n)
    apart = np.linalg.norm(points[:, None] - points[None], axis=2)
    reached = apart[:, taken].min(axis=1).max()
    best = min(
        apart[:, [a, b, c]].min(axis=1).max()
        for a, b, c in combinations_with_replacement(range(len(points)), 3)
        if len({a, b, c}) <= n
    )
    assert reached <= 2.0 * best + 1e-9


def test_turns_are_kept():
    points = np.arange(12.0)[:, None]
    even, odd = range(0, 12, 2), range(1, 12, 2)
    taken = farthest(points, [even, odd, even, odd, even])
    assert taken == [0, 11, 6, 3, 8]
    with pytest.raises(ValueError, match="choice number 2"):
        farthest(points, [[4], [4]])


@given(POINTS, st.data())
def test_the_typical_are_those_near_the_centre(points, data):
    least = data.draw(st.integers(1, len(points)))
    kept = typical(points, least)
    assert len(kept) == max(least, round(TYPICAL_SHARE * len(points)))
    assert (np.diff(kept) > 0).all()
    norms = np.linalg.norm(points, axis=1)
    assert norms[kept].max() <= np.delete(norms, kept).min(initial=np.inf)
