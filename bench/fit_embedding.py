"""Fit the constants of `kickitout.measure.embedding` on the training split of a library.

    python bench/fit_embedding.py LIBRARY

Standardise each feature, take the principal components of each family (so that a family with few features and little
variance keeps its voice), whiten all of them together with shrinkage, and write the product of the three as one matrix.
"""

import argparse
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kickitout.library.store import Library
from kickitout.measure import embedding
from kickitout.model.arrays import pack
from kickitout.system.files import write_bytes

COMPONENTS = {"timbre": 28, "side": 6, "texture": 10, "low": 14, "channels": 6}
"""How many principal components each family keeps: 64 in all."""

SHRINKAGE = 0.1
"""Weight of the mean variance in each component's own (Ledoit and Wolf's target): no component is blown up."""

LEAST_SCALE = 0.25
"""No feature is divided by less than this share of its family's median standard deviation: what hardly ever moves in
training kicks (a side that is mostly silent) would drown all else where it does."""

Float64Array = NDArray[np.float64]


def components(values: Float64Array, count: int) -> Float64Array:
    """The first principal directions of centred values (n, f): (f, count), each signed so that its largest is > 0."""
    _, vectors = np.linalg.eigh(values.T @ values / len(values))
    kept = vectors[:, ::-1][:, :count]
    return np.asarray(kept * np.sign(kept[np.abs(kept).argmax(axis=0), np.arange(count)]))


def fit(values: Float64Array) -> tuple[Float64Array, Float64Array, Float64Array]:
    """The mean and scale (F,) and the matrix (F, D) for features (n, F) of n kicks."""
    mean, scale = values.mean(axis=0), values.std(axis=0)
    for place in embedding.families().values():
        scale[place] = np.maximum(scale[place], LEAST_SCALE * np.median(scale[place]))
    standard = np.clip((values - mean) / scale, -embedding.FURTHEST, embedding.FURTHEST)
    blocks = np.zeros((values.shape[1], sum(COMPONENTS.values())))
    column = 0
    for name, place in embedding.families().items():
        count = COMPONENTS[name]
        blocks[place, column : column + count] = components(standard[:, place], count)
        column += count
    reduced = standard @ blocks
    # Each component on a common footing before they are whitened together.
    spread = reduced.std(axis=0)
    variances, vectors = np.linalg.eigh(np.cov((reduced / spread).T))
    shrunk = (1.0 - SHRINKAGE) * variances + SHRINKAGE * variances.mean()
    return mean, scale, (blocks / spread) @ (vectors / np.sqrt(shrunk))


def main() -> None:
    """Fit and write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("library", type=Path)
    parser.add_argument("-o", "--output", type=Path, default=Path(embedding.__file__).parent / embedding.CONSTANTS)
    arguments = parser.parse_args()
    library = Library.open(arguments.library)
    chosen = sorted(library.select({"train"}), key=lambda index: library.entries[index].content_hash)
    values = np.stack([embedding.features(library.audio(index)) for index in chosen])
    mean, scale, matrix = fit(values)
    content = pack(
        {
            "mean": mean.astype(np.float32),
            "scale": scale.astype(np.float32),
            "matrix": matrix.astype(np.float32),
            "library": np.array(library.fingerprint),
            "count": np.array(len(chosen)),
        }
    )
    write_bytes(arguments.output, content)
    print(f"{len(chosen)} kicks, {values.shape[1]} features to {matrix.shape[1]}, {len(content):,} bytes")


if __name__ == "__main__":
    main()
