"""Build a listening test: a folder with a page and its sounds, and the key beside it.

    python -m paper.listening.build LIBRARY -o test [--wavegan BUNDLE] [--kicks 12] [--pairs 8] [--seed 0]

Without a library kicks of our own synthesis stand in for real ones: so is the test that the documentation shows.

The page asks two things, in an order of its own for each listener:

- *Would you keep it?* of single kicks: real ones of the library's test split, the flagship's as the instrument gives
  them, the draft's, and those of a WaveGAN bundle where there is one.
- *ABX*: a real kick, and the same kick through the draft's loudness image and Griffin-Lim or through the flagship's
  encoder and generator; X is one of the two. Who cannot tell answers rightly half of the time.

All sounds are equally loud (LUFS), as loud as the one with the highest crest allows at a true peak of -1 dBTP. Files
have names that say nothing; what they are stands in the key, TEST-key.json, which is not for listeners. The page loads
nothing from elsewhere and keeps nothing; answers are a download. The real kicks are yours: whether you may pass the
folder on is a question of their licences.
"""

import argparse
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kickitout.errors import InputError
from kickitout.experiments.place import spread_over
from kickitout.experiments.representation import Settings, Way, there_and_back
from kickitout.instrument.instrument import Instrument, load
from kickitout.library.store import Library
from kickitout.library.synthesis import synthesise_kick
from kickitout.measure.descriptors.levels import highest_true_peak
from kickitout.measure.descriptors.loudness import loudness_of
from kickitout.sound import audio
from kickitout.sound.kick import SAMPLE_RATE
from kickitout.sound.spectrogram import HOP_LENGTH, N_FFT
from kickitout.system.files import make_folder, write_text
from kickitout.system.randomness import permutation

PAGE = Path(__file__).with_name("page.html")
CEILING_DB = -1.0
SPLITS = ("test", "validation")
"""Where real kicks are taken from: the first of these splits that has any."""

IMAGE = Way(N_FFT, HOP_LENGTH, "fast", "same")

Sound = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Item:
    """A sound of the test.

    Attributes:
        system: what it is: "real", "synthesis", "flagship", "draft", "wavegan", "image", "encoded".
        name: which of its system.
        sound: (2, n) at 44.1 kHz.
    """

    system: str
    name: str
    sound: Sound

    @property
    def file(self) -> str:
        """A name that says nothing, the same for the same sound."""
        return hashlib.sha256(np.ascontiguousarray(self.sound).tobytes()).hexdigest()[:16] + ".wav"


def equally_loud(sounds: Sequence[Sound]) -> list[Sound]:
    """Sounds at one loudness, as high as their true peaks allow. Raises `InputError` for silence."""
    loudness = [loudness_of(sound, SAMPLE_RATE) for sound in sounds]
    if None in loudness:
        raise InputError("sound", loudness.index(None), "is silent; leave it out")
    levels = np.array(loudness, dtype=np.float64)
    peaks = np.array([20.0 * np.log10(highest_true_peak(sound.astype(np.float64))) for sound in sounds])
    target = float((levels + CEILING_DB - peaks).min())
    gains = 10.0 ** ((target - levels) / 20.0)
    return [(sound * gain).astype(np.float32) for sound, gain in zip(sounds, gains, strict=True)]


def real_kicks(library: Library, count: int) -> list[Item]:
    """Real kicks of the first split that has any, evenly spread over its kits."""
    split = next((one for one in SPLITS if library.select({one})), SPLITS[-1])
    return [Item("real", str(index), library.audio(index)) for index in spread_over(library, split, count)]


def synthesised(count: int) -> list[Item]:
    """Kicks of our own synthesis."""
    return [Item("synthesis", str(seed), synthesise_kick(seed)[0]) for seed in range(count)]


def generated(system: str, instrument: Instrument, count: int, seed: int) -> list[Item]:
    """Kicks as an instrument gives them; of models that fail the gate, as they are drawn."""
    return [Item(system, str(number), instrument.kick(number).audio) for number in range(seed, seed + count)]


def pairs_of(real: Sequence[Item], flagship: Instrument) -> list[tuple[Item, Item]]:
    """Each kick with itself, through the draft's image and through the flagship, in turn."""
    pairs = []
    for place, item in enumerate(real):
        if place % 2:
            pairs.append((item, Item("encoded", item.name, flagship.reconstruct(item.sound))))
        else:
            pairs.append((item, Item("image", item.name, there_and_back(item.sound, IMAGE, Settings()))))
    return pairs


def write_test(folder: Path, singles: Sequence[Item], pairs: Sequence[tuple[Item, Item]], seed: int) -> Path:
    """Write page and sounds to `folder`, and the key beside it. Returns the key.

    Raises:
        InputError: the folder is not empty.
        OutputError: something cannot be written.
    """
    if folder.exists() and any(folder.iterdir()):
        raise InputError("out", folder, "is not empty; choose a new folder")
    make_folder(folder)
    items = [*singles, *(item for pair in pairs for item in pair)]
    loud = equally_loud([item.sound for item in items])
    levelled = [Item(item.system, item.name, sound) for item, sound in zip(items, loud, strict=True)]
    for item in levelled:
        audio.write(folder / item.file, item.sound, SAMPLE_RATE, bits="16")
    rest = levelled[len(singles) :]
    tests = {
        "keep": [item.file for item in levelled[: len(singles)]],
        "abx": [sorted((one.file, other.file)) for one, other in zip(rest[::2], rest[1::2], strict=True)],
    }
    shuffled = {name: _shuffled(tests[name], seed, name) for name in tests}
    page = PAGE.read_text(encoding="utf-8").replace("/*TESTS*/ null", json.dumps(shuffled))
    write_text(folder / "index.html", page)
    key = folder.with_name(f"{folder.name}-key.json")
    write_text(key, json.dumps({item.file: {"system": item.system, "name": item.name} for item in levelled}, indent=1))
    return key


def _shuffled(items: list[object] | list[str], seed: int, purpose: str) -> list[object]:
    return [items[place] for place in permutation(seed, f"listening/{purpose}", len(items))]


def build(
    library: Path | None, folder: Path, *, kicks: int, pairs: int, seed: int, bundles: Mapping[str, Path]
) -> Path:
    """Build a test from a library and the shipped models; returns the key.

    Args:
        library: whose kicks are the real ones; None: kicks of our own synthesis in their place.
        folder: of the test, new.
        kicks: of each system.
        pairs: to be told apart.
        seed: of the first generated kick, and of the order.
        bundles: further models by system.
    """
    count = max(kicks, pairs)
    real = synthesised(count) if library is None else real_kicks(Library.open(library), count)
    flagship = load()
    singles = [*real[:kicks], *generated("flagship", flagship, kicks, seed)]
    for system, place in {"draft": Path("draft"), **bundles}.items():
        instrument = load(str(place), gate=False, taste=False)
        singles += generated(system, instrument, kicks, seed)
    return write_test(folder, singles, pairs_of(real[:pairs], flagship), seed)


def main() -> None:
    """Build a test."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("library", type=Path, metavar="LIBRARY", nargs="?", help="if not given: our own synthesis")
    parser.add_argument("-o", "--out", type=Path, required=True, help="the folder of the test, new")
    parser.add_argument("--wavegan", type=Path, help="a bundle of the preset wavegan")
    parser.add_argument("--kicks", type=int, default=12, help="kicks of each system (12)")
    parser.add_argument("--pairs", type=int, default=8, help="pairs to be told apart (8)")
    parser.add_argument("--seed", type=int, default=0, help="of the first generated kick, and of the order (0)")
    options = parser.parse_args()
    bundles = {} if options.wavegan is None else {"wavegan": options.wavegan}
    key = build(
        options.library, options.out, kicks=options.kicks, pairs=options.pairs, seed=options.seed, bundles=bundles
    )
    print(f"{options.out / 'index.html'}: for listeners\n{key}: what is what, not for listeners")


if __name__ == "__main__":
    main()
