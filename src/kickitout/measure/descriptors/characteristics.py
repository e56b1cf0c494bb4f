"""The draft's defining characteristics of a kick, each a verdict with its measurements."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kickitout.measure.descriptors.spectrum import LOWEST_HZ, decibels, distinct_channels, spectrum

# The limits of the defining characteristics: docs/library.md explains how they were chosen.

CLICK_HZ = 1000.0
"""The click is what lies above."""

CLICK_SECONDS = 0.030
CLICK_EARLY_SECONDS = 0.050

LEAST_CLICK_DB = -70.0
"""The click against all of the first 30 ms: so little that nothing but a pure low tone is without one."""

LEAST_CLICK_CONTRAST_DB = 0.0
"""Above 1 kHz, the first 50 ms against the rest, mean power."""

RUMBLE_HZ = 160.0
LEAST_RUMBLE_SHARE = 0.2
"""The share of all energy below 160 Hz."""

SUSTAIN_HZ = 90.0
SUSTAIN_SECONDS = 0.180
MOST_SUSTAIN_DB = -9.2
"""Energy above 90 Hz after 180 ms, relative to all energy: only the low end of a kick is sustained."""

MOST_DECAY_DB = -0.6
"""The last 100 ms against the loudest 50 ms, mean power: a tone that does not fall at all measures up to -0.55 dB."""

MOST_RISE_DB = 17.0
"""From one 20 ms to a later one, 100 ms after the onset or more: a second hit."""

LACKS = {
    "click": "no click: {measured:.0f} dB above 1 kHz at the start, at least {limit:.0f}",
    "contrast": "no click: above 1 kHz the start is {measured:.1f} dB over the rest, at least {limit:.0f}",
    "rumble": "no low rumble: {measured:.0f} % below 160 Hz, at least {limit:.0f}",
    "sustain": "more than a low end is sustained: {measured:.1f} dB above 90 Hz after 180 ms, at most {limit:.1f}",
    "decay": "no decay: the end at {measured:.1f} dB, at most {limit:.1f}",
    "rise": "no decay: it rises again by {measured:.0f} dB, at most {limit:.0f}",
}
"""What a sound lacks to be a kick."""


@dataclass(frozen=True)
class Characteristics:
    """The draft's defining characteristics of a kick of 500 ms: each a verdict, with its measurements.

    Attributes:
        click: an atonal transient at the beginning across most of the spectrum.
        click_db: energy above 1 kHz relative to all in the first 30 ms; at least -70 dB.
        click_contrast_db: above 1 kHz, the first 50 ms against the rest; at least 0 dB.
        rumble: a sustained low end follows it.
        rumble_share: share of the energy below 160 Hz; at least 0.2.
        sustain_db: energy above 90 Hz after 180 ms, relative to all; at most -9.2 dB.
        decay: the sound decays.
        decay_db: the last 100 ms against the loudest 50 ms; at most -0.6 dB.
        rise_db: the largest rise within 80 ms, 100 ms after the onset or later; at most 17 dB.
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
        """Whether it has all three characteristics."""
        return self.click and self.rumble and self.decay

    @property
    def reasons(self) -> tuple[str, ...]:
        """The missing characteristics, in words with the measured number and its limit."""
        return tuple(
            LACKS[name].format(measured=100.0 * measured if name == "rumble" else measured, limit=limit)
            for name, holds, measured, limit in (
                ("click", self.click_db >= LEAST_CLICK_DB, self.click_db, LEAST_CLICK_DB),
                (
                    "contrast",
                    self.click_contrast_db >= LEAST_CLICK_CONTRAST_DB,
                    self.click_contrast_db,
                    LEAST_CLICK_CONTRAST_DB,
                ),
                ("rumble", self.rumble_share >= LEAST_RUMBLE_SHARE, self.rumble_share, 100.0 * LEAST_RUMBLE_SHARE),
                ("sustain", self.sustain_db <= MOST_SUSTAIN_DB, self.sustain_db, MOST_SUSTAIN_DB),
                ("decay", self.decay_db <= MOST_DECAY_DB, self.decay_db, MOST_DECAY_DB),
                ("rise", self.rise_db <= MOST_RISE_DB, self.rise_db, MOST_RISE_DB),
            )
            if not holds
        )


def _band_power(
    spectrum: NDArray[np.complex128], frequencies: NDArray[np.float64], size: int, n: int, low: float, high: float
) -> NDArray[np.float64]:
    """The power of a band over time, summed over channels, (n,)."""
    kept = spectrum * ((frequencies >= low) & (frequencies < high))
    band = np.fft.irfft(kept, size, axis=1)[:, :n]
    return np.asarray((band**2).sum(axis=0))


def _frame_powers(power: NDArray[np.float64], length: int) -> NDArray[np.float64]:
    """Mean power of whole frames of `length` samples."""
    count = len(power) // length
    return np.asarray(power[: count * length].reshape(count, length).mean(axis=1))


def rises(power: NDArray[np.float64], sample_rate: int) -> NDArray[np.float64]:
    """The rise of each 20 ms over the quietest of the 80 ms before it, in dB, (frames,).

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
    x = distinct_channels(audio)
    n = x.shape[1]
    whole, frequencies, size = spectrum(x, sample_rate)
    power = (x**2).sum(axis=0)
    total = float(power.sum())
    high = _band_power(whole, frequencies, size, n, CLICK_HZ, np.inf)
    low = _band_power(whole, frequencies, size, n, LOWEST_HZ, RUMBLE_HZ)
    over = _band_power(whole, frequencies, size, n, SUSTAIN_HZ, np.inf)
    start, early, later = (round(s * sample_rate) for s in (CLICK_SECONDS, CLICK_EARLY_SECONDS, SUSTAIN_SECONDS))

    click_db = decibels(float(high[:start].sum()), float(power[:start].sum()))
    rest = float(high[early:].mean()) if n > early else 0.0
    contrast = decibels(float(high[:early].mean()) if n else 0.0, rest)
    share = float(low.sum()) / total if total > 0.0 else 0.0
    sustain = decibels(float(over[later:].sum()), total)
    frames = _frame_powers(power, sample_rate // 20)
    decay = decibels(float(frames[-2:].mean()), float(frames.max())) if len(frames) >= 4 and total > 0.0 else 0.0
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
