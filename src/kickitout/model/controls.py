"""The controls: eight measured features of a kick, each as a score that is normal over the training kicks.

A score is Phi^-1(q) of the quantile q that a value has among the training kicks, by a table of their percentiles. In
scores, features of all shapes are alike, and a mixture of Gaussians may hold them together with a latent
(`kickitout.model.prior.extend`). Four controls are set in the feature's own unit, four as a quantile from 0 to 1.

Values that many kicks share (a width of nothing: most kicks are mono) have the middle of their quantiles, whichever of
these is the target: a width of 0.1 and of 0.5 both mean mono, if that is what 70 of 100 training kicks are.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from kickitout.measure.descriptors import describe
from kickitout.measure.embedding import embed

Array = NDArray[np.float64]

QUANTILE = "quantile"
"""The unit of controls from 0 to 1."""

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
    Kind("drive", "drive", QUANTILE),
    Kind("width", "width_db", QUANTILE),
)
"""What is measured of a kick, in the order of its scores."""

WILD = "wild"
"""One more control, without a score: how far the whole kick is from what is usual."""

WILD_DESCRIPTOR = "wildness"


def measure(audio: NDArray[np.float32]) -> Array:
    """The values of KINDS in a kick at 44.1 kHz, (8,); NaN where it has none: an unpitched kick has no sweep."""
    return measured(describe(audio))


def measured(found: Mapping[str, float]) -> Array:
    """The same of a kick's descriptors."""
    values = np.array([found.get(kind.descriptor, np.nan) for kind in KINDS])
    width = [kind.descriptor for kind in KINDS].index("width_db")
    values[width] = max(values[width], MONO_DB)
    return values


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
    """A control's value in the feature's own unit: as it is, or looked up as a quantile of its table."""
    return float(np.interp(given * (len(table) - 1), np.arange(len(table)), table)) if unit == QUANTILE else given


def quantile(value: float, table: list[float]) -> float:
    """The quantile, 0..1, of a value in a table; of what many share, the middle."""
    return NormalDist().cdf(float(scores(np.array([value]), table)[0]))
