"""One writer at one place, whatever becomes of it."""

import errno
import os
import signal
import subprocess
import sys
from datetime import datetime, timedelta

import pytest

from kickitout.errors import InputError, OutputError
from kickitout.system import locks
from kickitout.system.locks import LOCK, lock

REMEDY = "somebody works there{who}; wait"

HOLD = """
import sys, time
from pathlib import Path
from kickitout.system.locks import lock
held = lock(Path(sys.argv[1]), "place", "")
print("held", flush=True)
time.sleep(60)
"""


def test_the_second_one_is_told_who_is_there_and_since_when(tmp_path):
    with lock(tmp_path, "place", REMEDY), pytest.raises(InputError) as caught:
        lock(tmp_path, "place", REMEDY)
    words = str(caught.value)
    assert words.startswith(f"place {tmp_path}: somebody works there (process {os.getpid()}, since ")
    since = datetime.strptime(words.split("since ")[1].split(")")[0], "%Y-%m-%d %H:%M")
    assert abs(datetime.now() - since) < timedelta(minutes=2)
    lock(tmp_path, "place", REMEDY).release()  # the first one has left


@pytest.mark.skipif(sys.platform == "win32", reason="no such signal")
def test_a_lock_ends_with_its_process_however_that_ends(tmp_path):
    process = subprocess.Popen([sys.executable, "-c", HOLD, str(tmp_path)], stdout=subprocess.PIPE)
    try:
        assert process.stdout.readline() == b"held\n"
        with pytest.raises(InputError, match=rf"\(process {process.pid}, since "):
            lock(tmp_path, "place", REMEDY)
    finally:
        process.send_signal(signal.SIGKILL)
        process.communicate()
    with lock(tmp_path, "place", REMEDY):
        pass


def test_a_lock_that_nobody_refers_to_is_released(tmp_path):
    lock(tmp_path, "place", REMEDY)
    lock(tmp_path, "place", REMEDY).release()


def test_its_file_says_nothing_when_nobody_is_there(tmp_path):
    with lock(tmp_path, "place", REMEDY):
        assert (tmp_path / LOCK).read_text().split()[0] == str(os.getpid())
    assert (tmp_path / LOCK).read_bytes() == b""


@pytest.mark.parametrize("text", [b"", b"\xff\xfe", b"12", b"12 " + b"9" * 400, b"a b"])
def test_who_is_not_known_is_not_said(tmp_path, text):
    with lock(tmp_path, "place", REMEDY):
        (tmp_path / LOCK).write_bytes(text)
        with pytest.raises(InputError, match=r"somebody works there; wait$"):
            lock(tmp_path, "place", REMEDY)


@pytest.mark.skipif(sys.platform == "win32", reason="its locks are others")
@pytest.mark.parametrize("number", [errno.ENOSYS, errno.EOPNOTSUPP, errno.ENOLCK])
def test_a_file_system_without_locks_goes_on_without_one(tmp_path, monkeypatch, number):
    def refuse(descriptor, operation):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr("fcntl.flock", refuse)
    with lock(tmp_path, "place", REMEDY), lock(tmp_path, "place", REMEDY):
        pass


def test_a_lock_on_a_file_that_is_gone_keeps_nobody_out_and_is_taken_anew(tmp_path, monkeypatch):
    """Whoever had it may remove the file between another's opening it and locking it."""
    taken, calls = locks._taken, []

    def removing(descriptor):
        calls.append(descriptor)
        if len(calls) == 1:
            (tmp_path / LOCK).unlink()
        return taken(descriptor)

    monkeypatch.setattr(locks, "_taken", removing)
    with lock(tmp_path, "place", REMEDY):
        assert (tmp_path / LOCK).exists()
        with pytest.raises(InputError):
            lock(tmp_path, "place", REMEDY)


def test_a_removed_lock_leaves_nothing_and_lets_others_in(tmp_path):
    lock(tmp_path, "place", REMEDY).remove()
    assert list(tmp_path.iterdir()) == []
    lock(tmp_path, "place", REMEDY).release()


def test_a_folder_that_takes_no_file_is_said(tmp_path):
    with pytest.raises(OutputError, match="cannot write"):
        lock(tmp_path / "missing", "place", REMEDY)
