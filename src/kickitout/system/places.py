"""Where this user's own files lie that can be made again."""

import os
import sys
from pathlib import Path


def cache_folder() -> Path | None:
    """The folder for what is remembered between runs and may be deleted at any time; it need not exist.

    `KICK_CACHE` names another one. None: the system names no home for this user.
    """
    if own := os.environ.get("KICK_CACHE"):
        return Path(own)
    if named := os.environ.get("XDG_CACHE_HOME"):
        return Path(named) / "kickitout"
    if sys.platform == "win32":
        local = os.environ.get("LOCALAPPDATA")
        return Path(local) / "kickitout" / "cache" if local else None
    try:
        home = Path.home()
    except RuntimeError:
        return None
    return home / ("Library/Caches" if sys.platform == "darwin" else ".cache") / "kickitout"
