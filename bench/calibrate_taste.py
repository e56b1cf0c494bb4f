"""The limits of taste, from producers' kicks of `train`, and how they stand on other kicks: docs/taste.md.

    python bench/calibrate_taste.py LIBRARY [--write] [--csv FILE] [--folder NAME=DIR ...] [--draws N]

LIBRARY is a prepared library with the sources named in PRODUCERS. Limits are chosen on the split `train` alone, one
percentile for all rules; `--write` writes them to src/kickitout/measure/taste/limits.py. Everything else is a report:
how many kicks are kept, by split and by source, of folders of audio, and of the default model's first N seeds.
"""

import argparse
import csv
from collections import Counter
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kickitout.instrument.instrument import load
from kickitout.library.normalise import normalise
from kickitout.library.store import Entry, Library
from kickitout.measure.taste import RULES, Taste, taste
from kickitout.measure.taste import limits as written
from kickitout.sound import audio

Samples = NDArray[np.float32]

ALL = ""

PRODUCERS: tuple[tuple[str, str], ...] = (
    ("mamalLivecoder__samples", "bd"),
    ("diegodorado__trap-samples", "bd"),
    ("johnnycopes__hip-hop-drum-kits", ALL),
    ("Bubobubobubobubo__Dough-Fox", ALL),
    ("Bubobubobubobubo__Dough-Bourges", "Passerine_kick"),
    ("BespokeSynth__BespokeSynth", "Kick"),
    ("mot4i__garden", "garden_bd"),
    ("tidalcycles__Dirt-Samples", "hardkick"),
    ("tidalcycles__Dirt-Samples", "hardcore"),
    ("tidalcycles__Dirt-Samples", "clubkick"),
    ("tidalcycles__Dirt-Samples", "gabbalouder"),
    ("yaxu__spicule", "blk"),
    ("yaxu__spicule", "bskick"),
    ("uben0__music-samples", "bd"),
    ("dannyfile__StrudelSamples", ALL),
    ("LinhNguyenTran__samples", ALL),
    ("arthurmady__music-samples", ALL),
    ("andybennett__muezigsamples", ALL),
    ("BillyDM__meadowlark-factory-library", ALL),
    ("TheSmallTeaBoi__the-libre-sample-pack", ALL),
    ("stargatedaw__stargate-sample-pack", "Drums"),
    ("stargatedaw__stargate-sample-pack", "kicks"),
    ("stargatedaw__stargate-sample-pack", "kick"),
    ("ialexmp__Drum-Sound-Classifier", "kick"),
    ("2lofi__Samps4Strudel", "KD_C"),
    ("prodhomeroom__samples", "kicks"),
    ("gordonguthrie__sonic-pi", "Kicks_II"),
    ("xen0nym__msn_gf-samples", "kick"),
    ("bsssssss__samples", "bs_bd"),
    ("Piraran__samples-piraran", "kicks"),
    ("GuiMilani__strudel-samples", "kick"),
    ("Vortex061__strudel_samples", "bd"),
    ("ross-sec-audio__dsamples", "sounds"),
)
"""Source and kit of what producers made for their own music of today; docs/taste.md gives the reason for each."""

RECORDED = ("karoryfer_",)
"""Parts of file names of recorded drums that lie in such kits."""

PERCENTILE = 1.25
"""Of producers' kicks of `train` lie beyond each limit, in per cent."""

TARGET = Path(written.__file__)

HEAD = written.__doc__ or ""


def is_producers(entry: Entry) -> bool:
    """Whether a kick comes from a producer's kit."""
    if any(part in Path(entry.file).name for part in RECORDED):
        return False
    return (entry.source, entry.kit) in PRODUCERS or (entry.source, ALL) in PRODUCERS


def calibrated(measured: Sequence[Taste]) -> dict[str, tuple[float | None, float, float | None]]:
    """Limits and medians by rule, rounded outwards to what people read."""
    limits: dict[str, tuple[float | None, float, float | None]] = {}
    for rule in RULES:
        values = [one.measured[rule.name] for one in measured if rule.name in one.measured]
        low, usual, high = (float(x) for x in np.percentile(values, [PERCENTILE, 50.0, 100.0 - PERCENTILE]))
        step = 10.0**-rule.digits
        limits[rule.name] = (
            None if rule.lowest is None else round(float(np.floor(low / step) * step), 6),
            round(usual, rule.digits + 1),
            None if rule.highest is None else round(float(np.ceil(high / step) * step), 6),
        )
    return limits


def write(limits: dict[str, tuple[float | None, float, float | None]]) -> None:
    """Write the limits as Python."""
    lines = "".join(f'    "{name}": {values!r},\n' for name, values in limits.items())
    kind = "dict[str, tuple[float | None, float, float | None]]"
    TARGET.write_text(f'"""{HEAD}"""\n\nLIMITS: {kind} = {{\n{lines}}}\n', "utf-8")


def row(name: str, found: Sequence[Taste]) -> str:
    """A line of the report: how many are kept, and which rules fail, in per cent."""
    if not found:
        return f"| {name} | 0 | | | |"
    failed = Counter(failure.rule for one in found for failure in one.failures)
    shares = ", ".join(f"{rule} {100 * count / len(found):.0f}" for rule, count in failed.most_common())
    keeps = 100 * np.mean([one.keeps for one in found])
    typical = np.median([one.typical for one in found])
    return f"| {name} | {len(found)} | {keeps:.0f} % | {typical:.2f} | {shares} |"


def of_folder(folder: Path) -> list[Taste]:
    """What taste says of the audio files of a folder, in a library's form."""
    found = []
    for path in sorted(folder.iterdir()):
        samples, rate = audio.read(path)
        found.append(taste(normalise(samples, rate).audio))
    return found


def of_draws(count: int) -> list[Taste]:
    """What taste says of the default model's first seeds."""
    instrument = load()
    return [taste(kick.audio) for kick in instrument.generate(count, seed=0, threads=1)]


def table(entries: Sequence[Entry], found: Sequence[Taste], path: Path) -> None:
    """Write the verdict on every kick of a library."""
    with path.open("w", newline="", encoding="utf-8") as file:
        out = csv.writer(file)
        names = [rule.name for rule in RULES]
        head = ["index", "content_hash", "split", "licence_class", "source", "kit", "producers"]
        out.writerow([*head, "keeps", "typical", "failed", *names])
        for index, (entry, one) in enumerate(zip(entries, found, strict=True)):
            values = [f"{one.measured[name]:.4f}" if name in one.measured else "" for name in names]
            what = [index, entry.content_hash, entry.split, entry.licence_class, entry.source, entry.kit]
            failed = " ".join(failure.rule for failure in one.failures)
            out.writerow([*what, int(is_producers(entry)), int(one.keeps), f"{one.typical:.4f}", failed, *values])


def report(entries: Sequence[Entry], found: Sequence[Taste]) -> Iterable[str]:
    """Lines on a library: producers' kits by split, all kicks by licence class, sources."""
    pairs = list(zip(entries, found, strict=True))
    for split in ("train", "sibling", "validation", "test", "unseen"):
        yield row(f"producers' kits, {split}", [t for e, t in pairs if is_producers(e) and e.split == split])
    for licence in ("clean", "attribution", "share-alike", "unknown"):
        yield row(f"licence class {licence}", [t for e, t in pairs if e.licence_class == licence])
    for source, count in Counter(entry.source for entry in entries).most_common():
        if count >= 10:
            yield row(source, [t for e, t in pairs if e.source == source])


def main() -> None:
    """Calibrate, and print the report."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("library", type=Path)
    parser.add_argument("--write", action="store_true", help="write the limits; run again for the report on them")
    parser.add_argument("--csv", type=Path, help="write the verdict on every kick of the library")
    parser.add_argument("--folder", action="append", default=[], metavar="NAME=DIR", help="more audio to judge")
    parser.add_argument("--draws", type=int, default=0, help="seeds of the default model to judge")
    arguments = parser.parse_args()
    library = Library.open(arguments.library)
    with ProcessPoolExecutor() as pool:
        found = list(pool.map(taste, (library.audio(i) for i in range(len(library.entries))), chunksize=32))
    train = [t for e, t in zip(library.entries, found, strict=True) if is_producers(e) and e.split == "train"]
    limits = calibrated(train)
    for name, values in limits.items():
        print(f"{name}: {values}")
    if arguments.write:
        write(limits)
        return
    print("\n| kicks | n | keep | typical, median | fail, % |\n|---|---|---|---|---|")
    for line in report(library.entries, found):
        print(line)
    for given in arguments.folder:
        name, _, folder = given.partition("=")
        print(row(name, of_folder(Path(folder))))
    if arguments.draws:
        print(row("default draws", of_draws(arguments.draws)))
    if arguments.csv:
        table(library.entries, found, arguments.csv)


if __name__ == "__main__":
    main()
