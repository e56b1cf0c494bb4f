"""The key of a Philox stream, as NumPy takes one without asking the machine for random numbers.

A module of its own: NumPy loads its random numbers when they are first asked for, and who draws none does not wait.
"""

import numpy as np
from numpy.random.bit_generator import ISeedSequence
from numpy.typing import NDArray


class Key(ISeedSequence):
    """A key of 16 bytes. Given as `key=`, NumPy would draw a seed from the machine all the same, which nobody uses and
    which takes half of the time of a short stream."""

    def __init__(self, digest: bytes) -> None:
        self._digest = digest

    def generate_state(self, n_words: int, dtype: object = np.uint32) -> NDArray[np.uint64]:
        """The two words of 64 bits that Philox asks for."""
        return np.frombuffer(self._digest, dtype="<u8").astype(np.uint64)
