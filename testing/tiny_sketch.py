"""A bundle for tests whose graph makes sketches: four latent numbers that mean something, and an encoder that is right.

Latent number 0 is how long the body sounds, 1 its pitch, 2 how loud the noise is, 3 how wide it is.
"""

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from kickitout.model import arrays, controls
from kickitout.model import prior as priors
from kickitout.model.bundle import write_bundle
from kickitout.model.card import Control, GraphInput
from kickitout.model.prior import Mixture
from kickitout.model.voice import AIR
from kickitout.sound.kick import KICK_SAMPLES, SAMPLE_RATE
from kickitout.sound.sketch.parts import BODY_HOP
from kickitout.sound.sketch.sketch import SKETCH_SHAPES
from testing.tiny_bundle import tiny_card

LATENT = 4
LAYER_NOISE = (1, 2, 5)
PITCH_HZ, RISE = 60.0, 0.3
"""The pitch for a latent of zeros, and how much its natural logarithm grows with number 1."""

FILES = {"generator": "generator.onnx", "encoder": "encoder.onnx"}


def _sketch_columns() -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """For each array of a sketch what it is for a latent of zeros, and how it grows with each number: (4, size)."""
    columns = {name: (np.zeros(shape), np.zeros((LATENT, *shape))) for name, shape in SKETCH_SHAPES.items()}
    seconds = np.arange(345) * BODY_HOP / SAMPLE_RATE
    columns["log_amplitude"][0][:] = -0.5 - 25.0 * seconds
    columns["log_amplitude"][1][0] = 6.0 * seconds
    columns["frequency"][0][:] = np.log(PITCH_HZ)
    columns["frequency"][1][1] = RISE
    columns["phase"][0][0] = 1.0
    columns["wide"][0][:] = 1.0
    columns["envelope"][0][:] = -4.0 - 0.02 * np.arange(176)
    columns["envelope"][0][1] -= 2.0
    columns["envelope"][1][2] = 0.5
    columns["envelope"][1][3, 1] = 0.5
    columns["noise_share"][0][:] = 3.0
    columns["low"][0][0] = 0.2
    columns["click"][0][0] = 0.3
    return {name: (zero.ravel(), slope.reshape(LATENT, -1)) for name, (zero, slope) in columns.items()}


def _model(nodes: list, inputs: dict, outputs: dict, constants: dict) -> bytes:
    def infos(shapes: dict) -> list:
        return [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name, shape in shapes.items()]

    tensors = [numpy_helper.from_array(value, name) for name, value in constants.items()]
    graph = helper.make_graph(nodes, "tiny", infos(inputs), infos(outputs), tensors)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.checker.check_model(model)
    return model.SerializeToString()


def sketch_graph(**others: np.ndarray) -> bytes:
    """`latent` (1, 4) and `layer_noise` -> the arrays of a sketch. `others` replace some for a latent of zeros."""
    nodes = [helper.make_node("ReduceMean", ["layer_noise"], ["mean_noise"], axes=[1, 2], keepdims=0)]
    constants, outputs = {}, {}
    for name, (zero, slope) in _sketch_columns().items():
        shape = others[name].shape if name in others else SKETCH_SHAPES[name]
        zero = others[name].ravel() if name in others else zero
        slope = np.zeros((LATENT, zero.size)) if name in others else slope
        constants[f"{name}_zero"] = zero.astype(np.float32)
        constants[f"{name}_slope"] = slope.astype(np.float32)
        constants[f"{name}_shape"] = np.array([1, *shape], dtype=np.int64)
        last = "Exp" if name == "frequency" else "Identity"
        nodes += [
            helper.make_node("MatMul", ["latent", f"{name}_slope"], [f"{name}_grown"]),
            helper.make_node("Add", [f"{name}_grown", f"{name}_zero"], [f"{name}_sum"]),
            helper.make_node("Reshape", [f"{name}_sum", f"{name}_shape"], [f"{name}_whole"]),
        ]
        whole = f"{name}_whole"
        if name == "envelope":
            nodes.append(helper.make_node("Add", [whole, "mean_noise"], [f"{name}_noisy"]))
            whole = f"{name}_noisy"
        nodes.append(helper.make_node(last, [whole], [name]))
        outputs[name] = [1, *shape]
    return _model(nodes, {"latent": [1, LATENT], "layer_noise": list(LAYER_NOISE)}, outputs, constants)


def encoder_graph(size: int = LATENT) -> bytes:
    """What an encoder looks at -> `latent_mean` (1, 4): zeros but for the pitch, and a trace of all it is given."""
    names = {"powers": (2, 45, 176), "low": (2, 2, 20, 176), "click": (2, 2, 257, 28), "onset": (2, 80)}
    names |= {"log_amplitude": (345,), "frequency": (345,), "phase": ()}
    nodes = [
        helper.make_node("Div", ["frequency", "base"], ["ratio"]),
        helper.make_node("Log", ["ratio"], ["rise"]),
        helper.make_node("Mul", ["rise", "scale"], ["scaled"]),
        helper.make_node("ReduceMean", ["scaled"], ["pitch"], axes=[1], keepdims=1),
    ]
    for name, shape in names.items():
        if name not in {"frequency", "phase"}:
            axes = list(range(1, len(shape) + 1))
            nodes.append(helper.make_node("ReduceMean", [name], [f"{name}_mean"], axes=axes, keepdims=0))
    nodes += [
        helper.make_node("Identity", ["phase"], ["phase_mean"]),
        helper.make_node("Sum", [f"{name}_mean" for name in names if name != "frequency"], ["trace"]),
        helper.make_node("Mul", ["pitch", "places"], ["latent_places"]),
        helper.make_node("Mul", ["trace", "little"], ["little_trace"]),
        helper.make_node("Add", ["latent_places", "little_trace"], ["latent_mean"]),
    ]
    places = np.zeros((1, size), np.float32)
    places[0, 1] = 1.0
    constants = {
        "base": np.float32(PITCH_HZ).reshape(()),
        "scale": np.float32(1.0 / RISE).reshape(()),
        "places": places,
        "little": np.float32(1e-6).reshape(()),
    }
    inputs = {name: [1, *shape] for name, shape in names.items()}
    return _model(nodes, inputs, {"latent_mean": [1, size]}, constants)


def tiny_prior() -> Mixture:
    """Two Gaussians over the latent: low pitches and high ones."""
    means = np.array([[0.0, -0.5, 0.0, 0.0], [0.0, 0.8, 0.0, 0.0]])
    factors = np.stack([np.diag([1.0, 0.5, 1.0, 1.0]), np.diag([0.7, 0.5, 1.0, 0.5])])
    return Mixture(np.array([0.6, 0.4]), means, factors)


def sketch_card(name: str = "sketchy", **changes: object):
    """A card of a model without controls."""
    fields = {
        "latent_size": LATENT,
        "inputs": [
            GraphInput(name="latent", shape=[1, LATENT], kind="latent", purpose="latent"),
            GraphInput(name="layer_noise", shape=list(LAYER_NOISE), kind="noise", purpose="layers"),
        ],
        "graphs": FILES,
        "prior": "prior.npz",
    }
    return tiny_card(name, output="sketch", **(fields | changes))


def files(prior: Mixture | None = None) -> dict[str, bytes]:
    """What the card names."""
    packed = arrays.pack((prior or tiny_prior()).arrays())
    return {"generator.onnx": sketch_graph(), "encoder.onnx": encoder_graph(), "prior.npz": packed}


def with_controls(names: tuple[str, ...] = ("pitch", "brightness")) -> tuple[list[Control], Mixture]:
    """Controls of which `pitch` is known to be a line of latent number 1, and the prior with them.

    Training kicks, so to say, are the prior's own: pitch from 60 Hz exp(0.3 x), brightness as if number 2 made it.
    """
    prior = tiny_prior()
    generator = np.random.Generator(np.random.Philox(key=5))
    latents = prior.points(generator.random(4000), generator.standard_normal((4000, LATENT)))
    made = {"pitch": PITCH_HZ * np.exp(RISE * latents[:, 1]), "brightness": 200.0 * np.exp(latents[:, 2])}
    kinds = {kind.name: kind for kind in controls.KINDS}
    offered, columns = [], []
    for name in names:
        table = controls.percentiles(made[name])
        low, high = (0.0, 1.0) if kinds[name].unit == controls.QUANTILE else (table[1], table[-2])
        offered.append(
            Control(
                name=name, descriptor=kinds[name].descriptor, unit=kinds[name].unit, minimum=low, maximum=high,
                quantiles=table,
            )
        )  # fmt: skip
        columns.append(controls.scores(made[name], table))
    return offered, priors.extend(prior, latents, np.stack(columns, axis=1), ridge=1.0)


def write_sketch_bundle(folder: Path, *, controlled: bool = True, **changes: object) -> Path:
    """Write a bundle that plays; its name is the folder's."""
    offered, joint = with_controls() if controlled else ([], tiny_prior())
    write_bundle(folder, sketch_card(folder.name, controls=offered, **changes), files(joint))
    return folder


def air(seed: int) -> np.ndarray:
    """The noise of a seed."""
    from kickitout.system import randomness

    return randomness.normal(seed, AIR, (3, KICK_SAMPLES))
