"""Inputs that were finds of `make fuzz` once are none any more."""

import pytest

from fuzz.__main__ import CORPUS, by_target, corpus_files
from fuzz.hunt import Hunt
from fuzz.targets import TARGETS

MOST_BYTES = 200_000


def test_the_corpus_is_small_and_each_input_has_its_target():
    files = corpus_files()
    assert sum(path.stat().st_size for path in files) < MOST_BYTES
    assert set(by_target(files)) <= set(TARGETS)


@pytest.mark.parametrize("target", sorted(by_target(corpus_files())))
def test_no_input_of_the_corpus_does_harm(target, tmp_path):
    with Hunt(tmp_path, None) as hunt:
        found = hunt.replay(target, by_target(corpus_files())[target])
    assert not {path.relative_to(CORPUS).as_posix(): (find.words, find.detail) for path, find in found.items()}
