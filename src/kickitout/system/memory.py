"""Memory that is freed and wanted again a moment later."""

import ctypes
import platform
import sys

_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3
"""Of `mallopt`, as glibc's `malloc.h` numbers them."""

LARGEST_KEPT = 256 * 2**20
"""Blocks from this many bytes on go back to the system when they are freed."""

MOST_KEPT = 2**30
"""So many bytes that are free may stay with the process."""


def keep_freed_memory() -> bool:
    """Let large blocks that are freed stay with this process, where the C library is glibc.

    glibc gives a block of more than some 32 MiB back to the system at once and asks for it anew, and the system fills
    it with zeros, page by page: a tenth of the time of a training step, whose tensors are that large and live for
    milliseconds. The most memory that the process ever has grows by next to nothing.

    Returns:
        Whether the C library took both settings.
    """
    if not sys.platform.startswith("linux") or platform.libc_ver()[0] != "glibc":
        return False
    mallopt = ctypes.CDLL(None).mallopt
    return all([mallopt(_MMAP_THRESHOLD, LARGEST_KEPT), mallopt(_TRIM_THRESHOLD, MOST_KEPT)])
