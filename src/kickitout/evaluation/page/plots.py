"""Small pictures for the evaluation's page, as SVG and PNG text, without a drawing library: the same data, the same
bytes.

Colours and type sizes are classes that the page's style sheet defines for light and dark; this module draws geometry.
Every SVG describes itself in words (`aria-label`). Coordinates are in CSS pixels.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from io import BytesIO

import numpy as np
from numpy.typing import NDArray

from kickitout.sound.sheet import LOUDEST_DB, QUIETEST_DB, colour_map, log_spectrogram

BINS = 28
"""Bins of a histogram."""

TRIMMED = 1.0
"""Per cent of the real and of the generated values that may lie outside the bins at either end; they count in the outer
ones."""

MOST_ABOVE = 2.5
"""A histogram's picture ends at this many times the lower set's highest bin."""

HISTOGRAM_SIZE = (300, 132)
STRIP_SIZE = (240, 30)
THUMBNAIL_SIZE = (180, 84)
"""Width and height in pixels: of a histogram, of a figure's strip, of a kick's picture."""

SHADES = 64
"""Colours in a kick's picture: more would be indistinguishable, and fewer make smaller files."""


def number(value: float | None) -> str:
    """A number for people: three significant digits, no exponent between 0.0001 and a million; "–" if there is none."""
    if value is None or math.isnan(value):
        return "–"
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    if value == 0.0:
        return "0"
    digits = 2 - math.floor(math.log10(abs(value)))
    rounded = round(value, digits)
    if not 1e-4 <= abs(rounded) < 1e6:
        text = f"{value:.2e}"
    else:
        text = f"{rounded:,.{max(0, 2 - math.floor(math.log10(abs(rounded))))}f}"
    return text.replace("-", "−")


_UNITS = {"": "", "share": " %", "AUC": "", "1e-3": ""}
"""Units as written after a number; any other is written unchanged."""

_FACTORS = {"share": 100.0, "1e-3": 1e-3}
"""Factors that figures are multiplied by before they are written, by unit."""


def in_unit(value: float | None, unit: str) -> str:
    """A number for people without its unit: shares as per cent, values in 1e-3 as plain numbers."""
    return number(value * _FACTORS.get(unit, 1.0) if value is not None else None)


def quantity(value: float | None, unit: str) -> str:
    """A number with its unit for people."""
    return in_unit(value, unit) + _UNITS.get(unit, f" {unit}")


def _p(value: float) -> str:
    """A coordinate, rounded to hundredths of a pixel."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def _svg(size: tuple[int, int], label: str, body: str, kind: str) -> str:
    width, height = size
    return (
        f'<svg class="{kind}" viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img" '
        f'aria-label="{escape(label)}">{body}</svg>'
    )


# --- axes -------------------------------------------------------------------------------------------------------------


def linear_ticks(low: float, high: float, most: int = 5) -> list[float]:
    """Round numbers (1, 2, 5 times a power of ten) within [low, high], at most `most` of them."""
    if not high > low:
        return [low]
    power = 10.0 ** math.floor(math.log10((high - low) / most))
    for step in (power * factor for factor in (1, 2, 5, 10, 20, 50)):
        first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
        if last - first + 1 <= most:
            return [index * step for index in range(first, last + 1)]
    return [low]


def log_ticks(low: float, high: float, most: int = 5) -> list[float]:
    """Round numbers within [low, high], 0 < low, for a logarithmic axis: decades, thirds of them, or finer."""
    if high / low < 3.0:
        return [tick for tick in linear_ticks(low, high, most) if tick > 0.0]
    decades = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    for factors in ((1, 2, 5), (1, 3), (1,)):
        ticks = [factor * 10.0**decade for decade in decades for factor in factors]
        ticks = [tick for tick in ticks if low * 0.999 <= tick <= high * 1.001]
        if len(ticks) <= most:
            return ticks
    return ticks[:: math.ceil(len(ticks) / most)]


def _tick_words(value: float) -> str:
    if value and abs(value) >= 1000.0 and value % 100.0 == 0.0:
        return f"{value / 1000.0:g}k"
    return f"{value:.6g}".replace("-", "−")


# --- histograms -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Bins:
    """Shared bins of two sets: the edges (BINS + 1,) in their own unit, and whether they grow by ratios."""

    edges: NDArray[np.float64]
    logarithmic: bool


def shared_bins(*sets: NDArray[np.float64], logarithmic: bool) -> Bins | None:
    """Bins that hold all but the outer `TRIMMED` per cent of each set, NaN left out; None where no set has a number.

    The axis is linear if a set holds numbers that are not positive.
    """
    finite = [values[np.isfinite(values)] for values in sets]
    finite = [values for values in finite if len(values)]
    if not finite:
        return None
    logarithmic = logarithmic and min(float(values.min()) for values in finite) > 0.0
    ends = [np.percentile(values, [TRIMMED, 100.0 - TRIMMED]) for values in finite]
    low, high = min(float(end[0]) for end in ends), max(float(end[1]) for end in ends)
    if logarithmic:
        if high < low * 1.05:  # all equal: a little room on both sides
            low, high = low / 1.1, high * 1.1
        return Bins(np.exp(np.linspace(math.log(low), math.log(high), BINS + 1)), True)
    if high - low < 1e-9 * max(1.0, abs(low)):
        low, high = low - 0.5, high + 0.5
    return Bins(np.linspace(low, high, BINS + 1), False)


def shares(values: NDArray[np.float64], bins: Bins) -> NDArray[np.float64]:
    """The share of the numbers of `values` in each bin, (BINS,); what lies outside counts in the outer bins."""
    finite = values[np.isfinite(values)]
    if not len(finite):
        return np.zeros(BINS)
    places = np.clip(np.searchsorted(bins.edges, finite, side="right") - 1, 0, BINS - 1)
    return np.bincount(places, minlength=BINS) / len(finite)


def histogram(real: NDArray[np.float64], generated: NDArray[np.float64], *, logarithmic: bool, label: str) -> str:
    """Real (filled) under generated (a line), both normalised to the same sum. Empty without numbers.

    Args:
        real, generated: one number for each kick, (n,), NaN if it has none.
        logarithmic: whether the axis grows by ratios.
        label: a description in words, for screen readers.
    """
    bins = shared_bins(real, generated, logarithmic=logarithmic)
    if bins is None:
        return ""
    width, height = HISTOGRAM_SIZE
    left, right, top, bottom = 6.0, width - 6.0, 6.0, height - 20.0
    heights = [shares(values, bins) for values in (real, generated)]
    # A set within a single bin would flatten the other: it may exceed the top of the picture.
    lower, upper = sorted(float(values.max()) for values in heights)
    highest = min(upper, MOST_ABOVE * lower) if lower > 0.0 else upper or 1.0

    def across(value: float) -> float:
        low, high = float(bins.edges[0]), float(bins.edges[-1])
        share = math.log(value / low) / math.log(high / low) if bins.logarithmic else (value - low) / (high - low)
        return left + share * (right - left)

    step = (right - left) / BINS
    outlines = []
    for values in heights:
        path = f"M{_p(left)} {_p(bottom)}"
        for index, share in enumerate(values):
            path += f"V{_p(bottom - (bottom - top) * min(1.0, share / highest))}H{_p(left + (index + 1) * step)}"
        outlines.append(path + f"V{_p(bottom)}")
    body = f'<path class="real-area" d="{outlines[0]}Z"/>'
    if np.isfinite(generated).any():
        body += f'<path class="generated-line" d="{outlines[1]}"/>'
    body += f'<path class="axis" d="M{_p(left)} {_p(bottom)}H{_p(right)}"/>'
    ticks = (log_ticks if bins.logarithmic else linear_ticks)(float(bins.edges[0]), float(bins.edges[-1]))
    for tick in ticks:
        x = across(tick)
        anchor = "start" if x < left + 14 else "end" if x > right - 14 else "middle"
        body += f'<path class="axis" d="M{_p(x)} {_p(bottom)}v4"/>'
        body += f'<text class="tick" x="{_p(x)}" y="{height - 4}" text-anchor="{anchor}">{_tick_words(tick)}</text>'
    return _svg(HISTOGRAM_SIZE, label, body, "histogram")


# --- a figure's place -------------------------------------------------------------------------------------------------


def strip(
    value: tuple[float, float, float],
    floor: tuple[float, float, float] | None,
    perfect: float | None,
    *,
    higher_is_better: bool,
    label: str,
) -> str:
    """A figure's position between the best (left) and the worst known value (right): a dot on a line.

    Args:
        value, floor: (value, low, high) of the generated and of the real training kicks.
        perfect: the best possible value, with worse ones on both sides; None if there is none.
        higher_is_better: the direction, used where nothing is perfect.
        label: a description in words.
    """
    known = [number for triple in (value, floor or ()) for number in triple if math.isfinite(number)]
    if not known:
        return ""
    if perfect is not None and math.isfinite(perfect):

        def badness(x: float) -> float:
            return abs(x - perfect)

        best, worst = 0.0, max(badness(x) for x in known)
    else:
        sign = -1.0 if higher_is_better else 1.0

        def badness(x: float) -> float:
            return sign * x

        best, worst = min(map(badness, known)), max(map(badness, known))
    width, height = STRIP_SIZE
    left, right, middle = 9.0, width - 9.0, height / 2.0
    span = worst - best or 1.0

    def across(x: float) -> float:
        return left + (right - left) * min(1.0, max(0.0, (badness(x) - best) / span))

    def stretch(triple: tuple[float, float, float]) -> tuple[float, float]:
        ends = [across(x) for x in triple if math.isfinite(x)]
        return min(ends), max(ends)

    body = f'<path class="rail" d="M{_p(left)} {_p(middle)}H{_p(right)}"/>'
    if perfect is not None:
        body += f'<path class="perfect" d="M{_p(left)} {_p(middle - 8)}v16"/>'
    if floor is not None and any(map(math.isfinite, floor)):
        start, end = stretch(floor)
        body += (
            f'<rect class="floor-band" x="{_p(start - 2)}" y="{_p(middle - 9)}" width="{_p(end - start + 4)}" '
            f'height="18" rx="3"/>'
        )
        if math.isfinite(floor[0]):
            body += f'<path class="floor-mark" d="M{_p(across(floor[0]))} {_p(middle - 9)}v18"/>'
    if any(map(math.isfinite, value)):
        start, end = stretch(value)
        body += f'<path class="whisker" d="M{_p(start)} {_p(middle)}H{_p(end)}"/>'
    if math.isfinite(value[0]):
        body += f'<circle class="dot" cx="{_p(across(value[0]))}" cy="{_p(middle)}" r="5"/>'
    return _svg(STRIP_SIZE, label, body, "strip")


def bar(share: float, kind: str, label: str) -> str:
    """A share, 0..1, as a bar. `kind` is a class: "generated" or "real"."""
    width = 120
    filled = width * min(1.0, max(0.0, share))
    body = f'<rect class="rail-area" width="{width}" height="10" rx="2"/>'
    if filled > 0.0:
        body += f'<rect class="{kind}-bar" width="{_p(max(filled, 1.5))}" height="10" rx="2"/>'
    return _svg((width, 10), label, body, "bar")


# --- the map ----------------------------------------------------------------------------------------------------------

MAP_SIZE = (900, 560)


def place_points(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n, 2) in any unit -> (n, 2) in pixels of the map, both axes to one scale, rounded to tenths."""
    if not len(points):
        return np.zeros((0, 2))
    width, height = MAP_SIZE
    low, high = points.min(axis=0), points.max(axis=0)
    span = np.maximum(high - low, 1e-12)
    scale = min((width - 28) / span[0], (height - 28) / span[1])
    centred = (points - (low + high) / 2.0) * scale
    return np.asarray(np.round(centred + np.array([width / 2.0, height / 2.0]), 1))


def scatter(sets: Sequence[tuple[str, NDArray[np.float64]]], label: str) -> str:
    """Points of sets by their class name, (n, 2) in pixels as `place_points` gives them, the last set on top.

    A set is one path of zero-length strokes with round ends: a thousand points take 12 kB.
    """
    body = ""
    for kind, points in sets:
        path = "".join(f"M{_p(x)} {_p(y)}h0" for x, y in points.tolist())
        body += f'<path class="points {kind}-points" d="{path}"/>'
    body += '<circle class="here" r="8" cx="-20" cy="-20"/>'
    return _svg(MAP_SIZE, label, body, "map")


# --- one kick ---------------------------------------------------------------------------------------------------------


def thumbnail(audio: NDArray[np.float32], sample_rate: int = 44_100) -> bytes:
    """A kick's spectrogram, (2, n), as PNG, with the axes and colours of `kickitout.sound.sheet`."""
    from PIL import Image

    width, height = THUMBNAIL_SIZE
    clean = np.nan_to_num(audio.astype(np.float64), posinf=1.0, neginf=-1.0)
    loudness = log_spectrogram(clean, max(1, audio.shape[1]), width, height, sample_rate)
    unit = np.clip((loudness - QUIETEST_DB) / (LOUDEST_DB - QUIETEST_DB), 0.0, 1.0)
    image = Image.fromarray(np.rint(unit * (SHADES - 1)).astype(np.uint8), mode="P")
    image.putpalette(colour_map()[np.rint(np.linspace(0, 255, SHADES)).astype(np.int64)].tobytes())
    stream = BytesIO()
    image.save(stream, format="PNG", optimize=True)
    return stream.getvalue()


def waveform(audio: NDArray[np.float32]) -> str:
    """A kick's outline over time as an SVG of flexible size: the highest and lowest sample in each of 90 columns."""
    columns, height = 90, 32
    starts = np.arange(columns) * audio.shape[1] // columns
    clean = np.nan_to_num(audio.astype(np.float64))
    high = np.maximum.reduceat(clean.max(axis=0), starts)
    low = np.minimum.reduceat(clean.min(axis=0), starts)
    top = np.clip(height / 2 * (1.0 - high) - 0.4, 0.0, height)
    bottom = np.clip(height / 2 * (1.0 - low) + 0.4, 0.0, height)
    forth = "".join(f"L{x} {_p(float(y))}" for x, y in enumerate(top))
    back = "".join(f"L{x} {_p(float(y))}" for x, y in reversed(list(enumerate(bottom))))
    return (
        f'<svg class="wave" viewBox="0 0 {columns - 1} {height}" width="180" height="{height}" '
        f'preserveAspectRatio="none" aria-hidden="true"><path d="M{forth[1:]}{back}Z"/></svg>'
    )
