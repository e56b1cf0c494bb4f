"""The folder of a running page, where files lie that are read: for its owner's eyes alone, and not for long.

What killed servers have left is removed by the next one. The name of a folder says which process of which machine it
belongs to.
"""

import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from kickitout.system.files import PRIVATE, machine, opened
from kickitout.system.processes import is_alive

_NAME = re.compile(r"kick-ui-(?P<machine>[0-9a-f]{8})-(?P<process>[1-9][0-9]{0,9})-\w+")


def make_place() -> Path:
    """A new folder among the temporary files."""
    return Path(tempfile.mkdtemp(prefix=f"kick-ui-{machine()}-{os.getpid()}-"))


@contextmanager
def kept(place: Path, data: bytes) -> Iterator[Path]:
    """Bytes as a file in a folder, for as long as the block lasts; its name is ours."""
    with tempfile.TemporaryDirectory(dir=place) as folder:
        path = Path(folder) / "sound"
        with opened(path, PRIVATE) as stream:
            stream.write(data)
        yield path


def sweep() -> None:
    """Remove the folders of servers of this user and machine that are gone."""
    with suppress(OSError):
        for path in Path(tempfile.gettempdir()).iterdir():
            match = _NAME.fullmatch(path.name)
            if match and match["machine"] == machine() and not is_alive(int(match["process"])) and _is_ours(path):
                shutil.rmtree(path, ignore_errors=True)


def _is_ours(path: Path) -> bool:
    """Whether a name is that of a folder of this user, and no link to one."""
    if path.is_symlink() or not path.is_dir():
        return False
    return not hasattr(os, "getuid") or path.stat().st_uid == os.getuid()
