"""The public names are exactly the listed ones, and each is what it says."""

import subprocess
import sys
from importlib.metadata import version

import pytest

import kickitout

NAMES = [
    "AudioFileError",
    "Bundle",
    "Card",
    "DamagedFileError",
    "InputError",
    "Instrument",
    "Kick",
    "KickItOutError",
    "Matched",
    "MissingExtraError",
    "OutputError",
    "Request",
    "VersionError",
    "__version__",
    "generate",
    "load",
    "make_pack",
    "match",
    "morph",
    "similar",
    "vary",
]


def test_the_list_is_this_one():
    assert kickitout.__all__ == NAMES
    assert set(NAMES) <= set(dir(kickitout))


@pytest.mark.parametrize("name", NAMES)
def test_every_name_is_there_and_comes_from_the_house(name):
    value = getattr(kickitout, name)
    if name == "__version__":
        assert value == version("kickitout")
    else:
        assert value.__module__.startswith("kickitout.")
        assert value.__name__ == name
        assert value.__doc__


def test_other_names_are_refused():
    with pytest.raises(AttributeError, match="no attribute 'snare'"):
        kickitout.snare  # noqa: B018


def test_a_star_brings_them_all():
    code = (
        "from kickitout import *; print(*sorted(name for name in globals() if name in __import__('kickitout').__all__))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == sorted(NAMES)
