"""Recipes: in a file, read, replayed on the model that they name, shown in the terminal, handed to the page."""

import contextlib
import io
import json
from pathlib import Path
from random import Random

from fuzz.mutation import damaged
from fuzz.rules import FindError, as_shown, check_message, tried
from fuzz.structure import restructured, to_json
from fuzz.targets import Target
from kickitout.cli.app import run as kick_command
from kickitout.instrument.instrument import load
from kickitout.instrument.recipes import Recipe
from kickitout.instrument.verbs import match, morph, vary
from kickitout.sound import audio, wav_chunks
from kickitout.sound.kick import Kick
from kickitout.web.studio import Studio


def write_model(folder: Path) -> Path:
    """A model that makes sketches, as small as there is."""
    from testing.tiny_sketch import write_sketch_bundle

    return write_sketch_bundle(folder / "sketchy")


def made(folder: Path) -> list[Kick]:
    """Kicks of that model by all verbs, and from all kinds of kicks."""
    model = folder / "sketchy"
    instrument = load(model, gate=False)
    first, second = instrument.generate(2, seed=5)
    (steered,) = instrument.generate(1, seed=6, controls={"pitch": 60.0})
    (varied,) = vary(first, 1, seed=1, model=model, gate=False)
    half = morph(varied, second, 3, model=model, gate=False)[1]
    first.save(folder / "first.wav")
    matched = match(folder / "first.wav", model=model).kick
    return [first, varied, half, matched, instrument.stems(second)["click"], steered]


class Recipes(Target):
    """See the module."""

    def __init__(self, base: Path) -> None:
        super().__init__(base)
        self.model = base / "sketchy"
        self.instrument = load(self.model, gate=False)
        self.studio = Studio(self.instrument)
        self.sound = self.instrument.generate(1, seed=1)[0].audio[:, :4_000]

    @classmethod
    def build(cls, base: Path) -> None:
        """The model."""
        write_model(base)

    def seeds(self) -> list[bytes]:
        """The recipes of these kicks, which are made once."""
        path = self.base / "recipes.json"
        if not path.exists():
            path.write_text(json.dumps([kick.recipe for kick in made(self.base)]))
        return [json.dumps(recipe).encode() for recipe in json.loads(path.read_text())]

    def mutate(self, dice: Random, seeds: list[bytes]) -> bytes:
        """Their structure; sometimes their bytes."""
        data = to_json(restructured(dice, json.loads(dice.choice(seeds))))
        return damaged(dice, data, seeds) if dice.random() < 0.1 else data

    def run(self, data: bytes, place: Path) -> None:
        """Read, replay, show, hand in."""
        text = data.decode("utf-8", "replace").replace("\0", " ")
        path = place / "kick.wav"
        plain = audio.encode(self.sound, 44_100)
        chunks = wav_chunks.with_info(wav_chunks.parse(plain), {wav_chunks.COMMENT: text})
        path.write_bytes(wav_chunks.build(chunks))
        if tried(Recipe.read, path) is None and Recipe.find(path) is not None:
            raise FindError("law", "found, but not read")
        for words in (
            ["inspect"],
            ["inspect", "--json"],
            ["generate", "-o", "out", "--model", str(self.model), "--from"],
        ):
            self._command([*words, str(path)])
        self._command(["vary", str(path), "--no-gate", "-n", "1", "-o", "out", "--model", str(self.model)])
        with contextlib.suppress(ValueError, RecursionError):
            self._page(json.loads(data))

    def _command(self, words: list[str]) -> None:
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = kick_command(words)
        if code not in (0, 1, 2):
            raise FindError("exit", f"exit code {code} of {words[0]}")
        for line in (out.getvalue() + err.getvalue()).splitlines():
            if len(line) < 2000 or "--json" not in words:
                check_message(as_shown(line) or "-")

    def _page(self, data: object) -> None:
        tasks = tried(self.studio.replay, [data])
        for task in tasks or []:
            tried(task)

    def close(self) -> None:
        """End the studio."""
        self.studio.close()
