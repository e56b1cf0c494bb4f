"""What the documentation has of the paper beside its page: its sounds, and the listening test on our own kicks.

Both are made when the site is built (`docs/conf.py`), from the shipped models and from our own synthesis: no sound is
kept in the repository.
"""

import tempfile
from pathlib import Path

from kickitout.experiments.representation import Settings, Way, there_and_back
from kickitout.instrument.instrument import load
from kickitout.sound import audio
from kickitout.sound.kick import SAMPLE_RATE
from kickitout.sound.spectrogram import HOP_LENGTH, N_FFT
from kickitout.system.files import make_folder
from paper.listening.build import Item, build, equally_loud, generated, synthesised

SOUNDS, LISTENING = "paper-sounds", "listening"
"""Folders of the site."""

WAYS = {
    "synthesis-true-phases": Way(N_FFT, HOP_LENGTH, "true", "phase"),
    "synthesis-draft-inverse": Way(N_FFT, HOP_LENGTH, "plain", "own"),
    "synthesis-long-window": Way(2048, 512, "fast", "same"),
}
"""A synthesised kick through the loudness image and back, by the names of the files."""

EACH = 4
"""Kicks of each model: seeds from 0 on, none chosen."""

KICKS, PAIRS = 5, 4
"""Of the listening test: kicks of each system, and pairs to be told apart."""


def sounds() -> list[Item]:
    """All sounds of the page, not yet equally loud; an item's name is that of its file."""
    example = synthesised(1)[0].sound
    items = [Item("synthesis", "synthesis", example)]
    items += [Item("image", name, there_and_back(example, way, Settings())) for name, way in WAYS.items()]
    for system, instrument in (("draft", load("draft", gate=False, taste=False)), ("flagship", load())):
        items += [Item(system, f"{system}-{one.name}", one.sound) for one in generated(system, instrument, EACH, 0)]
    return items


def write(site: Path) -> None:
    """Write the sounds, equally loud, and the listening test into a built site. Its key is left out."""
    folder = make_folder(site / SOUNDS)
    items = sounds()
    for item, sound in zip(items, equally_loud([item.sound for item in items]), strict=True):
        audio.write(folder / f"{item.name}.wav", sound, SAMPLE_RATE, bits="16")
    with tempfile.TemporaryDirectory() as place:
        test = Path(place) / LISTENING
        build(None, test, kicks=KICKS, pairs=PAIRS, seed=0, bundles={})
        target = make_folder(site / LISTENING)
        for file in sorted(test.iterdir()):
            (target / file.name).write_bytes(file.read_bytes())
