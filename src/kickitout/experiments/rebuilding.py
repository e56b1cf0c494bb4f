"""How far reconstructions lie from their kicks: a peer's, and ours of the same kicks."""

import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import signal

from kickitout.experiments.intervals import median_over_kits
from kickitout.instrument import variations
from kickitout.library.duplicates import find_copies
from kickitout.library.store import Library
from kickitout.measure.descriptors import describe
from kickitout.measure.embedding import embed
from kickitout.measure.fingerprint import fingerprint
from kickitout.model.voice import Voice
from kickitout.sound.kick import FULL_SCALE, SAMPLE_RATE
from kickitout.sound.sketch.parts import take_apart

Samples = NDArray[np.float32]
Values = NDArray[np.float64]

WINDOWS = (2048, 1024, 512, 256, 128, 64)
"""Of the multi-scale spectral distance, in samples: those of Engel et al., "DDSP" (ICLR 2020)."""

FLOOR_DB = -60.0
"""Anything quieter than this, against the loudest of both kicks, counts as this."""

BODY_HZ = (25.0, 200.0)
BODY_SECONDS = 0.03
"""The body is what lies between these frequencies from here on."""

FEWEST = 5
"""Of fewer kicks there is no median."""

MEASURES = ("pitch_cents", "body_cents", "decay_ratio", "brightness_ratio", "spectral_db", "embedding")
"""Distances between a kick and its reconstruction; of ratios, the larger value over the smaller one."""


def spectral_db(one: Samples, other: Samples) -> float:
    """The multi-scale spectral distance of two sounds, (2, n) each, at equal energy, in dB.

    The mean difference of log magnitudes over `WINDOWS` with hops of a quarter, where one of both is above `FLOOR_DB`;
    the other counts as that, at least. It is blind to phase and polarity, and a sound that is noise in another draw is
    not 0.

    Raises:
        ValueError: a sound is silent.
    """
    a, b = (_at_unit_energy(sound) for sound in (one, other))
    apart = []
    for window in WINDOWS:
        levels = [_level(sound, window) for sound in (a, b)]
        floor = max(float(level.max()) for level in levels) + FLOOR_DB
        heard = np.maximum(*levels) > floor
        apart.append(float(np.abs(np.maximum(levels[0], floor) - np.maximum(levels[1], floor))[heard].mean()))
    return float(np.mean(apart))


def _at_unit_energy(sound: Samples) -> Values:
    middle = sound.astype(np.float64).mean(axis=0)
    energy = float(np.square(middle).sum())
    if energy <= 0.0:
        raise ValueError("silence has no spectral distance")
    return np.asarray(middle / math.sqrt(energy))


def _level(sound: Values, window: int) -> Values:
    _, _, spectrum = signal.stft(sound, window="hann", nperseg=window, noverlap=window - window // 4)
    return np.asarray(20.0 * np.log10(np.maximum(np.abs(spectrum), 1e-12)))


def body_hz(sound: Samples) -> float:
    """The mean frequency of a sound's body, (2, n), in Hz: that of its analytic signal, weighted with its energy.

    Every sound has one, unlike a heard pitch, and SciPy alone measures it.
    """
    band = signal.butter(4, BODY_HZ, "bandpass", fs=SAMPLE_RATE, output="sos")
    body = signal.hilbert(signal.sosfiltfilt(band, sound.astype(np.float64).mean(axis=0)))
    body = body[round(BODY_SECONDS * SAMPLE_RATE) :]
    turns = np.diff(np.unwrap(np.angle(body))) / (2.0 * np.pi)
    return float(np.average(turns, weights=np.square(np.abs(body[1:]))) * SAMPLE_RATE)


def apart(kick: Samples, made: Samples) -> dict[str, float]:
    """The `MEASURES` between a kick and its reconstruction, (2, 22050) each in a library's form. NaN where one of both
    has no such descriptor."""
    one, other = describe(kick), describe(made)
    octaves = {
        name: abs(math.log2(one[name] / other[name])) if name in one and name in other else math.nan
        for name in ("pitch_hz", "decay_ms", "brightness_hz")
    }
    return {
        "pitch_cents": 1200.0 * octaves["pitch_hz"],
        "body_cents": 1200.0 * abs(math.log2(body_hz(kick) / body_hz(made))),
        "decay_ratio": 2.0 ** octaves["decay_ms"],
        "brightness_ratio": 2.0 ** octaves["brightness_hz"],
        "spectral_db": spectral_db(kick, made),
        "embedding": float(np.linalg.norm(embed(kick) - embed(made))),
    }


def decoded(voice: Voice, kick: Samples) -> Samples:
    """What the model alone makes of its code of a kick, with nothing of the kick beside: (2, 22050)."""
    noise = voice.noise(0)
    return voice.stereo(voice.sketch_of(voice.encode(take_apart(kick)), noise), noise)


def kept(voice: Voice, kick: Samples) -> Samples:
    """What `kick vary --amount 0` gives, which keeps all of a kick that the model has no words for: (2, 22050)."""
    return variations.head(voice, variations.taken_in(voice, kick))


OURS: dict[str, Callable[[Voice, Samples], Samples]] = {
    "kickgan_decoded": decoded,
    "kickgan_kept": kept,
}
"""Ways in which our model reconstructs, by name."""


def summed_up(rows: Sequence[dict[str, float]]) -> dict[str, Any]:
    """The medians of distances with their intervals over kicks, and of how many kicks each is: of fewer than `FEWEST`
    there is no median."""
    kicks = [str(number) for number in range(len(rows))]
    known = {name: sum(math.isfinite(row[name]) for row in rows) for name in MEASURES}
    found: dict[str, Any] = {
        name: median_over_kits([row[name] if known[name] >= FEWEST else math.nan for row in rows], kicks)
        for name in MEASURES
    }
    found["known"] = known
    return found


def nearer(rows: Sequence[dict[str, float]], others: Sequence[dict[str, float]]) -> dict[str, int]:
    """Of how many kicks the first reconstruction is nearer than the other, by measure."""
    return {name: sum(one[name] < other[name] for one, other in zip(rows, others, strict=True)) for name in MEASURES}


def unrelated(kicks: Sequence[Samples]) -> list[dict[str, float]]:
    """The distances of every kick from every other one: what reconstructions have to be nearer than."""
    return [
        _median(apart(kick, other) for place, other in enumerate(kicks) if place != number)
        for number, kick in enumerate(kicks)
    ]


def _median(rows: Iterable[dict[str, float]]) -> dict[str, float]:
    table = list(rows)
    known = {name: [row[name] for row in table if math.isfinite(row[name])] for name in MEASURES}
    return {name: float(np.median(values)) if values else math.nan for name, values in known.items()}


def known(library: Library, kicks: Sequence[Samples]) -> list[bool]:
    """Which kicks, (2, 22050) each, are the same sound as one of a library's (`library.duplicates`): ours may have
    been trained on it."""
    integers = [np.rint(kick * FULL_SCALE).astype(np.int16) for kick in kicks]
    prints, theirs = (
        np.stack([fingerprint(sound) for sound in sounds])
        for sounds in (kicks, (library.audio(index) for index in range(len(library))))
    )
    found = find_copies(prints, lambda index: integers[index], theirs, library.integers)
    return [bool(place >= 0) for place in found]
