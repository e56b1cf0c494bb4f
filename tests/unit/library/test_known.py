"""Kicks that are there already."""

import numpy as np
import pytest

from kickitout.errors import InputError
from kickitout.library.known import KnownKicks
from kickitout.library.synthesis import synthesise_kick
from kickitout.sound.kick import Kick


def kick(seed):
    return Kick(synthesise_kick(seed)[0])


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("kicks")
    (folder / "deep").mkdir()
    for seed in range(3):
        kick(seed).save(folder / f"{seed}.wav")
    kick(3).save(folder / "deep" / "3.flac")
    (folder / "no_audio.wav").write_text("x")
    return folder


def test_a_kick_below_the_folder_is_found_whatever_its_level(folder):
    known = KnownKicks.below(folder)
    assert len(known.paths) == 4
    assert [(path.name, why[:22]) for path, why in known.refused] == [("no_audio.wav", "cannot be read as audi")]
    for seed, name in ((1, "1.wav"), (3, "deep/3.flac")):
        one = Kick(0.3 * kick(seed).audio)
        assert known.find(one) == folder / name
        assert known.refuse(one) == f"it is the same sound as {folder / name}"
    for seed in (7, 8, 9):
        assert known.find(kick(seed)) is None
        assert known.refuse(kick(seed)) is None
    assert known.find(Kick(np.zeros((2, 22_050), np.float32))) is None


def test_what_is_left_out_does_not_count(folder):
    known = KnownKicks.below(folder, leave_out=[folder / "1.wav", folder / "deep"])
    assert known.find(kick(1)) is None
    assert known.find(kick(3)) is None
    assert known.find(kick(2)) == folder / "2.wav"


def test_an_empty_folder_knows_nothing_and_none_is_refused(tmp_path):
    assert KnownKicks.below(tmp_path).find(kick(1)) is None
    with pytest.raises(InputError, match=r"^unique_against .*absent: not a folder; give one with kicks$"):
        KnownKicks.below(tmp_path / "absent")
