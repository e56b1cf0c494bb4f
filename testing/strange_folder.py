"""A folder as the world has them: good kicks, and among them everything that ever stopped a program that walks folders.

`python -m testing.strange_folder FOLDER` builds one of 500 entries, 60 of them strange.
"""

import argparse
import os
import socket
import struct
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path

import numpy as np

from kickitout.library.synthesis import synthesise_kick
from kickitout.sound import audio

RATE = 44_100

NOT_TEXT = b"kick_\xe9\xff_%d.wav"
"""A name that is no UTF-8, by its number."""


@dataclass
class StrangeFolder:
    """What was put into a folder, by the names of its entries (bytes that are no text: as Python has them).

    Attributes:
        root: the folder.
        kicks: good kicks, some of them under strange names.
        skipped: what no verb is to open.
        refused: what opens, and is no sound that can be used.
        any: what depends on who asks: root may read everything.
        number: of the next entry: no two have the same name.
    """

    root: Path
    kicks: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    any: list[str] = field(default_factory=list)
    number: int = 0

    def wav(self, seed: int | None = None) -> bytes:
        """The bytes of a good kick, another one each time."""
        return audio.encode(0.8 * synthesise_kick(self.number if seed is None else seed)[0], RATE, bits="16")

    def put(self, name: str, data: bytes, where: list[str]) -> Path:
        """Write a file and note its name."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        where.append(name)
        return path

    def entries(self) -> int:
        """How many names were noted."""
        return len(self.kicks) + len(self.skipped) + len(self.refused) + len(self.any)


def header(data: bytes, claimed: int, rate: int = RATE) -> bytes:
    """A mono WAV file of 16 bits that claims so many bytes of samples."""
    fmt = struct.pack("<HHIIHH", 1, 1, rate, min(2 * rate, 2**32 - 1), 2, 16)
    whole = b"WAVEfmt " + struct.pack("<I", len(fmt)) + fmt + b"data" + struct.pack("<I", claimed) + data
    return b"RIFF" + struct.pack("<I", min(len(whole) - len(data) + claimed, 2**32 - 1)) + whole


# Each makes one strange entry ----------------------------------------------------------------------------------------


def _pipe(folder: StrangeFolder, n: int) -> None:
    os.mkfifo(folder.root / f"pipe_{n}.wav")
    folder.skipped.append(f"pipe_{n}.wav")


def _socket(folder: StrangeFolder, n: int) -> None:
    # The name of a socket may be a hundred bytes long: by way of the descriptor of the folder it is short.
    handle = os.open(folder.root, os.O_RDONLY)
    try:
        with socket.socket(socket.AF_UNIX) as one:
            one.bind(f"/proc/self/fd/{handle}/socket_{n}.wav")
    finally:
        os.close(handle)
    folder.skipped.append(f"socket_{n}.wav")


def _link(name: str, target: str) -> Callable[[StrangeFolder, int], None]:
    def make(folder: StrangeFolder, n: int) -> None:
        place = name.format(n=n)
        (folder.root / place).symlink_to(target.format(name=place))
        folder.skipped.append(place)

    return make


def _locked_folder(folder: StrangeFolder, n: int) -> None:
    folder.put(f"locked_{n}/kick.wav", folder.wav(), folder.any)
    (folder.root / f"locked_{n}").chmod(0)


def _locked(folder: StrangeFolder, n: int) -> None:
    folder.put(f"locked_{n}.wav", folder.wav(), folder.any).chmod(0)


def _not_text(folder: StrangeFolder, n: int) -> None:
    folder.put(os.fsdecode(NOT_TEXT % n), folder.wav(), folder.kicks)


def _long_name(folder: StrangeFolder, n: int) -> None:
    folder.put(f"{n:03d}".ljust(251, "K") + ".wav", folder.wav(), folder.kicks)


def _tagged(folder: StrangeFolder, n: int) -> None:
    tag = b"ID3\x04\0\0" + bytes([0, 0, 1, 0]) + bytes(128)
    folder.put(f"tagged_{n}.wav", tag + folder.wav(), folder.any)


def _two_samples(folder: StrangeFolder, n: int) -> None:
    folder.put(f"two samples_{n}.wav", header(struct.pack("<hh", 9000, -9000), 4, 192_000), folder.refused)


def _claims(claimed: int, rate: int) -> Callable[[StrangeFolder, int], None]:
    def make(folder: StrangeFolder, n: int) -> None:
        folder.put(f"claims_{n}.wav", header(bytes(1000), claimed, rate), folder.refused)

    return make


def _holding(name: str, data: bytes) -> Callable[[StrangeFolder, int], None]:
    return lambda folder, n: folder.put(name.format(n=n), data, folder.refused) and None


def _folder_called_sound(folder: StrangeFolder, n: int) -> None:
    folder.put(f"folder_{n}.wav/kick.wav", folder.wav(), folder.kicks)


def _not_finite(folder: StrangeFolder, n: int) -> None:
    fmt = struct.pack("<HHIIHH", 3, 1, RATE, 4 * RATE, 4, 32)
    data = np.full(2000, np.nan, "<f4").tobytes()
    whole = b"WAVEfmt " + struct.pack("<I", 16) + fmt + b"data" + struct.pack("<I", len(data)) + data
    folder.put(f"not finite_{n}.wav", b"RIFF" + struct.pack("<I", len(whole)) + whole, folder.refused)


KINDS: tuple[Callable[[StrangeFolder, int], None], ...] = (
    _pipe,
    _socket,
    _link("dangling_{n}.wav", "/nowhere/kick.wav"),
    _link("self_{n}.wav", "{name}"),
    _link("loop_{n}", "."),
    _link("device_{n}.wav", "/dev/zero"),
    _locked,
    _locked_folder,
    _not_text,
    _long_name,
    _tagged,
    _two_samples,
    _claims(2**32 - 60, RATE),
    _claims(1000, 1_000_000_000),
    _holding("empty_{n}.wav", b""),
    _holding("no samples_{n}.wav", header(b"", 0)),
    _holding("text_{n}.wav", b"these are words, whatever the name says\n" * 20),
    _holding("pretends_{n}.flac", b"fLaC" + bytes(60)),
    _folder_called_sound,
    _not_finite,
)


def write_manifest(folder: StrangeFolder) -> None:
    """A manifest as a spreadsheet writes it on Windows: cp1252, semicolons, backslashes, other letter case; with rows
    that hold a zero byte, lead outside or name what is not there."""
    rows = ["File;Source;Kit;Licence_Class"]
    rows += [f"{name.upper()};Trommel groß;{number % 7};Clean" for number, name in enumerate(folder.kicks[:40])]
    rows += ["..\\outside.wav;x;1;", "C:\\Windows\\kick.wav;x;1;", "/etc/passwd;x;1;", "a\0b.wav;x;1;", "gone.wav;x;1;"]
    data = "\r\n".join(row for row in rows if row.isprintable() or "\0" in row)
    (folder.root / "manifest.csv").write_bytes(data.encode("cp1252"))


def build(root: Path, entries: int, strange: int) -> StrangeFolder:
    """A folder of so many entries, of which so many are strange: each kind in turn.

    Raises:
        OSError: this system or place has no pipes, sockets or links.
    """
    folder = StrangeFolder(root)
    root.mkdir(parents=True)
    for folder.number, kind in zip(range(strange), cycle(KINDS), strict=False):
        kind(folder, folder.number)
    for folder.number in range(strange, entries):
        folder.put(f"kit {folder.number % 9}/kick {folder.number}.wav", folder.wav(), folder.kicks)
    folder.put("read me.txt", b"hello", [])
    write_manifest(folder)
    return folder


def unlock(root: Path) -> None:
    """Let the folder be removed again."""
    for path in root.glob("locked_*"):
        with suppress(OSError):
            path.chmod(0o755)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--entries", type=int, default=500)
    parser.add_argument("--strange", type=int, default=60)
    given = parser.parse_args()
    made = build(given.folder, given.entries, given.strange)
    print(
        f"{made.entries()} entries: {len(made.kicks)} kicks, {len(made.skipped)} to skip, {len(made.refused)} to "
        f"refuse, {len(made.any)} that depend",
        file=sys.stderr,
    )
