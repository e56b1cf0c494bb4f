"""Named arrays as the bytes of an `.npz` file: the same bytes for the same numbers, and read without trust.

Nothing is unpickled, and no size that a file claims is believed before it is checked: neither by how much a member
unpacks to, nor by the shape that its header names.
"""

import io
import zipfile
import zlib
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from kickitout.errors import DamagedFileError
from kickitout.system.npy import read_npy

_SUFFIX = ".npy"

MAX_MEMBERS = 64
"""Arrays in a file, and what looks like the beginning of one."""


def pack(arrays: Mapping[str, NDArray[np.generic]]) -> bytes:
    """Arrays as a deflated `.npz`, the same whatever the day and the system. `unpack` takes back those of float32."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, array in arrays.items():
            data = io.BytesIO()
            np.lib.format.write_array(data, np.ascontiguousarray(array), allow_pickle=False)
            member = zipfile.ZipInfo(name + _SUFFIX, date_time=(1980, 1, 1, 0, 0, 0))
            member.compress_type = zipfile.ZIP_DEFLATED
            member.create_system = 3  # the same bytes on Windows
            archive.writestr(member, data.getvalue())
    return stream.getvalue()


def unpack(data: bytes, source: str, *, most_bytes: int) -> dict[str, NDArray[np.float32]]:
    """The arrays that `pack` packed; all are float32.

    Args:
        data: of the file.
        source: what the file is called in messages.
        most_bytes: what claims to unpack to more is refused unread.

    Raises:
        DamagedFileError: it is no such file, or too large.
    """
    try:
        if data.count(b"PK\x01\x02") > MAX_MEMBERS:  # each begins with these bytes; a list of millions takes gigabytes
            raise ValueError("too many members")
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
            if sum(member.file_size for member in members) > most_bytes:
                raise ValueError(f"more than {most_bytes:,} bytes")
            result: dict[str, NDArray[np.float32]] = {}
            for member in members:
                if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                    raise ValueError("an unusual way of packing")
                # The size in the directory is only a claim: reading stops there.
                with archive.open(member) as stream:
                    content = stream.read(member.file_size)
                result[member.filename.removesuffix(_SUFFIX)] = _array(content)
            return result
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, ValueError, NotImplementedError) as error:
        raise DamagedFileError(f"{source} is no file of arrays ({error}); fetch or export it again") from error


def _array(content: bytes) -> NDArray[np.float32]:
    """An array in the format `.npy`. Raises `ValueError` unless it is of float32."""
    array = read_npy(content)
    if array.dtype != np.dtype("<f4"):
        raise ValueError("not the float32 numbers that it names")
    return array.astype(np.float32)
