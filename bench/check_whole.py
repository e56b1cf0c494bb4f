"""Whether files longer than 500 ms are varied whole, without a seam: the figures in docs/instrument.md.

    python bench/check_whole.py $KICKS $KICKS_MORE --every 20

Each file that sounds on after 500 ms is varied by 0, 0.3 and 0.6 (seed 0).

kept   the correlation of amount 0 with the whole sound, and whether it is as long
seam   third-octave levels at 485 ms, where the own end is joined, by the trend before and by the trend after, in bands
       within 40 dB of the loudest; the same of the file itself, for comparison
pitch  cents between the strongest line below 200 Hz in the 100 ms before that place and in the 100 ms after it
"""

import argparse
import math
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench.check_length import jump
from bench.check_strangers import correlation
from kickitout.errors import KickItOutError
from kickitout.instrument import originals, varying
from kickitout.instrument.instrument import load
from kickitout.library.normalise import as_float
from kickitout.library.prepare import read_taken
from kickitout.library.walk import audio_files
from kickitout.sound.kick import KICK_SAMPLES, SAMPLE_RATE

AMOUNTS = (0.0, 0.3, 0.6)
PLACE, STRETCH = 0.485, 0.1
LEAST_SAMPLES = round(0.65 * SAMPLE_RATE)
FFT = 1 << 17
QUIET_DB = -40.0

Signal = NDArray[np.float64]


def line_hz(sound: Signal, start: float) -> float:
    """The strongest line below 200 Hz from a time on; NaN where nothing is heard."""
    piece = sound[round(start * SAMPLE_RATE) :][: round(STRETCH * SAMPLE_RATE)]
    level = np.abs(np.fft.rfft(piece * np.hanning(len(piece)), FFT))[: round(200.0 * FFT / SAMPLE_RATE)]
    least = 10.0 ** (QUIET_DB / 20.0) * np.abs(sound).max()
    return float(level.argmax() * SAMPLE_RATE / FFT) if np.abs(piece).max() > least and level.argmax() else math.nan


def glide_cents(sound: Signal) -> float:
    """How far that line is higher after the join than before it."""
    before, after = line_hz(sound, PLACE - STRETCH), line_hz(sound, PLACE)
    return 1200.0 * math.log2(after / before)


def words(values: list[float]) -> str:
    """Median and spread of numbers, without those that are none."""
    known = np.array(values)[~np.isnan(values)]
    if not len(known):
        return "nothing"
    half, most = np.quantile(np.abs(known), (0.5, 0.9))
    return f"median {np.median(known):+.2f}, half within {half:.2f}, 90 % within {most:.2f}"


def main() -> None:
    """Measure, and print a line for each."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--every", type=int, default=20)
    parser.add_argument("--model")
    given = parser.parse_args()
    instrument = load(given.model, gate=False)
    kept: list[float] = []
    seams: dict[str, list[float]] = {}
    glides: dict[str, list[float]] = {}
    paths = [path for folder in given.folders for path in audio_files(folder).paths]
    for path in paths[:: given.every]:
        try:
            samples, _ = read_taken(path)
        except KickItOutError:
            continue
        if samples.shape[1] <= KICK_SAMPLES:
            continue
        whole = as_float(samples)
        sounds = {"file": whole}
        original = originals.open_original(instrument, path)
        for amount in AMOUNTS:
            (kick,) = varying.vary(instrument, original, 1, seed=0, amount=amount)
            assert kick.audio.shape == whole.shape, path
            sounds[f"{amount:g}"] = kick.audio
        kept.append(correlation(sounds["0"][:, :-441], whole[:, :-441]))
        if whole.shape[1] < LEAST_SAMPLES:
            continue
        for name, sound in sounds.items():
            mid = sound.mean(axis=0).astype(np.float64)
            seams.setdefault(name, []).extend(jump(mid, PLACE))
            glides.setdefault(name, []).append(glide_cents(mid))
    print(f"kept: {len(kept)} files, correlation of amount 0 at least {min(kept):.6f}")
    for name in seams:
        print(f"seam, {name}: dB, {words(seams[name])}; pitch: cents, {words(glides[name])}")


if __name__ == "__main__":
    main()
