"""What real kicks of a family sound like, what the styles sound like, and whether a classifier tells them apart.

    python -m bench.check_styles --real LIBRARY      the table of real families, from training kicks alone
    python -m bench.check_styles -n 60               kicks of each style, measured and told apart
    python -m bench.check_styles -n 60 --write --real LIBRARY
                                                     the same, and docs/styles.md with its pictures is written anew

All is measured by code of its own, in NumPy and SciPy, on left and right of 500 ms at full scale:

loudness    of the loudest 400 ms, highs 4 dB up and below 38 Hz cut as the ear is taken to hear, dB
crest       peak over the root mean square of the loudest 100 ms, dB
pitch       the peak of the spectrum of mid from 25 to 250 Hz
sweep       how far the peak of the spectrum from 3 to 33 ms lies above it, octaves
length      from the peak of the level to where it is last within 30 dB of it, ms
click       above 1 kHz in the first 30 ms, against all, dB
noise       above 400 Hz after 60 ms, against all, dB
overtones   from 1.6 times the pitch to 400 Hz, after 60 ms, against all after 60 ms, dB
width       side over mid, dB

A family of real kicks is known by what its makers called source, kit and file. The classifier is a Gaussian for each
style with one covariance for all (linear discriminant analysis), tried on a fifth of the kicks and fitted to the rest,
five times.
"""

import argparse
import math
import re
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import signal

from kickitout.instrument.instrument import load
from kickitout.instrument.request import Request
from kickitout.instrument.styles import STYLES
from kickitout.library.normalise import as_float
from kickitout.library.store import Library
from kickitout.sound.sheet import draw_sheet, save_png

RATE = 44_100
SAMPLES = 22_050
FIRST_SEED = 10_000
"""Styles were set by ear and by the seeds from 0 on; they are judged by others."""

FAMILIES: Mapping[str, str] = {
    "808": r"808",
    "techno": r"909|techno",
    "acoustic": r"salamander|muldjord|acoustic|gogodze",
    "heavy": r"hardcore|gabber|hardstyle|distort|industrial|hardkick",
    "edm": r"house|trap|edm|dubstep|club|dance",
    "analog": r"ms20|ms-20|606|cr-?78|minipops|korg",
}
"""How the families of real kicks are called."""

MEASURES = ("loudness", "crest", "pitch", "sweep", "length", "click", "noise", "overtones", "width")
UNITS = ("dB", "dB", "Hz", "octaves", "ms", "dB", "dB", "dB", "dB")
LOGARITHMIC = ("pitch", "length")
SHARES = (0.1, 0.5, 0.9)
FOLDS = 5
ON_SHEET = 8

DOCS = Path(__file__).parents[1] / "docs"
BEGIN, END = "<!-- {name}: written by bench/check_styles.py -->\n", "<!-- end of {name} -->\n"

Signal = NDArray[np.float64]

_SHELF = signal.butter(1, 1_700.0, "highpass", fs=RATE, output="sos")
_LOW_CUT = signal.butter(2, 38.0, "highpass", fs=RATE, output="sos")
_HIGH = signal.butter(4, 1_000.0, "highpass", fs=RATE, output="sos")
_MIDDLE = signal.butter(4, 400.0, "highpass", fs=RATE, output="sos")


def decibels(power: float, against: float = 1.0, least: float = -80.0) -> float:
    """A power over another, dB."""
    return max(10.0 * math.log10((power + 1e-20) / (against + 1e-20)), least)


def _loudest(values: Signal, seconds: float) -> float:
    """The largest mean of a stretch."""
    total = np.concatenate([[0.0], np.cumsum(values)])
    n = min(round(seconds * RATE), len(values))
    return float((total[n:] - total[:-n]).max() / n)


def _peak_hz(sound: Signal, low: float, high: float) -> float:
    """The strongest line between two frequencies."""
    size = 1 << 17
    level = np.abs(np.fft.rfft(sound * np.hanning(2 * len(sound))[len(sound) :], size))
    first, last = round(low * size / RATE), round(high * size / RATE)
    return float((first + level[first:last].argmax()) * RATE / size)


def measured(audio: NDArray[np.float32]) -> Signal:
    """MEASURES of a kick, (2, n): its first 500 ms."""
    sound = np.zeros((2, SAMPLES))
    sound[:, : min(SAMPLES, audio.shape[1])] = audio[:, :SAMPLES]
    sound /= max(float(np.abs(sound).max()), 1e-9)
    mid, side = 0.5 * (sound[0] + sound[1]), 0.5 * (sound[0] - sound[1])
    power = np.square(sound).mean(axis=0)
    heard = signal.sosfilt(_LOW_CUT, mid + 0.585 * signal.sosfilt(_SHELF, mid))
    level = np.convolve(np.square(mid), np.full(882, 1.0 / 882.0), mode="same")
    top = int(level.argmax())
    last = int(np.flatnonzero(level >= 1e-3 * level[top])[-1])
    total = float(np.square(mid).sum())
    hz = _peak_hz(mid, 25.0, 250.0)
    early = np.zeros(SAMPLES)
    early[:1_323] = mid[132:1_455] * np.hanning(1_323)
    late = mid[2_646:]
    spectrum = np.square(np.abs(np.fft.rfft(late * np.hanning(len(late)))))
    bins = np.fft.rfftfreq(len(late), 1.0 / RATE)
    return np.array(
        [
            decibels(_loudest(np.square(heard), 0.4)),
            -decibels(_loudest(power, 0.1)),
            hz,
            math.log2(_peak_hz(early, 25.0, 600.0) / hz),
            max(1000.0 * (last - top) / RATE, 5.0),
            decibels(float(np.square(signal.sosfilt(_HIGH, mid)[:1_323]).sum()), total, -60.0),
            decibels(float(np.square(signal.sosfilt(_MIDDLE, mid)[2_646:]).sum()), total, -60.0),
            decibels(float(spectrum[(bins > 1.6 * hz) & (bins < 400.0)].sum()), float(spectrum.sum()), -60.0),
            decibels(float(np.square(side).sum()), total, -40.0),
        ]
    )


def family_of(text: str) -> str | None:
    """The family that the names of a kick tell, the first that fits; None: none."""
    return next((name for name, words in FAMILIES.items() if re.search(words, text.lower())), None)


def real(folder: Path) -> dict[str, Signal]:
    """The measures of the training kicks of each family, (n, 9)."""
    library = Library.open(folder)
    found: dict[str, list[Signal]] = {name: [] for name in FAMILIES}
    for index, entry in enumerate(library.entries):
        name = family_of(f"{entry.source} {entry.kit} {entry.file}") if entry.split == "train" else None
        if name is not None:
            found[name].append(measured(as_float(library.integers(index))))
    return {name: np.array(rows) for name, rows in found.items() if rows}


def wishes_in(folder: Path) -> list[str]:
    """The table of what the controls say of the same kicks: 10th, 50th and 90th percentile in their own units."""
    library = Library.open(folder)
    names = ("pitch_hz", "sweep_octaves", "sweep_ms", "decay_ms", "click_db", "brightness_hz", "noise", "width_db")
    rows: dict[str, list[list[float]]] = {name: [] for name in FAMILIES}
    for entry in library.entries:
        name = family_of(f"{entry.source} {entry.kit} {entry.file}") if entry.split == "train" else None
        if name is not None:
            rows[name].append([entry.descriptors.get(one, math.nan) for one in names])
    lines = ["| family | kicks | " + " | ".join(names) + " |", "|---" * (2 + len(names)) + "|"]
    for name, values in rows.items():
        lines.append(f"| {name} | {len(values)} | " + " | ".join(map(_spread, np.array(values).T)) + " |")
    return lines


def _spread(values: Signal) -> str:
    known = values[np.isfinite(values)]
    return "none" if not len(known) else " / ".join(f"{value:.3g}" for value in np.quantile(known, SHARES))


def table(found: Mapping[str, Signal], what: str) -> list[str]:
    """Quantiles of the measures, a line for each."""
    heads = [f"{name}, {unit}" for name, unit in zip(MEASURES, UNITS, strict=True)]
    lines = [f"| {what} | kicks | " + " | ".join(heads) + " |", "|---" * (2 + len(heads)) + "|"]
    for name, rows in found.items():
        lines.append(f"| {name} | {len(rows)} | " + " | ".join(map(_spread, rows.T)) + " |")
    return lines


def made(
    model: str | None, style: str, n: int, first: int = FIRST_SEED
) -> tuple[Signal, list[tuple[str, NDArray[np.float32]]]]:
    """The measures of a style's kicks, (n, 9), and the first of them with names."""
    seeds = range(first, first + n)
    kicks = list(load(model).kicks(Request(seeds=seeds, style=style), threads=1))
    shown = [(f"{style}, seed {seed}", kick.audio) for seed, kick in zip(seeds, kicks[:ON_SHEET], strict=False)]
    return np.array([measured(kick.audio) for kick in kicks]), shown


def told_apart(found: Mapping[str, Signal]) -> NDArray[np.int64]:
    """How often a kick of each style (rows) is taken for one of each (columns), by kicks that it was not fitted to."""
    values = np.concatenate(list(found.values()))
    places = [MEASURES.index(name) for name in LOGARITHMIC]
    values[:, places] = np.log2(values[:, places])
    labels = np.repeat(np.arange(len(found)), [len(rows) for rows in found.values()])
    fold = np.concatenate([np.arange(len(rows)) % FOLDS for rows in found.values()])
    result = np.zeros((len(found), len(found)), dtype=np.int64)
    for one in range(FOLDS):
        fitted, tried = fold != one, fold == one
        means = np.stack([values[fitted & (labels == k)].mean(axis=0) for k in range(len(found))])
        spread = values[fitted] - means[labels[fitted]]
        inverse = np.linalg.inv(spread.T @ spread / len(spread) + 1e-6 * np.eye(values.shape[1]))
        apart = values[tried][:, None] - means
        guess = np.einsum("nkf,fg,nkg->nk", apart, inverse, apart).argmin(axis=1)
        np.add.at(result, (labels[tried], guess), 1)
    return result


def confusion(found: Mapping[str, Signal]) -> list[str]:
    """Lines on how well the styles are told apart."""
    counts = told_apart(found)
    names = list(found)
    share = np.trace(counts) / counts.sum()
    lines = ["| style | " + " | ".join(names) + " |", "|---" * (1 + len(names)) + "|"]
    for name, row in zip(names, counts, strict=True):
        lines.append(f"| {name} | " + " | ".join(f"{100 * value / row.sum():.0f} %" for value in row) + " |")
    told = f"In all {100 * share:.1f} % of {counts.sum()} kicks are told; guessing would tell {100 / len(names):.0f} %."
    return [*lines, "", told]


def write(page: Path, parts: Mapping[str, Sequence[str]]) -> None:
    """Put lines between their marks in a page."""
    text = page.read_text("utf-8")
    for name, lines in parts.items():
        begin, end = BEGIN.format(name=name), END.format(name=name)
        before, rest = text.split(begin)
        text = before + begin + "\n" + "\n".join(lines) + "\n\n" + end + rest.split(end)[1]
    page.write_text(text, "utf-8")


def main() -> None:
    """Measure, print the tables, and write them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--real", type=Path, metavar="LIBRARY")
    parser.add_argument("-n", type=int, default=0, help="kicks of each style")
    parser.add_argument("--seed", type=int, default=FIRST_SEED, help="the first")
    parser.add_argument("--model")
    parser.add_argument("--workers", type=int, help="processes; one per processor if not given")
    parser.add_argument("--styles", default=",".join(STYLES))
    parser.add_argument("--write", action="store_true", help="write docs/styles.md and its pictures")
    given = parser.parse_args()
    parts: dict[str, list[str]] = {}
    if given.real is not None:
        parts["families"] = [*table(real(given.real), "family"), "", *wishes_in(given.real)]
    found = {}
    if given.n:
        styles = given.styles.split(",")
        with ProcessPoolExecutor(given.workers) as pool:
            results = list(pool.map(partial(made, given.model, n=given.n, first=given.seed), styles))
        for style, (found[style], shown) in zip(styles, results, strict=True):
            if given.write:
                sheet = draw_sheet(shown, title=f"kick generate --style {style}")
                save_png(sheet.quantize(256), DOCS / "images" / f"style-{style}.png")
        parts["styles"] = table(found, "style")
        if len(found) > 1:
            parts["apart"] = confusion(found)
    for lines in parts.values():
        print("\n".join(lines) + "\n")
    if given.write:
        write(DOCS / "styles.md", parts)


if __name__ == "__main__":
    main()
