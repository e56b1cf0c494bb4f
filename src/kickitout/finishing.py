"""What is done to a network's sound before anybody hears it, as a part of the recipe."""

from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from kickitout.bundle import Part
from kickitout.descriptors.spectrum import decibels
from kickitout.kick import SAMPLE_RATE
from kickitout.library.normalise import PRE_ROLL, REST_LEVEL, REST_SECONDS, estimate_offset, heard_part


class Processing(Part):
    """What is done to the network's sound: a part of the recipe.

    What is quieter than `silence_db` against the loudest 10 ms, before the kick and behind it, is made digital silence,
    as it is in most real kicks; the last 10 ms above it fade out. A side that has less energy than `side_db` against
    mid is left out: nobody hears it, and real kicks are wider or mono. None leaves either as it is.
    """

    dc_free: bool = True
    silence_db: Annotated[float, Field(le=0.0)] | None = -66.0
    side_db: Annotated[float, Field(le=0.0)] | None = -50.0
    fade_ms: Annotated[float, Field(ge=0.0)] = 5.0  # at the end of the file
    peak_dbfs: Annotated[float, Field(le=0.0)] = -1.0

    def apply(self, audio: NDArray[np.float32]) -> NDArray[np.float32]:
        """Finish a kick of shape (2, n) at 44.1 kHz; silence stays silence."""
        result = audio.astype(np.float64)
        if self.dc_free:
            result -= _offset(audio)[:, None]
        if self.side_db is not None:
            mid, side = (float(np.square(result[0] + sign * result[1]).sum()) for sign in (1.0, -1.0))
            if decibels(side, mid) < self.side_db:
                result[:] = result.mean(axis=0)
        length = min(round(self.fade_ms * SAMPLE_RATE / 1000.0), audio.shape[1])
        window = np.ones(audio.shape[1])
        window[audio.shape[1] - length :] = _fade_out(length)
        if self.silence_db is not None:
            first, last = heard_part(result, SAMPLE_RATE, self.silence_db)
            window[:first] = 0.0
            if last < audio.shape[1]:
                fade = round(SAMPLE_RATE * REST_SECONDS)
                window[last - fade : last] *= _fade_out(fade)
                window[last:] = 0.0
        result *= window
        peak, before = float(np.abs(result).max(initial=0.0)), float(np.abs(audio).max(initial=0.0))
        if peak <= 1e-9 * before:  # nothing but an offset, and the rounding it leaves
            return np.zeros_like(audio)
        result *= 10.0 ** (self.peak_dbfs / 20.0) / peak
        return result.astype(np.float32)


def _fade_out(length: int) -> NDArray[np.float64]:
    """Half a cosine from 1, which is left out, to 0 at the last sample: (length,)."""
    return np.asarray(0.5 + 0.5 * np.cos(np.pi * np.arange(1, length + 1) / max(length, 1)))


def _offset(audio: NDArray[np.float32]) -> NDArray[np.float64]:
    """The constant under a kick, one number a channel: where it rests before it begins, or as in a library's kicks.

    Taking the mean away would put a lopsided kick's silence beside zero.
    """
    before = audio[:, :PRE_ROLL].astype(np.float64)
    if before.std(axis=1).max() <= REST_LEVEL * audio.std(axis=1, dtype=np.float64).max():
        return np.asarray(before.mean(axis=1))
    return estimate_offset(audio, SAMPLE_RATE)


PROCESSING = Processing()
