"""The wire format of protocol buffers, read without trust: what ONNX files are written in.

A message is a row of fields; each begins with its number and how it is packed. The reader takes the numbers that a
schema names and refuses all others, so that a file holds nothing for another reader that this one did not see.
"""

from collections.abc import Mapping
from dataclasses import dataclass

VARINT, EIGHT, LENGTH, FOUR = 0, 1, 2, 5
"""How a field is packed: a number of its own length, eight bytes, its length and so many bytes, four bytes."""

MAX_FIELDS = 2**17
"""Fields that a file may have in all. The largest of the shipped graphs has 10,177."""


@dataclass(frozen=True)
class Field:
    """A field that a message may have.

    Attributes:
        name: as it is found in the result of `Reader.message`.
        packed: how; a repeated number may also be packed as LENGTH, as all of its numbers in a row.
        many: whether it may come more than once.
    """

    name: str
    packed: int
    many: bool = False


Schema = Mapping[int, Field]
Message = dict[str, list[int | memoryview]]


class Reader:
    """Reads messages, and counts their fields over all calls."""

    def __init__(self) -> None:
        self._left = MAX_FIELDS

    def message(self, data: memoryview, schema: Schema, what: str) -> Message:
        """The fields of a message by name; each has a list, in the order of the file.

        Args:
            data: of the message.
            schema: its fields by number.
            what: what the message is, for errors.

        Raises:
            ValueError: a field that the schema does not have, one that is there twice, or no message.
        """
        found: Message = {field.name: [] for field in schema.values()}
        at, end = 0, len(data)
        while at < end:
            self.count()
            tag, at = varint(data, at)
            number, packed = tag >> 3, tag & 7
            field = schema.get(number)
            if field is None:
                raise ValueError(f"{what} has a field (number {number}) that is not allowed")
            value: int | memoryview
            if packed == VARINT:
                value, at = varint(data, at)
            else:
                if packed == LENGTH:
                    size, at = varint(data, at)
                elif packed in (FOUR, EIGHT):
                    size = 4 if packed == FOUR else 8
                else:
                    raise ValueError(f"{what} is packed in an unusual way")
                if size > end - at:
                    raise ValueError(f"{what} is cut off")
                value = data[at : at + size]
                at += size
            if packed != field.packed and not (field.many and packed == LENGTH):
                raise ValueError(f"{field.name} of {what} is packed in an unusual way")
            values = found[field.name]
            if values and not field.many:
                raise ValueError(f"{what} has its {field.name} twice")
            values.append(value)
        return found

    def count(self) -> None:
        """One more field. Raises `ValueError` where there are too many."""
        self._left -= 1
        if self._left < 0:
            raise ValueError(f"it has more than {MAX_FIELDS:,} parts")

    def integers(self, values: list[int | memoryview]) -> list[int]:
        """Repeated whole numbers, one by one or packed, with their signs. Raises `ValueError`."""
        found: list[int] = []
        for value in values:
            if isinstance(value, int):
                found.append(signed(value))
                continue
            at = 0
            while at < len(value):
                self.count()
                number, at = varint(value, at)
                found.append(signed(number))
        return found


def varint(data: memoryview, at: int) -> tuple[int, int]:
    """The unsigned number that begins at a place, and the place behind it. Raises `ValueError`."""
    value = shift = 0
    while True:
        if at >= len(data) or shift > 63:
            raise ValueError("a number in it is cut off or endless")
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value & 0xFFFFFFFFFFFFFFFF, at
        shift += 7


def signed(value: int) -> int:
    """A number of 64 bits with its sign."""
    return value - 2**64 if value >= 2**63 else value


def text(message: Message, name: str) -> str:
    """A field of text, "" where it is left out. Raises `ValueError` unless it is UTF-8."""
    return next(iter(texts(message, name)), "")


def texts(message: Message, name: str) -> list[str]:
    """A repeated field of text. Raises `ValueError` unless it is UTF-8."""
    return [str(value, "utf-8") for value in message[name] if not isinstance(value, int)]


def number(message: Message, name: str) -> int:
    """A whole number, 0 where it is left out."""
    value = next(iter(message[name]), 0)
    return signed(value) if isinstance(value, int) else 0


def parts(message: Message, name: str) -> list[memoryview]:
    """A repeated field of messages, as their bytes."""
    return [value for value in message[name] if not isinstance(value, int)]
