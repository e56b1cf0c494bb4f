"""Whether pitches and notes are those that others hear: the tables of docs/descriptors.md and docs/instrument.md.

    OMP_NUM_THREADS=1 python bench/check_pitch.py --oracle ORACLE [--seeds 20] [--untuned 100] [--library LIB]

Three oracles that are not ours judge: the highest peak of the spectrum (NumPy), and librosa's pYIN and YIN. ORACLE is
the Python of an environment of its own that has librosa (`python3 -m venv oracle; oracle/bin/pip install librosa`):
this script runs there once more as a judge, and needs nothing of Kick It Out there. With a library, kicks of its train
and validation splits are judged too, spread evenly over it. `--worst` lists the kicks that are furthest off.
"""

import argparse
import importlib
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Float32Array = NDArray[np.float32]

RATE = 44_100
NOTES = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")
ORACLES = ("peak", "pYIN", "YIN")
LOWEST_HZ = 32.0

# The oracles ---------------------------------------------------------------------------------------------------------

RANGE_HZ = (20.0, 400.0)
FFT = 1 << 19

LOW_RATE, FRAME, HOP = 11_025, 2_048, 128
"""librosa reads frames of 186 ms every 12 ms."""

LEAST_HZ = 22.0
"""The lowest frequency that such a frame allows."""

EDGE = 0.95
"""What pYIN and YIN put at the upper limit of their range is none: they do so where a sound decays too quickly."""

RESOLUTION = 0.2
"""pYIN's in semitones."""


def peak_hz(mono: Array) -> float:
    """The highest peak of the spectrum."""
    hz = np.fft.rfftfreq(FFT, 1.0 / RATE)
    kept = (hz >= RANGE_HZ[0]) & (hz <= RANGE_HZ[1])
    return float(hz[kept][np.argmax(np.abs(np.fft.rfft(mono, FFT))[kept])])


def tracked_hz(librosa: Any, mono: Array) -> tuple[float, float]:
    """By pYIN and by YIN: the median over frames by their energy. Frames begin in the sound, not before it."""
    low = librosa.resample(mono, orig_sr=RATE, target_sr=LOW_RATE, res_type="scipy")
    frames = {"frame_length": FRAME, "hop_length": HOP, "center": False}
    low = np.pad(low, (0, FRAME))
    energy = librosa.feature.rms(y=low, **frames)[0].astype(np.float64) ** 2
    limits = {"fmin": LEAST_HZ, "fmax": RANGE_HZ[1], "sr": LOW_RATE, **frames}
    hz, voiced, _ = librosa.pyin(low, resolution=RESOLUTION, **limits)
    return median_hz(np.where(voiced, hz, np.nan), energy), median_hz(librosa.yin(low, **limits), energy)


def median_hz(hz: Array, energy: Array) -> float:
    """The median of frequencies by energy; NaN where there is none."""
    known = np.isfinite(hz) & (hz < EDGE * RANGE_HZ[1])
    if not known.any():
        return float("nan")
    order = np.argsort(hz[known])
    sums = np.cumsum(energy[: len(hz)][known][order])
    return float(hz[known][order][np.searchsorted(sums, 0.5 * sums[-1])])


def judge(given: Path, told: Path) -> None:
    """Write what the oracles say of the sounds in a file: (sounds, 3)."""
    try:
        librosa = importlib.import_module("librosa")
    except ImportError:
        sys.exit(f"{sys.executable} has no librosa: give --oracle the Python of an environment that has it")
    rows = []
    for sound in np.load(given)["sounds"].astype(np.float64):
        mid, side = 0.5 * (sound[0] + sound[1]), 0.5 * (sound[0] - sound[1])
        mono = side if (mid**2).sum() < 0.1 * (side**2).sum() else mid
        rows.append((peak_hz(mono), *tracked_hz(librosa, mono)))
    np.save(told, np.array(rows))


def judged(oracle: str, sounds: Sequence[Float32Array]) -> Array:
    """What the oracles say of sounds, each (2, n): (sounds, 3)."""
    with tempfile.TemporaryDirectory() as folder:
        given, told = Path(folder) / "sounds.npz", Path(folder) / "told.npy"
        np.savez(given, sounds=np.stack(sounds))
        if subprocess.run([oracle, __file__, "--judge", str(given), str(told)], check=False).returncode:
            sys.exit(1)
        return np.asarray(np.load(told))


# The tables ----------------------------------------------------------------------------------------------------------


def cents(one: Array, other: Array) -> Array:
    """How far apart two rows of pitches lie, where both have one."""
    off = np.abs(1200.0 * np.log2(one / other))
    return off[np.isfinite(off)]


def shares(one: Array, other: Array) -> str:
    """The shares within 50 and within 100 cents, and of how many."""
    off = cents(one, other)
    return f"{100 * np.mean(off < 50):.0f} / {100 * np.mean(off < 100):.0f} % ({len(off)})" if len(off) else "-"


def table(rows: dict[str, Array], told: Array) -> Iterator[str]:
    """A table of estimates, each (sounds,), beside the oracles."""
    yield "| | have one | " + " | ".join(ORACLES) + " |"
    yield "|---|---|" + "---|" * len(ORACLES)
    for name, pitches in rows.items():
        known = 100.0 * np.mean(np.isfinite(pitches))
        yield f"| {name} | {known:.0f} % | " + " | ".join(shares(pitches, column) for column in told.T) + " |"


def worst(names: Sequence[str], pitches: Array, told: Array, count: int) -> Iterator[str]:
    """The kicks whose pitch is furthest from what an oracle says."""
    off = np.nanmax(np.abs(1200.0 * np.log2(pitches[:, None] / told)), axis=1, initial=0.0)
    for place in np.argsort(-np.nan_to_num(off))[:count]:
        said = ", ".join(f"{name} {hz:.1f}" for name, hz in zip(ORACLES, told[place], strict=True))
        yield f"    {names[place]}: {pitches[place]:.1f} Hz; {said}"


def unpitched(pitches: Array, told: Array) -> str:
    """How often oracles agree about kicks that have no pitch: the peak and YIN, and pYIN with both."""
    without = told[~np.isfinite(pitches)]
    peak, pyin, yin = (1200.0 * np.log2(column) for column in without.T)
    near = np.abs(peak - yin) < 100
    voiced = near & (np.abs(peak - pyin) < 100) & (np.abs(yin - pyin) < 100)
    return (
        f"Without a pitch: {len(without)}; within 100 cents are the peak and YIN in {near.sum()} of them, all three "
        f"oracles in {voiced.sum()}."
    )


def check(title: str, names: Sequence[str], sounds: Sequence[Float32Array], asked: Array | None, args: Any) -> None:
    """Print how the pitches of sounds, and those that were asked, compare with the oracles."""
    from kickitout.measure.descriptors import describe

    found = [describe(sound) for sound in sounds]
    own = {name: np.array([one.get(name, np.nan) for one in found]) for name in ("pitch_hz", "end_pitch_hz")}
    told = judged(args.oracle, sounds)
    rows = {"asked": asked} if asked is not None else {}
    rows |= own | dict(zip(ORACLES, told.T, strict=True))
    print(f"\n{title}\n\n" + "\n".join(table(rows, told)))
    low = 100.0 * np.mean(own["pitch_hz"] < LOWEST_HZ)
    print(f"\nPitch below {LOWEST_HZ:g} Hz: {low:.1f} %. {unpitched(own['pitch_hz'], told)}", flush=True)
    if args.worst:
        print("\n".join(worst(names, own["pitch_hz"] if asked is None else asked, told, args.worst)), flush=True)


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--oracle", default=sys.executable, help="the Python that has librosa")
    parser.add_argument("--seeds", type=int, default=20, help="kicks of each note")
    parser.add_argument("--untuned", type=int, default=100, help="kicks without a note")
    parser.add_argument("--library", type=Path)
    parser.add_argument("--real", type=int, default=200, help="kicks of the library")
    parser.add_argument("--worst", type=int, default=0)
    parser.add_argument("--judge", type=Path, nargs=2, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.judge:
        judge(*args.judge)
        return

    import kickitout
    from kickitout.instrument.instrument import load
    from kickitout.library.store import Library

    player = load()
    if args.untuned:
        kicks = [kick.audio for kick in kickitout.generate(args.untuned, seed=0)]
        check(f"Kicks of seeds 0 to {args.untuned - 1}", [str(n) for n in range(len(kicks))], kicks, None, args)
    if args.seeds:
        names, tuned, asked = [], [], []
        for note in NOTES:
            for seed, kick in enumerate(kickitout.generate(args.seeds, seed=0, note=note)):
                names.append(f"{note} {seed}")
                tuned.append(kick.audio)
                asked.append(player.voice.panel.note_hz(note))
        check(f"Twelve notes, seeds 0 to {args.seeds - 1} each", names, tuned, np.array(asked), args)
    if args.library:
        library = Library.open(args.library)
        held = library.select({"train", "validation"})
        chosen = [held[place] for place in np.linspace(0, len(held) - 1, min(args.real, len(held))).astype(int)]
        files = [library.entries[place].file for place in chosen]
        check(f"{len(chosen)} real kicks", files, [library.audio(place) for place in chosen], None, args)


if __name__ == "__main__":
    main()
