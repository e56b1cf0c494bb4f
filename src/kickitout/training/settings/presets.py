"""Everything about a training run as typed settings: read from a complete TOML preset, changed by `key=value`.

A preset states every key: a file with a missing or an unknown key is refused, so that no run is trained with a hidden
default. The resolved settings are saved in the run folder. `generator.kind` names the family of
networks, which has sections of its own.
"""

import dataclasses
import json
import tomllib
import types
import typing
from collections.abc import Mapping, Sequence
from contextlib import suppress
from importlib import resources
from pathlib import Path
from typing import Any

from kickitout.errors import InputError
from kickitout.system.files import size_in_words
from kickitout.training.settings.dcgan import TRANSPOSED, DcganSettings
from kickitout.training.settings.kickgan import KickganSettings
from kickitout.training.settings.sections import AS_THEY_ARE, BudgetSettings
from kickitout.training.settings.wavegan import SPECGAN, WAVEGAN, WaveganSettings

Settings = DcganSettings | KickganSettings | WaveganSettings
"""A whole run's settings, of any family."""

FAMILIES: dict[str, type[DcganSettings] | type[KickganSettings] | type[WaveganSettings]] = {
    "dcgan": DcganSettings,
    "kickgan": KickganSettings,
    WAVEGAN: WaveganSettings,
    SPECGAN: WaveganSettings,
}
"""The families by `generator.kind`."""


LARGEST = 1_000_000
"""Bytes of a preset at most: Python's reader of TOML takes a second for a few megabytes."""

TOO_LARGE = "{size}, more than a preset has (1 MB); give a preset's name or a smaller TOML file"

FORMER_NAMES = {"kickgan-cpu": "kickgan"}
"""Former names of presets and their current ones. Runs, preset files and models (the shipped one too) hold former
names. `kickgan` is itself the former name of `kickgan-large`: see `_with_current_name`."""


def preset_names() -> list[str]:
    """The presets that come with Kick It Out."""
    folder = resources.files("kickitout.training") / "presets"
    return sorted(item.name.removesuffix(".toml") for item in folder.iterdir() if item.name.endswith(".toml"))


def load_preset(preset: str, changes: Sequence[str] = ()) -> Settings:
    """The settings of a preset's name, current or former, or of a TOML file, changed by `section.key=value` texts.

    Raises:
        InputError: an unknown preset, a missing, unknown or ill-typed key, or a value out of range.
    """
    data = _read_preset(FORMER_NAMES.get(preset, preset))
    for change in changes:
        _apply(data, change)
    return settings_from(data, source=preset)


NO_SECTION = "not a section; give a section with keys (in {source})"
WRONG_KIND = "of the wrong type; give {kind} (in {source})"


def settings_from(data: Mapping[str, Any], *, source: str) -> Settings:
    """Settings from plain data (TOML or JSON), with the current name of their preset.

    Raises `InputError`; `source` names the place in messages.
    """
    generator = data.get("generator")
    if not isinstance(generator, Mapping):
        raise InputError("generator", generator, NO_SECTION, source=source)
    kind = generator.get("kind")
    if not isinstance(kind, str) or kind not in FAMILIES:
        remedy = "unknown; choose {known} (in {source})"
        raise InputError("generator.kind", kind, remedy, known=" or ".join(FAMILIES), source=source)
    if kind == "kickgan":
        data = {"material": dataclasses.asdict(AS_THEY_ARE), **data}
    if kind == "dcgan":  # runs and presets of before know the draft's alone
        data = {**data, "generator": {"upsampling": TRANSPOSED, **generator}}
    return _with_current_name(typing.cast(Settings, _build(FAMILIES[kind], data, source, "")))


def _with_current_name(settings: Settings) -> Settings:
    """The same settings under the current name of their preset.

    Settings that are named `kickgan` but have the networks of `kickgan-large` were written before the renaming.
    """
    name = FORMER_NAMES.get(settings.preset, settings.preset)
    if name == "kickgan" and isinstance(settings, KickganSettings):
        large = load_preset("kickgan-large")
        if (settings.generator, settings.encoder) == (large.generator, getattr(large, "encoder", None)):
            name = large.preset
    return dataclasses.replace(settings, preset=name)


def to_data(settings: Settings) -> dict[str, Any]:
    """Settings as plain data that `settings_from` takes back."""
    return typing.cast(dict[str, Any], json.loads(json.dumps(dataclasses.asdict(settings))))


def to_toml(settings: Settings) -> str:
    """Settings as the text of a complete preset."""
    data = to_data(settings)
    lines = [f"preset = {_toml_value(data.pop('preset'))}"]
    for section, values in data.items():
        lines += ["", f"[{section}]", *(f"{key} = {_toml_value(value)}" for key, value in values.items())]
    return "\n".join(lines) + "\n"


def _toml_value(value: Any) -> str:
    # JSON is TOML here, but for characters that JSON would write as a pair of surrogates, and for DEL.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def with_budget(settings: Settings, *, samples: int | None, epochs: float | None, minutes: float | None) -> Settings:
    """The same settings with another end: only the given limits hold, or the preset's own if none is given.

    Raises `InputError` for a limit that would train nothing.
    """
    for name, value in (("epochs", epochs), ("samples", samples), ("minutes", minutes)):
        if value is not None and not value > 0:
            raise InputError(name, value, "would train nothing; give a number above 0")
    if samples is None and epochs is None and minutes is None:
        return settings
    budget = BudgetSettings(samples=samples or 0, epochs=epochs or 0, minutes=minutes or 0)
    return dataclasses.replace(settings, budget=budget)


def _read_preset(preset: str) -> dict[str, Any]:
    path = Path(preset)
    if path.suffix == ".toml":
        if not path.is_file():
            raise InputError("preset", path, "does not exist; give a preset's name or a TOML file")
        if path.stat().st_size > LARGEST:
            raise InputError("preset", path, TOO_LARGE, size=size_in_words(path.stat().st_size))
        text = path.read_text(encoding="utf-8", errors="replace")
    elif preset in preset_names():
        text = (resources.files("kickitout.training") / "presets" / f"{preset}.toml").read_text(encoding="utf-8")
    else:
        known = ", ".join(preset_names())
        raise InputError("preset", preset, "unknown; choose {known}, or give a TOML file", known=known)
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # not only TOML's own: a number may have too many digits
        raise InputError("preset", path, "not valid TOML ({error}); correct the file", error=str(error)) from error


def _apply(data: dict[str, Any], change: str) -> None:
    """Set one `section.key=value`; the value is TOML, or a bare word."""
    key, equals, text = change.partition("=")
    *sections, name = key.strip().split(".")
    if not equals or not name:
        remedy = "not of the form section.key=value; give for example training.batch_size=32"
        raise InputError("changes", change, remedy)
    try:
        value = tomllib.loads(f"value = {text}")["value"]
    except (ValueError, RecursionError):
        value = text.strip()
    target = data
    for section in sections:
        inner = target.get(section)
        if not isinstance(inner, dict):
            remedy = "there is no section {section}; choose {known}"
            raise InputError("changes", change, remedy, section=section, known=_listed(data))
        target = inner
    if name not in target:
        remedy = "there is no key {key}; choose {known}"
        raise InputError("changes", change, remedy, key=key.strip(), known=_listed(target))
    target[name] = value


def _listed(data: Mapping[str, Any]) -> str:
    return ", ".join(data)


def _build(cls: type, data: object, source: str, prefix: str) -> object:
    if not isinstance(data, Mapping):
        raise InputError(prefix.rstrip("."), data, NO_SECTION, source=source)
    hints = typing.get_type_hints(cls)
    fields = {field.name: hints[field.name] for field in dataclasses.fields(cls)}
    if unknown := [key for key in data if key not in fields]:
        remedy = "there is no such key; choose {known} (in {source})"
        raise InputError(f"{prefix}{unknown[0]}", None, remedy, known=", ".join(fields), source=source)
    if missing := [key for key in fields if key not in data]:
        remedy = "missing; a preset has every key (in {source})"
        raise InputError(f"{prefix}{missing[0]}", None, remedy, source=source)
    return cls(**{key: _value(hint, data[key], source, prefix + key) for key, hint in fields.items()})


def _value(hint: Any, value: object, source: str, key: str) -> object:
    if dataclasses.is_dataclass(hint):
        return _build(typing.cast(type, hint), value, source, key + ".")
    if typing.get_origin(hint) is tuple:
        element = typing.get_args(hint)[0]
        if not isinstance(value, list | tuple):
            raise InputError(key, value, WRONG_KIND, kind="a list", source=source)
        return tuple(_value(element, item, source, key) for item in value)
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if hint is float and is_number:
        with suppress(OverflowError):  # a whole number beyond all floats
            return float(typing.cast(float, value))
    if hint is float or type(value) is not hint or isinstance(hint, types.GenericAlias):
        name = {int: "a whole number", float: "a number", bool: "true or false", str: "a text"}[hint]
        raise InputError(key, value, WRONG_KIND, kind=name, source=source)
    return value
