"""The golden vectors are what Python makes now; `make js-test` tries the engine on them."""

import json
import math

import pytest

from twins import write_vectors

SAME = 1e-5
"""Of a number: another machine's sums differ less (a processor without AVX-512: 1.4e-6 of an embedding), and what
Python changed does not."""


def assert_same(found, wanted, place=""):
    if isinstance(wanted, float) or (isinstance(found, float) and wanted is not None):
        assert math.isclose(found, wanted, rel_tol=SAME, abs_tol=1e-9), place
    elif isinstance(wanted, dict):
        assert found.keys() == wanted.keys(), place
        for name, value in wanted.items():
            assert_same(found[name], value, f"{place}.{name}")
    elif isinstance(wanted, list):
        assert len(found) == len(wanted), place
        for index, (one, value) in enumerate(zip(found, wanted, strict=True)):
            assert_same(one, value, f"{place}[{index}]")
    else:
        assert found == wanted, place


@pytest.mark.parametrize("name", write_vectors.GROUPS)
def test_vectors_are_what_python_makes_now(name):
    kept = json.loads((write_vectors.FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    assert_same(write_vectors.vectors(name), kept, "python -m twins.write_vectors brings it up to date: ")


def test_there_are_no_others():
    assert {path.stem for path in write_vectors.FOLDER.glob("*.json")} == set(write_vectors.GROUPS)
    tests = {path.name.removesuffix(".test.js") for path in write_vectors.FOLDER.parent.glob("*.test.js")}
    assert set(write_vectors.GROUPS) <= tests
