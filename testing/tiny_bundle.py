"""Bundles for tests: a small graph from latents to sound, with a card that is true of it."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from kickitout.model.bundle import write_bundle
from kickitout.model.card import Card, GraphInput, Inverse, TrainedOn

LATENT_SIZE = 100
N_FRAMES, N_BINS, N_SAMPLES = 176, 257, 22_050


def tiny_graph(shape: tuple[int, ...], seed: int = 0, others: Sequence[GraphInput] = ()) -> bytes:
    """An ONNX graph: latent (1, 100) @ weights, one number a frame (or sample) and channel, tanh, spread to `shape`.

    It takes the `others` too, and makes nothing of them.
    """
    columns = shape[1] * shape[2]
    weights = (0.1 * np.random.default_rng(seed).standard_normal((LATENT_SIZE, columns))).astype(np.float32)
    narrow = (*shape[:3], *(1 for _ in shape[3:]))
    nodes = [
        helper.make_node("MatMul", ["latent", "weights"], ["flat"]),
        helper.make_node("Reshape", ["flat", "narrow"], ["column"]),
        helper.make_node("Tanh", ["column"], ["bounded"]),
        helper.make_node("Expand", ["bounded", "wide"], ["kick"]),
    ]
    constants = [
        numpy_helper.from_array(weights, "weights"),
        numpy_helper.from_array(np.array(narrow, dtype=np.int64), "narrow"),
        numpy_helper.from_array(np.array(shape, dtype=np.int64), "wide"),
    ]
    graph = helper.make_graph(
        nodes,
        "tiny",
        [
            helper.make_tensor_value_info("latent", TensorProto.FLOAT, [1, LATENT_SIZE]),
            *(helper.make_tensor_value_info(other.name, TensorProto.FLOAT, other.shape) for other in others),
        ],
        [helper.make_tensor_value_info("kick", TensorProto.FLOAT, list(shape))],
        constants,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.checker.check_model(model)
    return model.SerializeToString()


def constant_graph(values: np.ndarray) -> bytes:
    """An ONNX graph that takes the latent and gives `values`, whatever the latent is."""
    nodes = [
        helper.make_node("ReduceMean", ["latent"], ["mean"], keepdims=0),
        helper.make_node("Mul", ["mean", "nothing"], ["zero"]),
        helper.make_node("Add", ["values", "zero"], ["kick"]),
    ]
    constants = [
        numpy_helper.from_array(values.astype(np.float32), "values"),
        numpy_helper.from_array(np.array(0.0, dtype=np.float32), "nothing"),
    ]
    graph = helper.make_graph(
        nodes,
        "constant",
        [helper.make_tensor_value_info("latent", TensorProto.FLOAT, [1, LATENT_SIZE])],
        [helper.make_tensor_value_info("kick", TensorProto.FLOAT, list(values.shape))],
        constants,
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9).SerializeToString()


def tiny_card(name: str = "tiny", *, output: str = "loudness-image", iterations: int = 3, **changes: object) -> Card:
    """A card that fits `tiny_graph`."""
    is_image = output == "loudness-image"
    fields = {
        "name": name,
        "version": "1",
        "description": "Noise for tests.",
        "preset": "tiny",
        "licence": "CC0-1.0",
        "n_samples": N_SAMPLES,
        "latent_size": LATENT_SIZE,
        "inputs": [GraphInput(name="latent", shape=[1, LATENT_SIZE], kind="latent", purpose="latent")],
        "output": output,
        "inverse": Inverse(kind="griffin-lim", n_fft=512, hop_length=128, iterations=iterations, momentum=0.0)
        if is_image
        else None,
        "graphs": {"generator": "generator.onnx"},
        "trained_on": TrainedOn(
            kicks=5,
            by_licence={"CC0-1.0": 3, "Public-Domain": 2},
            by_source={"a/b": 5},
            samples_shown=50,
            library_fingerprint="f00",
            splits=["train"],
        ),
        "measured": {"spread": 0.25},
        "limits": ["It is noise."],
        **changes,
    }
    return Card.model_validate(fields)


def write_tiny_bundle(
    folder: Path, *, output: str = "loudness-image", graph: bytes | None = None, seed: int = 0, **changes: object
) -> Path:
    """Write a bundle that plays; its name is the folder's."""
    card = tiny_card(folder.name, output=output, **changes)
    if graph is None:
        shape = (1, 2, N_FRAMES, N_BINS) if output == "loudness-image" else (1, 2, N_SAMPLES)
        graph = tiny_graph(shape, seed, [one for one in card.inputs if one.kind != "latent"])
    write_bundle(folder, card, {"generator.onnx": graph})
    return folder
