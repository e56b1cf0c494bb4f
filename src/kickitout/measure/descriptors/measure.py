"""All descriptors of one sound; shared quantities are computed here, once."""

import math
from collections.abc import Collection

import numpy as np
from numpy.typing import NDArray

from kickitout.measure.descriptors import edges, levels, timbre
from kickitout.measure.descriptors.body import find_body, low_signal, narrow_level
from kickitout.measure.descriptors.decay import DECAY_DB, LENGTH_DB, fall_ms
from kickitout.measure.descriptors.heard import heard_pitch
from kickitout.measure.descriptors.loudness import loudness
from kickitout.measure.descriptors.pitch import LEAST_OCTAVES, end_pitch, sweep
from kickitout.measure.descriptors.spectrum import distinct_channels, power, spectrum
from kickitout.measure.descriptors.stereo import energies, stereo, width_db
from kickitout.measure.descriptors.table import DESCRIPTORS

NOT_FINITE = "a kick's samples are finite; got one that is not a number or infinite"

LAST_DB = -80.0
"""`last_ms` ends at the last sample above this relative to the peak."""

LEAST_PEAK = 1e-9
"""A sound whose largest sample is below (-180 dBFS) is silence."""

LEAST_MID = 0.1
"""The body is searched in mid unless that has less than this share of the side's energy: then in the side."""

TIMES = ("onset_ms", "pre_echo_db", "attack_ms", "crest_db", "tail_db", "last_ms")
TIMBRE = (*timbre.SPANS, "click_db")
STEREO = ("width_low_db", "width_mid_db", "width_high_db", "mono_loss_db", "low_correlation")
SWEEP = ("sweep_octaves", "sweep_ms")
ENDING = ("end_pitch_hz", *SWEEP, "noise")
TRACKED = ("decay_ms", "decay_extrapolated", "length_ms", "length_extrapolated", *ENDING)
BODY = ("pitch_hz", *TRACKED)
"""Descriptors that are measured together, those that need the end of the fall, the body's track, and the body."""

AUDIBLE = 0.1
"""A body whose narrow band reaches this level is one: its track then reaches LAST_DB, too, by far, for it ends at the
frequency that the band has where it is at least -30 dB under its highest. So who asks for the heard pitch alone needs
no track."""

NAMES = frozenset(one.name for one in DESCRIPTORS)

Signal = NDArray[np.float64]


def channels_and_peak(audio: NDArray[np.float32]) -> tuple[Signal, float]:
    """The channels of a sound (2, n) that differ, (1 or 2, n), and their largest sample.

    Raises:
        ValueError: another shape, or samples that are not finite.
    """
    if audio.ndim != 2 or audio.shape[0] != 2:
        raise ValueError(f"a kick has the shape (2, n); got {audio.shape}")
    channels = distinct_channels(audio)
    peak = float(np.abs(channels).max(initial=0.0))
    if not math.isfinite(peak):
        raise ValueError(NOT_FINITE)
    return channels, peak


def describe(
    audio: NDArray[np.float32], sample_rate: int = 44100, only: Collection[str] | None = None
) -> dict[str, float]:
    """The measured features of a sound, (2, n), by the names of DESCRIPTORS; docs/descriptors.md defines them.

    A name is absent if the descriptor is undefined: an unpitched kick has no `pitch_hz`, a sound without energy in a
    band no width there, and silence only `dc` and `last_ms`. With `only`, those that it does not name may be absent,
    too: what they alone need is not measured. The others are the same numbers.

    Raises:
        ValueError: another shape, or samples that are not finite.
    """
    channels, peak = channels_and_peak(audio)
    if peak < LEAST_PEAK:
        return {"dc": 0.0, "last_ms": 0.0}
    wanted = NAMES if only is None else frozenset(only)
    offset = float(np.abs(channels.mean(axis=1)).max())
    channels = np.asarray(channels / peak)
    squares = np.asarray((channels * channels).sum(axis=0))
    onset = edges.find_onset(squares, sample_rate)
    result = {"dc": offset}
    if "true_peak_db" in wanted:
        result["true_peak_db"] = 20.0 * math.log10(peak * levels.true_peak(channels))
    if not wanted.isdisjoint(TIMES):
        result |= _times(channels, squares, onset, sample_rate)
    if not wanted.isdisjoint(TIMBRE):
        result |= _timbre(channels, onset, sample_rate)
    if "width_db" in wanted:
        left, right = channels[0], channels[-1]
        result["width_db"] = width_db(power(0.5 * (left - right)), power(0.5 * (left + right)))
    if wanted.isdisjoint((*STEREO, *BODY, "loudness_lufs")):
        return result
    spectra, frequencies, size = spectrum(channels, sample_rate)
    if "loudness_lufs" in wanted:
        lufs = loudness(spectra * peak, size, channels.shape[1], sample_rate, 3 - len(channels))
        result |= {} if lufs is None else {"loudness_lufs": lufs}
    if not wanted.isdisjoint(STEREO):
        result |= stereo(*energies(spectra), frequencies)
    if not wanted.isdisjoint(BODY):
        channel, middle = deeper(channels, spectra)
        if wanted.isdisjoint(TRACKED) and narrow_level(middle, size, len(channel), onset, sample_rate) >= AUDIBLE:
            heard = heard_pitch(*low_signal(middle, size, len(channel), onset, sample_rate))
            return result if heard is None else result | {"pitch_hz": heard}
        result |= _body(channel, middle, size, onset, sample_rate, wanted)
    return result


def deeper(channels: Signal, spectra: NDArray[np.complex128]) -> tuple[Signal, NDArray[np.complex128]]:
    """The channel in which the body is searched, mid or side, and its spectrum, of those of left and right."""
    if len(channels) == 1:
        return channels[0], spectra[0]
    mid, side = 0.5 * (channels[0] + channels[-1]), 0.5 * (channels[0] - channels[-1])
    if power(mid) < LEAST_MID * power(side):
        return side, 0.5 * (spectra[0] - spectra[-1])
    return mid, 0.5 * (spectra[0] + spectra[-1])


def _times(channels: Signal, squares: Signal, onset: int, sample_rate: int) -> dict[str, float]:
    """The descriptors of the samples themselves, scaled to a peak of 1."""
    ms = 1000.0 / sample_rate
    heights = np.abs(channels).max(axis=0)
    return {
        "onset_ms": onset * ms,
        "pre_echo_db": edges.pre_echo_db(squares, onset, sample_rate),
        "attack_ms": edges.attack_samples(heights, onset) * ms,
        "crest_db": levels.crest_db(1.0, squares, len(channels), sample_rate),
        "tail_db": levels.tail_db(squares, sample_rate),
        "last_ms": (int(np.flatnonzero(heights > 10.0 ** (LAST_DB / 20.0))[-1]) + 1) * ms,
    }


def _timbre(channels: Signal, onset: int, sample_rate: int) -> dict[str, float]:
    found = {
        name: part
        for name, span in timbre.SPANS.items()
        if (part := timbre.stretch(channels, onset, *span, sample_rate)) is not None
    }
    loudest = max((part.mean_power for part in found.values()), default=0.0)
    result = {
        name: part.centroid
        for name, part in found.items()
        if part.mean_power > loudest * 10.0 ** (timbre.SILENT_DB / 10.0) and part.centroid is not None
    }
    start = timbre.stretch(channels, onset, 0.0, timbre.CLICK_SECONDS, sample_rate)
    return result | ({"click_db": start.above_db(timbre.CLICK_HZ)} if start is not None else {})


def _body(
    channel: Signal,
    middle: NDArray[np.complex128],
    size: int,
    onset: int,
    sample_rate: int,
    wanted: frozenset[str],
) -> dict[str, float]:
    """The descriptors of the body in one channel with its spectrum."""
    body = find_body(middle, size, len(channel), onset, sample_rate)
    if body is None or float(body.level.max()) < 10.0 ** (LAST_DB / 20.0):
        return {}
    result: dict[str, float] = {}
    for name, limit in (("decay", DECAY_DB), ("length", LENGTH_DB)):
        fall = fall_ms(body, limit)
        if fall is not None:
            result |= {f"{name}_ms": fall[0], f"{name}_extrapolated": float(fall[1])}
    if "pitch_hz" in wanted and (heard := heard_pitch(body.signal, body.rate)) is not None:
        result["pitch_hz"] = heard
    if wanted.isdisjoint(ENDING) or (end := end_pitch(body)) is None:
        return result
    result["end_pitch_hz"] = end
    if not wanted.isdisjoint(SWEEP) and (swept := sweep(body, end)) is not None:
        result["sweep_octaves"] = swept[0]
        if swept[0] >= LEAST_OCTAVES:
            result["sweep_ms"] = swept[1]
    share = timbre.noise(channel[onset:], body, sample_rate) if "noise" in wanted else None
    return result if share is None else result | {"noise": share}
