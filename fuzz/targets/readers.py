"""Sound files: headers, samples, chunks, recipes inside, and what `prepare` and `inspect` make of them."""

from pathlib import Path
from random import Random

import numpy as np

from fuzz import sounds
from fuzz.mutation import damaged, damaged_chunks, damaged_pages
from fuzz.rules import FindError, check_message, tried
from fuzz.targets import Target
from kickitout.cli.inspect import _measure, _words
from kickitout.errors import printable
from kickitout.library.prepare import prepare_file
from kickitout.library.scan import Candidate
from kickitout.sound import audio, wav_chunks
from kickitout.sound.kick import read_recipe

SUFFIXES = (
    (b"RIFF", ".wav"), (b"FORM", ".aif"), (b"fLaC", ".flac"), (b"OggS", ".ogg"), (b"caff", ".caf"), (b"\xff", ".mp3"),
)  # fmt: skip

SECONDS = 10.0


def suffix_of(data: bytes) -> str:
    """What such a file is usually called."""
    if data[4:8] == b"ftyp":
        return ".m4a"
    return next((suffix for start, suffix in SUFFIXES if data.startswith(start)), ".wav")


class Readers(Target):
    """See the module."""

    def seeds(self) -> list[bytes]:
        """Every kind of sound file that can be written here."""
        return sounds.sounds()

    def mutate(self, dice: Random, seeds: list[bytes]) -> bytes:
        """Bytes or chunks of one."""
        data = dice.choice(seeds)
        if dice.random() < 0.4:
            data = damaged_pages(dice, data) if data.startswith(b"OggS") else damaged_chunks(dice, data)
        return damaged(dice, data, seeds) if dice.random() < 0.7 else data

    def run(self, data: bytes, place: Path) -> None:
        """Everything that opens a sound file."""
        path = place / f"sound{suffix_of(data)}"
        path.write_bytes(data)
        info = tried(audio.probe, path)
        found = tried(audio.read, path, max_seconds=SECONDS)
        if found is not None:
            samples, rate = found
            if samples.ndim != 2 or samples.dtype != np.float32 or not samples.size or rate <= 0:
                raise FindError("law", f"read gives {samples.dtype} of shape {samples.shape} at {rate} Hz")
            if info is None:
                raise FindError("law", "it can be read, but not probed")
        chunks = tried(wav_chunks.parse, data)
        if chunks is not None:
            wav_chunks.build(chunks)
            wav_chunks.info(chunks)
            wav_chunks.sampler_note(chunks)
        tried(read_recipe, path)
        outcome = prepare_file(Candidate(path, str(path), "source", "kit"))
        if outcome.kick is None:
            check_message(printable(f"{outcome.reason} {outcome.detail}"))
        measured = tried(_measure, path)
        if measured is not None:
            for line in _words(measured).splitlines():
                check_message(printable(line))
