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


def offered(names=tuple(kind.name for kind in KINDS), table=TABLE):
    """Controls with a table of percentiles in their unit."""
    return [
        Control(
            name=kind.name,
            descriptor=kind.descriptor,
            unit=kind.unit,
            minimum=0.0,
            maximum=1.0 if kind.unit in controls.OF_ONE else 2000.0,
            quantiles=table,
        )
        for kind in KINDS
        if kind.name in names
    ]


LIMITS = {
    "pitch": (20.0, 120.0),
    "sweep": (0.0, 6.0),
    "sweep_time": (3.0, 400.0),
    "decay": (40.0, 1300.0),
    "click": (-60.0, 0.0),
    "brightness": (30.0, 4000.0),
    "noise": (0.0, 1.0),
    "drive": (0.0, 1.0),
    "width": (0.0, 1.0),
}
"""What a kick can have, in the unit of a style's range."""


def test_styles_are_ranges_of_what_kicks_can_have_and_no_two_are_alike():
    assert set(styles.ABOUT) == set(styles.STYLES)
    for ranges in styles.STYLES.values():
        for name, (low, high) in ranges.items():
            assert LIMITS[name][0] <= low <= high <= LIMITS[name][1]
    for one in styles.STYLES.values():
        for other in styles.STYLES.values():
            apart = [n for n in one if n in other and (one[n][0] >= other[n][1] or other[n][0] >= one[n][1])]
            assert one is other or apart or set(one) != set(other)


@given(st.sampled_from(list(styles.STYLES)), st.integers(0, 2**63 - 1))
def test_what_is_asked_lies_in_the_range_whatever_the_model_was_trained_on(style, seed):
    for table in (TABLE, [0.5 * value for value in TABLE], [value - 160.0 for value in TABLE]):
        card = offered(table=table)
        asked = styles.controls_of(style, seed, card)
        assert asked == styles.controls_of(style, seed, card)
        for control in card:
            if control.name not in asked:
                continue
            low, high = styles.STYLES[style][control.name]
            value = controls.value(asked[control.name], control.unit, table)
            if control.unit == controls.QUANTILE:
                low, high = (min(max(end, table[5]), table[90]) for end in (low, high))
            elif control.unit in controls.OF_ONE:
                value = asked[control.name]
            assert low - 1e-6 <= value <= high + 1e-6


def test_seeds_are_different_kicks_of_a_style():
    assert len({styles.controls_of("heavy", seed, offered())["drive"] for seed in range(20)}) == 20


def test_what_is_missing_is_named():
    with pytest.raises(
        InputError,
        match=r"^style grunge: unknown; choose 808, techno, acoustic, analog, cinematic, beatbox, heavy, edm$",
    ):
        styles.controls_of("grunge", 0, offered())
    with pytest.raises(InputError, match=r"^style heavy: needs the control decay"):
        styles.controls_of("heavy", 0, offered(("pitch",)))
