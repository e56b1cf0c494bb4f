"""True peaks and loudness of kicks and packs by code that is not ours, beside real kicks: figures of docs/packs.md.

    python bench/check_levels.py FOLDER_OF_REAL_KICKS [--model kickgan] [--kicks 1000] [--pack 64]

Kicks of the seeds 0, 1, ... are made as `kick generate` makes them, four fifths of them plain, the others of the styles
in turn, every other one written with 16 bits. Each file is decoded by libsndfile and its true peak measured eight times
oversampled by SciPy, and all of them one after another by the `ebur128` of ffmpeg. Loudness is pyloudnorm's where it is
installed, else ffmpeg's of each file. No true peak may be above -0.9 dBTP.
"""

import argparse
import io
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
from numpy.typing import NDArray
from scipy.signal import resample_poly

from kickitout.instrument.instrument import load
from kickitout.instrument.request import Request
from kickitout.instrument.styles import STYLES
from kickitout.packs import make_pack

HIGHEST_DBTP = -0.9
OVERSAMPLING = 8
SHORTEST_SECONDS = 0.5
"""Whoever measures loudness needs a block of 400 ms."""

LONGEST_SECONDS = 4.0
SHOWN = 10

Sound = NDArray[np.float64]


def main() -> int:
    """Measure, print the table, and fail above the limit."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("real", type=Path)
    parser.add_argument("--model")
    parser.add_argument("--kicks", type=int, default=1000)
    parser.add_argument("--pack", type=int, default=64, help="kicks of a pack; 0: no packs")
    arguments = parser.parse_args()
    rows = {}
    made = list(kicks(arguments.model, arguments.kicks))
    rows[f"{len(made):,} kicks"] = measured([sound for _, sound in made])
    with tempfile.TemporaryDirectory() as folder:
        packs = {"a pack": {}, "a pack, --level lufs:-14": {"level": "lufs:-14"}} if arguments.pack else {}
        for name, options in packs.items():
            place = Path(folder) / name.replace(" ", "_")
            pack = make_pack(
                "Level", place, n=arguments.pack, notes=["F", "G"], seed=1, model=arguments.model, **options
            )
            sounds = [read(place / kick.file) for kick in pack.kicks]
            rows[f"{name} of {len(sounds)}"] = measured(sounds)
            apart = [abs(kick.loudness_lufs - loudness(one)) for kick, one in zip(pack.kicks, sounds, strict=True)]
            print(f"{name}: loudness in pack.json at most {max(apart):.2f} LU from the other measure")
    real = [read(path) for path in sorted(arguments.real.rglob("*")) if path.suffix in {".wav", ".flac", ".aiff"}]
    rows[f"{len(real):,} real kicks"] = measured([one for one in real if one.any()])
    table(rows)
    peaks = rows[f"{len(made):,} kicks"][0]
    for place in np.argsort(peaks)[::-1][:SHOWN]:
        print(f"seed {made[place][0]}: {peaks[place]:.3f} dBTP")
    together = ffmpeg(np.concatenate([np.pad(one, ((0, 0), (0, 4410))) for _, one in made], axis=1))["peak"]
    print(f"highest of all: {peaks.max():.3f} dBTP by SciPy, {together:.1f} dBTP by ffmpeg; limit {HIGHEST_DBTP}")
    return int(max(peaks.max(), together) > HIGHEST_DBTP)


def kicks(model: str | None, count: int) -> Iterator[tuple[int, Sound]]:
    """Seeds, and their kicks as they stand in files."""
    player = load(model)
    plain = count - count // 5
    styles = list(STYLES)
    requests: list[tuple[Sequence[int], str | None]] = [(range(plain), None)]
    requests += [(range(plain + i, count, len(styles)), style) for i, style in enumerate(styles)]
    for seeds, style in requests:
        if not len(seeds):
            continue
        for seed, kick in zip(seeds, player.kicks(Request(seeds=seeds, style=style)), strict=True):
            yield seed, decoded(io.BytesIO(kick.encode(bits=("24", "16")[seed % 2])))


def decoded(file: Any) -> Sound:
    """Left and right at 44.1 kHz."""
    samples, rate = soundfile.read(file, dtype="float64", always_2d=True, frames=-1)
    sound = np.repeat(samples.T, 2, axis=0)[:2] if samples.shape[1] == 1 else samples.T[:2]
    sound = sound[:, : int(LONGEST_SECONDS * rate)]
    sound = sound if rate == 44_100 else resample_poly(sound, 44_100, rate, axis=1)
    return np.pad(sound, ((0, 0), (0, max(0, int(SHORTEST_SECONDS * 44_100) - sound.shape[1]))))


def read(path: Path) -> Sound:
    """A file, decoded."""
    return decoded(path)


def true_peak(sound: Sound) -> float:
    """In dBTP."""
    return 20.0 * float(np.log10(max(np.abs(resample_poly(sound, OVERSAMPLING, 1, axis=1)).max(), 1e-10)))


def meter() -> Callable[[Sound], float]:
    """What measures loudness in LUFS."""
    try:
        import pyloudnorm
    except ImportError:
        return lambda sound: ffmpeg(sound)["loudness"]
    measure = pyloudnorm.Meter(44_100)
    return lambda sound: float(measure.integrated_loudness(sound.T))


loudness = meter()


def ffmpeg(sound: Sound) -> dict[str, float]:
    """True peak in dBTP and integrated loudness in LUFS by ffmpeg's `ebur128`."""
    with tempfile.NamedTemporaryFile(suffix=".wav") as file:
        soundfile.write(file.name, sound.T, 44_100, subtype="FLOAT")
        command = [
            "ffmpeg",
            "-hide_banner",
            "-i",
            file.name,
            "-af",
            "ebur128=peak=true:framelog=verbose",
            "-f",
            "null",
            "-",
        ]
        text = subprocess.run(command, capture_output=True, text=True, check=True).stderr
    summary = text[text.rindex("Summary:") :]
    integrated, peak = (re.search(form, summary) for form in (r"I:\s+(-?[\d.]+) LUFS", r"Peak:\s+(-?[\d.]+|-inf) dBFS"))
    assert integrated is not None
    assert peak is not None
    return {"loudness": float(integrated[1]), "peak": float(peak[1])}


def measured(sounds: Sequence[Sound]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """True peaks in dBTP, and loudness in LUFS."""
    return np.array([true_peak(one) for one in sounds]), np.array([loudness(one) for one in sounds])


def table(rows: dict[str, tuple[NDArray[np.float64], NDArray[np.float64]]]) -> None:
    """Quantiles in Markdown."""
    columns = ["", "true peak, dBTP: 5 %", "50 %", "95 %", "highest", "loudness, LUFS: 5 %", "50 %", "95 %"]
    lines = [columns, ["---"] * len(columns)]
    for name, (peaks, loud) in rows.items():
        heights = [*np.quantile(peaks, [0.05, 0.5, 0.95]), peaks.max()]
        levels = np.quantile(loud[np.isfinite(loud)], [0.05, 0.5, 0.95])
        lines.append([name, *(f"{one:.2f}" for one in heights), *(f"{one:.1f}" for one in levels)])
    print("", *(f"| {' | '.join(line)} |" for line in lines), sep="\n")


if __name__ == "__main__":
    sys.exit(main())
