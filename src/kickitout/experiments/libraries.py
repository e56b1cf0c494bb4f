"""Small libraries that experiments train on: parts of another one, or sounds made for the purpose."""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kickitout.errors import KickItOutError
from kickitout.library.shards import encode
from kickitout.library.store import Library, content_hash
from kickitout.library.writer import LibraryWriter, NewKick
from kickitout.measure.fingerprint import FINGERPRINT_SIZE
from kickitout.sound.kick import FULL_SCALE, SAMPLE_RATE


@dataclass(frozen=True, eq=False)
class Sound:
    """A sound of a library to be written: int16 (2, n), its kit and its split."""

    samples: NDArray[np.int16]
    kit: str
    split: str


def of_library(library: Library, indices: Sequence[int], split: str | None = None) -> list[Sound]:
    """Kicks of a library; `split` replaces their own."""
    return [
        Sound(library.integers(index), library.entries[index].kit, split or library.entries[index].split)
        for index in indices
    ]


def from_floats(audio: NDArray[np.floating], kit: str, split: str) -> Sound:
    """A sound from samples within [-1, 1], (2, n)."""
    return Sound(np.rint(np.clip(audio, -1.0, 1.0) * FULL_SCALE).astype(np.int16), kit, split)


def write_library(folder: Path, sounds: Sequence[Sound]) -> Path:
    """Write sounds as a library; one that is there already with as many is taken as it is."""
    if folder.exists():
        try:
            if len(Library.open(folder)) == len(sounds):
                return folder
        except KickItOutError:
            pass  # a stopped call left half of it
        shutil.rmtree(folder)
    with LibraryWriter(folder) as writer:
        for number, sound in enumerate(sounds):
            planes = encode(sound.samples)
            facts = {
                "content_hash": content_hash(sound.samples),
                "file": f"sound {number}",
                "source": "experiment",
                "kit": sound.kit,
                "origin": "",
                "licence": "unknown",
                "licence_class": "unknown",
                "gain_db": 0.0,
                "onset_shift": 0,
                "original_rate": SAMPLE_RATE,
                "original_channels": 2,
                "true_stereo": bool((sound.samples[0] != sound.samples[1]).any()),
                "length": planes.shape[2],
                "descriptors": {},
            }
            writer.add(NewKick(facts, planes, np.zeros(FINGERPRINT_SIZE, np.float32)))
        writer.flush()
        writer.assign([sound.split for sound in sounds], {})
    return folder
