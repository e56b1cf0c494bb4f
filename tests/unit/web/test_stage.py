"""What is played: the model of the start, and those that were trained here."""

import gc
import re

import pytest

from kickitout.errors import InputError, KickItOutError
from kickitout.instrument.instrument import load
from kickitout.web.session import UnknownKickError
from kickitout.web.stage import Stage
from kickitout.web.studio import Studio
from testing.tiny_sketch import write_sketch_bundle


@pytest.fixture
def stage(tmp_path):
    """A stage with a model, and a folder of others."""
    bundles = {}
    one = Stage(Studio(load(write_sketch_bundle(tmp_path / "first"), gate=False)), lambda: bundles)
    one.bundles = bundles
    yield one
    one.close()


def made(studio):
    return next(task() for task in studio.make(seeds=[3]))


def test_another_model_plays_and_the_first_comes_back(stage, tmp_path):
    first = stage.studio
    assert stage.models() == ["first"]
    kick = made(first)
    stage.bundles["mine"] = write_sketch_bundle(tmp_path / "mine", description="Another.")
    assert stage.models() == ["first", "mine"]
    assert stage.play("mine") is stage.studio is not first
    assert stage.studio.instrument.name == "mine"
    assert not stage.studio.instrument.gate
    with pytest.raises(UnknownKickError, match="make it again"):
        stage.studio.kick(kick.id)
    assert made(stage.studio).id != kick.id  # the recipe in the file names the model
    assert first.wav(kick.id) is not None  # what was begun with it ends with it
    assert stage.play("first") is first
    assert stage.studio.kick(kick.id) is kick


def test_a_model_that_was_made_anew_is_loaded_anew(stage, tmp_path):
    stage.bundles["mine"] = write_sketch_bundle(tmp_path / "mine")
    before = stage.play("mine")
    folder = before.folder
    write_sketch_bundle(tmp_path / "mine", description="Another.")
    after = stage.play("mine")
    assert after.instrument.bundle.checksum != before.instrument.bundle.checksum
    del before
    gc.collect()
    assert not folder.exists()  # nobody asks it any more
    assert after.folder.exists()


def test_what_is_no_model_changes_nothing(stage, tmp_path):
    before = stage.studio
    with pytest.raises(InputError, match=re.escape("model ../mine: unknown; choose first")):
        stage.play("../mine")
    (tmp_path / "broken").mkdir()
    stage.bundles["broken"] = tmp_path / "broken"
    with pytest.raises(KickItOutError):
        stage.play("broken")
    assert stage.studio is before
