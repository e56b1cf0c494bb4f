"""The sounds that other systems' authors published: where they lie below `--peers`, and cut apart.

    drumgan_vst/*                          the random kicks of the demonstration of "DrumGAN VST" (2022), one file each
    mixed/random_gen_NAME.flac             its comparison: 28 sounds each, half a second apart; `true` are real drums
    mixed/enc_dec_kicks.flac               its kicks, each followed by what its encoder and decoder make of it
    mixed/wavegan_drums.flac, specgan...   50 sounds each, 16 kHz, 1.524 s apart: "Adversarial Audio Synthesis" (2019)

Nothing of them is kept but numbers, and nothing is trained on them.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kickitout.errors import InputError
from kickitout.experiments.cutting import check_length, cut, onsets_late_ms, silent
from kickitout.library.normalise import normalise
from kickitout.library.walk import audio_files
from kickitout.sound.audio import read
from kickitout.sound.kick import FULL_SCALE, KICK_SAMPLES, SAMPLE_RATE

Samples = NDArray[np.float32]

PEER = "drumgan_vst"
"""The folder of a peer's kicks below that of all."""

MIXED = "mixed"
"""The folder of recordings with many sounds below that of all."""

MOST_SECONDS = 120.0
"""So much is read of a recording, at most."""

HEARD_SECONDS = KICK_SAMPLES / SAMPLE_RATE
"""So much is taken of each sound: a library's form has no more."""


@dataclass(frozen=True)
class Recording:
    """A published recording of many sounds.

    Attributes:
        file: below `MIXED`.
        sounds: how many it holds.
        apart: the seconds between two.
    """

    file: str
    sounds: int
    apart: float


RECORDINGS = {
    "page_real": Recording("random_gen_true.flac", 28, 0.5),
    "page_drumgan_vst": Recording("random_gen_drumgan.flac", 28, 0.5),
    "crash": Recording("random_gen_crash.flac", 28, 0.5),
    "style_drumsynth": Recording("random_gen_dsd.flac", 28, 0.5),
    "wavegan": Recording("wavegan_drums.flac", 50, 1.524),
    "specgan": Recording("specgan_drums.flac", 50, 1.524),
}
"""Recordings in which kicks are mixed with other drums, by the name of what made them."""

PAIRS = Recording("enc_dec_kicks.flac", 7, 118_300 / SAMPLE_RATE)
"""Kicks, each followed by its reconstruction."""

BETWEEN_SECONDS = 34_575 / SAMPLE_RATE
"""From the onset of a kick to that of its reconstruction."""


@dataclass(frozen=True)
class Drums:
    """The sounds of a recording.

    Attributes:
        sounds: (channels, n) each: those in which something is heard, with half a second of each.
        numbers: of each in the recording, from 0 on.
        sample_rate: Hz.
        empty: the numbers of those in which nothing is heard.
        late_ms: how late onsets lie behind the grid, see `onsets_late_ms`.
    """

    sounds: list[Samples]
    numbers: list[int]
    sample_rate: int
    empty: list[int]
    late_ms: float


def in_form(sound: Samples, sample_rate: int) -> Samples:
    """A sound, (channels, n), in a library's form: (2, 22050), cut to its onset, at full scale."""
    return np.asarray(normalise(sound, sample_rate).samples / FULL_SCALE, dtype=np.float32)


def kicks_of(peers: Path) -> Samples:
    """The kicks of `PEER`, (n, 2, 22050). Raises `InputError`: there are none."""
    folder = peers / PEER
    files = audio_files(folder).paths if folder.is_dir() else ()
    if not files:
        raise InputError("peers", peers, "holds no folder {folder} of sounds; give one that does", folder=PEER)
    return np.stack([in_form(*read(file, max_seconds=2.0)) for file in files])


def recordings_of(peers: Path) -> dict[str, Drums]:
    """The sounds of each of `RECORDINGS` that is there, by name. Raises `InputError`: one has another length."""
    there = {name: one for name, one in RECORDINGS.items() if (peers / MIXED / one.file).is_file()}
    return {name: _drums(peers, one) for name, one in there.items()}


def pairs_of(peers: Path) -> list[tuple[Samples, Samples]]:
    """Kicks and their reconstructions in a library's form, (2, 22050) each; none where `PAIRS` is not there.

    Raises:
        InputError: the recording has another length, or one of its sounds is silent.
    """
    if not (peers / MIXED / PAIRS.file).is_file():
        return []
    steps, rate = _cut(peers, PAIRS)
    between = round(BETWEEN_SECONDS * rate)
    sounds = [sound for step in steps for sound in (step[:, :between], step[:, between:])]
    if silent(sounds):
        raise InputError("peers", PAIRS.file, "has silence in place of a kick; give it as it was published")
    formed = [in_form(sound, rate) for sound in sounds]
    return list(zip(formed[::2], formed[1::2], strict=True))


def _cut(peers: Path, one: Recording) -> tuple[list[Samples], int]:
    samples, rate = read(peers / MIXED / one.file, max_seconds=MOST_SECONDS)
    check_length(one.file, samples, rate, one.sounds, one.apart)
    return cut(samples, rate, one.sounds), rate


def _drums(peers: Path, one: Recording) -> Drums:
    sounds, rate = _cut(peers, one)
    empty = silent(sounds)
    late = onsets_late_ms(np.concatenate(sounds, axis=1), rate, one.sounds)
    numbers = [number for number in range(one.sounds) if number not in empty]
    length = round(HEARD_SECONDS * rate)
    return Drums([sounds[number][:, :length] for number in numbers], numbers, rate, empty, late)
