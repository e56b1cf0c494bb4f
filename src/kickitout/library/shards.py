"""Kicks as bytes of a shard, and back; `kickitout.library.store` describes the format."""

import io
import struct
import zipfile
import zlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kickitout.system.npy import read_npy

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
    OverflowError,
)
"""The errors that reading a truncated or altered shard may raise."""

MAX_MEMBER = 2**20
"""Bytes of an array in a shard: 1 MiB; a kick has 88 kB, and 256 fingerprints 148 kB."""

MAX_MEMBERS = 4096

_END = struct.Struct("<4s4H2LH")
"""The last bytes of a zip without a comment, as shards are: how many members it has, and how long their list is."""

_LARGE_END = b"PK\x06\x07"
"""What stands before these in a zip of more than 4 GiB, or in one that says so."""


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
    """Inverse of `encode`: samples (2, m). Raises `ValueError` where `encode` gives no such array."""
    if planes.dtype != np.uint8 or planes.ndim != 3 or planes.shape[0] != 2 or planes.shape[1] not in (1, 2):
        raise ValueError("no kick")
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


def directory(path: Path) -> NDArray[np.int64]:
    """The members of a shard: one row of offset, compressed size and checksum each, the fingerprints last.

    Raises one of READ_ERRORS. The end of the file is looked at first: the list of a zip of millions of members would
    take gigabytes.
    """
    with path.open("rb") as stream:
        stream.seek(-_END.size - 20, io.SEEK_END)
        before = stream.read(20)
        mark, _, _, _, count, size, _, comment = _END.unpack(stream.read(_END.size))
        if mark != b"PK\x05\x06" or comment or before.startswith(_LARGE_END):
            raise ValueError("no shard")
        if count > MAX_MEMBERS or size > 256 * MAX_MEMBERS:
            raise ValueError("too many members")
        with zipfile.ZipFile(stream) as archive:
            members = archive.infolist()
    names = [f"{position:05d}.npy" for position in range(len(members) - 1)] + [f"{EMBEDDINGS}.npy"]
    if [member.filename for member in members] != names:
        raise ValueError("unexpected members")
    rows = [(member.header_offset, member.compress_size, member.CRC) for member in members]
    return np.array(rows, dtype=np.int64)


def read_member(path: Path, offset: int, size: int, checksum: int) -> NDArray[Any]:
    """One array of a shard, by its row in the directory; only its bytes are read, and no more than MAX_MEMBER unpacked.

    Raises one of READ_ERRORS.
    """
    if not 0 <= size <= MAX_MEMBER:
        raise ValueError("too large")
    with path.open("rb") as stream:
        stream.seek(offset)
        header = stream.read(30)
        # A local header: the lengths of name and extra field are its last four bytes.
        name, extra = int.from_bytes(header[26:28], "little"), int.from_bytes(header[28:30], "little")
        stream.seek(name + extra, io.SEEK_CUR)
        inflating = zlib.decompressobj(-zlib.MAX_WBITS)
        data = inflating.decompress(stream.read(size), MAX_MEMBER)
    if not inflating.eof or zlib.crc32(data) != checksum:
        raise ValueError("cut off, too large, or of another checksum")
    return read_npy(data)
