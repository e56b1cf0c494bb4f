"""Graphs of strangers: what is refused by its bytes, before ONNX Runtime sees them."""

import time

import numpy as np
import onnx
import pytest
from google.protobuf.message import DecodeError
from hypothesis import given
from hypothesis import strategies as st

from kickitout.errors import DamagedFileError
from kickitout.instrument.models import models_at_hand
from kickitout.model import graphs, wire
from kickitout.model.bundle import Bundle
from kickitout.model.operators import OPERATORS, SHAPE_OPERANDS
from testing import evil_graphs
from testing.tiny_bundle import constant_graph, tiny_graph, write_tiny_bundle
from testing.tiny_sketch import encoder_graph, sketch_graph

GOOD = {
    "tiny": tiny_graph((1, 2, 4)),
    "constant": constant_graph(np.zeros((1, 2, 4))),
    "sketch": sketch_graph(),
    "encoder": encoder_graph(),
    "by bytes": evil_graphs.HARMLESS,
}


@pytest.mark.parametrize("name", GOOD)
def test_honest_graphs_pass_and_say_what_they_take(name):
    model = onnx.load_from_string(GOOD[name])
    wanted = {one.name: tuple(side.dim_value for side in one.type.tensor_type.shape.dim) for one in model.graph.input}
    assert graphs.check(GOOD[name]) == wanted


def test_shipped_graphs_would_pass_if_they_were_a_strangers():
    for path in models_at_hand().values():
        bundle = Bundle.open(path)
        for role in bundle.card.graphs:
            assert graphs.check(bundle.graph(role))


@pytest.mark.parametrize("name", evil_graphs.REFUSED)
def test_an_evil_graph_is_refused_at_opening_in_one_line(tmp_path, name):
    started = time.process_time()
    with pytest.raises(DamagedFileError, match=r"generator\.onnx of the bundle .* is refused: it|a|the") as caught:
        Bundle.open(write_tiny_bundle(tmp_path / "evil", output="waveform", graph=evil_graphs.REFUSED[name]))
    assert time.process_time() - started < 2.0
    assert "\n" not in str(caught.value)


def test_a_generator_takes_what_its_card_says(tmp_path):
    other = evil_graphs.model(
        evil_graphs.message(
            (1, evil_graphs.node("Identity", ["latent"], ["kick"])),
            (11, evil_graphs.value("latent", (1, 7))),
            (12, evil_graphs.value("kick", (1, 7))),
        )
    )
    with pytest.raises(DamagedFileError, match=r"takes .*\(1, 7\).*its card says .*\(1, 100\)"):
        Bundle.open(write_tiny_bundle(tmp_path / "other", output="waveform", graph=other))


@given(st.integers(-(2**63), 2**64 - 1), st.binary(max_size=9))
def test_reading_undoes_writing_of_numbers(number, rest):
    data = memoryview(evil_graphs.varint(number) + rest)
    found, at = wire.varint(data, 0)
    assert (found, bytes(data[at:])) == (number % 2**64, rest)
    assert wire.signed(found) == (number if number < 2**63 else number - 2**64)


@given(st.binary(max_size=200))
def test_any_bytes_are_a_graph_or_no_graph(data):
    _passes_or_is_refused(data)


@given(
    st.sampled_from([evil_graphs.HARMLESS, evil_graphs.TOO_SLOW_OR_LARGE["a shape that arithmetic makes"]]),
    st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 255)), min_size=1, max_size=4),
)
def test_changed_bytes_of_a_graph_pass_or_are_refused(data, changes):
    graph = bytearray(data)
    for place, byte in changes:
        graph[place % len(graph)] = byte
    _passes_or_is_refused(bytes(graph))


def _passes_or_is_refused(data):
    try:
        inputs = graphs.check(data)
    except ValueError:
        return
    # What passes is what the reference reader sees, too.
    try:
        model = onnx.load_from_string(data)
    except DecodeError:  # in what only that one looks at
        return
    assert {one.name for one in model.graph.input} == set(inputs)
    assert {node.op_type for node in model.graph.node} <= OPERATORS
    assert not model.functions
    assert not model.training_info


def test_operators_are_real_and_none_holds_a_graph_or_draws_numbers():
    for name in OPERATORS:
        schema = onnx.defs.get_schema(name)
        assert schema.domain == ""
        assert not [one for one in schema.attributes.values() if "GRAPH" in str(one.type)]
    assert not {name for name in OPERATORS if name.startswith(("Random", "Sequence")) and name != "SequenceAt"}
    assert not OPERATORS & {"Loop", "If", "Scan", "SequenceMap", "Bernoulli", "Multinomial", "Dropout", "NonZero"}


def test_inputs_that_say_a_shape_are_those_of_whole_numbers_or_scales():
    for name, places in SHAPE_OPERANDS.items():
        schema = onnx.defs.get_schema(name)
        assert max(places) < len(schema.inputs)
