"""Which latents are worth a kick: a small network that is asked before anything is rendered.

Two numbers are said of a latent: the logit of the chance that taste keeps its kick (`kickitout.measure.taste`), and the
log of the odds that a critic took kicks like it for real ones. A latent is taken by a chance that grows with both,

    a(z) = min(1, P(z) / L) min(1, e^(o(z) - M)),

with P the first as a chance, o the second, and L and M stored beside the weights: discriminator rejection sampling
(Azadi et al., "Discriminator Rejection Sampling", ICLR 2019) in the space of latents (Issenhuth et al., "Latent
reweighting, an almost free improvement for GANs", 2021). Most of what would be thrown away is never rendered.

Latents may be drawn from further out than the model's own distribution: rejection only ever removes.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kickitout.errors import DamagedFileError

Array = NDArray[np.float64]

SLOPE = 0.1
"""Of a layer's output below 0."""

MOST_LAYERS = 8
MOST_UNITS = 4096

MOST_WEIGHT = 1e6
"""No number of a layer is larger: so no sum is endless."""

WIDEST = 4.0
"""No distribution of latents is made wider than by this."""


@dataclass(frozen=True, eq=False)
class Choice:
    """The network and its limits.

    Attributes:
        weights: of each layer, (in, out); the last has two outputs.
        biases: of each layer, (out,).
        likely: L, the chance from which on taste itself may decide, above 0 and at most 1.
        most: M, the log odds from which on a latent is always taken.
        width: how many times as wide as the model's own the distribution of the latents is among which is chosen.
    """

    weights: tuple[Array, ...]
    biases: tuple[Array, ...]
    likely: float
    most: float
    width: float

    @property
    def size(self) -> int:
        """Numbers in a latent."""
        return len(self.weights[0])

    @property
    def sizes(self) -> list[int]:
        """Numbers before the first layer and behind each."""
        return [self.size, *(len(bias) for bias in self.biases)]

    def outputs(self, latent: NDArray[np.floating]) -> tuple[float, float]:
        """The logit of the chance that taste keeps the kick of a latent, (latent_size,), and the log of its odds."""
        values = latent.astype(np.float64)
        for layer, (matrix, bias) in enumerate(zip(self.weights, self.biases, strict=True)):
            if layer:
                values = np.maximum(values, SLOPE * values)
            # Products summed one by one in their order, as the engine of the page does it: no matrix product, whose
            # order is the library's own.
            values = (matrix * values[:, None]).sum(axis=0) + bias
        return float(values[0]), float(values[1])

    def chance(self, latent: NDArray[np.floating]) -> float:
        """The chance with which a latent is taken, 0..1."""
        keep, odds = self.outputs(latent)
        kept = 1.0 / (1.0 + math.exp(-max(keep, -500.0)))
        return min(1.0, kept / self.likely) * math.exp(min(0.0, odds - self.most))

    def arrays(self) -> dict[str, NDArray[np.float32]]:
        """What `from_arrays` takes, to be stored."""
        layers: dict[str, NDArray[np.float32]] = {}
        for layer, (matrix, bias) in enumerate(zip(self.weights, self.biases, strict=True)):
            layers |= {f"weights_{layer}": matrix.astype(np.float32), f"biases_{layer}": bias.astype(np.float32)}
        return layers | {"limits": np.array([self.likely, self.most, self.width], dtype=np.float32)}


def from_arrays(arrays: Mapping[str, NDArray[np.floating]], source: str) -> Choice:
    """A network that was stored. Raises `DamagedFileError`, naming `source`, if the arrays are none."""
    count = (len(arrays) - 1) // 2
    names = [f"{kind}_{layer}" for layer in range(count) for kind in ("weights", "biases")]
    if set(arrays) != {*names, "limits"} or not 1 <= count <= MOST_LAYERS:
        raise DamagedFileError(f"{source} is no network that chooses; fetch or export it again")
    weights = tuple(arrays[f"weights_{layer}"].astype(np.float64) for layer in range(count))
    biases = tuple(arrays[f"biases_{layer}"].astype(np.float64) for layer in range(count))
    limits = arrays["limits"].astype(np.float64)
    if not _fits(weights, biases, limits):
        raise DamagedFileError(f"{source} is no network that chooses; fetch or export it again")
    likely, most, width = limits.tolist()
    return Choice(weights, biases, likely, most, width)


def _fits(weights: tuple[Array, ...], biases: tuple[Array, ...], limits: Array) -> bool:
    """Whether layers follow each other, and all numbers are in their ranges."""
    layers = (*weights, *biases)
    if limits.shape != (3,) or any(matrix.ndim != 2 for matrix in weights):
        return False
    if any(not 1 <= array.size <= MOST_UNITS**2 or max(array.shape) > MOST_UNITS for array in layers):
        return False
    sizes = [len(matrix) for matrix in weights[1:]] + [2]
    follow = all(matrix.shape[1] == size for matrix, size in zip(weights, sizes, strict=True))
    fit = all(bias.shape == (matrix.shape[1],) for matrix, bias in zip(weights, biases, strict=True))
    # Not greater: what is no number is refused as well.
    bounded = all(bool((np.abs(array) <= MOST_WEIGHT).all()) for array in layers)
    likely, most, width = limits.tolist()
    return follow and fit and bounded and 0.0 < likely <= 1.0 and abs(most) <= 500.0 and 1.0 <= width <= WIDEST
