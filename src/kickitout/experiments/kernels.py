"""What kernels the networks have learned, and how they respond to frequencies: first and last layers.

The kernels of the shipped generators are read from their bundles' graphs. Those of discriminators, which no bundle has,
come from a training run (`--run`). For each layer the result has its kernels with the most energy, as they are, and the
mean power response of all of them along both axes.

A transposed convolution of stride 2 puts a zero behind each value, which repeats the map's spectrum above a quarter of
the new rate; its kernel has to take that image away. `image_db` is the mean power response below a quarter of the rate
over that above, along frequency: how much it takes away. `checkerboard_db` is what a constant map becomes: the power of
the difference between even and odd places over that of their sum, along frequency, over all kernels. The same of a
bilinear kernel stands beside them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kickitout.experiments.intervals import NONE
from kickitout.experiments.place import Found, Place
from kickitout.instrument.models import models_at_hand

Kernels = NDArray[np.floating[Any]]

POINTS = 65
"""Points of a response, from 0 to half of the rate."""

BILINEAR = np.outer((0.25, 0.75, 0.75, 0.25), (0.25, 0.75, 0.75, 0.25))[None, None]

TRANSPOSED = ("blocks.1.0.weight", "blocks.7.0.weight")
"""The draft's first and last block that double a map: the very first draws four pixels of one."""


@dataclass(frozen=True)
class Settings:
    """The full size.

    Attributes:
        shown: kernels of each layer that the result holds.
    """

    shown: int = 16


QUICK = Settings(shown=4)

LAYERS: Mapping[str, Mapping[str, str]] = {
    "draft": {
        "first": TRANSPOSED[0],
        "last_doubling": TRANSPOSED[1],
        "last": "blocks.8.weight",
    },
    "kickgan": {
        "first": "generator.layers.0.0.convolve.weight",
        "last": "generator.layers.4.1.convolve.weight",
        "click": "generator.click.weight",
        "tracks": "generator.tracks.weight",
    },
}
"""By shipped model: the layers that are looked at, by what they are."""


def responses(kernels: Kernels, axis: int) -> NDArray[np.float64]:
    """The mean power response along an axis, (POINTS,), from kernels (a, b, height, width): axis 2 or 3."""
    spectrum = np.fft.rfft(kernels.astype(np.float64), 2 * (POINTS - 1), axis=axis)
    others = 5 - axis  # the other axis of the kernel: by Parseval, its taps' powers add up
    power = np.square(np.abs(spectrum)).sum(axis=others)
    return np.asarray(power.reshape(-1, POINTS).mean(axis=0))


def image_db(kernels: Kernels) -> float:
    """How much of the spectrum's image a kernel of stride 2 takes away, along frequency."""
    power = responses(kernels, 3)
    half = POINTS // 2
    return _db(float(power[:half].mean()), float(power[half + 1 :].mean()))


def checkerboard_db(kernels: Kernels) -> float:
    """The power of what alternates over that of what does not, where a kernel of stride 2 meets a constant map."""
    summed = kernels.astype(np.float64).sum(axis=2)
    even, odd = summed[..., 0::2].sum(axis=-1), summed[..., 1::2].sum(axis=-1)
    return _db(float(np.square(even - odd).sum()), float(np.square(even + odd).sum()))


def _db(part: float, whole: float) -> float:
    return float(10.0 * np.log10(max(part, 1e-12) / max(whole, 1e-12)))


def describe_layer(name: str, kernels: Kernels, shown: int, *, doubles: bool) -> dict[str, Any]:
    """The figures of a layer, from its kernels (a, b, height, width) or (a, b, width)."""
    flat = kernels if kernels.ndim == 4 else kernels[:, :, None]
    energy = np.square(flat.astype(np.float64)).sum(axis=(2, 3))
    order = np.argsort(-energy.ravel(), kind="stable")[:shown]
    strongest = flat.reshape(-1, *flat.shape[2:])[order]
    scaled = strongest / np.maximum(np.abs(strongest).max(axis=(1, 2), keepdims=True), 1e-12)
    figures: dict[str, Any] = {
        "layer": name,
        "shape": list(flat.shape),
        "kernels": np.round(scaled, 3).tolist(),
        "energy_share_percent": 100.0 * float(energy.ravel()[order].sum() / max(energy.sum(), 1e-30)),
    }
    # Kernels of one row belong to sequences of frames: their only axis is time.
    axes = ((3, "time"),) if flat.shape[2] == 1 else ((2, "time"), (3, "frequency"))
    for axis, words in axes:
        if flat.shape[axis] > 1:
            power = responses(flat, axis)
            level = 10.0 * np.log10(np.maximum(power / max(float(power.max()), 1e-30), 1e-12))
            figures[f"response_{words}_db"] = np.round(level, 2).tolist()
            figures[f"uneven_{words}_db"] = float(level.max() - level.min())
    if doubles:
        figures |= {"image_db": image_db(flat), "checkerboard_db": checkerboard_db(flat)}
    return figures


def ends(kernels: Mapping[str, Kernels]) -> dict[str, str]:
    """The first and the last layer with kernels wider than a point, of each network of a run, by what they are."""
    networks: dict[str, list[str]] = {}
    for name, kernel in kernels.items():
        if max(kernel.shape[2:]) > 1:
            networks.setdefault(name.split(".")[0], []).append(name)
    return {
        f"{network}_{end}": names[place]
        for network, names in networks.items()
        for end, place in (("first", 0), ("last", -1))
    }


def run(settings: Settings, place: Place) -> Found:
    """Look into the shipped generators, and into a training run where there is one."""
    from kickitout.training import study

    figures: dict[str, Any] = {
        "bilinear": {"image_db": image_db(BILINEAR), "checkerboard_db": checkerboard_db(BILINEAR)}
    }
    for done, (model, layers) in enumerate(LAYERS.items()):
        place.progress(done, len(LAYERS))
        kernels = study.kernels_of_bundle(models_at_hand()[model])
        figures[model] = {
            what: describe_layer(name, kernels[name], settings.shown, doubles=name in TRANSPOSED)
            for what, name in layers.items()
        }
    if place.training_run is not None:
        inside = study.kernels_of_run(place.training_run)
        figures["run"] = {
            what: describe_layer(name, inside[name], settings.shown, doubles=False)
            for what, name in ends(inside).items()
        }
    return Found(figures, NONE, {"models": len(LAYERS)})
