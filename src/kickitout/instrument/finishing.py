"""What is done to a network's sound before anybody hears it, as a part of the recipe."""

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from kickitout.library.normalise import PRE_ROLL, REST_LEVEL, REST_SECONDS, audible_part, estimate_offset
from kickitout.measure.descriptors.spectrum import decibels
from kickitout.model.card import Part
from kickitout.sound.kick import SAMPLE_RATE

SHORTEST_MS = 30.0
"""No file is cut shorter."""

TAPER = 0.25
"""A kick that is cut to a length fades out over this share of it: it is to sound short, not broken off."""


@dataclass(frozen=True, eq=False)
class Finish:
    """What `Processing` does to one sound (2, n), as numbers: (sound - offset), folded or not, times window and gain.

    Attributes:
        offset: of each channel, (2,).
        folded: whether both channels become their mean.
        window: (m,); m of at most n samples are kept.
        gain: the last factor; 0 where there is nothing but rounding.
    """

    offset: NDArray[np.float64]
    folded: bool
    window: NDArray[np.float64]
    gain: float

    def apply(self, sound: NDArray[np.floating], *, without_offset: bool = False) -> NDArray[np.float64]:
        """The sound (2, n) finished: (2, m). With `without_offset` the offset is left to another part of the sound."""
        result = sound[:, : len(self.window)].astype(np.float64)
        if not without_offset:
            result -= self.offset[:, None]
        if self.folded:
            result[:] = result.mean(axis=0)
        return result * self.window * self.gain


class Processing(Part):
    """What is done to the network's sound: a part of the recipe.

    What is quieter than `silence_db` against the loudest 10 ms, before the kick and behind it, is made digital silence,
    as it is in most real kicks; the last 10 ms above it fade out. A side that has less energy than `side_db` against
    mid is left out: nobody hears it, and real kicks are wider or mono. None leaves either as it is. With `length_ms`
    the file is cut to that length, and its last quarter fades out. With `mono` both channels become their mean before
    the level is set, and the kick's file has one channel.
    """

    dc_free: bool = True
    silence_db: Annotated[float, Field(le=0.0)] | None = -66.0
    side_db: Annotated[float, Field(le=0.0)] | None = -50.0
    length_ms: Annotated[float, Field(ge=SHORTEST_MS)] | None = None  # None: as the model gives it
    fade_ms: Annotated[float, Field(ge=0.0)] = 5.0  # at the end of the file
    peak_dbfs: Annotated[float, Field(le=0.0)] = -1.0
    mono: bool = False

    @property
    def in_stereo(self) -> "Processing":
        """The same without the fold: controls are met in stereo, so that a mono kick is the fold of the stereo one."""
        return self.model_copy(update={"mono": False}) if self.mono else self

    def apply(self, audio: NDArray[np.float32]) -> NDArray[np.float32]:
        """Finish a kick of shape (2, n) at 44.1 kHz; silence stays silence."""
        return self.finish(audio).apply(audio).astype(np.float32)

    def finish(self, audio: NDArray[np.float32]) -> Finish:
        """What is done to a kick of shape (2, n) at 44.1 kHz."""
        kept = audio.shape[1]
        fade = round(self.fade_ms * SAMPLE_RATE / 1000.0)
        if self.length_ms is not None:
            kept = min(round(self.length_ms * SAMPLE_RATE / 1000.0), kept)
            fade = max(fade, round(TAPER * kept))
        offset = _offset(audio) if self.dc_free else np.zeros(2)
        result = audio[:, :kept].astype(np.float64) - offset[:, None]
        folded = self.mono
        if not folded and self.side_db is not None:
            mid, side = (float(np.square(result[0] + sign * result[1]).sum()) for sign in (1.0, -1.0))
            folded = decibels(side, mid) < self.side_db
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
        peak, before = float(np.abs(result * window).max(initial=0.0)), float(np.abs(audio).max(initial=0.0))
        # Nothing but an offset, and the rounding it leaves, is silence.
        gain = 0.0 if peak <= 1e-9 * before else 10.0 ** (self.peak_dbfs / 20.0) / peak
        return Finish(offset, folded, window, gain)


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
