"""ONNX files as nobody exports them, written byte by byte: what the `onnx` package would not write, too."""

from collections.abc import Iterable

import numpy as np

FLOAT32, INT64 = 1, 7
INT, TENSOR, GRAPH, INTS, SPARSE = 2, 4, 5, 7, 11
LATENT = 100

Written = bytes | int | str | Iterable[int]


def varint(value: int) -> bytes:
    """A whole number as the wire format has it."""
    value %= 2**64
    found = bytearray()
    while value > 0x7F:
        found.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*found, value])


def message(*fields: tuple[int, Written]) -> bytes:
    """A message of fields, each a number and what it holds: a whole number, bytes or a text, or numbers in a row."""
    found = b""
    for number, value in fields:
        if isinstance(value, int):
            found += varint(number << 3) + varint(value)
            continue
        if isinstance(value, str):
            value = value.encode()
        elif not isinstance(value, bytes):
            value = b"".join(map(varint, value))
        found += varint(number << 3 | 2) + varint(len(value)) + value
    return found


def tensor(name: str, values: np.ndarray, *others: tuple[int, Written]) -> bytes:
    """A constant; `others` are more fields of it."""
    kind = {"f": FLOAT32, "i": INT64}[values.dtype.kind]
    raw = values.astype("<f4" if kind == FLOAT32 else "<i8").tobytes()
    return message((1, values.shape), (2, kind), (8, name), (9, raw), *others)


def external(name: str, sides: Iterable[int], place: str) -> bytes:
    """A constant whose numbers lie in another file."""
    return message((1, sides), (2, FLOAT32), (8, name), (13, message((1, "location"), (2, place))), (14, 1))


def node(operator: str, inputs: Iterable[str], outputs: Iterable[str], *others: tuple[int, Written]) -> bytes:
    """A node; `others` are more fields of it, such as (5, attribute(...)) or (7, domain)."""
    return message(*((1, name) for name in inputs), *((2, name) for name in outputs), (4, operator), *others)


def attribute(name: str, kind: int, *fields: tuple[int, Written]) -> tuple[int, bytes]:
    """An attribute as a field of a node."""
    return 5, message((1, name), *fields, (20, kind))


def value(name: str, sides: Iterable[int], kind: int = FLOAT32) -> bytes:
    """An input or output of a graph."""
    shape = message(*((1, message((1, side))) for side in sides))
    return message((1, name), (2, message((1, message((1, kind), (2, shape))))))


def graph(nodes: Iterable[bytes], constants: Iterable[bytes] = (), *others: tuple[int, Written]) -> bytes:
    """A graph from `latent` (1, 100) to `kick` (1, 2, 22050)."""
    return message(
        *((1, one) for one in nodes),
        (2, "evil"),
        *((5, one) for one in constants),
        (11, value("latent", (1, LATENT))),
        (12, value("kick", (1, 2, 22_050))),
        *others,
    )


def model(inside: bytes, *others: tuple[int, Written]) -> bytes:
    """A file of a graph."""
    return message((1, 9), (7, inside), (8, message((1, ""), (2, 17))), *others)


def made_of(*nodes: bytes, constants: Iterable[bytes] = ()) -> bytes:
    """A file whose nodes make `out` of `latent`; its mean is the kick everywhere."""
    ending = [
        node("ReduceMean", ["out"], ["mean"], attribute("keepdims", INT, (3, 0))),
        node("Expand", ["mean", "wide"], ["kick"]),
    ]
    return model(graph([*nodes, *ending], [*constants, tensor("wide", np.array([1, 2, 22_050]))]))


def whole(name: str, *numbers: int) -> bytes:
    """A constant of whole numbers."""
    return tensor(name, np.array(numbers, dtype=np.int64))


HARMLESS = made_of(node("Identity", ["latent"], ["out"]))

_LOOP_BODY = message(
    (1, node("Identity", ["going"], ["still"])),
    (2, "body"),
    (11, value("turn", (), INT64)),
    (11, value("going", (), 9)),
    (12, value("still", (), 9)),
)

REFUSED = {
    "external data": (made_of(node("Identity", ["far"], ["out"]), constants=[external("far", (4,), "/etc/hostname")])),
    "external data in an attribute": made_of(
        node("Constant", [], ["out"], attribute("value", TENSOR, (5, external("", (4,), "notes.txt"))))
    ),
    "external data in a branch": made_of(
        node(
            "If",
            ["latent"],
            ["out"],
            attribute("then_branch", GRAPH, (6, graph([], [external("far", (4,), "../x")]))),
        )
    ),
    "external data in a function": model(
        graph([node("Identity", ["latent"], ["kick"])]),
        (25, message((1, "f"), (7, node("Constant", [], ["x"], attribute("value", 4, (5, external("", (4,), "x"))))))),
    ),
    "external data in training information": model(
        graph([node("Identity", ["latent"], ["kick"])]), (20, message((1, graph([], [external("far", (4,), "x")]))))
    ),
    "a sparse constant": model(graph([], (), (15, message((1, external("far", (4,), "x")))))),
    "a sparse attribute": made_of(
        node("Constant", [], ["out"], attribute("sparse_value", SPARSE, (22, message((1, external("", (4,), "x"))))))
    ),
    "an endless loop": made_of(
        node("Loop", ["", "always"], ["out"], attribute("body", GRAPH, (6, _LOOP_BODY))),
        constants=[message((2, 9), (8, "always"), (9, b"\1"))],
    ),
    "an operator of others": made_of(node("Identity", ["latent"], ["out"], (7, "com.microsoft"))),
    "an operator that nobody knows": made_of(node("\x1b[31mRun", ["latent"], ["out"])),
    "random numbers": made_of(node("RandomNormalLike", ["latent"], ["out"])),
    "shapes that depend on numbers": made_of(
        node("Cast", ["latent"], ["sides"], attribute("to", INT, (3, INT64))),
        node("Expand", ["zero", "sides"], ["out"]),
        constants=[tensor("zero", np.zeros(1, np.float32))],
    ),
    "a choice that depends on numbers": made_of(node("NonZero", ["latent"], ["out"])),
    "ConstantOfShape of 6.4 GB": made_of(
        node("ConstantOfShape", ["sides"], ["out"]), constants=[whole("sides", 1600, 1_000_000)]
    ),
    "Expand to 6.4 GB": made_of(
        node("Expand", ["zero", "sides"], ["out"]),
        constants=[whole("sides", 1600, 1_000_000), tensor("zero", np.zeros(1, np.float32))],
    ),
    "Tile to 40 GB": made_of(node("Tile", ["latent", "times"], ["out"]), constants=[whole("times", 10**5, 10**3)]),
    "Range to 10^12": made_of(
        node("Range", ["from", "to", "by"], ["out"]),
        constants=[tensor(name, np.array(number)) for name, number in (("from", 0), ("to", 10**12), ("by", 1))],
    ),
    "Pad by 10^10": made_of(node("Pad", ["latent", "sides"], ["out"]), constants=[whole("sides", 0, 10**10, 0, 0)]),
    "ConvTranspose in strides of 10^9": made_of(
        node("ConvTranspose", ["latent", "latent"], ["out"], attribute("strides", INTS, (8, [10**9])))
    ),
    "a shape in a node": made_of(
        node("Constant", [], ["sides"], attribute("value_ints", INTS, (8, [1600, 1_000_000]))),
        node("ConstantOfShape", ["sides"], ["out"]),
    ),
    "a constant of 4 TB": made_of(
        node("Identity", ["huge"], ["out"]), constants=[message((1, [2**40]), (2, FLOAT32), (8, "huge"), (9, b"1234"))]
    ),
    "a constant of less than nothing": made_of(
        node("Identity", ["less"], ["out"]), constants=[message((1, [-4]), (2, FLOAT32), (8, "less"), (9, b""))]
    ),
    "a constant of text": made_of(
        node("Identity", ["text"], ["out"]), constants=[message((1, [1]), (2, 8), (8, "text"), (6, "hello"))]
    ),
    "an array that is made twice": made_of(
        node("Identity", ["latent"], ["out"]), node("Identity", ["latent"], ["out"])
    ),
    "an array that nobody makes": made_of(node("Identity", ["ghost"], ["out"])),
    "an input without a shape": model(message((11, message((1, "latent"))), (12, value("kick", (1,))))),
    "an input of any length": model(message((11, value("latent", (1, 0))), (12, value("kick", (1,))))),
    "an input of 10^12 numbers": model(message((11, value("latent", (10**6, 10**6))), (12, value("kick", (1,))))),
    "an operator that is named twice": made_of(node("Identity", ["latent"], ["out"], (4, "Loop"))),
    "two graphs": message((1, 9), (7, HARMLESS), (7, HARMLESS)),
    "a file of ONNX Runtime's own format": b"\x12\x08\0\0ORTM\0\0" + HARMLESS,
    "nothing": b"",
    "a number without an end": b"\x08" + b"\xff" * 40,
    "a length beyond the end": b"\x3a\xff\xff\xff\x7f",
    "a million fields": b"\x08\x00" + b"\x72\x00" * 10**6,
}
"""Files that must not reach ONNX Runtime, each for one reason."""

TOO_SLOW_OR_LARGE = {
    "a shape that arithmetic makes": made_of(
        node("Mul", ["sides", "sides"], ["squared"]),
        node("ConstantOfShape", ["squared"], ["out"]),
        constants=[whole("sides", 200, 200)],
    ),
    "growth in small steps": made_of(
        node("ReduceMean", ["latent"], ["a0"]),
        *(node("Concat", [f"a{i}"] * 100, [f"a{i + 1}"], attribute("axis", INT, (3, 1))) for i in range(4)),
        node("Add", ["a4", "a0"], ["out"]),
    ),
    "work without an end": made_of(
        node("Reshape", ["latent", "column"], ["tall"]),
        node("Expand", ["tall", "square"], ["m0"]),
        *(node("MatMul", [f"m{i}", "m0"], [f"m{i + 1}"]) for i in range(5000)),
        node("Identity", ["m5000"], ["out"]),
        constants=[whole("column", 100, 1), whole("square", 400, 100, 100)],
    ),
}
"""Files that only a trial finds out: each is harmless as far as one can read."""
