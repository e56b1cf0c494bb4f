"""The draft's network on sounds that leave most of the image empty: does it draw lines where there is no signal?

The draft reports "random lines at top end" for pure sines, and for kicks of which only the middle frequencies are kept.
Three libraries: sines of one frequency, sines of many (the draft's sine validation), and kicks between 500 and
5,000 Hz. The preset `dcgan` learns each, and its images are looked at before any phase is found:

- `empty_db`: the mean loudness where the training images hold next to nothing, and `ripple_db`: how far its mean rows
  there rise and fall around their own neighbourhood. Empty is, for sines, what lies more than `APART` bins from the
  loudest one, and for the band what lies above 8 kHz;
- for sines also the distance of the loudest bin from the nearest frequency of the library, in bins.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import uniform_filter1d

from kickitout.evaluation.spectra import GRID_FRAMES, GRID_NEIGHBOURHOOD
from kickitout.experiments.collapse import DRAFT
from kickitout.experiments.images import DB_A_UNIT, Image, grid_db
from kickitout.experiments.intervals import OVER_SEEDS, over_seeds
from kickitout.experiments.libraries import Sound, from_floats, write_library
from kickitout.experiments.place import Found, Place, spread_over
from kickitout.experiments.rows import Row
from kickitout.experiments.training_runs import Cell, chosen_of, each_seed, train_to
from kickitout.library.store import Library
from kickitout.library.synthesis import synthesise_sine
from kickitout.sound.kick import FULL_SCALE, KICK_SAMPLES, SAMPLE_RATE
from kickitout.sound.spectrogram import FLOOR_DB, N_FFT, loudness_image
from kickitout.system.randomness import uniform

ONE_HZ = 1000.0
BAND_HZ = (500.0, 5000.0)
EMPTY_HZ = 8000.0
LATER = round(0.01 * SAMPLE_RATE)
APART = 24
"""Bins from a sine beyond which its image is empty: 2 kHz."""

BIN_HZ = SAMPLE_RATE / N_FFT
KINDS = ("one", "many", "band")


@dataclass(frozen=True)
class Settings:
    """The full size.

    Attributes:
        sounds: of each library; a quarter of them validate.
        seeds: of runs on each.
        samples: shown.
        generated: images of each run.
        cells: the kinds of libraries that are learned; none for all.
    """

    sounds: int = 256
    seeds: tuple[int, ...] = (0, 1, 2, 3, 4)
    samples: int = 12800
    generated: int = 64
    cells: tuple[str, ...] = ()


QUICK = Settings(sounds=16, seeds=(0,), samples=16, generated=4)


def one_sine(seed: int) -> NDArray[np.float32]:
    """A sine of `ONE_HZ` at half of full scale with a phase of its own, in both channels."""
    phase = 2.0 * np.pi * float(uniform(seed, "experiments/sine", 1)[0])
    tone = 0.5 * np.sin(phase + 2.0 * np.pi * ONE_HZ / SAMPLE_RATE * np.arange(KICK_SAMPLES))
    return np.repeat(tone[None], 2, axis=0).astype(np.float32)


def middle_band(audio: NDArray[np.float32]) -> NDArray[np.float32]:
    """A kick (2, n) between `BAND_HZ`, 10 ms later, peak at 1.

    The filter's wide edges keep its ringing short; later, because it also rings before the onset; faded at the end. A
    cut in the ringing would fill the rest of the spectrum.
    """
    n = audio.shape[1]
    later = np.pad(audio.astype(np.float64), ((0, 0), (LATER, n - LATER)))
    hz = np.fft.rfftfreq(2 * n, 1.0 / SAMPLE_RATE)
    rise = np.clip((hz / BAND_HZ[0] - 0.7) / 0.6, 0.0, 1.0)
    fall = np.clip((1.3 - hz / BAND_HZ[1]) / 0.6, 0.0, 1.0)
    gain = 0.5 - 0.5 * np.cos(np.pi * np.minimum(rise, fall))
    kept = np.fft.irfft(np.fft.rfft(later, 2 * n) * gain, 2 * n)[:, :n]
    kept[:, -LATER:] *= 0.5 + 0.5 * np.cos(np.pi * np.arange(LATER) / LATER)
    return np.asarray(kept / max(float(np.abs(kept).max()), 1e-9), dtype=np.float32)


def sounds_of(kind: str, settings: Settings, library: Library) -> list[Sound]:
    """The sounds of a kind of library."""
    count = settings.sounds
    if kind == "band":
        indices = spread_over(library, "train", count)
        audio = [middle_band(library.audio(index)) for index in indices]
    elif kind == "one":
        audio = [one_sine(seed) for seed in range(count)]
    else:
        audio = [synthesise_sine(seed)[0] for seed in range(count)]
    splits = ["validation" if place % 4 == 3 else "train" for place in range(len(audio))]
    return [from_floats(one, str(place), split) for place, (one, split) in enumerate(zip(audio, splits, strict=True))]


def mean_rows(image: Image) -> NDArray[np.float64]:
    """The loudness of each bin after the attack in dB, mean over frames and channels, (bins,)."""
    unit = image[:, GRID_FRAMES:].astype(np.float64).mean(axis=(0, 1))
    return np.asarray((unit + 1.0) * DB_A_UNIT + FLOOR_DB)


def empty_bins(rows: NDArray[np.float64], kind: str) -> NDArray[np.bool_]:
    """Where an image of a kind is to be empty, (bins,)."""
    bins = np.arange(len(rows))
    if kind == "band":
        return np.asarray(bins * BIN_HZ > EMPTY_HZ)
    return np.asarray(np.abs(bins - int(np.argmax(rows))) > APART)


def describe(image: Image, kind: str, trained_hz: NDArray[np.float64]) -> Row:
    """The figures of an image."""
    rows = mean_rows(image)
    empty = empty_bins(rows, kind)
    ripple = rows - uniform_filter1d(rows, GRID_NEIGHBOURHOOD, mode="nearest")
    row: Row = {
        "empty_db": float(rows[empty].mean()),
        "ripple_db": float(np.sqrt(np.square(ripple[empty]).mean())),
        "grid_db": grid_db(image),
        "rows_db": np.round(rows, 1).tolist(),
    }
    if len(trained_hz):
        row["bins_off"] = float(np.abs(trained_hz / BIN_HZ - int(np.argmax(rows))).min())
    return row


def _summed(rows: Sequence[Row]) -> Row:
    """The means of rows."""
    return {name: np.mean([row[name] for row in rows], axis=0) for name in rows[0]}


def run(settings: Settings, place: Place) -> Found:
    """Train on each kind of library, and look at what should be empty."""
    library = place.library
    kinds = chosen_of(KINDS, settings.cells)
    made_with = {
        "sounds": settings.sounds,
        "samples": settings.samples,
        "generated": settings.generated,
        "tiny": place.quick,
        "library": library.fingerprint,
    }
    sounds = {kind: sounds_of(kind, settings, library) for kind in kinds}
    hz = {kind: _frequencies(kind, len(sounds[kind])) for kind in kinds}

    def make(kind: str, seed: int) -> Row:
        folder = write_library(place.folder / f"library-{kind}", sounds[kind])
        return _trained(kind, seed, settings, folder, hz[kind], place)

    measured = each_seed(kinds, settings.seeds, made_with, make, place)
    figures: dict[str, Any] = {"kinds": [kind for kind in kinds if measured[kind]], "bin_hz": BIN_HZ}
    for kind in figures["kinds"]:
        generated = list(measured[kind].values())
        names = [name for name in generated[0] if name != "rows_db"]
        figures[kind] = {
            "real": _summed([describe(loudness_image(_floats(one)), kind, hz[kind]) for one in sounds[kind]]),
            "generated": {name: over_seeds([row[name] for row in generated]) for name in names},
            "generated_rows_db": _summed(generated)["rows_db"],
        }
    seeds = {kind: list(measured.get(kind, {})) for kind in KINDS}
    counts = {
        "sounds": settings.sounds,
        "seeds": max(map(len, seeds.values())),
        "samples_shown": settings.samples,
        "generated": settings.generated,
    }
    return Found(figures, OVER_SEEDS, counts, seeds)


def _floats(sound: Sound) -> NDArray[np.float32]:
    return np.asarray(sound.samples / FULL_SCALE, dtype=np.float32)


def _frequencies(kind: str, count: int) -> NDArray[np.float64]:
    if kind == "band":
        return np.zeros(0)
    return np.array([ONE_HZ] if kind == "one" else [synthesise_sine(seed)[1].frequency_hz for seed in range(count)])


def _trained(kind: str, seed: int, settings: Settings, folder: Any, hz: NDArray[np.float64], place: Place) -> Row:
    from kickitout.training import study

    run_folder = place.folder / "runs" / f"{kind}-{seed}"
    cell = Cell(kind, "dcgan", DRAFT, library=folder)
    train_to(cell, run_folder, settings.samples, seed, place, tiny=place.quick)
    images = study.images_of_run(run_folder, settings.generated, seed)
    summed = _summed([describe(image, kind, hz) for image in images])
    return {name: np.round(value, 4).tolist() for name, value in summed.items()}
