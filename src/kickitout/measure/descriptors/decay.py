"""The length of the body: until 30 and until 60 dB under its peak, extrapolated if the sound ends earlier."""

import numpy as np

from kickitout.measure.descriptors.body import Body, line

DECAY_DB = -30.0
"""`decay_ms` ends where the body has fallen by this much."""

LENGTH_DB = -60.0
"""`length_ms` ends here."""

PEAK_LEVEL = 0.9
"""The body's peak is where it first reaches this share of its largest level: a flat top has no unique maximum."""

SLOPE_SECONDS = 0.12
"""An extrapolation takes the slope of the last stretch of this length."""

LEAST_SLOPE_SECONDS = 0.03

LONGEST_MS = 4000.0
"""An extrapolation that goes further is meaningless."""


def peak_place(body: Body) -> int:
    """Where the body has reached its peak: an index of its `time`."""
    return int(np.argmax(body.level >= PEAK_LEVEL * body.level.max()))


def fall_ms(body: Body, decibels: float) -> tuple[float, bool] | None:
    """From the body's peak to where it stays `decibels` under it: milliseconds, and whether that was extrapolated.

    None if the sound ends earlier and its slope is too flat to extrapolate.
    """
    top, first = float(body.level.max()), peak_place(body)
    if top <= 0.0:
        return None
    begin = float(body.time[first])
    last = int(np.flatnonzero(body.level >= top * 10.0 ** (decibels / 20.0))[-1])
    if body.time[last] <= body.end:
        return 1000.0 * (float(body.time[last]) - begin), False
    kept = (body.time >= max(begin, body.end - SLOPE_SECONDS)) & (body.time <= body.end)
    time = body.time[kept]
    if len(time) < 8 or time[-1] - time[0] < LEAST_SLOPE_SECONDS:
        return None
    heights = 20.0 * np.log10(np.maximum(body.level[kept] / top, 1e-6))
    slope, height = line(time, heights, np.ones(len(time)))
    if slope >= 0.0:
        return None
    milliseconds = 1000.0 * (max((decibels - height) / slope, body.end) - begin)
    return (milliseconds, True) if milliseconds <= LONGEST_MS else None
