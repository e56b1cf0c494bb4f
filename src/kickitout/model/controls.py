"""The controls: eight measured features of a kick, each as a score that is normal over the training kicks, and two
that are set.

A score is Phi^-1(q) of the quantile q that a value has among the training kicks, by a table of their percentiles. In
scores, features of all shapes are alike, and a mixture of Gaussians may hold them together with a latent
(`kickitout.model.prior.extend`). Four controls are set in the feature's own unit, the others from 0 to 1: three from
the 5th to the 90th percentile of the training kicks, the width in even steps of decibels.

Values that many kicks share (a width of nothing: most kicks are mono) have the middle of their quantiles as their
score.

The drive is not searched for but set: the gain into the soft clip at the end of a sketch
(`kickitout.sound.sketch.clip`), for p from 0 to 1, is g = G (e^(2 p) - 1) / (e^2 - 1) decibels. So the crest factor
falls evenly: every decibel of gain takes less of it than the one before.

How wild a kick is is set as well: its latent lies 1 + w (FURTHEST - 1) times as far from the mean of all latents as the
kick's own, for w from 0 to 1. A seed is the same kick at all of them, and itself at 0.
"""

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from kickitout.measure.descriptors import describe
from kickitout.measure.embedding import embed

Array = NDArray[np.float64]

QUANTILE = "quantile"
"""The unit of controls from 0 to 1 that are quantiles of the training kicks."""

SIDE = "side"
"""The unit of a control from 0, which is mono, to 1 in even steps of decibels of side over mid."""

GAIN = "gain"
"""The unit of a control from 0 to 1 that sets the gain into the soft clip."""

STRETCH = "stretch"
"""The unit of a control from 0 to 1 in even steps of how many times as far something is from the mean."""

OF_ONE = (QUANTILE, SIDE, GAIN, STRETCH)
"""The units of controls from 0 to 1."""

REACH = (0.05, 0.90)
"""The quantiles at 0 and 1 of a control. Beyond, a few odd kicks lie far apart: the last twelfth of the dial would move
as much as five before it, and the brightest kicks are 3 LU softer, all peak and little body."""

NARROWEST_DB = -27.0
"""The width just above 0: the smallest difference from mono that listeners hear, a correlation of 0.996 of left and
right (Gabriel and Colburn, "Interaural correlation discrimination", 1981)."""

WIDEST_DB = -6.0
"""The width at 1."""

HARDEST_DB = 30.0
"""G, the gain into the soft clip at 1: half-waves are then flat."""

GAIN_BEND = 2.0
"""How much the gain grows faster at 1 than at 0, natural log."""

FURTHEST = 2.5
"""How many times as far from the mean a latent is at 1. Further out models say things that no real kick has: a body
that is gone, or never over."""

PERCENTILES = 101
"""Values in a table: the quantiles 0, 0.01, ... 1."""

MONO_DB = -40.0
"""What is narrower counts as mono, with this width: the side is inaudible. No generator's side is digital silence, so
that without it the most mono of its kicks would seem wider than real ones."""

OUTERMOST = 0.005
"""Quantiles below this, and above 1 minus this, count as this: the score of the last kick would be infinite."""


@dataclass(frozen=True)
class Kind:
    """A control: its name, the descriptor that it sets, and its unit."""

    name: str
    descriptor: str
    unit: str


KINDS = (
    Kind("pitch", "pitch_hz", "Hz"),
    Kind("sweep", "sweep_octaves", "octaves"),
    Kind("sweep_time", "sweep_ms", "ms"),
    Kind("decay", "decay_ms", "ms"),
    Kind("click", "click_db", QUANTILE),
    Kind("brightness", "brightness_hz", QUANTILE),
    Kind("noise", "noise", QUANTILE),
    Kind("width", "width_db", SIDE),
)
"""What is measured of a kick, in the order of its scores."""

DRIVE = Kind("drive", "drive_db", GAIN)
"""What is set, and has no score. Cards list it before the width."""

WILD = "wild"
"""One more control, without a score: how many times as far from what is usual the whole kick is as the seed's own."""

LOUDNESS = "loudness"
"""What is measured beside the controls, in LUFS: it stays where they are not about it."""

LOUDNESS_LUFS = "loudness_lufs"
"""Its descriptor."""


def measure(audio: NDArray[np.float32]) -> Array:
    """The values of KINDS in a kick at 44.1 kHz, (8,); NaN where it has none: an unpitched kick has no sweep."""
    return measured(describe(audio))


def measured(found: Mapping[str, float]) -> Array:
    """The same of a kick's descriptors."""
    values = np.array([found.get(kind.descriptor, np.nan) for kind in KINDS])
    width = [kind.descriptor for kind in KINDS].index("width_db")
    values[width] = max(values[width], MONO_DB)
    return values


def descriptors(names: Collection[str]) -> list[str]:
    """The descriptors of controls and of LOUDNESS, of those of them that are measured."""
    described = {kind.name: kind.descriptor for kind in KINDS} | {LOUDNESS: LOUDNESS_LUFS}
    return [descriptor for name, descriptor in described.items() if name in names]


def wildness(audio: NDArray[np.float32]) -> float:
    """How far a kick at 44.1 kHz, (2, n), is from the centre of real kicks: the length of its embedding.

    Embeddings are standardised over a library's training kicks: their mean is 0.
    """
    return float(np.linalg.norm(embed(audio)))


def percentiles(values: Array) -> list[float]:
    """The table of a feature's values (n,), NaN left out: 101 numbers of six digits, ascending.

    Raises:
        ValueError: there are none.
    """
    known = values[np.isfinite(values)]
    if not len(known):
        raise ValueError("there are no values to make a table of")
    return [float(f"{value:.6g}") for value in np.quantile(known, np.linspace(0.0, 1.0, PERCENTILES))]


def scores(values: Array, table: list[float]) -> Array:
    """Scores of values of a feature, (n,), by its table; NaN stays NaN."""
    steps = np.array(table)
    first, last = np.searchsorted(steps, values, "left"), np.searchsorted(steps, values, "right") - 1
    between = np.interp(values, steps, np.arange(len(steps)))
    places = np.where(last >= first, 0.5 * (first + last), between) / (len(steps) - 1)
    normal = NormalDist()
    return np.array(
        [
            normal.inv_cdf(min(max(place, OUTERMOST), 1.0 - OUTERMOST)) if np.isfinite(value) else np.nan
            for place, value in zip(places.tolist(), values.tolist(), strict=True)
        ]
    )


def value(given: float, unit: str, table: list[float]) -> float:
    """A control's value in the feature's own unit: as it is, or of a place from 0 to 1."""
    if unit == SIDE:
        return NARROWEST_DB + given * (WIDEST_DB - NARROWEST_DB) if given > 0.0 else MONO_DB
    if unit == GAIN:
        return HARDEST_DB * math.expm1(GAIN_BEND * given) / math.expm1(GAIN_BEND)
    if unit == STRETCH:
        return 1.0 + given * (FURTHEST - 1.0)
    if unit == QUANTILE:
        place = REACH[0] + given * (REACH[1] - REACH[0])
        return float(np.interp(place * (len(table) - 1), np.arange(len(table)), table))
    return given


def shown(value: float, unit: str, table: list[float]) -> float:
    """A value as its control has it: the inverse of `value`, within the control's travel."""
    if unit == SIDE:
        place = (value - NARROWEST_DB) / (WIDEST_DB - NARROWEST_DB)
    elif unit == GAIN:
        place = math.log1p(max(value, 0.0) * math.expm1(GAIN_BEND) / HARDEST_DB) / GAIN_BEND
    elif unit == STRETCH:
        place = (value - 1.0) / (FURTHEST - 1.0)
    elif unit == QUANTILE:
        place = (quantile(value, table) - REACH[0]) / (REACH[1] - REACH[0])
    else:
        return value
    return min(max(place, 0.0), 1.0)


def dial(value: float, table: list[float]) -> float:
    """Where a feature's own value lies on a control from 0 to 1, straight between the percentiles of a table."""
    place = float(np.interp(value, table, np.arange(len(table)))) / (len(table) - 1)
    return min(max((place - REACH[0]) / (REACH[1] - REACH[0]), 0.0), 1.0)


def quantile(value: float, table: list[float]) -> float:
    """The quantile, 0..1, of a value in a table; of what many share, the middle."""
    return NormalDist().cdf(float(scores(np.array([value]), table)[0]))
