"""Measured features of a kick with their units, and the draft's defining characteristics; arrays in, numbers out."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

LOWEST_HZ = 15.0
"""Below this nothing is heard; it counts as no part of a body."""

BODY_HZ = (5.0, 25.0, 150.0, 250.0)
"""The body is what lies between: nothing below the first frequency, all from the second to the third, nothing above the
fourth, with soft edges, which ring less."""

BODY_PEAK = 0.9
"""The body's peak is where it first reaches this share of its largest envelope: a flat top has no one place."""

DECAY_DB = -30.0
"""`decay_ms` ends where the body has fallen by this much."""

END_DB = -30.0
"""The end pitch is measured before the body falls below this."""

END_SECONDS = 0.05
"""How much of the body the end pitch is measured on."""

STEADY_RADIANS = 0.8
"""By how much (root mean square) the phase of an end that has a pitch may leave a straight line."""

LOW_CHANNELS_HZ = 150.0
"""`low_correlation` compares the channels below this."""

WIDTH_FLOOR_DB = -60.0
LAST_DB = -80.0

# The limits of the defining characteristics: docs/library.md says how they were chosen.

CLICK_HZ = 1000.0
"""The click is what lies above."""

CLICK_SECONDS = 0.030
CLICK_EARLY_SECONDS = 0.050

LEAST_CLICK_DB = -50.0
"""The click against all of the first 30 ms."""

LEAST_CLICK_CONTRAST_DB = 3.0
"""Above 1 kHz, the first 50 ms against the rest, mean power."""

RUMBLE_HZ = 160.0
LEAST_RUMBLE_SHARE = 0.2
"""The share of all energy below 160 Hz."""

SUSTAIN_HZ = 90.0
SUSTAIN_SECONDS = 0.180
MOST_SUSTAIN_DB = -11.0
"""What still sounds above 90 Hz after 180 ms, against all energy: only the low end of a kick is sustained."""

MOST_DECAY_DB = -1.0
"""The last 100 ms against the loudest 50 ms, mean power."""

MOST_RISE_DB = 12.0
"""From one 20 ms to a later one, 100 ms after the onset or more: a second hit."""

NOTHING_DB = -120.0


@dataclass(frozen=True)
class Characteristics:
    """The draft's defining characteristics of a kick of 500 ms: each a verdict, with what was measured.

    Attributes:
        click: an atonal transient at the beginning across most of the spectrum.
        click_db: what lies above 1 kHz against all in the first 30 ms; at least -50 dB.
        click_contrast_db: above 1 kHz, the first 50 ms against the rest; at least 3 dB.
        rumble: a sustained low end follows it.
        rumble_share: share of the energy below 160 Hz; at least 0.2.
        sustain_db: what still sounds above 90 Hz after 180 ms, against all; at most -11 dB.
        decay: it falls.
        decay_db: the last 100 ms against the loudest 50 ms; at most -1 dB.
        rise_db: the largest rise within 80 ms, 100 ms after the onset or later; at most 12 dB.
    """

    click: bool
    click_db: float
    click_contrast_db: float
    rumble: bool
    rumble_share: float
    sustain_db: float
    decay: bool
    decay_db: float
    rise_db: float

    @property
    def is_kick(self) -> bool:
        """Whether all three characteristics are there."""
        return self.click and self.rumble and self.decay

    @property
    def reasons(self) -> tuple[str, ...]:
        """What is missing, in words with the measured number and its limit."""
        return tuple(
            words
            for holds, words in (
                (
                    self.click_db >= LEAST_CLICK_DB,
                    f"no click: {self.click_db:.0f} dB above 1 kHz at the start, at least {LEAST_CLICK_DB:.0f}",
                ),
                (
                    self.click_contrast_db >= LEAST_CLICK_CONTRAST_DB,
                    f"no click: above 1 kHz the start is {self.click_contrast_db:.0f} dB over the rest, "
                    f"at least {LEAST_CLICK_CONTRAST_DB:.0f}",
                ),
                (
                    self.rumble_share >= LEAST_RUMBLE_SHARE,
                    f"no low rumble: {100 * self.rumble_share:.0f} % below 160 Hz, "
                    f"at least {100 * LEAST_RUMBLE_SHARE:.0f}",
                ),
                (
                    self.sustain_db <= MOST_SUSTAIN_DB,
                    f"more than a low end is sustained: {self.sustain_db:.0f} dB above 90 Hz after 180 ms, "
                    f"at most {MOST_SUSTAIN_DB:.0f}",
                ),
                (
                    self.decay_db <= MOST_DECAY_DB,
                    f"no decay: the end at {self.decay_db:.0f} dB, at most {MOST_DECAY_DB:.0f}",
                ),
                (
                    self.rise_db <= MOST_RISE_DB,
                    f"no decay: it rises again by {self.rise_db:.0f} dB, at most {MOST_RISE_DB:.0f}",
                ),
            )
            if not holds
        )


def _power(x: NDArray[np.floating] | NDArray[np.complexfloating]) -> float:
    """The sum of squares. (Not a dot product: threads of a linear algebra library cost more than they give here.)"""
    return float((x.real**2 + x.imag**2).sum()) if np.iscomplexobj(x) else float((x * x).sum())


def _fft_size(n: int) -> int:
    """The least 2^k or 3 * 2^k from n on."""
    size = 1 << max(1, n - 1).bit_length()
    return size * 3 // 4 if size * 3 // 4 >= n else size


def _spectrum(x: NDArray[np.float64], sample_rate: int) -> tuple[NDArray[np.complex128], NDArray[np.float64], int]:
    """The spectrum of (c, n), its frequencies in Hz, and its size: padded by 50 ms, so that no end meets a start."""
    size = _fft_size(x.shape[1] + sample_rate // 20)
    frequencies = np.arange(size // 2 + 1, dtype=np.float64) * (sample_rate / size)
    return np.fft.rfft(x, size, axis=1), frequencies, size


def _band_power(
    spectrum: NDArray[np.complex128], frequencies: NDArray[np.float64], size: int, n: int, low: float, high: float
) -> NDArray[np.float64]:
    """The power of a band over time, summed over channels, (n,)."""
    kept = spectrum * ((frequencies >= low) & (frequencies < high))
    band = np.fft.irfft(kept, size, axis=1)[:, :n]
    return np.asarray((band**2).sum(axis=0))


def _distinct_channels(audio: NDArray[np.float32]) -> NDArray[np.float64]:
    """Both channels, or one where they are equal: half the work, the same ratios."""
    one = np.array_equal(audio[0], audio[1])
    return (audio[:1] if one else audio).astype(np.float64)


def _decibels(part: float, whole: float) -> float:
    """The ratio of two powers, at least -120 dB and at most 120."""
    if part <= 0.0:
        return NOTHING_DB
    if whole <= 0.0:
        return -NOTHING_DB
    return float(np.clip(10.0 * np.log10(part / whole), NOTHING_DB, -NOTHING_DB))


def _frame_powers(power: NDArray[np.float64], length: int) -> NDArray[np.float64]:
    """Mean power of whole frames of `length` samples."""
    count = len(power) // length
    return np.asarray(power[: count * length].reshape(count, length).mean(axis=1))


def rises(power: NDArray[np.float64], sample_rate: int) -> NDArray[np.float64]:
    """How far each 20 ms lies above the quietest of the 80 ms before it, in dB, (frames,).

    0 in the first 100 ms (the attack itself), and for frames 25 dB or more under the loudest (noise and room).
    """
    frames = _frame_powers(power, sample_rate // 50)
    result = np.zeros(len(frames))
    loudest = frames.max(initial=0.0)
    if loudest > 0.0:
        level = 10.0 * np.log10(np.maximum(frames / loudest, 1e-6))
        for i in range(5, len(level)):
            if level[i] > -25.0:
                result[i] = level[i] - level[max(2, i - 4) : i].min()
    return result


def characteristics(audio: NDArray[np.float32], sample_rate: int = 44100) -> Characteristics:
    """The draft's defining characteristics of a sound of 500 ms that begins at its onset, (2, n).

    "An atonal transient click at the beginning incorporating most of the frequency spectrum; a sustained, decaying
    low rumble following the transient; an overall decaying nature" (the draft, Data Manipulation: Collection).
    Silence has none of them.
    """
    x = _distinct_channels(audio)
    n = x.shape[1]
    spectrum, frequencies, size = _spectrum(x, sample_rate)
    power = (x**2).sum(axis=0)
    total = float(power.sum())
    high = _band_power(spectrum, frequencies, size, n, CLICK_HZ, np.inf)
    low = _band_power(spectrum, frequencies, size, n, LOWEST_HZ, RUMBLE_HZ)
    over = _band_power(spectrum, frequencies, size, n, SUSTAIN_HZ, np.inf)
    start, early, later = (round(s * sample_rate) for s in (CLICK_SECONDS, CLICK_EARLY_SECONDS, SUSTAIN_SECONDS))

    click_db = _decibels(float(high[:start].sum()), float(power[:start].sum()))
    rest = float(high[early:].mean()) if n > early else 0.0
    contrast = _decibels(float(high[:early].mean()) if n else 0.0, rest)
    share = float(low.sum()) / total if total > 0.0 else 0.0
    sustain = _decibels(float(over[later:].sum()), total)
    frames = _frame_powers(power, sample_rate // 20)
    decay = _decibels(float(frames[-2:].mean()), float(frames.max())) if len(frames) >= 4 and total > 0.0 else 0.0
    rise = float(rises(power, sample_rate).max(initial=0.0))
    return Characteristics(
        click=click_db >= LEAST_CLICK_DB and contrast >= LEAST_CLICK_CONTRAST_DB,
        click_db=click_db,
        click_contrast_db=contrast,
        rumble=share >= LEAST_RUMBLE_SHARE and sustain <= MOST_SUSTAIN_DB,
        rumble_share=share,
        sustain_db=sustain,
        decay=decay <= MOST_DECAY_DB and rise <= MOST_RISE_DB,
        decay_db=decay,
        rise_db=rise,
    )


def _rise(x: NDArray[np.float64], low: float, high: float) -> NDArray[np.float64]:
    """0 below `low`, 1 above `high`, half a cosine between."""
    return np.asarray(0.5 - 0.5 * np.cos(np.pi * np.clip((x - low) / (high - low), 0.0, 1.0)))


def _body(mid: NDArray[np.float64], sample_rate: int) -> tuple[NDArray[np.complex128], float]:
    """The body as an analytic signal at a low rate: its modulus is the envelope, its turning the pitch.

    Returns the signal (m,) and its rate in Hz, about 1,400.
    """
    spectrum, frequencies, size = _spectrum(mid[None, :], sample_rate)
    one_sided = spectrum[0] * _rise(frequencies, *BODY_HZ[:2]) * (1.0 - _rise(frequencies, *BODY_HZ[2:]))
    small = size // 32
    signal = np.fft.ifft(2.0 * one_sided[: small // 2], small) * (small / size)
    rate = sample_rate * small / size
    return signal[: int(np.ceil(len(mid) * small / size))], rate


def _end_pitch(body: NDArray[np.complex128], first: int, last: int, rate: float) -> float | None:
    """The pitch in Hz at the end of the body between two places: the slope of its phase, by weighted least squares.

    None where the phase is no straight line: an unpitched end.
    """
    end = body[max(first, last - round(END_SECONDS * rate)) : last]
    if len(end) < 8:
        return None
    phase = np.unwrap(np.angle(end))
    weight = np.hanning(len(end) + 2)[1:-1]
    weight /= weight.sum()
    time = np.arange(len(end)) / rate
    time -= (weight * time).sum()
    phase -= (weight * phase).sum()
    slope = (weight * time * phase).sum() / (weight * time * time).sum()
    left = np.sqrt((weight * (phase - slope * time) ** 2).sum())
    return float(slope / (2.0 * np.pi)) if slope > 0.0 and left <= STEADY_RADIANS else None


def describe(audio: NDArray[np.float32], sample_rate: int = 44100) -> dict[str, float]:
    """The measured features of a kick that begins at its onset, (2, n), by name with the unit in it.

    Returns:
        decay_ms: from the peak of the body (25 to 150 Hz) to where it stays 30 dB under it, or to the end.
        pitch_hz: the end pitch: of the last 50 ms before the body has fallen by 30 dB. Left out where there is none.
        width_db: side over mid, energy; at least -60, which mono has.
        low_correlation: of left and right below 150 Hz, -1..1.
        last_ms: the last sample above -80 dB of the peak.
    """
    x = audio.astype(np.float64)
    mid, side = 0.5 * (x[0] + x[1]), 0.5 * (x[0] - x[1])
    peak = float(np.abs(x).max(initial=0.0))
    heard = np.flatnonzero(np.abs(x).max(axis=0) > peak * 10 ** (LAST_DB / 20))
    result = {
        "width_db": max(WIDTH_FLOOR_DB, _decibels(_power(side), _power(mid))),
        "last_ms": 1000.0 * (int(heard[-1]) + 1) / sample_rate if len(heard) else 0.0,
        "low_correlation": 1.0,
        "decay_ms": 0.0,
    }
    if peak == 0.0:
        return result
    if np.any(side):
        spectrum, frequencies, _ = _spectrum(x, sample_rate)
        low = spectrum[:, (frequencies >= LOWEST_HZ) & (frequencies < LOW_CHANNELS_HZ)]
        size = float(np.sqrt(_power(low[0]) * _power(low[1])))
        result["low_correlation"] = float((low[0].conj() * low[1]).sum().real) / size if size > 0.0 else 1.0
    body, rate = _body(mid, sample_rate)
    envelope = np.abs(body)
    if envelope.max() > 0.0:
        top = float(envelope.max())
        first = int(np.argmax(envelope >= BODY_PEAK * top))
        last = {
            level: int(np.flatnonzero(envelope >= top * 10 ** (level / 20))[-1]) + 1 for level in (DECAY_DB, END_DB)
        }
        result["decay_ms"] = 1000.0 * (last[DECAY_DB] - first) / rate
        pitch = _end_pitch(body, first, last[END_DB], rate)
        if pitch is not None:
            result["pitch_hz"] = pitch
    return result
