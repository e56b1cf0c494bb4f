"""All kicks of a pack one behind the other in one file, evenly spaced, with a point at the start of each.

Samplers cut such a file into slices, by its points or on a grid of equal parts.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from kickitout.sound import audio, wav_chunks, wav_marks
from kickitout.sound.kick import with_marks
from kickitout.sound.marking import Marking

GRIDS = (1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64)
"""Numbers of slices. The places behind the last kick are silent."""

MOST_SLICES = GRIDS[-1]
"""Slices of a file: an Octatrack has no more. Further kicks go into another file."""


def places(count: int) -> int:
    """The number of slices of a file of so many kicks."""
    return next(grid for grid in GRIDS if grid >= count)


def chains(files: Sequence[str]) -> list[Sequence[str]]:
    """The kicks of each file."""
    return [files[start : start + MOST_SLICES] for start in range(0, len(files), MOST_SLICES)]


def chain(paths: Sequence[Path], *, bits: str, rate: int, marking: Marking | None, plain: bool = False) -> bytes:
    """The bytes of a WAV file of these files, which have one rate and so many bits: their samples are not changed.

    Each slice is as long as the longest file. The points are named after the files; a plain file has none.
    """
    sounds = [audio.read(path)[0] for path in paths]
    length = max(sound.shape[1] for sound in sounds)
    whole = np.zeros((sounds[0].shape[0], length * places(len(sounds))), dtype=np.float32)
    for number, sound in enumerate(sounds):
        whole[:, number * length : number * length + sound.shape[1]] = sound
    chunks = wav_chunks.parse(audio.encode(whole, rate, bits=bits))
    if plain:
        return wav_chunks.build(wav_chunks.bare(chunks))
    points = [(number * length, path.stem) for number, path in enumerate(paths)]
    return with_marks(wav_chunks.build(wav_marks.with_cues(chunks, points)), marking)
