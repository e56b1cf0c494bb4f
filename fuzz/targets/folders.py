"""Folders as they lie on disks: names that are not text, pipes, sockets, loops, links to nowhere, no permission."""

import base64
import contextlib
import json
import os
import socket
from pathlib import Path
from random import Random
from typing import Any

from fuzz import sounds
from fuzz.mutation import damaged
from fuzz.rules import run_verb, tried
from fuzz.targets import Target
from kickitout.library.known import KnownKicks
from kickitout.library.prepare import prepare_folders

NAMES = (
    b"a.wav", b"b.WAV", b"c.flac", b"d", b"manifest.csv", b".hidden.wav", b"e\xff.wav", b"\xed\xa0\x80.wav",
    b"n" * 251 + b".wav",
    b"line\nbreak.wav", b"\x1b[31mred.wav", b"tab\t.wav", b" .wav", b"-n.wav", b"--json.wav", b"~.wav", b"sub", b"loop",
    b"{seed}.wav", b"f.aiff", b"g.mp3", b"h.ogg", b"\xe2\x80\xaetxt.wav", b"%s.wav",
)  # fmt: skip
KINDS = ("sound", "sound", "sound", "damaged", "empty", "text", "folder", "pipe", "socket", "link", "hard")
LINKS = (b".", b"..", b"/dev/null", b"/dev/zero", b"nowhere", b"a.wav", b"loop", b"sub/../sub", b"/proc/self/mem")


class Folders(Target):
    """See the module."""

    def seeds(self) -> list[bytes]:
        """A usual folder, and an empty one."""
        usual = [{"name": base64.b64encode(b"a.wav").decode(), "kind": "sound", "mode": 0o644, "in": 0}]
        return [json.dumps(usual).encode(), b"[]"]

    def mutate(self, dice: Random, seeds: list[bytes]) -> bytes:
        """Some entries."""
        entries = []
        for place in range(dice.randrange(1, 9)):
            kind = dice.choice(KINDS)
            entries.append(
                {
                    "name": base64.b64encode(dice.choice(NAMES)).decode(),
                    "kind": kind,
                    "mode": dice.choice((0o644,) * 8 + (0, 0o755)),
                    "in": dice.randrange(place + 1),
                    "to": base64.b64encode(dice.choice(LINKS)).decode(),
                    "dice": dice.randrange(2**32),
                }
            )
        return json.dumps(entries).encode()

    def run(self, data: bytes, place: Path) -> None:
        """Every verb that takes a folder."""
        root = place / "root"
        folders = [os.fsencode(root)]
        root.mkdir()
        (place / "kick.wav").write_bytes(sounds.encoded("WAV", samples=6_000))
        with contextlib.ExitStack() as stack:
            for entry in json.loads(data):
                with contextlib.suppress(OSError, ValueError):
                    self._make(entry, folders, stack)
            self._verbs(root)

    def _make(self, entry: dict[str, Any], folders: list[bytes], stack: contextlib.ExitStack) -> None:
        """An entry in one of the folders."""
        name = base64.b64decode(entry["name"])
        path = os.path.join(folders[entry["in"] % len(folders)], name)  # noqa: PTH118 (bytes)
        kind = entry["kind"]
        if os.path.lexists(path):
            return
        if kind == "folder":
            os.mkdir(path)  # noqa: PTH102
            folders.append(path)
        elif kind == "pipe":
            os.mkfifo(path)
        elif kind == "socket":
            stack.enter_context(socket.socket(socket.AF_UNIX)).bind(path)
        elif kind == "link":
            os.symlink(base64.b64decode(entry["to"]), path)  # noqa: PTH211
        elif kind == "hard":
            os.link(os.path.join(folders[0], b"a.wav"), path)  # noqa: PTH118
        else:
            wav = sounds.encoded("WAV", samples=6_000)
            chosen = {"sound": wav, "empty": b"", "text": b"file,kit\na.wav,one\n"}
            content = chosen.get(kind) if kind != "damaged" else damaged(Random(entry.get("dice", 0)), wav)
            Path(os.fsdecode(path)).write_bytes(content or b"")
        if kind not in ("link", "hard"):
            os.chmod(path, entry["mode"])  # noqa: PTH101

    def _verbs(self, root: Path) -> None:
        tried(prepare_folders, [root], root.parent / "library", workers=1)
        tried(KnownKicks.below, root)
        for words in (
            ["inspect", str(root)],
            ["similar", "kick.wav", str(root)],
            ["evaluate", str(root), "--against", str(root)],
            ["prepare", str(root), "-o", "other"],
        ):
            run_verb(words)
