"""Everything about a training run as typed settings: read from a complete TOML preset, changed by `key=value`.

A preset says every key: a file with a missing or an unknown key is refused, so that a run is never trained with a
value that nobody wrote down. The resolved settings are saved in the run folder.
"""

import dataclasses
import json
import tomllib
import types
import typing
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

from kickitout.errors import InputError


@dataclass(frozen=True, kw_only=True)
class DataSettings:
    """Which kicks train and which validate."""

    division: str
    """"plain": the draft's random division by file, drawn from the library's `train` and `validation` splits (the
    others stay held out for evaluation). "kit": the library's own `train` and `validation` splits."""

    training_share: float
    """Share of the kicks that train, with the plain division."""

    licence_classes: tuple[str, ...]
    """Only these licence classes; empty for all."""

    def __post_init__(self) -> None:
        _one_of("data.division", self.division, ("plain", "kit"))
        within("data.training_share", self.training_share, 0.05, 0.95)


@dataclass(frozen=True, kw_only=True)
class RepresentationSettings:
    """What the networks see."""

    kind: str
    """"loudness-image": the draft's."""

    def __post_init__(self) -> None:
        _one_of("representation.kind", self.kind, ("loudness-image",))


@dataclass(frozen=True, kw_only=True)
class GeneratorSettings:
    """The generator's shape."""

    kind: str
    """"dcgan"."""

    latent_size: int
    """Numbers in a latent."""

    channels: tuple[int, ...]
    """Channels behind each doubling block, from 2 x 2 pixels on."""

    attention: tuple[int, ...]
    """Side lengths in pixels (of the square maps) behind whose block self-attention stands; empty for none."""

    def __post_init__(self) -> None:
        _one_of("generator.kind", self.kind, ("dcgan",))
        within("generator.latent_size", self.latent_size, 1, 4096)
        _channels("generator.channels", self.channels)
        _sides("generator.attention", self.attention)


@dataclass(frozen=True, kw_only=True)
class DiscriminatorSettings:
    """The discriminator's shape."""

    kind: str
    """"dcgan"."""

    channels: tuple[int, ...]
    """Channels behind each halving block, from 128 x 128 pixels on."""

    attention: tuple[int, ...]
    """Side lengths in pixels behind whose block self-attention stands; empty for none."""

    spectral_norm: bool
    """Spectral normalisation of the convolutions (Miyato et al., 2018)."""

    batch_norm: bool
    """Batch normalisation behind the convolutions."""

    phase_shuffle: int
    """Largest shift in frames of the phase shuffle (Donahue et al., 2019); 0 for none."""

    def __post_init__(self) -> None:
        _one_of("discriminator.kind", self.kind, ("dcgan",))
        _channels("discriminator.channels", self.channels)
        _sides("discriminator.attention", self.attention)
        within("discriminator.phase_shuffle", self.phase_shuffle, 0, 8)


@dataclass(frozen=True, kw_only=True)
class LossSettings:
    """The adversarial loss and the terms beside it; a weight of 0 switches a term off."""

    kind: str
    """"bce": binary cross-entropy."""

    double_sigmoid: bool
    """True: the cross-entropy with logits is given probabilities, so that the sigmoid is taken twice."""

    real_label: float
    """Target for real kicks, also the generator's aim (label smoothing where below 1)."""

    fake_label: float
    """Target for generated kicks (label smoothing where above 0)."""

    feature_matching: float
    """Weight of the distance between the batch statistics of the discriminator's features."""

    diversity: float
    """Weight of the mode-seeking term."""

    spectral: float
    """Weight of the spectral regularisation."""

    smoothness: float
    """Weight of the smoothness relative to real data."""

    decay_envelope: float
    """Weight of the distance between decay envelopes."""

    gradient_penalty: float
    """Weight of the zero-centred gradient penalty on real kicks (R1)."""

    gradient_penalty_every: int
    """Steps between two gradient penalties (lazy regularisation; the weight is scaled up to match)."""

    def __post_init__(self) -> None:
        _one_of("loss.kind", self.kind, ("bce",))
        within("loss.real_label", self.real_label, 0.5, 1.0)
        within("loss.fake_label", self.fake_label, 0.0, 0.5)
        for name in (*TERMS, "gradient_penalty"):
            within(f"loss.{name}", getattr(self, name), 0.0, 1e6)
        within("loss.gradient_penalty_every", self.gradient_penalty_every, 1, 1000)


TERMS = ("feature_matching", "diversity", "spectral", "smoothness", "decay_envelope")
"""The names of the generator's terms beside the adversarial one."""


@dataclass(frozen=True, kw_only=True)
class OptimizerSettings:
    """Adam, with a learning rate for each network."""

    generator_rate: float
    """Learning rate of the generator."""

    discriminator_rate: float
    """Learning rate of the discriminator."""

    beta1: float
    """Decay of the first moment."""

    beta2: float
    """Decay of the second moment."""

    def __post_init__(self) -> None:
        within("optimizer.generator_rate", self.generator_rate, 0.0, 1.0)
        within("optimizer.discriminator_rate", self.discriminator_rate, 0.0, 1.0)
        within("optimizer.beta1", self.beta1, 0.0, 0.9999999)
        within("optimizer.beta2", self.beta2, 0.0, 0.9999999)


@dataclass(frozen=True, kw_only=True)
class AugmentationSettings:
    """What is done to the images that the discriminator sees, real and generated alike."""

    strength: float
    """Probability of each transform at the start; 0 with `target` 0 switches augmentation off."""

    target: float
    """Share of real kicks that the discriminator may be sure of, in [0, 1): the strength adapts to it (Karras et
    al., 2020); 0 keeps the strength as it is."""

    speed: int
    """Samples shown in which the strength can go from 0 to 1."""

    def __post_init__(self) -> None:
        within("augmentation.strength", self.strength, 0.0, 1.0)
        within("augmentation.target", self.target, 0.0, 0.999)
        within("augmentation.speed", self.speed, 1, 10**12)


@dataclass(frozen=True, kw_only=True)
class AveragingSettings:
    """Averaged weights of the generator."""

    half_life: int
    """Samples shown after which a weight's influence has halved; 0 keeps no average."""

    def __post_init__(self) -> None:
        within("averaging.half_life", self.half_life, 0, 10**12)


@dataclass(frozen=True, kw_only=True)
class BudgetSettings:
    """When a run ends: whatever comes first. The only settings that may change when a run is resumed."""

    samples: int
    """Real kicks shown to the discriminator; 0 for no limit."""

    epochs: float
    """Passes over the training kicks; 0 for no limit."""

    minutes: float
    """Minutes of wall-clock time of this call; 0 for no limit."""

    def __post_init__(self) -> None:
        within("budget.samples", self.samples, 0, 10**15)
        within("budget.epochs", self.epochs, 0, 1e9)
        within("budget.minutes", self.minutes, 0, 1e7)
        if not (self.samples or self.epochs or self.minutes):
            raise InputError("the run would never end: give --samples, --epochs or --minutes")


@dataclass(frozen=True, kw_only=True)
class TrainingSettings:
    """How the loop runs."""

    seed: int
    """Seed of everything random in the run."""

    batch_size: int
    """Kicks a step, over all processes."""

    precision: str
    """"float32", "float64", or "bfloat16" (mixed: bfloat16 products, float32 weights)."""

    device: str
    """"auto" (CUDA where there is one), "cpu" or "cuda"."""

    threads: int
    """Threads of torch on the CPU; 0 leaves torch's own choice."""

    log_every: int
    """Samples shown between two lines of training figures."""

    validate_every_epochs: float
    """Epochs between two validations."""

    validation_kicks: int
    """Kicks in the picture and the audio of a validation."""

    spread_kicks: int
    """Generated kicks whose spread is measured at a validation."""

    checkpoint_every_epochs: float
    """Epochs between two checkpoints; the weights of each are kept."""

    keep_weights: bool
    """Keep the weights of every checkpoint for later study (without the optimizers' state)."""

    alarm_spread: float
    """The collapse alarm: the spread of generated kicks below this share of the real one."""

    def __post_init__(self) -> None:
        within("training.seed", self.seed, 0, 2**63 - 1)
        within("training.batch_size", self.batch_size, 2, 65_536)
        _one_of("training.precision", self.precision, ("float32", "float64", "bfloat16"))
        _one_of("training.device", self.device, ("auto", "cpu", "cuda"))
        within("training.threads", self.threads, 0, 1024)
        within("training.log_every", self.log_every, 1, 10**12)
        within("training.validate_every_epochs", self.validate_every_epochs, 0.001, 1e9)
        within("training.validation_kicks", self.validation_kicks, 1, 256)
        within("training.spread_kicks", self.spread_kicks, 2, 65_536)
        within("training.checkpoint_every_epochs", self.checkpoint_every_epochs, 0.001, 1e9)
        within("training.alarm_spread", self.alarm_spread, 0.0, 1.0)


@dataclass(frozen=True, kw_only=True)
class Settings:
    """A whole run's settings."""

    preset: str
    data: DataSettings
    representation: RepresentationSettings
    generator: GeneratorSettings
    discriminator: DiscriminatorSettings
    loss: LossSettings
    optimizer: OptimizerSettings
    augmentation: AugmentationSettings
    averaging: AveragingSettings
    budget: BudgetSettings
    training: TrainingSettings


def preset_names() -> list[str]:
    """The presets that come with Kick It Out."""
    folder = resources.files("kickitout.training") / "presets"
    return sorted(item.name.removesuffix(".toml") for item in folder.iterdir() if item.name.endswith(".toml"))


def load_preset(preset: str, changes: Sequence[str] = ()) -> Settings:
    """The settings of a preset's name or of a TOML file's path, changed by `section.key=value` texts.

    Raises:
        InputError: an unknown preset, a missing, unknown or ill-typed key, or a value out of range.
    """
    data = _read_preset(preset)
    for change in changes:
        _apply(data, change)
    return settings_from(data, source=preset)


def settings_from(data: Mapping[str, Any], *, source: str) -> Settings:
    """Settings from plain data (TOML or JSON). Raises `InputError`; `source` names the place in messages."""
    return typing.cast(Settings, _build(Settings, data, source, ""))


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
    for name, value in (("--epochs", epochs), ("--samples", samples), ("--minutes", minutes)):
        if value is not None and not value > 0:
            raise InputError(f"{name} {value} would train nothing; give a number above 0")
    if samples is None and epochs is None and minutes is None:
        return settings
    budget = BudgetSettings(samples=samples or 0, epochs=epochs or 0, minutes=minutes or 0)
    return dataclasses.replace(settings, budget=budget)


def _read_preset(preset: str) -> dict[str, Any]:
    path = Path(preset)
    if path.suffix == ".toml":
        if not path.is_file():
            raise InputError(f"--preset {preset}: there is no such file; give a preset's name or a TOML file")
        text = path.read_text(encoding="utf-8", errors="replace")
    elif preset in preset_names():
        text = (resources.files("kickitout.training") / "presets" / f"{preset}.toml").read_text(encoding="utf-8")
    else:
        raise InputError(f"--preset {preset} is unknown; choose {', '.join(preset_names())}, or give a TOML file")
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"--preset {preset} is not valid TOML: {error}") from error


def _apply(data: dict[str, Any], change: str) -> None:
    """Set one `section.key=value`; the value is TOML, or a bare word."""
    key, equals, text = change.partition("=")
    *sections, name = key.strip().split(".")
    if not equals or not name:
        raise InputError(f"--set {change} is not of the form section.key=value, as in --set training.batch_size=32")
    try:
        value = tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        value = text.strip()
    target = data
    for section in sections:
        inner = target.get(section)
        if not isinstance(inner, dict):
            raise InputError(f"--set {change}: there is no section {section}; choose one of {_listed(data)}")
        target = inner
    if name not in target:
        raise InputError(f"--set {change}: there is no key {key.strip()}; choose one of {_listed(target)}")
    target[name] = value


def _listed(data: Mapping[str, Any]) -> str:
    return ", ".join(data)


def _build(cls: type, data: object, source: str, prefix: str) -> object:
    if not isinstance(data, Mapping):
        raise InputError(f"{source}: {prefix.rstrip('.')} must be a section with keys, not {data!r}")
    hints = typing.get_type_hints(cls)
    fields = {field.name: hints[field.name] for field in dataclasses.fields(cls)}
    if unknown := [key for key in data if key not in fields]:
        raise InputError(f"{source}: there is no key {prefix}{unknown[0]}; choose one of {', '.join(fields)}")
    if missing := [key for key in fields if key not in data]:
        raise InputError(f"{source}: the key {prefix}{missing[0]} is missing; a preset says every key")
    return cls(**{key: _value(hint, data[key], source, prefix + key) for key, hint in fields.items()})


def _value(hint: Any, value: object, source: str, key: str) -> object:
    if dataclasses.is_dataclass(hint):
        return _build(typing.cast(type, hint), value, source, key + ".")
    if typing.get_origin(hint) is tuple:
        element = typing.get_args(hint)[0]
        if not isinstance(value, list | tuple):
            raise InputError(f"{source}: {key} must be a list, not {value!r}")
        return tuple(_value(element, item, source, key) for item in value)
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if hint is float and is_number:
        return float(typing.cast(float, value))
    if type(value) is not hint or isinstance(hint, types.GenericAlias):
        name = {int: "a whole number", float: "a number", bool: "true or false", str: "a text"}[hint]
        raise InputError(f"{source}: {key} must be {name}, not {value!r}")
    return value


def _one_of(key: str, value: str, allowed: Sequence[str]) -> None:
    if value not in allowed:
        raise InputError(f"{key}={value} is unknown; choose {' or '.join(allowed)}")


def within(key: str, value: float, low: float, high: float) -> None:
    """Raise `InputError`, naming the key, unless a value is between two others."""
    if not low <= value <= high:  # also false for NaN
        raise InputError(f"{key}={value} is out of range; give {low:g} to {high:g}")


def _channels(key: str, channels: Sequence[int]) -> None:
    if len(channels) != 8 or not all(1 <= count <= 8192 for count in channels):
        raise InputError(f"{key}={list(channels)} must be eight numbers from 1 to 8192, one a block but the last")


def _sides(key: str, sides: Sequence[int]) -> None:
    allowed = (4, 8, 16, 32, 64, 128)
    for side in sides:
        if side not in allowed:
            raise InputError(f"{key}={list(sides)}: {side} is no side of a map; choose from {allowed}")
