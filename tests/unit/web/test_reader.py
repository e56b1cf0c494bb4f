"""Sound files read by another process: it gives what reading gives, and what it comes to grief of is one line."""

import gc
import io
import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
import soundfile

from kickitout.errors import AudioFileError, InputError, OutputError
from kickitout.instrument.instrument import load
from kickitout.instrument.recipes import Recipe
from kickitout.library.prepare import read_kick
from kickitout.library.synthesis import synthesise_kick
from kickitout.sound import audio
from kickitout.web import reader as readers
from kickitout.web.reader import Reader


@pytest.fixture(scope="module")
def reader():
    one = Reader()
    yield one
    one.close()


@pytest.fixture
def sound(tmp_path):
    path = tmp_path / "mine.wav"
    soundfile.write(path, synthesise_kick(12)[0].T, 48_000, subtype="PCM_24")
    return path


DOES_WHAT_FILES_SAY = """
import os, time
import numpy as np
from kickitout.web import decoding
decoding.read_taken = lambda path: exec(path.read_text())
decoding.main()
"""
"""A reader to which a file does whatever its text says."""


@pytest.fixture(scope="module")
def victim():
    one = Reader(("-c", DOES_WHAT_FILES_SAY), seconds=0.5)
    yield one
    one.close()


def test_what_is_read_is_the_same(reader, sound, tmp_path):
    assert reader.taken(sound)[0].tobytes() == read_kick(sound).tobytes()
    assert reader.taken(sound)[0].dtype == np.int16
    mine, rate = reader.sound(sound, 0.1)
    assert rate == 48_000
    np.testing.assert_array_equal(mine, audio.read(sound, max_seconds=0.1)[0])
    mine[:] = 0.0  # it can be written, as any other
    assert reader.recipe(sound) is None
    kick = load().kick(2**63 - 1, controls={"decay": 200.0})
    kick.save(tmp_path / "kick.flac")
    assert reader.recipe(tmp_path / "kick.flac") == Recipe.read(tmp_path / "kick.flac")


@pytest.mark.parametrize(
    "write",
    [
        lambda path: path.write_bytes(b"nothing of the kind"),
        lambda path: path.write_bytes(b""),
        lambda path: soundfile.write(path, np.zeros((44_100 * 9, 1)), 44_100),
        lambda path: soundfile.write(path, np.zeros((4410, 5)), 44_100),
        lambda path: None,
    ],
)
def test_what_is_refused_is_refused_in_the_same_words(reader, tmp_path, write):
    path = tmp_path / "x.wav"
    write(path)
    with pytest.raises(InputError) as here:
        read_kick(path)
    with pytest.raises(InputError) as there:
        reader.taken(path)[0]
    assert str(there.value) == str(here.value)
    assert type(there.value) is type(here.value)
    assert getattr(there.value, "reason", None) == getattr(here.value, "reason", None)


@pytest.mark.parametrize(
    ("does", "words"),
    [
        ("raise RuntimeError('no\\n  way')", r"cannot be read as audio \(RuntimeError no way\)"),
        ("raise RecursionError", r"cannot be read as audio \(RecursionError\)"),
        (
            "print('1' * 10**6); raise OSError",
            r"cannot be read as audio \(OSError\)",
        ),  # nobody else writes where the answers go
        ("os._exit(3)", r"made the reader crash \(exit code 3\)"),
        ("time.sleep(60)", r"could not be read within 0.5 s"),
    ],
)
def test_what_makes_reading_hang_or_crash_is_one_line_and_the_next_file_is_read(victim, tmp_path, does, words):
    (tmp_path / "bad.wav").write_text(does)
    with pytest.raises(AudioFileError, match=words) as caught:
        victim.taken(tmp_path / "bad.wav")
    assert caught.value.value == tmp_path / "bad.wav"
    assert "\n" not in str(caught.value)
    assert victim.recipe(tmp_path / "bad.wav") is None


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux keeps to a limit of memory")
def test_what_needs_too_much_memory_is_one_line(victim, tmp_path):
    (tmp_path / "bad.wav").write_text("np.ones(10**8)")
    with pytest.raises(AudioFileError, match="needs more memory than the 256 MB"):
        victim.taken(tmp_path / "bad.wav")


def test_a_process_that_was_killed_is_started_again_and_one_that_read_many_is_replaced(sound, monkeypatch):
    one = Reader()
    assert one.recipe(sound) is None
    first = one._child.pid
    assert one.recipe(sound) is None
    assert one._child.pid == first
    os.kill(first, signal.SIGKILL if hasattr(signal, "SIGKILL") else signal.SIGTERM)
    one._child.wait()
    assert one.recipe(sound) is None
    second = one._child.pid
    monkeypatch.setattr(readers, "MOST_FILES", 1)
    assert one.recipe(sound) is None
    assert len({first, second, one._child.pid}) == 3
    one.close()


def test_a_process_that_does_not_start_is_no_fault_of_the_file(sound):
    one = Reader(("-c", "pass"))
    with pytest.raises(OutputError, match=r"no process can be started to read files in \(exit code 0\)"):
        one.taken(sound)[0]


def test_it_ends_with_who_started_it(sound):
    one = Reader()
    one.recipe(sound)
    child = one._child
    del one
    gc.collect()
    assert child.poll() is not None
    # Also where that is killed: its input ends.
    end = subprocess.run(
        [sys.executable, "-P", "-m", "kickitout.web.decoding"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=60,
    )
    assert (end.returncode, end.stdout, end.stderr) == (0, b"ready\n", b"")


def test_names_of_any_letters_can_be_read(reader, tmp_path):
    stream = io.BytesIO()
    soundfile.write(stream, synthesise_kick(3)[0].T, 44_100, format="FLAC")
    for name in ("a\nb.flac", "ä{}é.flac", os.fsdecode(b"\xff\xfe.flac")):
        try:
            (tmp_path / name).write_bytes(stream.getvalue())
        except OSError:  # a file system that does not take such names
            continue
        assert reader.taken(tmp_path / name)[0].shape == (2, 22_050)


def test_nothing_of_the_folder_that_it_is_started_in_is_taken_for_a_module(tmp_path, sound, monkeypatch):
    (tmp_path / "soundfile.py").write_text("raise SystemExit(9)")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [one for one in sys.path if one])
    started = time.monotonic()
    one = Reader()
    assert one.taken(sound)[0].shape == (2, 22_050)
    assert time.monotonic() - started < 60.0
    one.close()
