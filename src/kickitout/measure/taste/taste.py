"""Taste: measure a sound for the rules, and say in which it is unlike the kicks that producers keep.

Nothing here is learnt: each measure is one line of a producer's complaint, each limit a percentile of producers' kicks
(docs/taste.md). The level of a sound does not matter, nor its polarity, nor which channel is the left one.
"""

import math
from collections.abc import Collection, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kickitout.measure.descriptors.body import NARROW_HZ, decimation, low_signal
from kickitout.measure.descriptors.edges import find_onset
from kickitout.measure.descriptors.heard import names
from kickitout.measure.descriptors.measure import LEAST_PEAK, channels_and_peak, deeper
from kickitout.measure.descriptors.spectrum import decibels, edge, spectrum
from kickitout.measure.descriptors.timbre import stretch
from kickitout.measure.taste.rules import RULES

Signal = NDArray[np.float64]

WHOLE_SECONDS = 0.5
"""The energy of a sound is spread over this time, so that silence behind it does not change its level."""

RUMBLE_HZ = (30.0, 34.0)
"""Rumble lies below: all of it below the first frequency, none above the second. Soft edges, so that it does not
matter how far apart the lines of a spectrum lie."""

BODY_HZ = (28.0, 32.0, 150.0, 170.0)
"""The band of the body: nothing below the first frequency, all from the second to the third, nothing above the last."""

HISS_HZ = 4000.0
HISS_SECONDS = (0.1, 0.5)

ATTACK_LEVELS = (0.01, 0.5)
"""Shares of the peak between which the attack lies."""

BODY_RATE_HZ = 2000.0
"""The body's level is followed at the lowest rate above this."""

SMOOTH_SECONDS = 0.03
"""Length of the Hann window over which the body's power and pitch are averaged: a cycle of 33 Hz."""

LATE_SHARE = 0.8
"""The body is there when its power first reaches this share of its largest: 1 dB under it."""

SWELL_DB = -15.0
"""A rise counts up to this level under the loudest only: below, it is room and noise."""

PITCH_DB = -20.0
"""The pitch is followed down to this level under the loudest."""

LOWEST_PITCH_HZ = 5.0

SILENT = "it is silent"

LEAST_TYPICAL = 0.5
"""How typical a sound is at least of which all rules hold."""


@dataclass(frozen=True)
class Failure:
    """A rule that a sound fails: its name, what was measured (None: it has no such value), and a sentence."""

    rule: str
    measured: float | None
    words: str


@dataclass(frozen=True)
class Taste:
    """What taste says of a sound.

    Attributes:
        measured: the values by rule, in the rule's unit; a value that a sound does not have is absent.
    """

    measured: dict[str, float]

    @property
    def rooms(self) -> dict[str, float]:
        """How far inside its limits a sound lies, by rule: 1 where it is usual, 0 at a limit, -1 far outside."""
        return {rule.name: rule.room(self.measured.get(rule.name)) for rule in RULES}

    @property
    def typical(self) -> float:
        """How typical a sound is of producers' kicks, 0..1: 1 in the middle of them, 0.5 where the rule in which it is
        least so is at its limit, 0 as far outside again."""
        return 0.5 + 0.5 * min(self.rooms.values())

    @property
    def keeps(self) -> bool:
        """Whether a producer would keep it: all rules hold."""
        return self.typical >= LEAST_TYPICAL

    def keeps_in(self, names: Collection[str]) -> bool:
        """The same by some of the rules alone."""
        rooms = (rule.room(self.measured.get(rule.name)) for rule in RULES if rule.name in names)
        return all(0.5 + 0.5 * room >= LEAST_TYPICAL for room in rooms)

    @property
    def failures(self) -> tuple[Failure, ...]:
        """The rules that fail, in the order of RULES."""
        rooms = self.rooms
        return tuple(
            Failure(rule.name, self.measured.get(rule.name), rule.describe(self.measured.get(rule.name)))
            for rule in RULES
            if rooms[rule.name] < 0.0
        )


def taste(audio: NDArray[np.float32], sample_rate: int = 44100) -> Taste:
    """What taste says of a sound, (2, n); silence has no values, and fails every rule.

    Raises:
        ValueError: another shape, or samples that are not finite.
    """
    measured: dict[str, float] = {}
    for rules, found in _measured(audio, sample_rate):
        measured |= {name: found[name] for name in rules if name in found}
    return Taste({rule.name: measured[rule.name] for rule in RULES if rule.name in measured})


def keeps(audio: NDArray[np.float32], sample_rate: int = 44100) -> bool:
    """Whether a producer would keep a sound: `taste(...).keeps`, sooner where not, since the first rule that fails says
    so. Raises as `taste`."""
    kept = False
    for rules, found in _measured(audio, sample_rate):
        kept = Taste(found).keeps_in(rules)
        if not kept:
            break
    return kept


def _measured(audio: NDArray[np.float32], sample_rate: int) -> Iterator[tuple[tuple[str, ...], dict[str, float]]]:
    """Rules, those first that cost least, with the values that a sound has for them; nothing of silence."""
    channels, peak = channels_and_peak(audio)
    if peak < LEAST_PEAK:
        return
    channels = channels / peak
    squares = np.asarray((channels * channels).sum(axis=0))
    loudness = {"quiet": decibels(float(squares.sum()) / len(channels), WHOLE_SECONDS * sample_rate)}
    yield ("quiet", "soft"), loudness | {"soft": _attack_ms(channels, sample_rate)}
    onset = find_onset(squares, sample_rate)
    spectra, frequencies, size = spectrum(channels, sample_rate)
    energy = np.asarray((spectra.real**2 + spectra.imag**2).sum(axis=0))
    yield ("thin", "rumble"), _energies(energy, frequencies)
    yield ("late", "swell", "rise"), _course(spectra, size, channels.shape[1], onset, sample_rate)
    yield ("hiss",), {"hiss": _hiss_db(channels, float(squares.sum()), onset, sample_rate)}
    yield ("pitch",), _pitch(channels, spectra, size, onset, sample_rate)


def _energies(energy: Signal, frequencies: Signal) -> dict[str, float]:
    """Where the energy lies."""
    whole = float(energy.sum())
    count, spacing = int(np.searchsorted(frequencies, BODY_HZ[3])), float(frequencies[1])
    low = energy[:count]
    body = edge(count, spacing, *BODY_HZ[:2]) * (1.0 - edge(count, spacing, *BODY_HZ[2:]))
    return {
        "rumble": decibels(float((low * (1.0 - edge(count, spacing, *RUMBLE_HZ))).sum()), whole),
        "thin": decibels(float((low * body).sum()), whole),
    }


def _attack_ms(channels: Signal, sample_rate: int) -> float:
    heights = np.abs(channels).max(axis=0)
    first, last = (int(np.argmax(heights >= level)) for level in ATTACK_LEVELS)
    return 1000.0 * (last - first) / sample_rate


def _pitch(
    channels: Signal,
    spectra: NDArray[np.complex128],
    size: int,
    onset: int,
    sample_rate: int,
) -> dict[str, float]:
    """The heard pitch, whether or not analyser and tuner agree: the middle of both."""
    _, middle = deeper(channels, spectra)
    signal, rate = low_signal(middle, size, channels.shape[1], onset, sample_rate)
    named = names(signal, rate) if len(signal) >= 0.02 * rate else None
    return {} if named is None else {"pitch": math.sqrt(named[0] * named[1])}


def _course(spectra: NDArray[np.complex128], size: int, n: int, onset: int, sample_rate: int) -> dict[str, float]:
    """How the body goes on: when it comes, whether its level and its pitch rise again."""
    factor = decimation(sample_rate, BODY_RATE_HZ)
    small, rate = size // factor, sample_rate / factor
    spacing = sample_rate / size
    gains = 2.0 * edge(small // 2, spacing, *NARROW_HZ[:2]) * (1.0 - edge(small // 2, spacing, *NARROW_HZ[2:]))
    band = np.fft.ifft(spectra[:, : small // 2] * gains, small, axis=1)
    band = band[:, math.ceil(onset / factor) : math.ceil(n / factor)]
    window = np.hanning(round(SMOOTH_SECONDS * rate) + 2)[1:-1]
    if band.shape[1] <= len(window):
        return {}
    powers = np.convolve((band.real**2 + band.imag**2).sum(axis=0), window, mode="same")
    top = float(powers.max())
    if top <= 0.0:
        return {}
    levels = 10.0 * np.log10(np.maximum(powers / top, 1e-12))
    after = levels[int(np.argmax(powers)) :]
    turns = np.convolve((band[:, 1:] * band[:, :-1].conj()).sum(axis=0), window, mode="same")
    return {
        "late": 1000.0 * int(np.argmax(powers >= LATE_SHARE * top)) / rate,
        "swell": float(((after - np.minimum.accumulate(after)) * (after > SWELL_DB)).max()),
        "rise": _rise_octaves(np.angle(turns) * (rate / (2.0 * np.pi)), powers[1:], levels[1:]),
    }


def _rise_octaves(hz: Signal, powers: Signal, levels: Signal) -> float:
    """How far the pitch lies over the lowest before it, in octaves: the mean over the body, weighted by power."""
    loud = levels > PITCH_DB
    octaves = np.log2(np.maximum(hz, LOWEST_PITCH_HZ))[loud]
    if not len(octaves):
        return 0.0
    risen = octaves - np.minimum.accumulate(octaves)
    return float((risen * powers[loud]).sum() / powers.sum())


def _hiss_db(channels: Signal, whole: float, onset: int, sample_rate: int) -> float:
    late = stretch(channels, onset, *HISS_SECONDS, sample_rate)
    if late is None:
        return decibels(0.0, whole)
    first = int(np.searchsorted(late.frequencies, HISS_HZ))
    # Of a one-sided spectrum of 2 (lines - 1) points: Parseval.
    energy = float(late.energy[first:].sum()) / (len(late.energy) - 1)
    return decibels(energy, whole)
