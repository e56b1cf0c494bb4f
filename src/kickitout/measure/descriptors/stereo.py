"""Differences between left and right: width by band, correlation of the low end, and the loss in a mono sum."""

import numpy as np
from numpy.typing import NDArray

from kickitout.measure.descriptors.spectrum import LOWEST_HZ, decibels

LOW_HZ = 150.0
"""The low end, which should be mono, lies below."""

HIGH_HZ = 2000.0

WIDTH_LIMIT_DB = 60.0
"""Widths lie between this and its negative, the value of mono."""

EMPTY_DB = -80.0
"""A band with less of the energy than this has no width: it would be that of rounding errors."""


def width_db(side: float, mid: float) -> float:
    """Side over mid, two energies that are not both 0, within -60..60 dB."""
    return float(np.clip(decibels(side, mid), -WIDTH_LIMIT_DB, WIDTH_LIMIT_DB))


def energies(spectra: NDArray[np.complex128]) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Energy spectra of left and right, and the real part of their cross spectrum; (1, lines) stands for both."""
    left = np.asarray(spectra[0].real ** 2 + spectra[0].imag ** 2)
    if len(spectra) == 1:
        return left, left, left
    right = np.asarray(spectra[1].real ** 2 + spectra[1].imag ** 2)
    return left, right, np.asarray(spectra[0].real * spectra[1].real + spectra[0].imag * spectra[1].imag)


def stereo(
    left: NDArray[np.float64], right: NDArray[np.float64], cross: NDArray[np.float64], frequencies: NDArray[np.float64]
) -> dict[str, float]:
    """Stereo descriptors from the energy spectra of both channels and the real part of their cross spectrum."""
    edges = np.searchsorted(frequencies, (LOWEST_HZ, LOW_HZ, HIGH_HZ))
    sums = {n: np.add.reduceat(np.append(x, 0.0), edges) for n, x in (("sum", left + right), ("cross", cross))}
    mid = np.maximum(0.0, 0.25 * sums["sum"] + 0.5 * sums["cross"])
    side = np.maximum(0.0, 0.25 * sums["sum"] - 0.5 * sums["cross"])
    whole = float((mid + side).sum())
    result: dict[str, float] = {}
    for name, m, s in zip(("width_low_db", "width_mid_db", "width_high_db"), mid.tolist(), side.tolist(), strict=True):
        if m + s > 0.0 and decibels(m + s, whole) >= EMPTY_DB:
            result[name] = width_db(s, m)
    low = slice(int(edges[0]), int(edges[1]))
    size = float(np.sqrt(left[low].sum() * right[low].sum()))
    if "width_low_db" in result:
        result["mono_loss_db"] = min(WIDTH_LIMIT_DB, decibels(float(mid[0] + side[0]), float(mid[0])))
        if size > 0.0:
            result["low_correlation"] = float(np.clip(cross[low].sum() / size, -1.0, 1.0))
    return result
