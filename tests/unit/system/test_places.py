"""Where this user's own files lie."""

from pathlib import Path

import pytest

from kickitout.system import places


@pytest.mark.parametrize(
    ("environment", "platform", "wanted"),
    [
        ({"KICK_CACHE": "/a"}, "linux", "/a"),
        ({"XDG_CACHE_HOME": "/b"}, "linux", "/b/kickitout"),
        ({"HOME": "/home/me"}, "linux", "/home/me/.cache/kickitout"),
        ({"HOME": "/home/me"}, "darwin", "/home/me/Library/Caches/kickitout"),
        ({"LOCALAPPDATA": "/local"}, "win32", "/local/kickitout/cache"),
        ({}, "win32", None),
    ],
)
def test_the_cache_lies_where_the_system_has_caches(monkeypatch, environment, platform, wanted):
    for name in ("KICK_CACHE", "XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(places.sys, "platform", platform)
    assert places.cache_folder() == (None if wanted is None else Path(wanted))
