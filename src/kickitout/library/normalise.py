"""Bring any decoded sound to the library's form: 44.1 kHz, two channels, no offset, cut to the onset, 500 ms, full
scale.

Invariants, held by tests: an added constant, leading silence and a gain do not change the result (within the rounding
to 16 bits), and preparing a prepared sound returns it unchanged.
"""

import math
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from kickitout.library import reject
from kickitout.library.reject import RejectedError
from kickitout.measure.descriptors.levels import running_means
from kickitout.sound import audio
from kickitout.sound.kick import FULL_SCALE, KICK_SAMPLES, SAMPLE_RATE
from kickitout.sound.sketch.sketch import LONGEST_SAMPLES

PRE_ROLL = 44
"""Samples kept before the onset: 1 ms."""

FADE_SAMPLES = 441
"""Samples of the fade-out where a longer sound is cut: 10 ms."""

REST_SECONDS = 0.010
"""The last part of a sound, which may show its offset."""

REST_LEVEL = 10 ** (-50 / 20)
"""A sound has come to rest if the standard deviation of its last 10 ms is below this share of its largest."""

ONSET_LEVEL = 10 ** (-40 / 20)
"""The onset is where the sound last rose above this share of its peak before its attack."""

ATTACK_LEVEL = 10 ** (-12 / 20)
"""The attack is where the sound first reaches this share of its peak."""

NOISE_MARGIN = 3.0
"""A sound begins where it exceeds the preceding noise (the median peak of its milliseconds) by this factor."""

NOISE_EVENNESS = 2.0
"""Noise is even: the 5th percentile of those peaks is at least their median divided by this. A swell is not even."""

NOISE_LEVEL = 10 ** (-20 / 20)
"""Anything above this share of the peak is sound, not preceding noise."""

WHOLE_LEVEL = 10 ** (-60 / 20)
"""A sound that is taken whole goes on to where it last reaches this share of its peak."""

GAP = 88
"""Consecutive samples below the limit that separate a sound from what precedes it: 2 ms."""


REACH = 2.0**20
"""Samples above this are made smaller before anything is added up, which float32 might not hold."""

HALF_DB = 20.0 * math.log10(2.0)


def within_reach(samples: NDArray[np.float32]) -> tuple[NDArray[np.float32], int]:
    """Finite samples that reach far over full scale, halved until they do not, and how often; others unchanged."""
    peak = float(np.abs(samples).max(initial=0.0))
    if peak <= REACH:
        return samples, 0
    halvings = math.frexp(peak)[1]
    return np.ldexp(samples, -halvings), halvings


def as_float(samples: NDArray[np.int16]) -> NDArray[np.float32]:
    """A kick in a library's form, int16 (2, n), as float32 within [-1, 1]."""
    return samples.astype(np.float32) / np.float32(FULL_SCALE)


@dataclass(frozen=True)
class Prepared:
    """A sound in the library's form.

    Attributes:
        samples: int16, shape (2, 22050), the larger peak at +-32767.
        gain_db: the gain that brought the peak to full scale, dB.
        onset_shift: samples cut before the sound at 44.1 kHz; negative if silence was inserted.
        true_stereo: whether the channels differ.
        seconds: from its onset to the last sample that reaches -40 dB of its peak, also behind what is taken.
        whole: the same with what follows the 500 ms, to where it last reaches -60 dB of its peak, 2 s at most: int16
            (2, 22050 to 88200), at its own full scale; None: where nothing follows.
    """

    samples: NDArray[np.int16]
    gain_db: float
    onset_shift: int
    true_stereo: bool
    seconds: float
    whole: NDArray[np.int16] | None = field(default=None, repr=False)

    @property
    def taken(self) -> NDArray[np.int16]:
        """All of the sound that somebody may work on: whole, where it is longer than 500 ms."""
        return self.samples if self.whole is None else self.whole

    @property
    def audio(self) -> NDArray[np.float32]:
        """The input of networks: float32 (2, 22050) within [-1, 1]."""
        return as_float(self.samples)


def strip_constant_lead(samples: NDArray[np.float32]) -> tuple[NDArray[np.float32], int]:
    """Cut a constant start, such as digital silence. (c, n) -> (c, m), and n - m.

    One sample of it stays, so that a sound that starts with a step keeps that step.
    """
    moves = np.flatnonzero((samples != samples[:, :1]).any(axis=0))
    lead = int(moves[0]) - 1 if len(moves) else samples.shape[1]
    return samples[:, lead:], lead


def estimate_offset(samples: NDArray[np.float32], sample_rate: int) -> NDArray[np.float64]:
    """The constant under a sound, one number a channel. (c, n) -> (c,).

    A kick is asymmetric and often followed by digital silence, so its mean is not its offset: subtracting the mean
    would leave a step at the end. The offset is the value at which the sound comes to rest: the mean of its last 10 ms,
    if they hardly vary. If it does not come to rest, the offset is the mean of the whole.
    """
    x = samples.astype(np.float64)
    length = max(1, round(REST_SECONDS * sample_rate))
    count = x.shape[1] // length
    if count >= 4:
        frames = x[:, x.shape[1] - count * length :].reshape(len(x), count, length)
        movement = frames.std(axis=2).max(axis=0)
        if movement[-1] <= REST_LEVEL * movement.max():
            return np.asarray(frames[:, -1].mean(axis=1))
    return np.asarray(x.mean(axis=1))


def audible_part(samples: NDArray[np.floating], sample_rate: int, silence_db: float) -> tuple[int, int]:
    """The audible part of a sound that begins after the pre-roll, (c, n): its first sample, and the one after its last.

    Inaudible means less power than `silence_db` relative to the loudest 10 ms: of the pre-roll as a whole, and of every
    stretch of 10 ms after the last sample. In silence, everything counts as audible.
    """
    power = np.square(samples, dtype=np.float64).sum(axis=0)
    length = min(round(REST_SECONDS * sample_rate), len(power))
    means = running_means(power, length)
    limit = 10.0 ** (silence_db / 10.0) * float(means.max())
    first = PRE_ROLL if power[:PRE_ROLL].mean() < limit else 0
    return first, int(np.flatnonzero(means >= limit)[-1]) + length


def find_onset(samples: NDArray[np.float32]) -> int:
    """The sample at which the sound begins. (c, n), without offset -> index.

    From the attack (first at -12 dB of the peak) back to the last 2 ms that stay below the limit:
    -40 dB of the peak, or the level of the noise before the attack if that is higher.
    """
    level = np.abs(samples).max(axis=0)
    peak = float(level.max())
    attack = int(np.argmax(level >= ATTACK_LEVEL * peak))
    before = level[:attack]
    blocks = before[: len(before) // PRE_ROLL * PRE_ROLL].reshape(-1, PRE_ROLL).max(axis=1)
    noise = 0.0
    if len(blocks) >= 10:
        least, usual = np.quantile(blocks, (0.05, 0.5))
        noise = float(usual) if NOISE_EVENNESS * least >= usual else 0.0
    limit = max(ONSET_LEVEL * peak, min(NOISE_MARGIN * noise, NOISE_LEVEL * peak))
    loud = np.flatnonzero(level[: attack + 1] >= limit)
    gaps = np.flatnonzero(np.diff(loud) > GAP)
    return int(loud[gaps[-1] + 1]) if len(gaps) else int(loud[0])


def sounding_seconds(samples: NDArray[np.float32], onset: int) -> float:
    """How long a sound of 44.1 kHz, (c, n) without offset, lasts from its onset to where it last reaches -40 dB."""
    level = np.abs(samples).max(axis=0)
    last = int(np.flatnonzero(level >= ONSET_LEVEL * float(level.max()))[-1])
    return (last + 1 - onset) / SAMPLE_RATE


def _fade_out(length: int) -> NDArray[np.float32]:
    """Half a cosine from 1 down to 0, both excluded."""
    return (0.5 + 0.5 * np.cos(np.pi * (np.arange(length) + 1) / (length + 1))).astype(np.float32)


def cut_to(samples: NDArray[np.float32], start: int, length: int) -> NDArray[np.float32]:
    """`length` samples from `start` (which may lie before the first): padded with zeros, cut with fades.

    A cut at the start fades in over the pre-roll: otherwise a slow body would start with a step.
    """
    channels, available = samples.shape
    result = np.zeros((channels, length), dtype=np.float32)
    first, last = max(start, 0), min(start + length, available)
    result[:, first - start : last - start] = samples[:, first:last]
    if start > 0:
        result[:, :PRE_ROLL] *= _fade_out(PRE_ROLL)[::-1]
    if start + length < available:
        result[:, -FADE_SAMPLES:] *= _fade_out(FADE_SAMPLES)
    return result


def quantise(samples: NDArray[np.float32]) -> tuple[NDArray[np.int16], float]:
    """Peak-normalise all channels together and round to 16 bits. Returns the integers and the gain in dB."""
    peak = float(np.abs(samples).max())
    scaled = np.rint(samples.astype(np.float64) * (FULL_SCALE / peak))
    return scaled.astype(np.int16), -20.0 * float(np.log10(peak))


def normalise(samples: NDArray[np.float32], sample_rate: int) -> Prepared:
    """Prepare decoded samples (1 or 2 channels, n), finite and not constant.

    Raises:
        RejectedError: at this rate nothing is left of it: it is shorter than a sample.
    """
    samples, halvings = within_reach(samples)
    moving, lead = strip_constant_lead(samples)
    centred = (moving - estimate_offset(moving, sample_rate)[:, None]).astype(np.float32)
    at_rate = audio.resample(centred, sample_rate, SAMPLE_RATE)
    if not at_rate.any():
        raise RejectedError(reject.TOO_SHORT, reject.SAMPLES_FOUND.format(n=moving.shape[1], rate=sample_rate))
    onset = find_onset(at_rate)
    start = onset - PRE_ROLL
    integers, gain_db = quantise(cut_to(at_rate, start, KICK_SAMPLES))
    both = _both(integers)
    shift = start + round(lead * SAMPLE_RATE / sample_rate)
    stereo = bool((both[0] != both[1]).any())
    seconds, whole = sounding_seconds(at_rate, onset), _whole(at_rate, start)
    return Prepared(both, gain_db - halvings * HALF_DB, shift, stereo, seconds, whole)


def _both(integers: NDArray[np.int16]) -> NDArray[np.int16]:
    """One or two channels, (c, n), as two: (2, n)."""
    return np.ascontiguousarray(np.broadcast_to(integers, (2, integers.shape[1])))


def _whole(samples: NDArray[np.float32], start: int) -> NDArray[np.int16] | None:
    """A sound of 44.1 kHz, (c, n), from a sample on to its end; None where that lies less than 10 ms after 500 ms."""
    level = np.abs(samples).max(axis=0)
    last = int(np.flatnonzero(level >= WHOLE_LEVEL * float(level.max()))[-1])
    length = min(last + 1 + FADE_SAMPLES, samples.shape[1]) - start
    if length <= KICK_SAMPLES + FADE_SAMPLES:
        return None
    return _both(quantise(cut_to(samples, start, min(length, LONGEST_SAMPLES)))[0])


def head_of(samples: NDArray[np.int16]) -> NDArray[np.int16]:
    """The first 500 ms of a sound that was taken whole, (2, n), in a library's form: (2, 22050)."""
    if samples.shape[1] == KICK_SAMPLES:
        return samples
    return quantise(cut_to(as_float(samples), 0, KICK_SAMPLES))[0]


def at_heads_scale(samples: NDArray[np.int16]) -> NDArray[np.float64]:
    """A sound that was taken whole, (2, n), as loud as its `head_of` is."""
    whole = as_float(samples)
    peak = float(np.abs(cut_to(whole, 0, KICK_SAMPLES)).max())
    return np.asarray(whole.astype(np.float64) / peak)
