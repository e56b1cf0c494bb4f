"""Manifests beside sounds: CSV that a person or another program wrote."""

import os
from pathlib import Path
from random import Random

from fuzz import sounds
from fuzz.mutation import damaged
from fuzz.rules import FindError, check_message, tried
from fuzz.targets import Target
from kickitout.errors import printable
from kickitout.library.collect import collect
from kickitout.library.manifest import read_manifest
from kickitout.library.prepare import prepare_file
from kickitout.library.scan import scan

COLUMNS = ("file", "source", "kit", "origin", "licence", "licence_class", "commit", "original_path", "git_blob")
CELLS = (
    "a.wav", "b.wav", "A.WAV", "sub\\b.wav", "sub/b.wav", "./a.wav", "../outside.wav", "/etc/hostname", "C:\\a.wav", "",
    "a.wav\0", "a\x1b[31m.wav", "a\nb", "é.wav", "\ud800", "x" * 300, "x" * 200_000, "..", ".", "clean", "unknown",
    "attribution", "owner/name", "0" * 40, "1e999", "=1+1", '"', "'", ";", "\t", "\u202eabc", "a.flac",
)  # fmt: skip
TOKENS = (
    b'"',
    b",",
    b"\n",
    b"\r\n",
    b"\0",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b";",
    b"\t",
    b"\x1b[2J",
    b"\xed\xa0\x80",
    b"..",
)


def _cell(text: str) -> str:
    return '"' + text.replace('"', '""') + '"' if any(letter in text for letter in '",\n') else text


def _table(columns: list[str], rows: list[list[str]]) -> bytes:
    text = "".join(",".join(map(_cell, row)) + "\n" for row in [columns, *rows])
    return text.encode("utf-8", "surrogatepass")


class Manifests(Target):
    """See the module."""

    def seeds(self) -> list[bytes]:
        """As `kick collect` and a person write them, in several encodings."""
        full = [["a.wav", "s", "k", "owner/name", "CC0-1.0", "clean", "0" * 40, "kicks/a.wav", "1" * 40]]
        plain = _table(["file", "kit"], [["a.wav", "one"], ["sub/b.wav", "two"]])
        collected = _table(list(COLUMNS), [["a.flac", *full[0][1:]]])
        return [plain, _table(list(COLUMNS), full), collected, b"\xef\xbb\xbf" + plain.replace(b"\n", b"\r\n")]

    def mutate(self, dice: Random, seeds: list[bytes]) -> bytes:
        """Cells, columns, bytes, encodings."""
        if dice.random() < 0.5:
            columns = [dice.choice((*COLUMNS, "file", "", "\0")) for _ in range(dice.randrange(1, 10))]
            rows = [[dice.choice(CELLS) for _ in range(dice.randrange(12))] for _ in range(dice.randrange(5))]
            data = _table(["file", *columns], rows)
        else:
            data = dice.choice(seeds)
        if dice.random() < 0.5:
            data = damaged(dice, data, seeds, TOKENS)
        if dice.random() < 0.1:
            data = data.decode("utf-8", "replace").encode(
                dice.choice(("utf-16", "utf-16-le", "utf-32", "latin-1")), "replace"
            )
        return data * dice.choice((1,) * 20 + (300,))

    def run(self, data: bytes, place: Path) -> None:
        """Read, scan, prepare, and what `collect` checks before it asks git."""
        root = place / "sounds"
        (root / "sub").mkdir(parents=True)
        wav = sounds.encoded("WAV", samples=2_000)
        for path in (root / "a.wav", root / "sub" / "b.wav", place / "outside.wav"):
            path.write_bytes(wav)
        manifest = root / "manifest.csv"
        manifest.write_bytes(data)
        tried(read_manifest, manifest)
        tried(scan, [root], manifest=manifest)
        found = tried(scan, [root])
        if found is not None:
            for note in found.notes:
                check_message(printable(note))
            for candidate in found.candidates[:6]:
                if not os.path.realpath(candidate.path).startswith(os.path.realpath(root)):
                    raise FindError("law", f"it names a file outside of its folder: {str(candidate.path)!r}")
                outcome = prepare_file(candidate)
                if outcome.kick is None:
                    check_message(printable(f"{outcome.reason} {outcome.detail}"))
        before, os.environ["PATH"] = os.environ["PATH"], ""
        try:
            tried(collect, manifest, place / "collected")
        finally:
            os.environ["PATH"] = before
