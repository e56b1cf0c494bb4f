"""Other processes by number: whether one lives, and whether it is still the same one."""

import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

if sys.platform == "win32":
    import ctypes
    from ctypes import wintypes

    _QUERY, _STILL_ACTIVE = 0x1000, 259

    def birth_of(process: int) -> str | None:
        """When a process began, in this system's own words; None where there is no such process, or no way to know."""
        kernel = ctypes.WinDLL("kernel32", use_last_error=True)
        kernel.OpenProcess.restype = wintypes.HANDLE
        handle = wintypes.HANDLE(kernel.OpenProcess(_QUERY, False, process))
        if not handle:
            return None
        try:
            code, times = wintypes.DWORD(), [wintypes.FILETIME() for _ in range(4)]
            kernel.GetExitCodeProcess(handle, ctypes.byref(code))
            kernel.GetProcessTimes(handle, *map(ctypes.byref, times))
            alive = code.value == _STILL_ACTIVE
            return f"{times[0].dwHighDateTime:08x}{times[0].dwLowDateTime:08x}" if alive else None
        finally:
            kernel.CloseHandle(handle)

    def is_alive(process: int) -> bool:
        """Whether there is a process of this number that has not ended."""
        return birth_of(process) is not None

else:

    def birth_of(process: int) -> str | None:
        """When a process began, in this system's own words; None where there is no such process, or no way to know.

        Numbers are given again to other processes; number and birth together are one process.
        """
        fields = _stat(process)
        if fields[:1] in _ENDED:
            return None
        if len(fields) > _START:
            with suppress(OSError):
                return f"{Path('/proc/sys/kernel/random/boot_id').read_text('ascii').strip()} {fields[_START]}"
        return _birth_by_ps(process)

    def is_alive(process: int) -> bool:
        """Whether there is a process of this number that has not ended."""
        try:
            os.kill(process, 0)
        except (ProcessLookupError, OverflowError):
            return False
        except OSError:  # another user's
            return True
        return _stat(process)[:1] not in _ENDED


_ENDED = (["Z"], ["X"])
"""States of a process that has ended and only waits for its parent to look."""

_START = 19
"""Where the start stands among the fields of /proc/N/stat, counted from the state on."""


def _stat(process: int) -> list[str]:
    """What /proc tells of a process, from its state on; nothing where there is no /proc, or no such process."""
    with suppress(OSError):
        # The name comes before, in brackets, and may hold anything.
        return Path(f"/proc/{process}/stat").read_text("utf-8", "replace").rpartition(")")[2].split()
    return []


def _birth_by_ps(process: int) -> str | None:
    """The same by `ps`, on systems without /proc."""
    command = ["ps", "-o", "lstart=", "-p", str(process)]
    with suppress(OSError, subprocess.SubprocessError):
        return subprocess.run(command, capture_output=True, text=True, timeout=5, check=False).stdout.strip() or None
    return None
