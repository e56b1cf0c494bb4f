"""Styles: what they ask of a kick."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kickitout.errors import InputError
from kickitout.instrument import styles
from kickitout.model import controls
from kickitout.model.card import Control


def offered(names=tuple(kind.name for kind in controls.KINDS)):
    """Controls whose tables are 100 to 200 in their unit."""
    table = [100.0 + percent for percent in range(101)]
    return [
        Control(
            name=kind.name,
            descriptor=kind.descriptor,
            unit=kind.unit,
            minimum=0.0 if kind.unit == controls.QUANTILE else 101.0,
            maximum=1.0 if kind.unit == controls.QUANTILE else 199.0,
            quantiles=table,
        )
        for kind in controls.KINDS
        if kind.name in names
    ]


def test_styles_are_ranges_of_quantiles_of_known_controls_and_no_two_are_alike():
    for ranges in styles.STYLES.values():
        assert set(ranges) <= {kind.name for kind in controls.KINDS}
        assert all(0.0 <= low < high <= 1.0 for low, high in ranges.values())
    for one in styles.STYLES.values():
        for other in styles.STYLES.values():
            apart = [n for n in one if n in other and (one[n][0] >= other[n][1] or other[n][0] >= one[n][1])]
            assert one is other or apart or set(one) != set(other)


@given(st.sampled_from(list(styles.STYLES)), st.integers(0, 2**63 - 1))
def test_what_is_asked_lies_in_the_range_in_the_controls_own_unit(style, seed):
    asked = styles.wishes(style, seed, offered())
    assert asked == styles.wishes(style, seed, offered())
    for name, value in asked.items():
        low, high = styles.STYLES[style][name]
        unit = next(kind.unit for kind in controls.KINDS if kind.name == name)
        share = value if unit == controls.QUANTILE else (value - 100.0) / 100.0
        assert max(low, 0.01 if unit != controls.QUANTILE else 0.0) - 1e-9 <= share <= high + 1e-9


def test_seeds_are_different_kicks_of_a_style():
    assert len({styles.wishes("heavy", seed, offered())["drive"] for seed in range(20)}) == 20


def test_what_is_missing_is_named():
    with pytest.raises(InputError, match=r"^style grunge: unknown; choose analog, cinematic, beatbox, heavy, edm$"):
        styles.wishes("grunge", 0, offered())
    with pytest.raises(InputError, match=r"^style heavy: needs the control decay"):
        styles.wishes("heavy", 0, offered(("pitch",)))
