"""What both engines are tried on: sounds, sketches and a model that are the same numbers in both languages.

All is made of random bits, which are the same to the bit, and of sums, products and quotients, which every machine
rounds alike; no sine, no exponential. tests/js/inputs.js makes the same; the vectors hold a hash of each.
"""

from itertools import pairwise
from types import SimpleNamespace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kickitout.model import controls
from kickitout.model.card import Control, GraphInput, drive_control
from kickitout.model.choice import Choice
from kickitout.model.noise import AIR
from kickitout.model.prior import Mixture
from kickitout.sound.kick import KICK_SAMPLES, SAMPLE_RATE
from kickitout.sound.sketch.sketch import EDITED, SKETCH_SHAPES
from kickitout.system import randomness

Sound = NDArray[np.float32]

N = KICK_SAMPLES
TURN = 6.283185307179586
PRE_ROLL = 44


class Tone:
    """A sine whose frequency may change, by turning a pointer: sine and cosine of each small step by their series."""

    def __init__(self) -> None:
        self.x, self.y = 1.0, 0.0

    def step(self, hz: float) -> float:
        """The next sample at a frequency of at most 1 kHz."""
        value = self.y
        w = TURN * hz / SAMPLE_RATE
        c = 1.0 - w * w / 2.0 + w * w * w * w / 24.0
        s = w - w * w * w / 6.0 + w * w * w * w * w / 120.0
        self.x, self.y = self.x * c - self.y * s, self.x * s + self.y * c
        return value


def kick(seed: int, hz: float, depth: float, decay: float, noise: float, width: float) -> Sound:
    """A kick of 500 ms, float32 (2, 22050), that begins after 44 samples.

    Args:
        seed: of its noise.
        hz: end pitch.
        depth: how far above it the pitch begins, as a share of it.
        decay: what is left of the level after each sample.
        noise: of the click.
        width: of the side against mid.
    """
    draws = randomness.uniform(seed, "test kick", 2 * N).tolist()
    tone, level, sweep, click = Tone(), 0.8, depth, noise
    left, right = [0.0] * N, [0.0] * N
    for i in range(PRE_ROLL, N):
        body = level * tone.step(hz * (1.0 + sweep))
        hiss = click * (draws[i] - 0.5)
        side = width * (level + click) * (draws[N + i] - 0.5)
        left[i] = body + hiss + side
        right[i] = body + hiss - side
        level *= decay
        sweep *= 0.9992
        click *= 0.997
    return np.array([left, right], dtype=np.float32)


def kicks() -> dict[str, Sound]:
    """By name: one in mono, one wide and long, one short, high and noisy."""
    return {
        "plain": kick(1, 50.0, 3.0, 0.9997, 0.3, 0.0),
        "wide": kick(2, 42.0, 1.5, 0.9998, 0.6, 0.12),
        "snappy": kick(3, 71.0, 2.0, 0.9993, 0.9, 0.03),
    }


def faulty() -> dict[str, Sound]:
    """Sounds that do not pass the gate, by the rule that each is made for."""
    plain = kicks()["plain"]
    one = np.float32(1.0)
    broken = plain.copy()
    broken[0, 100] = np.nan
    quiet = plain * np.float32(0.00002)
    shifted = plain + np.float32(0.06)
    late = np.concatenate([np.zeros((2, 400), dtype=np.float32), plain[:, : N - 400]], axis=1)
    clipped = np.minimum(np.maximum(plain, np.float32(-0.12)), np.float32(0.12))
    between = plain.copy()
    between[:, 400:600] = 1.3 * np.resize(np.array([1, 1, -1, -1], dtype=np.float32), 200)
    apart = plain * np.array([[1.0], [-1.0]], dtype=np.float32)
    cut = plain.copy()
    cut[:, 9000:] = 0.0
    hiss = (randomness.uniform(4, "test hiss", N) - 0.5).astype(np.float32)
    tone = Tone()
    hum = np.array([0.02 * tone.step(50.0) for _ in range(N)], dtype=np.float32)
    whine, ring = Tone(), np.zeros(N, dtype=np.float32)
    # Twelve steps of a tone of 981.25 Hz for each sample: 11,775 Hz.
    line = np.array([[whine.step(981.25) for _ in range(12)][-1] for _ in range(N)], dtype=np.float32)
    ring[::128] = one
    return {
        "finite": broken,
        "sound": quiet,
        "offset": shifted,
        "start": plain[:, 200:].copy(),
        "onset": late,
        "clipping": clipped,
        "true_peak": between.astype(np.float32),
        "low_correlation": apart,
        "end": cut,
        "tail": plain[:, :3000].copy(),
        "noise": plain + np.float32(0.06) * hiss,
        "hum": plain + hum,
        "line": plain + np.float32(0.01) * line,
        "frame_lines": plain + np.float32(0.02) * ring,
    }


# A model --------------------------------------------------------------------------------------------------------------

LATENT = 3
"""Numbers in a latent of the test model: how long the body sounds, its pitch, how loud what is beside it is."""

NAMES = ("pitch", "decay", "click", "width")


def table(low: float, high: float) -> list[float]:
    """A hundred and one values that rise, and more slowly at first."""
    return [low + (high - low) * (i / 100.0) * (0.5 + 0.5 * i / 100.0) for i in range(101)]


def card() -> Any:
    """What is used of a model's card."""
    ranges = {"pitch": (30.0, 80.0), "decay": (60.0, 500.0), "click": (-45.0, -5.0), "width": (-60.0, -8.0)}
    units = {one.name: (one.descriptor, one.unit) for one in controls.KINDS}
    made = []
    for name in NAMES:
        (low, high), (descriptor, unit) = ranges[name], units[name]
        low, high, quantiles = (
            (0.0, 1.0, table(low, high)) if unit in controls.OF_ONE else (low, high, table(low, high))
        )
        made.append(
            Control(name=name, descriptor=descriptor, unit=unit, minimum=low, maximum=high, quantiles=quantiles)
        )
    inputs = [GraphInput(name="latent", shape=[1, LATENT], kind="latent", purpose="latent")]
    return SimpleNamespace(
        name="test",
        version="1.0",
        description="a model for tests",
        sample_rate=SAMPLE_RATE,
        n_samples=N,
        latent_size=LATENT,
        inputs=inputs,
        controls=[*made[:-1], drive_control(), made[-1]],
        scored=made,
        graphs={"generator": "generator.onnx", "encoder": "encoder.onnx"},
        wildness=table(3.0, 12.0),
        steady=True,
        outputs_sketch=True,
        trained_on=SimpleNamespace(kicks=12_345),
    )


def prior() -> Mixture:
    """Of latents and scores, with two components."""
    size = LATENT + len(NAMES)
    factors = np.zeros((2, size, size))
    for k in range(2):
        for i in range(size):
            for j in range(i):
                factors[k, i, j] = ((3 * i + 5 * j + k) % 7 - 3) / 10.0
            factors[k, i, i] = 0.6 + 0.05 * i
    means = np.array([[((2 * i + 3 * k) % 5 - 2) / 8.0 for i in range(size)] for k in range(2)])
    return Mixture(np.array([0.375, 0.625]), means, factors)


def choice() -> Choice:
    """What chooses among latents: two layers, of latents that are a quarter wider."""
    sizes = (LATENT, 5, 2)
    weights = [np.zeros(shape) for shape in pairwise(sizes)]
    for layer, matrix in enumerate(weights):
        for i in range(matrix.shape[0]):
            for j in range(matrix.shape[1]):
                matrix[i, j] = ((3 * i + 5 * j + layer) % 7 - 3) / 4.0
    biases = [np.array([((2 * j + layer) % 5 - 2) / 8.0 for j in range(sizes[layer + 1])]) for layer in range(2)]
    return Choice(tuple(weights), tuple(biases), likely=0.5, most=0.25, width=1.25)


def sketch_of(latent: NDArray[np.floating]) -> dict[str, NDArray[np.float32]]:
    """The arrays of the sketch that the test model says of a latent."""
    a, b, c = (float(value) for value in latent)
    draws = randomness.uniform(5, "test snap", 256)
    point, frame = np.arange(345) / 1.0, np.arange(176) / 1.0
    found = {name: np.zeros(shape) for name, shape in SKETCH_SHAPES.items()}
    found["envelope"][0] = -4.0 - 0.03 * frame + 0.3 * c
    found["envelope"][1] = -6.0 - 0.03 * frame + 0.5 * c
    found["noise_share"][:] = 2.0
    found["low"][0] = 0.2
    found["click"][:] = 0.15
    found["attack"][:] = 0.1 * b
    found["snap"][:] = 0.1 * (draws - 0.5)
    found["log_amplitude"][:] = -0.6 - 0.03 * point + 0.006 * a * point
    found["frequency"][:] = (52.0 + 6.0 * b) * (1.0 + 3.0 / (1.0 + point))
    found["phase"][:] = (1.0, 0.5)
    found["wide"][:] = 1.0
    found["grain"][:] = 0.05
    found["drive"][:] = 0.2
    found |= {name: np.zeros(shape) for name, shape in EDITED.items()}
    return {name: array.astype(np.float32) for name, array in found.items()}


class Bundle:
    """The test model as a bundle: its graph computes what `sketch_of` does."""

    def __init__(self, choice: Choice | None = None) -> None:
        self.card, self.prior, self.choice = card(), prior(), choice

    def run(self, role: str, inputs: dict[str, NDArray[np.float32]]) -> dict[str, NDArray[np.float32]]:
        """The outputs of a graph by name, with a batch of one."""
        if role == "generator":
            said = sketch_of(inputs["latent"][0])
            return {name: said[name][None] for name in SKETCH_SHAPES}
        decay = np.float32(inputs["log_amplitude"][0, 200] + np.float32(6.0))
        return {"latent_mean": np.array([[decay / np.float32(4.0), 0.25, -0.5]], dtype=np.float32)}


def noise(seed: int) -> dict[str, NDArray[np.float32]]:
    """What a sketch sounds by."""
    return {AIR: randomness.normal(seed, AIR, (3, N))}
