"""The command line: all verbs with options and values that make no sense."""

import contextlib
import io
import json
import os
from pathlib import Path
from random import Random

from fuzz import sounds
from fuzz.rules import FindError, as_shown, check_message, check_terminal
from fuzz.structure import LITERALS
from fuzz.targets import Target
from kickitout.cli.app import VERBS
from kickitout.cli.app import run as kick_command

VALUES = (
    "0", "1", "2", "-1", "nan", "inf", "-inf", "1e999", "1e-999", "0x10", "1_0", "٣", "9" * 30, "9" * 5000, "2.5",
    "true", "", " ", "-", "--", "=", "\0", "a\0b", "\ud800", "\udcff", "é", "\x1b[31m", "\n", "a\nb", "{seed}", "{0}",
    "%s", "[]", "F#", "C-1", "edm", "wav", "16", "32f", "@x", "kick.wav", "folder", "none", "none/x", "/dev/null",
    "/dev/full", "/proc/self/mem", "/dev/null/x", "kick.wav/x", "x" * 300, "MODEL", "preset.toml",
    "training.batch_size=nan", "a=b",
)  # fmt: skip
"""No paths but those of the place: what the verbs write must stay there."""

OPTIONS = (
    "-n", "--count", "-o", "--out", "--output", "--seed", "--model", "--json", "--quiet", "-q", "--verbose", "--help",
    "-h", "--version", "--note", "--pitch", "--sweep", "--sweep-time", "--decay", "--click", "--brightness", "--noise",
    "--drive", "--width", "--wild", "--style", "--length", "--stems", "--no-gate", "--gate", "--from", "--original",
    "--threads",
    "--format", "--bits", "--rate", "--unique-against", "--sheet", "--amount", "--keep", "--steps", "--workers",
    "--manifest", "--licence-class", "--builtin", "--set", "--minutes", "--epochs", "--samples", "--preset",
    "--dry-run", "--against", "--to", "--limit", "--name", "--port", "--no-browser", "--root", "--rights", "--base-url",
    "--", "---", "-", "-x",
)  # fmt: skip

USUAL = (
    ["generate", "-n", "1", "--seed", "1", "-o", "out", "--model", "MODEL"],
    ["vary", "kick.wav", "-n", "1", "-o", "out", "--model", "MODEL"],
    ["morph", "kick.wav", "kick.wav", "--steps", "3", "-o", "out", "--model", "MODEL"],
    ["match", "kick.wav", "-o", "out", "--model", "MODEL"],
    ["similar", "kick.wav", "folder"],
    ["pack", "out", "-n", "2", "--model", "MODEL"],
    ["inspect", "kick.wav", "folder", "--json"],
    ["prepare", "folder", "-o", "library"],
    ["prepare", "--builtin", "kicks", "-n", "2", "-o", "library", "--workers", "1"],
    ["collect", "folder/manifest.csv", "-o", "collected"],
    ["train", "library", "-o", "run", "--minutes", "0.01", "--dry-run"],
    ["export", "run", "-o", "bundle"],
    ["evaluate", "folder", "--against", "folder"],
    ["figures", "none"],
    ["models"],
    ["--version"],
    [],
)

MOST = 4
"""Larger numbers are asked of nobody: a million kicks take their time, and that is no fault."""


def _is_large(word: str) -> bool:
    try:
        return float(word) > MOST
    except ValueError:
        return False


def can_be_typed(word: str) -> bool:
    """Whether the system can hand a program this word."""
    try:
        return b"\0" not in os.fsencode(word)
    except UnicodeEncodeError:
        return False


class Command(Target):
    """See the module."""

    def __init__(self, base: Path) -> None:
        super().__init__(base)
        self.kick = (base / "kick.wav").read_bytes()
        os.environ["PATH"] = ""  # no git, no file manager, no browser

    @classmethod
    def build(cls, base: Path) -> None:
        """A model and a kick of it."""
        from kickitout.instrument.instrument import load
        from testing.tiny_sketch import write_sketch_bundle

        write_sketch_bundle(base / "sketchy")
        load(base / "sketchy", gate=False).generate(1, seed=3)[0].save(base / "kick.wav")

    def seeds(self) -> list[bytes]:
        """As people use the verbs."""
        return [json.dumps(words).encode() for words in USUAL]

    def mutate(self, dice: Random, seeds: list[bytes]) -> bytes:
        """Words left out, put in, exchanged."""
        words = json.loads(dice.choice(seeds))
        if dice.random() < 0.1:
            words = [dice.choice(VERBS)[0], *words[1:]]
        texts = [one for one in LITERALS if isinstance(one, str) and not one.startswith(("\u2063", "/", ".."))]
        for _ in range(dice.choice((1, 1, 2, 4))):
            place, change = dice.randrange(len(words) + 1), dice.randrange(5)
            if change == 0 and place < len(words):
                del words[place]
            elif change == 1:
                words[place:place] = [dice.choice(OPTIONS), dice.choice(VALUES)]
            elif change == 2:
                words.insert(place, dice.choice((*VALUES, *texts)))
            elif change == 3:
                words.insert(place, f"{dice.choice(OPTIONS)}={dice.choice(VALUES)}")
            elif place < len(words):
                words[place] = dice.choice((*VALUES, *texts))
        return json.dumps(words).encode()

    def run(self, data: bytes, place: Path) -> None:
        """The verb, in this process."""
        words = [str(self.base / "sketchy") if word == "MODEL" else word for word in json.loads(data)]
        words = [word for word in words if can_be_typed(word)]
        counts = [word.rpartition("=")[2] for word in words]
        if words[:1] == ["ui"] or any(map(_is_large, counts)):
            return
        (place / "folder").mkdir()
        (place / "kick.wav").write_bytes(self.kick)
        (place / "folder" / "a.wav").write_bytes(sounds.encoded("WAV", samples=4_000))
        (place / "folder" / "manifest.csv").write_text("file,kit\na.wav,one\n")
        (place / "preset.toml").write_text("[training]\n")
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = kick_command(words)
        if code not in (0, 1, 2):
            raise FindError("exit", f"exit code {code}")
        check_terminal(out.getvalue())
        lines = as_shown(err.getvalue()).splitlines()
        for line in lines:
            check_message(line or "-")
        if code and not any(line.startswith("kick: ") for line in lines):
            raise FindError("message", f"exit code {code} without a word: {lines[-1:]}")
