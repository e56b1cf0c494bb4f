"""The gate: measure a sound for the rules, and find which of them fail."""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kickitout.measure.descriptors.edges import find_onset
from kickitout.measure.descriptors.levels import tail_db, true_peak
from kickitout.measure.descriptors.spectrum import distinct_channels, spectrum
from kickitout.measure.descriptors.stereo import stereo
from kickitout.measure.gate.edges import flat_share, offset_share, step_share
from kickitout.measure.gate.rules import LINE_AT, RULES, SILENCE_DBFS
from kickitout.measure.gate.steady import hum_db, steady_spectrum

LEAST_RATE = 2000
"""Hz. At a lower rate only the rules on single samples apply."""

AUDIBLE = 1e-4
"""Samples below this share of the peak (-80 dB), before the sound and after it, are inaudible."""


@dataclass(frozen=True)
class Fault:
    """A rule that a sound fails.

    Attributes:
        rule: its name.
        measured, limit: in the rule's unit.
        words: a sentence with both, and the remedy if there is one.
    """

    rule: str
    measured: float
    limit: float
    words: str


@dataclass(frozen=True)
class Verdict:
    """The gate's verdict on a sound.

    Attributes:
        faults: the rules that it fails, in the order of `RULES`; none of a sound that passes.
        measured: the measured values by rule, in the rule's unit. A rule that does not apply (a short sound has no hum)
            is absent, and holds.
    """

    faults: tuple[Fault, ...]
    measured: dict[str, float]

    @property
    def passes(self) -> bool:
        """Whether all rules hold."""
        return not self.faults

    def sorted(self, excused: Collection[str]) -> tuple[tuple[Fault, ...], tuple[Fault, ...]]:
        """The faults that count, and those in rules that a kick may break, since it was asked to."""
        wanted = tuple(fault for fault in self.faults if fault.rule in excused)
        return tuple(fault for fault in self.faults if fault not in wanted), wanted


def _measure(audio: NDArray[np.float32], sample_rate: int) -> tuple[dict[str, float], dict[str, str]]:
    """The measured values by rule, in the rule's unit, and notes on some of them, by rule."""
    if audio.ndim != 2 or audio.shape[0] != 2:
        raise ValueError(f"the gate takes sounds of shape (2, n); got {audio.shape}")
    wrong = int(audio.size - np.isfinite(audio).sum())
    if wrong:
        return {"finite": float(wrong)}, {}
    sound = distinct_channels(audio)
    peak = float(np.abs(sound).max(initial=0.0))
    level = max(-200.0, 20.0 * float(np.log10(max(peak, 1e-10))))
    found = {"finite": 0.0, "sound": level}
    if level < SILENCE_DBFS:
        return found, {}
    size = np.abs(sound).max(axis=0)
    loud = np.flatnonzero(size >= AUDIBLE * peak)
    first, last = int(loud[0]), int(loud[-1]) + 1
    audible = sound[:, first:last]
    power = np.asarray((sound**2).sum(axis=0))
    found |= {
        "start": 100.0 * step_share(size, sample_rate),
        "onset": 1000.0 * find_onset(power, sample_rate) / sample_rate,
        "clipping": 100.0 * flat_share(audible, sample_rate),
        "true_peak": 20.0 * float(np.log10(true_peak(audible) / min(peak, 1.0))),
        "end": 100.0 * step_share(size[:last], sample_rate, at_end=True),
        "tail": tail_db(power, sample_rate),
    }
    if sample_rate < LEAST_RATE:
        return found, {}
    offset = offset_share(audible, sample_rate)
    if offset is not None:
        found["offset"] = 100.0 * offset
    found |= _low_end(audible, sample_rate)
    hum = hum_db(audible, sample_rate)
    if hum is not None:
        found["hum"] = hum
    steady = steady_spectrum(audible, sample_rate)
    if steady is None:
        return found, {}
    found |= {"noise": steady.noise_db, "line": steady.line_db, "frame_lines": steady.frame_lines_db}
    return found, {"line": LINE_AT.format(hz=steady.line_hz)}


def _low_end(sound: NDArray[np.float64], sample_rate: int) -> dict[str, float]:
    """Correlation and mono loss below 150 Hz; empty if there is no low end."""
    if len(sound) == 1:
        return {"low_correlation": 1.0, "mono_loss": 0.0}
    spectra, frequencies, _ = spectrum(sound, sample_rate)
    found = stereo(*_energies(spectra), frequencies)
    names = {"low_correlation": "low_correlation", "mono_loss": "mono_loss_db"}
    return {rule: found[name] for rule, name in names.items() if name in found}


def _energies(
    spectra: NDArray[np.complex128],
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    left, right = spectra
    return (
        left.real**2 + left.imag**2,
        right.real**2 + right.imag**2,
        left.real * right.real + left.imag * right.imag,
    )


def judge(audio: NDArray[np.float32], sample_rate: int = 44100) -> Verdict:
    """Judge a sound by every rule in `RULES`.

    Args:
        audio: float, shape (2, n), full scale 1, of any length, also 0. It is judged as it is, neither cut nor
            scaled.
        sample_rate: Hz.

    Raises:
        ValueError: another shape.
    """
    measured, notes = _measure(audio, sample_rate)
    faults = tuple(
        Fault(rule.name, measured[rule.name], rule.limit, rule.describe(measured[rule.name], notes.get(rule.name, "")))
        for rule in RULES
        if rule.name in measured and not rule.holds(measured[rule.name])
    )
    return Verdict(faults, {rule.name: measured[rule.name] for rule in RULES if rule.name in measured})
