"""Networks as ONNX graphs: without traces of the machine, and with weights of half the size."""

import logging
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

LEAST_HALVED = 100_000
"""Smaller tensors keep their precision. They weigh a twentieth of all, and among them are those that matter most: the
mapping network, which all layers depend on (halved, it alone would make most of the error), and the last layer of the
body's tracks, whose errors would add up to a phase."""


_HALVED = "_half"  # behind the names of weights that are stored so


def graph_of(
    network: nn.Module,
    inputs: Mapping[str, Tensor],
    outputs: Sequence[str],
    *,
    half: bool = False,
    simplify: bool = True,
) -> bytes:
    """A network as an ONNX graph for inputs of exactly these shapes.

    Args:
        network: takes the inputs in their order, gives a tensor or a tuple of them.
        inputs: examples by name.
        outputs: names. The exporter names inner values after torch's operations, so `mean` would collide.
        half: store large weights as float16, turned into float32 when the graph is loaded.
        simplify: let the exporter simplify. It takes an added number below 1e-8 for nothing, such as one that keeps a
            root away from zero. ONNX Runtime simplifies at loading anyway, without that.
    """
    from onnx import checker

    with _quiet():
        program = torch.onnx.export(
            network.eval(),
            tuple(inputs.values()),
            dynamo=True,
            input_names=list(inputs),
            output_names=list(outputs),
            verbose=False,
            optimize=simplify,
        )
    assert program is not None
    model = program.model_proto  # every access makes a copy
    if half:
        _halve(model)
    checker.check_model(model)
    return _without_traces(model)


def weights_of(graph: bytes) -> dict[str, Tensor]:
    """The weights in a graph by their names in the network, float32; the exporter's own constants are left out."""
    import onnx
    from onnx import numpy_helper

    found = {}
    for weight in onnx.load_from_string(graph).graph.initializer:
        name = weight.name.removesuffix(_HALVED)
        if "." in name:
            found[name] = torch.from_numpy(numpy_helper.to_array(weight).astype(np.float32))
    return found


def _halve(model: Any) -> None:
    """Turn large float32 weights into float16 ones with a cast behind each, in place."""
    from onnx import TensorProto, helper, numpy_helper

    graph = model.graph
    casts = []
    for weight in graph.initializer:
        values = numpy_helper.to_array(weight)
        if values.dtype != np.float32 or values.size < LEAST_HALVED:
            continue
        name = weight.name
        with np.errstate(over="ignore"):
            halved = values.astype(np.float16)
        if not np.isfinite(halved).all():
            continue  # beyond the range of float16
        weight.CopyFrom(numpy_helper.from_array(halved, name + _HALVED))
        casts.append(helper.make_node("Cast", [name + _HALVED], [name], to=TensorProto.FLOAT))
    nodes = [*casts, *graph.node]
    del graph.node[:]
    graph.node.extend(nodes)
    del graph.value_info[:]  # inner shapes; some names are new


def _without_traces(model: Any) -> bytes:
    """A graph's bytes without the exporter's notes: they hold source lines and paths of this machine."""
    graph = model.graph
    for part in (model, graph, *graph.node, *graph.value_info, *graph.input, *graph.output, *graph.initializer):
        del part.metadata_props[:]
        part.doc_string = ""
    data: bytes = model.SerializeToString(deterministic=True)
    return data


@contextmanager
def _quiet() -> Iterator[None]:
    """Silence the exporter's deprecation warnings: nothing here can act on them."""
    logger = logging.getLogger("torch.onnx")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.setLevel(level)
