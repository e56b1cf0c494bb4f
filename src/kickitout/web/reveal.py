"""A kick saved where its user keeps kicks, and shown in the file manager."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from kickitout.system.files import make_folder, write_bytes

PATIENCE = 3.0
"""Seconds that a file manager may take to answer."""


def save(folder: Path, file: str, name: str, data: bytes) -> Path:
    """Write a kick into a folder, which is made; a file of its name that is another sound stays as it is.

    Args:
        folder: where.
        file: what it is called.
        name: its id: part of what it is called where that is taken.
        data: its bytes.

    Raises:
        InputError, OutputError: it cannot be written.
    """
    path = make_folder(folder) / file
    if path.exists() and path.read_bytes() != data:
        path = path.with_name(f"{path.stem}_{name}{path.suffix}")
    if not path.exists():
        write_bytes(path, data)
    return path


def show(path: Path) -> bool:
    """Show a file in the system's file manager; whether there is one."""
    if sys.platform == "darwin":
        return _runs(["open", "-R", str(path)])
    if sys.platform == "win32":
        return _starts(["explorer", f"/select,{path}"])  # its exit status says nothing
    if not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        return False
    manager = "org.freedesktop.FileManager1"
    call = ["dbus-send", "--session", "--print-reply", f"--dest={manager}", f"/{manager.replace('.', '/')}"]
    if shutil.which(call[0]) and _runs([*call, f"{manager}.ShowItems", f"array:string:{path.as_uri()}", "string:"]):
        return True
    return shutil.which("xdg-open") is not None and _starts(["xdg-open", str(path.parent)])


def _runs(command: list[str]) -> bool:
    try:
        return subprocess.run(command, capture_output=True, timeout=PATIENCE, check=False).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def _starts(command: list[str]) -> bool:
    try:
        subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    except OSError:
        return False
    return True
