"""Damage to the structure of JSON, TOML and tables: types swapped, numbers at the ends, depth, odd letters."""

import copy
import json
from random import Random
from typing import Any

RAW = "\u2063raw:"
"""A text that begins so stands for itself, without quotes: numbers that `json.dumps` cannot write, and depth."""

LITERALS: tuple[Any, ...] = (
    None, True, False, 0, 1, -1, 2, 0.5, 1.5, -0.0, 1e-320, 1e300, float("nan"), float("inf"), float("-inf"),
    2**31, 2**53, 2**63 - 1, 2**63, 2**64, 10**40, -(2**63), 10**400,
    "", " ", "0", "1", "null", "nan", "\0", "a\0b", "\ud800", "\udfff\ud800", "é", "\x1b[31mred", "\r\n", "../..",
    "/dev/null", "C:\\x", "a" * 300, "a" * 5000, "%s%n", "{seed}", "{0}", "{", "}", "{what.__class__}", "\u202e", "😀",
    [], {}, [[]], [None], [0], {"": 0}, {"a": {}}, [{}], [0] * 300,
    f"{RAW}1e999", f"{RAW}-1e999", f"{RAW}1E400", f"{RAW}{'9' * 5000}", f"{RAW}{'[' * 600}{']' * 600}",
    f"{RAW}{'[' * 100_000}{']' * 100_000}", f"{RAW}{'[' * 50_000}", RAW + '{"a":' * 5000 + "1" + "}" * 5000,
)  # fmt: skip
"""Values that programs forget."""


def places_in(data: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The ways to all values inside, that of the whole among them."""
    found = [path]
    pairs = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in pairs:
        found += places_in(value, (*path, key))
    return found


def _at(data: Any, path: tuple[Any, ...]) -> Any:
    for key in path:
        data = data[key]
    return data


LARGEST = 10**300


def restructured(dice: Random, data: Any, literals: tuple[Any, ...] = LITERALS) -> Any:
    """A copy of JSON data with one to three changes of its structure or its values."""
    data = copy.deepcopy(data)
    for _ in range(dice.choice((1, 1, 1, 2, 3))):
        path = dice.choice(places_in(data))
        if not path:
            data = _other(dice, data, literals) if dice.random() < 0.3 else data
            continue
        holder, key = _at(data, path[:-1]), path[-1]
        change = dice.randrange(8)
        if change == 0:
            del holder[key]
        elif change == 1 and isinstance(holder, dict):
            holder[dice.choice(("", "extra", "format", "\0", "\ud800", "a" * 300, "__class__"))] = holder[key]
        elif change == 2 and isinstance(holder, list):
            holder *= dice.choice((2, 2, 20, 1000 if len(holder) < 10_000 else 2))  # or it is this that fills memory
        elif change == 3:
            holder[key] = copy.deepcopy(_at(data, dice.choice(places_in(data))))  # one value in the place of another
        elif change == 4 and isinstance(holder, dict):
            holder[key + dice.choice(("", " ", "s", "\0", "é"))] = holder.pop(key)
        else:
            holder[key] = _other(dice, holder[key], literals)
    return data


def _other(dice: Random, value: Any, literals: tuple[Any, ...]) -> Any:
    change = dice.randrange(6)
    if change == 0 and isinstance(value, int | float) and not isinstance(value, bool):
        near = max(-LARGEST, min(value, LARGEST))  # a literal may be an integer that no float holds
        return dice.choice((-value, value + 1, value * 1000, near / 3, str(value), [value], near * 1e300))
    if change == 1 and isinstance(value, str):
        return dice.choice((value.upper(), value + value, value[:-1], value + "\0", value + "\n", [value], value[::-1]))
    if change == 2:
        return [value]
    if change == 3:
        return {"a": value}
    return copy.deepcopy(dice.choice(literals))


def to_json(data: Any) -> bytes:
    """JSON data as text, with what stands for itself (`RAW`), NaN and halves of surrogate pairs."""
    text = json.dumps(data, ensure_ascii=True)
    mark = json.dumps(RAW)[1:-1]
    pieces = text.split(f'"{mark}')
    whole = pieces[0]
    for piece in pieces[1:]:
        raw, _, rest = _unquoted(piece)
        whole += raw + rest
    return whole.encode("utf-8", "surrogatepass")  # what stands for itself may be any text


def _unquoted(piece: str) -> tuple[str, str, str]:
    """What stands up to the next quote that is not escaped, without its escapes; the quote; the rest."""
    at = 0
    while piece[at] != '"':
        at += 2 if piece[at] == "\\" else 1
    return json.loads(f'"{piece[:at]}"'), '"', piece[at + 1 :]


def to_toml(data: Any) -> bytes:
    """Sections of keys as TOML; what TOML does not have is written as JSON has it, and refused when it is read."""
    if not isinstance(data, dict):
        return to_json(data)
    lines: list[str] = []
    for section, values in data.items():
        if isinstance(values, dict):
            lines += [f"[{_toml_key(section)}]", *(f"{_toml_key(key)} = {_toml(one)}" for key, one in values.items())]
        else:
            lines.insert(0, f"{_toml_key(section)} = {_toml(values)}")
    return "\n".join(lines).encode("utf-8", "surrogatepass")


def _toml_key(key: str) -> str:
    return key if key.isidentifier() else json.dumps(key)


def _toml(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_toml_key(key)} = {_toml(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_toml, value)) + "]"
    return to_json(value).decode("ascii").replace("NaN", "nan").replace("Infinity", "inf")
