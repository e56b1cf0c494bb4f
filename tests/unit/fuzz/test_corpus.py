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


def test_no_input_of_the_corpus_does_harm(tmp_path):
    names = {}
    for path in corpus_files():
        target = path.parent.name
        copy = tmp_path / "inputs" / f"{target} {path.name}"
        copy.parent.mkdir(exist_ok=True)
        copy.write_bytes(target.encode() + b"\n" + path.read_bytes())
        names[copy] = path.relative_to(CORPUS).as_posix()
    with Hunt(tmp_path / "home", None) as hunt:
        found = hunt.replay("testing.whole_corpus:Whole", list(names))
    assert not {names[path]: (find.words, find.detail) for path, find in found.items()}


@pytest.mark.slow  # all in one process above
@pytest.mark.parametrize("target", sorted(by_target(corpus_files())))
def test_no_input_of_the_corpus_does_harm_in_a_process_of_its_target_alone(target, tmp_path):
    with Hunt(tmp_path, None) as hunt:
        found = hunt.replay(target, by_target(corpus_files())[target])
    assert not {path.relative_to(CORPUS).as_posix(): (find.words, find.detail) for path, find in found.items()}
