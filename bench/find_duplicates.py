"""How many copies the search for near duplicates finds, and how many other kicks it takes for copies.

    python bench/find_duplicates.py LIBRARY [--kicks 2000]

Looks at the splits `train` and `validation` of a prepared library, and at no other. Each chosen kick is copied in each
way below and looked for among all of them. A library holds no two kicks that the search takes for one, so the files
that were refused for that are put back before other kicks are counted. Prints the tables in docs/quality.md.
"""

import argparse
import io
import json
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from kickitout.errors import AudioFileError
from kickitout.library import reject
from kickitout.library.duplicates import DuplicateIndex, find_pairs, same_sound
from kickitout.library.lines import read_lines
from kickitout.library.normalise import normalise
from kickitout.library.store import REJECTIONS, Library
from kickitout.measure.fingerprint import fingerprint
from kickitout.sound import audio
from kickitout.sound.kick import FULL_SCALE, KICK_SAMPLES, SAMPLE_RATE
from kickitout.system.randomness import fraction

Samples = NDArray[np.float32]
Integers = NDArray[np.int16]

SPLITS = ("train", "validation")

BITRATES = (128, 192, 320)
"""Of MP3, kbit/s; libsndfile gives 320 at the level 0 and 32 at the level 1."""

NEIGHBOURS = 8
"""Of each kick so many others, the closest by fingerprint, are compared whatever the search would do."""


def as_audio(samples: Integers) -> Samples:
    """What is heard, float32."""
    return np.asarray(samples.astype(np.float32) / FULL_SCALE, dtype=np.float32)


def through(samples: Samples, rate: int, format: str, subtype: str, **options: float | str) -> tuple[Samples, int]:
    """Write to a format in memory and read back."""
    stream = io.BytesIO()
    with soundfile.SoundFile(stream, "w", rate, len(samples), subtype, format=format, **options) as file:
        file.write(samples.T)
    stream.seek(0)
    back, rate = soundfile.read(stream, dtype="float32", always_2d=True)
    return np.ascontiguousarray(back.T), rate


def copies(x: Samples) -> Iterator[tuple[str, Samples, int]]:
    """Copies of a kick: what was done, samples, rate."""
    rate = SAMPLE_RATE
    yield "gain of 0.35, 16 bits", *through(0.35 * x, rate, "WAV", "PCM_16")
    yield "1,234 samples later", np.pad(x, ((0, 0), (1234, 0))), rate
    yield "7 samples cut", x[:, 7:], rate
    yield "gain and an offset", 0.8 * x + np.float32(0.05), rate
    for other in (48_000, 32_000, 22_050):
        yield f"at {other:,} Hz", audio.resample(x, rate, other), other
    back = audio.resample(audio.resample(x, rate, 48_000), 48_000, rate)
    yield "at 48,000 Hz and back, 16 bits", *through(0.7 * back, rate, "WAV", "PCM_16")
    for kbits in BITRATES:
        level = (320 - kbits) / 288
        yield (
            f"MP3, {kbits} kbit/s",
            *through(0.9 * x, rate, "MP3", "MPEG_LAYER_III", bitrate_mode="CONSTANT", compression_level=level),
        )
    yield "MP3, variable", *through(0.9 * x, rate, "MP3", "MPEG_LAYER_III")
    yield "Ogg Vorbis", *through(0.9 * x, rate, "OGG", "VORBIS")
    yield "8 bits", *through(0.9 * x, rate, "WAV", "PCM_U8")
    sounding = int(np.flatnonzero(np.abs(x).max(axis=0))[-1]) + 1
    for share in (0.6, 0.4):
        if share * sounding > 6_000:
            yield f"cut to {100 * share:.0f} %", x[:, : int(share * sounding)], rate
    if sounding > 9_000:
        short = x[:, :9_000].copy()
        short[:, -1_000:] *= np.linspace(1, 0, 1_000, dtype=np.float32)
        yield "faded to 204 ms", short, rate


def prepared_copies(samples: Integers) -> list[tuple[str, Integers, NDArray[np.float32]]]:
    """The copies of a kick as a library would hold them: what was done, samples, fingerprint."""
    result = []
    for kind, copy, rate in copies(as_audio(samples)):
        prepared = normalise(copy.astype(np.float32), rate)
        result.append((kind, prepared.samples, fingerprint(prepared.audio)))
    return result


def refused_copies(library: Library, kept: dict[str, int]) -> Iterator[tuple[str, str, Integers]]:
    """Files that were refused as near duplicates of kicks in `kept`: file, source, samples."""
    for line in read_lines(library.folder / REJECTIONS):
        row = json.loads(line)
        twin = str(row["detail"]).partition("of ")[2]
        if row["reason"] == reject.NEAR_DUPLICATE and twin in kept:
            try:
                yield row["file"], row["source"], normalise(*audio.read(Path(row["file"]), max_seconds=4.1)).samples
            except AudioFileError as error:
                print(f"left out: {error}")


def print_found(samples: list[Integers], index: DuplicateIndex, chosen: list[int], pool: ProcessPoolExecutor) -> None:
    """The table of copies."""
    found_by_kind: dict[str, list[bool]] = {}
    for number, made in zip(chosen, pool.map(prepared_copies, [samples[n] for n in chosen], chunksize=8), strict=True):
        for kind, copy, key in made:
            found = index.find(key, copy, samples.__getitem__)
            found_by_kind.setdefault(kind, []).append(found == number)
    print("| copy | number | found |\n|---|---|---|")
    for kind, results in found_by_kind.items():
        print(f"| {kind} | {len(results):,} | {100 * np.mean(results):.1f} % |")


def print_taken(
    samples: list[Integers], keys: NDArray[np.float32], files: list[str], sources: NDArray[np.str_]
) -> None:
    """The table of different files that are taken for copies, of one source and of two."""
    compare: Callable[[int, int], bool] = lambda i, j: same_sound(samples[i], samples[j])  # noqa: E731
    taken = find_pairs(keys, samples.__getitem__)
    squares = (keys * keys).sum(axis=1)
    distances = squares[:, None] + squares - 2.0 * keys @ keys.T
    np.fill_diagonal(distances, np.inf)
    same = sources[:, None] == sources
    print("\n| pairs of files | all pairs | taken for copies | the closest | taken for copies |\n|---|---|---|---|---|")
    for words, mask in (("of two sources", ~same), ("of one source", same)):
        places = np.argsort(np.where(mask, distances, np.inf), axis=1)[:, :NEIGHBOURS]
        close = {(min(i, j), max(i, j)) for i, row in enumerate(places) for j in row.tolist() if mask[i, j] and i != j}
        pairs = (int(mask.sum()) - (len(keys) if mask is same else 0)) // 2
        number = sum(bool(mask[pair]) for pair in taken)
        hard = sum(compare(i, j) for i, j in sorted(close))
        print(
            f"| {words} | {pairs:,} | {number} ({100 * number / pairs:.4f} %) "
            f"| {len(close):,} | {hard} ({100 * hard / len(close):.2f} %) |"
        )
    print()
    for i, j in taken:
        print(f"taken for one: {Path(files[i]).parent.name}/{Path(files[i]).name}", end=" = ")
        print(f"{Path(files[j]).parent.name}/{Path(files[j]).name}")


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("library", type=Path)
    parser.add_argument("--kicks", type=int, default=2_000, help="how many are copied, at most")
    arguments = parser.parse_args()
    library = Library.open(arguments.library)
    entries = [(index, library.entries[index]) for index in library.select(SPLITS)]
    samples = [np.rint(library.audio(index, KICK_SAMPLES) * FULL_SCALE).astype(np.int16) for index, _ in entries]
    files, sources = [entry.file for _, entry in entries], [entry.source for _, entry in entries]
    with ProcessPoolExecutor() as pool:
        keys = [fingerprint(as_audio(one)) for one in samples]
        order = sorted(range(len(files)), key=partial(_place, files))[: arguments.kicks]
        print_found(samples, DuplicateIndex(np.stack(keys)), order, pool)
    for file, source, copy in refused_copies(library, {file: number for number, file in enumerate(files)}):
        files.append(file)
        sources.append(source)
        samples.append(copy)
        keys.append(fingerprint(as_audio(copy)))
    print_taken(samples, np.stack(keys), files, np.array(sources))


def _place(files: list[str], number: int) -> float:
    return fraction(f"copy\x1f{Path(files[number]).name}")


if __name__ == "__main__":
    main()
