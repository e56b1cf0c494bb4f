"""What is done to a network's sound before anybody hears it, as a part of the recipe."""

import math
import re
from dataclasses import dataclass, replace
from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from kickitout.errors import InputError
from kickitout.library.normalise import PRE_ROLL, REST_LEVEL, REST_SECONDS, audible_part, estimate_offset
from kickitout.measure.descriptors.levels import highest_true_peak
from kickitout.measure.descriptors.loudness import loudness_of
from kickitout.measure.descriptors.spectrum import decibels
from kickitout.model.card import Part
from kickitout.sound.kick import KICK_SAMPLES, SAMPLE_RATE

SHORTEST_MS = 30.0
"""No file is cut shorter."""

LONGEST_MS = 2000.0
"""No kick sounds on for longer."""

TAPER = 0.25
"""A kick that is cut to a length fades out over this share of it, or of 500 ms if it is longer: it is to sound short,
not broken off."""

SETTLED_SECONDS = 0.1
"""A kick that sounds on comes to rest at zero: the constant that was under its first 500 ms goes within this time."""

HEARD_DBFS = -1.0
"""Where no level matters, as for what a control is measured on, the largest sample is brought to this."""

PEAK_DBTP = -1.0
"""No true peak is higher, unless another level is asked for."""

USUAL_LEVEL = f"peak:{PEAK_DBTP:g}"
LOWEST_LEVEL = -60.0
LEVELS = {"peak": "peak_dbtp", "lufs": "loudness_lufs"}
_LEVEL_FORMED = re.compile(r"(peak|lufs):([+-]?[0-9]{1,3}(?:\.[0-9]{1,6})?)")
LEVEL_FORM = "not a level; give a true peak in dBTP, such as peak:-1, or a loudness in LUFS, such as lufs:-14"
LEVEL_RANGE = "out of range; give {low:g} to 0"
TOO_QUIET = "level: {wanted:g} LUFS requested, {made:.1f} LUFS is what a true peak of {peak:g} dBTP allows"
LEAST_MISS_LU = 0.05
"""A loudness that is missed by less is met."""


@dataclass(frozen=True, eq=False)
class Finish:
    """What `Processing` does to one sound (2, n), as numbers: (sound - offset), folded or not, times window and gain.

    Attributes:
        offset: of each channel, (2, 1), or at each of its samples, (2, m).
        folded: whether both channels become their mean.
        window: (m,); m of at most n samples are kept.
        gain: the last factor; 0 where there is nothing but rounding.
        missing_lu: by how much the sound is quieter than it was to be, since its true peak lets it be no louder.
    """

    offset: NDArray[np.float64]
    folded: bool
    window: NDArray[np.float64]
    gain: float
    missing_lu: float = 0.0

    def apply(self, sound: NDArray[np.floating], *, without_offset: bool = False) -> NDArray[np.float64]:
        """The sound (2, n) finished: (2, m). With `without_offset` the offset is left to another part of the sound."""
        result = sound[:, : len(self.window)].astype(np.float64)
        if not without_offset:
            result -= self.offset
        if self.folded:
            result[:] = result.mean(axis=0)
        return result * self.window * self.gain


class Processing(Part):
    """What is done to the network's sound: a part of the recipe.

    What is quieter than `silence_db` against the loudest 10 ms, before the kick and behind it, is made digital silence,
    as it is in most real kicks; the last 10 ms above it fade out. A side that has less energy than `side_db` against
    mid is left out: nobody hears it, and real kicks are wider or mono. None leaves either as it is. With `length_ms`
    the file has that length, and its last quarter, 125 ms at most, fades out. All else but the level is decided by the
    whole kick: a length changes nothing but where a kick ends. The true peak is brought to `peak_dbtp`, or the loudness
    to `loudness_lufs` as far as that peak allows. With `mono` both channels become their mean before that, and the
    kick's file has one channel. With `loop` it tells samplers to play all of it over and over.
    """

    dc_free: bool = True
    silence_db: Annotated[float, Field(le=0.0)] | None = -66.0
    side_db: Annotated[float, Field(le=0.0)] | None = -50.0
    length_ms: Annotated[float, Field(ge=SHORTEST_MS, le=LONGEST_MS)] | None = None  # None: as the model gives it
    fade_ms: Annotated[float, Field(ge=0.0)] = 5.0  # at the end of the file
    peak_dbtp: Annotated[float, Field(le=0.0)] = PEAK_DBTP
    loudness_lufs: Annotated[float, Field(le=0.0)] | None = None  # None: the peak alone sets the level
    mono: bool = False
    loop: bool = False

    @property
    def samples(self) -> int | None:
        """The length in samples; None: as the model gives it."""
        return None if self.length_ms is None else round(self.length_ms * SAMPLE_RATE / 1000.0)

    @property
    def whole(self) -> "Processing":
        """The same without a length: what a kick is judged by."""
        return self if self.length_ms is None else self.model_copy(update={"length_ms": None})

    def apply(self, audio: NDArray[np.float32], whole: NDArray[np.float32] | None = None) -> NDArray[np.float32]:
        """Finish a kick of shape (2, n) at 44.1 kHz; silence stays silence. `whole` as in `finish`."""
        return self.finish(audio, whole).apply(audio).astype(np.float32)

    def unlevelled(self, audio: NDArray[np.float32]) -> NDArray[np.float32]:
        """The same in stereo, without level and length: what controls and distances are measured on, so that no kick
        depends on these, and a mono kick is the fold of the stereo one."""
        shape = self.whole._shape(audio, mono=False)
        peak = float(np.abs(shape.apply(audio)).max(initial=0.0))
        gain = shape.gain * 10.0 ** (HEARD_DBFS / 20.0) / peak if peak > 0.0 else 0.0
        return replace(shape, gain=gain).apply(audio).astype(np.float32)

    def finish(self, audio: NDArray[np.float32], whole: NDArray[np.float32] | None = None) -> Finish:
        """What is done to a kick of shape (2, n) at 44.1 kHz.

        Args:
            audio: the kick.
            whole: where it sounds on, the kick as the model gives it, (2, fewer): offset and side are those of that.
        """
        shape = self._shape(audio, whole, mono=self.mono)
        sound = shape.apply(audio)
        peak = highest_true_peak(sound if (sound[0] != sound[1]).any() else sound[:1])
        if peak == 0.0:
            return replace(shape, gain=0.0)
        gain, missing = 10.0 ** (self.peak_dbtp / 20.0) / peak, 0.0
        loud = None if self.loudness_lufs is None else loudness_of(sound / peak, SAMPLE_RATE)
        if self.loudness_lufs is not None and loud is not None:
            wanted = 10.0 ** ((self.loudness_lufs - loud) / 20.0) / peak
            gain, missing = min(gain, wanted), max(20.0 * math.log10(wanted / gain), 0.0)
        return replace(shape, gain=gain, missing_lu=missing)

    def folds(self, audio: NDArray[np.float32]) -> bool:
        """Whether a kick of shape (2, n) is heard in mono: asked to be, or its side is left out."""
        return self.mono or self._leaves_side_out(audio - self._offset(audio))

    def remarks(self, finish: Finish) -> tuple[str, ...]:
        """A sentence where a finished kick is not as loud as it was to be."""
        if self.loudness_lufs is None or finish.missing_lu < LEAST_MISS_LU:
            return ()
        made = self.loudness_lufs - finish.missing_lu
        return (TOO_QUIET.format(wanted=self.loudness_lufs, made=made, peak=self.peak_dbtp),)

    def at(self, level: str | None) -> "Processing":
        """The same at another level: `peak:-1` in dBTP or `lufs:-14` in LUFS; None leaves it as it is.

        Raises:
            InputError: that is no level, or it is out of range.
        """
        if level is None:
            return self
        found = _LEVEL_FORMED.fullmatch(level)
        if found is None:
            raise InputError("level", level, LEVEL_FORM)
        value = float(found[2])
        if not LOWEST_LEVEL <= value <= 0.0:
            raise InputError("level", level, LEVEL_RANGE, low=LOWEST_LEVEL)
        usual = {"peak_dbtp": PEAK_DBTP, "loudness_lufs": None}
        return self.model_copy(update=usual | {LEVELS[found[1]]: value + 0.0})

    def _shape(self, audio: NDArray[np.float32], whole: NDArray[np.float32] | None = None, *, mono: bool) -> Finish:
        """All but the level: a gain of 1, or of 0 where there is nothing but an offset and the rounding it leaves."""
        n = audio.shape[1]
        kept = n if self.samples is None else min(self.samples, n)
        fade = round(self.fade_ms * SAMPLE_RATE / 1000.0)
        if self.samples is not None:
            fade = max(fade, round(TAPER * min(kept, KICK_SAMPLES)))
        measured = audio if whole is None else whole
        offset = self._offset(measured)
        result = measured - offset
        folded = mono or self._leaves_side_out(result)
        if whole is not None:
            # What is behind the end is not heard, and what is before it does not depend on it.
            audio = audio[:, :kept]
            offset = offset * _settling(whole.shape[1], kept)
            result = audio - offset
        if folded:
            result[:] = result.mean(axis=0)
        length = min(fade, kept)
        window = np.ones(kept)
        window[kept - length :] = _fade_out(length)
        if self.silence_db is not None:
            first, last = audible_part(result, SAMPLE_RATE, self.silence_db)
            window[:first] = 0.0
            if last < kept:
                rest = round(SAMPLE_RATE * REST_SECONDS)
                window[last - rest : last] *= _fade_out(rest)
                window[last:] = 0.0
        result = result[:, :kept]
        peak, before = float(np.abs(result * window).max(initial=0.0)), float(np.abs(audio).max(initial=0.0))
        return Finish(offset, folded, window, float(peak > 1e-9 * before))

    def _offset(self, audio: NDArray[np.float32]) -> NDArray[np.float64]:
        """The constant that is taken from each channel, (2, 1)."""
        return (_offset(audio) if self.dc_free else np.zeros(2))[:, None]

    def _leaves_side_out(self, audio: NDArray[np.float64]) -> bool:
        return self.side_db is not None and _side_over_mid(audio) < self.side_db


def _settling(whole: int, kept: int) -> NDArray[np.float64]:
    """1 for as long as a kick is whole, then half a cosine down to 0: (kept,)."""
    over = (np.arange(kept) - whole) / (SETTLED_SECONDS * SAMPLE_RATE)
    return np.asarray(0.5 + 0.5 * np.cos(np.pi * np.clip(over, 0.0, 1.0)))


def _side_over_mid(audio: NDArray[np.float64]) -> float:
    """The energy of the side over that of mid in dB, of (2, n)."""
    mid, side = (float(np.square(audio[0] + sign * audio[1]).sum()) for sign in (1.0, -1.0))
    return decibels(side, mid)


def _fade_out(length: int) -> NDArray[np.float64]:
    """Half a cosine from 1, which is left out, to 0 at the last sample: (length,)."""
    return np.asarray(0.5 + 0.5 * np.cos(np.pi * np.arange(1, length + 1) / max(length, 1)))


def _offset(audio: NDArray[np.float32]) -> NDArray[np.float64]:
    """The constant under a kick, one number a channel: where it rests before it begins, or as in a library's kicks.

    Subtracting the mean would move a lopsided kick's silence away from zero.
    """
    before = audio[:, :PRE_ROLL].astype(np.float64)
    if before.std(axis=1).max() <= REST_LEVEL * audio.std(axis=1, dtype=np.float64).max():
        return np.asarray(before.mean(axis=1))
    return estimate_offset(audio, SAMPLE_RATE)


PROCESSING = Processing()
