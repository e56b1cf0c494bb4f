"""How many copies the search for near duplicates finds, and how many other kicks it takes for copies.

    python bench/find_duplicates.py $KICKS [--kicks 250]

Each chosen kick is copied in each way below and looked for among all kicks. Prints the table in docs/library.md.
"""

import argparse
import io
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from kickitout import audio
from kickitout.errors import AudioFileError
from kickitout.fingerprint import fingerprint
from kickitout.kick import FULL_SCALE
from kickitout.library.duplicates import DuplicateIndex
from kickitout.library.normalise import normalise
from kickitout.library.prepare import RejectedError, load_sound
from kickitout.library.scan import scan
from kickitout.randomness import fraction

Samples = NDArray[np.float32]


def through(samples: Samples, rate: int, format: str, subtype: str) -> tuple[Samples, int]:
    """Write to a format in memory and read back."""
    stream = io.BytesIO()
    soundfile.write(stream, samples.T, rate, format=format, subtype=subtype)
    stream.seek(0)
    back, rate = soundfile.read(stream, dtype="float32", always_2d=True)
    return np.ascontiguousarray(back.T), rate


def copies(x: Samples, rate: int) -> Iterator[tuple[str, Samples, int]]:
    """Copies of a kick: what was done, samples, rate."""
    yield "gain of 0.35, 16 bits", *through(0.35 * x, rate, "WAV", "PCM_16")
    yield "1,234 samples later", np.pad(x, ((0, 0), (1234, 0))), rate
    yield "gain and an offset", 0.8 * x + np.float32(0.05), rate
    for other in (48_000, 32_000, 22_050):
        yield f"at {other:,} Hz", audio.resample(x, rate, other), other
    yield "Ogg Vorbis", *through(0.9 * x, rate, "OGG", "VORBIS")
    yield "MP3", *through(0.9 * x, rate, "MP3", "MPEG_LAYER_III")
    yield "8 bits", *through(0.9 * x, rate, "WAV", "PCM_U8")
    for share in (0.6, 0.4):
        if share * x.shape[1] > 6_000:
            yield f"cut to {100 * share:.0f} %", x[:, : int(share * x.shape[1])], rate
    if x.shape[1] > 9_000:
        short = x[:, :9_000].copy()
        short[:, -1_000:] *= np.linspace(1, 0, 1_000, dtype=np.float32)
        yield "faded to 204 ms", short, rate


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("kicks_folder", type=Path)
    parser.add_argument("--kicks", type=int, default=250, help="how many are copied")
    arguments = parser.parse_args()
    originals, files = [], []
    for candidate in scan([arguments.kicks_folder]).candidates:
        try:
            originals.append(load_sound(candidate)[0].prepared.samples)
        except (RejectedError, AudioFileError):
            continue
        files.append(candidate.path)
    embeddings = np.stack([fingerprint(samples.astype(np.float32) / FULL_SCALE) for samples in originals])
    index = DuplicateIndex(embeddings)

    flagged, kept = 0, []
    growing = DuplicateIndex(embeddings[:0])
    for number, samples in enumerate(originals):
        found = growing.find(embeddings[number], samples, lambda i: originals[kept[i]])
        if found is None:
            growing.add(embeddings[number])
            kept.append(number)
        else:
            flagged += 1
    print(f"{flagged} of {len(originals)} kicks are taken for copies of others\n")

    chosen = sorted(range(len(files)), key=lambda i: fraction(f"copy\x1f{files[i].name}"))[: arguments.kicks]
    found_by_kind: dict[str, list[bool]] = {}
    for number in chosen:
        for kind, samples, rate in copies(*audio.read(files[number])):
            copy = normalise(samples.astype(np.float32), rate).samples
            found = index.find(fingerprint(copy.astype(np.float32) / FULL_SCALE), copy, originals.__getitem__)
            found_by_kind.setdefault(kind, []).append(found is not None)
    print("| copy | number | found |\n|---|---|---|")
    for kind, results in found_by_kind.items():
        print(f"| {kind} | {len(results)} | {100 * np.mean(results):.1f} % |")


if __name__ == "__main__":
    main()
