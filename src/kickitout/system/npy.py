"""Arrays in the format `.npy`, read without trust: no size that a header claims is believed before it is checked."""

import io
import math
from typing import Any

import numpy as np
from numpy.typing import NDArray


def read_npy(content: bytes) -> NDArray[Any]:
    """The array in the bytes of an `.npy` file of format 1.0. Nothing is unpickled.

    NumPy's own reader takes the memory that the header names before it looks at the numbers.

    Raises:
        ValueError: it is none, or its numbers are not as many as its header says.
    """
    stream = io.BytesIO(content)
    try:
        version = np.lib.format.read_magic(stream)
        header: tuple[tuple[int, ...], bool, np.dtype[Any]] = np.lib.format.read_array_header_1_0(stream)
    except Exception as error:  # headers are Python literals: nested or cut ones raise errors of many kinds
        raise ValueError("no array") from error
    shape, in_columns, dtype = header
    if version != (1, 0) or in_columns or dtype.hasobject or dtype.kind not in "biuf":
        raise ValueError("an array of an unusual kind")
    numbers = content[stream.tell() :]
    if any(size < 0 for size in shape) or dtype.itemsize * math.prod(shape) != len(numbers):
        raise ValueError("not the numbers that it names")
    return np.frombuffer(numbers, dtype=dtype).reshape(shape)
