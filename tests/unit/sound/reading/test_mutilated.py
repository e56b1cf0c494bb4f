"""Twelve kinds of files, and what befalls them: the whole sound is read, or a refusal or a note says that it is not."""

import shutil
import subprocess
from functools import cache

import numpy as np
import pytest

from kickitout.errors import AudioFileError
from kickitout.sound import audio
from kickitout.sound.reading import notes
from testing.mutilated import CONTAINERS, FRAMES, MUTILATIONS, RATE, WITH_PYAV, claiming, id3, made

PLAIN = ("WAV 16", "WAV 24", "WAV float", "RF64", "BW64", "AIFF", "AIFC")
"""Those whose sound is plain numbers in chunks."""

LOSSLESS = (*PLAIN, "CAF", "FLAC")


@pytest.fixture(scope="module")
def whole():
    """The bytes of each kind, made once."""
    kept = {}

    def give(container):
        if container in WITH_PYAV:
            pytest.importorskip("av")
        return kept.setdefault(container, made(container))

    return give


def read(folder, data):
    """What is read of these bytes; None: they are refused, in words that name the file."""
    path = folder / "some file.bin"
    path.write_bytes(data)
    try:
        return audio.reading(path)
    except AudioFileError as error:
        refusal = error
    assert "some file.bin" in str(refusal)
    assert refusal.reason in ("unreadable", "empty")
    return None


@pytest.fixture(scope="module")
def undamaged(whole, tmp_path_factory):
    """What is read of each kind as it is."""
    folder = tmp_path_factory.mktemp("whole")
    return cache(lambda container: read(folder, whole(container)))


def kinds(reading):
    return {note.kind for note in reading.notes}


@pytest.mark.parametrize("container", CONTAINERS)
def test_a_whole_file_is_read_without_a_word(tmp_path, whole, container):
    reading = read(tmp_path, whole(container))
    assert reading.notes == ()
    assert (reading.rate, len(reading.samples)) == (RATE, 2)
    assert 0 <= reading.samples.shape[1] - FRAMES < 1024


@pytest.mark.parametrize("mutilation", MUTILATIONS)
@pytest.mark.parametrize("container", CONTAINERS)
def test_nothing_is_shorter_without_a_word(tmp_path, whole, undamaged, container, mutilation):
    before = undamaged(container).samples
    after = read(tmp_path, MUTILATIONS[mutilation](container, whole(container)))
    if after is None:
        assert mutilation != "ID3 before"
    elif after.samples.shape[1] < before.shape[1]:
        assert after.notes


@pytest.mark.parametrize("mutilation", [one for one in MUTILATIONS if "cut" not in one])
@pytest.mark.parametrize("container", LOSSLESS)
def test_where_all_bytes_are_there_all_samples_are(tmp_path, whole, undamaged, container, mutilation):
    before = undamaged(container).samples
    after = read(tmp_path, MUTILATIONS[mutilation](container, whole(container)))
    np.testing.assert_array_equal(after.samples, before)


@pytest.mark.parametrize("container", [one for one in CONTAINERS if one != "M4A"])
def test_what_was_cut_off_is_said_and_what_is_left_is_read(tmp_path, whole, undamaged, container):
    before = undamaged(container).samples
    after = read(tmp_path, MUTILATIONS["cut"](container, whole(container)))
    assert notes.CUT_SHORT in kinds(after)
    count = after.samples.shape[1]
    assert 0.4 * FRAMES < count < 0.75 * FRAMES
    if container in LOSSLESS:
        np.testing.assert_array_equal(after.samples, before[:, :count])


@pytest.mark.parametrize("container", [*PLAIN, "CAF", "FLAC"])
def test_a_length_that_no_program_knew_is_found(tmp_path, whole, container):
    path = tmp_path / "a"
    path.write_bytes(claiming(container, whole(container), 0))
    assert notes.NO_LENGTH in kinds(audio.reading(path))
    assert audio.probe(path).frames == FRAMES


def test_no_more_is_read_than_asked_for_whatever_befell_a_file(tmp_path, whole):
    for container in ("WAV 16", "FLAC", "MP3", "OGG", "M4A"):
        for data in (whole(container), MUTILATIONS["ID3 before"](container, whole(container))):
            path = tmp_path / "a"
            path.write_bytes(data)
            assert audio.read(path, max_seconds=0.1)[0].shape == (2, RATE // 10)


@pytest.mark.parametrize("tags", [id3(0), id3(1), id3() + id3(3000), id3() + bytes(500)])
def test_tags_before_a_sound_are_skipped(tmp_path, whole, undamaged, tags):
    for container in ("WAV 16", "AIFF", "FLAC", "OGG", "CAF"):
        before = undamaged(container)
        after = read(tmp_path, tags + whole(container))
        np.testing.assert_array_equal(after.samples, before.samples)
        assert after.notes == ()


@pytest.mark.parametrize("tags", [b"TAG" + bytes(125), b"APETAGEX" + bytes(100), id3(), bytes(300)])
def test_tags_behind_a_sound_are_no_matter(tmp_path, whole, undamaged, tags):
    for container in ("WAV 16", "AIFF", "FLAC", "OGG", "MP3"):
        before = undamaged(container)
        after = read(tmp_path, whole(container) + tags)
        np.testing.assert_array_equal(after.samples, before.samples)
        assert after.notes == ()


FFMPEG = shutil.which("ffmpeg")


def frames_by_ffmpeg(path):
    command = [FFMPEG, "-v", "quiet", "-i", str(path), "-f", "f32le", "-ac", "2", "-"]
    return len(subprocess.run(command, capture_output=True).stdout) // 8


@pytest.mark.slow
@pytest.mark.skipif(FFMPEG is None, reason="needs ffmpeg")
@pytest.mark.parametrize("container", CONTAINERS)
def test_frames_are_those_of_ffmpeg_or_there_is_a_word(tmp_path, whole, container):
    """What ffmpeg has more of a whole file than we is what a coder pads: an old one does not cut it off."""
    path = tmp_path / "a"
    path.write_bytes(whole(container))
    padding = max(0, frames_by_ffmpeg(path) - audio.read(path)[0].shape[1])
    for name, mutilation in MUTILATIONS.items():
        path.write_bytes(mutilation(container, whole(container)))
        theirs = frames_by_ffmpeg(path)
        ours = read(tmp_path, path.read_bytes())
        assert ours is None or ours.notes or ours.samples.shape[1] >= theirs - padding, name
