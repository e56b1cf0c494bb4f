"""The tree of errors, and what each does to the exit code."""

import inspect
import re

import pytest

from kickitout import errors

CLASSES = {name: value for name, value in vars(errors).items() if inspect.isclass(value)}


def test_the_drawn_tree_is_the_real_one():
    drawn = dict(re.findall(r"(\w+Error)\s+exit code (\d)", errors.__doc__))
    assert {name: str(value.exit_code) for name, value in CLASSES.items()} == drawn


def test_every_error_is_one_of_ours():
    assert all(issubclass(value, errors.KickItOutError) for value in CLASSES.values())
    assert issubclass(errors.AudioFileError, errors.InputError)


@pytest.mark.parametrize("value", CLASSES.values(), ids=CLASSES)
def test_every_error_says_its_message(value):
    extra = {"reason": "silent"} if value is errors.AudioFileError else {}
    arguments = ("kick train", "train") if value is errors.MissingExtraError else ("x.wav is silent",)
    error = value(*arguments, **extra)
    assert arguments[0] in str(error)
    assert "\n" not in str(error)


def test_reasons_and_install_lines_travel_along():
    assert errors.AudioFileError("x", reason="silent").reason == "silent"
    error = errors.MissingExtraError("kick train", "train")
    assert error.extra == "train"
    assert "pip install 'kickitout[train]'" in str(error)
