"""A folder of kicks that grows goes on from what was trained on it."""

import pytest

from kickitout.library.store import Library
from kickitout.training.run.folder import RunRecord, state_path, write_record
from kickitout.training.settings.presets import load_preset
from kickitout.web import runs, train
from kickitout.web.train import Job, Training
from testing.tiny_library import make_library


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    return make_library(tmp_path_factory.mktemp("library"), kicks=2, validation=1)


def a_run(folder, fingerprint, *, saved=True):
    folder.mkdir(parents=True)
    data = {"kicks": 1, "by_licence": {}, "by_source": {}, "splits": ["train"], "library_fingerprint": fingerprint}
    write_record(folder, RunRecord(load_preset("kickgan"), data))
    if saved:
        state_path(folder, 8).write_bytes(b"state")


def test_a_run_of_the_same_kicks_goes_on_where_it_is(library, tmp_path):
    first = tmp_path / "own_kickgan"
    assert runs.continued(first, library.folder) == (first, None)
    a_run(first, library.fingerprint)
    assert runs.continued(first, library.folder) == (first, None)
    assert runs.latest(first) == first


@pytest.mark.parametrize("saved", [True, False])
def test_when_kicks_came_another_run_begins_from_the_weights_of_the_last(library, tmp_path, saved):
    first, second, third = (tmp_path / name for name in ("own_kickgan", "own_kickgan+2", "own_kickgan+3"))
    a_run(first, "another", saved=saved)
    assert runs.continued(first, library.folder) == (second, first if saved else None)
    assert runs.latest(first) == first  # until the other is there
    a_run(second, "yet another", saved=saved)
    assert runs.latest(first) == second
    assert runs.continued(first, library.folder) == (third, second if saved else None)
    a_run(third, library.fingerprint)
    assert runs.continued(first, library.folder) == (third, None)


def test_the_page_asks_for_it(library, tmp_path, monkeypatch):
    monkeypatch.setattr(train, "trainable", lambda: True)
    training, job = Training(tmp_path), Job("/kicks", None, 5.0, "kickgan")
    place = training._place(job.folder)
    make_library(place / train.LIBRARY, kicks=3, validation=1)
    grown = Library.open(place / train.LIBRARY)
    first = place / train.RUNS / "own_kickgan"
    assert training._train(job)[2:4] == ["-o", str(first)]
    a_run(first, library.fingerprint)
    assert training._train(job)[3:8] == [f"{first}+2", "--minutes", "5", "--from", str(first)]
    # The model is of the run that is there, whose library is no more.
    assert training._export(job)[1] == str(first)
    assert "--library" not in training._export(job)
    a_run(first.with_name("own_kickgan+2"), grown.fingerprint)
    assert training._train(job)[3:8] == [f"{first}+2", "--minutes", "5", "--from", "kickgan"]
    assert training._export(job)[1] == f"{first}+2"
    assert "--library" in training._export(job)


def test_what_cannot_be_read_is_left_to_the_verbs(library, tmp_path):
    a_run(tmp_path / "run", "another")
    assert runs.fits(tmp_path / "run", tmp_path / "no library")
    (tmp_path / "run" / "settings.json").write_text("{")
    assert runs.fits(tmp_path / "run", library.folder)


@pytest.mark.parametrize("kicks", range(4))
def test_how_many_kicks_are_needed_is_said_in_the_words_of_the_page(kicks):
    words = runs.few_kicks("/home/me/kicks", {"library": {"kicks": kicks}})
    assert (words == "") == (kicks >= 2)
    assert not words or words.startswith("Folder /home/me/kicks: holds ")
