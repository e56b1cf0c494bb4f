"""The soft clip at the end of a sketch; `kickitout.sound.sketch.sketch` has the equation."""

import numpy as np

from kickitout.sound.sketch.sketch import HARDNESS, MOST_DB, UNBENT, Signal

NEPERS = float(np.log(10.0)) / 20.0
"""Of a decibel."""


def driven(mid_side: Signal, drive: float, limited: float = 0.0) -> Signal:
    """Mid and side (2, n) after the soft clip of left and right, which keeps their peak."""
    mono = not mid_side[1].any()  # half the work; plus 0, as a silent side gives no -0
    stereo = mid_side[:1] + 0.0 if mono else to_stereo(mid_side)
    clipped = stereo * np.exp(drive) * clip_gain(stereo, drive, limited)
    peak = float(np.abs(clipped).max(initial=0.0))
    clipped *= np.abs(stereo).max(initial=0.0) / peak if peak > 0.0 else 1.0
    if mono:
        return np.concatenate([clipped, np.zeros_like(clipped)])
    return 0.5 * np.stack([clipped[0] + clipped[1], clipped[0] - clipped[1]])


def clip_of(drive: float, limited: float, bound: float, peak: float) -> tuple[float, float]:
    """Drive, and how much of the sound itself bounds the clip, of what has a bound and a peak: see `Sketch.bound`."""
    if bound * peak <= 0.0:
        return drive, limited
    grown = float(np.log(bound * peak)) / NEPERS
    more = max(min(grown, MOST_DB) * NEPERS, -drive)
    return drive + more, max(limited, min(HARDNESS * more, 1.0))


def clip_gain(stereo: Signal, drive: float, limited: float = 0.0) -> Signal:
    """The soft clip of (2, n) or (1, n) as a gain of at most 1 for each sample: (2, n), or (1, n) for both.

    With `limited` at 1 what is clipped is at most 1 itself, with 0 only what is smoothed.
    """
    if np.array_equal(stereo[0], stereo[-1]):  # mono: half the powers, which take most of the time
        stereo = stereo[:1]
    padded = np.pad(stereo, ((0, 0), (1, 1)), mode="edge")
    smooth = 0.5 * stereo + 0.25 * (padded[:, :-2] + padded[:, 2:])
    if limited > 0.0:
        smooth = np.maximum(np.abs(smooth), limited * np.abs(stereo))
    strength = float(np.expm1(HARDNESS * drive))
    result = np.ones_like(smooth)
    # Quiet samples are not changed: 1 plus so little is 1, and their powers would take most of the time.
    quiet = (UNBENT / strength) ** (1.0 / HARDNESS) if strength > UNBENT else 1.0
    loud = ~(np.abs(smooth) <= quiet)
    result[loud] = 1.0 / _root(1.0 + strength * _power(smooth[loud]))
    return result


def _power(values: Signal) -> Signal:
    """To the power HARDNESS, which is 8: a product is made in a tenth of the time."""
    fourth = np.square(np.square(values))
    return np.asarray(fourth * fourth)


def _root(values: Signal) -> Signal:
    """The root of the order HARDNESS, likewise."""
    return np.asarray(np.sqrt(np.sqrt(np.sqrt(values))))


def to_stereo(mid_side: Signal) -> Signal:
    """Left and right of mid and side: (2, n) -> (2, n)."""
    mid, side = mid_side
    return np.stack([mid + side, mid - side])
