"""What producers' kicks are like, by rule: the lowest that is usual, the median, the highest. None: no limit there.

Written by `python bench/calibrate_taste.py LIBRARY --write`; docs/taste.md says from which kicks.
"""

LIMITS: dict[str, tuple[float | None, float, float | None]] = {
    "quiet": (-17.2, -11.52, None),
    "thin": (-2.75, -0.467, None),
    "rumble": (None, -25.9, -11.8),
    "soft": (None, 1.36, 7.4),
    "pitch": (36.5, 57.94, 128.3),
    "late": (None, 11.6, 78.0),
    "swell": (None, 0.14, 9.0),
    "rise": (None, 0.004, 0.22),
    "hiss": (None, -65.86, -25.5),
}
