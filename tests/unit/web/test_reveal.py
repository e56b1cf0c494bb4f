"""Kicks saved where their user keeps them, and shown; and the files of the page."""

import subprocess
import sys

import pytest

from kickitout.errors import InputError
from kickitout.web import reveal, server
from kickitout.web.pages import Pages
from kickitout.web.server import open_socket


def test_a_kick_is_saved_once_and_nothing_is_replaced(tmp_path):
    folder = tmp_path / "Kicks"
    path = reveal.save(folder, "kick.wav", "id", b"one")
    assert (path, path.read_bytes()) == (folder / "kick.wav", b"one")
    assert reveal.save(folder, "kick.wav", "id", b"one") == path
    other = reveal.save(folder, "kick.wav", "id2", b"two")
    assert (other.name, other.read_bytes(), path.read_bytes()) == ("kick_id2.wav", b"two", b"one")
    assert len(list(folder.iterdir())) == 2


def test_a_file_in_the_way_is_told(tmp_path):
    (tmp_path / "Kicks").write_text("mine")
    with pytest.raises(InputError, match="there is already a file of this name"):
        reveal.save(tmp_path / "Kicks", "kick.wav", "id", b"one")


@pytest.mark.parametrize("system", ["linux", "darwin", "win32"])
def test_the_file_manager_is_asked_in_the_system_s_own_way(tmp_path, monkeypatch, system):
    asked = []

    def run(command, **options):
        asked.append(command)
        return subprocess.CompletedProcess(command, 0)

    monkeypatch.setattr(sys, "platform", system)
    monkeypatch.setenv("DISPLAY", ":0")
    monkeypatch.setattr(reveal.shutil, "which", lambda name: name)
    monkeypatch.setattr(reveal.subprocess, "run", run)
    monkeypatch.setattr(reveal.subprocess, "Popen", run)
    path = tmp_path / "a,b kick.wav"
    assert reveal.show(path)
    (command,) = asked
    assert command[0] == {"linux": "dbus-send", "darwin": "open", "win32": "explorer"}[system]
    assert any(str(path) in word or path.as_uri() in word for word in command)
    assert system != "linux" or "," not in path.as_uri()  # dbus-send would take it for two


def test_without_a_screen_nothing_is_started(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "platform", "linux")
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(reveal.subprocess, "run", None)
    monkeypatch.setattr(reveal.subprocess, "Popen", None)
    assert not reveal.show(tmp_path / "kick.wav")


def test_files_of_the_page_are_served_and_nothing_else(tmp_path):
    folder = tmp_path / "static"
    (folder / "engine").mkdir(parents=True)
    (folder / "index.html").write_text("<p>")
    (folder / "engine" / "a.js").write_text("1")
    (folder / "notes.py").write_text("secret")
    (tmp_path / "outside.js").write_text("secret")
    pages = Pages(folder)
    found = pages.find("engine/a.js")
    assert (found.data, found.media_type) == (b"1", "text/javascript; charset=utf-8")
    (folder / "engine" / "a.js").write_text("2")
    assert pages.find("engine/a.js").etag != found.etag
    for name in ("notes.py", "../outside.js", "engine/../index.html", "/etc/passwd", "", "engine"):
        assert pages.find(name) is None


def test_ports_that_cannot_be_are_told():
    for port in (-1, 65536):
        with pytest.raises(InputError, match=f"^port {port}: out of range; give 1 to 65535"):
            open_socket(port)
    with open_socket() as first:
        assert first.getsockname()[0] == "127.0.0.1"
        port = first.getsockname()[1]
        with pytest.raises(InputError, match=f"^port {port}: cannot be used"):
            open_socket(port)


def test_the_usual_port_is_taken_if_it_is_free_and_any_other_if_not(monkeypatch):
    with open_socket() as somewhere:
        monkeypatch.setattr(server, "USUAL_PORT", somewhere.getsockname()[1])
        with open_socket() as other:
            assert other.getsockname()[1] != server.USUAL_PORT
    with open_socket() as again:
        assert again.getsockname()[1] == server.USUAL_PORT
