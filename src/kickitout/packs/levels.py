"""One loudness for all kicks of a pack, as far as their peaks allow."""

import math
from collections.abc import Mapping, Sequence

import numpy as np

CEILING_DBTP = -1.0
"""No peak, and no true peak, is above."""

QUIET_SHARE = 0.1
"""As many kicks may stay quieter than the rest: at the loudness of the quietest, all would be far from full scale."""

STEP_DB = 0.01
"""Peaks are set to hundredths of a decibel."""


def highest_peak(described: Mapping[str, float], peak_dbfs: float) -> float:
    """The peak in dBFS at which a kick's true peak is at the ceiling.

    Args:
        described: its descriptors.
        peak_dbfs: its peak when these were measured.
    """
    above = max(described.get("true_peak_db", peak_dbfs) - peak_dbfs, 0.0)
    return CEILING_DBTP - above


def loudness(described: Mapping[str, float]) -> float:
    """Loudness in LUFS (BS.1770-4); that of silence, -inf."""
    return described.get("loudness_lufs", -math.inf)


def common_loudness(kicks: Sequence[tuple[float, float]]) -> float:
    """The loudness in LUFS that nine of ten kicks reach.

    Args:
        kicks: of each the loudness in LUFS, and by how many dB it could be raised, or must be lowered, to the ceiling.
    """
    return float(np.quantile([loud + room for loud, room in kicks], QUIET_SHARE))


def peak_for(described: Mapping[str, float], peak_dbfs: float, wanted_lufs: float) -> float:
    """The peak in dBFS, in whole hundredths, at which a kick has a loudness, or is as loud as the ceiling lets it be.

    Args:
        described: its descriptors.
        peak_dbfs: its peak when these were measured.
        wanted_lufs: the loudness.
    """
    wanted = peak_dbfs + wanted_lufs - loudness(described)
    highest = highest_peak(described, peak_dbfs)
    return round(STEP_DB * math.floor(min(wanted, highest) / STEP_DB + 1e-6), 2)
