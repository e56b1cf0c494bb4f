"""Styles: what they ask of a kick."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kickitout.errors import InputError
from kickitout.instrument import styles
from kickitout.model import controls
from kickitout.model.card import Control

TABLE = [100.0 + percent for percent in range(101)]
KINDS = (*controls.KINDS, controls.DRIVE)


def offered(names=tuple(kind.name for kind in KINDS)):
    """Controls whose tables are 100 to 200 in their unit."""
    return [
        Control(
            name=kind.name,
            descriptor=kind.descriptor,
            unit=kind.unit,
            minimum=0.0 if kind.unit in controls.OF_ONE else 101.0,
            maximum=1.0 if kind.unit in controls.OF_ONE else 199.0,
            quantiles=TABLE,
        )
        for kind in KINDS
        if kind.name in names
    ]


def test_styles_are_ranges_of_quantiles_of_known_controls_and_no_two_are_alike():
    for ranges in styles.STYLES.values():
        assert set(ranges) <= {kind.name for kind in KINDS}
        assert all(0.0 <= low <= high <= 1.0 for low, high in ranges.values())
    for one in styles.STYLES.values():
        for other in styles.STYLES.values():
            apart = [n for n in one if n in other and (one[n][0] >= other[n][1] or other[n][0] >= one[n][1])]
            assert one is other or apart or set(one) != set(other)


@given(st.sampled_from(list(styles.STYLES)), st.integers(0, 2**63 - 1))
def test_what_is_asked_lies_in_the_range_in_the_controls_own_unit(style, seed):
    asked = styles.controls_of(style, seed, offered())
    assert asked == styles.controls_of(style, seed, offered())
    for name, value in asked.items():
        low, high = styles.STYLES[style][name]
        unit = next(kind.unit for kind in KINDS if kind.name == name)
        share = value if unit in controls.OF_ONE else controls.shown(value, controls.QUANTILE, TABLE)
        assert low - 1e-9 <= share <= high + 1e-9


def test_seeds_are_different_kicks_of_a_style():
    assert len({styles.controls_of("heavy", seed, offered())["drive"] for seed in range(20)}) == 20


def test_what_is_missing_is_named():
    with pytest.raises(InputError, match=r"^style grunge: unknown; choose analog, cinematic, beatbox, heavy, edm$"):
        styles.controls_of("grunge", 0, offered())
    with pytest.raises(InputError, match=r"^style heavy: needs the control decay"):
        styles.controls_of("heavy", 0, offered(("pitch",)))
