"""Kicks as bytes of a shard, and back; `kickitout.library.store` describes the format."""

import io
import struct
import zipfile
import zlib
from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

EMBEDDINGS = "embeddings"
"""The member of a shard that holds the fingerprints; the name is as old as the format."""

READ_ERRORS = (
    OSError,
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    IndexError,
    ValueError,
    EOFError,
    NotImplementedError,
)
"""The errors that reading a truncated or altered shard may raise."""


def encode(samples: NDArray[np.int16]) -> NDArray[np.uint8]:
    """Samples (2, n) as bytes (2, c, m) that deflate well; m: without trailing zeros, c: 1 if channels are equal."""
    nonzero = np.flatnonzero(samples.any(axis=0))
    x = samples[:, : int(nonzero[-1]) + 1 if len(nonzero) else 0].copy()
    if np.array_equal(x[0], x[1]):
        x = x[:1]
    else:
        x[1] -= x[0]
    for _ in range(2):
        x = np.diff(x, axis=1, prepend=np.zeros((len(x), 1), dtype=np.int16))
    folded = ((x << 1) ^ (x >> 15)).view(np.uint16)
    return np.stack([folded & 0xFF, folded >> 8]).astype(np.uint8)


def decode(planes: NDArray[np.uint8]) -> NDArray[np.int16]:
    """Inverse of `encode`: samples (2, m)."""
    folded = planes[0].astype(np.uint16) | (planes[1].astype(np.uint16) << 8)
    x: NDArray[np.int16] = ((folded >> 1) ^ (0 - (folded & 1))).astype(np.uint16).view(np.int16)
    for _ in range(2):
        x = np.cumsum(x, axis=1, dtype=np.int16)
    if len(x) == 2:
        x[1] += x[0]
        return x
    return np.asarray(np.repeat(x, 2, axis=0), dtype=np.int16)


def pack_shard(kicks: Iterable[NDArray[np.uint8]], embeddings: NDArray[np.float16]) -> bytes:
    """A shard as bytes: a deflated .npz without dates, so equal content gives equal bytes."""
    stream = io.BytesIO()
    members: list[tuple[str, NDArray[Any]]] = [(f"{i:05d}", kick) for i, kick in enumerate(kicks)]
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, array in [*members, (EMBEDDINGS, embeddings)]:
            data = io.BytesIO()
            np.lib.format.write_array(data, np.ascontiguousarray(array), allow_pickle=False)
            member = zipfile.ZipInfo(f"{name}.npy", date_time=(1980, 1, 1, 0, 0, 0))
            member.compress_type = zipfile.ZIP_DEFLATED
            member.create_system = 3  # the same bytes on Windows
            archive.writestr(member, data.getvalue())
    return stream.getvalue()
