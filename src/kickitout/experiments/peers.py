"""The kicks that other systems' authors published, through the same measures as ours and real ones.

The folder that `--peers` names holds `drumgan_vst/`, the random kicks of the demonstration of "DrumGAN VST" (2022), one
file each. They are mono, so everything here is measured of mid. Twenty kicks are few: every figure has its interval.
Nothing of them is kept but numbers, and nothing is trained on them.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kickitout.errors import InputError
from kickitout.evaluation import spectra
from kickitout.evaluation.metrics import evaluate
from kickitout.evaluation.sets import KickSet, from_arrays
from kickitout.experiments.intervals import OVER_KITS, median_over_kits, share_over_kits
from kickitout.experiments.place import Found, Place, kits_of, spread_over
from kickitout.experiments.place import waveforms as library_waveforms
from kickitout.instrument.models import models_at_hand
from kickitout.library.normalise import normalise
from kickitout.library.walk import audio_files
from kickitout.model.bundle import Bundle
from kickitout.model.voice import Voice
from kickitout.sound.audio import read
from kickitout.sound.kick import FULL_SCALE

DESCRIBED = ("pitch_hz", "decay_ms", "sweep_octaves", "brightness_hz", "click_db", "loudness_lufs", "crest_db")
COMPARED = ("precision", "coverage", "lines", "azimuthal")
PEER = "drumgan_vst"
"""The folder of a peer's kicks below that of all."""


@dataclass(frozen=True)
class Settings:
    """The full size.

    Attributes:
        split: of the library that the sets are compared with.
        kicks: of each of our models, and real ones of `held_out`.
        held_out: the split that shows what real kicks reach.
        resamples: of the intervals of distances.
    """

    split: str = "validation"
    held_out: str = "sibling"
    kicks: int = 120
    resamples: int = 200


QUICK = Settings(held_out="train", kicks=24, resamples=4)


def _mono(sound: NDArray[np.float32]) -> NDArray[np.float32]:
    """Mid alone, in both channels, (2, n)."""
    return np.repeat(sound.mean(axis=0, keepdims=True), 2, axis=0).astype(np.float32)


def _published(place: Place) -> NDArray[np.float32]:
    assert place.peers is not None
    folder = place.peers / PEER
    files = audio_files(folder).paths if folder.is_dir() else ()
    if not files:
        raise InputError("peers", place.peers, "holds no folder {folder} of sounds; give one that does", folder=PEER)
    kicks = []
    for file in files:
        sound, rate = read(file, max_seconds=2.0)
        kicks.append(normalise(sound, rate).samples.astype(np.float32) / FULL_SCALE)
    return np.stack(kicks)


def _of_model(name: str, count: int) -> NDArray[np.float32]:
    """Kicks of a shipped model as it draws them, without gate and taste."""
    voice = Voice(Bundle.open(models_at_hand()[name]))
    return np.stack([voice.render(seed).sound for seed in range(count)])


def _described(kicks: KickSet) -> dict[str, Any]:
    kits = kicks.kits
    keeps = kicks.keeps()
    return {
        "kept_percent": share_over_kits(keeps, kits),
        "gate_percent": share_over_kits([not faults for faults in kicks.faults], kits),
        "characteristics_percent": share_over_kits([bool(flag) for flag in kicks.is_kick], kits),
        "periodic_db": median_over_kits(list(spectra.periodic(kicks.profiles.astype(np.float64))), kits),
        **{name: median_over_kits(list(kicks.descriptors[name]), kits) for name in DESCRIBED},
    }


def run(settings: Settings, place: Place) -> Found:
    """Measure the peer's kicks, ours, the draft's and held-out real ones against a split of the library."""
    library = place.library
    sets: dict[str, tuple[NDArray[np.float32], list[str] | None]] = {}
    for name, split in (("real", settings.held_out), ("reference", settings.split)):
        indices = spread_over(library, split, settings.kicks if name == "real" else len(library))
        sets[name] = (library_waveforms(library, indices), kits_of(library, indices))
    if place.peers is not None:
        sets["drumgan_vst"] = (_published(place), None)
    for model in ("kickgan", "draft"):
        sets[model] = (_of_model(model, settings.kicks), None)
    measured = {}
    for done, (name, (kicks, kits)) in enumerate(sets.items()):
        place.progress(done, len(sets))
        mono = np.stack([_mono(kick) for kick in kicks])
        measured[name] = from_arrays(mono, name=name, kits=kits, workers=1)
    # Distances depend on how many kicks are compared: as many of each set as the smallest has.
    equal = min(len(kicks_of) for name, kicks_of in measured.items() if name != "reference")
    figures: dict[str, Any] = {"compared": equal}
    for name, kicks_of in measured.items():
        figures[name] = {"kicks": len(kicks_of), **_described(kicks_of)}
        if name != "reference":
            drawn = kicks_of.draw(equal)
            found = evaluate(drawn, measured["reference"], resamples=settings.resamples, only=COMPARED)
            figures[name] |= {
                metric: {"value": one.value, "low": one.low, "high": one.high} for metric, one in found.figures.items()
            }
    figures["sets"] = list(measured)
    words = f"{OVER_KITS} ({settings.resamples} for distances); generated and published kicks are kits of their own"
    return Found(figures, words, {name: len(kicks) for name, kicks in measured.items()})
