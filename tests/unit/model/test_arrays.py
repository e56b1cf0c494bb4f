"""Arrays as bytes: they come back, the bytes are the same each time, and nothing that a file claims is believed."""

import io
import struct
import zipfile

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from kickitout.errors import DamagedFileError
from kickitout.model import arrays

MOST = 10_000
SOME = {"weights": np.arange(3, dtype=np.float32), "means": np.ones((3, 2), np.float32)}


def unpack(data):
    return arrays.unpack(data, "prior.npz", most_bytes=MOST)


def zipped(content: bytes, name: str = "weights.npy", method: int = zipfile.ZIP_DEFLATED) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive:
        archive.writestr(name, content)
    return stream.getvalue()


def saved(array: np.ndarray, **more) -> bytes:
    stream = io.BytesIO()
    np.save(stream, array, **more)
    return stream.getvalue()


@given(
    st.dictionaries(
        st.text("abc", min_size=1, max_size=3),
        hnp.arrays(np.float32, hnp.array_shapes(min_dims=0, min_side=0, max_side=4)),
        max_size=3,
    )
)
def test_what_is_packed_comes_back_and_is_the_same_bytes(several):
    data = arrays.pack(several)
    assert arrays.pack(several) == data
    found = unpack(data)
    assert found.keys() == several.keys()
    for name, array in several.items():
        assert found[name].dtype == np.float32
        np.testing.assert_array_equal(found[name], array)


def test_numpy_reads_it_too():
    with np.load(io.BytesIO(arrays.pack(SOME)), allow_pickle=False) as data:
        np.testing.assert_array_equal(data["means"], SOME["means"])


def test_every_cut_is_refused():
    data = arrays.pack(SOME)
    for length in range(len(data)):
        with pytest.raises(DamagedFileError, match=r"prior\.npz is no file of arrays"):
            unpack(data[:length])


@given(st.integers(0, len(arrays.pack(SOME)) - 1), st.integers(1, 255))
def test_a_changed_byte_is_refused_or_harmless(place, change):
    data = bytearray(arrays.pack(SOME))
    data[place] ^= change
    try:
        found = unpack(bytes(data))
    except DamagedFileError:
        return
    assert all(array.dtype == np.float32 and array.size <= MOST for array in found.values())


def test_what_unpacks_to_too_much_is_refused_unread():
    data = zipped(saved(np.zeros(MOST, np.float32)))
    assert len(data) < 500
    with pytest.raises(DamagedFileError, match="more than 10,000 bytes"):
        unpack(data)


def test_a_header_that_claims_more_than_there_is_is_refused():
    header = b"{'descr': '<f4', 'fortran_order': False, 'shape': (1000000, 1000000), }"
    header = header.ljust(117) + b"\n"
    content = b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header + bytes(8)
    with pytest.raises(DamagedFileError, match="is no file of arrays"):
        unpack(zipped(content))


@pytest.mark.parametrize(
    "array",
    [
        np.zeros(3),
        np.zeros(3, np.int32),
        np.zeros(3, ">f4"),
        np.asfortranarray(np.zeros((3, 2), np.float32)),
        np.array(["text"]),
    ],
)
def test_other_kinds_of_numbers_are_refused(array):
    with pytest.raises(DamagedFileError, match="is no file of arrays"):
        unpack(zipped(saved(array)))


def test_objects_are_never_unpickled():
    content = saved(np.array([{"a": 1}], dtype=object), allow_pickle=True)
    with pytest.raises(DamagedFileError):
        unpack(zipped(content))
    with pytest.raises(DamagedFileError):
        unpack(b"\x80\x04" + bytes(20))


@pytest.mark.parametrize("method", [zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2])
def test_unusual_packing_is_refused(method):
    with pytest.raises(DamagedFileError, match="unusual way"):
        unpack(zipped(saved(np.zeros(3, np.float32)), method=method))
