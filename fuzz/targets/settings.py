"""Settings of training: presets in TOML, and `--set section.key=value`."""

import dataclasses
import json
import math
import tomllib
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

from fuzz.mutation import damaged
from fuzz.rules import FindError, tried
from fuzz.structure import places_in, restructured, to_toml
from fuzz.targets import Target
from kickitout.training.settings.presets import load_preset, settings_from, to_data
from kickitout.training.settings.presets import to_toml as written

VALUES = (
    "nan", "-inf", "inf", "1e999", "1e-320", "0", "-1", "9" * 30, "true", "[]", "[[]]", "[1e999]", "{}", "{a=1}", '""',
    "'''", '"""', "[" * 500, "[" * 5000, "{a=" * 500, "1979-05-27", "0x", "1_000", "word", "a\nb = 1", "\0", "\ud800",
    "é", "\x1b[31m", "1\n[generator]\nkind = 2", "", " ", "=", "=1", "x" * 5000, "9" * 5000,
)  # fmt: skip
KEYS = ("", ".", "..", "a.b.c", "training", "generator.kind", "training.batch_size.x", "preset", "\0", "é", "x" * 500)
TOKENS = (b"[", b"]", b"[[", b"=", b"'''", b'"""', b"#", b"\n", b"nan", b"inf", b"{", b".", b"\\u", b"\0", b"\xff")


def _numbers(data: Any) -> Iterator[float]:
    if isinstance(data, dict | list):
        for part in data.values() if isinstance(data, dict) else data:
            yield from _numbers(part)
    elif isinstance(data, float):
        yield data


class SettingsTarget(Target):
    """See the module."""

    presets = ("kickgan", "dcgan", "wavegan")

    def seeds(self) -> list[bytes]:
        """Complete presets, and single changes."""
        whole = [{"toml": written(load_preset(name)), "changes": []} for name in self.presets]
        named = [{"preset": name, "changes": ["training.batch_size=4"]} for name in self.presets]
        return [json.dumps(one).encode() for one in (*whole, *named)]

    def mutate(self, dice: Random, seeds: list[bytes]) -> bytes:
        """Values, keys, the text."""
        told = json.loads(dice.choice(seeds))
        data = to_data(load_preset(dice.choice(self.presets)))
        if "toml" in told and dice.random() < 0.8:
            toml = to_toml(restructured(dice, tomllib.loads(told["toml"])))
            toml = damaged(dice, toml, tokens=TOKENS) if dice.random() < 0.2 else toml
            told["toml"] = toml.decode("latin-1")
        else:
            keys = [".".join(map(str, path)) for path in places_in(data) if path]
            for _ in range(dice.choice((1, 1, 2, 30))):
                key = dice.choice(keys) if dice.random() < 0.85 else dice.choice(KEYS)
                told["changes"].append(f"{key}={dice.choice(VALUES)}" if dice.random() < 0.95 else key)
        return json.dumps(told).encode()

    def run(self, data: bytes, place: Path) -> None:
        """Read, check, write and read again."""
        told = json.loads(data)
        if any("\ud800" <= letter <= "\udfff" for change in told["changes"] for letter in change):
            return  # no TOML holds half a pair, and nobody can type it
        preset = told.get("preset")
        if preset is None:
            path = place / "preset.toml"
            path.write_bytes(told["toml"].encode("latin-1", "replace"))
            preset = str(path)
        settings = tried(load_preset, preset, told["changes"])
        if settings is None:
            return
        if not all(math.isfinite(number) for number in _numbers(dataclasses.asdict(settings))):
            raise FindError("law", "settings with a number that is none")
        again = place / "again.toml"
        again.write_text(written(settings), encoding="utf-8")
        if load_preset(str(again)) != settings:
            raise FindError("law", "settings are others when written and read again")
        settings_from(json.loads(json.dumps(to_data(settings))), source="json")
