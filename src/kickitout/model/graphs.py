"""What a graph in a bundle may be, found out from its bytes before ONNX Runtime sees them.

A graph of a stranger is an ONNX file whose numbers all lie in it (no external data, at no depth), made of known
operators (`kickitout.model.operators`), with inputs of fixed and bounded shapes. No shape inside depends on the numbers
of an input, so one run speaks for all: what it takes in memory and time is found out by a trial
(`kickitout.model.trial`).

The field numbers are those of onnx.proto (ONNX, Apache 2.0). Fields that are not listed here are refused: subgraphs,
functions, training information, sparse tensors, external data and what later versions add.
"""

import math
from dataclasses import dataclass

import numpy as np

from kickitout.model import wire
from kickitout.model.operators import FACTORS, LENGTHS, OF_SHAPES, OPERATORS, SHAPE_OPERANDS
from kickitout.model.wire import FOUR, LENGTH, VARINT, Field, Message, Reader, Schema

LARGEST = 2**24
"""Numbers in an array that a graph takes in or names outright. The largest of the shipped models has 90,464."""

MAX_NODES = 20_000
MAX_INPUTS = 16
MAX_SIDES = 8

SMALL = 64
"""Constants of so many whole numbers may be shapes; they are looked at."""

FLOAT32, INT64 = 1, 7

_SIZES = {1: 4, 2: 1, 3: 1, 4: 2, 5: 2, 6: 4, 7: 8, 9: 1, 10: 2, 11: 8, 12: 4, 13: 8, 16: 2}
"""Bytes of a number by ONNX's number of its type: no text, no complex numbers, nothing below a byte."""

_MODEL: Schema = {
    1: Field("version", VARINT),
    2: Field("producer", LENGTH),
    3: Field("producer version", LENGTH),
    4: Field("domain", LENGTH),
    5: Field("model version", VARINT),
    6: Field("words", LENGTH),
    7: Field("graph", LENGTH),
    8: Field("operator sets", LENGTH, many=True),
    14: Field("notes", LENGTH, many=True),
}
_GRAPH: Schema = {
    1: Field("nodes", LENGTH, many=True),
    2: Field("name", LENGTH),
    5: Field("constants", LENGTH, many=True),
    10: Field("words", LENGTH),
    11: Field("inputs", LENGTH, many=True),
    12: Field("outputs", LENGTH, many=True),
    13: Field("hints", LENGTH, many=True),
    16: Field("notes", LENGTH, many=True),
}
_NODE: Schema = {
    1: Field("inputs", LENGTH, many=True),
    2: Field("outputs", LENGTH, many=True),
    3: Field("name", LENGTH),
    4: Field("operator", LENGTH),
    5: Field("attributes", LENGTH, many=True),
    6: Field("words", LENGTH),
    7: Field("domain", LENGTH),
    9: Field("notes", LENGTH, many=True),
}
_ATTRIBUTE: Schema = {
    1: Field("name", LENGTH),
    2: Field("float", FOUR),
    3: Field("integer", VARINT),
    4: Field("text", LENGTH),
    5: Field("tensor", LENGTH),
    7: Field("floats", FOUR, many=True),
    8: Field("integers", VARINT, many=True),
    9: Field("texts", LENGTH, many=True),
    13: Field("words", LENGTH),
    20: Field("type", VARINT),
}
_TENSOR: Schema = {
    1: Field("sides", VARINT, many=True),
    2: Field("type", VARINT),
    4: Field("floats", FOUR, many=True),
    5: Field("integers 32", VARINT, many=True),
    7: Field("integers 64", VARINT, many=True),
    8: Field("name", LENGTH),
    9: Field("bytes", LENGTH),
    10: Field("doubles", wire.EIGHT, many=True),
    11: Field("unsigned", VARINT, many=True),
    12: Field("words", LENGTH),
    14: Field("place", VARINT),
    16: Field("notes", LENGTH, many=True),
}
_NUMBERS = ("floats", "integers 32", "integers 64", "bytes", "doubles", "unsigned")
_VALUE: Schema = {1: Field("name", LENGTH), 2: Field("type", LENGTH), 3: Field("words", LENGTH)}
_TYPE: Schema = {1: Field("tensor", LENGTH), 6: Field("meaning", LENGTH)}
_TENSOR_TYPE: Schema = {1: Field("type", VARINT), 2: Field("shape", LENGTH)}
_SHAPE: Schema = {1: Field("sides", LENGTH, many=True)}
_SIDE: Schema = {1: Field("length", VARINT), 2: Field("parameter", LENGTH), 3: Field("meaning", LENGTH)}

_ATTRIBUTE_TYPES = frozenset({0, 1, 2, 3, 4, 6, 7, 8})
"""No type, a float, a whole number, a text, a tensor, and rows of them, but for tensors."""

Shape = tuple[int, ...]


@dataclass(frozen=True)
class _Value:
    """What is known of an array in the graph: whether its numbers are the same whatever goes in, and, of a small
    constant of whole numbers, these."""

    fixed: bool
    integers: tuple[int, ...] = ()


def check(data: bytes) -> dict[str, Shape]:
    """The inputs of a graph with their shapes, all float32.

    Args:
        data: of an ONNX file.

    Raises:
        ValueError: it is no graph that may run, and why.
    """
    if data[4:8] == b"ORTM":  # ONNX Runtime would take it for a file of its own format, whatever else it is
        raise ValueError("it is no ONNX graph")
    try:
        return _Walk().model(memoryview(data))
    except UnicodeDecodeError as error:
        raise ValueError("it is no ONNX graph: a name in it is not UTF-8") from error


class _Walk:
    """One way through a file."""

    def __init__(self) -> None:
        self.reader = Reader()
        self.known: dict[str, _Value] = {}

    def model(self, data: memoryview) -> dict[str, Shape]:
        model = self.reader.message(data, _MODEL, "the model")
        if not model["graph"]:
            raise ValueError("it is no ONNX graph")
        graph = self.reader.message(wire.parts(model, "graph")[0], _GRAPH, "the graph")
        for part in wire.parts(graph, "constants"):
            tensor = self.tensor(part)
            self.define(wire.text(tensor, "name"), _Value(True, self.small(tensor)))
        inputs = {}
        for part in wire.parts(graph, "inputs"):
            name, shape = self.value(part)
            if not shape or not all(shape) or math.prod(shape) > LARGEST:
                raise ValueError(f"it has an input {name} without a fixed shape of up to {LARGEST:,} numbers")
            self.define(name, _Value(False))
            inputs[name] = shape
        if not 1 <= len(inputs) <= MAX_INPUTS:
            raise ValueError(f"it has {len(inputs)} inputs; 1 to {MAX_INPUTS} can be")
        nodes = wire.parts(graph, "nodes")
        if len(nodes) > MAX_NODES:
            raise ValueError(f"it has {len(nodes):,} nodes; {MAX_NODES:,} can be at most")
        for part in nodes:
            self.node(part)
        for part in wire.parts(graph, "outputs"):
            name, shape = self.value(part)
            if name not in self.known or math.prod(shape) > LARGEST:
                raise ValueError(f"it has an output {name} that nothing makes, or of more than {LARGEST:,} numbers")
        return inputs

    def define(self, name: str, value: _Value) -> None:
        if not name or name in self.known:
            raise ValueError(f"it has two arrays with the name {name!r}, or one without")
        self.known[name] = value

    def value(self, data: memoryview) -> tuple[str, Shape]:
        """The name and the shape of an input or output; sides of no fixed length are 0."""
        info = self.reader.message(data, _VALUE, "an input or output")
        kind = self.reader.message(_only(info, "type"), _TYPE, "a type")
        tensor = self.reader.message(_only(kind, "tensor"), _TENSOR_TYPE, "a type")
        if wire.number(tensor, "type") != FLOAT32:
            raise ValueError(f"it has an input or output {wire.text(info, 'name')} that is not float32")
        shape = self.reader.message(_only(tensor, "shape"), _SHAPE, "a shape")
        sides = [self.reader.message(part, _SIDE, "a side") for part in wire.parts(shape, "sides")]
        lengths = tuple(wire.number(side, "length") for side in sides)
        if len(lengths) > MAX_SIDES or min(lengths, default=0) < 0:
            raise ValueError(f"it has an input or output {wire.text(info, 'name')} of an impossible shape")
        return wire.text(info, "name"), lengths

    def tensor(self, data: memoryview) -> Message:
        tensor = self.reader.message(data, _TENSOR, "a constant")
        if wire.number(tensor, "place") != 0:
            raise ValueError("it keeps numbers in another file; all of a bundle's numbers lie in its own")
        size = _SIZES.get(wire.number(tensor, "type"))
        if size is None:
            raise ValueError("it has constants of an unusual type")
        sides = self.reader.integers(tensor["sides"])
        if len(sides) > MAX_SIDES or min(sides, default=0) < 0:
            raise ValueError("it has a constant of an impossible shape")
        count = math.prod(sides)
        raw = sum(len(part) for part in wire.parts(tensor, "bytes"))
        # Numbers that are not raw take a byte each at least.
        held = [len(value) if isinstance(value, memoryview) else 1 for name in _NUMBERS for value in tensor[name]]
        if raw != count * size if raw else count > sum(held):
            raise ValueError(f"it has a constant of {count:,} numbers that are not there")
        return tensor

    def small(self, tensor: Message) -> tuple[int, ...]:
        """The whole numbers of a small constant; () for any other."""
        raw = wire.parts(tensor, "bytes")
        if wire.number(tensor, "type") != INT64 or sum(map(len, wire.parts(tensor, "integers 64"))) > 10 * SMALL:
            return ()
        if not raw:
            return tuple(self.reader.integers(tensor["integers 64"]))
        return tuple(np.frombuffer(raw[0], "<i8").tolist()) if len(raw[0]) <= 8 * SMALL else ()

    def node(self, data: memoryview) -> None:
        node = self.reader.message(data, _NODE, "a node")
        operator = wire.text(node, "operator")
        if operator not in OPERATORS or wire.text(node, "domain") not in ("", "ai.onnx"):
            name = f"{wire.text(node, 'domain')} {operator}".strip()
            raise ValueError(f"it has the operator {name[:100]!r}, which no bundle may have")
        inputs = wire.texts(node, "inputs")
        unknown = [name for name in inputs if name and name not in self.known]
        if unknown:
            raise ValueError(f"it uses the array {unknown[0]!r} before it is made")
        constant = self.attributes(node, operator)
        operands = {place: self.known[name] for place, name in enumerate(inputs) if name}
        for place in SHAPE_OPERANDS.get(operator, ()):
            if place in operands:
                _check_operand(operator, operands[place])
        fixed = operator in OF_SHAPES or all(value.fixed for value in operands.values())
        for name in wire.texts(node, "outputs"):
            if name:
                self.define(name, _Value(fixed, constant))

    def attributes(self, node: Message, operator: str) -> tuple[int, ...]:
        """Check a node's attributes; the whole numbers of a small constant that it holds."""
        constant: tuple[int, ...] = ()
        for part in wire.parts(node, "attributes"):
            attribute = self.reader.message(part, _ATTRIBUTE, f"an attribute of {operator}")
            if wire.number(attribute, "type") not in _ATTRIBUTE_TYPES:
                raise ValueError(f"it has an attribute of an unusual type in {operator}")
            integers = self.reader.integers([*attribute["integer"], *attribute["integers"]])
            for tensor in wire.parts(attribute, "tensor"):
                integers += self.small(self.tensor(tensor))
            if operator == "Constant":
                constant = tuple(integers[:SMALL])
            elif operator != "Slice" and any(abs(number) > LARGEST for number in integers):
                raise ValueError(f"it has a number in {operator} that is far too large")
        return constant


def _only(message: Message, name: str) -> memoryview:
    found = wire.parts(message, name)
    return found[0] if found else memoryview(b"")


def _check_operand(operator: str, value: _Value) -> None:
    if not value.fixed:
        raise ValueError(f"it has shapes that depend on what goes in ({operator})")
    sizes = [abs(number) for number in value.integers]
    if operator in FACTORS and math.prod(max(size, 1) for size in sizes) > LARGEST:
        raise ValueError(f"it makes an array of more than {LARGEST:,} numbers ({operator})")
    if operator in LENGTHS and max(sizes, default=0) > LARGEST:
        raise ValueError(f"it makes an array of more than {LARGEST:,} numbers ({operator})")
