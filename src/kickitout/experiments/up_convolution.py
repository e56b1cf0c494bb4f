"""What up-convolutions leave in loudness images: azimuthal power spectra, lines, and periodic noise.

After Durall, Keuper and Keuper, "Watch your Up-Convolution" (CVPR 2020), on kicks instead of faces. Loudness images of

- real kicks of a library's split;
- the same after Griffin-Lim, whose texture is no generator's doing;
- the draft's shipped generator, as it draws them, and the flagship's kicks, turned into images as real ones are;
- the draft's generator before any training, with transposed convolutions and with interpolation, over several seeds of
  weights: what the layers do by themselves.

What the regulariser of that paper does in training is asked by the experiment `regulariser`.
"""

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kickitout.evaluation.spectra import RINGS
from kickitout.experiments.images import Image, describe_image, summarise_images
from kickitout.experiments.intervals import OVER_KITS
from kickitout.experiments.place import Found, Place, kits_of, spread_over
from kickitout.experiments.representation import Settings as RepresentationSettings
from kickitout.experiments.representation import Way, there_and_back
from kickitout.experiments.rows import Row, Rows
from kickitout.instrument.models import models_at_hand
from kickitout.model.bundle import Bundle
from kickitout.model.voice import Voice
from kickitout.sound.spectrogram import HOP_LENGTH, N_FFT, loudness_image
from kickitout.training.settings.dcgan import INTERPOLATED, TRANSPOSED

UNTRAINED_EACH = 8
"""Images of each seed of weights."""


@dataclass(frozen=True)
class Settings:
    """The full size.

    Attributes:
        split: of the library.
        kicks: real ones, and generated ones of each shipped model.
        seeds: of the weights of untrained generators.
    """

    split: str = "validation"
    kicks: int = 96
    seeds: tuple[int, ...] = (0, 1, 2, 3, 4, 5, 6, 7, 8, 9)


QUICK = Settings(kicks=4, seeds=(0,))

GRIFFIN_LIM = Way(N_FFT, HOP_LENGTH, "fast", "same")


def _drawn(bundle: Bundle, seed: int) -> Image:
    """The loudness image of a seed: as the generator draws it, or of the kick where it draws none."""
    voice = Voice(bundle)
    if bundle.card.inverse is not None:
        (part,) = bundle.card.inputs
        return np.asarray(bundle.generate_raw({part.name: voice.latent(seed)[None]})[0])
    return loudness_image(voice.render(seed).sound)


def _untrained(upsampling: str) -> Callable[[int], list[Row]]:
    def images(seed: int) -> list[Row]:
        from kickitout.training import study
        from kickitout.training.settings.dcgan import DcganSettings
        from kickitout.training.settings.presets import load_preset

        settings = load_preset("dcgan", [f"generator.upsampling={upsampling}"])
        assert isinstance(settings, DcganSettings)
        return [describe_image(image) for image in study.untrained_images(settings, UNTRAINED_EACH, seed)]

    return images


def run(settings: Settings, place: Place) -> Found:
    """Describe the images of all sets."""
    library = place.library
    indices = spread_over(library, settings.split, settings.kicks)
    kits = kits_of(library, indices)
    made_with = [dataclasses.asdict(settings), library.fingerprint]
    rows = Rows(place.folder / "images.jsonl", lambda key: made_with)
    models = {name: Bundle.open(models_at_hand()[name]) for name in ("draft", "kickgan")}
    total = 2 * len(indices) + 2 * settings.kicks + 2 * len(settings.seeds)
    done = 0

    def filled(name: str, each: list[int], make: Callable[[int], Any]) -> list[Any]:
        nonlocal done
        found = []
        for one in each:
            place.progress(done, total)
            key = f"{name}/{one}"
            if key not in rows:
                rows.add(key, {"images": make(one)})
            found.append(rows[key]["images"])
            done += 1
        return found

    back = RepresentationSettings()
    sets: dict[str, tuple[list[Row], list[str]]] = {
        "real": (filled("real", indices, lambda index: describe_image(loudness_image(library.audio(index)))), kits),
        "griffin_lim": (
            filled(
                "griffin_lim",
                indices,
                lambda index: describe_image(loudness_image(there_and_back(library.audio(index), GRIFFIN_LIM, back))),
            ),
            kits,
        ),
    }
    seeds = list(range(settings.kicks))
    for name, bundle in models.items():
        images = filled(name, seeds, lambda seed, model=bundle: describe_image(_drawn(model, seed)))  # type: ignore[misc]
        sets[name] = (images, [str(seed) for seed in seeds])
    for upsampling in (TRANSPOSED, INTERPOLATED):
        by_seed = filled(f"untrained_{upsampling}", list(settings.seeds), _untrained(upsampling))
        flat = [(row, str(seed)) for seed, found in zip(settings.seeds, by_seed, strict=True) for row in found]
        sets[f"untrained_{upsampling}"] = ([row for row, _ in flat], [seed for _, seed in flat])
    real = _mean_spectrum(sets["real"][0])
    figures: dict[str, Any] = {
        name: summarise_images(images, units, real if name != "real" else None)
        for name, (images, units) in sets.items()
    }
    figures["rings"] = RINGS
    figures["sets"] = list(sets)
    words = f"{OVER_KITS}; generated kicks, and seeds of weights, are kits of their own"
    return Found(figures, words, {"kicks": len(indices), "kits": len(set(kits)), "weights": len(settings.seeds)})


def _mean_spectrum(rows: list[Row]) -> NDArray[np.float64]:
    return np.asarray(np.mean([row["azimuthal_db"] for row in rows], axis=0))
